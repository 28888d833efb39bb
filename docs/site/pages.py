"""The generated pages: which there are, and writing them. ``stale`` names those that are not what their sources say now."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs.site import architecture, data, notation, usage
from docs.site.markdown import LANGUAGES, Language, file_name

DOCS = Path(__file__).parents[1]
PAGES: dict[str, Callable[[Language], str]] = {
    "reference/tables": data.tables,
    "reference/units": data.units,
    "reference/indicators": data.indicators,
    "reference/expectations": data.rules,
    "reference/notation": notation.notation,
    "reference/command-line": usage.command_line,
    "reference/configuration": usage.configuration,
}
PICTURES: dict[str, Callable[[Language], str]] = {"img/architecture": architecture.picture}


def generated() -> dict[Path, str]:
    """Every generated file and what must stand in it."""
    pages = {DOCS / file_name(stem, language): make(language).rstrip("\n") + "\n" for stem, make in PAGES.items() for language in LANGUAGES}
    pictures = {DOCS / f"{stem}{'.ja' if language == 'ja' else ''}.svg": make(language) for stem, make in PICTURES.items() for language in LANGUAGES}
    return pages | pictures


def stale() -> list[Path]:
    return [path for path, text in generated().items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def write() -> list[Path]:
    """Write what is stale; returns it."""
    changed, texts = stale(), generated()
    for path in changed:
        path.parent.mkdir(exist_ok=True)
        path.write_text(texts[path], encoding="utf-8")
    return changed
