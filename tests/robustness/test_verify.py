"""`shinchoku verify`: whatever byte changes, whatever file comes or goes, the file is named, and what was left alone is not."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.verification import BYTES, Fault, verify
from sources import whole
from tests.robustness.conftest import shinchoku

pytestmark = pytest.mark.xdist_group("robustness")
CHANGING = ("dagster", "lock", ".made")  # docs/backup.md says so


def files(home: Home) -> list[Path]:
    """Every file of the data folder and of the series' folder."""
    found = [path for place in (home.root, home.root.parent / "series") for path in sorted(place.rglob("*")) if path.is_file()]
    return [path for path in found if not (path.is_relative_to(home.root) and path.relative_to(home.root).parts[0] in CHANGING)
            and "latest" not in path.parts]  # fmt: skip


def bytes_faults(home: Home) -> set[Path]:
    return {fault.path for look in BYTES.values() for fault in look(home, {})}


def flipped(path: Path, rng: random.Random) -> Iterator[bytes]:
    """Contents of a file that differ in one bit: at one of its ends and at a random place."""
    data = path.read_bytes()
    for at in {rng.choice((0, len(data) - 1)), rng.randrange(len(data))}:
        yield data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]


def test_nothing_is_found_where_nothing_happened(home: Home) -> None:
    assert verify(home).faults == []
    result = shinchoku("verify", "--json")
    found = json.loads(result.stdout)
    assert found["ok"] and found["checked"]["published values"] == 3 and found["checked"]["originals"] == 3, "its two and the bundled one"
    assert "すべて記録どおりです" in shinchoku("verify").stdout


@pytest.mark.slow
def test_one_changed_byte_in_any_file_is_named(home: Home) -> None:
    rng, looked = random.Random(8), files(home)
    assert len(looked) > 100
    for path in looked:
        before, stat = path.read_bytes(), path.stat()
        for changed in flipped(path, rng):
            path.write_bytes(changed)
            assert path in bytes_faults(home), path
        path.write_bytes(before)
        assert stat.st_size == path.stat().st_size
    assert verify(home).faults == []


def test_a_file_that_is_gone_is_named(home: Home) -> None:
    for path in files(home):
        if path.is_relative_to(home.inbox):
            continue  # what was taken in is kept with its edition
        before = path.read_bytes()
        path.unlink()
        named = bytes_faults(home)
        # Without its list nothing can be said of the other files of a folder; without its edition.yaml there is no edition.
        assert path in named or any(other.parent == path.parent for other in named), path
        path.write_bytes(before)
    assert verify(home).faults == []


def test_nobody_is_told_to_remove_a_file_that_is_gone(home: Home) -> None:
    page = next(path for path in files(home) if path.suffix == ".html" and path.is_relative_to(home.site))
    before = page.read_bytes()
    page.unlink()
    told = shinchoku("verify", code=1).stdout
    page.write_bytes(before)
    assert str(page) in told and "Remove it" not in told and "Run: shinchoku run" in told and "1 fault /" in told


def test_a_folder_that_is_gone_is_named(home: Home) -> None:
    away = home.root.parent / "away"
    for name in ("accepted/madeup_city-R6", "staging/madeup_city-R6", "pages/madeup_city-R6", "former", "site", "warehouse", "exports/releases", "results", "review"):
        (home.root / name).rename(away)
        assert any(fault.path.is_relative_to(home.root / name) or fault.path == home.exports / "latest" for fault in verify(home).faults), name
        away.rename(home.root / name)


def test_a_file_that_nobody_wrote_is_named(home: Home) -> None:
    folders = {path.parent for path in files(home) if not path.is_relative_to(home.inbox)} | {home.root, home.root / "exports"}
    for folder in sorted(folders):
        for name in ("stray.txt", "stray.yaml", "stray.html", ".draft-dead/x"):
            stray = folder / name
            stray.parent.mkdir(exist_ok=True)
            stray.write_text("stray")
            assert any(named in (stray, stray.parent) for named in bytes_faults(home)), stray
            stray.unlink()
            if stray.parent != folder:
                stray.parent.rmdir()
    assert verify(home).faults == []


