"""What a release holds: its tables, each with the query that fills it, and what every file says about the datasets. Writes nothing."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from warehouse import fields
from warehouse.codelists import CODE_TABLES
from warehouse.fields import Column, Table, Words

if TYPE_CHECKING:
    import duckdb

MEDIA = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".jsonld": "application/ld+json",
    ".ttl": "text/turtle",
    ".md": "text/markdown",
    ".txt": "text/plain",
    "": "text/plain",
}
# Name in the release, table or view of the warehouse, and where the edition of a row stands.
SERIES_TABLES = {
    "observations": ("observation", "edition_id"),
    "figures": ("figure", "edition_id"),
    "statements": ("statement", "edition_id"),
    "ledger": ("ledger", "edition_id"),
    "progress": ("progress", None),
    "revisions": ("revision", "later_edition_id"),
}
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
    def years(self) -> tuple[int, int]:
        """The first and the last fiscal year that a report is of."""
        found = [int(edition["fiscal_year"]) for edition in self.editions]
        return min(found), max(found)

    def describing(self, name: str, *, alone: bool) -> str:
        """What a file that describes a release of one dataset is called; among several it bears the name of its dataset."""
        return name if alone else f"{self.name}.{name}"

    @property
    def facsimiles(self) -> tuple[dict[str, Any], ...]:
        return tuple(edition for edition in self.editions if edition["origin"] == "facsimile")

    @property
    def notice(self) -> Words:
        """What a reader must know before anything else; empty where every edition is the publisher's own file."""
        said = [Words(row["origin_note_ja"] or "", row["origin_note_en"] or "") for row in self.facsimiles]
        return Words(
            " ".join(
                f"【再現版（facsimile）{row['edition']}】{words.ja}" for row, words in zip(self.facsimiles, said, strict=True)
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


def owner(path: str, names: Container[str]) -> str:
    """The dataset, of all these, that a file of a release belongs to; empty where it belongs to all. One dataset's name may begin another's."""
    heads = (path[:end] for end in range(len(path) - 1, 0, -1) if path[end] in "_.")
    return next((head for head in heads if head in names), "")


def plain(column: Column, as_json: bool = False) -> str:
    """The column as it is printed: decimals without the zeros that their type pads them with."""
    quoted = fields.identifier(column.name)
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


def references(resource: Resource, alone: bool) -> list[tuple[tuple[str, ...], str]]:
    """The foreign keys of a table as columns and the stem of the table that has them.

    Two series may use the same indicator id, and the published tables name the series only through the edition: such a key can
    be stated only where the dataset is alone in its release.
    """
    return [
        (key.columns, f"{resource.dataset}_figures" if key.table == "figure" else f"codelists/{key.table}")
        for key in resource.table.foreign_keys
        if alone or not key.within
    ]


def datasets(connection: duckdb.DuckDBPyConnection) -> list[Dataset]:
    editions: dict[str, list[dict[str, Any]]] = {}
    for row in rows(connection, "SELECT * FROM edition ORDER BY fiscal_year, issued NULLS FIRST, edition_id"):
        editions.setdefault(row["series_id"], []).append(row)
    series = rows(connection, "SELECT * FROM series ORDER BY dataset")
    return [Dataset(row, tuple(editions.get(row["series_id"], ()))) for row in series]


def resources(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> list[Resource]:
    """The tables of one dataset."""
    found = []
    for name, (table, edition_column) in SERIES_TABLES.items():
        sql = query(table, edition_column, dataset.series["series_id"])
        found.append(Resource(f"{dataset.name}_{name}", published(table), sql, dataset.name, _count(connection, sql)))
    return found


def code_lists(connection: duckdb.DuckDBPyConnection, dataset: Dataset | None = None) -> list[Resource]:
    """The code lists, of all datasets or with what one of them needs."""
    found = []
    for table in CODE_TABLES:
        where = f"WHERE {_needed(table, fields.literal(dataset.series['series_id']))}" if dataset else ""
        order = ", ".join(map(fields.identifier, fields.table(table).primary_key))
        sql = f"SELECT * FROM {fields.identifier(table)} {where} ORDER BY {order}"
        found.append(Resource(f"codelists/{table}", published(table), sql, "", _count(connection, sql)))
    return found


def _needed(table: str, series: str) -> str:
    if table == "unit":
        return (
            f"unit_code IN (SELECT unit_code FROM indicator WHERE series_id = {series} "
            f"UNION SELECT unit_code FROM observation JOIN edition USING (edition_id) WHERE series_id = {series})"
        )
    return "true" if table == "code" else f"series_id = {series}"


def compute_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Have the views computed once, and not for each series that is asked for: this connection then finds a table in the place of each."""
    for name in map(fields.identifier, fields.dictionary().views):
        connection.execute(f"CREATE TEMP TABLE {name} AS FROM main.{name}")


def states(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """For each series a digest of every row that it has in the warehouse, and of the order of those that people wrote in an order."""
    lines = [
        f"SELECT series_id, sha256({_text(name, f'row_number() OVER (PARTITION BY series_id ORDER BY {name}.rowid)')}) AS line FROM {name}"
        for name in ("series", "edition", "section", "indicator")
    ]
    lines += [
        f"SELECT series_id, sha256({_text(name)}) AS line FROM {name} JOIN edition USING (edition_id)"
        for name in ("figure", "observation", "statement", "ledger")
    ]
    lines.append(
        f"SELECT series_id, sha256({_text('unit')}) AS line FROM unit JOIN (SELECT series_id, unit_code FROM indicator "
        "UNION SELECT series_id, unit_code FROM observation JOIN edition USING (edition_id)) USING (unit_code)"
    )
    codes = f"SELECT sha256(string_agg(line, '' ORDER BY line)) FROM (SELECT {_text('code')} AS line FROM code)"
    lines.append(f"SELECT series_id, ({codes}) AS line FROM series")
    found = connection.execute(
        f"SELECT series_id, sha256(string_agg(line, '' ORDER BY line)) FROM ({' UNION ALL '.join(lines)}) GROUP BY series_id"
    ).fetchall()
    return {str(series_id): str(digest) for series_id, digest in found}


def _text(table: str, number: str = "0") -> str:
    """A row as text that no other row has."""
    cells = ", ".join(f"CAST({fields.identifier(table)}.{fields.identifier(name)} AS VARCHAR)" for name in fields.table(table).names)
    return f"to_json([{fields.literal(table)}, CAST({number} AS VARCHAR), {cells}])::VARCHAR"


def rows(connection: duckdb.DuckDBPyConnection, sql: str, given: Sequence[object] = ()) -> list[dict[str, Any]]:
    """What a query finds, by the names of its columns."""
    cursor = connection.execute(sql, given)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM ({sql})").fetchone()
    assert row is not None
    return int(row[0])
