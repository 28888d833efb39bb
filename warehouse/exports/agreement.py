"""Holds the tables of a release, in each format, to what the warehouse says: for `shinchoku verify`. Writes nothing that stays."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from warehouse.exports import contents, tables

TOLD = 5  # differences of one file


class Disagreement(NamedTuple):
    """Row (counted from 1, without the header) and column of a file that says otherwise; no row where the file is no table at all."""

    file: Path
    row: int
    column: str
    said: object
    expected: object


def disagreements(warehouse: Path, release: Path, counts: dict[str, int]) -> Iterator[Disagreement]:
    import duckdb

    counts["compared tables"] = 0
    with tempfile.TemporaryDirectory() as place, closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        contents.compute_views(connection)
        resources = [found for dataset in contents.datasets(connection) for found in contents.resources(connection, dataset)]
        tables.write_all(connection, [*resources, *contents.code_lists(connection)], Path(place))
        for fresh in sorted(path for path in Path(place).rglob("*") if path.is_file()):
            file = release / fresh.relative_to(place)
            counts["compared tables"] += 1
            if not file.is_file():
                yield Disagreement(file, 0, "", None, "a file / ファイル")
            elif file.read_bytes() != fresh.read_bytes():
                yield from _between(file, fresh)


def _between(file: Path, fresh: Path) -> Iterator[Disagreement]:
    try:
        said = _records(file)
    except Exception as error:  # each format has exceptions of its own
        yield Disagreement(file, 0, "", str(error), "a table / 表")
        return
    told = 0
    nothing: dict[str, Any] = {}
    for number, (here, there) in enumerate(zip_longest(said, _records(fresh), fillvalue=nothing), 1):
        for column in here.keys() | there.keys():
            if here.get(column) != there.get(column):
                yield Disagreement(file, number, column, here.get(column), there.get(column))
                told += 1
                if told == TOLD:
                    return


def _records(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig"), newline=""), strict=True))
    if file.suffix == ".json":
        return list(json.loads(file.read_text("utf-8")))
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    import pyarrow.parquet as pq

    with file.open("rb") as source:
        return list(pq.read_table(source).to_pylist())