def test_what_is_found_names_place_cause_and_remedy_in_both_languages(home: Home) -> None:
    path = home.accepted("madeup_city-R6") / "observation.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    result = shinchoku("verify", code=1)
    assert f"{path}: the file is not as it was recorded (its sha256 differs). Put the folder {path.parent} back from the backup." in result.stdout
    assert f"{path}：記録された内容と違います" in result.stdout and f"フォルダ {path.parent} をバックアップから戻してください" in result.stdout


def found(home: Home) -> list[Fault]:
    return verify(home).faults


def test_a_value_changed_in_the_warehouse_is_found_though_its_list_agrees(home: Home) -> None:
    import duckdb

    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("UPDATE observation SET value = 31, source_text = '31回' WHERE indicator_id = 'courses' AND measure = 'level'")
    whole.seal(home.warehouse.parent)
    where = [(fault.path.name, fault.where) for fault in found(home)]
    assert ("shinchoku.duckdb", "table observation: madeup_city-R6 courses level 2025-03-31") in where
    assert any(name == "442020_madeup_observations.csv" and place.endswith(", value") for name, place in where), "row and column"
    assert any(place.startswith("table observation: edition_id madeup_city-R6") for _, place in where)


def test_a_figure_moved_on_its_page_is_found(home: Home) -> None:
    import duckdb

    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("UPDATE figure SET x0 = x0 - 1 WHERE raw = '32回'")
    whole.seal(home.warehouse.parent)
    assert any(fault.where.startswith("table figure: madeup_city-R6-p02-") for fault in found(home))


def test_a_release_that_says_otherwise_is_found_with_row_and_column(home: Home) -> None:
    latest = (home.exports / "latest").resolve()
    table = latest / "442020_madeup_observations.csv"
    rows = table.read_bytes()
    table.unlink()  # the page has the same file
    table.write_bytes(rows.replace(b",32,", b",33,", 1))
    text = whole.listing(whole.checksums(latest).items())
    (latest / whole.SUMS).unlink()
    (latest / whole.SUMS).write_text(text)
    import hashlib

    forged = latest.with_name(f"2025-03-31-{hashlib.sha256(text.encode()).hexdigest()[:12]}")
    latest.rename(forged)
    (home.exports / "latest").unlink()
    (home.exports / "latest").symlink_to(forged.relative_to(home.exports))
    faults = found(home)
    (told,) = [fault for fault in faults if fault.path.name == table.name]
    assert told.where == "row 3, value" and "'33'" in told.cause.en and "'32'" in told.cause.en
    assert [fault.path for fault in faults if fault is not told] == [home.site / "data" / whole.SUMS], "and nothing else"


def test_a_decision_that_does_not_hold_is_found(home: Home) -> None:
    folder = home.accepted("madeup_city-R6")
    record = json.loads((folder / "edition.json").read_text("utf-8"))
    assert [decision["label"] for decision in record["decisions"]["mappings"]] == ["講座開催"], "what people decided is kept with what was accepted"
    decision = {"reason": "x", "who": "x", "when": "2025-01-01"}
    record["decisions"] = {"corrections": [decision | {"figure": "p02-001", "expect": "999", "use": {"value": 1}}]}
    (folder / "edition.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    whole.seal(folder)
    (told,) = found(home)
    assert told.where == "correction of p02-001" and "999" in told.cause.ja


def test_a_warehouse_that_is_no_database_is_told_and_the_rest_is_still_looked_at(home: Home) -> None:
    home.warehouse.write_bytes(b"not a database")
    (home.site / "index.html").write_text("x")
    named = {fault.path for fault in found(home)}
    assert {home.warehouse, home.site / "index.html"} <= named
