"""From the bundled PDF to the published set: which files, which columns, what they say, and that nothing changes without a cause."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
from pathlib import Path

import duckdb
import pytest

from pipelines.home import Home
from pipelines.run import run, summary
from sources.records import Reading

pytestmark = pytest.mark.xdist_group("run")

LISTING = Path(__file__).parent / "published.txt"


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def listing(folder: Path) -> str:
    """Every published file, and the columns of every table."""
    lines = []
    for name in contents(folder):
        lines.append(name)
        if name.endswith(".csv"):
            with (folder / name).open(encoding="utf-8-sig", newline="") as file:
                lines.append("  " + ",".join(next(csv.reader(file))))
    return "\n".join(lines) + "\n"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_published_set_is_exactly_the_one_listed(published: Home, update_snapshots: bool) -> None:
    found = listing(published.exports / "latest")
    if update_snapshots:
        LISTING.write_text(found, encoding="utf-8")
    assert found == LISTING.read_text(encoding="utf-8")


def test_observations_are_for_excel_and_for_programs(published: Home) -> None:
    path = published.exports / "latest" / "401005_kitaq_dx_observations.csv"
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert {row["area_code"] for row in rows(path)} == {"401005"}
    assert all(re.fullmatch(r"-?\d+(\.\d+)?|", row["value"]) for row in rows(path))
    assert json.loads(path.with_suffix(".json").read_bytes())


def test_every_figure_is_an_observation_or_listed_with_its_reason(published: Home, reading: Reading) -> None:
    observed = {row["figure_id"] for row in rows(published.exports / "latest" / "401005_kitaq_dx_observations.csv")} - {""}
    figures = {row["figure_id"] for row in rows(published.exports / "latest" / "401005_kitaq_dx_figures.csv")}
    matching = json.loads((published.accepted("kitakyushu_dx-R6") / "matching.json").read_text())
    unmatched = {row["figure_id"] for row in matching["unmatched"]}
    assert len(figures) == len(reading.figures) == 82
    assert observed | unmatched == figures
    assert all(row["reason_ja"] and row["reason_en"] for row in matching["unmatched"])


def test_a_label_without_a_number_is_a_null_with_status_o(published: Home) -> None:
    missing = [row for row in rows(published.exports / "latest" / "401005_kitaq_dx_observations.csv") if row["obs_status"] == "O"]
    assert len(missing) >= 3
    assert all(row["value"] == "" for row in missing)


def test_the_note_on_the_facsimile_travels_with_the_data(published: Home) -> None:
    latest = published.exports / "latest"
    note = "typeset from the report's published wording"
    assert note in (latest / "datapackage.json").read_text(encoding="utf-8")
    assert note in (latest / "README.txt").read_text(encoding="utf-8-sig")


def test_the_warehouse_answers_a_citizen(published: Home) -> None:
    with duckdb.connect(str(published.warehouse), read_only=True) as connection:
        tables = {name for (name,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall()}
        assert {"figure", "observation", "statement", "indicator", "unit", "section", "edition", "series"} <= tables
        assert {"latest", "revision", "target", "progress"} <= tables
        progress = connection.execute("SELECT indicator_id, progress_status, summary_ja FROM progress").fetchall()
        comments = connection.execute("SELECT count(*) FROM duckdb_columns() WHERE NOT internal AND comment IS NULL").fetchone()
    assert len(progress) > 30
    assert all(status and words for _, status, words in progress)
    assert comments == (0,)


def test_the_reports_own_looseness_is_a_warning_by_name(published: Home) -> None:
    results = json.loads((published.accepted("kitakyushu_dx-R6") / "results.json").read_text())
    failed = {row["rule_id"]: row for suite in results.values() for row in suite if not row["passed"]}
    assert {row["severity"] for row in failed.values()} == {"warning"}
    loose = json.dumps(failed["unit_loose"]["examples"], ensure_ascii=False)
    assert all(printed in loose for printed in ("+20件", "+8件", "+37件マップ"))


def test_pages_for_people_are_written_and_need_no_network(published: Home) -> None:
    for page in (published.review("kitakyushu_dx-R6"), published.results):
        text = html.unescape(page.read_text(encoding="utf-8"))
        assert "default-src 'none'" in text
        assert not re.search(r"(src|href)=\"https?:", text)


def test_a_second_run_changes_no_byte_of_what_is_published(published: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    latest = published.exports / "latest"
    before, release = contents(latest), latest.resolve()
    monkeypatch.setenv("SHINCHOKU_HOME", str(published.root))
    outcome = run(["kitakyushu_dx-R6"])
    assert outcome.exit_code == 0
    assert contents(latest) == before
    assert latest.resolve() == release
    told = summary(outcome)
    assert "82 figures" in told and "unit_loose" in told and str(latest) in told
