"""The review page: every number on its spot, with what was made of it, in one file that fetches and runs nothing."""

from __future__ import annotations

import base64
import tempfile
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from expectations.rules import RuleResult
from sources import registry
from sources.decisions import Acknowledgement, Decisions
from sources.findings import KINDS
from sources.observations import Finding
from sources.pdf.render import page_image, webp
from sources.records import Reading
from sources.registry import Edition
from warehouse.review import Earlier, Material, write_review

PIXEL = base64.b64decode("UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA")
END = {"period_start": date(2025, 3, 31), "period_end": date(2025, 3, 31)}


def figure(number: int, raw: str, **given: Any) -> dict[str, Any]:
    row = {
        "figure_id": f"kitakyushu_dx-R6-p01-{number:03d}",
        "page": 1,
        "label": "公開データセット数",
        "raw": raw,
        "value": Decimal(646),
        "unit": "件",
        "qualifier": "exact",
        "measure": "level",
        "component": "whole",
        "source": "text",
        "x0": 96.0,
        "top": 54.0,
        "x1": 192.0,
        "bottom": 108.0,
    }
    return row | END | given


def broken(rule_id: str, severity: str, figure_id: str) -> RuleResult:
    examples = [{"finding": f"{rule_id}:{figure_id}", "expect": "", "settled": None, "figure_id": figure_id}]
    return RuleResult(
        rule_id,
        "figures",
        severity,
        f"{rule_id}の規則",
        f"rule {rule_id}",
        "例",
        "example",
        "対処",
        "remedy",
        False,
        4,
        1,
        0,
        examples,
    )  # type: ignore[arg-type]


def finding(kind: str, place: str, **given: Any) -> dict[str, Any]:
    """A row as matching leaves it."""
    words = {"message_ja": f"{kind}の所見", "message_en": f"finding {kind}", "remedy": f"acknowledgements: # {kind}"}
    return Finding(f"{kind}:{place}", kind, **{"severity": KINDS[kind]} | words | given).row()  # type: ignore[arg-type]


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def named(self, **wanted: str) -> list[dict[str, str]]:
        return [attrs for _, attrs in self.tags if all(attrs.get(name.rstrip("_")) == value for name, value in wanted.items())]


@pytest.fixture
def made(tmp_path: Path) -> dict[str, Any]:
    picture = tmp_path / "p01.webp"
    picture.write_bytes(PIXEL)
    observation = {
        "figure_id": "kitakyushu_dx-R6-p01-001",
        "indicator_id": "open_datasets",
        "measure": "level",
        "value": Decimal(646),
        "unit_code": "case",
        "obs_status": "A",
        "source_text": "646件",
        "source_page": 1,
    } | END
    null = {
        "indicator_id": "mynumber_card_holding_rate",
        "measure": "level",
        "obs_status": "O",
        "source_text": "保有率",
        "source_page": 1,
    } | END
    return {
        "out": tmp_path / "review.html",
        "edition": registry.load().edition("kitakyushu_dx-R6"),
        "pages": [{"number": 1, "width": 960.0, "height": 540.0, "image": picture}],
        "figures": [figure(1, "646件"), figure(2, "+7件", x0=480.0, x1=576.0), figure(3, "12施設"), figure(4, "▲7件")],
        "observations": [
            observation,
            observation | {"figure_id": "kitakyushu_dx-R6-p01-002"},
            observation | {"figure_id": "kitakyushu_dx-R6-p01-004"},
            null,
        ],
        "statements": [{"page": 1, "entry": 1, "kind": "target", "text": "ほとんどの市民がカードを保有"}],
        "ledger": [
            {
                "page": 1,
                "entry": 1,
                "text": "R7.3",
                "kind": "date",
                "reason": "period",
                "x0": 0,
                "top": 0,
                "x1": 9.6,
                "bottom": 5.4,
            },
            {
                "page": 1,
                "entry": 2,
                "text": "135",
                "kind": "not_read",
                "reason": "in a drawing",
                "x0": 0,
                "top": 0,
                "x1": 96,
                "bottom": 54,
            },
        ],
        "results": [broken("loose", "warning", "kitakyushu_dx-R6-p01-002"), broken("wrong", "error", "kitakyushu_dx-R6-p01-004")],
        "unmatched": [
            {"figure_id": "kitakyushu_dx-R6-p01-003", "reason_ja": "当たる指標がない", "reason_en": "no such indicator"}
        ],
    }


def page_of(made: dict[str, Any]) -> Page:
    out, material = made["out"], {name: value for name, value in made.items() if name != "out"}
    return Page(write_review(out, Material(**material)).read_text(encoding="utf-8"))


