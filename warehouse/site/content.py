"""What the public page says: series, sections and indicators with their newest word, read from the warehouse. Writes nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from sources.observations import CORRECTED
from sources.records import MEASURES, Box
from warehouse import fields
from warehouse.exports import contents
from warehouse.fields import Words

if TYPE_CHECKING:
    import duckdb

BREAKS = ("B", "D")


@dataclass(frozen=True, slots=True)
class Observation:
    """The newest edition's word on one indicator, measure and period, with its spot."""

    measure: str
    start: date
    end: date
    base_start: date | None
    base_end: date | None
    value: Decimal | None
    unit_code: str
    unit: Words
    qualifier: str | None
    unit_mult: int
    status: str
    note: str
    text: str
    page: int | None
    edition_id: str
    figure_id: str | None
    heading: str  # of the tile and the label beside the number
    box: Box | None

    @property
    def is_as_printed(self) -> bool:
        """Whether the print says the published value; not where a person corrected it."""
        return not self.note.startswith(CORRECTED)

    @property
    def is_scaled(self) -> bool:
        return self.unit_mult > 0 and self.value is not None

    def spans_like(self, other: Observation) -> bool:
        """Whether the two can stand in one row: as long as each other, or counted since the same day."""
        lengths = (self.end - self.start).days, (other.end - other.start).days
        return self.unit_code == other.unit_code and (abs(lengths[0] - lengths[1]) <= 1 or self.start == other.start)

    def continues(self, earlier: Observation) -> bool:
        """Whether a line may be drawn, and a difference taken, between the two."""
        return self.spans_like(earlier) and self.status not in BREAKS and earlier.status != "D"


@dataclass(slots=True)
class Indicator:
    id: str
    name: Words
    about: Words
    direction: str
    total_id: str | None
    progress: Mapping[str, Any]
    observations: list[Observation] = field(default_factory=list)
    revisions: list[Mapping[str, Any]] = field(default_factory=list)
    statements: list[Mapping[str, Any]] = field(default_factory=list)

    def measured(self, measure: str) -> list[Observation]:
        return [row for row in self.observations if row.measure == measure and row.value is not None]

    @property
    def levels(self) -> list[Observation]:
        return self.measured("level")

    @property
    def target(self) -> Observation | None:
        found = self.measured("target")
        return found[-1] if found else None

    @property
    def is_upward(self) -> bool:
        """Whether the target is reached from below, so that a bar can fill up to it."""
        if self.target is None or self.target.qualifier in ("at_most", "under"):
            return False
        return self.target.qualifier in ("at_least", "over") or self.direction == "up"

    @property
    def actual(self) -> Observation | None:
        """The level that `progress` judges by."""
        when = (self.progress["actual_start"], self.progress["actual_end"])
        return next((row for row in self.levels if (row.start, row.end) == when), None)

    @property
    def headline(self) -> Observation | None:
        """What is said first: the newest level, or the growth, change or target that the reports print in its stead."""
        if actual := self.actual:
            return actual
        return next((rows[-1] for name in ("growth", "change", "target") if (rows := self.measured(name))), None)

    @property
    def nulls(self) -> list[Observation]:
        return [row for row in self.observations if row.value is None]

    @property
    def year_before(self) -> Observation | None:
        """The level that the newest one can be set against."""
        now = self.actual
        if now is None:
            return None
        return next(
            (row for row in self.levels if row.end == _year_earlier(now.end) and now.continues(row)),
            None,
        )

    @property
    def change(self) -> Observation | None:
        """The change on the year before as the report prints it."""
        now = self.headline
        return next(
            (row for row in self.measured("change") if now and row.end == now.end and row.base_end == _year_earlier(row.end)), None
        )

    @property
    def listed(self) -> list[Observation]:
        """Newest period first, and of each period the level before what is said of it."""
        return sorted(self.observations, key=lambda row: (-row.end.toordinal(), MEASURES.index(row.measure)))

    @property
    def evidence(self) -> list[Observation]:
        """What is shown on its page first, newest edition first."""
        first = self.headline
        return [*([first] if first else []), *(row for row in self.listed if row is not first)]


@dataclass(slots=True)
class Section:
    number: str
    name: Words
    indicators: list[Indicator] = field(default_factory=list)
    statements: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Series:
    id: str
    dataset: contents.Dataset
    sections: list[Section]
    editions: dict[str, Mapping[str, Any]]
    figures: int
    words: int  # runs of digits in the ledger

    @property
    def indicators(self) -> list[Indicator]:
        return [indicator for section in self.sections for indicator in section.indicators]

    @property
    def newest(self) -> Mapping[str, Any]:
        return self.dataset.editions[-1]

    @property
    def years(self) -> tuple[int, int]:
        return self.dataset.years


