"""The lines of the README that load the data elsewhere, run as they stand there on what a run has published."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.home import Home

ROOT = Path(__file__).parents[2]
EDITIONS = ("README.md", "README.ja.md")

pytestmark = pytest.mark.xdist_group("run")


def lines(readme: str) -> dict[str, str]:
    """Tool to its one line; a table's bar and backtick cannot occur in them."""
    text = (ROOT / readme).read_text("utf-8")
    return dict(re.findall(r"^\| (pandas|polars|DuckDB|R|Excel) \| .*?`(.+?)`.* \|$", text, flags=re.MULTILINE))


@pytest.fixture
def where_it_lies(published: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").symlink_to(published.root)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_both_readmes_say_the_same_lines() -> None:
    english, japanese = map(lines, EDITIONS)
    assert english == japanese and list(english) == ["pandas", "polars", "DuckDB", "R", "Excel"]


def test_pandas_polars_and_duckdb_read_the_same_rows(where_it_lies: Path) -> None:
    import duckdb
    import pandas
    import polars

    said = lines(EDITIONS[0])
    frame = eval(said["pandas"], {"pandas": pandas})
    same = eval(said["polars"], {"polars": polars})
    rows = duckdb.sql(said["DuckDB"]).fetchall()
    assert len(frame) == len(same) == len(rows) > 80
    assert set(frame["area_code"]) == set(same["area_code"]) == {"401005"}
    assert frame["value"].isna().sum() == same["value"].null_count() >= 3
    assert [*frame.columns] == same.columns


def test_the_workbook_is_there(where_it_lies: Path) -> None:
    assert Path(lines(EDITIONS[0])["Excel"]).read_bytes().startswith(b"PK")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("Rscript") is None and "CI" not in os.environ, reason="R is not installed (Debian: r-base-core)")
def test_r_reads_the_same_rows(where_it_lies: Path) -> None:
    script = f"d <- {lines(EDITIONS[0])['R']}; cat(nrow(d), class(d$area_code), d$area_code[1], sum(is.na(d$value)), names(d)[1])"
    told = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C.UTF-8"}, check=True)
    rows, kind, code, nulls, first = told.stdout.split()
    assert (kind, code, first) == ("character", "401005", "edition_id")
    assert int(rows) > 80 and int(nulls) >= 3
