"""What a person has to look at in an edition, each with the evidence of both editions: findings of matching and rules that fail.

A rule on findings fails where matching found something: that is shown once. Reads tables and decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from expectations.rules import RuleResult
from sources.decisions import Acknowledgement, Correction, Decisions, Signed
from sources.findings import KINDS, acknowledgement, correction
from sources.registry import Edition
from warehouse.review.pictures import Crop, Pictures, Sheet, crop

SEVERITIES = ("error", "warning", "note")
UNNAMED = ("finding", "expect", "settled", "figure_id", "message_ja", "message_en")  # of an example: shown elsewhere, or not for people
NAMING = {"renamed": ("map", "new_indicator"), "new": ("new_indicator", "map"), "ambiguous": ("map",), "swapped": ("map",)}
ENDED = ("vanished", "missing", "unnamed")


@dataclass(slots=True)
class Book:
    """The staged or accepted tables of one edition with the pictures of its pages."""

    edition: Edition
    sheets: Mapping[int, Sheet]
    figures: Mapping[str, Any]
    observations: Sequence[Any]
    observed: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.observed = {row.figure_id: row for row in self.observations if row.figure_id is not None}

    def last_word(self, indicator_id: str | None, measure: str) -> Any | None:
        """The figure by which this edition speaks of an indicator, of the latest period."""
        said = [row for row in self.observations if row.indicator_id == indicator_id and row.figure_id in self.figures]
        best = max(said, key=lambda row: (row.measure == measure, row.measure == "level", row.period_end), default=None)
        return self.figures[best.figure_id] if best else None


@dataclass(frozen=True, slots=True)
class Word:
    """What one edition says: the printed words, and where they stand."""

    edition_id: str
    text: str
    line: str
    page: int | None
    period: tuple[date | None, date | None]
    figure_id: str | None
    crop: Crop | None


@dataclass(slots=True)
class Matter:
    """One thing to look at. ``actions`` are the sorts of decision that can settle it, the likeliest first."""

    number: int
    id: str
    kind: str
    severity: str
    message_ja: str
    message_en: str
    remedy_ja: str
    remedy_en: str
    expect: str
    figure_id: str | None
    indicator_id: str | None
    yaml: str
    settled: str
    decision: Signed | None
    now: Word | None
    before: Word | None
    figures: Sequence[str] = ()  # the ids of all that is printed under the same words
    names: Sequence[str] = ()  # the names that an indicator bore so far
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        return not self.settled and self.severity in ("error", "warning")

    @property
    def actions(self) -> tuple[str, ...]:
        if self.severity == "note" and not self.settled:
            return ()
        naming = NAMING.get(self.kind, ())
        ending = ("end",) if self.kind in ENDED else ()
        leaving = ("remove",) if self.kind == "stale_decision" else ("acknowledge",)
        mending = ("correct",) if self.figure_id and self.now else ()
        return (*naming, *ending, *leaving, *mending)


@dataclass(frozen=True, slots=True)
class Decided:
    """A line of decisions.yaml for people: what was decided about what."""

    sort: str
    about: str
    outcome: str
    decision: Signed


def decided(decisions: Decisions) -> list[Decided]:
    """Every decision about an edition, the latest first."""
    rows = [
        *(Decided("correction", d.figure, f"{d.expect} → {_used(d)}", d) for d in decisions.corrections),
        *(Decided("mapping", d.label, f"→ {d.indicator}", d) for d in decisions.mappings),
        *(Decided("acknowledgement", d.finding, d.expect, d) for d in decisions.acknowledgements),
    ]
    return sorted(rows, key=lambda row: row.decision.when, reverse=True)


def _used(decision: Correction) -> str:
    return ", ".join(f"{name} {value}" for name, value in decision.use.model_dump(exclude_none=True).items())


def matters(
    here: Book,
    earlier: Book | None,
    *,
    findings: Iterable[Mapping[str, Any]],
    results: Sequence[RuleResult],
    ledger: Iterable[Any],
    pictures: Pictures,
) -> list[Matter]:
    """Everything to look at: errors first, then warnings and notes, what is settled last."""
    acknowledged = {decision.finding: decision for decision in here.edition.decisions.acknowledgements}
    unread = [row for row in ledger if row.kind == "not_read"]
    show = _Evidence(here, earlier, unread, pictures)
    rules = {result.rule_id: result for result in results}
    found: list[Matter] = []
    known: set[str] = set()
    for row in findings:
        known.add(row["id"])
        rule = rules.get(row["kind"])
        now, before = show.of_finding(row)
        found.append(
            Matter(
                0, row["id"], row["kind"], row["severity"], row["message_ja"], row["message_en"],
                rule.remedy_ja if rule else "", rule.remedy_en if rule else "",
                row["expect"], row["figure_id"], row["indicator_id"], row["remedy"], row["settled"],
                acknowledged.get(row["id"]) if row["settled"] else None, now, before,
                figures=tuple(row["now"].get("figures", ())), names=row["before"].get("names", ()),
            )
        )
    for result in results:
        for example in result.examples:
            if example["finding"] in known:
                continue
            known.add(example["finding"])
            found.append(_of_rule(result, example, show, acknowledged))
    order = list(KINDS)
    found.sort(key=lambda m: (bool(m.settled), SEVERITIES.index(m.severity), order.index(m.kind) if m.kind in order else len(order)))
    for number, matter in enumerate(found, 1):
        matter.number = number
    return found


def _of_rule(result: RuleResult, example: Mapping[str, Any], show: _Evidence, acknowledged: Mapping[str, Acknowledgement]) -> Matter:
    figure_id = example.get("figure_id")
    figure = show.here.figures.get(figure_id) if figure_id else None
    observation = show.here.observed.get(figure_id) if figure_id else None
    indicator_id = example.get("indicator_id") or (observation.indicator_id if observation else None)
    yaml = acknowledgement(example["finding"], example["expect"])
    if figure is not None:
        yaml += correction(figure.figure_id, figure)
    settled = example["settled"] or ""
    return Matter(
        0, example["finding"], result.rule_id, "note" if settled else result.severity,
        f"規則「{result.title_ja}」が成り立ちません。", f"This rule does not hold: {result.title_en}.",
        result.remedy_ja, result.remedy_en, example["expect"], figure_id, indicator_id, yaml, settled,
        acknowledged.get(example["finding"]) if settled else None,
        show.word(show.here, figure), show.word(show.earlier, show.last(indicator_id, figure)),
        facts={name: value for name, value in example.items() if name not in UNNAMED and value is not None},
    )


@dataclass(slots=True)
class _Evidence:
    """Looks up what both editions print, and cuts it out once."""

    here: Book
    earlier: Book | None
    unread: Sequence[Any]
    pictures: Pictures
    _words: dict[tuple[str, str], Word] = field(default_factory=dict)

    def of_finding(self, row: Mapping[str, Any]) -> tuple[Word | None, Word | None]:
        figure = self.here.figures.get(row["figure_id"]) if row["figure_id"] else None
        now = self.word(self.here, figure) or self._not_read(row)
        said = self.earlier.figures.get(row["before"].get("figure_id")) if self.earlier else None
        before = self.word(self.earlier, said if said is not None else self.last(row["indicator_id"], figure))
        if before is None and row["before"].get("text"):
            told = row["before"]
            before = Word(told.get("edition_id", ""), told["text"], "", told.get("page"), (None, None), None, None)
        return now, before

    def last(self, indicator_id: str | None, figure: Any | None) -> Any | None:
        return self.earlier.last_word(indicator_id, figure.measure if figure else "level") if self.earlier else None

    def word(self, book: Book | None, figure: Any | None) -> Word | None:
        if book is None or figure is None:
            return None
        key = (book.edition.edition_id, figure.figure_id)
        if key not in self._words:
            words = dict.fromkeys(part for part in (figure.section_no, figure.section_title, figure.title, figure.label) if part)
            self._words[key] = Word(
                book.edition.edition_id, figure.raw, " › ".join(words), figure.page, (figure.period_start, figure.period_end),
                figure.figure_id, crop(self.pictures, book.sheets, figure),
            )
        return self._words[key]

    def _not_read(self, row: Mapping[str, Any]) -> Word | None:
        """The spot of digits that were not read: such a finding's id ends with it."""
        if row["kind"] != "not_read":
            return None
        spots = (e for e in self.unread if e.page == row["now"].get("page") and row["id"].endswith(f":{e.x0:.0f},{e.top:.0f}"))
        entry = next(spots, None)
        if entry is None:
            return None
        return Word(
            self.here.edition.edition_id, entry.text, entry.reason or "", entry.page, (None, None), None,
            crop(self.pictures, self.here.sheets, entry),
        )


def candidates(edition: Edition, matter: Matter) -> list[tuple[str, list[Any]]]:
    """The indicators that a label may mean, section by section: the proposed one and its section first."""
    indicators = edition.series.indicators
    proposed = indicators.get(matter.indicator_id or "")
    own = proposed.section if proposed else None
    by_section: dict[str, list[Any]] = defaultdict(list)
    for indicator in indicators.values():
        by_section[indicator.section].append(indicator)
    for listed in by_section.values():
        listed.sort(key=lambda indicator: indicator is not proposed)
    sections = sorted(by_section, key=lambda section: section != own)
    return [(edition.series.sections[section].name.ja, by_section[section]) for section in sections]
