"""The data folder: where it is, who may write to it, and that a folder in it is replaced whole or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.home import INPUTS, Home
from pipelines.resources import Storage
from sources import whole
from sources.errors import ShinchokuError

HOLD = """
import sys
from pipelines.home import Home
with Home.find(sys.argv[1]).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_home_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path))
    assert Home.find().root == tmp_path
    monkeypatch.delenv("SHINCHOKU_HOME")
    monkeypatch.chdir(tmp_path)
    assert Home.find().root == tmp_path / "data"


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands where the folder should be")
    with pytest.raises(ShinchokuError, match="SHINCHOKU_HOME"):
        Home.find(tmp_path / "data").prepare()


def test_one_process_writes_at_a_time_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    home = Home.find(tmp_path)
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdin and other.stdout
    assert other.stdout.readline() == "held\n"
    with pytest.raises(ShinchokuError, match=f"process {other.pid}"), home.lock():
        pass
    other.kill()
    other.wait()
    with home.lock(), home.lock():
        pass


def test_who_works_on_one_series_records_its_files_and_leaves_the_others_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series = tmp_path / "series"
    monkeypatch.setenv("SHINCHOKU_SERIES", str(series))
    for name in ("one", "other"):
        (series / name).mkdir(parents=True)
        (series / name / "series.yaml").write_text("first")
    home = Home(tmp_path / "home")
    with home.lock("one"):
        pass
    whole_list = whole.read_list(home.root / INPUTS)
    assert {"series/one/series.yaml", "series/other/series.yaml", "bundled/kitakyushu_dx/series.yaml"} <= set(whole_list), "the first list is whole"
    for name in ("one", "other"):
        (series / name / "series.yaml").write_text("second")
    (series / "one" / "indicators.yaml").write_text("new")
    with home.lock("one"):
        pass
    now = whole.read_list(home.root / INPUTS)
    assert {name for name in now if now[name] != whole_list.get(name)} == {"series/one/series.yaml", "series/one/indicators.yaml"}
    with home.lock():
        pass
    assert whole.read_list(home.root / INPUTS)["series/other/series.yaml"] == now["series/one/series.yaml"]


@pytest.mark.parametrize(("said", "config", "keep"), [("", 0, None), ("3", 0, 3), ("3", 5, 5), (" ", 2, 2)])
def test_how_many_releases_stay_is_a_setting(monkeypatch: pytest.MonkeyPatch, said: str, config: int, keep: int | None) -> None:
    monkeypatch.setenv("SHINCHOKU_KEEP_RELEASES", said)
    assert Storage(keep_releases=config).keep == keep


def test_a_setting_that_is_no_number_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_KEEP_RELEASES", "ten")
    with pytest.raises(ShinchokuError, match="SHINCHOKU_KEEP_RELEASES"):
        _ = Storage().keep


def test_a_history_that_would_not_be_where_it_is_said_to_be_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("SHINCHOKU_POSTGRES", "postgresql://localhost/dagster")
    with pytest.raises(ShinchokuError, match="Copy deploy/dagster.yaml there") as caught:
        Home(tmp_path / "data").prepare()
    assert "dagster.yaml" in caught.value.ja
    (tmp_path / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    Home(tmp_path / "data").prepare()
