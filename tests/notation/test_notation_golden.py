"""The statements that reports/GOLD.md is illustrated by, read as ``shinchoku read`` writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sources.notation.jsonl import read_line

CASES = [json.loads(line) for line in Path(__file__).parents[1].joinpath("golden", "cases.jsonl").read_text(encoding="utf-8").splitlines()]
DEFAULT = {"measure": "level", "component": "whole", "qualifier": "exact"}


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_golden_statement(case: dict[str, object]) -> None:
    figures = read_line(str(case["text"]), int(str(case["report_fiscal_year"])))["figures"]
    assert isinstance(figures, list) and isinstance(case["figures"], list)
    assert len(figures) == len(case["figures"])
    for wanted, got in zip(case["figures"], figures, strict=True):
        for key, value in (DEFAULT | wanted).items():
            if key == "value":
                assert float(got[key]) == pytest.approx(float(value), abs=1e-6)
            elif value is not None:
                assert got[key] == value
