"""The runbook's commands, run as they stand: a made-up edition from PDF to published and back, and another city from its first report."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.home import Home
from sources.registry import BUNDLED, load

DOCS = Path(__file__).parents[2] / "docs"
ENGLISH, JAPANESE = DOCS / "yearly-ingestion.md", DOCS / "yearly-ingestion.ja.md"


def commands(page: Path) -> list[str]:
    """The lines of the blocks that a shell can run."""
    return [line for block in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S) for line in block.splitlines()]


def run(line: str, patch: pytest.MonkeyPatch) -> str:
    """What a line prints; it must end as the page says it does."""
    words = shlex.split(os.path.expandvars(line), comments=True)
    if words[0] == "export":
        name, _, value = words[1].partition("=")
        patch.setenv(name, value)
        return ""
    if words[0] == "python":
        patch.setattr(sys, "argv", words[2:])
        runpy.run_module(words[2], run_name="__main__")
        return ""
    assert words[0] == "shinchoku", line
    result = CliRunner().invoke(main, words[1:])
    assert result.exit_code == (1 if "ends with 1" in line else 0), f"{line}\n{result.output}"
    return result.output


def snapshot(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each command of the page printed, and what was published after R7 was accepted."""
    folder = tmp_path_factory.mktemp("runbook")
    bundled = snapshot(BUNDLED)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PWD", str(folder))
        out: dict[str, str] = {}
        for line in commands(ENGLISH):
            out[line] = run(line, patch)
            if line == "shinchoku accept R7":
                out["latest"] = published()
                out["status"] = load().edition("R7").status
        out["in the end"] = published()
        out["withdrawn"] = load().edition("R7").status
        yield out
    assert snapshot(BUNDLED) == bundled, "nothing goes to the repository's own folders"


def published() -> str:
    """The newest word on a few indicators, as text."""
    wanted = ("open_datasets", "teleworkers", "workload_survey_hours", "consolidated_procedures", "dx_school_courses")
    with closing(duckdb.connect(str(Home.find().warehouse), read_only=True)) as connection:
        rows = connection.execute(
            "SELECT series_id, indicator_id, period_end, format('{:g}', value::DOUBLE), unit_code, edition_id FROM latest WHERE measure = 'level' "
            f"AND (indicator_id IN {wanted} OR series_id = 'kakuu_plan') ORDER BY ALL").fetchall()
    return "\n".join(" ".join(map(str, row)) for row in rows)


@pytest.mark.slow
@pytest.mark.xdist_group("run")
def test_what_was_planted_is_found_decided_and_published(told: dict[str, str]) -> None:
    found = told["shinchoku findings R7   # ends with 1 while errors are open"]
    for kind in ("renamed", "new", "vanished", "restated", "target_changed", "cumulative_fell", "magnitude", "unit_changed", "ambiguous_period",
                 "change_is_the_difference", "refined"):
        assert f"] {kind}:" in found, kind
    assert found.count("[error / ") == 11
    assert "0 error" in told[next(line for line in told if "confirmed by the city" in line)]
    assert told["status"] == "accepted" and "R7" in told["shinchoku accept R7"]
    latest = told["latest"].splitlines()
    for row in (
        "kitakyushu_dx open_datasets 2026-03-31 660 case kitakyushu_dx-R7",
        "kitakyushu_dx teleworkers 2026-03-31 1250 person kitakyushu_dx-R7",
        "kitakyushu_dx workload_survey_hours 2022-03-31 1.32e+07 hour kitakyushu_dx-R7",
        "kitakyushu_dx consolidated_procedures 2026-03-31 5 procedure kitakyushu_dx-R7",
        "kitakyushu_dx dx_school_courses 2026-03-31 15 course kitakyushu_dx-R7",
    ):
        assert row in latest, told["latest"]
    assert "open_datasets" in told["shinchoku diff R6 R7"] or "公開データセット数" in told["shinchoku diff R6 R7"]


@pytest.mark.slow
@pytest.mark.xdist_group("run")
def test_a_withdrawn_edition_is_gone_and_another_city_is_there(told: dict[str, str]) -> None:
    assert told["withdrawn"] == "withdrawn" and "kitakyushu_dx-R7" not in told["in the end"]
    assert "kitakyushu_dx open_datasets 2025-03-31 646 case kitakyushu_dx-R6" in told["in the end"]
    assert told["in the end"].count("kakuu_plan-R6") == 8 * 4


def test_both_languages_have_the_same_commands_and_pictures() -> None:
    assert [line.partition("#")[0].split("--reason")[0].strip() for line in commands(JAPANESE)] == [
        line.partition("#")[0].split("--reason")[0].strip() for line in commands(ENGLISH)]
    for page in (ENGLISH, JAPANESE):
        pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
        assert pictures and all((DOCS / picture).is_file() for picture in pictures)
