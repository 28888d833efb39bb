"""The pages as a forge shows them: links and anchors lead somewhere, and both languages say the same in the same order."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from tests.docs.markdown import ROOT, anchors, blocks, english, links, name, pages, shape, twin

PROSE = re.compile(r"""(?<=reason: ).*|--reason (".*?"|\S+)|#.*|_(ja|en)\b""")


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_link_leads_to_a_file_and_an_anchor_that_are_there(page: Path) -> None:
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists() and target.is_relative_to(ROOT), f"{name(page)}: {link}"
        if anchor:
            assert anchor in anchors(target), f"{name(page)}: {link}; there are {sorted(anchors(target))}"


def test_every_page_of_the_docs_is_there_in_both_languages() -> None:
    alone = [name(page) for page in (ROOT / "docs").rglob("*.md") if not page.name.endswith(".ja.md") and not twin(page).is_file()]
    assert alone == []
    assert [name(page) for page in pages() if page.name.endswith(".ja.md") and not page.with_name(page.name[:-6] + ".md").is_file()] == []


@pytest.mark.parametrize("page", english(), ids=name)
def test_both_languages_have_the_same_headings_blocks_and_tables(page: Path) -> None:
    assert shape(twin(page)) == shape(page)


@pytest.mark.parametrize("page", english(), ids=name)
def test_both_languages_have_the_same_commands(page: Path) -> None:
    assert _plain(twin(page)) == _plain(page)


@pytest.mark.parametrize("page", english(), ids=name)
def test_both_languages_lead_to_the_same_places(page: Path) -> None:
    def places(one: Path) -> list[str]:
        return sorted(re.sub(r"\.ja(?=\.)", "", link.partition("#")[0]) for link in links(one))

    assert places(twin(page)) == places(page)


@pytest.mark.parametrize("page", [page for page in english() if page.is_relative_to(ROOT / "docs")], ids=name)
def test_a_page_of_the_docs_begins_with_its_title_and_the_way_to_the_other_language(page: Path) -> None:
    for one, words, other in ((page, "日本語", twin(page)), (twin(page), "English", page)):
        lines = one.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("# ") and lines[2] == f"[{words}]({other.name})", name(one)


def _plain(page: Path) -> list[list[str]]:
    return [[PROSE.sub("", line).strip() for line in block.splitlines()] for block in blocks(page, "sh", "console", "yaml")]


def test_the_citation_names_the_version_and_licence_of_the_package() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["license"]) == (package["version"], package["license"])
