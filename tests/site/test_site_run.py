"""The public page as a run leaves it: the published files beside it, every link leading somewhere, and a second run changing nothing."""

from __future__ import annotations

import hashlib
import re
from html import unescape
from pathlib import Path

import duckdb
import pytest

from pipelines.assets.site import page_pictures
from pipelines.home import Home

pytestmark = pytest.mark.xdist_group("run")


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_the_published_files_lie_beside_the_pages(published: Home) -> None:
    assert contents(published.site / "data") == contents((published.exports / "latest").resolve())


def test_every_link_of_every_page_leads_to_a_file(published: Home) -> None:
    pages = list(published.site.rglob("*.html"))
    for page in pages:
        for address in re.findall(r'(?:href|src)="([^"#]+)', page.read_text("utf-8")):
            if not address.startswith("https://creativecommons.org/"):
                assert (page.parent / unescape(address)).resolve().is_file(), (page, address)


def test_every_indicator_of_the_warehouse_has_its_page_and_its_picture(published: Home) -> None:
    with duckdb.connect(str(published.warehouse), read_only=True) as connection:
        named = connection.execute("SELECT series_id, indicator_id, indicator_ja, actual_text FROM (SELECT p.*, l.source_text AS actual_text "
            "FROM progress AS p LEFT JOIN latest AS l ON l.series_id = p.series_id AND l.indicator_id = p.indicator_id AND l.measure = 'level' "
            "AND l.period_start = p.actual_start AND l.period_end = p.actual_end)").fetchall()  # fmt: skip
    assert len(named) > 40
    for series, indicator, name, text in named:
        html = unescape((published.site / series / "indicator" / f"{indicator}.html").read_text("utf-8"))
        assert name in html and 'src="../../crops/' in html
        assert text is None or text.replace(" ", "") in html


def test_pictures_of_another_file_than_the_accepted_one_are_not_shown(published: Home, tmp_path: Path) -> None:
    edition_id = "kitakyushu_dx-R6"
    assert page_pictures(edition_id, published)
    other = Home(tmp_path)
    for folder, digest in ((other.accepted(edition_id), "a"), (other.staging(edition_id), "b")):
        folder.mkdir(parents=True)
        (folder / "reading.json").write_text(f'{{"sha256": "{digest}", "pages": []}}')
    assert page_pictures(edition_id, other) is None
    assert page_pictures("never-read", other) is None
