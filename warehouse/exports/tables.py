"""One query to one file: CSV, JSON, JSON Lines or Parquet, written by DuckDB, so that memory does not grow with the rows."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from sources import spreadsheets
from warehouse import fields
from warehouse.exports.contents import Resource, plain
from warehouse.fields import Column, Table

if TYPE_CHECKING:
    import duckdb

BOM = "\ufeff"
EOL = "\r\n"
FOR_PROGRAMS = ("observations", "figures")  # the tables that are also JSON Lines and Parquet


def write_all(connection: duckdb.DuckDBPyConnection, resources: list[Resource], folder: Path) -> None:
    """Every table of a release in each of its formats."""
    (folder / "codelists").mkdir()
    for resource in resources:
        stem = folder / resource.stem
        write_csv(connection, resource.query, resource.table, stem.with_suffix(".csv"), rows=resource.rows)
        write_json(connection, resource.query, resource.table, stem.with_suffix(".json"))
        if resource.stem.endswith(FOR_PROGRAMS):
            write_json(connection, resource.query, resource.table, stem.with_suffix(".jsonl"), lines=True)
            write_parquet(connection, resource.query, resource.table, stem.with_suffix(".parquet"))


def write_csv(connection: duckdb.DuckDBPyConnection, query: str, table: Table, path: Path, *, rows: int) -> None:
    """UTF-8 with BOM, CRLF, RFC 4180; text that a spreadsheet would compute is guarded."""
    header = BOM + ",".join(table.names)
    if rows == 0:
        path.write_bytes((header + EOL).encode())
        return
    selected = ", ".join(_guarded(column) for column in table.columns)
    connection.execute(
        f"COPY (SELECT {selected} FROM ({query})) TO {fields.literal(path)} (FORMAT csv, HEADER false, NEW_LINE '\\r\\n', "
        f"PREFIX {fields.literal(header + EOL)}, SUFFIX {fields.literal(EOL)})"
    )


def _guarded(column: Column) -> str:
    """As ``spreadsheets.guarded`` says, in SQL."""
    if column.type != "string" or column.codelist or column.pattern:
        return plain(column)
    name, formula, harmless = fields.identifier(column.name), fields.literal(spreadsheets.FORMULA), fields.literal(spreadsheets.HARMLESS)
    return f"CASE WHEN regexp_matches({name}, {formula}) AND NOT regexp_matches({name}, {harmless}) THEN chr(39) || {name} ELSE {name} END AS {name}"


def write_json(connection: duckdb.DuckDBPyConnection, query: str, table: Table, path: Path, *, lines: bool = False) -> None:
    """An array of records, or one record a line; no BOM, numbers as they are printed."""
    selected = ", ".join(plain(column, as_json=True) for column in table.columns)
    connection.execute(
        f"COPY (SELECT {selected} FROM ({query})) TO {fields.literal(path)} (FORMAT json, ARRAY {'false' if lines else 'true'})"
    )


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, table: Table, path: Path) -> None:
    """Typed columns; descriptions travel as the field metadata of the Arrow schema, where pyarrow, pandas and polars look for them."""
    encoded = base64.b64encode(fields.arrow_schema(table).serialize().to_pybytes()).decode()
    selected = ", ".join(map(fields.identifier, table.names))
    connection.execute(
        f"COPY (SELECT {selected} FROM ({query})) TO {fields.literal(path)} (FORMAT parquet, COMPRESSION zstd, "
        f"KV_METADATA {{'ARROW:schema': {fields.literal(encoded)}, description: {fields.literal(table.comment)}}})"
    )
