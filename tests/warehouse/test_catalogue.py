"""Nothing but the publisher's own, accepted reports may go to a catalogue."""

import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.home import Home
from sources.errors import ShinchokuError
from warehouse.catalogue import plan

pytestmark = pytest.mark.xdist_group("run")


def changed(home: Home, folder: Path, sql: str) -> Path:
    copy = Path(shutil.copy(home.warehouse, folder / "changed.duckdb"))
    with duckdb.connect(str(copy)) as connection:
        connection.execute(sql)
    return copy


def test_the_bundled_facsimile_is_refused(published: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", str(published.root))
    result = CliRunner().invoke(main, ["publish"])
    assert result.exit_code == 2 and result.stdout == ""
    assert "kitakyushu_dx-R6: origin is facsimile" in result.stderr and "原本ではありません" in result.stderr


def test_an_original_and_accepted_edition_goes_with_every_file_and_its_sum(published: Home, tmp_path: Path) -> None:
    release = published.exports / "latest"
    sent = plan(changed(published, tmp_path, "UPDATE edition SET origin = 'original'"), release)
    sums = dict(reversed(line.split("  ", 1)) for line in (release / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    assert {s.path: s.sha256 for s in sent} == sums


def test_an_edition_that_is_not_accepted_is_refused(published: Home, tmp_path: Path) -> None:
    copy = changed(published, tmp_path, "UPDATE edition SET origin = 'original', status = 'withdrawn'")
    with pytest.raises(ShinchokuError, match="status is withdrawn"):
        plan(copy, published.exports / "latest")


def test_before_the_first_run_there_is_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(ShinchokuError, match="shinchoku run"):
        plan(tmp_path / "none.duckdb", tmp_path / "latest")
