"""A year later: every change that was planted in a made-up edition is found, and nothing else is an error or a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.matching import match
from sources.observations import Observation
from sources.records import Reading
from sources.registry import Edition, load
from tests.ingestion.editions import judged, planted, typeset

EDITIONS = planted()


@pytest.fixture(scope="module")
def r6(reading: Reading) -> list[Observation]:
    return match(reading, load().edition("kitakyushu_dx-R6")).observations


@pytest.fixture
def r7() -> Edition:
    before = load().edition("kitakyushu_dx-R6")
    return Edition(before.series, before.meta.model_copy(update={"edition": "R7", "fiscal_year": 2025}), before.file)


@pytest.mark.parametrize("name", EDITIONS)
def test_what_was_planted_is_found_and_nothing_else(tmp_path: Path, r7: Edition, r6: list[Observation], name: str) -> None:
    seen = judged(typeset(EDITIONS[name], tmp_path), r7, r6)
    assert "架空・試験用" in seen.reading.text
    wanted = EDITIONS[name].finds
    assert wanted - seen.found == set()
    assert {found for found in seen.found - wanted if found[2] != "note"} == set()
