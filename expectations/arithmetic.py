"""What a printed number leaves open, and what printed numbers say of each other: the frames behind the arithmetic rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from expectations.frames import observation_key, printed_period
from sources.exactness import Range, agree, behind, counted
from sources.registry import Indicator

HUNDRED = Decimal(100)
PERCENT = "percent"
POINT = "percentage_point"
LONGEST_YEAR = 366


def changes(observations: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """Each printed change and growth beside the two levels that the same edition prints for its periods.

    Where it does not print the earlier one, what the edition before said of it takes its place.
    """
    rows = _valued(observations)
    levels, growths = (_Lookup([r for r in rows if r.measure == m], [r for r in _valued(previous) if r.measure == m]) for m in ("level", "growth"))
    said = {observation_key(row): row for row in _valued(previous)}
    compared = []
    for row in rows:
        if row.measure not in ("change", "growth") or row.base_end is None:
            continue
        if (known := said.get(observation_key(row))) and agree(row, known):
            continue  # repeated from the edition before, where it was looked at
        now = levels.find(row.indicator_id, row.period_start, row.period_end)
        before = levels.find(row.indicator_id, row.base_start, row.base_end)
        if row.measure == "change" and row.unit_code == POINT and now is None and before is None:
            # 前年度比 ±0ポイント beside ▲34% compares two growths.
            now = growths.find(row.indicator_id, row.period_start, row.period_end)
            before = growths.find(row.indicator_id, row.base_start, row.base_end)
        agrees = None if now is None or before is None else _agrees(row, now, before)
        compared.append(
            {
                **_place(row),
                "this_period": None if now is None else now.source_text,
                "base_period": None if before is None else before.source_text,
                "change_agrees": agrees if row.measure == "change" else None,
                "growth_agrees": agrees if row.measure == "growth" else None,
            }
        )
    return _frame(compared, "this_period", "base_period", "change_agrees", "growth_agrees")


def _agrees(row: Any, now: Any, before: Any) -> bool | None:
    printed, this, base = behind(row), behind(now), behind(before)
    if row.measure == "change":
        return printed.meets(this.minus(base))
    ratio = this.over(base)
    if ratio is None:
        return None
    if row.unit_code != PERCENT:
        return printed.meets(ratio)
    # 前年比 104% and 前年比 4%増 are both written as a percentage.
    percent = ratio.times(HUNDRED)
    return printed.meets(percent) or printed.meets(percent.minus(Range(HUNDRED, HUNDRED)))


def parts(figures: pd.DataFrame) -> pd.DataFrame:
    """Each part beside the total of its sentence: 2,260手続き中、1,900手続き, or 54.1%（3,744人/6,919床）."""
    compared = []
    waiting: dict[str, Any] = {}
    for row in figures.itertuples(index=False):
        if row.component == "whole" or row.measure != "level":
            continue
        other = waiting.get("total" if row.component == "part" else "part")
        if other is not None and _same_sentence(row, other):
            part, total = (row, other) if row.component == "part" else (other, row)
            comparable = part.unit == total.unit
            compared.append(
                {
                    "finding_key": part.figure_id,
                    "page": part.page,
                    "figure_id": part.figure_id,
                    "label": part.label,
                    "printed": part.raw,
                    "settled_by": part.settled_by or total.settled_by,
                    "total": total.raw,
                    "part_fits": part.value <= total.value if comparable else None,
                }
            )
            if row.component == "total":
                waiting.clear()
                continue
        waiting[row.component] = row
    columns = ["finding_key", "page", "figure_id", "label", "printed", "settled_by", "total", "part_fits"]
    return pd.DataFrame(compared, columns=columns, dtype=object)


def _same_sentence(one: Any, other: Any) -> bool:
    return (one.page, one.label, one.period_start, one.period_end) == (
        other.page,
        other.label,
        other.period_start,
        other.period_end,
    )


def _valued(observations: pd.DataFrame) -> list[Any]:
    return [row for row in observations.itertuples(index=False) if row.value is not None]


def spans(observations: pd.DataFrame, indicators: Mapping[str, Indicator], previous: pd.DataFrame) -> pd.DataFrame:
    """Each count over several years (R4～7年度) beside what is printed of the time within it.

    That is the years (R7年度) that the edition prints, with the span (R4～6年度) that the edition before printed from the same start.
    """
    levels, earlier = _counts(observations), _counts(previous)
    compared = []
    for indicator_id, rows in list(levels.items()):
        indicator = indicators.get(indicator_id)
        yearly = levels.get(indicator.cumulates or "", []) if indicator else []
        years = [row for row in (*rows, *yearly) if 1 < _days(row) <= LONGEST_YEAR]
        for span in rows:
            within = [y for y in years if span.period_start <= y.period_start and y.period_end <= span.period_end]
            if _days(span) <= LONGEST_YEAR or not within:
                continue
            before = [e for e in earlier[indicator_id] if e.period_start == span.period_start and e.period_end < span.period_end]
            rest = [y for y in within if all(y.period_start > e.period_end for e in before[-1:])]
            if before and sum(_days(row) for row in (*before[-1:], *rest)) == _days(span):
                within = [before[-1], *rest]
            total = Range(Decimal(0), Decimal(0))
            for year in within:
                total = total.plus(behind(year))
            whole = behind(span)
            covered = sum(_days(year) for year in within) == _days(span)
            compared.append(
                {
                    **_place(span),
                    "span": f"{span.source_text} ({printed_period(span.period_start, span.period_end)})",
                    "years": ", ".join(f"{y.source_text} ({printed_period(y.period_start, y.period_end)})" for y in within),
                    "years_fit": total.meets(whole) if covered else total.low <= whole.high,
                }
            )
    return _frame(compared, "span", "years", "years_fit")


def _counts(observations: pd.DataFrame) -> dict[str, list[Any]]:
    """The counted levels of each indicator, oldest first."""
    levels: dict[str, list[Any]] = defaultdict(list)
    for row in sorted(_valued(observations), key=lambda row: row.period_end):
        if row.measure == "level" and row.value >= 0 and counted(row.unit_code):
            levels[row.indicator_id].append(row)
    return levels


def _days(row: Any) -> int:
    days: int = (row.period_end - row.period_start).days
    return days + 1


class _Lookup:
    """Observations by indicator and period; a point in time answers for a period that ends on it, if only one does."""

    def __init__(self, rows: Iterable[Any], otherwise: Iterable[Any] = ()) -> None:
        """``otherwise`` answers where ``rows`` do not."""
        self._otherwise = _Lookup(otherwise) if otherwise else None
        self._exact: dict[tuple[Any, ...], Any] = {}
        self._by_end: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
        for row in rows:
            self._exact.setdefault((row.indicator_id, row.period_start, row.period_end), row)
            self._by_end[row.indicator_id, row.period_end].append(row)

    def find(self, indicator: str, start: Any, end: Any) -> Any:
        found = self._exact.get((indicator, start, end))
        if found is None and len(ending := self._by_end[indicator, end]) == 1:
            found = ending[0]
        if found is None and self._otherwise:
            found = self._otherwise.find(indicator, start, end)
        return found


def _place(row: Any) -> dict[str, Any]:
    return {
        "finding_key": observation_key(row),
        "page": row.source_page,
        "figure_id": row.figure_id,
        "indicator_id": row.indicator_id,
        "measure": row.measure,
        "printed": row.source_text,
    }


def _frame(rows: list[dict[str, Any]], *columns: str) -> pd.DataFrame:
    place = ("finding_key", "page", "figure_id", "indicator_id", "measure", "printed")
    return pd.DataFrame(rows, columns=[*place, *columns], dtype=object)
