"""A few of the damaged reports of each kind; thousands by ``python -m tests.hostile.mutations``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.mutations import REPORT, ending


@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 40))])
def test_a_damaged_report_ends_in_figures_none_or_an_error(seed: int, tmp_path: Path) -> None:
    assert ending(seed, REPORT.read_bytes(), tmp_path) in {"figures", "none", "warned", "error", "broke off"}
