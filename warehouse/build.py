"""Builds the DuckDB file from the staged Parquet of accepted editions and the code lists: beside the old file, checked, swapped in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sources import whole
from sources.errors import ShinchokuError
from warehouse import fields
from warehouse.codelists import CODE_TABLES, CodeLists, Row, unit_rows
from warehouse.parquet import one_line

if TYPE_CHECKING:
    import duckdb

STAGED = ("figure", "observation", "statement", "ledger")
VIEWS = Path(__file__).with_name("views.sql")
# Files of DuckDB 2.0 cannot be opened by the 1.x that people have unless told to.
STORAGE: dict[str, str | bool | int | float | list[str]] = {"storage_compatibility_version": "v1.2.0"}


def build_warehouse(
    staged: Sequence[Path],
    code_lists: CodeLists,
    out: Path,
    *,
    statuses: Sequence[str] = ("accepted",),
    keep_same: bool = False,
) -> dict[str, int]:
    """Build the warehouse from staged edition folders (named by edition_id) and return the rows of each table.

    Folders of editions whose status is not among ``statuses`` are left out. On any error the file at ``out`` stays as it was;
    with ``keep_same`` also where it says the same, so that it need not be sent anew.
    """
    import duckdb

    wanted = {str(row["edition_id"]): row for row in code_lists["edition"] if row["status"] in statuses}
    folders = sorted((folder for folder in staged if folder.name in wanted), key=lambda folder: folder.name)
    published = _published(code_lists, {folder.name for folder in folders})
    try:
        with whole.draft(out.parent) as place:
            beside = place / out.name
            with closing(duckdb.connect(str(beside), config=STORAGE)) as connection:
                counts = _build(connection, published, folders)
            if not (keep_same and out.exists() and not any(differences(beside, out))):
                _put(beside, out)
    except (duckdb.Error, OSError) as error:
        raise ShinchokuError(
            f"{out}: the warehouse could not be built ({error}). The last good one is untouched; "
            "see that the folder can be written and read the editions again.",
            f"{out}: データベースを作れませんでした（{error}）。前のものはそのまま残っています。"
            "書き込めるフォルダか確かめ、版を読み取り直してください。",
        ) from error
    return counts


def _build(connection: duckdb.DuckDBPyConnection, published: CodeLists, folders: Sequence[Path]) -> dict[str, int]:
    connection.execute("BEGIN")
    for name in STAGED:
        _load_files(connection, name, [folder / f"{name}.parquet" for folder in folders])
    for name in CODE_TABLES:
        _load_rows(connection, name, [*published[name], *(_units_of_before(connection, published) if name == "unit" else ())])
    connection.execute("DELETE FROM unit WHERE unit_code NOT IN (SELECT unit_code FROM observation UNION SELECT unit_code FROM indicator)")
    check(connection)
    for name in (*CODE_TABLES, *STAGED):
        _declare_keys(connection, fields.table(name))
    connection.execute(VIEWS.read_text("utf-8"))
    for name in (*CODE_TABLES, *STAGED, *fields.dictionary().views):
        _describe(connection, name)
    connection.execute("COMMIT")
    counts = {name: _count(connection, name) for name in (*CODE_TABLES, *STAGED)}
    connection.execute("CHECKPOINT")
    return counts


def _units_of_before(connection: duckdb.DuckDBPyConnection, published: CodeLists) -> list[Row]:
    """The units in which an edition was published, and which its indicators have no longer."""
    listed = {row["unit_code"] for row in published["unit"]}
    used = {code for (code,) in connection.execute("SELECT DISTINCT unit_code FROM observation WHERE unit_code IS NOT NULL").fetchall()}
    return unit_rows(sorted(used - listed))


def _put(built: Path, out: Path) -> None:
    """Swap the file in. Until that is done the list beside it has both, so that it is right at every moment."""
    with built.open("rb") as file:
        os.fsync(file.fileno())
    sums, new = out.with_name(whole.SUMS), (out.name, whole.sha256(built))
    before = whole.read_list(sums).get(out.name, set()) if sums.exists() and out.exists() else set()
    whole.write_list(sums, sorted({new, *((out.name, digest) for digest in before)}))
    built.replace(out)
    whole.write_list(sums, [new])


class Difference(NamedTuple):
    """A row that one of two warehouses has and the other has not; no row where their columns or comments differ."""

    table: str
    row: dict[str, object]
    is_new: bool


def differences(new: Path, old: Path) -> Iterator[Difference]:
    """Where two warehouses say otherwise. Their bytes always differ: DuckDB leaves parts of blocks unset."""
    import duckdb

    described = " UNION ALL ".join((
        "SELECT table_name, sql, comment FROM duckdb_tables() WHERE database_name = {0}",
        "SELECT view_name, sql, comment FROM duckdb_views() WHERE NOT internal AND database_name = {0}",
        "SELECT table_name || '.' || column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal AND database_name = {0} ORDER BY ALL",
    ))
    with closing(duckdb.connect()) as connection:
        for name, file in {"new": new, "old": old}.items():
            try:
                connection.execute(f"ATTACH {fields.literal(str(file))} AS {name} (READ_ONLY)")
            except duckdb.Error:
                yield Difference("", {}, name == "old")
                return
        one, other = (connection.execute(described.format(name)).fetchall() for name in ("'new'", "'old'"))
        yield from (Difference(str(row[0]), {}, row in one) for row in sorted(set(one) ^ set(other), key=str))
        if {row[0] for row in one} != {row[0] for row in other}:
            return
        for table in map(fields.identifier, (*CODE_TABLES, *STAGED)):
            for here, there in (("new", "old"), ("old", "new")):
                cursor = connection.execute(f"FROM {here}.{table} EXCEPT ALL FROM {there}.{table} ORDER BY ALL")
                names = [column[0] for column in cursor.description or ()]
                while row := cursor.fetchone():
                    yield Difference(table.strip('"'), dict(zip(names, row, strict=True)), here == "new")


def check(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise where a key is not unique or points nowhere."""
    for name in (*CODE_TABLES, *STAGED):
        described = fields.table(name)
        key = ", ".join(map(fields.identifier, described.primary_key))
        twice = connection.execute(
            f"SELECT {key} FROM {fields.identifier(name)} GROUP BY {key} HAVING count(*) > 1 LIMIT 3"
        ).fetchall()
        if twice:
            raise _broken(name, described.primary_key, twice, "the same key stands twice", "同じキーが二つあります")
        for foreign in described.foreign_keys:
            if stray := _strays(connection, name, foreign):
                raise _broken(name, foreign.columns, stray, f"not in table {foreign.table}", f"表 {foreign.table} にありません")


