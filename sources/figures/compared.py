"""Which periods the numbers of a table compare: those of the columns or rows before a column or row of differences (増減, 前年度比, A-B)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from sources.figures.cells import running, says_of
from sources.figures.heads import folded
from sources.layout.grids import Cell, Grid
from sources.notation import Context, Heading, periods
from sources.records import Period

_LETTERED = re.compile(r"\(([A-Z])\)|(基準)年")  # 令和6年度(A) | 令和5年度(B) | 増減(A-B), and 2013年度(基準年度) | 基準年度比
_OVER_YEARS = re.compile(r"累\s*計|合\s*計|計|[0-9]+\s*[かヶカケ]?年(?:間の?)?(?:累計|合計|計)")
_DIFFERENCE = re.compile(r"\(?([A-Z])\)?\s*[-−―/÷]\s*\(?([A-Z])\)?")


class Called(NamedTuple):
    """The period that a head names, and the letter or word by which others speak of it: 令和6年度(A), 2013年度(基準年度)."""

    period: Period
    name: str


class Years(NamedTuple):
    """The periods of levels that stand before a cell, nearest last: over columns at its left, in rows above it, and in all rows."""

    columns: Sequence[Called]
    above: Sequence[Called]
    rows: Sequence[Called]


@dataclass(slots=True)
class Dated:
    """The columns and rows of a table whose heads name the period of a level; ``first`` is the first column that is no head."""

    grid: Grid
    first: int
    context: Context
    columns: dict[range, dict[int, Called]] = field(default_factory=dict)
    rows: dict[int, Called] = field(init=False)

    def __post_init__(self) -> None:
        stubs = [c for c in self.grid.cells if c.col < self.first and c.row == c.row_end]
        self.rows = {cell.row: called for cell in stubs if (called := self._called([cell]))}

    def before(self, cell: Cell, band: range) -> Years:
        """What stands before a cell of which the rows ``band`` are heads."""
        if band not in self.columns:
            self.columns[band] = self._over(band)
        columns = [called for col, called in sorted(self.columns[band].items()) if col < cell.col_end]
        return Years(columns, [called for row, called in sorted(self.rows.items()) if row < cell.row], list(self.rows.values()))

    def _over(self, band: range) -> dict[int, Called]:
        """By the last column of the head that names it: one head may stand over several columns."""
        found: dict[int, Called] = {}
        for col in range(self.first, self.grid.cols):
            tops = [c for c in self.grid.cells if c.row in band and c.col <= col <= c.col_end]
            if called := self._called(tops):
                found[max(c.col_end for c in tops if says_of(running(c), self.context).period)] = called
        return found

    def _called(self, heads: Sequence[Cell]) -> Called | None:
        """The last period that heads name, unless they speak of targets or of differences themselves."""
        says = [says_of(running(cell), self.context) for cell in heads if cell.text.strip()]
        named = [said.period for said in says if said.period]
        if not named or any(said.measure in ("target", "change", "growth") for said in says):
            return None
        name = _LETTERED.search(folded(" ".join(cell.text for cell in heads)))
        return Called(named[-1], name[name.lastindex or 0] if name else "")


def compared(context: Context, row: Sequence[tuple[str, Heading]], column: Sequence[tuple[str, Heading]], years: Years) -> Context:
    """The context of a cell with the periods that its heads compare, or that a total over years is of; ``row`` and ``column`` are its heads."""
    head = " ".join(folded(text) for text, _ in column)
    own = next((says.period for _, says in column if says.period), None)
    of_row = any(says.period for _, says in row)
    if not any(says.measure for _, says in column) and (letters := _DIFFERENCE.search(head)) and {*letters.groups()} <= {one.name for one in years.columns}:
        measure = "change" if re.search(r"[A-Z]\)?\s*[-−―]", head) else "growth"  # (A)-(B), (A)/(B)
        return _between(replace(context, measure=measure), None, head, years.columns)
    if _compares(column) and not of_row:
        return _between(context, own, head, years.columns)
    if _compares(row) and not of_row and own is None:
        return _between(context, None, " ".join(folded(text) for text, _ in row), years.above)
    if _compares(column) and context.period and not context.base:
        before = periods.back(context.period, 1)
        return replace(context, base=before) if any(one.period == before for one in years.rows) else context
    if _OVER_YEARS.fullmatch(head) and (whole := _whole([one.period for one in years.columns])):
        return replace(context, period=whole)
    return context


def _compares(heads: Sequence[tuple[str, Heading]]) -> bool:
    return any(says.measure in ("change", "growth") for _, says in heads)


def _between(context: Context, own: Period | None, head: str, years: Sequence[Called]) -> Context:
    """What differences compare: what the letters of their ``head`` stand for (A-B), or else their ``own`` year with the nearest other before them, or
    the two nearest."""
    nearest = [one.period for one in years if one.period != own]
    two = [*nearest[-1:], own] if own else nearest[-2:]
    if letters := _DIFFERENCE.search(head):
        two = [one.period for letter in letters.groups() for one in years if one.name == letter] or two
    if "基準年" in head:
        two = [*two[-1:], *(one.period for one in years if one.name == "基準")]
    if not two or len({period.kind for period in two}) > 1:
        return context
    period, base = max(two, key=lambda p: p.end), min(two, key=lambda p: p.end)
    context = replace(context, period=period)
    return context if base == period or context.base or context.base_back else replace(context, base=base)


def _whole(years: Sequence[Period]) -> Period | None:
    """From the first to the last of fiscal years that follow each other; None for any others."""
    fiscal = len(years) > 1 and all(period.kind == "fiscal_year" for period in years)
    if not fiscal or any(b.start.year != a.start.year + 1 for a, b in pairwise(years)):
        return None
    return Period("fiscal_years", years[0].start, years[-1].end)
