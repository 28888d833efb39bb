"""Figures and indicators to observations, by name, section, unit, component and period, never by position; no PDF, no files.

Exact and known names match by themselves. A near name is proposed with its evidence and waits for a person; no name at all is a
proposed new indicator. Every figure becomes one observation or is listed with the reason why not, and every number gets the unit
of its indicator or a finding that says why that cannot be.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import combinations

from rapidfuzz import fuzz

from sources.decisions import Correction, Decisions
from sources.exactness import agree, exacter
from sources.findings import Findings
from sources.names import BY_LABEL, BY_WORDS, Names, mapping_fits, plain_name, without_role
from sources.notation.periods import fiscal
from sources.observations import CORRECTED, Finding, Key, Known, Observation, StatementRow, Unmatched
from sources.records import Figure, Period, Reading, Statement
from sources.registry import Edition, Indicator, unit_code

NEAR = 62  # likeness of names, 0 to 100, from which one is proposed for another
CONTRADICTED = 15  # what a name that is near loses where last year's value is another one
NEAR_SECTION = 70  # the same for the headings of sections
NEAR_BY_VALUE = 40  # the same where last year's value agrees
@dataclass(slots=True)
class Match:
    """What became of a reading."""

    observations: list[Observation] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    statements: list[StatementRow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class _Item:
    """A figure on its way: corrected where a person said so, with the indicator found for it."""

    index: int
    id: str
    figure: Figure
    corrected: str = ""  # the reason of the correction
    indicator: Indicator | None = None
    rank: int = 0  # how surely its name was met
    mended_unit: bool = False

    @property
    def group(self) -> tuple[str, str, str, str]:
        """What the figures printed of one thing share."""
        return self.figure.section_no, plain_name(self.figure.title), plain_name(without_role(self.figure.label)), self.figure.component


def figure_ids(edition: Edition, figures: Sequence[Figure]) -> list[str]:
    """The id of each figure: edition, page and running number on the page."""
    count: dict[int, int] = defaultdict(int)
    out = []
    for figure in figures:
        count[figure.page] += 1
        out.append(edition.figure_id(figure.page, count[figure.page]))
    return out


def match(
    reading: Reading,
    edition: Edition,
    previous: Sequence[Observation] | None = None,
    decisions: Decisions | None = None,
) -> Match:
    """Match what was read from an edition; ``previous`` are the observations of the edition before it."""
    return _Matching(reading, edition, list(previous or ()), edition.decisions if decisions is None else decisions).run()


class _Matching:
    def __init__(self, reading: Reading, edition: Edition, previous: list[Observation], decisions: Decisions) -> None:
        self.reading, self.edition, self.decisions = reading, edition, decisions
        self.previous = Known(previous)
        self.indicators = {i.id: i for i in edition.series.indicators.values() if i.validity.covers(edition.fiscal_year)}
        self.findings = Findings(edition, self.indicators, decisions)
        self.groups: dict[tuple[str, str, str, str], list[_Item]] = defaultdict(list)
        self.names = Names(edition, self.indicators.values(), decisions)
        self.headings = {plain_name(n): s.id for s in edition.series.meta.sections for n in (s.name.ja, *s.also)}
        self.sections = _sections(edition, self.headings, [*reading.figures, *reading.statements])

    def run(self) -> Match:
        items = self._corrected()
        for item in items:
            self.groups[item.group].append(item)
        unmatched: dict[int, tuple[str, str]] = {}
        for item in items:
            self._identify(item, unmatched)
        self._settle_rivals(items, unmatched)
        self._rescue_changed_units(items, unmatched)
        self._find_swaps(items)
        self._settle_periods(items)
        self._propose(items, unmatched)
        observations = self._observations(items, unmatched)
        self._mark_breaks(observations)
        statements = self._statements(observations)
        self._check_figures(items)
        self._check_indicators(observations)
        self._check_mappings()
        self.findings.compare(observations, self.previous)
        for entry in self.reading.ledger:
            if entry.kind == "not_read":
                self.findings.not_read(entry)
        left = [Unmatched(item.id, *unmatched[item.index]) for item in items if item.index in unmatched]
        return Match(observations, left, statements, self.findings.settled())

    def _corrected(self) -> list[_Item]:
        corrections = {_full_id(self.edition, c.figure): c for c in self.decisions.corrections}
        items = []
        for index, (name, figure) in enumerate(zip(figure_ids(self.edition, self.reading.figures), self.reading.figures, strict=True)):
            correction = corrections.pop(name, None)
            if correction is None:
                items.append(_Item(index, name, figure))
            elif plain_text(correction.expect) != plain_text(figure.raw):
                self.findings.stale(f"correction:{name}", correction.expect, figure.raw, figure_id=name)
                items.append(_Item(index, name, figure))
            else:
                items.append(_Item(index, name, _apply(correction, figure), corrected=correction.reason))
        for name, correction in corrections.items():
            self.findings.stale(f"correction:{name}", correction.expect, "")
        return items

    def _section_of(self, figure: Figure | Statement) -> str | None:
        """The id of the section that an entry stands in; empty under a heading of no known section, None under none."""
        return self.headings.get(plain_name(figure.title)) or self.sections[figure.section_no, figure.section_title]

    def _identify(self, item: _Item, unmatched: dict[int, tuple[str, str]]) -> None:
        """Give a figure the indicator that its names, unit, component and section agree on."""
        figure = item.figure
        section = self._section_of(figure)
        ranked = []
        for indicator, name_rank in self.names.of(figure, section):
            unit_rank = unit_fit(indicator, figure)
            if unit_rank and self._section_allows(indicator, section, item, name_rank) and indicator.component == figure.component:
                at_home = name_rank > BY_LABEL or section in (None, indicator.section)
                rank = (at_home, min(name_rank, BY_LABEL + 1), unit_rank, _covers(indicator, figure), name_rank)
                ranked.append((rank, indicator))
        if not ranked:
            unmatched[item.index] = ("", "")
            return
        ranked.sort(key=lambda pair: pair[0], reverse=True)
        best = [indicator for rank, indicator in ranked if rank == ranked[0][0]]
        if len(best) > 1:
            best = [i for i in best if figure.measure in i.expected_measures] or best
        if len(best) > 1:
            best = [i for i in best if self._agreeing_value(self.groups[item.group], i)] or best
        if len(best) > 1:
            self.findings.ambiguous(item.id, figure, [i.id for i in best])
            names = "、".join(i.name.ja for i in best)
            unmatched[item.index] = (f"指標が一つに決まらない（{names}）", f"more than one indicator fits ({', '.join(i.id for i in best)})")
            return
        item.indicator, item.rank = best[0], ranked[0][0][-1]
        item.mended_unit = ranked[0][0][2] == _NOMINAL

    def _section_allows(self, indicator: Indicator, section: str | None, item: _Item, name_rank: int) -> bool:
        """Under another section's heading only a label that says enough by itself, or last year's value, still means the indicator."""
        if section in (None, indicator.section) or name_rank > BY_LABEL:
            return True
        says_enough = name_rank == BY_LABEL and len(plain_name(item.figure.label)) >= 5
        unheaded = name_rank >= BY_WORDS and indicator.section not in self.sections.values()
        return says_enough or unheaded or self._agreeing_value(self.groups[item.group], indicator) is not None

    def _rescue_changed_units(self, items: list[_Item], unmatched: dict[int, tuple[str, str]]) -> None:
        """A known name with a unit that fits none of its indicators: that indicator, if its own unit is nowhere in the report."""
        taken = {self._key(item.figure, item.indicator) for item in items if item.indicator}
        tiles = {(item.group[:2], item.indicator.id) for item in items if item.indicator and item.figure.title}
        for item in items:
            if item.indicator or unmatched.get(item.index) != ("", ""):
                continue
            section = self._section_of(item.figure)
            named = [
                indicator for indicator, rank in self.names.of(item.figure, section)
                if (rank >= BY_WORDS or (item.group[:2], indicator.id) in tiles) and section in (None, indicator.section) and indicator.component == item.figure.component
                and self._key(item.figure, indicator) not in taken
            ]
            if len(named) == 1:
                item.indicator = named[0]
                item.mended_unit = True
                del unmatched[item.index]
                self.findings.unit_changed(item.id, item.figure, named[0], self._last(named[0].id))

    def _propose(self, items: list[_Item], unmatched: dict[int, tuple[str, str]]) -> None:
        """For what is left, one finding a group: the indicator whose name is near, or a new one."""
        groups: dict[tuple[str, ...], list[_Item]] = defaultdict(list)
        for item in items:
            if unmatched.get(item.index) == ("", ""):
                groups[(*item.group, _base_unit(item.figure))].append(item)
        found = {(item.indicator.id, item.figure.measure) for item in items if item.indicator}
        for group in groups.values():
            near = self._nearest(group, found)
            if near:
                indicator, likeness, evidence = near
                self.findings.renamed([item.id for item in group], group[0].figure, indicator, likeness, evidence, self.names.bearers(indicator.id))
                reason = (f"名称が近い指標「{indicator.name.ja}」があり、人の判断を待つ",
                          f"its name is near that of {indicator.id}: waits for a person's decision")
            else:
                self.findings.new([item.id for item in group], group[0].figure, self._section_of(group[0].figure))
                reason = ("どの指標の名称とも一致しない", "its label is no known indicator's")
            for item in group:
                unmatched[item.index] = reason

    def _nearest(self, group: list[_Item], found: set[tuple[str, str]]) -> tuple[Indicator, float, Observation | None] | None:
        """The indicator whose name is most like the group's, and whose numbers are not found yet; last year's value weighs in."""
        figure = group[0].figure
        section = self._section_of(figure)
        best: tuple[float, Indicator, float, Observation | None] | None = None
        for indicator in self.indicators.values():
            if any((indicator.id, item.figure.measure) in found for item in group) or indicator.component != figure.component:
                continue
            if not any(unit_fit(indicator, item.figure) for item in group):
                continue
            likeness = self.names.likeness(figure, indicator)
            evidence = self._agreeing_value(group, indicator)
            same_section = section in (None, indicator.section)
            if not evidence and self._contradicting_value(group, indicator):
                likeness -= CONTRADICTED
            if likeness >= (NEAR_BY_VALUE if evidence and same_section else NEAR if same_section else NEAR + 15):
                score = likeness + (40 if evidence else 0) + (10 if same_section else 0)
                if best is None or score > best[0]:
                    best = (score, indicator, likeness, evidence)
        return best and (best[1], best[2], best[3])

    def _agreeing_value(self, group: list[_Item], indicator: Indicator) -> Observation | None:
        """The previous edition's observation that a figure of the group repeats."""
        for item in group:
            key = self._key(item.figure, indicator)
            known = self.previous.find(key) if key else None
            if known is not None and known.value == item.figure.value:
                return known
        return None

    def _contradicting_value(self, group: list[_Item], indicator: Indicator) -> bool:
        """Whether a figure of the group says of a time what the previous edition said otherwise."""
        keys = [(item, self._key(item.figure, indicator)) for item in group if item.figure.measure == "level"]
        return any(key and (known := self.previous.find(key)) and known.value != item.figure.value for item, key in keys)

    def _last(self, indicator_id: str, measure: str = "level") -> Observation | None:
        return next(reversed(self.previous.of(indicator_id, measure)), None)

    @staticmethod
    def _key(figure: Figure, indicator: Indicator) -> Key | None:
        if figure.period is None:
            return None
        base = figure.base
        return Key(indicator.id, figure.measure, figure.period.start, figure.period.end, base.start if base else None, base.end if base else None)

    def _observations(self, items: list[_Item], unmatched: dict[int, tuple[str, str]]) -> list[Observation]:
        """One observation for each thing that is said; of numbers that agree the most exact one."""
        out: dict[Key, tuple[Observation, _Item]] = {}
        for item in items:
            if item.indicator is None:
                continue
            observation = self._observation(item, item.indicator)
            if observation.key not in out:
                out[observation.key] = observation, item
                continue
            first, other = out[observation.key]
            if not agree(first, observation):
                unmatched[item.index] = (f"{first.figure_id}と同じ指標・期間で値が違う", f"says otherwise than {first.figure_id} of the same thing")
                self.findings.duplicate(item.id, item.figure, item.indicator, first)
                continue
            if first.value != observation.value and exacter(observation, first):
                out[observation.key] = observation, item
                first, item = observation, other
            unmatched[item.index] = (f"{first.figure_id}と同じ数値の再掲", f"printed again: the same number as {first.figure_id}")
        return [observation for observation, _ in out.values()]

    def _settle_rivals(self, items: list[_Item], unmatched: dict[int, tuple[str, str]]) -> None:
        """Of numbers that differ and claim the same place, the ones whose names say it less surely have no indicator after all."""
        claims: dict[Key, list[_Item]] = defaultdict(list)
        for item in items:
            key = item.indicator and self._key(item.figure, item.indicator)
            if key:
                claims[key].append(item)
        for rivals in claims.values():
            surest = max(item.rank for item in rivals)
            best = {item.figure.value for item in rivals if item.rank == surest}
            for item in rivals:
                if item.rank < surest and item.figure.value not in best:
                    item.indicator, item.mended_unit = None, False
                    unmatched[item.index] = ("", "")

    def _find_swaps(self, items: list[_Item]) -> None:
        """Two indicators whose labels changed places: each stands where last year's value is the other's."""
        stated: dict[str, list[_Item]] = defaultdict(list)
        for item in items:
            if item.indicator and item.figure.measure == "level" and item.figure.component == "whole":
                stated[item.indicator.id].append(item)
        last = {name: known for name in stated if (known := self._last(name))}

        def says(name: str, of: str) -> _Item | None:
            known = last[of]
            return next((i for i in stated[name] if i.figure.value == known.value and i.figure.period and i.figure.period.end == known.period_end), None)

        for one, other in combinations(sorted(last), 2):
            if last[one].unit_code != last[other].unit_code or last[one].value == last[other].value:
                continue
            mine, its = says(one, other), says(other, one)
            if mine and its and not says(one, one) and not says(other, other):
                self.findings.swapped((mine.id, mine.figure), (its.id, its.figure), last[one], last[other])

    def _settle_periods(self, items: list[_Item]) -> None:
        """Give every matched figure a period of the kind that its indicator speaks of, or say that it has another."""
        for item in items:
            indicator, period = item.indicator, item.figure.period
            if indicator is None or indicator.id in self.findings.in_doubt:
                continue
            if period is None:
                item.figure = replace(item.figure, period=fiscal(self.edition.fiscal_year))
                self.findings.period_assumed(item.id, item.figure, indicator, "")
            elif item.figure.measure == "level" and not _covers(indicator, item.figure):
                other = _as_kind(period, indicator.covers or "")
                agrees = bool(self.previous.of(indicator.id)) and self._agreeing_value(self.groups[item.group], indicator) is not None
                near = agrees if self.previous.observations else period.end == self.edition.period_end
                if other and near:
                    self.findings.period_assumed(item.id, item.figure, indicator, f"{period.start}/{period.end}")
                    item.figure = replace(item.figure, period=other)
                else:
                    self.findings.ambiguous_period(item.id, item.figure, indicator)

    def _observation(self, item: _Item, indicator: Indicator) -> Observation:
        figure, meta = item.figure, self.edition.series.meta
        assert figure.period is not None
        base = figure.base
        notes = [f"{CORRECTED}: {item.corrected}"] if item.corrected else []
        code = self._unit_of(item, indicator)
        if item.mended_unit:
            notes.append(f"印刷された単位「{figure.unit}」を指標の単位に読み替え（printed unit {figure.unit}, published in the indicator's）")
        return Observation(
            self.edition.edition_id, meta.area_code, meta.standard_area_code, indicator.id, figure.measure, fiscal_year_of(figure.period.end),
            figure.period.start, figure.period.end, base.start if base else None, base.end if base else None,
            figure.value, code, figure.qualifier, figure.decimals, figure.value.scaleb(-figure.scale), figure.unit, figure.scale,
            "A", "。".join(notes), figure.raw, figure.page, item.id,
        )

    def _mark_breaks(self, observations: list[Observation]) -> None:
        """The first number from the year of a break on says that it does not continue what stood before."""
        now = Known(observations)
        for indicator in self.indicators.values():
            levels = now.of(indicator.id)
            for each in indicator.breaks:
                since = [o for o in (*levels, *self.previous.of(indicator.id)) if o.fiscal_year >= each.fiscal_year]
                first = min((o.fiscal_year for o in since), default=None)
                for observation in levels:
                    if observation.fiscal_year == first:
                        observation.obs_status = each.status
                        observation.obs_note = "。".join(note for note in (observation.obs_note, f"{each.note.ja}（{each.note.en}）") if note)

    def _unit_of(self, item: _Item, indicator: Indicator) -> str:
        """The code published: the figure's own where the indicator allows it, else the indicator's."""
        allowed = indicator.units_of(item.figure.measure)
        code = unit_code(item.figure.unit)
        return code if code in allowed else allowed[0]

    def _statements(self, observations: list[Observation]) -> list[StatementRow]:
        """Every statement as a row; labels without a number also become null observations of their indicators."""
        counted = {o.indicator_id for o in observations}
        rows = []
        for entry, statement in enumerate(self.reading.statements, 1):
            indicator = self._indicator_of(statement, counted)
            if indicator and statement.kind == "label" and indicator.id not in counted:
                observations.append(self._null(indicator, statement))
                counted.add(indicator.id)
            rows.append(StatementRow(
                self.edition.edition_id, entry, statement.page, statement.section_no, statement.section_title, statement.title,
                statement.kind, statement.text, indicator.id if indicator else None, statement.period, statement.box,
            ))
        return rows

    def _indicator_of(self, statement: Statement, counted: set[str]) -> Indicator | None:
        section = self._section_of(statement)
        if statement.kind == "target":
            text = plain_name(f"{statement.title}{statement.text}")
            targets = [i for i in self.indicators.values() if i.target and section in (None, i.section)]
            return next((i for i in targets if i.target and plain_name(i.target.text) in text), None)
        if statement.kind != "label":
            return None
        named = [
            ((rank, _covers(indicator, statement)), indicator) for indicator, rank in self.names.of(statement, section)
            if section in (None, indicator.section) and (indicator.without_number or indicator.id not in counted)
        ]
        free = [pair for pair in named if pair[1].id not in counted]
        return max(free or named, key=lambda pair: pair[0], default=(None, None))[1]

    def _null(self, indicator: Indicator, statement: Statement) -> Observation:
        period = statement.period or fiscal(self.edition.fiscal_year)
        meta = self.edition.series.meta
        return Observation(
            self.edition.edition_id, meta.area_code, meta.standard_area_code, indicator.id, "level", fiscal_year_of(period.end),
            period.start, period.end, None, None, None, indicator.unit, None, None, None, None, None,
            "O", "報告書に数値が印刷されていない", statement.text, statement.page, None,
        )

    def _check_figures(self, items: list[_Item]) -> None:
        """What is odd about single figures, whether or not they were matched."""
        self.findings.repairs([(item.id, item.figure, item.indicator) for item in items])
        for item in items:
            figure = item.figure
            if figure.source == "ocr" and not item.corrected:
                self.findings.ocr(item.id, figure)
            if item.indicator is None:
                continue
            section = self._section_of(figure)
            if section not in (None, item.indicator.section):
                self.findings.moved(item.id, figure, item.indicator)
            if item.mended_unit and not self.findings.has("unit_changed", item.id):
                self.findings.unit_loose(item.id, figure, item.indicator)
            last = self._last(item.indicator.id, figure.measure)
            if last and last.source_unit and not item.mended_unit:
                self.findings.unit_printed(item.id, figure, item.indicator, last)

    def _check_indicators(self, observations: list[Observation]) -> None:
        """Expected indicators and measures that the report does not have."""
        found: dict[str, set[str]] = defaultdict(set)
        for observation in observations:
            found[observation.indicator_id].add(observation.measure)
        waiting = self.findings.proposed()
        for indicator in self.indicators.values():
            before = [o for o in self.previous.observations if o.indicator_id == indicator.id]
            if indicator.id not in found:
                if indicator.id not in waiting:
                    self.findings.missing(indicator, before)
                continue
            if not indicator.without_number:
                had = [*indicator.expected_measures, *(["target"] if self.previous.of(indicator.id, "target") else [])]
                if lacking := [m for m in dict.fromkeys(had) if m not in found[indicator.id]]:
                    self.findings.measure_missing(indicator, lacking)
            self._check_progress(indicator, [o for o in observations if o.indicator_id == indicator.id])

    def _check_progress(self, indicator: Indicator, now: list[Observation]) -> None:
        """A number that was up to date in the edition before, and has not moved on with this one."""
        last, newest = self._last(indicator.id), max((o for o in now if o.measure == "level"), key=lambda o: o.period_end, default=None)
        if last is None or newest is None or newest.value is None or newest.period_end > last.period_end:
            return
        if self.findings.has("ambiguous_period", newest.figure_id or ""):
            return
        if last.fiscal_year == max(o.fiscal_year for o in self.previous.observations if o.measure == "level"):
            self.findings.not_updated(newest, last)

    def _check_mappings(self) -> None:
        """A mapping of this edition that no figure or statement uses, or that names no indicator, no longer holds."""
        everything: list[Figure | Statement] = [*self.reading.figures, *self.reading.statements]
        for mapping in self.decisions.mappings:
            if mapping.indicator not in self.edition.series.indicators:
                self.findings.stale(f"mapping:{mapping.label}", mapping.indicator, "")
            elif not any(mapping_fits(mapping, entry, self._section_of(entry)) for entry in everything):
                self.findings.stale(f"mapping:{mapping.label}", mapping.label, "")


