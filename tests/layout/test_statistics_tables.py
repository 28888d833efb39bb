"""Tables as statistics print them: heads told by colour and begun anew further down, names under one another between two rules, days as heads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from sources.reading import read_report
from sources.records import Figure

FONT = "HeiseiKakuGo-W5"
GRID = [("GRID", (0, 0), (-1, -1), 0.6, colors.black), ("FONT", (0, 0), (-1, -1), FONT, 10)]
PEACH = colors.HexColor("#fbe4d5")


def figures(folder: Path, story: Sequence[Flowable | str]) -> list[Figure]:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    style = ParagraphStyle("plain", fontName=FONT, fontSize=10, leading=15)
    flow = [part for item in story for part in ((Paragraph(item, style) if isinstance(item, str) else item), Spacer(1, 8))]
    SimpleDocTemplate(str(folder / "page.pdf"), pagesize=A4, invariant=1).build(flow)
    return read_report(folder / "page.pdf", fiscal_year=2021).figures


def table(rows: list[list[str]], *looks: tuple) -> Table:
    return Table(rows, style=TableStyle([*GRID, *looks]))


def tinted(*rows: int) -> list[tuple]:
    return [("BACKGROUND", (0, row), (-1, row), PEACH) for row in rows]


def named(found: list[Figure]) -> list[tuple[str, str]]:
    return [(figure.label.replace(" ", ""), str(figure.value)) for figure in found]


BANDS = [
    ["千代田", "中央", "港"],
    ["1834 (1825)", "5622 (5603)", "9916 (9884)"],
    ["世田谷", "渋谷", "中野"],
    ["27612 (27468)", "2063 (2052)", "12 (12)"],
]


@pytest.mark.parametrize("looks", [tinted(0, 2), []], ids=["on a colour", "plain"])
def test_heads_that_begin_anew_speak_of_the_rows_under_them(tmp_path: Path, looks: list[tuple]) -> None:
    assert named(figures(tmp_path, [table(BANDS, *looks)])) == [
        ("千代田", "1834"), ("千代田", "1825"), ("中央", "5622"), ("中央", "5603"), ("港", "9916"), ("港", "9884"),
        ("世田谷", "27612"), ("世田谷", "27468"), ("渋谷", "2063"), ("渋谷", "2052"), ("中野", "12"), ("中野", "12"),
    ]  # fmt: skip


def test_years_in_a_column_of_years_are_no_numbers(tmp_path: Path) -> None:
    rows = [["施設", "開設年", "利用者数"], ["図書館", "1998", "1875"], ["体育館", "2003", "2,410"]]
    assert named(figures(tmp_path, [table(rows)])) == [("図書館利用者数", "1875"), ("体育館利用者数", "2410")]


def test_age_groups_and_days_are_heads_of_columns(tmp_path: Path) -> None:
    ages = table([["10歳未満", "10代", "100歳以上", "不明"], ["7", "4", "0", "1"]])
    days = table([["10/12", "10/13"], ["7,564", "6,666"]])
    found = figures(tmp_path, [ages, days])
    assert named(found)[:4] == [("10歳未満", "7"), ("10代", "4"), ("100歳以上", "0"), ("不明", "1")]
    assert [(str(figure.value), str(figure.period and figure.period.start)) for figure in found[4:]] == [
        ("7564", "2021-10-12"), ("6666", "2021-10-13"),
    ]  # fmt: skip


def test_stripes_are_no_heads(tmp_path: Path) -> None:
    rows = [["課", "件数"], ["総務課", "12"], ["市民課", "30"], ["税務課", "25"]]
    assert named(figures(tmp_path, [table(rows, *tinted(1, 3))])) == [("総務課件数", "12"), ("市民課件数", "30"), ("税務課件数", "25")]


def test_names_under_one_another_have_each_the_values_on_their_line(tmp_path: Path) -> None:
    rows = [["区分", "R2年度", "R3年度"], ["議会\n総務\n税務", "1\n11\n2", "1\n10\n－"], ["計", "14", "11"]]
    assert [(f.label, str(f.value), f.period and f.period.start.year) for f in figures(tmp_path, [table(rows)])] == [
        ("議会", "1", 2020), ("議会", "1", 2021), ("総務", "11", 2020), ("総務", "10", 2021), ("税務", "2", 2020),
        ("計", "14", 2020), ("計", "11", 2021),
    ]  # fmt: skip


def test_a_name_broken_over_two_lines_stays_one_row(tmp_path: Path) -> None:
    rows = [["区分", "職員数"], ["企画財政課\n情報係", "61\n(69)"], ["計", "14"]]
    assert named(figures(tmp_path, [table(rows)])) == [("企画財政課情報係職員数", "61"), ("企画財政課情報係職員数", "69"), ("計職員数", "14")]


def test_a_value_over_several_rows_is_of_none_of_them(tmp_path: Path) -> None:
    rows = [["期間", "区分", "件数", "合計"], ["2021年10\n月第1週", "施設", "905", "988"], ["", "学校", "83", ""]]
    found = figures(tmp_path, [table(rows, ("SPAN", (0, 1), (0, 2)), ("SPAN", (3, 1), (3, 2)))])
    assert [(f.label, str(f.value)) for f in found] == [("第1週 施設 件数", "905"), ("第1週 合計", "988"), ("第1週 学校 件数", "83")]
    assert {(str(f.period.start), str(f.period.end)) for f in found if f.period} == {("2021-10-01", "2021-10-31")}


def test_a_date_over_all_of_a_page_governs_what_has_none(tmp_path: Path) -> None:
    found = figures(tmp_path, ["令和3年10月15日16時45分時点", "1 患者の発生状況", table([["総数", "重症者"], ["57", "39"]])])
    assert {str(f.period and f.period.end) for f in found} == {"2021-10-15"}


def test_a_date_of_issue_does_not(tmp_path: Path) -> None:
    found = figures(tmp_path, ["令和3年10月15日", "1 患者の発生状況", table([["総数", "重症者"], ["57", "39"]])])
    assert {str(f.period and f.period.end) for f in found} == {"2022-03-31"}


HEADED = [["区分", "2019年度", "2020年度", "前年度比（％）"], ["体育館", "4,512", "5,230", "115.9"], ["文化会館", "1,024", "988", "96.5"]]


@pytest.mark.parametrize("corner", ["区分", ""])
@pytest.mark.parametrize("heads", ["LEFT", "CENTER"])
@pytest.mark.parametrize("numbers", ["CENTER", "RIGHT"])
def test_a_head_belongs_to_the_numbers_that_stand_beside_it_where_no_rule_parts_columns(tmp_path: Path, corner: str, heads: str, numbers: str) -> None:
    rows = [[corner, *HEADED[0][1:]], *HEADED[1:]]
    looks = [("LINEABOVE", (0, 0), (-1, 0), 1.2, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black), ("FONT", (0, 0), (-1, -1), FONT, 10)]
    aligned = [("ALIGN", (0, 0), (-1, 0), heads), ("ALIGN", (1, 1), (-1, -1), numbers)]
    wide = Table(rows, colWidths=[90, 130, 130, 130], style=TableStyle([*looks, *aligned]))
    found = figures(tmp_path, ["施設の利用件数", wide])
    assert [(figure.label.split()[0], str(figure.value), figure.period and figure.period.start.year) for figure in found if figure.unit != "%"] == [
        ("体育館", "4512", 2019), ("体育館", "5230", 2020), ("文化会館", "1024", 2019), ("文化会館", "988", 2020),
    ]  # fmt: skip
    assert [(str(figure.value), "前年度比" in figure.label) for figure in found if figure.unit == "%"] == [("115.9", True), ("96.5", True)]


ROADMAP = [
    ["施設", "R6年度", "R7年度", "R8年度"],
    ["公共Wi-Fi", "25か所", "40か所", "全58か所"],
    ["申請窓口", "6か所", "拡充", "15か所"],
    ["相談会", "12回", "24回", "36回"],
]
STRIPES = [(col, row) for row in (0, 2) for col in range(4)]


def cells(*squares: tuple[int, int]) -> list[tuple]:
    return [("BACKGROUND", square, square, PEACH) for square in squares]


@pytest.mark.parametrize(
    "looks",
    [cells(*STRIPES), tinted(0, 2), cells(*((col, 0) for col in range(4))), tinted(0), cells(*((2, row) for row in range(4)))],
    ids=["stripes of cells", "stripes", "a head of cells", "a head", "a column of cells"],
)
def test_rows_that_only_a_colour_sets_off_are_rows_of_one_table(tmp_path: Path, looks: list[tuple]) -> None:
    drawn = Table(ROADMAP, colWidths=[110, 90, 90, 90], style=TableStyle([("FONT", (0, 0), (-1, -1), FONT, 10), *looks]))
    found = figures(tmp_path, ["整備の計画", drawn])
    assert [(figure.label.split()[-1], str(figure.value), figure.period and figure.period.start.year) for figure in found] == [
        ("公共Wi-Fi", "25", 2024), ("公共Wi-Fi", "40", 2025), ("公共Wi-Fi", "58", 2026), ("申請窓口", "6", 2024), ("申請窓口", "15", 2026),
        ("相談会", "12", 2024), ("相談会", "24", 2025), ("相談会", "36", 2026),
    ]  # fmt: skip


def test_what_lies_between_coloured_cells_is_parted_as_they_are(tmp_path: Path) -> None:
    """Years on a colour at the left, on white what was done in each: a row for every year, also right under a coloured title."""
    rows = [["これまでの歩み", ""], ["令和元年度", "推進本部を設置（委員12人）"], ["令和2年度", "100手続を公開、5課で試行"], ["令和3年度", "利用件数は6,400件"]]
    looks = [("BACKGROUND", (0, 0), (-1, 0), PEACH), ("SPAN", (0, 0), (-1, 0)), *(("BACKGROUND", (0, row), (0, row), PEACH) for row in (1, 2, 3))]
    drawn = Table(rows, colWidths=[90, 300], style=TableStyle([("FONT", (0, 0), (-1, -1), FONT, 10), *looks]))
    found = figures(tmp_path, [drawn])
    assert [(str(figure.value), figure.period and figure.period.start.year) for figure in found] == [
        ("12", 2019), ("100", 2020), ("5", 2020), ("6400", 2021),
    ]  # fmt: skip


def test_a_table_of_contents_counts_nothing(tmp_path: Path) -> None:
    contents = ["目次", "１ はじめに ................................ 1", "２ 取組の実績 ............................ 3", "３ 今後の予定 ............................ 12"]
    assert named(figures(tmp_path, contents)) == []


def test_a_title_right_over_a_number_names_it_before_what_is_beside(tmp_path: Path) -> None:
    rows = [["05 ペーパーレス化"], ["コピー用紙の使用枚数"], ["▲32.5%"], ["R元年度 1,820万枚 → R3年度 1,228万枚"]]
    looks = [("FONT", (0, 0), (-1, -1), FONT, 11), ("FONTSIZE", (0, 2), (0, 2), 24), ("LEADING", (0, 2), (0, 2), 26), ("FONTSIZE", (0, 3), (0, 3), 8)]
    ground = [("BOX", (0, 0), (-1, -1), 1, colors.black), ("BACKGROUND", (0, 0), (0, 0), PEACH)]
    found = figures(tmp_path, [Table(rows, colWidths=[240], style=TableStyle([*looks, *ground]))])
    assert [figure.label.split()[0] for figure in found] == ["コピー用紙の使用枚数"] * 3


def test_a_unit_right_under_a_table_is_its_own_unless_it_stands_over_the_next(tmp_path: Path) -> None:
    rows = [["年度", "転入", "転出"], ["2020年度", "402", "455"]]
    money = [["年度", "歳入", "歳出"], ["2020年度", "112", "88"]]
    people, sums = (Table(cells, style=TableStyle(GRID), hAlign="LEFT") for cells in (rows, money))
    assert {figure.unit for figure in figures(tmp_path, [people, "（単位：人）", "以上のとおりである。"])} == {"名"}
    assert [figure.unit for figure in figures(tmp_path, [people, "（単位：百万円）", sums])] == ["", "", "円", "円"]


def test_words_that_a_narrow_cell_breaks_letter_by_letter_are_words(tmp_path: Path) -> None:
    rows = [
        ["指標", "単\n位", "", "R2", "R3"],
        ["", "", "", "2020", "2021"],
        ["交付枚数", "千\n枚", "目\n標", "60", "65"],
        ["", "", "実\n績", "51.2", "58.8"],
    ]
    merged = [("SPAN", (n, 0), (n, 1)) for n in (0, 1, 2)] + [("SPAN", (0, 2), (0, 3)), ("SPAN", (1, 2), (1, 3))]
    look = TableStyle([*GRID, *merged, ("LEFTPADDING", (0, 0), (-1, -1), 5), ("RIGHTPADDING", (0, 0), (-1, -1), 5)])
    found = figures(tmp_path, [Table(rows, colWidths=[80, 21, 21, 40, 40], style=look)])
    assert [(f.label, f.measure, int(f.value), f.unit, f.period and (f.period.kind, f.period.start.year)) for f in found] == [
        ("交付枚数 目標", "target", 60000, "枚", ("fiscal_year", 2020)),
        ("交付枚数 目標", "target", 65000, "枚", ("fiscal_year", 2021)),
        ("交付枚数 実績", "level", 51200, "枚", ("fiscal_year", 2020)),
        ("交付枚数 実績", "level", 58800, "枚", ("fiscal_year", 2021)),
    ]


def test_what_a_table_calls_its_classes_is_no_figure(tmp_path: Path) -> None:
    rows = [["評価", "基準", "施策数"], ["A", "目標を達成（100％以上）", "11"], ["B", "おおむね達成（80％以上100％未満）", "8"], ["C", "未達成（80％未満）", "4"]]
    assert [(str(f.value), f.unit) for f in figures(tmp_path, [table(rows)])] == [("11", "施策"), ("8", "施策"), ("4", "施策")]


def test_a_month_over_a_column_is_one_of_the_rows_year(tmp_path: Path) -> None:
    rows = [["", "4月", "12月", "1月", "計"], ["R2", "812", "790", "860", "2,462"], ["R3", "1,102", "1,090", "1,160", "3,352"]]
    found = figures(tmp_path, ["オンライン申請の月別件数", table(rows)])  # a narrow table in the middle, its caption at the margin
    assert [(f.period.kind, f.period.start.isoformat()[:7]) for f in found if f.period] == [
        ("month", "2020-04"), ("month", "2020-12"), ("month", "2021-01"), ("fiscal_year", "2020-04"),
        ("month", "2021-04"), ("month", "2021-12"), ("month", "2022-01"), ("fiscal_year", "2021-04"),
    ]  # fmt: skip
    assert {f.label for f in found} == {"オンライン申請の月別件数", "計 オンライン申請の月別件数"}


def test_names_on_a_colour_at_the_left_of_rules_are_the_heads_of_what_is_said_at_the_right(tmp_path: Path) -> None:
    rows = [["現状と課題", "スマートフォンの保有率は72.4％である。"], ["取組内容", "相談会を18施設で開催した。"], ["事業費", "12,480千円"]]
    look = TableStyle([
        ("FONT", (0, 0), (-1, -1), FONT, 10), ("BACKGROUND", (0, 0), (0, -1), PEACH), ("BOX", (0, 0), (-1, -1), 0.6, colors.black),
        ("LINEBELOW", (0, 0), (-1, -1), 0.6, colors.black),
    ])  # fmt: skip
    assert [f.label for f in figures(tmp_path, [Table(rows, colWidths=[90, 300], style=look)])] == [
        "スマートフォンの保有率 現状と課題", "相談会 取組内容", "事業費",
    ]  # fmt: skip
