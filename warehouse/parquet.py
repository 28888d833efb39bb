"""One staged table to and from a Parquet file, typed by the field dictionary: whole or not at all, same rows same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources import whole
from sources.errors import ShinchokuError
from warehouse import fields

if TYPE_CHECKING:
    import pandas as pd


def write_table(table: str, rows: Iterable[Mapping[str, object]], path: Path) -> int:
    """Write rows (column name to value; what is left out, or is empty text, is null) and return how many there were."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    described = fields.table(table)
    names = described.names
    required = [column.name for column in described.columns if column.required]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the count is the result
        if unknown := row.keys() - columns.keys():
            raise _refusal(path, table, count, f"unknown columns {sorted(unknown)}", f"知らない列 {sorted(unknown)}")
        if missing := [name for name in required if row.get(name) in (None, "")]:
            raise _refusal(path, table, count, f"no value in {missing}", f"{missing} に値がない")
        for name in names:
            value = row.get(name)
            columns[name].append(one_line(value) if isinstance(value, str) else value)
    schema = fields.arrow_schema(table)
    arrays = []
    for column, arrow_field in zip(described.columns, schema, strict=True):
        values = columns[column.name]
        if column.type == "decimal":
            values = [value if value is None or isinstance(value, Decimal) else Decimal(str(value)) for value in values]
        try:
            arrays.append(pa.array(values, type=arrow_field.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, ArithmeticError, ValueError) as error:
            raise _refusal(path, table, None, f"column {column.name}: {error}", f"列 {column.name}: {error}") from error
    with whole.replacing_file(path) as beside, beside.open("wb") as sink:
        pq.write_table(pa.Table.from_arrays(arrays, schema=schema), sink, compression="zstd")
        sink.flush()
        os.fsync(sink.fileno())
    return count


def one_line(text: str) -> str | None:
    """A text without line breaks, so that a record is one line wherever it is written; nothing for an empty one."""
    return " ".join(text.splitlines()) or None


def read_table(table: str, path: Path) -> pd.DataFrame:
    """The rows of a staged table as a frame; integers that may be null are Int64, dates are datetime64, decimals are Decimal."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    described = fields.table(table)
    try:
        with path.open("rb") as source:
            stored = pq.read_table(source)
    except (OSError, pa.ArrowException) as error:
        raise ShinchokuError(
            f"{path}: the staged {table} table cannot be read ({error}). Read the edition again.",
            f"{path}: 作業中の表 {table} を読めません（{error}）。その版をもう一度読み取ってください。",
        ) from error
    if tuple(stored.column_names) != described.names:
        raise ShinchokuError(
            f"{path}: the columns are not those of the field dictionary's {table} table. Read the edition again.",
            f"{path}: 列が項目辞書の表 {table} と違います。その版をもう一度読み取ってください。",
        )
    frame = stored.to_pandas(date_as_object=False)
    for column in described.columns:
        if column.type == "integer":
            frame[column.name] = frame[column.name].astype(pd.Int64Dtype())
    return frame


def _refusal(path: Path, table: str, row: int | None, en: str, ja: str) -> ShinchokuError:
    place_en, place_ja = (f", row {row}", f"の{row}行目") if row else ("", "")
    return ShinchokuError(
        f"{path}: table {table}{place_en}: {en}. Compare with warehouse/fields.yaml.",
        f"{path}: 表 {table}{place_ja}: {ja}。warehouse/fields.yaml と見比べてください。",
    )
