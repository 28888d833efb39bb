"""Sentences, tiles and cells as reports print them, each with the figures that a reader finds in it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from casefile import Case, cases  # noqa: E402

from sources.notation import Context, Quantity, read  # noqa: E402

CASES = cases(Path(__file__).with_name("statements.txt"))


def said(one: Quantity) -> dict[str, object]:
    period, base = one.period, one.base
    return {
        "value": one.value, "unit": one.unit, "scale": one.scale, "decimals": one.decimals, "measure": one.measure,
        "component": one.component, "qualifier": one.qualifier,
        "period": (period.start.isoformat(), period.end.isoformat()) if period else None,
        "base": (base.start.isoformat(), base.end.isoformat()) if base else None,
        "period_kind": period.kind if period else None,
    }


@pytest.mark.parametrize("case", CASES, ids=[case.text for case in CASES])
def test_reads_as_a_reader_does(case: Case) -> None:
    found = [said(one) for one in read(case.text, Context(fiscal_year=case.year)).figures]
    assert [{key: f[key] for key in wanted} for f, wanted in zip(found, case.figures, strict=False)] == case.figures
    assert len(found) == len(case.figures), found
