"""What a person should know or decide about an edition: every kind of finding, its severity, its words and its remedy.

Matching says when something is found; this module says what that means. A finding's id is made of its kind and its place, so that a
decision about it holds when the edition is read again. Errors block publication until a decision settles them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from sources.decisions import Acknowledgement, Decisions
from sources.observations import Finding, Key, Observation
from sources.records import Figure, LedgerEntry
from sources.registry import Edition, Indicator

JUMP = 100  # a level that is this many times another one lost or gained a multiplier
# Kinds in the order in which a person looks at them; the severity that each has while nobody decided.
KINDS = {
    "stale_decision": "error",
    "ocr": "error",
    "duplicate": "error",
    "ambiguous": "error",
    "renamed": "error",
    "new": "error",
    "vanished": "error",
    "missing": "error",
    "unit_changed": "error",
    "magnitude": "error",
    "restated": "error",
    "target_changed": "error",
    "cumulative_fell": "error",
    "refined": "warning",
    "measure_missing": "warning",
    "unit_loose": "warning",
    "ambiguous_period": "warning",
    "not_read": "warning",
    "unit_printed": "note",
    "homoglyph": "note",
    "repaired": "note",
}
SIGNED = '    reason: ""\n    who: ""\n    when: YYYY-MM-DD\n'


class Findings:
    """Collects the findings of one edition."""

    def __init__(self, edition: Edition, indicators: Mapping[str, Indicator]) -> None:
        self.edition, self.indicators = edition, indicators
        self._found: dict[str, Finding] = {}
        self._proposed: set[str] = set()

    def _add(
        self, kind: str, place: str, ja: str, en: str, *, expect: str, indicator: str | None = None, figure: str | None = None,
        now: dict[str, object] | None = None, before: dict[str, object] | None = None, remedy: str | None = None,
    ) -> None:
        name = f"{kind}:{place}"
        if KINDS[kind] == "note":
            remedy = ""
        elif remedy is None:
            remedy = acknowledgement(name, expect)
        self._found.setdefault(
            name, Finding(name, kind, KINDS[kind], ja, en, indicator, figure, expect, now or {}, before or {}, remedy))

    def has(self, kind: str, place: str) -> bool:
        return f"{kind}:{place}" in self._found

    def proposed(self) -> set[str]:
        """The indicators that a near name was proposed for: they are not missing but waiting."""
        return self._proposed

    # -- decisions

    def stale(self, place: str, expect: str, now: str, figure_id: str | None = None) -> None:
        found_ja, found_en = (f"今は「{now}」です", f"now it is '{now}'") if now else ("今は見つかりません", "now there is nothing like it")
        self._add("stale_decision", place, f"決定「{place}」は「{expect}」を前提としていますが、{found_ja}。決定を見直してください。",
                  f"the decision '{place}' expects '{expect}', but {found_en}. Look at it again and change or remove it.",
                  expect=now, figure=figure_id, remedy=f"# {self.edition.decisions_file.name}: {place}\n")

    def settled_by(self, decisions: Decisions) -> list[Finding]:
        """All findings, the acknowledged ones as notes; an acknowledgement that no longer holds is a finding itself."""
        for decision in decisions.acknowledgements:
            finding = self._found.get(decision.finding)
            if finding is None:
                if decision.finding.partition(":")[0] in KINDS:
                    self.stale(decision.finding, decision.expect, "")
            elif finding.kind == "stale_decision" or not _holds(decision, finding):
                self.stale(decision.finding, decision.expect, finding.expect)
            else:
                finding.severity, finding.settled = "note", decision.reason
        order = list(KINDS)
        return sorted(self._found.values(), key=lambda f: (bool(f.settled), order.index(f.kind), f.id))

    # -- single figures

    def ocr(self, figure_id: str, figure: Figure) -> None:
        sure = "" if figure.confidence is None else f"{figure.confidence:.0%}"
        self._add("ocr", figure_id, f"「{figure.raw}」は画像の文字認識で読んだ数値です（確からしさ {sure or '不明'}）。目で確かめてください。",
                  f"'{figure.raw}' was read from a picture ({sure or 'certainty unknown'}). Compare it with the page.",
                  expect=figure.raw, figure=figure_id, now=evidence(figure, figure_id),
                  remedy=acknowledgement(f"ocr:{figure_id}", figure.raw) + correction(figure_id, figure))

    def noted(self, figure_id: str, figure: Figure) -> None:
        kind = "homoglyph" if re.search(r"U\+[0-9A-F]{4,6}", figure.note) else "repaired"
        self._add(kind, figure_id, f"「{figure.raw}」の読み取りで補正がありました: {figure.note}", f"reading '{figure.raw}': {figure.note}",
                  expect=figure.raw, figure=figure_id, now=evidence(figure, figure_id))

    def not_read(self, entry: LedgerEntry) -> None:
        self._add("not_read", f"p{entry.page:02d}:{_slug(entry.text)}:{entry.box.x0:.0f},{entry.box.top:.0f}",
                  f"{entry.page}ページの「{entry.text}」を読めませんでした（{entry.reason}）。", f"'{entry.text}' on page {entry.page} was not read: {entry.reason}.",
                  expect=entry.text, now={"text": entry.text, "page": entry.page})

    def ambiguous(self, figure_id: str, figure: Figure, candidates: Sequence[str]) -> None:
        self._add("ambiguous", figure_id, f"「{_words(figure)}」{figure.raw}は、{'、'.join(candidates)}のどれとも読めます。",
                  f"'{_words(figure)}' {figure.raw} fits each of {', '.join(candidates)}.", expect=figure.raw, figure=figure_id,
                  now=evidence(figure, figure_id), remedy=mapping(figure, candidates[0]))

    def ambiguous_period(self, figure_id: str, figure: Figure, indicator: Indicator) -> None:
        self._add("ambiguous_period", figure_id, f"「{indicator.name.ja}」{figure.raw}の期間が印刷されていません。報告書の年度としました。",
                  f"no period is printed for {indicator.id} {figure.raw}; the report's own fiscal year is taken.",
                  expect=figure.raw, indicator=indicator.id, figure=figure_id, now=evidence(figure, figure_id))

    def duplicate(self, figure_id: str, figure: Figure, indicator: Indicator, first: Observation) -> None:
        self._add("duplicate", figure_id, f"「{indicator.name.ja}」の同じ期間に{first.source_text}と{figure.raw}の二つがあります。",
                  f"{indicator.id} has two numbers for one period: {first.source_text} and {figure.raw}.",
                  expect=figure.raw, indicator=indicator.id, figure=figure_id, now=evidence(figure, figure_id),
                  before=said(first), remedy=acknowledgement(f"duplicate:{figure_id}", figure.raw) + correction(figure_id, figure))

    # -- units

    def unit_loose(self, figure_id: str, figure: Figure, indicator: Indicator) -> None:
        self._add("unit_loose", figure_id, f"「{indicator.name.ja}」の{figure.raw}は単位「{figure.unit}」で印刷されています。指標の単位で公開します。",
                  f"{figure.raw} of {indicator.id} is printed in '{figure.unit}'; it is published in the indicator's unit.",
                  expect=figure.raw, indicator=indicator.id, figure=figure_id, now=evidence(figure, figure_id))

    def unit_changed(self, figure_id: str, figure: Figure, indicator: Indicator, last: Observation | None) -> None:
        name = f"unit_changed:{figure_id}"
        self._add("unit_changed", figure_id, f"「{indicator.name.ja}」の{figure.raw}の単位「{figure.unit}」は、指標の単位と違います。",
                  f"the unit '{figure.unit}' of {figure.raw} is not that of {indicator.id}.",
                  expect=figure.raw, indicator=indicator.id, figure=figure_id, now=evidence(figure, figure_id), before=said(last),
                  remedy=acknowledgement(name, figure.raw) + correction(figure_id, figure))

    def unit_printed(self, figure_id: str, figure: Figure, indicator: Indicator, last: Observation) -> None:
        self._add("unit_printed", f"{indicator.id}:{figure.measure}",
                  f"「{indicator.name.ja}」の単位の表記が「{last.source_unit}」から「{figure.unit}」に変わりました（同じ単位）。",
                  f"the unit of {indicator.id} is now printed '{figure.unit}', before '{last.source_unit}'; it is the same unit.",
                  expect=figure.unit, indicator=indicator.id, figure=figure_id, now=evidence(figure, figure_id), before=said(last))

    # -- names

    def renamed(self, ids: Sequence[str], figure: Figure, indicator: Indicator, likeness: float, agrees: Observation | None) -> None:
        self._proposed.add(indicator.id)
        also_ja = "印刷された値が前の版と一致します。" if agrees else ""
        also_en = " A printed value agrees with the edition before." if agrees else ""
        self._add("renamed", _place(figure), f"「{_words(figure)}」は「{indicator.name.ja}」の新しい名称かもしれません（類似度{likeness:.0f}）。{also_ja}",
                  f"'{_words(figure)}' may be a new name of {indicator.id} (likeness {likeness:.0f}).{also_en}",
                  expect=_words(figure), indicator=indicator.id, figure=ids[0],
                  now=evidence(figure, ids[0]) | {"figures": list(ids), "likeness": round(likeness)},
                  before=said(agrees) | {"names": list(indicator.names)}, remedy=mapping(figure, indicator.id))

    def new(self, ids: Sequence[str], figure: Figure, section: str | None) -> None:
        name = f"new:{_place(figure)}"
        self._add("new", _place(figure), f"「{_words(figure)}」{figure.raw}は、どの指標の名称とも一致しません。新しい指標かもしれません。",
                  f"'{_words(figure)}' {figure.raw} bears no known indicator's name. It may be a new indicator.",
                  expect=_words(figure), figure=ids[0], now=evidence(figure, ids[0]) | {"figures": list(ids), "section": section},
                  remedy=mapping(figure, "") + acknowledgement(name, _words(figure)))

    # -- indicators

    def missing(self, indicator: Indicator, before: Sequence[Observation]) -> None:
        kind = "vanished" if before else "missing"
        was_ja, was_en = ("前の版にありましたが、", "was in the edition before, but ") if before else ("", "")
        last = max(before, key=lambda o: (o.measure == "level", o.period_end), default=None)
        year = self.edition.fiscal_year - 1
        self._add(kind, indicator.id, f"「{indicator.name.ja}」は{was_ja}この版に見つかりません。", f"{indicator.id} {was_en}is not found in this edition.",
                  expect="absent", indicator=indicator.id, before=said(last),
                  remedy=f"# indicators.yaml, {indicator.id}: validity: {{last: {year}}}\n" + acknowledgement(f"{kind}:{indicator.id}", "absent"))

    def measure_missing(self, indicator: Indicator, lacking: Sequence[str]) -> None:
        self._add("measure_missing", indicator.id, f"「{indicator.name.ja}」に{'・'.join(lacking)}がありません。",
                  f"{indicator.id} has no {' and no '.join(lacking)}.", expect=",".join(lacking), indicator=indicator.id)

    # -- across editions

    def compare(self, observations: Sequence[Observation], previous: Mapping[Key, Observation]) -> None:
        """What this edition says against what the one before it said."""
        levels: dict[str, list[Observation]] = defaultdict(list)
        before: dict[str, list[Observation]] = defaultdict(list)
        for observation in observations:
            if observation.measure == "level" and observation.value is not None:
                levels[observation.indicator_id].append(observation)
            known = previous.get(observation.key)
            if known and observation.measure != "target" and _differ(observation, known):
                self._restated(observation, known)
            if observation.measure == "target" and not known:
                known = next((o for o in previous.values() if (o.indicator_id, o.measure) == (observation.indicator_id, "target")), None)
            if known and observation.measure == "target" and (_differ(observation, known) or observation.key != known.key):
                self._target_changed(observation, known)
        for known in previous.values():
            if known.measure == "level" and known.value is not None:
                before[known.indicator_id].append(known)
        for indicator_id, now in levels.items():
            self._over_time(self.indicators[indicator_id], now, before[indicator_id])

    def _restated(self, now: Observation, known: Observation) -> None:
        if now.value is None or known.value is None:
            return
        place = _key_place(now)
        if _jumped(now.value, known.value):
            self._magnitude(now, known)
        elif refines(now, known):
            self._add("refined", place, f"前の版の{known.source_text}が、{now.source_text}とより詳しく印刷されました。",
                      f"{known.source_text} of the edition before is now more exact: {now.source_text}.",
                      expect=now.source_text, indicator=now.indicator_id, figure=now.figure_id, now=said(now), before=said(known))
        else:
            self._add("restated", place, f"前の版の{known.source_text}が、{now.source_text}に改められています。",
                      f"{known.source_text} of the edition before is now {now.source_text}.",
                      expect=now.source_text, indicator=now.indicator_id, figure=now.figure_id, now=said(now), before=said(known))

    def _target_changed(self, now: Observation, known: Observation) -> None:
        self._add("target_changed", now.indicator_id,
                  f"目標が{known.source_text}（{known.fiscal_year}年度）から{now.source_text}（{now.fiscal_year}年度）に変わりました。",
                  f"the target was {known.source_text} (fiscal {known.fiscal_year}) and is now {now.source_text} (fiscal {now.fiscal_year}).",
                  expect=now.source_text, indicator=now.indicator_id, figure=now.figure_id, now=said(now), before=said(known))

    def _over_time(self, indicator: Indicator, now: list[Observation], before: list[Observation]) -> None:
        """A lost multiplier, and a cumulative count that fell, from one period to the next."""
        here = {o.key for o in now}
        line = sorted((*now, *(o for o in before if o.key not in here)), key=lambda o: o.period_end)
        for earlier, later in pairwise(line):
            assert earlier.value is not None and later.value is not None
            if {earlier.edition_id, later.edition_id} == {before[0].edition_id if before else ""}:
                continue  # settled when that edition was accepted
            if _jumped(later.value, earlier.value):
                self._magnitude(later, earlier)
            if indicator.cumulative and later.value < earlier.value:
                self._add("cumulative_fell", indicator.id,
                          f"累計「{indicator.name.ja}」が{earlier.source_text}から{later.source_text}に減っています。",
                          f"the cumulative {indicator.id} fell from {earlier.source_text} to {later.source_text}.",
                          expect=later.source_text, indicator=indicator.id, figure=later.figure_id, now=said(later), before=said(earlier))

    def _magnitude(self, now: Observation, known: Observation) -> None:
        self._add("magnitude", _key_place(now), f"{known.source_text}に対して{now.source_text}は桁が違います。倍数（千・万）の脱落かもしれません。",
                  f"{now.source_text} is of another magnitude than {known.source_text}; a multiplier may be lost.",
                  expect=now.source_text, indicator=now.indicator_id, figure=now.figure_id, now=said(now), before=said(known))


def refines(now: Observation, known: Observation) -> bool:
    """Whether a later word lies within what the earlier one, as exact as it was, had said."""
    if now.value is None or known.value is None:
        return False
    step = Decimal(1).scaleb((known.unit_mult or 0) - (known.decimals or 0))
    off = now.value - known.value
    if known.qualifier in ("over", "at_least"):
        return 0 <= off < step
    if known.qualifier in ("under", "at_most"):
        return -step < off <= 0
    return abs(off) <= (step if known.qualifier == "about" else step / 2) and now.value != known.value


def _differ(now: Observation, known: Observation) -> bool:
    return (now.value, now.unit_code, now.qualifier) != (known.value, known.unit_code, known.qualifier)


def _jumped(one: Decimal, other: Decimal) -> bool:
    low, high = sorted((abs(one), abs(other)))
    return low > 0 and high >= JUMP and high / low >= JUMP


def _holds(decision: Acknowledgement, finding: Finding) -> bool:
    return "".join(decision.expect.split()) == "".join(finding.expect.split())


# -- evidence and remedies

def evidence(figure: Figure, figure_id: str) -> dict[str, object]:
    period = figure.period
    return {
        "text": figure.raw, "value": str(figure.value), "unit": figure.unit, "page": figure.page, "figure_id": figure_id,
        "label": _words(figure), "period": f"{period.start}/{period.end}" if period else "",
    }


def said(observation: Observation | None) -> dict[str, object]:
    """What an edition said, as evidence."""
    if observation is None:
        return {}
    return {
        "edition_id": observation.edition_id, "text": observation.source_text, "value": str(observation.value),
        "unit": observation.source_unit or "", "page": observation.source_page, "figure_id": observation.figure_id or "",
        "period": f"{observation.period_start}/{observation.period_end}",
    }


def acknowledgement(finding: str, expect: str) -> str:
    return f"acknowledgements:\n  - finding: {_quoted(finding)}\n    expect: {_quoted(expect)}\n{SIGNED}"


def correction(figure_id: str, figure: Figure) -> str:
    return (f"corrections:\n  - figure: {figure_id}\n    expect: {_quoted(figure.raw)}\n"
            f"    use: {{value: {figure.value}, unit: {_quoted(figure.unit)}}}\n{SIGNED}")


def mapping(figure: Figure, indicator: str) -> str:
    title = f"    title: {_quoted(figure.title)}\n" if figure.title and figure.label else ""
    return f"mappings:\n  - label: {_quoted(figure.label or figure.title)}\n{title}    indicator: {indicator or _quoted('')}\n{SIGNED}"


def signed(remedy: str, who: str, reason: str, today: str) -> str:
    """A remedy as it stands in a finding, signed."""
    return (remedy.replace('who: ""', f"who: {_quoted(who)}").replace('reason: ""', f"reason: {_quoted(reason)}")
            .replace("YYYY-MM-DD", today))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _words(figure: Figure) -> str:
    return " ".join(dict.fromkeys(part for part in (figure.title, figure.label) if part))


def _place(figure: Figure) -> str:
    return ":".join((figure.section_no or "-", _slug(_words(figure)), _slug(figure.unit)))


def _key_place(observation: Observation) -> str:
    base = f":{observation.base_end}" if observation.base_end else ""
    return f"{observation.indicator_id}:{observation.measure}:{observation.period_start}/{observation.period_end}{base}"


def _slug(text: str) -> str:
    return re.sub(r"[\s:]+", "_", text)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that block publication."""
    return [finding for finding in findings if finding.severity == "error"]
