"""The public page as files: what is on it, that it holds whatever a report says, and that it reaches for nothing else."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import numpy as np
import pytest
import small_city
from PIL import Image

from sources.errors import ShinchokuError

KNOWN = {"https://creativecommons.org/licenses/by/4.0/", "https://city.example/report.pdf", "https://city.example/report.pdf#page=1"}


class Page(HTMLParser):
    """Tags with their attributes, the visible text, and the text within each element that has an id."""

    VOID = ("meta", "link", "img", "input", "br")

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.under: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.tags.append((tag, named))
        if tag not in self.VOID:
            self._open.append(named.get("id", ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for name in self._open:
            if name:
                self.under[name] = self.under.get(name, "") + data

    def attributes(self, tag: str, name: str) -> list[str]:
        return [attrs[name] for found, attrs in self.tags if found == tag and name in attrs]

    def said(self, name: str) -> str:
        return re.sub(r"\s+", " ", self.under[name])


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> small_city.City:
    return small_city.build(tmp_path_factory.mktemp("city"), origin="facsimile")


@pytest.fixture(scope="module")
def site(city: small_city.City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "site"
    city.write(out)
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    return {path.relative_to(site).as_posix(): Page(path) for path in sorted(site.rglob("*.html"))}


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_indicator_has_a_card_and_a_page_of_its_own_in_both_languages(pages: dict[str, Page]) -> None:
    for start in ("", "en/"):
        for name in small_city.INDICATORS:
            assert f"{start}small_city/indicator/{name}.html" in pages
            assert name in pages[f"{start}small_city/index.html"].under
    assert pages["index.html"].said("visits").startswith(" 来館者数 130名 2024年度（令和6年度）")
    assert pages["en/index.html"].said("visits").startswith(" Visits 130 persons fiscal 2024")


def test_values_are_said_as_printed_and_in_base_units(pages: dict[str, Page]) -> None:
    card = pages["index.html"].said("certificates")
    assert "30.4万枚超" in card and "304,000枚" in card and "前年度比 +1.4万枚 +14,000枚" in card
    assert "over 304,000 sheets" in pages["en/index.html"].said("certificates")
    assert "前年度比 +18名 （計算値）" in pages["index.html"].said("visits")  # 130 less what the newer report says of the year before


def test_a_target_says_what_is_left_and_when(pages: dict[str, Page]) -> None:
    card = pages["index.html"].said("visits")
    assert "200名以上 2027年度" in card and "目標まであと70名" in card and "増加が必要" in card
    bars = [page.attributes("svg", "class").count("meter") for page in (pages[f"small_city/indicator/{name}.html"] for name in ("visits", "falling"))]
    assert bars == [1, 0]  # nothing fills up to a target that lies below
    assert "Still to go: 20 hours" in pages["en/index.html"].said("falling") and "fall" in pages["en/index.html"].said("falling")


def test_no_number_is_said_with_its_reason_and_never_as_zero(pages: dict[str, Page]) -> None:
    card = pages["index.html"].said("nothing")
    assert "数値なし" in card and "報告書に数値が印刷されていない" in card and "0" not in card.replace("R6 p.1", "").replace("20", "")
    own = pages["small_city/indicator/nothing.html"]
    assert "数値なし" in own.text and "欠測（報告書に数値がない）" in own.text
    assert 'data-sort=""' in pages["index.html"].path.read_text("utf-8")
    assert "No number" in pages["en/index.html"].said("nothing")


def test_a_label_without_a_number_shows_where_it_stands(pages: dict[str, Page]) -> None:
    own = pages["small_city/indicator/nothing.html"]
    assert len(own.attributes("img", "src")) == 1 and "保有率" in own.attributes("img", "alt")[0]


def test_a_revision_is_told_on_the_indicators_page_and_among_the_changes(pages: dict[str, Page]) -> None:
    own = pages["small_city/indicator/visits.html"].said("revisions")
    assert "110名 R5" in own and "112名 R6" in own and "値の改訂" in own
    assert "110名 → 112名" in pages["index.html"].said("about")


def test_a_facsimile_is_called_one_on_every_page(pages: dict[str, Page]) -> None:
    assert all(("これは写しです。" in page.text) or ("This is a copy." in page.text) for page in pages.values())


def test_words_of_a_report_stay_words(pages: dict[str, Page]) -> None:
    for page in pages.values():
        scripts = [attrs.get("src", "") for tag, attrs in page.tags if tag == "script"]
        assert all(source.endswith("assets/site.js") for source in scripts) and len(scripts) <= 1
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name == "style"]
        assert not [tag for tag, _ in page.tags if tag in ("style", "iframe", "object", "base")]
        assert not [href for href in page.attributes("a", "href") if href.startswith("javascript:")]
    assert small_city.EVIL in pages["index.html"].text and "{{ 7 * 7 }}" in pages["index.html"].text


def test_nothing_points_outside_but_to_licence_and_report(pages: dict[str, Page], site: Path) -> None:
    for page in pages.values():
        assert page.attributes("meta", "content")[0].startswith("default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'")
        ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
        assert len(ids) == len(set(ids)), page.path
        for name in ("src", "href"):
            for _, attrs in page.tags:
                if name not in attrs:
                    continue
                address = urlsplit(attrs[name])
                if address.scheme or address.netloc:
                    assert attrs[name] in KNOWN
                    continue
                assert not address.path.startswith("/")
                target = (page.path.parent / unquote(address.path)).resolve() if address.path else page.path
                if "/data/" in target.as_posix():
                    continue  # the made-up release holds few files; a whole one is looked at below
                assert target.is_file() and target.is_relative_to(site), (page.path, attrs[name])
                if address.fragment:
                    there = Page(target)
                    assert address.fragment in [attrs.get("id") for _, attrs in there.tags], (page.path, attrs[name])
    for text in (path.read_text("utf-8") for path in (*site.glob("assets/*.css"), *site.glob("assets/*.js"))):
        assert not re.search(r"https?:|url\(|@import|fetch\(|innerHTML", text)


def test_languages_point_at_each_other(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        (other,) = [attrs["href"] for tag, attrs in page.tags if tag == "a" and attrs.get("class") == "language"]
        there = (page.path.parent / other).resolve()
        assert pages[name.removeprefix("en/") if name.startswith("en/") else f"en/{name}"].path.resolve() == there


def test_files_are_listed_with_size_and_sum_and_lie_beside_the_page(city: small_city.City, site: Path, pages: dict[str, Page]) -> None:
    listed = pages["index.html"].said("downloads")
    for line in (city.release / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert digest in listed and name in listed
        assert hashlib.sha256((site / "data" / name).read_bytes()).hexdigest() == digest


def test_pictures_frame_the_number(site: Path) -> None:
    from PIL import Image

    found = sorted(site.glob("crops/small_city-R6/visits-p01-*.webp"))
    assert len(found) == 1
    with Image.open(found[0]) as picture:
        red, green, blue = np.asarray(picture.convert("RGB")).astype(int).transpose(2, 0, 1)
    assert ((red > 150) & (green < 110) & (blue < 90)).sum() > 100


def test_the_same_data_makes_the_same_bytes_with_and_without_the_old_pictures(city: small_city.City, site: Path, tmp_path: Path) -> None:
    city.write(tmp_path / "again")
    city.write(tmp_path / "reusing", before=site)
    assert contents(tmp_path / "again") == contents(site) == contents(tmp_path / "reusing")


def test_an_edition_without_pictures_still_says_where_it_was(city: small_city.City, tmp_path: Path) -> None:
    small_city.City(city.warehouse, city.release, {}).write(tmp_path / "site")
    page = Page(tmp_path / "site" / "small_city" / "indicator" / "visits.html")
    assert not page.attributes("img", "src") and "進捗報告R6、1ページ" in page.text


def test_two_series_share_a_site_and_keep_their_addresses(tmp_path: Path) -> None:
    city = small_city.build(tmp_path, series=("small_city", "other_town"))
    made = city.write(tmp_path / "site")
    index = Page(tmp_path / "site" / "index.html")
    assert {"small_city/index.html", "other_town/index.html"} <= set(index.attributes("a", "href"))
    assert (tmp_path / "site" / "en" / "other_town" / "indicator" / "visits.html").is_file()
    assert made.indicators == 2 * len(small_city.INDICATORS)
    own = Page(tmp_path / "site" / "small_city" / "index.html").said("downloads")
    assert "100000_small_city_observations.csv" in own and "other_town" not in own


def test_a_site_made_step_by_step_is_that_made_from_nothing(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    city = small_city.build(tmp_path / "two", series=("small_city", "other_town"))
    city.write(tmp_path / "first", parts=parts)
    with duckdb.connect(str(city.warehouse)) as connection:
        connection.execute("UPDATE series SET title_ja = '別の題' WHERE series_id = 'other_town'")
    city.write(tmp_path / "second", parts=parts)
    city.write(tmp_path / "anew")
    assert contents(tmp_path / "second") == contents(tmp_path / "anew") != contents(tmp_path / "first")
    assert (tmp_path / "second" / "small_city" / "index.html").samefile(tmp_path / "first" / "small_city" / "index.html")
    assert "別の題" in (tmp_path / "second" / "index.html").read_text("utf-8")


def test_another_picture_of_a_page_makes_the_pages_of_its_series_anew(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    city = small_city.build(tmp_path / "two", series=("small_city", "other_town"))
    city.write(tmp_path / "first", parts=parts)
    for pages in city.pages.values():
        for path in pages.folder.glob("*.webp"):
            Image.new("RGB", (1200, 750), "black").save(path, "WEBP")
    city.write(tmp_path / "second", parts=parts)
    city.write(tmp_path / "anew")
    assert contents(tmp_path / "second") == contents(tmp_path / "anew") != contents(tmp_path / "first")


def test_a_release_that_is_not_there_is_named(city: small_city.City, tmp_path: Path) -> None:
    with pytest.raises(ShinchokuError, match="gone"):
        small_city.City(city.warehouse, tmp_path / "gone", {}).write(tmp_path / "site")
