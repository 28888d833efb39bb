"""A second made-up city: its report is one ruled table of indicators, grouped by policy, typeset by reportlab."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

NOTE = "架空・試験用 / made up for tests"


class Line(NamedTuple):
    """One row of the table: an indicator with its cells as printed."""

    name: str
    unit: str
    base: str
    target: str
    last: str
    now: str
    rate: str


R6: dict[str, list[Line]] = {
    "1 市民サービスの向上": [
        Line("オンライン申請可能な手続の割合", "％", "12.0", "80.0", "41.5", "53.2", "60.3%"),
        Line("窓口の平均待ち時間", "分", "32", "15", "26", "22", "58.8%"),
        Line("書かない窓口の利用者数", "人", "0", "12,000", "3,180", "5,420", "45.2%"),
    ],
    "2 行政運営の効率化": [
        Line("RPAを導入した業務数", "業務", "4", "60", "25", "33", "51.8%"),
        Line("職員の時間外勤務時間", "時間", "18,400", "12,000", "16,250", "15,100", "51.6%"),
        Line("ペーパーレス会議の実施率", "％", "8.5", "90.0", "47.0", "61.4", "64.9%"),
    ],
    "3 情報の公開と人材": [
        Line("オープンデータの公開件数", "件", "85", "300", "142", "171", "40.0%"),
        Line("デジタル人材の育成人数(累計)", "人", "20", "400", "145", "210", "50.0%"),
    ],
}


def pdf(out: Path, groups: dict[str, list[Line]], years: Sequence[str] = ("R3", "R9", "R5", "R6"), title: str = "令和6年度") -> Path:
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    plain = ParagraphStyle("plain", fontName="HeiseiKakuGo-W5", fontSize=11, leading=15)
    head = ParagraphStyle("head", parent=plain, fontSize=18, leading=26)
    base, target, last, now = years
    rows = [["政策", "指標", "単位", f"基準値\n（{base}）", f"目標値\n（{target}）", f"{last}年度\n実績", f"{now}年度\n実績", "達成率"]]
    looks: list[tuple[object, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("FONT", (0, 0), (-1, -1), "HeiseiKakuGo-W5", 10),
        ("ALIGN", (2, 0), (-1, -1), "CENTER"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
    ]
    for group, lines in groups.items():
        looks.append(("SPAN", (0, len(rows)), (0, len(rows) + len(lines) - 1)))
        rows += [[group if not n else "", *line] for n, line in enumerate(lines)]
    table = Table(rows, colWidths=[130, 190, 50, 70, 70, 70, 70, 60], repeatRows=1)
    table.setStyle(TableStyle(looks))
    document = SimpleDocTemplate(str(out), pagesize=landscape(A4), invariant=1)
    document.build([Paragraph("架空市デジタル化推進計画", head), Paragraph(f"{title} 進捗状況報告書", head), Paragraph(NOTE, plain), PageBreak(),
                    Paragraph("指標の達成状況", head), table])
    return out


def a_year_later() -> dict[str, list[Line]]:
    """The next report of the same city with nothing unusual: last year's actual values where they belong, new ones beside them."""
    moved = {"53.2": ("60.9", "71.9%"), "22": ("19", "76.4%"), "5,420": ("7,310", "60.9%"), "33": ("41", "66.0%"), "15,100": ("14,020", "68.4%"),
             "61.4": ("70.2", "75.7%"), "171": ("203", "54.8%"), "210": ("275", "67.1%")}
    return {group: [line._replace(last=line.now, now=moved[line.now][0], rate=moved[line.now][1]) for line in lines] for group, lines in R6.items()}


if __name__ == "__main__":  # python -m tests.ingestion.table_city city.pdf
    pdf(Path(sys.argv[1]), R6)
