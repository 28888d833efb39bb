"""Ruled tables of indicators as plans print them: groups as rows or in a column, numbered, the unit in a column or in a head."""

from __future__ import annotations

from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

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


def test_what_cells_say_in_sentences_is_named_by_its_own_words_and_by_its_row(tmp_path: Path) -> None:
    """A line that only the cell's width breaks goes on; what follows a number without words of its own is of the same thing."""
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    style = ParagraphStyle("cell", fontName="HeiseiKakuGo-W5", fontSize=10, leading=13, wordWrap="CJK")
    said = [
        ["施策", "取組内容", "令和5年度の実績", "次年度"],
        [
            "1-1 行政手続のオンライン化の推進", "手続をオンラインで受け付ける。",
            "・オンライン化手続数：312件（前年度比＋85件）<br/>・申請率 41.2％（前年度33.0％）", "400件に拡大",
        ],
        ["2-1 庁内業務の効率化と見直し", "RPAを活用する。", "受講者数 延べ1,845人（受講率92.3％）", "－"],
    ]  # fmt: skip
    rows = [[Paragraph(cell, style) for cell in row] for row in said]
    drawn = Table(rows, colWidths=[110, 120, 172, 80])
    drawn.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    SimpleDocTemplate(str(tmp_path / "said.pdf"), pagesize=landscape(A4), invariant=1).build([drawn])
    found = read_report(tmp_path / "said.pdf", fiscal_year=2023).figures
    assert [(f.label, str(f.value), f.unit, f.measure, f.period and f.period.start.year) for f in found] == [
        ("オンライン化手続数 1-1 行政手続のオンライン化の推進", "312", "件", "level", 2023),
        ("オンライン化手続数 1-1 行政手続のオンライン化の推進", "85", "件", "change", 2023),
        ("申請率 1-1 行政手続のオンライン化の推進", "41.2", "%", "level", 2023),
        ("申請率 1-1 行政手続のオンライン化の推進", "33.0", "%", "level", 2022),
        ("1-1 行政手続のオンライン化の推進", "400", "件", "level", 2024),
        ("受講者数 2-1 庁内業務の効率化と見直し", "1845", "名", "level", 2023),
        ("受講率 2-1 庁内業務の効率化と見直し", "92.3", "%", "level", 2023),
    ]


def test_in_a_form_what_is_right_beside_a_value_names_it(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    rows = [
        ["事業名", "", "テレワーク推進事業", "", ""],
        ["事業費", "予算額", "8,500千円", "決算額", "7,932千円"],
        ["", "うち交付金", "4,250千円", "執行率", "93.3％"],
    ]
    heads = [(0, 0), (1, 0), (0, 1), (1, 1), (3, 1), (0, 2), (1, 2), (3, 2)]
    looks = [("SPAN", (0, 0), (1, 0)), ("SPAN", (2, 0), (4, 0)), ("SPAN", (0, 1), (0, 2)), *(("BACKGROUND", at, at, colors.lightgreen) for at in heads)]
    drawn = Table(rows)
    drawn.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("FONT", (0, 0), (-1, -1), "HeiseiKakuGo-W5", 10), *looks]))
    SimpleDocTemplate(str(tmp_path / "form.pdf"), pagesize=landscape(A4), invariant=1).build([drawn])
    found = read_report(tmp_path / "form.pdf", fiscal_year=2024).figures
    assert [(f.label.removesuffix(" テレワーク推進事業"), str(f.value), f.unit) for f in found] == [
        ("事業費 予算額", "8500000", "円"), ("事業費 決算額", "7932000", "円"), ("事業費 うち交付金", "4250000", "円"), ("事業費 執行率", "93.3", "%"),
    ]  # fmt: skip


def test_numbers_in_a_frame_are_of_the_heading_over_it_and_not_of_the_next(tmp_path: Path) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiKakuGo-W5"))
    style = ParagraphStyle("head", fontName="HeiseiKakuGo-W5", fontSize=12, leading=16, spaceBefore=14)
    story = []
    for heading, said in (
        ("指標1 登録者数", ["目標（R6）<br/>15,000人", "実績（R6）<br/>16,482人"]), ("指標2 開催回数", ["R5<br/>1,104回", "R6<br/>1,377回"]),
        ("指標3 利用率", []),
    ):  # fmt: skip
        story.append(Paragraph(heading, style))
        if said:
            small = ParagraphStyle("cell", fontName="HeiseiKakuGo-W5", fontSize=10, leading=14, alignment=1)
            looks = [("BOX", (0, 0), (-1, -1), 1, colors.orange)]
            story.append(Table([[Paragraph(words, small) for words in said]], colWidths=[240, 240], style=TableStyle(looks), spaceBefore=8, hAlign="LEFT"))
    SimpleDocTemplate(str(tmp_path / "frames.pdf"), pagesize=landscape(A4), invariant=1).build(story)
    found = read_report(tmp_path / "frames.pdf", fiscal_year=2024).figures
    assert [(f.label[:3], str(f.value), f.measure) for f in found] == [
        ("指標1", "15000", "target"), ("指標1", "16482", "level"), ("指標2", "1104", "level"), ("指標2", "1377", "level"),
    ]  # fmt: skip
