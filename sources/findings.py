"""What a person should know or decide about an edition: every kind of finding, its severity, its words and its remedy.

Matching says when something is found; this module says what that means. A finding's id is made of its kind and its place, so that a
decision about it holds when the edition is read again. Errors block publication until a decision settles them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sources.decisions import Acknowledgement, Decisions
from sources.exactness import agree, behind, exacter
from sources.names import without_role
from sources.notation.units import canonical
from sources.observations import Finding, Known, Observation
from sources.records import Figure, LedgerEntry
from sources.registry import Edition, Indicator

JUMP = 100  # a level that is this many times another one lost or gained a multiplier
NEAR_IN_TIME = 3 * 366  # days within which such a rise needs an explanation
# Kinds in the order in which a person looks at them; the severity that each has while nobody decided.
KINDS = {
    "stale_decision": "error",
    "ocr": "error",
    "duplicate": "error",
    "ambiguous": "error",
    "ambiguous_period": "error",
    "renamed": "error",
    "new": "error",
    "vanished": "error",
    "missing": "error",
    "unit_changed": "error",
    "magnitude": "error",
    "swapped": "error",
    "restated": "error",
    "target_changed": "error",
    "cumulative_fell": "error",
    "refined": "warning",
    "not_updated": "warning",
    "unnamed": "warning",
    "measure_missing": "warning",
    "unit_loose": "warning",
    "period_assumed": "warning",
    "not_read": "warning",
    "loosened": "note",
    "moved": "note",
    "unit_printed": "note",
    "homoglyph": "note",
    "repaired": "note",
}
COVERS = {"date": ("一時点", "a date"), "year": ("一年度", "one year"), "years": ("複数年度の合計", "several years together")}
_REPAIR = re.compile(r"(.) \(U\+[0-9A-F]{4,6}\)(?: read as (.))?")
SIGNED = '    reason: ""\n    who: ""\n    when: YYYY-MM-DD\n'


class Findings:
    """Collects the findings of one edition."""

    def __init__(self, edition: Edition, indicators: Mapping[str, Indicator], decisions: Decisions) -> None:
        self.edition, self.indicators, self.decisions = edition, indicators, decisions
        self.in_doubt: set[str] = set()  # indicators whose numbers seem to be another's: nothing else is said of them
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

    def _acknowledged(self, name: str, expect: str) -> bool:
        """Whether a person let a finding stand: a name that is like another's is then a name of its own."""
        return any(a.finding == name and "".join(a.expect.split()) == "".join(expect.split()) for a in self.decisions.acknowledgements)

    def stale(self, place: str, expect: str, now: str, figure_id: str | None = None) -> None:
        found_ja, found_en = (f"今は「{now}」です", f"now it is '{now}'") if now else ("今は見つかりません", "now there is nothing like it")
        self._add("stale_decision", place, f"決定「{place}」は「{expect}」を前提としていますが、{found_ja}。決定を見直してください。",
                  f"the decision '{place}' expects '{expect}', but {found_en}. Look at it again and change or remove it.",
                  expect=now, figure=figure_id, remedy=f"# {self.edition.decisions_file.name}: {place}\n")

    def settled(self) -> list[Finding]:
        """All findings, the acknowledged ones as notes; an acknowledgement that no longer holds is a finding itself."""
        for decision in self.decisions.acknowledgements:
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

    def repairs(self, read: Sequence[tuple[str, Figure, Indicator | None]]) -> None:
        """What the reading repaired, told of the figures whose words it is in; the reader notes it at all figures of a paragraph."""
        noted: dict[tuple[int, str], list[tuple[str, Figure, Indicator | None]]] = defaultdict(list)
        for entry in read:
            for note in filter(None, entry[1].note.split("; ")):
                noted[entry[1].page, note].append(entry)
        for (_, note), entries in noted.items():
            kind = "homoglyph" if _REPAIR.match(note) else "repaired"
            for figure_id, figure, indicator in [entry for entry in entries if _is_about(note, entry[1])] or entries[:1]:
                self._add(kind, figure_id, f"「{figure.raw}」の読み取りで補正がありました: {note}", f"reading '{figure.raw}': {note}",
                          expect=figure.raw, indicator=indicator.id if indicator else None, figure=figure_id, now=evidence(figure, figure_id))

    def not_read(self, entry: LedgerEntry) -> None:
        self._add("not_read", f"p{entry.page:02d}:{_slug(entry.text)}:{entry.box.x0:.0f},{entry.box.top:.0f}",
                  f"{entry.page}ページの「{entry.text}」を読めませんでした（{entry.reason}）。", f"'{entry.text}' on page {entry.page} was not read: {entry.reason}.",
                  expect=entry.text, now={"text": entry.text, "page": entry.page})

    def ambiguous(self, figure_id: str, figure: Figure, candidates: Sequence[str]) -> None:
        self._add("ambiguous", figure_id, f"「{_words(figure)}」{figure.raw}は、{'、'.join(candidates)}のどれとも読めます。",
                  f"'{_words(figure)}' {figure.raw} fits each of {', '.join(candidates)}.", expect=figure.raw, figure=figure_id,
                  now=evidence(figure, figure_id), remedy=mapping(figure, candidates[0]))

    def period_assumed(self, figure_id: str, figure: Figure, indicator: Indicator, printed: str) -> None:
        what_ja, what_en = (f"期間が{printed}と読めます", f"seems to speak of {printed}") if printed else ("期間が印刷されていません", "is printed without a period")
        how_ja, how_en = ("これまでと同じ種類の期間としました", "the kind of period it always had is taken") if printed else (
            "報告書の年度としました", "the report's own fiscal year is taken")
        self._add("period_assumed", figure_id, f"「{indicator.name.ja}」{figure.raw}は{what_ja}。{how_ja}。", f"{indicator.id} {figure.raw} {what_en}; {how_en}.",
                  expect=figure.raw, indicator=indicator.id, figure=figure_id, now=evidence(figure, figure_id))

    def ambiguous_period(self, figure_id: str, figure: Figure, indicator: Indicator) -> None:
        assert figure.period is not None
        period = f"{figure.period.start}/{figure.period.end}"
        kind_ja, kind_en = COVERS[indicator.covers or "year"]
        self._add("ambiguous_period", figure_id,
                  f"「{indicator.name.ja}」は{kind_ja}の値ですが、{figure.raw}の期間は{period}と読めます。",
                  f"{indicator.id} speaks of {kind_en}, but the period of {figure.raw} reads {period}.",
                  expect=figure.raw, indicator=indicator.id, figure=figure_id, now=evidence(figure, figure_id),
                  remedy=acknowledgement(f"ambiguous_period:{figure_id}", figure.raw) + correction(figure_id, figure, self.edition))

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
        now, before = printed_unit(figure.raw, figure.unit), printed_unit(last.source_text, last.source_unit or "")
        if now == before:
            return
        self._add("unit_printed", f"{indicator.id}:{figure.measure}",
                  f"「{indicator.name.ja}」の単位の表記が「{before}」から「{now}」に変わりました（同じ単位）。",
                  f"the unit of {indicator.id} is now printed '{now}', before '{before}'; it is the same unit.",
                  expect=now, indicator=indicator.id, figure=figure_id, now=evidence(figure, figure_id), before=said(last))

    # -- names

    def moved(self, figure_id: str, figure: Figure, indicator: Indicator) -> None:
        section = f"{figure.section_no} {figure.section_title}".strip()
        self._add("moved", indicator.id, f"「{indicator.name.ja}」は今回「{section}」の下に印刷されています。",
                  f"{indicator.id} is now printed under '{section}'.", expect=section, indicator=indicator.id, figure=figure_id,
                  now=evidence(figure, figure_id))

    def renamed(
        self, ids: Sequence[str], figure: Figure, indicator: Indicator, likeness: float, agrees: Observation | None, bearers: Iterable[str]
    ) -> None:
        """``bearers`` are all indicators that the new name would be a name of."""
        if not self._acknowledged(f"renamed:{_place(figure)}", _words(figure)):
            self._proposed |= {indicator.id, *bearers}
        also_ja = "印刷された値が前の版と一致します。" if agrees else ""
        also_en = " A printed value agrees with the edition before." if agrees else ""
        self._add("renamed", _place(figure), f"「{_words(figure)}」は「{indicator.name.ja}」の新しい名称かもしれません（類似度{likeness:.0f}）。{also_ja}",
                  f"'{_words(figure)}' may be a new name of {indicator.id} (likeness {likeness:.0f}).{also_en}",
                  expect=_words(figure), indicator=indicator.id, figure=ids[0],
                  now=evidence(figure, ids[0]) | {"figures": list(ids), "likeness": round(likeness)},
                  before=said(agrees) | {"names": list(indicator.names)}, remedy=mapping(figure, indicator.id))

    def swapped(self, mine: tuple[str, Figure], its: tuple[str, Figure], last: Observation, others: Observation) -> None:
        """``mine`` is printed as what ``last`` speaks of and says what ``others`` said, and the reverse."""
        self.in_doubt |= {last.indicator_id, others.indicator_id}
        (figure_id, figure), (_, other) = mine, its
        one, two = self.indicators[last.indicator_id], self.indicators[others.indicator_id]
        second = mapping(other, one.id).partition("\n")[2]
        self._add("swapped", f"{one.id}:{two.id}",
                  f"「{one.name.ja}」の前回の値{figure.raw}は前の版の「{two.name.ja}」の値で、逆も同じです。名称が入れ替わっているかもしれません。",
                  f"the earlier value {figure.raw} of {one.id} is what the edition before said of {two.id}, and the reverse: "
                  "their labels may have changed places.", expect=f"{figure.raw} {other.raw}", indicator=one.id, figure=figure_id,
                  now=evidence(figure, figure_id), before=said(last), remedy=mapping(figure, two.id) + second)

    def new(self, ids: Sequence[str], figure: Figure, section: str | None) -> None:
        name = f"new:{_place(figure)}"
        self._add("new", _place(figure), f"「{_words(figure)}」{figure.raw}は、どの指標の名称とも一致しません。新しい指標かもしれません。",
                  f"'{_words(figure)}' {figure.raw} bears no known indicator's name. It may be a new indicator.",
                  expect=_words(figure), figure=ids[0], now=evidence(figure, ids[0]) | {"figures": list(ids), "section": section},
                  remedy=mapping(figure, "") + acknowledgement(name, _words(figure)))

    # -- indicators

    def missing(self, indicator: Indicator, before: Sequence[Observation]) -> None:
        if indicator.without_number and not any(o.value is not None for o in before):
            self._add("unnamed", indicator.id, f"数値のない指標「{indicator.name.ja}」の名称が、この版に見つかりません。",
                      f"{indicator.id}, which has no number, is not named in this edition.", expect="absent", indicator=indicator.id)
            return
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

    def not_updated(self, now: Observation, before: Observation) -> None:
        indicator = self.indicators[now.indicator_id]
        self._add("not_updated", indicator.id, f"「{indicator.name.ja}」の最新の値は前の版と同じ{now.period_end}のものです。更新されていないようです。",
                  f"the newest value of {indicator.id} is still that of {now.period_end}, as in the edition before.", **_both(now, before))

    # -- across editions

    def compare(self, observations: Sequence[Observation], previous: Known) -> None:
        """What this edition says against what the one before it said."""
        now = Known(observations)
        for observation in observations:
            known = previous.find(observation.key)
            if observation.indicator_id in self.in_doubt:
                continue
            if observation.measure == "target":
                known = known or next(reversed(previous.of(observation.indicator_id, "target")), None)
                if known and (_differ(observation, known) or observation.key != known.key):
                    self._target_changed(observation, known)
            elif known and _differ(observation, known):
                self._said_otherwise(observation, known)
        for indicator_id in dict.fromkeys(o.indicator_id for o in observations):
            levels = now.of(indicator_id)
            if levels and indicator_id not in self.in_doubt:
                self._over_time(self.indicators[indicator_id], levels, previous.of(indicator_id))

    def _said_otherwise(self, now: Observation, known: Observation) -> None:
        """The same thing in other words: as exact or less, more exact, of another magnitude, or another number."""
        if now.value is None or known.value is None or self.has("ambiguous_period", now.figure_id or ""):
            return
        if agree(now, known):
            if now.value != known.value and exacter(now, known):
                self._add("refined", _key_place(now), f"前の版の{known.source_text}が、{now.source_text}とより詳しく印刷されました。",
                          f"{known.source_text} of the edition before is now more exact: {now.source_text}.", **_both(now, known))
            else:
                self._add("loosened", _key_place(now), f"前の版の{known.source_text}が{now.source_text}と印刷されています（矛盾しません）。",
                          f"{known.source_text} of the edition before is now printed {now.source_text}, which agrees.", **_both(now, known))
        elif _jumped(now.value, known.value):
            self._magnitude(now, known)
        else:
            self._add("restated", _key_place(now), f"前の版の{known.source_text}が、{now.source_text}に改められています。",
                      f"{known.source_text} of the edition before is now {now.source_text}.", **_both(now, known))

    def _target_changed(self, now: Observation, known: Observation) -> None:
        self._add("target_changed", now.indicator_id,
                  f"目標が{known.source_text}（{known.fiscal_year}年度）から{now.source_text}（{now.fiscal_year}年度）に変わりました。",
                  f"the target was {known.source_text} (fiscal {known.fiscal_year}) and is now {now.source_text} (fiscal {now.fiscal_year}).",
                  **_both(now, known))

    def _over_time(self, indicator: Indicator, now: list[Observation], before: list[Observation]) -> None:
        """A lost multiplier, and a cumulative count that fell, from one period to the next."""
        here = {o.key for o in now}
        settled = {(o.key, o.value) for o in before}  # what the edition before said was looked at when it was accepted
        line = sorted((*now, *(o for o in before if o.key not in here)), key=lambda o: o.period_end)
        for earlier, later in pairwise(line):
            assert earlier.value is not None and later.value is not None
            apart = (later.period_end - earlier.period_end).days
            broken = any(earlier.fiscal_year < b.fiscal_year <= later.fiscal_year for b in indicator.breaks)
            if broken or not apart or {(earlier.key, earlier.value), (later.key, later.value)} <= settled:
                continue
            if apart <= NEAR_IN_TIME and _jumped(later.value, earlier.value):
                self._magnitude(later, earlier)
            alike = earlier.period_start == later.period_start or all((o.period_end - o.period_start).days <= 366 for o in (earlier, later))
            if indicator.cumulative and alike and behind(later).high < behind(earlier).low:
                self._add("cumulative_fell", indicator.id,
                          f"累計「{indicator.name.ja}」が{earlier.source_text}から{later.source_text}に減っています。",
                          f"the cumulative {indicator.id} fell from {earlier.source_text} to {later.source_text}.",
                          **_both(later, earlier))

    def _magnitude(self, now: Observation, known: Observation) -> None:
        self._add("magnitude", _key_place(now), f"{known.source_text}に対して{now.source_text}は桁が違います。倍数（千・万）の脱落かもしれません。",
                  f"{now.source_text} is of another magnitude than {known.source_text}; a multiplier may be lost.",
                  **_both(now, known))


