"""A run of what has not changed reads and writes no data; whatever changes makes its stage and what follows anew."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines import unchanged
from pipelines.home import MADE, Home
from pipelines.resources import Storage
from pipelines.run import run
from tests.ingestion import city

DATA = (".pdf", ".parquet", ".duckdb", ".webp", ".csv", ".xlsx")


class Watch:
    """The files that this process opens, while it is told to look."""

    def __init__(self) -> None:
        self.on = False
        self.opened: list[tuple[str, str, int]] = []
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: Any) -> None:
        if self.on and event == "open" and isinstance(arguments[0], str):
            self.opened.append((arguments[0], arguments[1] or "", arguments[2] or 0))


@pytest.mark.xdist_group("run")
def test_a_run_of_nothing_new_reads_and_writes_no_data(published: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", str(published.root))
    monkeypatch.delenv("SHINCHOKU_SERIES", raising=False)
    ours = [published.root / name for name in ("staging", "accepted", "pages", "review", "results", "warehouse", "exports", "site")]
    before = unchanged.state(ours, published.root)
    watch = Watch()
    watch.on = True
    outcome = run()
    watch.on = False
    assert outcome.exit_code == 0 and outcome.published
    assert unchanged.state(ours, published.root) == before, "nothing was written"
    assert [path for path, _, _ in watch.opened if path.endswith(DATA)] == [], "no data were read"
    written = {path for path, mode, flags in watch.opened if flags & (os.O_WRONLY | os.O_RDWR) and str(published.root) in path}
    assert {path for path in written if not path.startswith((str(published.dagster), str(published.root / "lock")))} <= {str(published.root)}


SHOWN = {
    "figures": {"dagster/row_count", "読み取った数値 / what was read", "確認ページ / review page", "ファイル / file", "sha256"},
    "observations": {"dagster/row_count", "見本 / preview", "所見 / findings", "確認ページ / review page", "ファイル / file"},
    "accepted_edition": {"dagster/row_count", "確認ページ / review page", "フォルダ / folder"},
    "review_page": {"ページ / page", "決めるには / to decide"},
    "warehouse": {"dagster/row_count", "表ごとの行数 / rows", "ファイル / file"},
    "exports": {"dagster/row_count", "公開ファイル / published files", "リリース / release"},
    "site": {"公開ページ / public page", "図 / pictures", "リリース / release"},
}


def told(home: Home) -> dict[str, bool]:
    """Run everything; whether each asset said that nothing had changed."""
    assert run().exit_code == 0
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        found = {}
        for key in instance.all_asset_keys():
            event = instance.get_latest_materialization_event(key)
            assert event and event.asset_materialization
            found[key.to_user_string()] = "変更なし / unchanged" in event.asset_materialization.metadata
            if key.to_user_string() in SHOWN:
                assert set(event.asset_materialization.metadata) >= SHOWN[key.to_user_string()], "made or not, it shows the same"
        return found


@pytest.mark.slow
def test_what_changed_is_made_anew_with_all_that_follows_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from pipelines.cli import main

    series = city.series(tmp_path / "series")
    monkeypatch.setenv("SHINCHOKU_SERIES", str(series))
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    home = Home.find()
    for arguments in (("intake", city.report(tmp_path / "R6.pdf")), ("accept", "madeup_city-R6", "--who", "佐藤")):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == 0, result.output
    run()
    assert set(told(home).values()) == {True}

    indicators = series / "madeup_city" / "indicators.yaml"
    indicators.write_text(indicators.read_text(encoding="utf-8").replace("Courses held", "Courses"), encoding="utf-8")
    again = told(home)
    kept = {name for name, same in again.items() if same}
    assert kept == {"report_file", "figures"}

    (home.site / "index.html").unlink()
    again = told(home)
    assert {name for name, same in again.items() if not same} == {"site"} and (home.site / "index.html").exists()

    shutil.rmtree(home.root / MADE)
    assert set(told(home).values()) == {False}


class Context:
    """As much of a step's context as a stage asks for."""

    class run:  # noqa: N801
        run_id = "run-1"

    log = dg.get_dagster_logger()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "a").write_text("1", encoding="utf-8")
    (tmp_path / "out" / "b").write_text("2", encoding="utf-8")
    return tmp_path


def rests(folder: Path, code: str = "c1", settings: object = None, again: bool = False) -> bool:
    stage = unchanged.stage(Home(folder), "work", (code,), [folder / "in"], [folder / "out"], settings)
    told = stage.unchanged(Context(), Storage(again=again))  # type: ignore[arg-type]
    return told is not None


def test_a_stage_rests_until_something_changes(folder: Path) -> None:
    assert not rests(folder)
    unchanged.stage(Home(folder), "work", ("c1",), [folder / "in"], [folder / "out"]).ended(Context(), {"rows": 3})  # type: ignore[arg-type]
    assert rests(folder) and not rests(folder, again=True)
    assert not rests(folder, code="c2") and not rests(folder, settings={"keep": 3})
    assert rests(folder)
    (folder / "in" / "new").write_text("", encoding="utf-8")
    assert not rests(folder)
    (folder / "in" / "new").unlink()
    assert rests(folder)
    (folder / "out" / "b").write_text("3", encoding="utf-8")
    assert not rests(folder), "also where it was what it made that changed"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"from": 1}'])
def test_a_damaged_note_means_that_the_stage_is_done(folder: Path, damage: str) -> None:
    unchanged.stage(Home(folder), "work", ("c1",), [folder / "in"], [folder / "out"]).ended(Context(), {"rows": 3})  # type: ignore[arg-type]
    (folder / MADE / "work.json").write_text(damage, encoding="utf-8")
    assert not rests(folder)


def test_a_copy_that_keeps_the_times_is_the_same(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    unchanged.stage(Home(folder), "work", ("c1",), [folder / "in"], [folder / "out"]).ended(Context(), {"rows": 3})  # type: ignore[arg-type]
    copy = tmp_path_factory.mktemp("copy") / "home"
    shutil.copytree(folder, copy)
    assert rests(copy)
