"""The documentation as the tests see it: which pages there are, their blocks, headings and links. Not a test."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]


def pages() -> list[Path]:
    """Every page for people, in both languages: in docs/ and at the top."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def english() -> list[Path]:
    """The pages that have a twin in Japanese."""
    return [page for page in pages() if not page.name.endswith(".ja.md") and twin(page).is_file()]


def twin(page: Path) -> Path:
    return page.with_name(f"{page.name[:-3]}.ja.md")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def blocks(page: Path, *languages: str) -> list[str]:
    """The fenced blocks of some languages (all, where none is named)."""
    return [token.content for token in tokens(page) if token.type == "fence" and (not languages or token.info in languages)]


def shape(page: Path) -> list[str]:
    """What both languages must share: levels of headings, kinds of blocks, pictures, rows of tables."""
    shapes = {"heading_open": lambda token: token.tag, "fence": lambda token: f"block {token.info}", "tr_open": lambda token: "row"}
    return [shapes[token.type](token) for token in tokens(page) if token.type in shapes]


def links(page: Path) -> list[str]:
    """Where links and pictures lead."""
    return [str(child.attrs.get("href") or child.attrs.get("src")) for token in tokens(page) if token.type == "inline"
            for child in token.children or [] if child.type in ("link_open", "image")]


def anchors(page: Path) -> set[str]:
    """The anchors that forges give to headings: lower case, spaces to hyphens, other signs left out; a repeated one is numbered."""
    found: list[str] = []
    inline = False
    for token in tokens(page):
        if inline:
            text = "".join(child.content for child in token.children or [] if child.type in ("text", "code_inline"))
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
        inline = token.type == "heading_open"
    return set(found)
