"""A number is of the series in whose colour its bar or sector is drawn, and not of the name that happens to stand nearest."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.lib.colors import HexColor, black, white
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from sources.reading import read_report
from sources.records import Figure

FONT = "HeiseiKakuGo-W5"
BLUE, GREEN, RED = HexColor("#1f77b4"), HexColor("#2ca02c"), HexColor("#d62728")
ANSWERS = ((BLUE, "満足"), (GREEN, "どちらともいえない"), (RED, "不満"))


@pytest.fixture
def page(tmp_path: Path) -> Canvas:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    canvas = Canvas(str(tmp_path / "charts.pdf"), pagesize=(640, 460), invariant=1)
    canvas.setFont(FONT, 9)
    return canvas


def said(page: Canvas, tmp_path: Path) -> dict[str, Figure]:
    page.save()
    return {figure.raw: figure for figure in read_report(tmp_path / "charts.pdf", fiscal_year=2024).figures}


def legend(page: Canvas, x: float, y: float, entries: Sequence[tuple[HexColor, str]], note: str = "", sign: str = "") -> None:
    for n, (colour, name) in enumerate(entries):
        left = x + 120 * n
        page.setFillColor(colour)
        if sign:
            page.drawString(left, y, sign)
        else:
            page.rect(left, y, 8, 8, fill=1, stroke=0)
        page.setFillColor(black)
        page.drawString(left + 11, y, name + (note if n == len(entries) - 1 else ""))


def rows(page: Canvas, x: float, y: float, names: Sequence[str], values: Sequence[Sequence[float]]) -> None:
    """Bars of a hundred percent that lie under one another, their values in them, their names at the left."""
    for n, (name, shares) in enumerate(zip(names, values, strict=True)):
        top, left = y - 30 * n, x
        page.setFillColor(black)
        page.drawRightString(x - 6, top + 5, name)
        for share, (colour, _) in zip(shares, ANSWERS, strict=True):
            page.setFillColor(colour)
            page.rect(left, top, 3 * share, 18, fill=1, stroke=0)
            page.setFillColor(white)
            page.drawCentredString(left + 1.5 * share, top + 5, f"{share:.1f}")
            left += 3 * share
    page.setFillColor(black)


def columns(page: Canvas, x: float, step: float) -> None:
    """Bars of one colour over three years, their values over them."""
    for n, value in enumerate((1337, 1560, 2386)):
        page.setFillColor(BLUE)
        page.rect(x + step * n, 240, 30, value / 20, fill=1, stroke=0)
        page.setFillColor(black)
        page.drawCentredString(x + 15 + step * n, 244 + value / 20, f"{value:,}")
        page.drawCentredString(x + 15 + step * n, 225, f"令和{4 + n}年度")


VALUES = ((45.0, 33.0, 22.0), (38.2, 36.8, 25.0), (21.4, 40.1, 38.5))


@pytest.mark.parametrize("sign", ["", "■"], ids=["drawn samples", "signs"])
def test_stacked_bars_are_named_by_their_row_and_their_colour(page: Canvas, tmp_path: Path, sign: str) -> None:
    page.drawString(60, 400, "窓口の評価（年代別）")
    rows(page, 90, 360, ("20歳代", "40歳代", "65歳以上"), VALUES)
    legend(page, 90, 270, ANSWERS, "　（単位：％）", sign)
    found = said(page, tmp_path)
    assert {raw: (figure.label, figure.unit) for raw, figure in found.items()} == {
        f"{value:.1f}": (f"{name} {answer}", "%")
        for name, row in zip(("20歳代", "40歳代", "65歳以上"), VALUES, strict=True)
        for value, (_, answer) in zip(row, ANSWERS, strict=True)
    }


def test_a_row_named_by_a_year_is_of_that_year(page: Canvas, tmp_path: Path) -> None:
    page.drawString(60, 400, "窓口の評価")
    rows(page, 90, 360, ("令和6年度", "令和4年度"), VALUES[:2])
    legend(page, 90, 270, ANSWERS, "　（単位：％）")
    found = said(page, tmp_path)
    assert {raw: (figure.label, figure.period and figure.period.start.year) for raw, figure in found.items()} == {
        f"{value:.1f}": (answer, year) for year, row in zip((2024, 2022), VALUES[:2], strict=True) for value, (_, answer) in zip(row, ANSWERS, strict=True)
    }


def test_a_lying_axis_lends_its_unit_and_its_ticks_are_no_figures(page: Canvas, tmp_path: Path) -> None:
    page.drawString(60, 420, "窓口の評価")
    for tick in range(6):
        page.drawCentredString(90 + 60 * tick, 385, f"{20 * tick}" + ("(%)" if tick == 5 else ""))
    rows(page, 90, 350, ("20歳代", "40歳代"), VALUES[:2])
    legend(page, 90, 290, ANSWERS)
    assert {raw: figure.unit for raw, figure in said(page, tmp_path).items()} == {f"{value:.1f}": "%" for row in VALUES[:2] for value in row}


def test_bars_side_by_side_over_a_year_are_of_that_year_and_their_colour(page: Canvas, tmp_path: Path) -> None:
    page.drawString(60, 420, "オンライン申請件数の推移（件）")
    for n, values in enumerate(((1240, 930), (2180, 1720), (3105, 2640))):
        for side, (value, colour) in enumerate(zip(values, (BLUE, RED), strict=True)):
            left = 100 + 150 * n + 40 * side
            page.setFillColor(colour)
            page.rect(left, 120, 40, value / 14, fill=1, stroke=0)
            page.setFillColor(black)
            page.drawCentredString(left + 20, 124 + value / 14, f"{value:,}")
        page.drawCentredString(140 + 150 * n, 105, f"令和{4 + n}年度")
    legend(page, 150, 80, ((BLUE, "本庁"), (RED, "支所")))
    found = said(page, tmp_path)
    assert {raw: (f.label, f.unit, f.period and f.period.start.year) for raw, f in found.items()} == {
        "1,240": ("本庁", "件", 2022), "930": ("支所", "件", 2022), "2,180": ("本庁", "件", 2023),
        "1,720": ("支所", "件", 2023), "3,105": ("本庁", "件", 2024), "2,640": ("支所", "件", 2024),
    }  # fmt: skip


def test_labels_of_lines_are_named_by_the_mark_beside_them(page: Canvas, tmp_path: Path) -> None:
    page.drawString(60, 420, "満足度の推移（％）")
    for colour, values, side in ((BLUE, (62, 71, 80), 9), (RED, (40, 55, 52), -15)):
        page.setStrokeColor(colour)
        page.setFillColor(colour)
        places = [(120 + 150 * n, 100 + 3 * value) for n, value in enumerate(values)]
        for (x0, y0), (x1, y1) in zip(places, places[1:], strict=False):
            page.line(x0, y0, x1, y1)
        for (x, y), value in zip(places, values, strict=True):
            page.setFillColor(colour)
            page.circle(x, y, 3, fill=1, stroke=0)
            page.setFillColor(black)
            page.drawCentredString(x, y + side, f"{value}.0")
    for n in range(3):
        page.drawCentredString(120 + 150 * n, 80, f"令和{4 + n}年度")
    for n, (colour, name) in enumerate(((BLUE, "窓口"), (RED, "電話"))):
        page.setFillColor(colour)
        page.circle(154 + 120 * n, 64, 3, fill=1, stroke=0)
        page.setFillColor(black)
        page.drawString(162 + 120 * n, 60, name)
    assert {raw: (f.label, f.period and f.period.start.year) for raw, f in said(page, tmp_path).items()} == {
        "62.0": ("窓口", 2022), "71.0": ("窓口", 2023), "80.0": ("窓口", 2024), "40.0": ("電話", 2022), "55.0": ("電話", 2023), "52.0": ("電話", 2024),
    }  # fmt: skip


def test_sectors_are_named_by_their_colour(page: Canvas, tmp_path: Path) -> None:
    page.drawString(60, 420, "利用端末の内訳")
    for (colour, _), start, extent in zip(ANSWERS, (90, 60, -6), (-30, -66, -264), strict=True):
        page.setFillColor(colour)
        page.wedge(100, 200, 300, 400, start, extent, fill=1, stroke=0)
    page.setFillColor(white)
    for text, x, y in (("8.3%", 220, 380), ("18.3%", 270, 325), ("73.3%", 160, 270)):
        page.drawCentredString(x, y, text)
    page.setFillColor(black)
    legend(page, 90, 160, ((BLUE, "スマートフォン"), (GREEN, "パソコン"), (RED, "その他")))
    assert {raw: f.label.split()[-1] for raw, f in said(page, tmp_path).items()} == {"8.3%": "スマートフォン", "18.3%": "パソコン", "73.3%": "その他"}


def test_bars_of_one_colour_are_not_of_the_chart_beside_them_that_has_a_legend(page: Canvas, tmp_path: Path) -> None:
    page.drawString(40, 420, "窓口の評価")
    rows(page, 90, 360, ("20歳代", "40歳代"), VALUES[:2])
    legend(page, 60, 280, ANSWERS)
    page.drawString(440, 420, "相談件数の推移（件）")
    columns(page, 450, 60)
    found = said(page, tmp_path)
    assert {found[raw].label.partition("（")[0] for raw in ("1,337", "1,560", "2,386")} == {"相談件数の推移"}
    assert found["45.0"].label == "20歳代 満足"


def test_a_legend_in_another_frame_names_nothing(page: Canvas, tmp_path: Path) -> None:
    for x in (20, 330):
        page.rect(x, 200, 290, 240, fill=0)
    page.drawString(40, 420, "相談件数の推移（件）")
    columns(page, 60, 80)
    page.drawString(340, 420, "端末の種類")
    for n, (share, (colour, _)) in enumerate(zip((52.0, 31.0, 17.0), ANSWERS, strict=True)):
        page.setFillColor(colour)
        page.rect(420, 370 - 40 * n, 2 * share, 18, fill=1, stroke=0)
    page.setFillColor(black)
    for n, (colour, name) in enumerate(((BLUE, "携帯"), (GREEN, "机上"), (RED, "他"))):
        legend(page, 350 + 60 * n, 220, [(colour, name)])
    assert {raw: "携帯" in f.label for raw, f in said(page, tmp_path).items()} == {"1,337": False, "1,560": False, "2,386": False}