def _both(now: Observation, known: Observation) -> dict[str, Any]:
    """What a finding about two observations of different editions carries."""
    return {"expect": now.source_text, "indicator": now.indicator_id, "figure": now.figure_id, "now": said(now), "before": said(known)}


def _is_about(note: str, figure: Figure) -> bool:
    repair = _REPAIR.match(note)
    if repair is None:
        return True
    words = f"{figure.title}{figure.label}"
    return repair[1] in f"{words}{figure.raw}" or bool(repair[2] and repair[2] in words)


def printed_unit(raw: str, unit: str) -> str:
    """The unit in the spelling of the page (人 where figures have 名); ``unit`` where the number is printed without it."""
    text = "".join(unicodedata.normalize("NFKC", raw).split())
    after = re.split(r"[0-9](?:[十百千万億兆]+)?(?![0-9,.])", text)[-1]
    after = re.sub(r"(超え|超|以上|以下|以内|未満|程度|前後|弱|強|増|減|分|中|台)+$", "", after)
    return after if after and canonical(after) == canonical(unit) else unit


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


def correction(figure_id: str, figure: Figure, edition: Edition | None = None) -> str:
    """What to write where a figure is wrong: its value and unit, or, with an edition, its period."""
    use = f"value: {figure.value}, unit: {_quoted(figure.unit or '')}"
    if edition is not None:
        use = f"period_kind: as_of, period_start: {edition.period_end}, period_end: {edition.period_end}"
        if figure.period and figure.period.kind == "as_of":
            use = f"period_kind: fiscal_year, period_start: {edition.period_start}, period_end: {edition.period_end}"
    return f"corrections:\n  - figure: {figure_id}\n    expect: {_quoted(figure.raw)}\n    use: {{{use}}}\n{SIGNED}"


def mapping(figure: Figure, indicator: str) -> str:
    title = f"    title: {_quoted(figure.title)}\n" if figure.title and figure.label else ""
    return f"mappings:\n  - label: {_quoted(without_role(figure.label) or figure.title)}\n{title}    indicator: {indicator or _quoted('')}\n{SIGNED}"


def signed(remedy: str, who: str, reason: str, today: str) -> str:
    """A remedy as it stands in a finding, signed."""
    return (remedy.replace('who: ""', f"who: {_quoted(who)}").replace('reason: ""', f"reason: {_quoted(reason)}")
            .replace("YYYY-MM-DD", today))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _words(figure: Figure) -> str:
    return " ".join(dict.fromkeys(part for part in (figure.title, without_role(figure.label)) if part))


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
