"""Words and tables of a generated page. Knows Markdown, and no source of truth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("en", "ja")
JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


class Words(Protocol):
    """Anything that is said in both languages."""

    @property
    def ja(self) -> str: ...
    @property
    def en(self) -> str: ...


def say(words: Words | None, language: Language) -> str:
    return "" if words is None else str(getattr(words, language))


def file_name(stem: str, language: Language) -> str:
    """``docs/x.md``, and beside it ``docs/x.ja.md``."""
    return f"{stem}.ja.md" if language == "ja" else f"{stem}.md"


def head(title: str, name: str, language: Language, source: str, says: str) -> str:
    """The first lines of a generated page: its title, the way to the other language, and what it is made from."""
    other = f"[English]({name}.md)" if language == "ja" else f"[日本語]({name}.ja.md)"
    made = (f"`make docs`が{source}から作るページです。手で直さないでください。" if language == "ja"
            else f"`make docs` makes this page from {source}; do not edit it. ")
    return f"# {title}\n\n{other}\n\n{made}{says}".rstrip() + "\n"


def one_line(text: str) -> str:
    """Wrapped text as one line; Japanese has no space where a line ends."""
    return re.sub(r"\s+", " ", re.sub(r"(?<=[^\x00-\x7f])\s*\n\s*|\s*\n\s*(?=[^\x00-\x7f])", "", text)).strip()


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def code(text: object) -> str:
    """Text as it is typed or printed; empty stays empty."""
    return f"`{text}`" if str(text) else ""


def codes(texts: Iterable[object]) -> str:
    return ", ".join(code(text) for text in texts)


def _cell(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|").strip()
