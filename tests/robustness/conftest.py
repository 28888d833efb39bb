"""A complete small data folder, made once a session: one edition accepted, corrected and accepted again, the next one a draft."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.home import Home
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
        shinchoku("accept", "madeup_city-R6", "--when", "2025-07-01")
        shinchoku("intake", city.report(place / "b.pdf", courses="32"), "--reason", "講座数の誤り")
        shinchoku("accept", "madeup_city-R6", "--when", "2025-09-01", "--reason", "市の訂正")
        city.report(inbox / "R7.pdf", "R7", applications="150", before="110", courses="31")
        shinchoku("intake")
        shinchoku("decide", "R7", "restated:applications", "--acknowledge", "--reason", "市に確認済み", "--when", "2026-07-01")
    return place


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A copy of it, to be damaged."""
    shutil.copytree(made, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(tmp_path / "series"))
    monkeypatch.setenv("SHINCHOKU_WHO", "鈴木")
    return Home.find()
