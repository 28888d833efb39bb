"""What a reading of a text is made of: its context, its quantities and its marks. No behaviour beyond small conveniences."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from sources.records import Period


@dataclass(frozen=True, slots=True)
class Context:
    """What surrounds a text and governs it where it says nothing itself.

    ``fiscal_year`` is the report's own. ``base_back`` says that the figures are compared with so many years before their
    own period (a column headed 前年比), ``period_back`` that they are of so many years before the period (前年の割合).
    ``aside_back`` says so of those in brackets alone (（ ）内は前年度).
    ``limits`` are where classes meet that stand elsewhere in the same table (``statements.class_limits``).
    ``calendar`` says what a bare year is: "fiscal", "year", "" for R6 fiscal and 2019 calendar, or "none" where four digits are a number.
    """

    fiscal_year: int | None = None
    period: Period | None = None
    base: Period | None = None
    measure: str | None = None
    unit: str = ""
    scale: int = 0
    qualifier: str = "exact"
    calendar: str = ""
    base_back: int = 0
    period_back: int = 0
    aside_back: int = 0
    limits: frozenset[tuple[str, Decimal, str]] = frozenset()


@dataclass(slots=True)
class Quantity:
    """One figure of a text. ``start`` and ``end`` are the place of ``raw`` in the text as given."""

    start: int
    end: int
    raw: str
    value: Decimal
    unit: str
    scale: int = 0
    decimals: int = 0
    qualifier: str = "exact"
    measure: str = "level"
    component: str = "whole"
    period: Period | None = None
    base: Period | None = None
    own_period: bool = False
    subject: str = ""
    predicate: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A run of digits or a number word and what became of it; ``kind`` is one of records.LEDGER_KINDS."""

    start: int
    end: int
    kind: str
    reason: str


@dataclass(slots=True)
class Read:
    text: str
    figures: list[Quantity] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    notes: tuple[str, ...] = ()  # characters repaired or doubtful anywhere in the text


@dataclass(slots=True)
class Heading:
    """What a heading, caption, stub or note says that governs what stands under it; ``label`` is the rest of its words."""

    label: str
    period: Period | None = None
    base: Period | None = None
    measure: str | None = None
    unit: str = ""
    scale: int = 0
    qualifier: str = "exact"
    is_target: bool = False
    base_back: int = 0
    period_back: int = 0
    notes: tuple[str, ...] = ()
