"""What one stage leaves on disk for the next: a reading as JSON, and its rows for the tables of the field dictionary."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.home import Home
from sources import whole
from sources.matching import Match, figure_ids, match
from sources.observations import Observation
from sources.records import Box, Figure, LedgerEntry, PageSize, Period, Reading, Statement
from sources.registry import Edition

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, object]


def write_json(data: object, path: Path) -> None:
    """Write so that a reader finds the old file or the new one, never half of one."""
    with whole.replacing_file(path) as beside:
        beside.write_text(json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def write_reading(reading: Reading, path: Path) -> None:
    write_json(asdict(reading), path)


def read_reading(path: Path) -> Reading:
    data = read_json(path)

    def spot(row: Mapping[str, Any]) -> dict[str, Any]:
        periods = {name: _period(row[name]) for name in ("period", "base") if name in row}
        return {**row, **periods, "box": Box(*row["box"])}

    return Reading(
        **data
        | {
            "pages": [PageSize(**page) for page in data["pages"]],
            "figures": [Figure(**spot(row) | {"value": Decimal(row["value"])}) for row in data["figures"]],
            "statements": [Statement(**spot(row)) for row in data["statements"]],
            "ledger": [LedgerEntry(**spot(row)) for row in data["ledger"]],
        }
    )


def _period(data: Mapping[str, str] | None) -> Period | None:
    return Period(data["kind"], date.fromisoformat(data["start"]), date.fromisoformat(data["end"])) if data else None


def figure_rows(edition: Edition, reading: Reading) -> Iterator[Row]:
    for figure_id, figure in zip(figure_ids(edition, reading.figures), reading.figures, strict=True):
        row = {name: getattr(figure, name) for name in Figure.__slots__ if name not in ("period", "base", "box")}
        yield row | _span(figure.period, "period") | _span(figure.base, "base") | figure.box._asdict() | {
            "figure_id": figure_id,
            "edition_id": edition.edition_id,
            "sha256": reading.sha256,
            "period_kind": figure.period.kind if figure.period else None,
        }


def ledger_rows(edition: Edition, reading: Reading) -> Iterator[Row]:
    ids = figure_ids(edition, reading.figures)
    for number, entry in enumerate(reading.ledger, 1):
        yield {
            "edition_id": edition.edition_id,
            "entry": number,
            "page": entry.page,
            "text": entry.text,
            "kind": entry.kind,
            "reason": entry.reason,
            "figure_id": None if entry.figure is None else ids[entry.figure],
            **entry.box._asdict(),
        }


def _span(period: Period | None, name: str) -> Row:
    return {f"{name}_start": period.start if period else None, f"{name}_end": period.end if period else None}


def plain(record: Any) -> dict[str, Any]:
    """A matching record as JSON can hold it."""
    return {key: value if isinstance(value, int | str | dict | None) else str(value) for key, value in asdict(record).items()}


def stage_matching(edition: Edition, home: Home) -> Match:
    """Match what was read last with the indicators and decisions of now, and stage what comes of it."""
    from warehouse.parquet import write_table

    folder = home.staging(edition.edition_id)
    matched = match(read_reading(folder / "reading.json"), edition, previous_observations(edition, home))
    write_table("observation", [observation.row() for observation in matched.observations], folder / "observation.parquet")
    write_table("statement", [row.row() for row in matched.statements], folder / "statement.parquet")
    found = {"unmatched": [plain(row) for row in matched.unmatched], "findings": [plain(row) for row in matched.findings]}
    write_json(found | {"matched_with": _written(edition)}, folder / "matching.json")
    whole.seal(folder)
    return matched


def outdated(edition: Edition, home: Home) -> bool:
    """Whether somebody has written to the series' files since the edition was matched, so that what is staged does not know of it."""
    path = home.staging(edition.edition_id) / "matching.json"
    return path.exists() and read_json(path).get("matched_with", _written(edition)) != _written(edition)


def _written(edition: Edition) -> str:
    """The indicators and decisions of now, as one sha256 of their files."""
    names = ("series.yaml", "indicators.yaml", f"editions/{edition.id}/decisions.yaml")
    files = [path for name in names if (path := edition.series.find(name))]
    return hashlib.sha256("".join(f"{path.name} {whole.sha256(path)}\n" for path in files).encode()).hexdigest()


def accepted_table(edition: Edition, name: str, home: Home) -> pd.DataFrame | None:
    """A table of the edition as it was last accepted, or nothing where it never was."""
    return table(home.accepted(edition.edition_id), name)


def table(folder: Path, name: str) -> pd.DataFrame | None:
    """A table in a folder of staged or accepted tables, or nothing where it is not there."""
    from warehouse.parquet import read_table

    path = folder / f"{name}.parquet"
    return read_table(name, path) if path.exists() else None


def row_count(folder: Path, name: str) -> int:
    """How many rows a table has, told without reading it."""
    from pyarrow.parquet import read_metadata

    return int(read_metadata(folder / f"{name}.parquet").num_rows)


def previous_observations(edition: Edition, home: Home) -> list[Observation] | None:
    """The observations of the accepted edition before this one, as matching takes them."""
    before = edition.series.previous(edition)
    frame = accepted_table(before, "observation", home) if before else None
    if frame is None:
        return None
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [Observation(**{key: value.date() if hasattr(value, "date") else value for key, value in row.items()}) for row in rows]
