"""A few editions through one process: none fails, and each is what it is alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.home import Home
from sources.registry import load
from tests.load.soak import alone, differences, soak
from tests.load.towns import names, towns


def test_every_municipality_of_the_country_has_a_name_of_its_own() -> None:
    assert len(set(names())) == len(list(names())) >= 1741


@pytest.mark.slow
def test_editions_in_one_process_are_what_they_are_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_SERIES", str(towns(tmp_path / "series", 3, 2, processes=1)))
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "together"))
    home = Home.find()
    editions = [name for name in load().editions if name.startswith("town_")]
    assert len(editions) == 6 and not soak(editions, home).failures
    assert (home.exports / "latest").is_dir()
    alone(editions[:2], tmp_path / "alone")
    assert differences(editions[:2], home.root, tmp_path / "alone") == []
    (tmp_path / "alone" / "staging" / editions[0] / "figure.parquet").write_bytes(b"")
    assert differences(editions[:2], home.root, tmp_path / "alone") == [f"staging/{editions[0]}/figure.parquet"]
