"""Brings tables to the one form that the suites judge: decimals, dates, and None for every kind of nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import pandas as pd

DECIMALS = ("value", "source_value")
DATES = ("period_start", "period_end", "base_start", "base_end")

Rows: TypeAlias = pd.DataFrame | Iterable[Mapping[str, Any]]


def table(rows: Rows, columns: Iterable[str] = ()) -> pd.DataFrame:
    """A frame of plain objects; ``columns`` are what an empty one still has, and the others may be left out of the rows."""
    frame = rows.copy() if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    for column in columns:
        if column not in frame.columns:
            frame[column] = None
    frame = frame.astype(object).where(frame.notna(), None).reset_index(drop=True)
    for column in frame.columns.intersection(DECIMALS):
        frame[column] = _objects(frame[column], _decimal)
    for column in frame.columns.intersection(DATES):
        frame[column] = _objects(frame[column], _date)
    return frame


def derive(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    """The frame with columns worked out row by row; each function takes a row as a named tuple."""
    records = list(frame.itertuples(index=False))
    return frame.assign(**{name: pd.Series([of(row) for row in records], dtype=object) for name, of in columns.items()})


def printed_period(start: date | None, end: date | None) -> str:
    if start is None or end is None:
        return "?"
    return end.isoformat() if start == end else f"{start.isoformat()}..{end.isoformat()}"


def observation_key(row: Any) -> str:
    """What makes an observation one within an edition; it stays the same when the report is read again."""
    key = f"{row.indicator_id}/{row.measure}/{printed_period(row.period_start, row.period_end)}"
    return key if row.base_end is None else f"{key}/{printed_period(row.base_start, row.base_end)}"


def _objects(column: pd.Series, of: Any) -> pd.Series:
    return pd.Series([None if value is None else of(value) for value in column], dtype=object, index=column.index)


def _decimal(value: Any) -> Decimal | None:
    return None if value == "" else Decimal(str(value))


def _date(value: Any) -> date | None:
    if value == "":
        return None
    if isinstance(value, pd.Timestamp):
        value = value.date()
    return value if isinstance(value, date) else date.fromisoformat(value)