def read(connection: duckdb.DuckDBPyConnection, dataset: contents.Dataset) -> Series:
    """A published series, its sections and indicators in the order of the registry."""
    series_id = str(dataset.series["series_id"])

    def rows(sql: str) -> list[dict[str, Any]]:
        return contents.rows(connection, sql, [series_id])

    sections = {
        row["section_id"]: Section(row["section_no"] or "", Words(row["name_ja"], row["name_en"]))
        for row in rows("SELECT * FROM section WHERE series_id = ? ORDER BY rowid")
    }
    loose = Section("", Words("その他", "Other"))
    homes = [*sections.values(), loose]
    progress = {row["indicator_id"]: row for row in rows("SELECT * FROM progress WHERE series_id = ? ORDER BY target_end NULLS FIRST")}
    indicators: dict[str, Indicator] = {}
    for row in rows("SELECT * FROM indicator WHERE series_id = ? ORDER BY rowid"):
        indicator = indicators[row["indicator_id"]] = Indicator(
            row["indicator_id"], Words(row["name_ja"], row["name_en"]), Words(row["description_ja"] or "", row["description_en"] or ""),
            row["direction"], row["total_id"], progress[row["indicator_id"]],
        )  # fmt: skip
        sections.get(row["section_id"], loose).indicators.append(indicator)
    statements = rows(STATEMENTS)
    labels = {(row["edition_id"], row["indicator_id"]): row for row in reversed(statements) if row["kind"] == "label"}
    for row in rows(LATEST):
        spot = row if row["x0"] is not None else labels.get((row["edition_id"], row["indicator_id"]))
        indicators[row["indicator_id"]].observations.append(_observation(row, spot))
    for revision in rows("SELECT * FROM revision WHERE series_id = ? ORDER BY later_edition_id DESC, period_end DESC, measure, base_end"):
        indicators[revision["indicator_id"]].revisions.append(revision)
    newest = dataset.editions[-1]["edition_id"]
    for statement in statements:
        if statement["kind"] == "label" or statement["edition_id"] != newest:
            continue
        if statement["indicator_id"] is not None:
            indicators[statement["indicator_id"]].statements.append(statement)
        _home(statement, homes).statements.append(statement)
    count = rows(COUNTS)[0]
    return Series(
        series_id, dataset, [section for section in homes if section.indicators or section.statements],
        {str(edition["edition_id"]): edition for edition in dataset.editions}, count["figures"], count["words"],
    )  # fmt: skip


STATEMENTS = """
    SELECT st.*, e.fiscal_year FROM statement AS st JOIN edition AS e USING (edition_id) WHERE e.series_id = ?
    ORDER BY e.fiscal_year DESC, edition_id DESC, entry
"""
LATEST = """
    SELECT l.*, f.title, f.label, f.x0, f.top, f.x1, f.bottom FROM latest AS l LEFT JOIN figure AS f USING (figure_id)
    WHERE l.series_id = ? ORDER BY period_end, period_start DESC, measure, base_end NULLS FIRST, base_start, edition_id
"""
COUNTS = """
    SELECT
        (SELECT count(*) FROM figure JOIN edition AS e USING (edition_id) WHERE e.series_id = one.series_id) AS figures,
        (SELECT count(*) FROM ledger JOIN edition AS e USING (edition_id) WHERE e.series_id = one.series_id) AS words
    FROM series AS one WHERE series_id = ?
"""


def _observation(row: Mapping[str, Any], spot: Mapping[str, Any] | None) -> Observation:
    heading = dict.fromkeys(text for name in ("title", "label") if (text := row[name]))
    return Observation(
        row["measure"], row["period_start"], row["period_end"], row["base_start"], row["base_end"], row["value"], row["unit_code"],
        Words(row["unit_ja"] or "", row["unit_en"] or ""), row["qualifier"], row["unit_mult"] or 0, row["obs_status"],
        row["obs_note"] or "", row["source_text"] or "", row["source_page"], row["edition_id"], row["figure_id"], " › ".join(heading),
        Box(spot["x0"], spot["top"], spot["x1"], spot["bottom"]) if spot else None,
    )  # fmt: skip


def _home(statement: Mapping[str, Any], sections: Sequence[Section]) -> Section:
    """The section whose number a statement stands under, else the one whose name its heading begins with."""
    if number := statement["section_no"]:
        return next((section for section in sections if section.number == number), sections[-1])
    said = _bare(statement["title"] or statement["section_title"] or "")
    return next((section for section in sections[:-1] if said and said.startswith(_bare(section.name.ja))), sections[-1])


def _bare(text: str) -> str:
    return re.sub(r"\s", "", normalize("NFKC", text))


def _year_earlier(when: date) -> date:
    return when.replace(year=when.year - 1, day=28) if (when.month, when.day) == (2, 29) else when.replace(year=when.year - 1)


def statuses(rows: Iterable[Observation]) -> dict[str, Words]:
    """The statuses that occur among the rows, but for the normal one."""
    found = {row.status for row in rows} - {"A"}
    return {code.code: code.label for code in fields.codelist("obs_status").codes if code.code in found}


def by_page(rows: Iterable[Observation]) -> dict[tuple[str, int], list[Observation]]:
    """Rows with a spot, by the page of the edition that they stand on."""
    found: dict[tuple[str, int], list[Observation]] = defaultdict(list)
    for row in rows:
        if row.page is not None and row.box is not None:
            found[row.edition_id, row.page].append(row)
    return found
