"""What goes wrong in a run ends with one clear message in both languages, and leaves what was published as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.home import Home
from sources.registry import BUNDLED

pytestmark = pytest.mark.xdist_group("run")

R6 = Path("kitakyushu_dx/editions/R6")
Break = Callable[[Path], object]


@pytest.fixture
def home(published: Home, tmp_path: Path) -> Home:
    """A data folder of its own, with a good publication in it."""
    shutil.copytree(published.root, tmp_path / "home", symlinks=True, ignore=shutil.ignore_patterns("dagster", "lock"))
    return Home.find(tmp_path / "home")


def bytes_of(home: Home) -> dict[str, bytes]:
    places = (home.warehouse, *sorted((home.exports / "latest").rglob("*")))
    return {str(path): path.read_bytes() for path in places if path.is_file()}


def run(home: Home, monkeypatch: pytest.MonkeyPatch, series: Path | None = None) -> Result:
    monkeypatch.setenv("SHINCHOKU_HOME", str(home.root))
    if series:
        monkeypatch.setenv("SHINCHOKU_SERIES", str(series))
    return CliRunner().invoke(main, ["run"])


def change(name: str, old: str, new: str) -> Break:
    def broken(folder: Path) -> None:
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return broken


BROKEN: dict[str, tuple[Break, str]] = {
    "unknown key": (change("kitakyushu_dx/indicators.yaml", "    direction:", "    directon: up\n    direction:"), "indicators.yaml"),
    "unknown unit": (change("kitakyushu_dx/indicators.yaml", "unit: sheet", "unit: sheeet"), "sheeet"),
    "unknown status": (change(f"{R6}/edition.yaml", "status: accepted", "status: done"), "edition.yaml"),
    "not YAML": (change(f"{R6}/edition.yaml", "edition:", "edition: ["), "edition.yaml"),
    "another file": (lambda folder: (folder / R6 / "report.pdf").write_bytes(b"%PDF-1.4 another"), "sha256"),
    "empty file": (lambda folder: (folder / R6 / "report.pdf").write_bytes(b""), "report.pdf"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_series_is_named_and_nothing_is_published(kind: str, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series = tmp_path / "series"
    shutil.copytree(BUNDLED, series)
    spoil, named = BROKEN[kind]
    spoil(series)
    before = bytes_of(home)
    result = run(home, monkeypatch, series)
    assert result.exit_code == 2, result.output
    assert named in result.stderr
    assert not result.stderr.isascii()
    assert "Traceback" not in result.output
    assert bytes_of(home) == before


def test_a_decision_on_an_unknown_indicator_stops_publication(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series = tmp_path / "series"
    shutil.copytree(BUNDLED, series)
    (series / R6 / "decisions.yaml").write_text(
        "mappings:\n  - {label: 件数, indicator: no_such_indicator, reason: test, who: test, when: 2025-09-01}\n", encoding="utf-8"
    )
    before = bytes_of(home)
    result = run(home, monkeypatch, series)
    assert result.exit_code in (1, 2)
    assert "no_such_indicator" in result.output
    assert "Traceback" not in result.output
    assert bytes_of(home) == before


def test_an_error_in_the_data_stops_publication_and_shows_the_review_page(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series = tmp_path / "series"
    shutil.copytree(BUNDLED, series)
    (series / R6 / "decisions.yaml").write_text(
        "corrections:\n  - {figure: kitakyushu_dx-R6-p02-001, expect: 1,999件, use: {value: 1}, reason: test, who: test, when: 2025-09-01}\n"
        .replace("1,999件", '"1,999件"'),
        encoding="utf-8",
    )
    before = bytes_of(home)
    home.review("kitakyushu_dx-R6").unlink()
    result = run(home, monkeypatch, series)
    assert result.exit_code == 1, result.output
    assert "stale_decision" in result.stderr and "1,999件" in result.stderr
    assert "kitakyushu_dx-R6.html" in result.stderr
    assert home.review("kitakyushu_dx-R6").exists()
    assert bytes_of(home) == before


def test_a_wrong_number_of_pages_stops_publication(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series = tmp_path / "series"
    shutil.copytree(BUNDLED, series)
    change(f"{R6}/edition.yaml", "page_count: 13", "page_count: 31")(series)
    before = bytes_of(home)
    result = run(home, monkeypatch, series)
    assert result.exit_code == 1, result.output
    assert "31 pages, the file has 13" in result.stderr
    assert bytes_of(home) == before


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").write_text("a file stands where the folder should be")
    result = run(Home.find(tmp_path / "data"), monkeypatch)
    assert result.exit_code == 2
    english, japanese = result.stderr.strip().splitlines()
    assert "SHINCHOKU_HOME" in english and "SHINCHOKU_HOME" in japanese


def test_a_second_run_at_the_same_time_gives_way(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bytes_of(home)
    monkeypatch.setenv("SHINCHOKU_HOME", str(home.root))
    with home.lock():
        monkeypatch.setattr("pipelines.home._held", set())
        result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 2
    english, japanese = result.stderr.strip().splitlines()
    assert "another run" in english and "別の実行" in japanese
    assert bytes_of(home) == before
