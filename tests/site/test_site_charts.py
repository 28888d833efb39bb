"""The drawing: what a line joins and what it does not, where the target stands, and that heights can be compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sources.observations import CORRECTED
from warehouse.fields import Words
from warehouse.site import chart, wording
from warehouse.site.content import Indicator, Observation


def level(fiscal: int, value: str, status: str = "A", **more: Any) -> Observation:
    given: dict[str, Any] = {
        "measure": "level", "start": date(fiscal, 4, 1), "end": date(fiscal + 1, 3, 31), "base_start": None, "base_end": None,
        "value": Decimal(value), "unit_code": "case", "unit": Words("件", "cases"), "qualifier": "exact", "unit_mult": 0, "status": status,
        "note": "", "text": f"{value}件", "page": 1, "edition_id": "a-R6", "figure_id": None, "heading": "", "box": None,
    }  # fmt: skip
    return Observation(**given | more)


def indicator(*rows: Observation) -> Indicator:
    return Indicator("one", Words("一", "one"), Words("", ""), "up", None, {}, list(rows))


def looks(*rows: Observation) -> list[str]:
    drawn = chart.draw(indicator(*rows), "ja")
    assert drawn
    return [line.look for line in drawn.lines]


def test_neighbouring_years_are_joined_and_a_gap_of_years_looks_like_one() -> None:
    assert looks(level(2022, "5"), level(2023, "6"), level(2024, "7")) == ["line", "line"]
    assert looks(level(2017, "5"), level(2023, "6")) == ["gap"]


@pytest.mark.parametrize(
    ("statuses", "joined"), [("ABA", [(1, 2)]), ("ADA", []), ("AAB", [(0, 1)]), ("ADD", []), ("AFA", [(0, 1), (1, 2)])]
)
def test_no_line_is_drawn_through_a_break(statuses: str, joined: list[tuple[int, int]]) -> None:
    rows = [level(2022 + index, str(5 + index), status) for index, status in enumerate(statuses)]
    drawn = chart.draw(indicator(*rows), "ja")
    assert drawn
    at = [point.x for point in drawn.points]
    assert [(at.index(line.x0), at.index(line.x1)) for line in drawn.lines] == joined
    assert len(drawn.breaks) == len(rows) - 1 - len(joined)
    assert len(drawn.points) == len(rows)


def test_a_year_a_total_of_years_and_another_unit_are_not_joined() -> None:
    total = level(2024, "20", start=date(2021, 4, 1))
    assert looks(level(2022, "5"), level(2023, "6"), total) == ["line"]
    assert looks(level(2023, "6"), level(2024, "7", unit_code="percent")) == []
    assert looks(level(2023, "9", start=date(2021, 4, 1)), total) == ["line"]  # counted since the same day


def test_the_target_stands_at_its_year_and_height() -> None:
    target = level(2027, "200", measure="target", qualifier="at_least", text="200件以上")
    drawn = chart.draw(indicator(level(2023, "100"), level(2024, "150"), target), "ja")
    assert drawn and drawn.goal and drawn.goal.label == "200件以上"
    first, last = drawn.points
    assert drawn.goal.x > last.x > first.x and drawn.goal.y < last.y < first.y < drawn.zero
    assert (drawn.zero - drawn.goal.y) == pytest.approx(2 * (drawn.zero - first.y), abs=0.2)
    assert first.look == "base" and [tick.label for tick in drawn.years] == ["2023", "2024", "2027"]


def test_a_target_of_another_scale_is_not_drawn_on_this_one() -> None:
    relative = level(2027, "50", measure="target", base_start=date(2023, 4, 1), base_end=date(2024, 3, 31))
    drawn = chart.draw(indicator(level(2023, "100"), level(2024, "150"), relative), "ja")
    assert drawn and drawn.goal is None


def test_a_single_number_needs_no_drawing() -> None:
    assert chart.draw(indicator(level(2024, "5")), "ja") is None
    assert chart.draw(indicator(), "ja") is None


@pytest.mark.parametrize("values", [("0", "0"), ("-7045", "-100"), ("-5", "5"), ("0.001", "0.002"), ("13200000", "9")])
def test_every_scale_holds_zero_and_all_points(values: tuple[str, str]) -> None:
    drawn = chart.draw(indicator(level(2023, values[0]), level(2024, values[1])), "ja")
    assert drawn
    heights = [tick.at for tick in drawn.steps]
    assert drawn.zero in heights
    assert all(min(heights) <= point.y <= max(heights) for point in drawn.points)


def test_long_series_write_only_their_ends() -> None:
    drawn = chart.draw(indicator(*[level(2000 + index, str(index + 1)) for index in range(25)]), "en")
    assert drawn
    assert [point.label for point in drawn.points if point.label] == ["1", "25"]
    gaps = [later.at - earlier.at for earlier, later in zip(drawn.years, drawn.years[1:], strict=False)]
    assert min(gaps) >= chart.ROOM


@pytest.mark.parametrize(
    ("row", "ja", "en"),
    [
        (level(2024, "304000", text="30.4 万枚超", unit_code="sheet", unit=Words("枚", "sheets"), unit_mult=4, qualifier="over"), "30.4万枚超", "over 304,000 sheets"),
        (level(2024, "27", text="約27%", unit_code="percent", unit=Words("%", "%"), qualifier="about"), "約27%", "about 27%"),
        (level(2024, "-7045", text="▲7,045 時間/年間", unit_code="hour_per_year", unit=Words("時間/年", "hours per year")), "▲7,045時間/年間", "−7,045 hours per year"),
        (level(2024, "0.333333", text="3分の1", unit_code="proportion", unit=Words("割合", "proportion")), "3分の1", "1/3"),
        (level(2024, "0.333333", text="4人に1人", note=f"{CORRECTED}: 誤記", unit_code="proportion", unit=Words("割合", "proportion")), "3分の1", "1/3"),
        (level(2024, "0.37", text="0.73", note=f"{CORRECTED}: 誤記", unit_code="proportion", unit=Words("割合", "proportion")), "0.37", "0.37"),
        (level(2024, "0", text="±0種", measure="change", unit_code="kind", unit=Words("種", "kinds")), "±0種", "±0 kinds"),
        (level(2024, "30", text="約30 倍", measure="growth", unit_code="times", unit=Words("倍", "times"), qualifier="about"), "約30倍", "about 30×"),
        (level(2024, "345", text="354 件", note=f"{CORRECTED}: 誤記", qualifier="about"), "約345件", "about 345 cases"),
    ],
)  # fmt: skip
def test_a_value_in_both_languages(row: Observation, ja: str, en: str) -> None:
    assert str(wording.parts(row, "ja")) == ja
    assert str(wording.parts(row, "en")) == en


def test_proportions_differ_by_points() -> None:
    row = level(2024, "0.333333", text="3分の1", unit_code="proportion", unit=Words("割合", "proportion"))
    assert wording.difference(Decimal("0.166667"), row, language="ja") == "+16.67ポイント"
    assert wording.difference(Decimal("0.166667"), row, language="en") == "+16.67 points"


def test_periods_in_both_languages() -> None:
    assert wording.period(date(2024, 4, 1), date(2025, 3, 31), "ja", era=True) == "2024年度（令和6年度）"
    assert wording.period(date(2019, 4, 1), date(2020, 3, 31), "ja", era=True) == "2019年度（令和元年度）"
    assert wording.period(date(2017, 4, 1), date(2018, 3, 31), "ja", era=True) == "2017年度（平成29年度）"
    assert wording.period(date(2025, 3, 31), date(2025, 3, 31), "ja") == "2025年3月31日時点"
    assert wording.period(date(2021, 4, 1), date(2025, 3, 31), "en") == "fiscal 2021–2024"
    assert wording.period(date(2025, 1, 1), date(2025, 12, 31), "en") == "1 Jan 2025 – 31 Dec 2025"