_PRINTED, _SAME_CODE, _NOMINAL = 3, 2, 1  # how well a unit fits


def _sections(
    edition: Edition, known: MappingOf[str, str], entries: Sequence[Figure | Statement],
) -> dict[tuple[str, str], str | None]:
    """The section that each heading of a report means: by its words, then by words that are near, last by its number.

    A number counts only where no other heading of the report is that section by its words: sections are renumbered over the years.
    """
    numbers = {section.number: section.id for section in edition.series.meta.sections if section.number}
    headings = list(dict.fromkeys((entry.section_no, entry.section_title) for entry in entries))
    found: dict[tuple[str, str], str | None] = {}
    for heading in headings:
        if not any(heading):
            found[heading] = None
        elif section := known.get(plain_name(heading[1])):
            found[heading] = section
    for heading in headings:
        if heading not in found and heading[1]:
            title = plain_name(heading[1])
            likeness, section = max((fuzz.ratio(title, name), section) for name, section in known.items())
            if likeness >= NEAR_SECTION and section not in found.values():
                found[heading] = section
    for heading in headings:
        if heading not in found:
            section = numbers.get(heading[0], "")
            taken = heading[1] and section in [found[other] for other in found if other[1] and other[0] != heading[0]]
            found[heading] = "" if taken else section
    return found


