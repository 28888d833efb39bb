"""The exports: every format says the same, loads elsewhere with its types, and changes only with the data."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import duckdb
import made_up
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sources import whole
from sources.errors import ShinchokuError
from warehouse import fields
from warehouse.build import build_warehouse
from warehouse.codelists import CODE_TABLES
from warehouse.exports import contents, csvw, linked, package, tables, write_exports
from warehouse.exports.documents import number

DATASET = "401005_kitaq_dx"
BOTH = [f"{DATASET}_{name}{form}" for name in contents.SERIES_TABLES for form in (".csv", ".json")]
FILES = {
    *BOTH,
    *[f"codelists/{name}{form}" for name in CODE_TABLES for form in (".csv", ".json")],
    *[f"{DATASET}_{name}{form}" for name in ("observations", "figures") for form in (".jsonl", ".parquet")],
    *[f"{DATASET}{tail}" for tail in ("_wide_ja.csv", "_open_data_list.csv", ".xlsx", ".schema_org.jsonld")],
    *(
        "data_dictionary.csv",
        "data_dictionary.json",
        "datapackage.json",
        "csv-metadata.json",
        "dcat.jsonld",
        "dcat.ttl",
        "prov.jsonld",
    ),
    *("README.txt", "CHANGELOG.md", "machine_readability.csv", "machine_readability.md"),
}
OBSERVATION = [
    "edition_id", "area_code", "standard_area_code", "indicator_id", "measure", "fiscal_year", "period_start", "period_end",
    "base_start", "base_end", "value", "unit_code", "qualifier", "decimals", "source_value", "source_unit", "unit_mult", "obs_status",
    "obs_note", "source_text", "source_page", "figure_id", "origin",
]  # fmt: skip


@pytest.fixture(scope="module")
def out(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    write_exports(warehouse, None, folder)
    return folder


def test_a_release_is_exactly_these_files_with_their_sums(out: Path) -> None:
    latest = out / "latest"
    assert {path.relative_to(latest).as_posix() for path in latest.rglob("*") if path.is_file()} == FILES | {"SHA256SUMS"}
    for line in (latest / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((latest / name).read_bytes()).hexdigest() == digest
    assert [path.name for path in (out / "releases").iterdir()] == [latest.resolve().name]


def test_csv_is_utf8_with_bom_and_crlf_and_bare_numbers(out: Path) -> None:
    raw = (out / "latest" / f"{DATASET}_observations.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfedition_id,") and raw.count(b"\n") == raw.count(b"\r\n") == 84
    rows = list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))
    assert list(rows[0]) == OBSERVATION
    values = {row["figure_id"]: row for row in rows}
    assert values["kitakyushu_dx-R6-p01-002"]["value"] == "300000"
    assert values["kitakyushu_dx-R6-p01-001"]["source_value"] == "0.9"
    assert values["kitakyushu_dx-R6-p01-011"]["value"] == "0"
    assert values[""]["value"] == "" and values[""]["obs_status"] == "O"
    assert {row["area_code"] for row in rows} == {"401005"} and {row["origin"] for row in rows} == {"facsimile"}


def test_every_format_says_the_same(out: Path) -> None:
    latest = out / "latest"
    with (latest / f"{DATASET}_observations.csv").open(encoding="utf-8-sig", newline="") as file:
        as_csv = [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(file)]
    as_json = json.loads((latest / f"{DATASET}_observations.json").read_bytes())
    as_lines = [json.loads(line) for line in (latest / f"{DATASET}_observations.jsonl").read_text("utf-8").splitlines()]
    assert as_json == as_lines and isinstance(as_json[1]["value"], int)
    assert [{name: None if cell is None else str(cell) for name, cell in row.items()} for row in as_json] == as_csv
    parquet = duckdb.sql(f"SELECT * FROM read_parquet('{latest / f'{DATASET}_observations.parquet'}')").fetchall()
    assert [[None if cell is None else number(cell) if name.endswith("value") else str(cell) for name, cell in zip(OBSERVATION, row, strict=True)]
            for row in parquet] == [list(row.values()) for row in as_csv]  # fmt: skip


def test_tables_load_elsewhere_with_their_types(out: Path) -> None:
    latest = out / "latest"
    frame = pd.read_csv(
        latest / f"{DATASET}_observations.csv", dtype={"area_code": str, "standard_area_code": str}, parse_dates=["period_end"]
    )
    assert frame["value"].sum() == pd.read_json(latest / f"{DATASET}_observations.json")["value"].sum()
    assert frame["area_code"].iloc[0] == "401005" and frame["period_end"].dtype.kind == "M"
    schema = pq.read_schema(latest / f"{DATASET}_observations.parquet")
    for column in fields.table("observation").columns:
        assert schema.field(column.name).metadata[b"description"].decode() == column.comment


def test_the_workbook_is_typed_and_its_headers_are_frozen(out: Path) -> None:
    with zipfile.ZipFile(out / "latest" / f"{DATASET}.xlsx") as book:
        names = book.read("xl/workbook.xml").decode()
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert all(title in names for title in ("はじめに", "年度別", "進捗", "観測値", "数値", "項目辞書"))
    assert sum('state="frozen"' in sheet for sheet in sheets) == len(sheets) - 1
    assert not any("<f>" in sheet for sheet in sheets)
    assert any("<v>300000</v>" in sheet for sheet in sheets)


def test_the_wide_table_has_fiscal_years_across(out: Path) -> None:
    with (out / "latest" / f"{DATASET}_wide_ja.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    [row] = [row for row in rows if row["指標"] == "証明書 コンビニ交付" and row["測り方"] == "水準"]
    assert (row["2017年度"], row["2023年度"], row["2024年度"], row["2027年度"], row["単位"]) == (
        "9000",
        "270000",
        "300000",
        "",
        "枚",
    )
    assert row["注記"] == "2024年度は「30 万枚超」" and row["原本の別"] == "再現版（facsimile）"


def test_every_export_says_that_the_report_is_a_facsimile(out: Path) -> None:
    latest = out / "latest"
    silent = [
        name for name in FILES
        if not name.endswith((".parquet", ".xlsx")) and not name.startswith(("codelists/", "machine_readability"))
        and "facsimile" not in (latest / name).read_text("utf-8")
        # An empty table has no row to say it in.
        and "revisions" not in name
    ]  # fmt: skip
    assert silent == []
    package_ = json.loads((latest / "datapackage.json").read_text())
    assert package_["originNote"][0]["ja"].endswith("これは写しです。") and "これは写しです" in package_["description"]


def test_nothing_changes_when_nothing_changed_also_in_another_process(out: Path, warehouse: Path) -> None:
    latest = out / "latest"
    before = {path: path.stat().st_mtime_ns for path in latest.rglob("*")}
    assert not write_exports(warehouse, None, out).changed
    code = "import sys, pathlib; from warehouse.exports import write_exports; w, o = map(pathlib.Path, sys.argv[1:]); print(write_exports(w, None, o).changed)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(warehouse), str(out)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "5", "TZ": "Asia/Tokyo"},
    )
    assert done.stdout.strip() == "False"
    assert {path: path.stat().st_mtime_ns for path in latest.rglob("*")} == before


def test_a_change_makes_a_release_beside_the_old_one(tmp_path: Path) -> None:
    figures, observations, indicators = made_up.rows()
    staged = made_up.stage(tmp_path / "kitakyushu_dx-R6", figures, observations, made_up.STATEMENTS, made_up.LEDGER)
    lists = made_up.code_lists(indicators, [made_up.edition()])
    warehouse, out = tmp_path / "w.duckdb", tmp_path / "exports"
    build_warehouse([staged], lists, warehouse)
    first = write_exports(warehouse, None, out)
    old = {path.name: path.read_bytes() for path in first.path.rglob("*.csv")}
    lists["edition"][0] |= {"origin": "original", "origin_note_ja": None, "origin_note_en": None}
    build_warehouse([staged], lists, warehouse)
    second = write_exports(warehouse, None, out)
    assert second.changed and second.path != first.path and (out / "latest").resolve() == second.path
    assert {path.name: path.read_bytes() for path in first.path.rglob("*.csv")} == old
    assert "facsimile" not in (second.path / f"{DATASET}_observations.csv").read_text("utf-8")
    third = write_exports(warehouse, None, out, keep=1)
    assert not third.changed and first.path.is_dir()
    (second.path / "README.txt").write_text("tampered with")
    mended = write_exports(warehouse, None, out, keep=1)
    assert mended.changed and "tampered" not in (out / "latest" / "README.txt").read_text("utf-8")
    assert [path.name for path in (out / "releases").iterdir()] == [second.path.name]


def test_a_fault_in_the_data_leaves_the_last_release(warehouse: Path, tmp_path: Path) -> None:
    out = tmp_path / "exports"
    first = write_exports(warehouse, None, out)
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(warehouse.read_bytes())
    with duckdb.connect(str(broken)) as connection:
        connection.execute("UPDATE observation SET area_code = '40100' WHERE indicator_id = 'i00'")
    with pytest.raises(ShinchokuError, match="frictionless") as raised:
        write_exports(broken, None, out)
    assert "area_code" in raised.value.en and "前の公開物を残します" in raised.value.ja
    assert (out / "latest").resolve() == first.path and [path.name for path in (out / "releases").iterdir()] == [first.path.name]


def test_a_warehouse_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShinchokuError, match=r"none\.duckdb"):
        write_exports(tmp_path / "none.duckdb", None, tmp_path / "exports")


def test_the_lines_of_the_readme_load_the_data(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import polars

    monkeypatch.chdir(out / "latest")
    lines = Path("README.txt").read_text("utf-8").splitlines()
    said = dict(line.strip().split(": ", 1) for line in lines if line.startswith(("  pandas: ", "  polars: ", "  DuckDB: ")))
    assert [*said] == ["pandas", "polars", "DuckDB"]
    frame = eval(said["pandas"], {"pandas": pd})
    assert len(frame) == len(eval(said["polars"], {"polars": polars})) == len(duckdb.sql(said["DuckDB"]).fetchall()) == 83
    assert frame["area_code"].unique().tolist() == ["401005"]


def _copy(out: Path, tmp_path: Path) -> Path:
    import shutil

    return Path(shutil.copytree((out / "latest").resolve(), tmp_path / "copy"))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b",300000,", b",\"300,000\","), (b",300000,", "…".encode().join([b",", b","])), (b",level,", b",Level,"), (b",401005,", b",40100,"),
     (b"2025-03-31", "令和7年3月31日".encode()), (b",figure_id,origin", b",origin")],
)  # fmt: skip
def test_frictionless_sees_an_injected_fault(out: Path, tmp_path: Path, old: bytes, new: bytes) -> None:
    folder = _copy(out, tmp_path)
    path = folder / f"{DATASET}_observations.csv"
    raw = path.read_bytes()
    assert old in raw
    path.write_bytes(raw.replace(old, new, 1))
    with pytest.raises(ShinchokuError, match="frictionless"):
        package.check(folder)


def test_frictionless_and_csvw_see_a_duplicate_key(out: Path, tmp_path: Path) -> None:
    folder = _copy(out, tmp_path)
    path = folder / f"{DATASET}_observations.csv"
    path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[2])
    with pytest.raises(ShinchokuError, match="frictionless"):
        package.check(folder)
    with pytest.raises(ShinchokuError, match="csvw"):
        csvw.check(folder)


def test_the_descriptor_is_checked_against_data_package_v2(out: Path, tmp_path: Path) -> None:
    folder = _copy(out, tmp_path)
    descriptor = json.loads((folder / "datapackage.json").read_text())
    assert descriptor["resources"][0]["schema"]["primaryKey"]
    descriptor["resources"][0]["schema"]["fields"][0]["type"] = "text"
    (folder / "datapackage.json").write_text(json.dumps(descriptor))
    with pytest.raises(ShinchokuError, match="Data Package v2"):
        package.check(folder)


def test_shacl_and_schema_org_see_a_gap(out: Path) -> None:
    record = json.loads((out / "latest" / "dcat.jsonld").read_text("utf-8"))
    linked.check_graph(record)
    [dataset] = [node for node in record["@graph"] if node.get("@type") == "dcat:Dataset"]
    del dataset["dct:license"]
    with pytest.raises(ShinchokuError, match="SHACL"):
        linked.check_graph(record)
    record = json.loads((out / "latest" / f"{DATASET}.schema_org.jsonld").read_text("utf-8"))
    linked.check_schema_org(record)
    with pytest.raises(ShinchokuError, match=r"schema\.org"):
        linked.check_schema_org(record | {"description": "short"})


def test_metadata_names_no_address_that_nobody_gave(out: Path) -> None:
    for name in ("dcat.jsonld", "dcat.ttl", "prov.jsonld", "README.txt"):
        assert "release.invalid" not in (out / "latest" / name).read_text("utf-8")
    prov = json.loads((out / "latest" / "prov.jsonld").read_text("utf-8"))
    quoted = [node for node in prov["@graph"] if "prov:wasQuotedFrom" in node]
    assert len(quoted) == 82
    assert quoted[0]["prov:wasQuotedFrom"]["@id"] == f"urn:sha256:{'f' * 64}#page=1&viewrect=10.00,20.00,20.50,12.25"


def test_two_cities_share_a_release(tmp_path: Path) -> None:
    figures, observations, indicators = made_up.rows()
    lists = made_up.code_lists(indicators, [made_up.edition()])
    staged = [made_up.stage(tmp_path / "kitakyushu_dx-R6", figures, observations)]
    other = "sagara_plan-R5"
    theirs = [
        {**row, "edition_id": other, "figure_id": None, "area_code": "435015", "standard_area_code": "43501"}
        for row in observations
    ]
    staged.append(made_up.stage(tmp_path / other, [], theirs))
    lists["indicator"] += [row | {"series_id": "sagara_plan"} for row in lists["indicator"]]
    lists["section"] += [row | {"series_id": "sagara_plan"} for row in lists["section"]]
    lists["series"].append(made_up.series("sagara_plan", dataset="435015_plan", area_code="435015", standard_area_code="43501"))
    lists["edition"].append(made_up.edition(other, 2023, origin="original", origin_note_ja=None, origin_note_en=None))
    build_warehouse(staged, lists, tmp_path / "w.duckdb")
    manifest = write_exports(tmp_path / "w.duckdb", None, tmp_path / "exports")
    assert manifest.rows["401005_kitaq_dx_observations"] == manifest.rows["435015_plan_observations"] == 83
    assert "facsimile" not in (manifest.path / "435015_plan_observations.csv").read_text("utf-8")
    assert not manifest.faults


def test_large_tables_are_the_same_bytes_however_many_threads(tmp_path: Path) -> None:
    table = contents.published("observation")
    columns = ", ".join(
        f"{'i' if c.name == 'entry' else {'integer': 'i % 7', 'decimal': 'i / 10', 'date': 'DATE 2024-04-01'}.get(c.type, 'i')}::{c.sql_type} AS {c.name}"
        if c.type != "date"
        else f"DATE '2024-04-01' AS {c.name}"
        for c in table.columns
    )
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE observation AS SELECT {columns} FROM range(150000) AS t(i)")
        for threads in (1, 2):
            connection.execute(f"SET threads = {threads}")
            sql = "SELECT * FROM observation ORDER BY figure_id"
            tables.write_csv(connection, sql, table, tmp_path / f"{threads}.csv", rows=150000)
            tables.write_parquet(connection, sql, table, tmp_path / f"{threads}.parquet")
            tables.write_json(connection, sql, table, tmp_path / f"{threads}.json")
    for form in ("csv", "parquet", "json"):
        assert whole.sha256(tmp_path / f"1.{form}") == whole.sha256(tmp_path / f"2.{form}")
