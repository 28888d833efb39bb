"""The figure table that `shinchoku extract` writes: its columns, and one file format each for CSV, JSON and Parquet.

The published figure table has more columns (edition, sha256, figure_id) and is described in ``warehouse/fields.yaml``;
this one is for a file that belongs to no series.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from sources.errors import ShinchokuError
from sources.records import Box, Figure, LedgerEntry, Period
from sources.spreadsheets import guarded

COLUMNS = (
    "page", "section_no", "section_title", "title", "label", "measure", "component", "raw", "value", "unit", "scale", "decimals",
    "qualifier", "period_kind", "period_start", "period_end", "base_start", "base_end", "source", "confidence", "note",
    "x0", "top", "x1", "bottom",
)  # fmt: skip
INTEGERS = ("page", "scale", "decimals")
NUMBERS = ("value", "confidence", "x0", "top", "x1", "bottom")
FORMATS = (".csv", ".json", ".parquet")

Cell = str | int | Decimal | None


def plain(value: Decimal) -> str:
    """The number in plain decimal digits, without an exponent and without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _points(box: Box) -> dict[str, Cell]:
    return {name: Decimal(str(round(edge, 2))) for name, edge in box._asdict().items()}


def row(figure: Figure) -> dict[str, Cell]:
    def ends(period: Period | None) -> tuple[str, str]:
        return (period.start.isoformat(), period.end.isoformat()) if period else ("", "")

    start, end = ends(figure.period)
    base_start, base_end = ends(figure.base)
    found: dict[str, Cell] = {
        "period_kind": figure.period.kind if figure.period else "",
        "period_start": start,
        "period_end": end,
        "base_start": base_start,
        "base_end": base_end,
        "confidence": None if figure.confidence is None else Decimal(str(round(figure.confidence, 4))),
        **_points(figure.box),
    }
    return {name: found[name] if name in found else getattr(figure, name) for name in COLUMNS}


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    for cells in rows:
        writer.writerow({key: plain(cell) if isinstance(cell, Decimal) else guarded(cell) if isinstance(cell, str) else cell for key, cell in cells.items()})
    return out.getvalue()


def to_csv(figures: Sequence[Figure]) -> str:
    return _csv(COLUMNS, map(row, figures))


def ledger_csv(entries: Sequence[LedgerEntry]) -> str:
    return _csv(
        ("page", "text", "kind", "reason", *Box._fields),
        ({"page": e.page, "text": e.text, "kind": e.kind, "reason": e.reason, **_points(e.box)} for e in entries),
    )


def to_json(figures: Sequence[Figure]) -> str:
    def number(cell: Cell) -> object:
        if not isinstance(cell, Decimal):
            return cell
        return int(cell) if cell == cell.to_integral_value() else float(cell)

    rows = [{key: number(cell) for key, cell in row(figure).items()} for figure in figures]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def write(figures: Sequence[Figure], path: Path) -> None:
    """Write the table in the format that the file's ending names."""
    try:
        if path.suffix == ".parquet":
            _write_parquet(figures, path)
        elif path.suffix == ".json":
            path.write_text(to_json(figures), encoding="utf-8")
        else:
            path.write_text(to_csv(figures), encoding="utf-8", newline="")
    except OSError as error:
        reason = error.strerror or error
        raise ShinchokuError(
            f"{path}: cannot be written ({reason}). Choose another place with -o.",
            f"{path}：書き込めません（{reason}）。-o で別の場所を指定してください。",
        ) from error


def _write_parquet(figures: Sequence[Figure], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"value": pa.decimal128(38, 9)} | dict.fromkeys(INTEGERS, pa.int64())
    kinds |= {name: pa.float64() for name in NUMBERS if name not in kinds}

    def cells(name: str) -> list[object]:
        column = [row(figure)[name] for figure in figures]
        if name == "value":
            return [None if cell is None else Decimal(cell).quantize(Decimal(1).scaleb(-9)) for cell in column]
        return [float(cell) if isinstance(cell, Decimal) else cell for cell in column]

    table = pa.table({name: pa.array(cells(name), type=kinds.get(name, pa.string())) for name in COLUMNS})
    pq.write_table(table, path)