def _strays(connection: duckdb.DuckDBPyConnection, name: str, foreign: fields.ForeignKey) -> list[tuple[object, ...]]:
    columns = [fields.identifier(column) for column in foreign.columns]
    same = [f"there.{column} = here.{column}" for column in columns]
    source = f"{fields.identifier(name)} AS here"
    if foreign.within:
        source += f" JOIN {fields.identifier(foreign.within)} AS home ON home.edition_id = here.edition_id"
        same.append("there.series_id = home.series_id")
    given = " AND ".join(f"here.{column} IS NOT NULL" for column in columns)
    return connection.execute(
        f"SELECT DISTINCT {', '.join(f'here.{column}' for column in columns)} FROM {source} "
        f"ANTI JOIN {fields.identifier(foreign.table)} AS there ON {' AND '.join(same)} WHERE {given} ORDER BY ALL LIMIT 3"
    ).fetchall()


def _broken(table: str, columns: Sequence[str], examples: Sequence[tuple[object, ...]], en: str, ja: str) -> ShinchokuError:
    shown = "; ".join(", ".join(str(part) for part in example) for example in examples)
    return ShinchokuError(
        f"warehouse table {table}, {', '.join(columns)}: {en}: {shown}. Settle it in the edition's decisions.yaml or the series' "
        "YAML files and run again; the last good warehouse is untouched.",
        f"データベースの表 {table}、列 {', '.join(columns)}: {ja}: {shown}。版のdecisions.yamlか系列のYAMLで直して、"
        "もう一度実行してください。前のデータベースはそのまま残っています。",
    )


