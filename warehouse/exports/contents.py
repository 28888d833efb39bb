"""What a release holds: its tables, each with the query that fills it, and what every file says about the datasets. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from warehouse import fields
from warehouse.fields import Column, Table, Words

if TYPE_CHECKING:
    import duckdb

# Name in the release, table or view of the warehouse, and where the edition of a row stands.
SERIES_TABLES = {
    "observations": ("observation", "edition_id"),
    "figures": ("figure", "edition_id"),
    "statements": ("statement", "edition_id"),
    "ledger": ("ledger", "edition_id"),
    "progress": ("progress", None),
    "revisions": ("revision", "later_edition_id"),
}
CODE_TABLES = ("series", "edition", "section", "indicator", "unit", "code")
# The libraries that check a release read row by row in Python; of longer tables they check so many rows. Keys of all rows are the
# warehouse's to check, and types are the database's.
CHECKED_ROWS = 100_000
ORDER = {
    "progress": ("series_id", "indicator_id", "target_end"),
    "revision": (
        "series_id",
        "indicator_id",
        "measure",
        "period_start",
        "period_end",
        "base_start",
        "base_end",
        "later_edition_id",
    ),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """One table of a release. ``stem`` is its path without ending; ``dataset`` is empty for the code lists that all share."""

    stem: str
    table: Table
    query: str
    dataset: str
    rows: int

    @property
    def name(self) -> str:
        return self.stem.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A series with its published editions, oldest first, as the warehouse has them."""

    series: dict[str, Any]
    editions: tuple[dict[str, Any], ...]

    @property
    def name(self) -> str:
        return str(self.series["dataset"])

    @property
    def facsimiles(self) -> tuple[dict[str, Any], ...]:
        return tuple(edition for edition in self.editions if edition["origin"] == "facsimile")

    @property
    def notice(self) -> Words:
        """What a reader must know before anything else; empty where every edition is the publisher's own file."""
        said = [Words(row["origin_note_ja"] or "", row["origin_note_en"] or "") for row in self.facsimiles]
        return Words(
            " ".join(
                f"【写し（facsimile）{row['edition']}】{words.ja}" for row, words in zip(self.facsimiles, said, strict=True)
            ),
            " ".join(f"[facsimile: {row['edition']}] {words.en}" for row, words in zip(self.facsimiles, said, strict=True)),
        )

    @property
    def citation(self) -> Words:
        newest, series = self.editions[-1], self.series
        where = newest["source_url"] or series["landing_page"]
        tail = f"（{where}）" if where else ""
        return Words(
            f"出典：「{newest['title_ja']}」（{series['publisher_ja']}）{tail}、{series['license']}（{series['license_url']}）。"
            "PDFから機械抽出し加工して作成。",
            f"Source: {newest['title_en']} ({series['publisher_en']}){' ' + where if where else ''}, {series['license']} "
            f"({series['license_url']}). Extracted by machine from the PDF and processed.",
        )


def plain(column: Column, name: str, as_json: bool = False) -> str:
    """The column as it is printed: decimals without the zeros that their type pads them with."""
    quoted = fields.identifier(name)
    if column.type != "decimal":
        return quoted
    text = f"rtrim(rtrim(CAST({quoted} AS VARCHAR), '0'), '.')"
    return f"CAST({text} AS JSON) AS {quoted}" if as_json else f"{text} AS {quoted}"


def published(table: str) -> Table:
    """A table as it is published: what belongs to editions says whether these are the publisher's own files."""
    described = fields.table(table)
    if any(table == source for source, _ in SERIES_TABLES.values()):
        return replace(described, columns=(*described.columns, fields.table("edition")["origin"]))
    return described


def query(table: str, edition_column: str | None, series_id: str) -> str:
    """All rows of one series in the order of their key, with the origin of their edition."""
    described = fields.table(table)
    here, series = fields.identifier(table), fields.literal(series_id)
    order = ", ".join(f"here.{fields.identifier(name)}" for name in (described.primary_key or ORDER[table]))
    if edition_column:
        return (
            f"SELECT here.*, home.origin FROM {here} AS here "
            f"JOIN edition AS home ON home.edition_id = here.{fields.identifier(edition_column)} "
            f"WHERE home.series_id = {series} ORDER BY {order}"
        )
    # A row that stands for several editions is a facsimile as soon as one of them is.
    return (
        f"SELECT here.*, (SELECT min(origin) FROM edition WHERE series_id = {series}) AS origin FROM {here} AS here "
        f"WHERE here.series_id = {series} ORDER BY {order}"
    )


def references(resource: Resource, is_only: bool) -> list[tuple[tuple[str, ...], str]]:
    """The foreign keys of a table as columns and the stem of the table that has them.

    Two series may use the same indicator id, and the published tables name the series only through the edition: such a key can
    be stated only where there is one dataset.
    """
    return [
        (key.columns, f"{resource.dataset}_figures" if key.table == "figure" else f"codelists/{key.table}")
        for key in resource.table.foreign_keys
        if is_only or not key.within
    ]


def datasets(connection: duckdb.DuckDBPyConnection) -> list[Dataset]:
    found = []
    for series in _rows(connection, "SELECT * FROM series ORDER BY dataset"):
        editions = _rows(
            connection,
            f"SELECT * FROM edition WHERE series_id = {fields.literal(series['series_id'])} "
            "ORDER BY fiscal_year, issued NULLS FIRST, edition_id",
        )
        found.append(Dataset(series, tuple(editions)))
    return found


def resources(connection: duckdb.DuckDBPyConnection, all_datasets: Sequence[Dataset]) -> list[Resource]:
    found = []
    for dataset in all_datasets:
        for name, (table, edition_column) in SERIES_TABLES.items():
            sql = query(table, edition_column, dataset.series["series_id"])
            found.append(Resource(f"{dataset.name}_{name}", published(table), sql, dataset.name, _count(connection, sql)))
    for table in CODE_TABLES:
        sql = f"SELECT * FROM {fields.identifier(table)} ORDER BY {', '.join(map(fields.identifier, fields.table(table).primary_key))}"
        found.append(Resource(f"codelists/{table}", published(table), sql, "", _count(connection, sql)))
    return found


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM ({sql})").fetchone()
    assert row is not None
    return int(row[0])
