"""A complete small data folder, made once a session: an edition accepted with a decision, corrected and accepted again."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.home import Home
from sources.decisions import Mapping, append
from sources.registry import load
from tests.ingestion import city


def shinchoku(*args: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    city.series(place / "series")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHINCHOKU_HOME", str(place / "home"))
        patch.setenv("SHINCHOKU_SERIES", str(place / "series"))
        patch.setenv("SHINCHOKU_WHO", "佐藤")
        inbox = place / "home" / "inbox"
        inbox.mkdir(parents=True)
        city.report(inbox / "R6.pdf")
        shinchoku("intake")
        decision = Mapping(label="講座開催", indicator="courses", reason="市に確認済み", who="佐藤", when=date(2025, 7, 1))
        append(load().edition("madeup_city-R6").decisions_file, decision)
        shinchoku("accept", "madeup_city-R6", "--when", "2025-07-01")
        shinchoku("intake", city.report(place / "b.pdf", courses="32"), "--reason", "講座数の誤り")
        shinchoku("accept", "madeup_city-R6", "--when", "2025-09-01", "--reason", "市の訂正")
    return place


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of it, to be damaged."""
    shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(tmp_path / "series"))
    monkeypatch.setenv("SHINCHOKU_WHO", "鈴木")
    return Home.find()
