"""A chart says its unit once, over its axis: the labels of its bars are in that unit, not in that of the chart beside it."""

from __future__ import annotations

from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from sources.reading import read_report

FONT = "HeiseiKakuGo-W5"


def chart(page: Canvas, left: float, title: str, unit: str, step: int, label: str, over: int) -> None:
    page.setFont(FONT, 12)
    page.drawString(left + 20, 400, title)
    page.setFont(FONT, 8)
    page.drawRightString(left, 350, unit)
    for tick in range(5):
        page.drawRightString(left, 200 + 30 * tick, f"{step * tick:,}")
    for n, year in enumerate(range(2016, 2022)):
        page.drawCentredString(left + 20 + 36 * n, 185, f"{year}年")
        page.rect(left + 12 + 36 * n, 200, 16, 20 + 12 * n, fill=1)
    page.drawCentredString(left + 20 + 36 * over, 225 + 12 * over, label)


def test_labels_take_the_unit_over_their_axis(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(tmp_path / "charts.pdf"), pagesize=(620, 460), invariant=1)
    chart(page, 60, "市場規模の推移", "（兆円）", 5, "11.0", 5)
    chart(page, 360, "事業所の出荷額の推移", "（億円）", 10000, "23,082", 0)
    page.save()
    found = read_report(tmp_path / "charts.pdf", fiscal_year=2021).figures
    assert [(int(f.value), f.unit, f.period and f.period.start.year) for f in sorted(found, key=lambda f: f.box.x0)] == [
        (11_000_000_000_000, "円", 2021), (2_308_200_000_000, "円", 2016),
    ]  # fmt: skip
    assert {word for f in found for word in ("兆円", "億円") if word in f.label + f.title} == set(), "a unit names nothing"


def test_years_with_the_caption_close_under_them_are_categories_all_the_same(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(tmp_path / "captioned.pdf"), pagesize=(420, 300), invariant=1)
    page.setFont(FONT, 8)
    page.drawString(20, 226, "（千件）")
    for tick in range(4):
        page.drawRightString(50, 60 + 50 * tick, str(10 * tick))
    for n, (year, value) in enumerate(((2, "9.2"), (3, "13.1"), (4, "19.7"), (5, "28.4"))):
        page.rect(80 + 80 * n, 60, 40, 5 * float(value), fill=1)
        page.drawCentredString(100 + 80 * n, 64 + 5 * float(value), value)
        page.drawCentredString(100 + 80 * n, 46, f"令和{year}年度")
    page.drawCentredString(220, 33, "図1 オンライン申請件数の推移")
    page.save()
    found = read_report(tmp_path / "captioned.pdf", fiscal_year=2023).figures
    assert [(int(f.value), f.unit, f.period and f.period.start.year) for f in sorted(found, key=lambda f: f.box.x0)] == [
        (9200, "件", 2020), (13_100, "件", 2021), (19_700, "件", 2022), (28_400, "件", 2023),
    ]  # fmt: skip


def test_of_two_axes_a_label_is_measured_by_the_one_that_reaches_as_far(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(tmp_path / "two.pdf"), pagesize=(480, 320), invariant=1)
    page.setFont(FONT, 8)
    page.drawString(20, 276, "（件）")
    page.drawString(420, 276, "（％）")
    for tick in range(5):
        page.drawRightString(56, 60 + 50 * tick, f"{10_000 * tick:,}")
        page.drawString(420, 60 + 50 * tick, str(20 * tick))
    for n, (year, count, share) in enumerate(((3, 9512, "18.5"), (4, 14_360, "30.2"), (5, 22_108, "44.0"), (6, 30_441, "78.9"))):
        page.rect(80 + 80 * n, 60, 40, count / 200, fill=1)
        page.drawCentredString(100 + 80 * n, 50 + count / 200, f"{count:,}")
        page.drawCentredString(100 + 80 * n, 66 + 2.5 * float(share), share)
        page.drawCentredString(100 + 80 * n, 44, f"R{year}年度")
    page.save()
    found = read_report(tmp_path / "two.pdf", fiscal_year=2024).figures
    assert sorted((f.period.start.year, f.unit, str(f.value)) for f in found if f.period) == [
        (2021, "%", "18.5"), (2021, "件", "9512"), (2022, "%", "30.2"), (2022, "件", "14360"),
        (2023, "%", "44.0"), (2023, "件", "22108"), (2024, "%", "78.9"), (2024, "件", "30441"),
    ]  # fmt: skip
