"""The city whose every text is an attack, run once: what it leaves is looked at by several tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.home import Home
from tests.security import attacked


@pytest.fixture(scope="session")
def attacked_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Its data folder; the environment names its series as long as tests use it."""
    root: Path = tmp_path_factory.mktemp("attacked")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHINCHOKU_HOME", str(root / "home"))
        patch.setenv("SHINCHOKU_SERIES", str(attacked.write(root / "series")))
        from pipelines.run import run

        outcome = run(["attack_city-R6", "attack_city-R7"])
        assert (outcome.unreadable, outcome.refused, outcome.published) == ({}, {}, True)
        yield outcome.home
