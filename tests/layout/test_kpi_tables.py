"""Ruled tables of indicators as plans print them: groups as rows or in a column, numbered, the unit in a column or in a head."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

from sources.reading import read_report

GROUPS_AS_ROWS = (
    [
        ["指標", "単位", "基準値(R3)", "目標値(R9)", "R6年度実績", "達成率（％）"],
        ["1 市民サービスの向上", "", "", "", "", ""],
        ["窓口の待ち時間", "分", "32", "15", "22", "58.8"],
        ["2 業務の効率化", "", "", "", "", ""],
        ["時間外勤務", "時間", "18,400", "12,000", "15,100", "51.6"],
    ],
    [("SPAN", (0, 1), (-1, 1)), ("SPAN", (0, 3), (-1, 3))],
    {
        ("窓口の待ち時間", "32", "分", "level", 2021), ("窓口の待ち時間", "15", "分", "target", 2027),
        ("窓口の待ち時間", "22", "分", "level", 2024), ("窓口の待ち時間", "58.8", "%", "level", 2024),
        ("時間外勤務", "18400", "時間", "level", 2021), ("時間外勤務", "12000", "時間", "target", 2027),
        ("時間外勤務", "15100", "時間", "level", 2024), ("時間外勤務", "51.6", "%", "level", 2024),
    },
)  # fmt: skip
GROUPS_IN_A_COLUMN = (
    [
        ["政策", "指標", "単位", "R5年度", "R6年度"],
        ["1 市民サービスの向上", "窓口の待ち時間", "分", "26", "22"],
        ["2 業務の効率化", "時間外勤務", "時間", "16,250", "15,100"],
        ["3 データの公開", "公開件数", "件", "142", "171"],
    ],
    [],
    {
        ("窓口の待ち時間", "26", "分", "level", 2023), ("窓口の待ち時間", "22", "分", "level", 2024),
        ("時間外勤務", "16250", "時間", "level", 2023), ("時間外勤務", "15100", "時間", "level", 2024),
        ("公開件数", "142", "件", "level", 2023), ("公開件数", "171", "件", "level", 2024),
    },
)  # fmt: skip
AGAINST_THE_YEAR_BEFORE = (
    [
        ["指標", "令和5年度", "令和6年度", "前年度比"],
        ["電子申請", "12,400件", "15,860件", "+3,460件"],
        ["予約率", "41.2％", "47.5％", "+6.3ポイント"],
        ["街路の草花", "1,180鉢", "1,250鉢", "106％"],
    ],
    [],
    {
        ("電子申請", "12400", "件", "level", 2023), ("電子申請", "15860", "件", "level", 2024), ("電子申請", "3460", "件", "change", 2024),
        ("予約率", "41.2", "%", "level", 2023), ("予約率", "47.5", "%", "level", 2024), ("予約率", "6.3", "ポイント", "change", 2024),
        ("街路の草花", "1180", "鉢", "level", 2023), ("街路の草花", "1250", "鉢", "level", 2024), ("街路の草花", "106", "%", "growth", 2024),
    },
)  # fmt: skip
TABLES = {"groups as rows": GROUPS_AS_ROWS, "groups in a column": GROUPS_IN_A_COLUMN, "against the year before": AGAINST_THE_YEAR_BEFORE}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_of_indicators(tmp_path: Path, table: tuple) -> None:
    rows, looks, expected = table
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    drawn = Table(rows)
    drawn.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("FONT", (0, 0), (-1, -1), "HeiseiKakuGo-W5", 10), *looks]))
    SimpleDocTemplate(str(tmp_path / "table.pdf"), pagesize=landscape(A4), invariant=1).build([drawn])
    found = set()
    for figure in read_report(tmp_path / "table.pdf", fiscal_year=2024).figures:
        assert figure.period is not None
        name = next((one for one, *_ in expected if one in figure.label), figure.label)
        found.add((name, str(figure.value), figure.unit, figure.measure, figure.period.start.year))
    assert found == expected
