"""A clock that was set back, or files that come from the future: nothing changed is taken for unchanged, and nothing new for old."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipelines import inbox, unchanged
from pipelines.home import Home
from warehouse.exports import release

YEAR = 365 * 24 * 3600


def publish(out: Path, text: str, keep: int | None = None) -> Path:
    with release.draft(out) as folder:
        (folder / "data.csv").write_text(text)
        return release.publish(folder, out, "2025-03-31", keep=keep).path


def test_the_newest_releases_stay_though_older_ones_are_from_the_future(tmp_path: Path) -> None:
    first, second = publish(tmp_path, "1"), publish(tmp_path, "2")
    for ahead, path in enumerate((first, second), start=1):  # the clock was wrong then, and has been set right
        os.utime(path, (time.time() + ahead * YEAR,) * 2)
    third = publish(tmp_path, "3")
    fourth = publish(tmp_path, "4", keep=2)
    assert (tmp_path / "latest").resolve() == fourth and set((tmp_path / "releases").iterdir()) == {third, fourth}


def test_a_release_that_is_published_again_is_the_newest(tmp_path: Path) -> None:
    first, second, _ = (publish(tmp_path, text) for text in "123")
    assert publish(tmp_path, "1") == first
    fourth = publish(tmp_path, "4", keep=2)
    assert not second.exists() and set((tmp_path / "releases").iterdir()) == {first, fourth}


def test_an_edit_of_the_same_size_at_the_same_time_is_seen(tmp_path: Path) -> None:
    decisions = tmp_path / "decisions.yaml"
    decisions.write_text("value: 31\n")
    before, stat = unchanged.stage(Home(tmp_path), "x", (), [decisions], []).made_from, decisions.stat()
    assert unchanged.stage(Home(tmp_path), "x", (), [decisions], []).made_from == before
    decisions.write_text("value: 32\n")
    os.utime(decisions, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert unchanged.stage(Home(tmp_path), "x", (), [decisions], []).made_from != before


@pytest.mark.parametrize("name", ["data.parquet", "page.webp"])
def test_data_from_before_are_seen_as_well_as_data_from_after(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("1")
    before = unchanged.stage(Home(tmp_path), "x", (), [path], []).made_from
    for away in (-YEAR, YEAR):
        path.write_text("2")
        os.utime(path, (time.time() + away,) * 2)
        assert unchanged.stage(Home(tmp_path), "x", (), [path], []).made_from != before


@pytest.mark.parametrize(("age", "settled"), [(0, False), (inbox.SETTLED + 1, True), (-YEAR, True)])
def test_a_report_from_the_future_does_not_wait_until_then(age: int, settled: bool, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_text("1")
    os.utime(path, (time.time() - age,) * 2)
    assert inbox._is_settled(path) is settled
