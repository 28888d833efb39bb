"""Writing a release and building the warehouse, against DuckDB's bare statements for the same rows in the same run.

    .venv/bin/python -m benchmarks.publishing [--rows 10000000] [--editions 10000] [--folder FOLDER]

Exports: the observations of a thousand made-up cities to CSV, JSON and Parquet, each against ``COPY`` of the same table in the
order of its key, in a process of its own with the memory limit of an export; the most memory that each process held stands
beside it. Warehouse: the Parquet of made-up editions (85 observations, 82 figures each) against ``CREATE TABLE AS SELECT``.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.rows import Row, Section, against, shown
from tests.warehouse import made_up
from warehouse import exports, fields
from warehouse.build import STAGED, build_warehouse
from warehouse.exports import contents, tables

CITIES = 1000


def observations(path: Path, rows: int) -> None:
    """A database with made-up observations, each key once."""
    each = -(-rows // CITIES)
    made = {
        "edition_id": f"'c' || lpad((i // {each})::VARCHAR, 4, '0') || '-R6'", "area_code": f"lpad((i // {each})::VARCHAR, 6, '0')",
        "standard_area_code": f"lpad((i // {each})::VARCHAR, 5, '0')", "indicator_id": f"'i' || (i % {each})", "measure": "'level'",
        "fiscal_year": "2024", "period_start": "DATE '2024-04-01'", "period_end": "DATE '2025-03-31'",
        "value": "hash(i) % 1000000 / 100", "unit_code": "'case'", "qualifier": "'exact'", "decimals": "2",
        "source_value": "hash(i) % 1000000 / 100", "source_unit": "'件'", "unit_mult": "0", "obs_status": "'A'",
        "source_text": "'30.4万件'", "source_page": "3", "figure_id": f"'c' || (i // {each}) || '-p03-' || i",
    }  # fmt: skip
    columns = ", ".join(f"CAST({made.get(c.name, 'NULL')} AS {c.sql_type}) AS {c.name}" for c in fields.table("observation").columns)
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE observation AS SELECT {columns} FROM range({rows}) t(i) ORDER BY hash(i)")
        connection.execute(
            "CREATE TABLE edition AS SELECT DISTINCT edition_id, 'original' AS origin, 'all' AS series_id FROM observation"
        )


def write(database: Path, form: str, bare: bool, out: Path, rows: int) -> tuple[float, int]:
    """Seconds and MiB of one export in this process."""
    table, query = contents.published("observation"), contents.query("observation", "edition_id", "all")
    key = ", ".join(fields.table("observation").primary_key or contents.ORDER["observation"])
    options = {"csv": "FORMAT csv", "json": "FORMAT json, ARRAY true", "parquet": "FORMAT parquet, COMPRESSION zstd"}[form]
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"SET memory_limit = '{exports.MEMORY}'; SET enable_progress_bar = false")
        start = time.perf_counter()
        if bare:
            connection.execute(f"COPY (FROM observation ORDER BY {key}) TO '{out}' ({options})")
        elif form == "csv":
            tables.write_csv(connection, query, table, out, rows=rows)
        elif form == "json":
            tables.write_json(connection, query, table, out)
        else:
            tables.write_parquet(connection, query, table, out)
        seconds = time.perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return seconds, most // (1 << 20 if sys.platform == "darwin" else 1 << 10)


def alone(task: Callable[..., Any], *given: Any) -> Any:
    """A task in a new process, so that its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, given)


def editions(folder: Path, count: int) -> tuple[list[Path], dict[str, Any]]:
    """Staged folders of made-up editions, and the code lists that belong to them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    figures, observed, indicators = made_up.rows()
    first = made_up.stage(folder / "first", figures, observed, made_up.STATEMENTS, made_up.LEDGER)
    templates = {name: pq.read_table(first / f"{name}.parquet") for name in STAGED}
    ids = [f"c{n:05d}-R6" for n in range(count)]
    for edition_id in ids:
        (folder / edition_id).mkdir()
        for name, template in templates.items():
            table = template
            for n, column in enumerate(table.column_names):
                if column in ("edition_id", "figure_id"):
                    values = [v and v.replace("kitakyushu_dx-R6", edition_id) for v in table[column].to_pylist()]
                    table = table.set_column(n, table.schema.field(n), pa.array(values, table.schema.field(n).type))
            pq.write_table(table, folder / edition_id / f"{name}.parquet")
    series = [edition_id.partition("-")[0] for edition_id in ids]
    lists = made_up.code_lists(
        [row | {"series_id": one} for one in series for row in indicators],
        [made_up.edition(edition_id) for edition_id in ids],
        [made_up.series(one, dataset=f"401005_{one}") for one in series],
    )
    return [folder / edition_id for edition_id in ids], lists


def exported(folder: Path, count: int) -> Iterator[Row]:
    """Each form of export against DuckDB's own statement."""
    alone(observations, folder / "observations.duckdb", count)
    for form in ("csv", "json", "parquet"):
        bare, least = alone(write, folder / "observations.duckdb", form, True, folder / "out", count)
        ours, most = alone(write, folder / "observations.duckdb", form, False, folder / "out", count)
        name = f"{form}, {count:,} "
        yield Row(f"{name}observations", f"{name}観測値", f"{ours:.1f} s, {most:,} MiB", f"{bare:.1f} s, {least:,} MiB", f"{ours / bare:.2f}")


def built(folder: Path, count: int) -> Row:
    """The warehouse of made-up editions against bare loading."""
    staged, lists = editions(folder, count)

    def bare() -> None:
        with duckdb.connect(str(folder / "bare.duckdb")) as connection:
            for table in STAGED:
                files = [str(place / f"{table}.parquet") for place in staged]
                connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_parquet({files})")

    ours, least, ratio = against(lambda: build_warehouse(staged, lists, folder / "ours.duckdb"), bare, 3)
    return Row(f"warehouse, {count:,} editions", f"データベース、{count:,}版", f"{ours:.1f} s", f"{least:.1f} s", f"{ratio:.2f}")


def options(asked: argparse.ArgumentParser) -> None:
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--editions", type=int, default=1000)
    asked.add_argument("--folder", type=Path, help="where to put the made-up data (some GB); default a temporary folder")


def section(given: argparse.Namespace) -> Section:
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        rows = [*exported(Path(name), given.rows), built(Path(name), given.editions)]
    return Section("Exports and warehouse", "公開ファイルとデータベース", ("Shinchoku", "DuckDB alone / DuckDBのみ", "ratio / 比"), rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options(parser)
    print(shown(section(parser.parse_args())))
