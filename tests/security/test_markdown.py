"""Text in the Dagster UI's Markdown is shown letter for letter: rendered by a Markdown reader with HTML on, it makes no element."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from pipelines.describe import escape, markdown_table
from tests.security import attacks


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(markdown: str) -> Elements:
    page = Elements()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))
    return page


def shown(text: str) -> str:
    """What a reader sees of it: spaces and line breaks are one space, marks without a shape are gone."""
    return re.sub(r"\s+", " ", re.sub(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text)).strip()


@pytest.mark.parametrize("text", attacks.ALL)
def test_text_makes_no_element_and_is_shown_as_it_is(text: str) -> None:
    alone = rendered(escape(text))
    assert {tag for tag, _ in alone.found} <= {"p"} and shown(alone.text) == shown(text)
    table = rendered(markdown_table([{"label / 項目": text, "page": 3}], ["label / 項目", "page"]))
    assert [tag for tag, _ in table.found] == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]
    assert shown(table.text) == f"label / 項目 page {shown(text)} 3"
    assert all(not attributes for _, attributes in table.found)


def test_a_header_made_from_data_is_escaped_too() -> None:
    table = rendered(markdown_table([{attacks.SCRIPT: 1}], [attacks.SCRIPT]))
    assert "script" not in {tag for tag, _ in table.found} and attacks.SCRIPT in table.text


def test_a_picture_says_its_text_as_text() -> None:
    from PIL import Image

    from pipelines.describe import picture

    for text in attacks.MARKDOWN + attacks.HTML:
        table = rendered(markdown_table([{"spot": picture(Image.new("RGB", (4, 4)), text)}], ["spot"]))
        pictures = [attributes for tag, attributes in table.found if tag == "img"]
        assert len(pictures) == 1 and str(pictures[0]["src"]).startswith("data:image/webp;base64,") and set(pictures[0]) == {"src", "alt"}
        assert {tag for tag, _ in table.found} <= {"table", "thead", "tbody", "tr", "th", "td", "img"}
