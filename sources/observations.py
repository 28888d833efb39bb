"""The records that matching makes of figures (observation, statement row, unmatched figure, finding), and nothing that acts on them.

Columns mean what ``warehouse/fields.yaml`` says. A finding is what a person should know or decide; its id stays the same as long
as its kind and place do, so that a decision can name it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sources.records import Box, Period

SEVERITIES = ("error", "warning", "note")
CORRECTED = "訂正（corrected）"  # how the note begins where a person corrected what is printed; also in warehouse/views.sql


class Key(NamedTuple):
    """What one observation of an edition is about; no two share it."""

    indicator_id: str
    measure: str
    period_start: date
    period_end: date
    base_start: date | None
    base_end: date | None


@dataclass(slots=True)
class Observation:
    """One row an indicator, measure, period and edition; a null value says that the report names it without a number."""

    edition_id: str
    area_code: str
    standard_area_code: str
    indicator_id: str
    measure: str
    fiscal_year: int
    period_start: date
    period_end: date
    base_start: date | None
    base_end: date | None
    value: Decimal | None
    unit_code: str
    qualifier: str | None
    decimals: int | None
    source_value: Decimal | None
    source_unit: str | None
    unit_mult: int | None
    obs_status: str
    obs_note: str
    source_text: str
    source_page: int
    figure_id: str | None

    @property
    def key(self) -> Key:
        return Key(self.indicator_id, self.measure, self.period_start, self.period_end, self.base_start, self.base_end)

    def row(self) -> dict[str, object]:
        return asdict(self)


class Known:
    """What an edition said, found by what it is about."""

    def __init__(self, observations: Iterable[Observation]) -> None:
        self.observations = list(observations)
        self._by_key = {observation.key: observation for observation in self.observations}
        self._ending: dict[tuple[str, date], list[Observation]] = defaultdict(list)
        for observation in self.observations:
            if observation.measure == "level":
                self._ending[observation.indicator_id, observation.period_end].append(observation)

    def find(self, key: Key) -> Observation | None:
        """The observation of this key; for a level also the only one up to the same day, if one of the two is a point in time."""
        found = self._by_key.get(key)
        if found is None and key.measure == "level":
            here = key.period_start == key.period_end
            other = [o for o in self._ending[key.indicator_id, key.period_end] if (o.period_start == o.period_end) != here]
            found = other[0] if len(other) == 1 else None
        return found

    def of(self, indicator_id: str, measure: str = "level") -> list[Observation]:
        """What was said of an indicator, oldest first, without its nulls."""
        mine = [o for o in self.observations if (o.indicator_id, o.measure) == (indicator_id, measure) and o.value is not None]
        return sorted(mine, key=lambda o: o.period_end)


@dataclass(slots=True)
class StatementRow:
    """What a report says without a number, with the indicator that it speaks of where that is known."""

    edition_id: str
    entry: int
    page: int
    section_no: str
    section_title: str
    title: str
    kind: str
    text: str
    indicator_id: str | None
    period: Period | None
    box: Box

    def row(self) -> dict[str, object]:
        """One row of the table ``statement``: period and box spread into columns."""
        out = {name: getattr(self, name) for name in self.__slots__ if name not in ("period", "box")}
        period = self.period
        out |= {"period_kind": period.kind, "period_start": period.start, "period_end": period.end} if period else {
            "period_kind": None, "period_start": None, "period_end": None}
        return out | self.box._asdict()


@dataclass(slots=True)
class Unmatched:
    """A figure that is no observation, and why not."""

    figure_id: str
    reason_ja: str
    reason_en: str


@dataclass(slots=True)
class Finding:
    """What a person should know or decide about an edition, with the evidence of both editions and what settles it."""

    id: str
    kind: str
    severity: str
    message_ja: str
    message_en: str
    indicator_id: str | None = None
    figure_id: str | None = None
    expect: str = ""  # what was read here; an acknowledgement that names something else no longer holds
    now: dict[str, object] = field(default_factory=dict)  # this edition: text, value, page, figure_id, ...
    before: dict[str, object] = field(default_factory=dict)  # the previous edition, likewise
    remedy: str = ""  # YAML for decisions.yaml, ready to paste
    settled: str = ""  # reason of the decision that settled it; its severity is then `note`

    def row(self) -> dict[str, object]:
        return asdict(self)
