"""Sphinx's configuration: one language a build (``-D language=ja``), from the same folders that a forge shows.

The navigation is made of the lists of docs/index.md; a page that no list names stands at the end of it. A link to a page of the other
language leads over to the other build.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from docutils import nodes

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

project = "Shinchoku 進捗"
author = "The Shinchoku developers"
language = "en"
extensions = ["myst_parser"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = project
html_show_copyright = False
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["static"]
html_css_files = ["site.css"]
pygments_dark_style = "github-dark"
exclude_patterns = [path.name for path in ROOT.iterdir() if path.is_dir() and path.name != "docs"]
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([\w./-]+\.md)\)")


def _choose_language(app: Any, config: Any) -> None:
    japanese = config.language == "ja"
    config.root_doc = "docs/index.ja" if japanese else "docs/index"
    only_here = [str(path.relative_to(ROOT)) for folder in (ROOT, ROOT / "docs") for path in folder.glob("*.md" if folder == ROOT else "**/*.md")
                 if _japanese_twin(path) == path]
    config.include_patterns = ["*.ja.md", "docs/**.ja.md"] if japanese else ["*.md", "docs/**.md"]
    if not japanese:
        config.exclude_patterns = [*config.exclude_patterns, *only_here]
    else:
        config.include_patterns += [str(path.relative_to(ROOT)) for path in ROOT.glob("*.md") if not _has_twin(path)]


def _japanese_twin(path: Path) -> Path:
    return path if path.name.endswith(".ja.md") else path.with_name(f"{path.name[:-3]}.ja.md")


def _has_twin(path: Path) -> bool:
    return _japanese_twin(path).is_file()


def _read(app: Any, docname: str, source: list[str]) -> None:
    if docname == app.config.root_doc:
        source[0] += _navigation(app, source[0])
    source[0] = _LINK.sub(lambda link: _over(app, docname, link), source[0])


def _over(app: Any, docname: str, link: re.Match[str]) -> str:
    """A link to a page of the other language as HTML that leads into the other build."""
    here = ROOT / f"{docname}.md"
    there = (here.parent / link[2]).resolve()
    japanese = there.name.endswith(".ja.md")
    if japanese == (app.config.language == "ja") or not (there.is_file() and _has_twin(there)):
        return link[0]
    other = "ja" if japanese else "en"
    page = os.path.relpath(ROOT / other / there.relative_to(ROOT), ROOT / app.config.language / here.parent.relative_to(ROOT))
    return f'<a href="{Path(page).as_posix().removesuffix(".md")}.html" hreflang="{other}" lang="{other}">{link[1]}</a>'


def _close_up(app: Any, doctree: nodes.document) -> None:
    """Japanese has no space where a line of the source ends."""
    if app.config.language != "ja":
        return
    for element in doctree.findall(nodes.TextElement):
        said = [child.astext() for child in element.children]
        element.children = [child for at, child in enumerate(element.children)
                            if child != "\n" or not any(side > "\x7f" for side in ("".join(said[:at])[-1:], "".join(said[at + 1 :])[:1]))]


def _navigation(app: Any, index: str) -> str:
    """The lists of the index as the tables of contents that Sphinx builds the navigation from."""
    folder = Path(app.config.root_doc).parent
    parts: list[tuple[str, list[str]]] = []
    named = {app.config.root_doc}
    for title, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", index, re.M | re.S):
        listed = [(words, os.path.normpath(folder / path)[:-3]) for words, path in re.findall(r"^- \[([^\]]+)\]\(([\w./-]+\.md)\)", body, re.M)]
        named |= {page for _, page in listed}
        parts.append((title, [f"{words} </{page}>" for words, page in listed]))
    parts.append(("そのほか" if app.config.language == "ja" else "Further pages", [f"/{page}" for page in sorted(app.env.found_docs - named)]))
    return "".join(f"\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n" + "\n".join(lines) + "\n```\n" for title, lines in parts if lines)


def setup(app: Any) -> dict[str, bool]:
    app.connect("config-inited", _choose_language)
    app.connect("source-read", _read)
    app.connect("doctree-read", _close_up)
    return {"parallel_read_safe": True}
