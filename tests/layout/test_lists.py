"""Names at the left and their values at the right of a card, without rules; the years that a cover names by its months."""

from __future__ import annotations

from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from sources.reading import read_report

FONT = "HeiseiKakuGo-W5"


def test_each_value_of_a_card_is_of_the_name_on_its_row(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    page = Canvas(str(tmp_path / "card.pdf"), pagesize=(420, 300), invariant=1)
    page.setFont(FONT, 16)
    page.drawString(40, 260, "数字で見る市のDX 2025")
    page.setFont(FONT, 9)
    page.drawString(250, 240, "対象期間：2024年4月～2025年3月")
    page.rect(50, 100, 230, 110)
    page.rect(50, 30, 230, 60)
    for n, (name, value) in enumerate((("電子化済み手続", "312 / 405手続"), ("電子化率", "77.0%"), ("うち24時間以内完了", "6割"))):
        page.drawString(60, 180 - 15 * n, name)
        page.drawRightString(270, 180 - 15 * n, value)
    for n, (name, value) in enumerate((("予算に対する効果", ""), ("削減効果（試算）", "2億1,500万円"), ("市民1人当たり", "3,280円"))):
        page.drawString(60, 70 - 15 * n, name)
        page.drawRightString(270, 70 - 15 * n, value)
    page.save()
    found = read_report(tmp_path / "card.pdf").figures
    assert [(f.label.partition("(")[0], f.raw) for f in found] == [
        ("電子化済み手続", "312"), ("電子化済み手続", "405手続"), ("電子化率", "77.0%"), ("うち24時間以内完了", "6割"),
        ("削減効果", "2億1,500万円"), ("市民1人当たり", "3,280円"),
    ]  # fmt: skip
    assert {f.period and (f.period.kind, f.period.start.year) for f in found} == {("fiscal_year", 2024)}
