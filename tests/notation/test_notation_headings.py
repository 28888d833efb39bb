"""Headings, captions, stubs and notes: what they hand to the numbers under them; and contexts handed to a reading."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sources.notation import Context, heading, normalize, plain_kanji, read
from sources.notation.periods import as_of, calendar_year, fiscal

HEADINGS = [
    ("住民基本台帳人口\n（令和6年1月1日）", "住民基本台帳人口", {"period": as_of(date(2024, 1, 1))}),
    ("目標値（万枚）", "目標値", {"measure": "target", "unit": "枚", "scale": 4}),
    ("（単位：千円）", "", {"unit": "円", "scale": 3}),
    ("単位:百万円", "", {"unit": "円", "scale": 6}),
    ("R5決算額", "決算額", {"period": fiscal(2023)}),
    ("割合", "割合", {}),
    ("前年比", "前年比", {"measure": "growth", "base_back": 1}),
    ("前年度増減", "前年度増減", {"measure": "change", "base_back": 1}),
    ("(参考)\nR3年度人件費率", "人件費率", {"period": fiscal(2021)}),
    ("現状値\n（2014年度）", "現状値", {"period": fiscal(2014), "measure": "level"}),
    ("実績（令和5年度）", "実績", {"period": fiscal(2023), "measure": "level"}),
    ("目標値（2019年度）", "目標値", {"period": fiscal(2019), "is_target": True}),
    ("(1) 平均年齢の状況(令和5年4月1日現在)", "(1) 平均年齢の状況", {"period": as_of(date(2023, 4, 1))}),
    ("【R9に向けた目標】", "【目標】", {"period": fiscal(2027), "measure": "target"}),
    ("R6年度", "", {"period": fiscal(2024)}),
    ("2021年", "", {"period": calendar_year(2021)}),
    ("R64.1", "", {"period": as_of(date(2024, 4, 1))}),
    ("施設数", "施設数", {"unit": "施設"}),
    ("令和5年度比", "", {"base": fiscal(2023)}),
    ("※前年比増減ではなく前年の割合を記載", "前年の割合を記載", {"period_back": 1, "measure": None}),
    ("千円", "", {"unit": "円", "scale": 3}),
    ("累計", "累計", {"period": None}),
    ("基本目標1 しごとをつくる", "基本目標1 しごとをつくる", {"measure": None, "is_target": False}),
    ("目標Ⅱ：人の流れをつくる", "目標II:人の流れをつくる", {"measure": None, "is_target": False}),
    ("基本目標（数値指標、2019年度）", "基本目標(数値指標)", {"measure": "target", "period": fiscal(2019)}),
    ("目標 80%", "目標 80%", {"measure": "target"}),
]


@pytest.mark.parametrize(("text", "label", "wanted"), HEADINGS, ids=[text for text, _, _ in HEADINGS])
def test_a_heading_says_what_governs(text: str, label: str, wanted: dict[str, object]) -> None:
    found = heading(text, Context(fiscal_year=2023))
    assert {key: getattr(found, key) for key in wanted} == wanted
    assert found.label == label


def test_a_context_lends_unit_and_measure_to_bare_numbers_only() -> None:
    context = Context(fiscal_year=2022, unit="枚", scale=4, measure="target", period=calendar_year(2021))
    figure, = read("2,693", context).figures
    assert (figure.value, figure.unit, figure.scale, figure.measure, figure.period) == (26_930_000, "枚", 4, "target", calendar_year(2021))
    printed, = read("95%", context).figures
    assert (printed.value, printed.unit, printed.scale) == (95, "%", 0)


def test_a_column_of_growth_compares_with_the_year_before() -> None:
    figure, = read("▲16%", Context(fiscal_year=2022, measure="growth", period=calendar_year(2021), base_back=1)).figures
    assert (figure.value, figure.measure, figure.base) == (Decimal(-16), "growth", calendar_year(2020))


def test_a_share_in_brackets_after_a_change_is_growth() -> None:
    of_people, share = read("△12人（△10.7%）", Context(fiscal_year=2022, measure="change")).figures
    assert (of_people.measure, share.measure) == ("change", "growth")


def test_a_column_of_the_year_before_moves_the_period() -> None:
    figure, = read("82.9%", Context(fiscal_year=2022, period=fiscal(2022), period_back=1)).figures
    assert (figure.measure, figure.period, figure.base) == ("level", fiscal(2021), None)


def test_bare_years_count_as_the_surroundings_do() -> None:
    text = "目標値（2019）2 事業"
    assert read(text, Context(fiscal_year=2015)).figures[0].period == calendar_year(2019)
    assert read(text, Context(fiscal_year=2015, calendar="fiscal")).figures[0].period == fiscal(2019)


def test_without_a_fiscal_year_there_is_no_guess() -> None:
    figure, = read("30万枚").figures
    assert figure.period is None


def test_repairs_are_told() -> None:
    assert "й (U+0439) read as イ" in read("デジタル・デバйド対策 40講座").figures[0].notes
    assert any("⽉" in note for note in read("令和６年３⽉末現在 12,345人").figures[0].notes)
    assert normalize("サ一ビス").text == "サービス"
    assert normalize("コース一覧").text == "コース一覧"
    assert normalize("デジタル力アップ").text == "デジタル力アップ"
    assert normalize("デジタル力アップ").notes
    assert normalize("Н29年度").text == "H29年度"


def test_places_are_those_of_the_given_text() -> None:
    text = "手続き　２，２６０ 手続き\n中、１，９００手続き"
    figures = read(text).figures
    assert [text[f.start : f.end] for f in figures] == ["２，２６０ 手続き", "１，９００手続き"]


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("「便利になった」が79.5％", ["便利になった"]),
        ("「一部実施」は7項目", ["一部実施"]),
        ("財政効果額は総額で4億円", ["財政効果額"]),
        ("内製アプリ 56本", ["内製アプリ"]),
        ("情報の安全 5件", ["情報の安全"]),
        ("対象を120手続に拡大し、年間2,000時間の業務を削減", ["対象", ""]),
        ("計画の見直し、3件", ["計画の見直し"]),
        ("「利用したい」と回答した人は全体の65.4%", ["利用したい"]),
        ("申請件数は前年度の1.8倍に当たる31,402件で、このうち約7割", ["申請件数", "", ""]),
        ("目標（R8：300人）に対する進捗率は64.0％", ["目標", "進捗率"]),
        ("DX研修を3日間×4回", ["DX研修", ""]),
        ("AI×データ活用 12件", ["AI×データ活用"]),
        ("健康保険証利用登録率は保有者の85.2％", ["健康保険証利用登録率"]),
        ("用紙の使用量は、基準年度である令和元年度の4,200万枚に対し、令和6年度は2,650万枚", ["用紙の使用量", ""]),
        ("これにより、年間2,000時間を削減", [""]),
        ("超過勤務時間：一人あたり月12.4時間", ["超過勤務時間"]),
        ("うち国費 4.8億円／市費 7.5億円", ["国費", "市費"]),
        ("予約の8割超がオンライン", ["予約"]),
        ("講座を19回実施（延べ843人受講）", ["講座", ""]),
        ("65歳以上の割合 25.3%", ["65歳以上の割合"]),
        ("登録者数は2,310人から着実に増え、5,120人", ["登録者数", ""]),
    ],
)
def test_the_words_that_name_a_number(text: str, subjects: list[str]) -> None:
    assert [figure.subject for figure in read(text, Context(fiscal_year=2024)).figures] == subjects


def test_subject_and_predicate() -> None:
    figure, = read("デジタル活用講座 40 講座実施").figures
    assert (figure.subject, figure.predicate) == ("デジタル活用講座", "実施")
    figure, = read("全交付件数の\n約27%").figures
    assert figure.unit == "%"


def test_a_column_that_is_headed_by_growth_holds_changes_where_it_counts() -> None:
    context = Context(fiscal_year=2024, measure="growth", base_back=1)
    said = {text: read(text, context).figures[0].measure for text in ("+3,460件", "▲5分", "+70鉢", "+6.3ポイント", "103.5％", "1.2倍")}
    assert said == {"+3,460件": "change", "▲5分": "change", "+70鉢": "change", "+6.3ポイント": "change", "103.5％": "growth", "1.2倍": "growth"}


def test_a_title_is_kept_as_printed_but_for_radicals() -> None:
    assert plain_kanji("暮らしを⽀える　ＤＸ①㎡ ⺠間") == "暮らしを支える　ＤＸ①㎡ 民間"
