"""Which names, years and comparisons the heads of a table hand to its cells: names with numbers in them, ordinals, halves side by side, differences."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from reportlab.platypus import Table, TableStyle

from sources.notation.periods import as_of, fiscal
from sources.records import Figure, Period
from tests.layout.test_statistics_tables import FONT, GRID, figures, table


def said(found: list[Figure]) -> list[tuple[str, str, str]]:
    return [(figure.label.replace(" ", ""), f"{figure.value:f}", figure.unit) for figure in found]


def compared(found: list[Figure]) -> list[tuple[str, str, Period | None, Period | None]]:
    return [(f"{figure.value:f}", figure.measure, figure.period, figure.base) for figure in found if figure.measure != "level"]


@pytest.mark.parametrize("name", ["太陽光（10kW未満）", "週1回以上運動する市民の割合", "2人以上世帯", "その他ガス（CH₄、N₂O等）"])
def test_a_name_with_a_number_in_it_is_a_name_and_so_are_the_others(tmp_path: Path, name: str) -> None:
    found = figures(tmp_path, [table([["区分", "R2年度", "R3年度"], [name, "28,412", "30,057"], ["その他", "1,990", "2,010"]])])
    assert [f"{figure.value:f}" for figure in found] == ["28412", "30057", "1990", "2010"]
    assert [figure.label for figure in found[2:]] == ["その他", "その他"]
    assert found[0].label == found[1].label != ""


@pytest.mark.parametrize("ordinals", [["1", "2", "合計"], ["1-1", "1-2", ""], ["1位", "2位", ""]])
def test_what_numbers_the_rows_is_no_figure(tmp_path: Path, ordinals: list[str]) -> None:
    rows = [["No.", "事業名", "事業費（千円）"], [ordinals[0], "健康増進", "45,210"], [ordinals[1], "がん検診", "128,400"], [ordinals[2], "", "173,610"]]
    span = ("SPAN", (0, 3), (1, 3)) if ordinals[2] else ("ALIGN", (0, 0), (0, 0), "LEFT")
    found = figures(tmp_path, [table(rows, span)])
    assert [f"{figure.value:f}" for figure in found] == ["45210000", "128400000", "173610000"]
    assert "健康増進" in found[0].label and "がん検診" in found[1].label


def test_the_difference_of_two_numbered_rows_is_a_row_like_them(tmp_path: Path) -> None:
    rows = [["区域", "", "計画", "実績"], ["北部", "①量の見込み", "820人", "794人"], ["", "②確保量", "860人", "850人"], ["", "②－①", "40人", "56人"]]
    found = figures(tmp_path, [table(rows, ("SPAN", (0, 0), (1, 0)), ("SPAN", (0, 1), (0, 3)))])
    assert [figure.label.split()[1] for figure in found[:4]] == ["①量の見込み"] * 2 + ["②確保量"] * 2
    assert [f"{figure.value:f}" for figure in found] == ["820", "794", "860", "850", "40", "56"]


def test_a_vertical_head_of_several_rows_is_the_group_of_them(tmp_path: Path) -> None:
    rows = [["区分", "指標名", "単位", "R3年度"], ["成\n果\n指\n標\n値", "受診率", "％", "39.4"], ["", "健康寿命", "年", "17.85"]]
    look = TableStyle([*GRID, ("SPAN", (0, 1), (0, 2)), ("LEADING", (0, 1), (0, 1), 11)])
    found = figures(tmp_path, [Table(rows, style=look, rowHeights=[20, 40, 40])])
    assert [(figure.label.split()[-1], f"{figure.value:f}", figure.unit) for figure in found] == [("受診率", "39.4", "%"), ("健康寿命", "17.85", "年")]
    assert all(figure.label.startswith("成果指標値") for figure in found)


def test_a_table_in_two_halves_is_named_by_the_nearer_column(tmp_path: Path) -> None:
    found = figures(tmp_path, [table([["地区", "人口（人）", "地区", "人口（人）"], ["中央", "12,030", "北", "8,020"], ["東", "9,870", "南", "7,990"]])])
    assert said(found) == [("中央人口", "12030", "名"), ("北人口", "8020", "名"), ("東人口", "9870", "名"), ("南人口", "7990", "名")]


@pytest.mark.parametrize("heads", [["R2年度", "R3年度"], ["R3年度", "R2年度"], ["R元年度", "R2年度", "R3年度"]])
def test_a_column_of_differences_compares_the_two_years_before_it(tmp_path: Path, heads: list[str]) -> None:
    values = ["1,100", "1,200", "1,350"][-len(heads) :]
    found = figures(tmp_path, [table([["区分", *heads, "増減", "増減率"], ["登録者数（人）", *values, "150", "12.5%"]])])
    assert compared(found) == [("150", "change", fiscal(2021), fiscal(2020)), ("12.5", "growth", fiscal(2021), fiscal(2020))]


def test_letters_say_which_columns_are_compared(tmp_path: Path) -> None:
    heads = ["区分", "R3年度\n(A)", "R2年度\n(B)", "R元年度\n(C)", "比較\n(A)－(C)", "(A)/(B)"]
    found = figures(tmp_path, [table([heads, ["来館者数（人）", "1,320", "1,200", "1,000", "320", "110.0%"]])])
    assert compared(found) == [("320", "change", fiscal(2021), fiscal(2019)), ("110.0", "growth", fiscal(2021), fiscal(2020))]


def test_a_row_of_differences_compares_the_two_years_above_it(tmp_path: Path) -> None:
    found = figures(tmp_path, [table([["年度", "火災件数（件）"], ["令和2年度", "41"], ["令和3年度", "47"], ["増減", "6"]])])
    assert compared(found) == [("6", "change", fiscal(2021), fiscal(2020))]


def test_against_the_base_year_is_against_the_column_that_is_called_so(tmp_path: Path) -> None:
    heads = ["部門", "2013年度\n（基準年度）", "2020年度", "2021年度", "前年度比(%)", "基準年度比(%)"]
    found = figures(tmp_path, [table([heads, ["産業", "1,012", "831", "810", "△2.5", "△20.0"]])])
    assert compared(found) == [("-2.5", "growth", fiscal(2021), fiscal(2020)), ("-20.0", "growth", fiscal(2021), fiscal(2013))]


def test_each_years_day_is_compared_with_that_day_of_the_year_before(tmp_path: Path) -> None:
    rows = [["年度", "職員数（人）", "対前年（人）"], ["R2", "1,045", "△6"], ["R3", "1,038", "△7"]]
    found = figures(tmp_path, ["職員数の推移（各年4月1日現在）", table(rows)])
    days = [as_of(date(year, 4, 1)) for year in (2019, 2020, 2021)]
    assert compared(found) == [("-6", "change", days[1], days[0]), ("-7", "change", days[2], days[1])]


def test_a_total_over_years_is_of_all_of_them(tmp_path: Path) -> None:
    found = figures(tmp_path, [table([["区分", "R元年度", "R2年度", "R3年度", "累計"], ["効果額（千円）", "10", "12", "14", "36"]])])
    assert found[-1].period == Period("fiscal_years", date(2019, 4, 1), date(2022, 3, 31))


def test_a_month_in_a_column_of_a_year_is_one_of_it(tmp_path: Path) -> None:
    found = figures(tmp_path, [table([["取組", "R元年度", "R2年度"], ["教室", "10月末 12回", "9月末 36回"]])])
    assert [figure.period and figure.period.end for figure in found] == [date(2019, 10, 31), date(2020, 9, 30)]


def test_tables_side_by_side_have_each_their_own_caption(tmp_path: Path) -> None:
    def half(title: str, unit: str, value: str) -> list[object]:
        rows = [["区分", "決算額", "構成比"], ["その他", value, "39.5"], ["市税など", value, "60.5"]]
        looks = TableStyle([("FONT", (0, 0), (-1, -1), FONT, 10), ("LEFTPADDING", (0, 0), (-1, -1), 0)])
        return [[Table([[title]], style=looks), Table([[unit]], style=looks), table(rows)]]

    pair = Table([[*half("歳入", "（単位：千円、％）", "14,205"), *half("歳出", "（単位：千円、％）", "13,205")]], colWidths=[240, 240])
    found = figures(tmp_path, [pair])
    assert {(figure.title.split()[0], f"{figure.value:f}", figure.unit) for figure in found} == {
        (title, value, unit) for title, money in (("歳入", "14205000"), ("歳出", "13205000"))
        for value, unit in ((money, "円"), ("39.5", "%"), ("60.5", "%"))
    }  # fmt: skip


def test_what_was_said_of_a_table_is_not_said_of_the_next(tmp_path: Path) -> None:
    looks = TableStyle([("FONT", (0, 0), (-1, -1), FONT, 10)])
    first = [Table([["【効果額の推移】", "（単位：百万円）"]], style=looks, colWidths=[200, 100]), table([["区分", "R2年度", "R3年度"], ["歳入", "150", "170"]])]
    found = figures(tmp_path, [*first, "取組の実績", table([["取組", "実施回数", "指数"], ["研修", "12", "98"]])])
    assert [(f"{figure.value:f}", figure.unit) for figure in found] == [("150000000", "円"), ("170000000", "円"), ("12", "回"), ("98", "")]


def test_a_caption_with_the_name_of_a_thing_counted_is_no_figure_and_no_section(tmp_path: Path) -> None:
    found = figures(tmp_path, ["図６　児童のいる世帯の推移", table([["区分", "R2年度", "R3年度"], ["全国", "12", "14"]])])
    assert [f"{figure.value:f}" for figure in found] == ["12", "14"]
    assert {figure.section_title for figure in found} == {""}


@pytest.mark.parametrize(("head", "note"), [("R3年度\n（前年度）", ""), ("R3年度", "（　）内は前年度"), ("R3年度", "※（　）内は前年度の数値です。")])
def test_numbers_in_brackets_are_of_the_year_before_where_it_says_so(tmp_path: Path, head: str, note: str) -> None:
    story = [note, table([["区分", head], ["利用者", "1,320人（1,200人）"], ["登録者", "520人（540人）"]])]
    found = figures(tmp_path, story[::-1] if note.startswith("※") else story)
    assert [(f"{figure.value:f}", figure.period) for figure in found] == [
        ("1320", fiscal(2021)), ("1200", fiscal(2020)), ("520", fiscal(2021)), ("540", fiscal(2020)),
    ]  # fmt: skip
