"""The review page: one HTML file an edition that shows every number on its page beside what was made of it.

It holds everything it shows and runs nothing. It reads tables and results and decides nothing.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expectations.frames import Rows, table
from expectations.pages import environment, tally
from expectations.results_page import write_whole
from expectations.rules import RuleResult
from sources.registry import Edition
from warehouse import fields

MIME = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}


@dataclass(slots=True)
class Spot:
    """One figure as the page shows it: its box in percent of the page, what it became, what does not hold of it."""

    number: int
    figure: Any
    box: tuple[str, str, str, str]
    observation: Any | None
    indicator: Any | None
    unmatched: Mapping[str, Any] | None
    failed: list[RuleResult] = field(default_factory=list)

    @property
    def look(self) -> str:
        """The gravest of what is to be said of it."""
        severities = {result.severity for result in self.failed}
        if "error" in severities:
            return "error"
        if self.observation is None:
            return "unmatched"
        return "warning" if severities else "ok"


@dataclass(slots=True)
class Page:
    number: int
    width: float
    height: float
    image: str
    spots: list[Spot] = field(default_factory=list)
    ledger: list[tuple[Any, tuple[str, str, str, str]]] = field(default_factory=list)
    statements: list[Any] = field(default_factory=list)


def write_review(
    out: Path,
    *,
    edition: Edition,
    pages: Iterable[Mapping[str, Any]],
    figures: Rows,
    observations: Rows,
    statements: Rows,
    ledger: Rows,
    results: Sequence[RuleResult],
    unmatched: Iterable[Mapping[str, Any]] = (),
    findings: Iterable[Mapping[str, Any]] = (),
) -> Path:
    """Write the page in one step.

    ``pages`` have number, width, height (points) and image (a file of a picture of the page); ``unmatched`` and ``findings`` are
    rows of the records of that name.
    """
    figure_rows, observation_rows, statement_rows, ledger_rows = (
        list(table(rows, fields.table(name).names).itertuples(index=False))
        for name, rows in (
            ("figure", figures),
            ("observation", observations),
            ("statement", statements),
            ("ledger", ledger),
        )
    )
    by_page = {
        page["number"]: Page(page["number"], page["width"], page["height"], _embedded(Path(page["image"]))) for page in pages
    }
    reasons = {row["figure_id"]: row for row in unmatched}
    observed = {row.figure_id: row for row in observation_rows if row.figure_id is not None}
    failing = _failing_by_figure(results)
    indicators = edition.series.indicators
    for number, figure in enumerate(figure_rows, 1):
        if (page := by_page.get(figure.page)) is None:
            continue
        observation = observed.get(figure.figure_id)
        page.spots.append(
            Spot(
                number,
                figure,
                _percent(figure, page),
                observation,
                indicators.get(observation.indicator_id) if observation else None,
                reasons.get(figure.figure_id),
                failing.get(figure.figure_id, []),
            )
        )
    for row in ledger_rows:
        if row.kind != "figure" and (page := by_page.get(row.page)) is not None:
            page.ledger.append((row, _percent(row, page)))
    for row in statement_rows:
        if (page := by_page.get(row.page)) is not None:
            page.statements.append(row)
    spots = {spot.figure.figure_id: spot for page in by_page.values() for spot in page.spots}
    html = (
        environment("warehouse.review")
        .get_template("review.html.j2")
        .render(
            edition=edition,
            meta=edition.meta,
            pages=list(by_page.values()),
            spots=spots,
            looks_of_spots=Counter(spot.look for spot in spots.values()),
            observations=observation_rows,
            nulls=[row for row in observation_rows if row.value is None],
            indicators=indicators,
            statements=statement_rows,
            failing=[result for result in results if result.examples],
            tally=tally(results),
            unmatched=[row for row in reasons.values() if row["figure_id"] in spots],
            findings=list(findings),
            ledger=Counter(row.kind for row in ledger_rows),
            not_read=[row for row in ledger_rows if row.kind == "not_read"],
            codes={
                name: {code.code: code.label for code in codes.codes} for name, codes in fields.dictionary().codelists.items()
            },
        )
    )
    return write_whole(out, html)


def _failing_by_figure(results: Sequence[RuleResult]) -> dict[str, list[RuleResult]]:
    failing: dict[str, list[RuleResult]] = defaultdict(list)
    for result in results:
        for example in result.examples:
            if example["settled"] is None and example.get("figure_id") and result not in failing[example["figure_id"]]:
                failing[example["figure_id"]].append(result)
    return failing


def _embedded(image: Path) -> str:
    return f"data:{MIME[image.suffix.lower()]};base64,{base64.b64encode(image.read_bytes()).decode('ascii')}"


def _percent(row: Any, page: Page) -> tuple[str, str, str, str]:
    """Left, top, width and height in percent of the page, as the box's style takes them."""
    shares = (row.x0 / page.width, row.top / page.height, (row.x1 - row.x0) / page.width, (row.bottom - row.top) / page.height)
    left, top, width, height = (f"{100 * float(share):.3f}%" for share in shares)
    return left, top, width, height
