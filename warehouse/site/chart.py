"""The drawing of one indicator over the years, as coordinates that a template makes SVG of. No line crosses a break."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from warehouse.site import wording
from warehouse.site.content import BREAKS, Indicator, Observation
from warehouse.site.wording import Language

WIDTH, HEIGHT = 420, 196
LEFT, RIGHT, TOP, BOTTOM = 52, 34, 30, 30
LETTER, LINE = 8, 16  # of a label, about
ROOM = 40  # that a year needs beside another
LABELLED = 6  # more points than that only have their first and last value written beside them
GAP_DAYS = 550  # a line over more than that says nothing of the years between
STEPS = (1, 2, 5, 10)
MYRIADS = ((100_000_000, "億"), (10_000, "万"))
THOUSANDS = ((1_000_000, "M"), (1_000, "K"))

Across = Callable[[date], float]
Up = Callable[[Decimal | None], float]


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    look: str  # of its mark: level, forecast, base, goal
    label: str
    anchor: str
    label_x: float
    label_y: float


class Spot(NamedTuple):
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    x0: float
    y0: float
    x1: float
    y1: float
    look: str


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    breaks: tuple[float, ...]
    goal: Point | None
    goal_from: float
    years: tuple[Tick, ...]
    steps: tuple[Tick, ...]
    zero: float
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def draw(indicator: Indicator, language: Language) -> Chart | None:
    """Levels by the end of their period, and the target; nothing where a single number says it all."""
    levels, target = indicator.levels, indicator.target
    if target and levels and (target.unit_code != levels[-1].unit_code or target.base_end is not None):
        target = None  # not of this scale: relative to a base year, or counted in something else
    if len(levels) + bool(target) < 2 or not levels:
        return None
    rows = [*levels, target] if target else levels
    first, last = min(row.end for row in rows), max(row.end for row in rows)
    low, high, step = _scale([row.value for row in rows if row.value is not None])
    right = WIDTH - RIGHT

    def x(when: date) -> float:
        if first == last:
            return (LEFT + right) / 2
        inset = 16
        return round(LEFT + inset + (when - first).days / (last - first).days * (right - LEFT - 2 * inset), 1)

    def y(value: Decimal | None) -> float:
        assert value is not None
        return round(HEIGHT - BOTTOM - (float(value) - low) / (high - low) * (HEIGHT - BOTTOM - TOP), 1)

    goal = None
    if target:
        across, up = x(target.end), y(target.value)
        goal = Point(across, up, "goal", str(wording.parts(target, language)), "end", across + 8, up - 11)
    lines, breaks = _joined(levels, x, y)
    points = _points(levels, x, y, goal, language)
    return Chart(
        tuple(points),
        tuple(lines),
        tuple(breaks),
        goal,
        points[0].x,
        _years([row.end for row in rows], x),
        tuple(Tick(y(Decimal(str(value))), _short(value, high, language)) for value in _steps(low, high, step)),
        y(Decimal(0)),
    )


def _points(levels: Sequence[Observation], x: Across, y: Up, goal: Point | None, language: Language) -> list[Point]:
    """The levels with their values beside them; where there is a target, the first of several is what it starts from."""
    shown = len(levels) <= LABELLED
    spots = [
        Spot(x(row.end), y(row.value), wording.short(row, language) if shown or index in (0, len(levels) - 1) else "")
        for index, row in enumerate(levels)
    ]
    start = levels[0].end if goal and len(levels) > 1 else None
    points = []
    for index, (row, spot) in enumerate(zip(levels, spots, strict=True)):
        look = "forecast" if row.status == "F" else "base" if row.end == start else "level"
        points.append(Point(spot.x, spot.y, look, spot.label, *_beside(index, spots, goal.y if goal else None)))
    return points


def _joined(levels: Sequence[Observation], x: Across, y: Up) -> tuple[list[Line], list[float]]:
    """A line between neighbours that may be compared; where a series breaks, the place instead."""
    lines, breaks = [], []
    for earlier, later in pairwise(levels):
        if later.continues(earlier):
            look = "forecast" if later.status == "F" else "gap" if (later.end - earlier.end).days > GAP_DAYS else "line"
            lines.append(Line(x(earlier.end), y(earlier.value), x(later.end), y(later.value), look))
        elif later.status in BREAKS or earlier.status in BREAKS or later.unit_code != earlier.unit_code:
            breaks.append(round((x(earlier.end) + x(later.end)) / 2, 1))
    return lines, breaks


def _beside(index: int, spots: Sequence[Spot], goal_at: float | None) -> tuple[str, float, float]:
    """Where the value of a point is written: clear of the next point's, of the lines and of the years below."""
    here = spots[index]
    if index + 1 < len(spots):
        after = spots[index + 1]
        if after.x - here.x < LETTER * (len(here.label) + len(after.label)) / 2 + 6 and abs(after.y - here.y) < 2 * LINE:
            return "end", here.x - 9, here.y - 1
    beside = [spot.y for spot in (*spots[max(0, index - 1) : index], *spots[index + 1 : index + 2])]
    is_low = bool(beside) and all(here.y > y for y in beside)
    is_under_goal = goal_at is not None and 0 <= here.y - goal_at < 2 * LINE
    has_room = here.y < HEIGHT - BOTTOM - 1.5 * LINE
    anchor = "start" if here.x < LEFT + 30 else "end" if here.x > WIDTH - RIGHT - 30 else "middle"
    shift = {"start": -5, "end": 5, "middle": 0}[anchor]
    return anchor, here.x + shift, here.y + (20 if has_room and (is_low or is_under_goal) else -10)


def _scale(values: Sequence[Decimal]) -> tuple[float, float, float]:
    """From zero, so that heights can be compared, in a few even steps."""
    low, high = min(0.0, *map(float, values)), max(0.0, *map(float, values))
    if low == high:
        high = 1.0
    rough = (high - low) / 3.6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in STEPS if size * power >= rough)
    return math.floor(low / step) * step, math.ceil(high / step) * step, step


def _steps(low: float, high: float, step: float) -> list[float]:
    return [round(low + index * step, 9) for index in range(round((high - low) / step) + 1)]


def _short(value: float, high: float, language: Language) -> str:
    for size, name in MYRIADS if language == "ja" else THOUSANDS:
        if high >= size and (language == "ja" or high >= 10 * size):
            return "0" if value == 0 else wording.number(Decimal(str(round(value / size, 6)))) + name
    return wording.number(Decimal(str(value)))


def _years(ends: Sequence[date], x: Across) -> tuple[Tick, ...]:
    """The fiscal years that have a point, the newest first where they stand too close for all."""
    kept: list[Tick] = []
    for end in sorted(set(ends), reverse=True):
        if all(abs(x(end) - tick.at) >= ROOM for tick in kept):
            kept.append(Tick(x(end), str(wording.fiscal_year(end))))
    return tuple(reversed(kept))