def test_each_figure_has_a_box_on_its_spot_and_a_row_that_point_at_each_other(made: dict[str, Any]) -> None:
    page = page_of(made)
    box = page.named(id="b1")[0]
    place = box["class"].split()[-1]
    assert f".{place} {{ left:10.000%;top:10.000%;width:10.000%;height:10.000% }}" in page.text
    assert box["href"] == "#r1" and page.named(href="#b1") and page.named(id="r1")
    assert [page.named(id=f"b{number}")[0]["class"].rpartition(" ")[0] for number in (1, 2, 3, 4)] == [
        "box ok",
        "box warning",
        "box unmatched",
        "box error",
    ]
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for _, attrs in page.tags if "href" in attrs} <= set(ids)


def test_it_says_what_was_matched_what_was_not_and_what_does_not_hold(made: dict[str, Any]) -> None:
    text = page_of(made).text
    for said in (
        "公開データセット数",
        "Open datasets published",
        "当たる指標がない",
        "no such indicator",
        "looseの規則",
        "rule wrong",
        "135",
        "in a drawing",
        "ほとんどの市民がカードを保有",
        "マイナンバーカード保有率",
    ):
        assert said in text


def test_a_facsimile_is_called_one(made: dict[str, Any]) -> None:
    note = made["edition"].meta.origin_note
    text = page_of(made).text
    assert note.ja in text and note.en in text


def test_the_page_holds_its_pictures_and_fetches_and_runs_nothing(made: dict[str, Any]) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    made["figures"][0].update(raw=evil, label=evil, title=evil, note=evil)
    made["ledger"][1].update(text=evil, reason=evil)
    hostile = {"message_ja": evil, "message_en": evil, "expect": evil, "remedy": evil, "figure_id": "kitakyushu_dx-R6-p01-001"}
    made["findings"] = [finding("new", evil, now={"text": evil}, before={"text": evil, "names": [evil]}, **hostile)]
    page = page_of(made)
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "iframe", "object", "form")]
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    assert {attrs["src"][:23] for tag, attrs in page.tags if tag == "img"} == {"data:image/webp;base64,"}
    assert all(attrs["href"].startswith("#") for _, attrs in page.tags if "href" in attrs)
    assert "alert(1)" in page.text


def earlier(made: dict[str, Any], tmp_path: Path) -> Earlier:
    """An accepted edition with one figure of the indicator that the later one speaks of."""
    edition = registry.load().edition("kitakyushu_dx-R6")
    said = figure(1, "639件", figure_id="kitakyushu_dx-R5-p01-001", label="データセット")
    observation = made["observations"][0] | {"figure_id": said["figure_id"], "source_text": "639件"}
    return Earlier(edition=edition, pages=made["pages"], figures=[said], observations=[observation])


def test_a_finding_shows_the_spots_of_both_editions_and_what_settles_it(made: dict[str, Any], tmp_path: Path) -> None:
    made["earlier"] = earlier(made, tmp_path)
    said = {"figure_id": "kitakyushu_dx-R5-p01-001", "text": "639件", "page": 1}
    made["findings"] = [
        finding("restated", "open_datasets", figure_id="kitakyushu_dx-R6-p01-001", indicator_id="open_datasets", before=said)
    ]
    page = page_of(made | {"results": []})
    assert [attrs["class"] for attrs in page.named(id="m1")] == ["matter error"]
    assert len([attrs for tag, attrs in page.tags if tag == "img"]) == 3  # the page, and the spot in each edition
    for word in ("639件", "646件", "restatedの所見", "finding restated", "acknowledgements: # restated"):
        assert word in page.text
    assert page.named(href="#b1") and "を決めると、この版を承認できます" in page.text


def test_where_a_finding_names_no_figure_of_the_earlier_edition_its_last_word_on_the_indicator_is_shown(
    made: dict[str, Any], tmp_path: Path
) -> None:
    made["earlier"] = earlier(made, tmp_path)
    made["findings"] = [finding("vanished", "open_datasets", indicator_id="open_datasets", expect="absent")]
    text = page_of(made).text
    assert "639件" in text and "この版に対応する数値はありません" in text


def test_what_is_settled_says_by_which_decision_and_is_not_asked_again(made: dict[str, Any]) -> None:
    decision = Acknowledgement(finding="new:x", expect="", reason="総務課に確認", who="進捗 花子", when=date(2026, 6, 1))
    edition = made["edition"]
    made["edition"] = Edition(edition.series, edition.meta, edition.file)
    made["edition"].__dict__["decisions"] = Decisions(acknowledgements=(decision,))
    made["findings"] = [finding("new", "x", severity="note", settled="総務課に確認")]
    page = page_of(made | {"results": []})
    assert page.named(id="m1")[0]["class"] == "matter settled"
    assert "進捗 花子" in page.text and "2026-06-01" in page.text and "未解決のエラーはありません" in page.text
    assert "acknowledgements:" not in page.text


def test_a_rule_that_fails_is_one_more_thing_to_decide_and_a_finding_is_not_shown_twice(made: dict[str, Any]) -> None:
    place = "kitakyushu_dx-R6-p01-004"
    made["findings"] = [finding("unit_changed", place, figure_id=place)]
    made["results"] = [broken("unit_changed", "error", place), broken("change_agrees", "error", place)]
    page = page_of(made)
    assert [attrs["class"] for _, attrs in page.tags if attrs.get("class", "").startswith("matter ")] == ["matter error"] * 2
    assert "finding: \"change_agrees:kitakyushu_dx-R6-p01-004\"" in page.text  # what to write, with the figure's correction
    assert "figure: kitakyushu_dx-R6-p01-004" in page.text


