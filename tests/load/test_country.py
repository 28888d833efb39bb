"""A few towns read by two Celery workers, of which one dies in the middle: nothing is lost, and everything is what one process makes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.home import Home
from tests import servers
from tests.cluster import cluster, settings
from tests.load.country import apart, backfilled
from tests.load.soak import differences, soak
from tests.load.towns import towns

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.xdist_group("cluster")]


def test_workers_of_which_one_dies_make_what_one_process_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    servers.need()
    series = towns(tmp_path / "series", 2, 3, processes=1)
    editions = [f"town_{number:04d}-R{year}" for number in range(2) for year in (3, 4, 5)]
    settings(tmp_path / "dagster", run_monitoring={"max_runtime_seconds": 90, "poll_interval_seconds": 5, "free_slots_after_run_end_seconds": 5})
    with servers.running() as addresses, cluster(tmp_path, addresses, tmp_path / "home", series, SHINCHOKU_REDELIVERY_SECONDS="30") as made:
        seen = backfilled(made, editions, 2, kill=True, look=0.2, hours=0.5)
    assert seen.failed >= 1, "the run of the worker that died was failed and started again"
    assert seen.done[-1][1] == len(editions)
    monkeypatch.setenv("SHINCHOKU_SERIES", str(series))
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "alone"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    home = Home.find()
    assert not soak(editions, home).failures
    assert differences(editions, tmp_path / "home", home.root) == []
    assert apart(tmp_path / "home", home.root) == []