def unit_fit(indicator: Indicator, figure: Figure) -> int:
    """How well a figure's printed unit fits an indicator: 0 not at all."""
    code = unit_code(figure.unit)
    if figure.measure in ("level", "target", "change") and indicator.unit_printed is not None and code == indicator.unit:
        return _PRINTED if figure.unit == indicator.unit_printed else _SAME_CODE
    if code is not None and code in indicator.units_of(figure.measure):
        return _PRINTED if code != figure.unit and _is_first_form(code, figure.unit) else _SAME_CODE
    return _NOMINAL if figure.unit in indicator.nominal_units else 0


def _is_first_form(code: str, printed: str) -> bool:
    from sources.registry import unit

    entry = unit(code)
    return entry is not None and entry.name.ja == printed


def _base_unit(figure: Figure) -> str:
    """The unit by which figures of one thing are grouped; a growth belongs to whatever stands beside it."""
    return "" if figure.measure == "growth" else figure.unit.replace("ポイント", "%")


def _covers(indicator: Indicator, entry: Figure | Statement) -> int:
    """Whether the period is of the kind that the indicator speaks of: 2 yes, 1 not known, 0 no."""
    if indicator.covers is None or entry.period is None or (isinstance(entry, Figure) and entry.measure == "target"):
        return 1
    return 2 if period_covers(entry.period) == indicator.covers else 0