def test_digits_not_read_have_their_picture_and_their_box_and_ocr_is_marked(made: dict[str, Any]) -> None:
    made["figures"][0].update(source="ocr", confidence=0.62)
    made["findings"] = [finding("not_read", "p01:135:0,0", expect="135", now={"text": "135", "page": 1})]
    page = page_of(made | {"results": []})
    assert page.named(id="n2")[0]["class"] == "other not_read at2" and page.named(href="#n2")
    assert len([attrs for tag, attrs in page.tags if tag == "img"]) == 2
    assert "ocr" in page.named(id="b1")[0]["class"] and "OCR 62%" in page.text


def test_an_edition_without_figures_still_has_its_page(made: dict[str, Any]) -> None:
    page = page_of(made | {"figures": [], "observations": [], "unmatched": [], "results": []})
    assert "このページに数値はありません" in page.text and "すべての規則が守られています" in page.text


@pytest.mark.browser
def test_in_a_real_browser_boxes_lie_on_their_numbers(reading: Reading, report: Path, tmp_path: Path) -> None:
    """Each box of the R6 report covers ink of the picture, rows and boxes light each other up, and Japanese has glyphs."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By

    edition = registry.load().edition("kitakyushu_dx-R6")
    sizes = {page.number: page for page in reading.pages}
    rows = [
        figure(index, found.raw, page=found.page, value=found.value, unit=found.unit, **found.box._asdict())
        for index, found in enumerate(reading.figures, 1)
    ]
    pages, images = [], {}
    for number in sorted(sizes):
        images[number] = page_image(report, number, dpi=100)
        picture = tmp_path / f"p{number:02d}.webp"
        picture.write_bytes(webp(images[number]))
        pages.append({"number": number, "width": sizes[number].width, "height": sizes[number].height, "image": picture})
    material = Material(
        edition=edition, pages=pages, figures=rows, observations=[], statements=[], ledger=[], results=[]
    )
    out = write_review(tmp_path / "review.html", material)

    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    with tempfile.TemporaryDirectory() as profile:
        for flag in (
            "headless",
            "no-sandbox",
            "disable-gpu",
            "disable-quic",
            "no-first-run",
            "disable-background-networking",
            "disable-component-update",
            "disable-sync",
            "window-size=1500,1000",
            f"user-data-dir={profile}",
        ):
            options.add_argument(f"--{flag}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        try:
            browser.get(out.as_uri())
            spots = browser.execute_script(
                "return [...document.querySelectorAll('.box')].map(box => {const at = box.getBoundingClientRect(),"
                " on = box.parentElement.querySelector('img').getBoundingClientRect();"
                " return [+box.id.slice(1), (at.left + 2 - on.left) / on.width, (at.top + 2 - on.top) / on.height,"
                " (at.right - 2 - on.left) / on.width, (at.bottom - 2 - on.top) / on.height, on.width]})"
            )
            assert len(spots) == len(rows)
            for number, left, top, right, bottom, width in spots:
                row = rows[number - 1]
                size, image = sizes[row["page"]], images[row["page"]]
                assert width > 300
                assert (left * size.width, top * size.height) == pytest.approx((row["x0"], row["top"]), abs=2)
                assert (right * size.width, bottom * size.height) == pytest.approx((row["x1"], row["bottom"]), abs=2)
                spot = image.crop((left * image.width, top * image.height, right * image.width, bottom * image.height)).convert(
                    "L"
                )
                darkest, lightest = spot.getextrema()
                assert lightest - darkest > 60, row["raw"]

            number = next(index for index, row in enumerate(rows, 1) if row["raw"].startswith("646"))
            row, box = browser.find_element(By.ID, f"r{number}"), browser.find_element(By.ID, f"b{number}")
            plain = row.value_of_css_property("background-color")
            browser.execute_script("arguments[0].click()", box)
            assert browser.current_url.endswith(f"#r{number}")
            assert row.value_of_css_property("background-color") != plain
            assert box.value_of_css_property("outline-style") == "solid"
            heading = browser.find_element(By.TAG_NAME, "h1")
            assert "確認ページ" in heading.text
            widths = browser.execute_script(
                "const c = document.createElement('canvas').getContext('2d'); c.font = getComputedStyle(document.body).font;"
                "return [c.measureText('確認').width, c.measureText('確').width]"
            )
            assert widths[0] == pytest.approx(2 * widths[1], rel=0.05) and widths[1] > 8
            browser.find_element(By.ID, "only-ja").click()
            assert "review page" not in browser.find_element(By.TAG_NAME, "h1").text
            assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
        finally:
            browser.quit()
