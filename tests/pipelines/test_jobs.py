"""The jobs of an operator: found by their tags whoever starts them, and the same for the command line, Dagster's own and the UI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
import yaml
from click.testing import CliRunner

from pipelines import definitions
from pipelines.cli import main
from pipelines.home import Home
from pipelines.jobs import JOBS
from pipelines.partitions import add_editions
from pipelines.run import QUIET, running
from sources.registry import load
from tests.conftest import ROOT
from tests.ingestion import city

BACKFILL = re.compile(r"^export DAGSTER_HOME=(.+)\ndagster (job backfill .+)$", re.M)
EDITION = "kitakyushu_dx-R6"
TAGS = {"series": "kitakyushu_dx", "edition": "R6", "fiscal_year": "2024", "stage": "ingest"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SHINCHOKU_SERIES", raising=False)
    home = Home.find()
    home.prepare()
    return home


def test_every_job_says_in_both_languages_when_to_use_it() -> None:
    assert [job.name for job in JOBS] == ["ingest", "review", "publish", "rebuild"]
    for job in JOBS:
        japanese, english = (job.description or "").split("\n\n", 1)
        assert "**" in japanese and not japanese.isascii() and "Use it " in english and english.isascii()


def test_the_command_line_the_ui_and_dagster_load_the_same_definitions(home: Home) -> None:
    with running(home) as execute:
        assert execute.defs is definitions.defs
    (where,) = yaml.safe_load((ROOT / "workspace.yaml").read_text())["load_from"]
    assert where["python_module"]["module_name"] == definitions.__name__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    assert project["code_location_target_module"] == definitions.__name__
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "pipelines").rglob("*.py")}
    assert [path.name for path, text in texts.items() if "dg.Definitions(" in text] == ["definitions.py"]
    assert not [path.name for path, text in texts.items() if "materialize(" in text], "what runs, runs as a job"


def test_runs_are_tagged_with_series_edition_and_year_whoever_starts_them(home: Home) -> None:
    with running(home) as execute:
        assert execute("ingest", EDITION, ["report_file"]) == []
        (run,) = execute.instance.get_runs()
        execute.instance.add_dynamic_partitions("edition", ["gone-R1"])
        gone = definitions.defs.resolve_job_def("ingest").execute_in_process(
            partition_key="gone-R1", instance=execute.instance, run_config=QUIET, asset_selection=[dg.AssetKey("report_file")], raise_on_error=False
        )
    assert TAGS.items() <= run.tags.items()
    (failure,) = gone.filter_events(lambda event: event.is_step_failure)
    assert "no edition is called 'gone-R1'" in str(failure.step_failure_data.user_failure_data), "the step says what is wrong, not the tags"


@pytest.mark.slow
def test_rebuilding_makes_the_public_page_of_an_accepted_edition_and_leaves_it_for_a_draft(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHINCHOKU_SERIES", str(city.series(tmp_path / "series")))
    for arguments in (("intake", city.report(tmp_path / "R6.pdf")), ("accept", "madeup_city-R6", "--who", "佐藤")):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == 0, result.output
    shutil.rmtree(home.site)
    shutil.rmtree(home.staging("madeup_city-R6"))
    CliRunner().invoke(main, ["intake", str(city.report(tmp_path / "R7.pdf", "R7", before="120"))])
    with running(home) as execute:
        assert execute("rebuild", "madeup_city-R7") == [] and not home.site.exists()
        assert execute("rebuild", "madeup_city-R6") == [] and (home.site / "index.html").exists()


@pytest.mark.slow
def test_the_documented_backfill_of_all_editions_queues_one_tagged_run_each(home: Home) -> None:
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("operation.md", "operation.ja.md")]
    setting, command = BACKFILL.findall(pages[0])[0]
    assert BACKFILL.findall(pages[0]) == BACKFILL.findall(pages[1])
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        add_editions(load(), instance)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "dagster", *command.split()],
            cwd=ROOT, env={**os.environ, "DAGSTER_HOME": setting.replace("$SHINCHOKU_HOME", str(home.root))}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        runs = instance.get_runs()
    assert {run.tags["dagster/partition"] for run in runs} == set(load().editions)
    (run,) = (run for run in runs if run.tags["dagster/partition"] == EDITION)
    assert TAGS.items() <= run.tags.items() and run.status == dg.DagsterRunStatus.QUEUED


@pytest.mark.slow
def test_reviewing_anew_settles_what_a_person_wrote_into_the_decisions_without_reading(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines import audit
    from sources import reading

    series = city.series(tmp_path / "series")
    monkeypatch.setenv("SHINCHOKU_SERIES", str(series))
    taken = CliRunner().invoke(main, ["intake", str(city.report(tmp_path / "R6.pdf", more="# 満足度\n! |6200|%\n(R6年度)\n"))])
    assert taken.exit_code == 0, taken.output
    name = "madeup_city-R6"

    def open_ones() -> set[str]:
        return {result.rule_id for result in audit.stored_results(load().edition(name), home) or () if not result.passed}

    def shown(instance: dg.DagsterInstance) -> bool:
        key = dg.AssetCheckKey(dg.AssetKey("figures"), "value_is_plausible")
        record = instance.event_log_storage.get_asset_check_execution_history(key, limit=1)[0]
        assert record.event and record.event.dagster_event
        return bool(record.event.dagster_event.asset_check_evaluation_data.passed)

    assert "value_is_plausible" in open_ones()
    found = next(r for r in audit.stored_results(load().edition(name), home) or () if r.rule_id == "value_is_plausible").examples[0]
    decision = {"finding": found["finding"], "expect": found["expect"], "reason": "市の資料どおり", "who": "佐藤", "when": date(2026, 6, 1)}
    (series / "madeup_city" / "editions" / "R6" / "decisions.yaml").write_text(yaml.safe_dump({"acknowledgements": [decision]}, allow_unicode=True))
    monkeypatch.setattr(reading, "read_report", lambda *_, **__: pytest.fail("nothing is read"))
    with running(home) as execute:
        assert not shown(execute.instance)
        assert execute("review", name) == []
        assert "value_is_plausible" not in open_ones() and shown(execute.instance)


def test_the_page_on_operation_tells_every_job_sensor_and_schedule() -> None:
    known = {each.name for each in (*(definitions.defs.jobs or ()), *(definitions.defs.sensors or ()), *(definitions.defs.schedules or ()))}
    for name in ("operation.md", "operation.ja.md"):
        page = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert not {job for job in known if f"`{job}`" not in page}, name
