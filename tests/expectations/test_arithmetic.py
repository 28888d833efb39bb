"""How much a printed number leaves open decides what contradicts it."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

from expectations.arithmetic import Range, behind, counted


def printed(value: str, *, unit: str = "case", mult: int = 0, decimals: int = 0, qualifier: str = "exact") -> SimpleNamespace:
    return SimpleNamespace(value=Decimal(value), unit_code=unit, unit_mult=mult, decimals=decimals, qualifier=qualifier)


@pytest.mark.parametrize(
    ("row", "low", "high"),
    [
        (printed("26"), "26", "26"),  # counted one by one
        (printed("27", unit="percent"), "26.5", "27.5"),  # rounded
        (printed("62.0", unit="percent", decimals=1), "61.95", "62.05"),
        (printed("270000", unit="sheet", mult=4), "265000", "275000"),  # 27万枚
        (printed("9000", unit="sheet", mult=4, decimals=1), "8500", "9500"),  # 0.9万枚
        (printed("300000", unit="sheet", mult=4, qualifier="over"), "300000", "400000"),
        (printed("1450", unit="person", qualifier="about"), "1445", "1455"),
        (printed("80", unit="percent", qualifier="at_least"), "80", "Infinity"),
        (printed("50", qualifier="at_most"), "-Infinity", "50"),
        (printed("0", qualifier="about"), "-0.5", "0.5"),
    ],
)
def test_what_may_stand_behind_a_printed_number(row: SimpleNamespace, low: str, high: str) -> None:
    assert behind(row) == Range(Decimal(low), Decimal(high))


def test_what_is_counted_is_exact_and_what_is_measured_is_not() -> None:
    assert counted("case") and counted("person")
    assert not counted("percent") and not counted("hour") and not counted("hour_per_year")


def test_a_count_off_by_one_is_a_contradiction_and_a_rounded_rate_is_not(edition) -> None:
    edition.observations[1]["value"] = Decimal(8)
    assert not edition.judge("change_is_the_difference").passed
    for row, value in zip(edition.observations[:3], (27, 4, 24), strict=True):
        row.update(indicator_id="convenience_store_share", value=Decimal(value), source_value=Decimal(value), unit_code="percent")
    edition.observations[1]["unit_code"] = "percentage_point"
    result = edition.judge("change_is_the_difference")
    assert result.passed and result.checked == 1


def test_a_change_in_points_may_compare_two_growths(edition) -> None:
    growth = edition.observations[6]
    before = growth | {
        "period_start": growth["period_start"].replace(year=2023),
        "period_end": growth["period_end"].replace(year=2024),
    }
    change = growth | {
        "measure": "change",
        "value": Decimal(5),
        "unit_code": "percentage_point",
        "base_start": before["period_start"],
        "base_end": before["period_end"],
    }
    edition.observations += [before, change]
    assert not edition.judge("change_is_the_difference").passed
    change["value"] = Decimal(0)
    assert edition.judge("change_is_the_difference").passed


def test_parts_of_other_units_or_sentences_are_not_compared(edition) -> None:
    edition.figures[8].update(value=Decimal(9999), unit="名")
    assert edition.judge("part_fits_its_total").checked == 0
    edition.figures[8].update(unit="手続き", label="別の項目")
    assert edition.judge("part_fits_its_total").checked == 0