def period_covers(period: Period | None) -> str:
    """What kind of period a number speaks of: a date, one year, several years together; empty where none is known."""
    if period is None:
        return ""
    return "date" if period.kind == "as_of" else "years" if period.kind in ("fiscal_years", "since") else "year"


def _as_kind(period: Period, covers: str) -> Period | None:
    """A fiscal year as the day of its end, or such a day as its year; nothing else follows from the other."""
    if covers == "date" and period.kind == "fiscal_year":
        return Period("as_of", period.end, period.end)
    if covers == "year" and period.kind == "as_of" and (period.end.month, period.end.day) == (3, 31):
        return fiscal(period.end.year - 1)
    return None


def fiscal_year_of(day: date) -> int:
    return day.year if day.month >= 4 else day.year - 1


def plain_text(text: str) -> str:
    """Printed characters without differences of width and space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _full_id(edition: Edition, figure: str) -> str:
    return figure if figure.startswith(f"{edition.edition_id}-") else f"{edition.edition_id}-{figure}"


def _apply(correction: Correction, figure: Figure) -> Figure:
    """A figure with what a person said is right; how it was printed stays."""
    use = correction.use
    changes: dict[str, object] = {
        name: value for name in ("unit", "measure", "component", "qualifier", "label", "title")
        if (value := getattr(use, name)) is not None
    }
    if use.value is not None:
        changes["value"] = Decimal(use.value)
    for name, start, end in (("period", use.period_start, use.period_end), ("base", use.base_start, use.base_end)):
        if start is not None and end is not None:
            old = getattr(figure, name)
            kind = use.period_kind or (old.kind if old and name == "period" else "as_of" if start == end else "interval")
            changes[name] = Period(kind, start, end)
    return replace(figure, **changes)  # type: ignore[arg-type]