def _published(code_lists: CodeLists, edition_ids: set[str]) -> Mapping[str, list[Row]]:
    """The code lists without the editions that are not published, and without what only those need."""
    editions = [row for row in code_lists["edition"] if row["edition_id"] in edition_ids]
    series = {row["series_id"] for row in editions}
    kept = {name: [row for row in code_lists[name] if row["series_id"] in series] for name in ("series", "section", "indicator")}
    return kept | {"edition": editions, "unit": list(code_lists["unit"]), "code": list(code_lists["code"])}


def _load_rows(connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row]) -> None:
    described = fields.table(name)
    columns = ", ".join(f"{fields.identifier(column.name)} {column.sql_type}" for column in described.columns)
    connection.execute(f"CREATE TABLE {fields.identifier(name)} ({columns})")
    if unknown := sorted({key for row in rows for key in row.keys() - set(described.names)}):
        raise ShinchokuError(
            f"code list {name}: columns {unknown} are not in warehouse/fields.yaml. Describe them there or leave them out.",
            f"コードリスト {name}: 列 {unknown} は warehouse/fields.yaml にありません。そこに書くか、外してください。",
        )
    if rows:
        import pyarrow as pa

        plain = [
            {column: one_line(value) if isinstance(value := row.get(column), str) else value for column in described.names}
            for row in rows
        ]
        arrow = pa.Table.from_pylist(plain, schema=fields.arrow_schema(name).remove_metadata())
        connection.register("_rows", arrow)
        connection.execute(f"INSERT INTO {fields.identifier(name)} SELECT * FROM _rows")
        connection.unregister("_rows")


def _load_files(connection: duckdb.DuckDBPyConnection, name: str, files: Sequence[Path]) -> None:
    columns = fields.table(name).columns
    if files:
        selected = ", ".join(
            f"CAST({fields.identifier(column.name)} AS {column.sql_type}) AS {fields.identifier(column.name)}"
            for column in columns
        )
        listed = ", ".join(fields.literal(_verbatim(file)) for file in files)
        connection.execute(
            f"CREATE TABLE {fields.identifier(name)} AS SELECT {selected} FROM read_parquet([{listed}], hive_partitioning = false)"
        )
    else:
        _load_rows(connection, name, [])


def _verbatim(file: Path) -> str:
    """A path that DuckDB takes as it is, not as a pattern."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(file))


def _declare_keys(connection: duckdb.DuckDBPyConnection, described: fields.Table) -> None:
    name = fields.identifier(described.name)
    for column in described.columns:
        if column.required:
            connection.execute(f"ALTER TABLE {name} ALTER COLUMN {fields.identifier(column.name)} SET NOT NULL")
    # A key with a column that may be null cannot be declared in SQL; check() makes sure of it all the same.
    if all(described[column].required for column in described.primary_key):
        key = ", ".join(map(fields.identifier, described.primary_key))
        connection.execute(f"ALTER TABLE {name} ADD PRIMARY KEY ({key})")


def _describe(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    described = fields.table(name)
    found = tuple(row[0] for row in connection.execute(f"DESCRIBE {fields.identifier(name)}").fetchall())
    if found != described.names:
        raise ShinchokuError(
            f"warehouse/fields.yaml: {name} has the columns {list(found)} in the warehouse. Describe these, in this order.",
            f"warehouse/fields.yaml: データベースの {name} の列は {list(found)} です。この順に記述してください。",
        )
    for statement in fields.comments_sql(name):
        connection.execute(statement)


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {fields.identifier(name)}").fetchone()
    assert row is not None
    return int(row[0])
