"""A warehouse of the bundled edition, built once a session."""

from __future__ import annotations

from pathlib import Path

import made_up
import pytest

from warehouse.build import build_warehouse


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of the R6 report alone."""
    folder = tmp_path_factory.mktemp("warehouse")
    figures, observations, indicators = made_up.rows()
    staged = made_up.stage(folder / "staging" / "kitakyushu_dx-R6", figures, observations, made_up.STATEMENTS, made_up.LEDGER)
    out = folder / "shinchoku.duckdb"
    build_warehouse([staged], made_up.code_lists(indicators, [made_up.edition()]), out)
    return out
