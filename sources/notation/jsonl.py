"""One text to one JSON-ready record: what ``shinchoku read`` writes, line by line."""

from __future__ import annotations

from sources.notation.model import Context, Quantity
from sources.notation.statements import read


def read_line(text: str, fiscal_year: int | None = None) -> dict[str, object]:
    """The figures of a text as plain strings and numbers; a figure without a period of its own gets the fiscal year's."""
    reading = read(text, Context(fiscal_year=fiscal_year))
    return {"text": text, "figures": [_figure(one) for one in reading.figures]}


def _figure(one: Quantity) -> dict[str, object]:
    return {
        "value": plain(one),
        "unit": one.unit,
        "scale": one.scale,
        "decimals": one.decimals,
        "measure": one.measure,
        "component": one.component,
        "qualifier": one.qualifier,
        "period_kind": one.period.kind if one.period else "",
        "period_start": one.period.start.isoformat() if one.period else "",
        "period_end": one.period.end.isoformat() if one.period else "",
        "base_start": one.base.start.isoformat() if one.base else "",
        "base_end": one.base.end.isoformat() if one.base else "",
        "raw": one.raw,
        "label": one.subject or one.predicate,
        "note": "; ".join(one.notes),
    }


def plain(one: Quantity) -> str:
    """The value as a plain decimal, without an exponent."""
    return format(one.value, "f")
