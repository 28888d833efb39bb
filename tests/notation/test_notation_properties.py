"""What must hold for any text: what is printed from a quantity reads back, nothing crashes, time grows with length only."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.notation import Context, normalize, read
from sources.notation.nofigures import RULES
from sources.notation.numerals import digital, kanji, plain
from sources.notation.periods import back, fiscal
from sources.notation.units import UNITS
from sources.records import LEDGER_KINDS
from tests.notation.fuzz import must_hold

CONTEXT = Context(fiscal_year=2024)
FULL_WIDTH = str.maketrans("0123456789,.%+", "０１２３４５６７８９，．％＋")
KANJI = "〇一二三四五六七八九"
COUNTERS = ["件", "枚", "講座", "システム", "手続き", "世帯", "団体", "か所", "校", "円", "業務", "施設"]
PIECES = list(
    "0123456789０９,.，．・ 　\n一二三十百千万億兆〇年度月日時分秒末第条項号階期回件枚人名%％割倍の中→～~-－▲△+±()（）【】/約超RHSM①※〒⽉йＲ㎡")
PIECES += ["令和", "平成", "前年度", "前年度比", "現在", "時点", "目標", "実績"]
PIECES += ["ポイント", "以上", "増", "減", "うち", "手続き", "あたり", "から", "3兆8,165億円", "R6.4.1"]
texts = st.one_of(st.text(max_size=40), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))


def in_kanji(number: int) -> str:
    """三百二十一, as people write it."""
    out = ""
    for scale, name in ((8, "億"), (4, "万"), (0, "")):
        part = number // 10**scale % 10_000
        if not part:
            continue
        for power, small in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
            digit = part // 10**power % 10
            if digit:
                out += ("" if digit == 1 and power else KANJI[digit]) + small
        out += name
    return out


@given(st.integers(0, 10**12), st.sampled_from(COUNTERS), st.sampled_from(["", " "]), st.booleans(), st.booleans())
def test_a_printed_number_reads_back(value: int, unit: str, gap: str, grouped: bool, wide: bool) -> None:
    text = f"{value:,}" if grouped else str(value)
    text = (text.translate(FULL_WIDTH) if wide else text) + gap + unit
    figure, = read(text, CONTEXT).figures
    assert (figure.value, figure.unit, figure.qualifier, figure.raw) == (value, unit, "exact", text)


@given(st.integers(1, 9999), st.integers(0, 9999), st.sampled_from(["兆", "億", "万"]))
def test_mixed_multipliers_add_up(high: int, low: int, mark: str) -> None:
    scale = {"兆": 12, "億": 8, "万": 4}[mark]
    below = {"兆": "億", "億": "万", "万": ""}[mark]
    text = f"{high:,}{mark}" + (f"{low:,}{below}" if low else "") + "円"
    figure, = read(text, CONTEXT).figures
    assert figure.value == high * 10**scale + low * 10 ** (scale - 4)
    if below or not low:
        spaced, = read(text.replace(mark, f" {mark} "), CONTEXT).figures
        assert spaced.value == figure.value


@given(st.decimals(0, 9999, places=2), st.sampled_from([("万", 4), ("億", 8), ("千", 3), ("", 0)]))
def test_decimals_keep_their_digits(value: Decimal, multiplier: tuple[str, int]) -> None:
    mark, scale = multiplier
    figure, = read(f"{value}{mark}円", CONTEXT).figures
    assert (figure.value, figure.scale, figure.decimals) == (value.scaleb(scale), scale, 2)


@given(st.integers(1, 10**11))
def test_kanji_numerals_read_back(value: int) -> None:
    assert kanji(in_kanji(value)).value == value
    if value > 99 and value % 10:
        figure, = read(in_kanji(value) + "件", CONTEXT).figures
        assert (figure.value, figure.unit) == (value, "件")


@given(st.integers(0, 10**9), st.sampled_from([("▲", -1), ("△", -1), ("−", -1), ("－", -1), ("‐", -1), ("+", 1), ("＋", 1), ("マイナス", -1)]))
def test_signs_read_back(value: int, sign: tuple[str, int]) -> None:
    figure, = read(f"前年度比{sign[0]}{value:,}件", CONTEXT).figures
    assert (figure.value, figure.measure, figure.base) == (value * sign[1], "change", fiscal(2023))


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.sampled_from(["{y}年{m}月{d}日現在", "{y}/{m}/{d}時点", "{y}.{m}.{d}現在", "{e}年{m}月{d}日 "]))
def test_dates_read_back(day: date, form: str) -> None:
    era = f"令和{day.year - 2018}" if day.year >= 2019 else f"平成{day.year - 1988}"
    text = form.format(y=day.year, m=day.month, d=day.day, e=era) + " 12件"
    figure, = read(text, CONTEXT).figures
    assert figure.period is not None
    assert (figure.period.kind, figure.period.start, figure.period.end) == ("as_of", day, day)


@given(st.integers(2019, 2048), st.sampled_from(["R{r}年度", "令和{r}年度", "{y}年度", "Ｒ{r}年度", "令和 {r} 年度", "FY{y}"]))
def test_fiscal_years_read_back(year: int, form: str) -> None:
    figure, = read("12件 (" + form.format(r=year - 2018, y=year) + ")", CONTEXT).figures
    assert figure.period == fiscal(year)


@given(st.integers(2000, 2040), st.integers(0, 9))
def test_a_year_back_keeps_its_shape(year: int, years: int) -> None:
    assert back(fiscal(year), years) == fiscal(year - years)


@settings(max_examples=400)
@given(texts, st.sampled_from([None, 2024]))
def test_no_text_breaks_it(text: str, fiscal_year: int | None) -> None:
    must_hold(text, fiscal_year)


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_every_digit_is_accounted_for(text: str) -> None:
    covered = set()
    for mark in read(text, CONTEXT).marks:
        covered.update(range(mark.start, mark.end))
    assert not [i for i, char in enumerate(text) if char.isdecimal() and i not in covered]


@given(texts)
def test_repair_keeps_places(text: str) -> None:
    normal = normalize(text)
    assert len(normal.origin) == len(normal.text) + 1
    assert list(normal.origin) == sorted(normal.origin)
    assert normalize(normal.text).text == normal.text or "\n" in normal.text or "." in normal.text


@pytest.mark.parametrize("piece", ["12345", "1,", "千", "前年度比+3万枚 (前年度 27万枚) ", "a1", "(", "第", "1~", "令和6年度 26回\n", "ア一", "5人に"])
def test_work_grows_with_length_only(piece: str) -> None:
    """Eight times the text is eight times the work, not sixty-four; counted in the processor's time, which other work leaves alone."""

    def work(size: int) -> float:
        text = piece * (size // len(piece))
        begin = time.process_time()
        read(text, CONTEXT)
        return time.process_time() - begin

    enough = 32 * min(work(2_000) for _ in range(3)) + 0.05
    assert any(work(16_000) < enough for _ in range(3))


@pytest.mark.parametrize("rule", RULES, ids=[rule.example for rule in RULES])
def test_each_rule_takes_its_example(rule: object) -> None:
    assert rule.kind in LEDGER_KINDS  # type: ignore[attr-defined]
    reading = read(rule.example, CONTEXT)  # type: ignore[attr-defined]
    assert not reading.figures
    assert rule.kind in [mark.kind for mark in reading.marks]  # type: ignore[attr-defined]


def test_units_are_one_list() -> None:
    codes = [entry.code for entry in UNITS]
    assert len(codes) == len(set(codes))
    assert all(entry.code.replace("_", "").isascii() and entry.ja and entry.en for entry in UNITS)


@pytest.mark.parametrize("entry", [e for e in UNITS if e.kind not in ("time", "age")], ids=lambda e: e.code)
def test_every_unit_is_read_after_a_number(entry: object) -> None:
    for form in (entry.ja, *entry.same):  # type: ignore[attr-defined]
        if form in ("員", "¥", "$", "€", "￥", "°"):
            continue
        figure, = read(f"1,234{form}", CONTEXT).figures
        assert figure.unit == entry.ja  # type: ignore[attr-defined]


def test_an_unknown_unit_is_kept_and_reported() -> None:
    figure, = read("12パビリオン", CONTEXT).figures
    assert figure.unit == "パビリオン"
    assert "unknown unit" in figure.notes[0]


def test_numbers_without_exponent() -> None:
    assert plain(digital("3兆").value) == "3000000000000"
