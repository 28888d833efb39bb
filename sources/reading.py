"""A report file to a Reading: one child process a file, within limits of memory, time and pages.

PDFs come from outside. The child that reads one can be stopped, and what it says comes back as JSON, page by page.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sources.child import Limits, answers
from sources.errors import ShinchokuError
from sources.records import Box, Figure, LedgerEntry, PageSize, Period, Reading, Statement


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_report(
    path: Path,
    *,
    pages: Sequence[int] | None = None,
    fiscal_year: int | None = None,
    limits: Limits | None = None,
    ocr: str = "auto",
    trace: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """All figures, statements and the ledger of a PDF file.

    ``pages`` count from 1; ``fiscal_year`` is the report's own (2024 for 令和6年度), taken from its cover where it is not given;
    ``trace`` keeps the reasons and what was seen on the page; ``progress`` is called with the pages done and the pages in all.
    Without ``limits`` those of the environment hold.
    Raises ShinchokuError where the file cannot be read or exceeds the limits.
    """
    path = Path(path)
    if not path.exists():
        raise ShinchokuError(f"{path}: no such file. Check the path.", f"{path}: ファイルがありません。パスを確かめてください。")
    order = {"pages": list(pages) if pages else None, "fiscal_year": fiscal_year, "ocr": ocr, "trace": trace}
    reading = Reading(file=path.name, sha256="", page_count=0)
    for message in answers("sources.worker", path, order, limits or Limits.from_environment()):
        if "head" in message:
            reading.sha256, reading.page_count = message["head"]["sha256"], message["head"]["page_count"]
            reading.text = message["head"]["text"]
        elif "page" in message:
            _add(reading, message["page"])
            if progress:
                progress(message["page"]["done"], message["page"]["of"])
    if unread := sum(entry.kind == "not_read" for entry in reading.ledger):
        reading.warnings.append(f"{unread} number words were not read / 読まれなかった数字があります; shinchoku ledger {shlex.quote(path.name)}")
    return reading


def _box(values: Sequence[float]) -> Box:
    return Box(*values)


def _period(values: Sequence[str] | None) -> Period | None:
    return Period(values[0], date.fromisoformat(values[1]), date.fromisoformat(values[2])) if values else None


def _add(reading: Reading, page: dict[str, Any]) -> None:
    offset = len(reading.figures)
    if page.get("size"):
        reading.pages.append(PageSize(*page["size"]))
    for row in page["figures"]:
        row |= {
            "value": Decimal(row["value"]),
            "period": _period(row["period"]),
            "base": _period(row["base"]),
            "box": _box(row["box"]),
        }
        reading.figures.append(Figure(**row))
    for row in page["statements"]:
        reading.statements.append(Statement(**(row | {"period": _period(row["period"]), "box": _box(row["box"])})))
    for row in page["ledger"]:
        figure = row["figure"]
        reading.ledger.append(
            LedgerEntry(**(row | {"box": _box(row["box"]), "figure": None if figure is None else figure + offset}))
        )
    reading.warnings += page["warnings"]
    reading.reasons += page.get("reasons", [])
    reading.trace += [(kind, _box(box), text) for kind, box, text in page.get("trace", [])]
