"""How exact a printed number is: the range of numbers that may stand behind it, and whether two printed numbers can agree."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import NamedTuple, Protocol

from sources.notation.units import UNITS

INFINITE = Decimal("Infinity")


class Range(NamedTuple):
    """All numbers that could stand behind a printed one, both ends included."""

    low: Decimal
    high: Decimal

    def meets(self, other: Range) -> bool:
        return self.low <= other.high and other.low <= self.high

    def minus(self, other: Range) -> Range:
        return Range(self.low - other.high, self.high - other.low)

    def plus(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def over(self, other: Range) -> Range | None:
        """The quotient of two positive ranges; of others nothing is said."""
        if other.low <= 0 or self.low < 0:
            return None
        return Range(self.low / other.high, self.high / other.low)

    def times(self, factor: Decimal) -> Range:
        return Range(self.low * factor, self.high * factor)


class Printed(Protocol):
    """What of an observation says how exact it is."""

    value: Decimal | None
    unit_code: str
    qualifier: str | None
    decimals: int | None
    unit_mult: int | None


@cache
def counted(unit_code: str) -> bool:
    """Whether the unit's numbers come from counting one by one. All others are rounded: 27% may be 26.6%, 40時間 39.8."""
    return any(unit.code == unit_code and unit.kind == "count" for unit in UNITS)


def step_of(row: Printed) -> Decimal:
    """What the last printed digit counts: 10,000 for 30万枚, 0.1 for 62.0%."""
    return Decimal(10) ** (int(row.unit_mult or 0) - int(row.decimals or 0))


def behind(row: Printed, digits: int = 1) -> Range:
    """What may stand behind a printed number: 27万 is 265,000 to 275,000, 26件 is 26, 約1450 is 1,445 to 1,455.

    A number that claims less than exactness is round: of its last zeros so many are taken for measured as leave it ``digits``
    digits. 30万超 goes up to 40万 by one digit, and up to 31万 by two.
    """
    value = row.value
    assert value is not None
    step = step_of(row)
    if row.qualifier == "exact":
        half = Decimal(0) if step == 1 and counted(row.unit_code) else step / 2
        return Range(value - half, value + half)
    while value and value % (step * 10) == 0 and abs(value) >= step * 10**digits:
        step *= 10
    # Of a qualifier that is in no code list nothing is known; another rule sees to that.
    below, above = {
        "about": (step / 2, step / 2),
        "over": (Decimal(0), step),
        "under": (step, Decimal(0)),
        "at_least": (Decimal(0), INFINITE),
        "at_most": (INFINITE, Decimal(0)),
    }.get(row.qualifier or "", (INFINITE, INFINITE))
    return Range(value - below, value + above)


def agree(one: Printed, other: Printed) -> bool:
    """Whether one and the same number may stand behind both, strictly taken: 30万枚超 agrees with 30.4万枚, not with 33万枚."""
    if one.value is None or other.value is None or one.unit_code != other.unit_code:
        return False
    if one.value == other.value:
        return True
    return _close(one).meets(_close(other))


def _close(row: Printed) -> Range:
    found = behind(row, digits=2)
    if found.high == INFINITE or found.low == -INFINITE:
        step = step_of(row)
        return Range(max(found.low, row.value - step), min(found.high, row.value + step))  # type: ignore[operator]
    return found


def exacter(one: Printed, other: Printed) -> bool:
    """Whether the first leaves less open than the second."""
    def open_of(row: Printed) -> Decimal:
        found = _close(row)
        return found.high - found.low

    return open_of(one) < open_of(other)
