"""The records that travel the way of the data (figure, statement, ledger entry, reading), and nothing that acts on them
but the geometry of a box.

Lengths are PDF points from the page's top left corner, pages count from 1, dates are ISO calendar dates and both ends of a
period are included. The meaning of every column is written in ``warehouse/fields.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

MEASURES = ("level", "change", "growth", "target")
COMPONENTS = ("whole", "part", "total")
QUALIFIERS = ("exact", "about", "over", "at_least", "at_most", "under")
PERIOD_KINDS = ("fiscal_year", "fiscal_years", "since", "as_of", "month", "calendar_year", "interval")
LEDGER_KINDS = ("figure", "date", "name", "list", "reference", "duration", "definition", "axis", "furniture", "not_read")


class Placed(Protocol):
    """What has a place on a page: a box, a glyph."""

    @property
    def x0(self) -> float: ...
    @property
    def top(self) -> float: ...
    @property
    def x1(self) -> float: ...
    @property
    def bottom(self) -> float: ...


class Box(NamedTuple):
    """A rectangle on a page: left, top, right, bottom."""

    x0: float
    top: float
    x1: float
    bottom: float

    def holds(self, other: Placed) -> bool:
        """Whether the middle of the other lies in it."""
        return self.x0 <= (other.x0 + other.x1) / 2 <= self.x1 and self.top <= (other.top + other.bottom) / 2 <= self.bottom


def union(boxes: Iterable[Box]) -> Box:
    """The least box around at least one."""
    items = list(boxes)
    return Box(min(b.x0 for b in items), min(b.top for b in items), max(b.x1 for b in items), max(b.bottom for b in items))


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time, both ends included; equal ends are a point in time. ``kind`` is one of PERIOD_KINDS."""

    kind: str
    start: date
    end: date


@dataclass(slots=True)
class Figure:
    """One number that a report prints to tell its reader a quantity."""

    page: int
    section_no: str
    section_title: str
    title: str
    label: str
    measure: str
    component: str
    raw: str
    value: Decimal
    unit: str
    scale: int
    decimals: int
    qualifier: str
    period: Period | None
    base: Period | None
    box: Box
    source: str = "text"
    confidence: float | None = None
    note: str = ""


@dataclass(slots=True)
class Statement:
    """What a report says without a number: a qualitative target, a dated milestone, a label whose number is not in the text."""

    page: int
    section_no: str
    section_title: str
    title: str
    kind: str  # target | milestone | label
    text: str
    period: Period | None
    box: Box


@dataclass(slots=True)
class LedgerEntry:
    """A run of digits or a number word on a page, and what became of it. ``kind`` is one of LEDGER_KINDS."""

    page: int
    text: str
    kind: str
    reason: str
    box: Box
    figure: int | None = None  # index into Reading.figures when kind is figure


@dataclass(slots=True)
class PageSize:
    number: int
    width: float
    height: float


@dataclass(slots=True)
class Reading:
    """All that was read from one file. ``warnings`` are sentences for a person; they name the page."""

    file: str
    sha256: str
    page_count: int
    pages: list[PageSize] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    text: str = ""  # the words of the first page, for recognising series and edition
    reasons: list[str] = field(default_factory=list)  # for each figure, what its label and period come from (when traced)
    trace: list[tuple[str, Box, str]] = field(default_factory=list)  # what was seen on the page: kind, box, text (when traced)
