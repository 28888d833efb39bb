"""What changes in what the public would see from one state of the tables to another: values, targets, names. Reads tables, writes nothing.

The states may be two editions of the view ``latest``, or the observations of one edition read twice.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from warehouse import fields
from warehouse.fields import Words
from warehouse.site.wording import printed, qualified

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "added": ("追加", "added"),
    "removed": ("なくなる", "removed"),
    "restated": ("改訂", "restated"),  # by a later edition; what the earlier one said stays on record
    "changed": ("変更", "changed"),  # what the same edition says: an erratum
}
WHATS = {
    "indicator": ("指標", "indicator"),
    "target": ("目標", "target"),
    "level": ("値", "value"),
    "change": ("増減", "change"),
    "growth": ("伸び", "growth"),
    "wording": ("目標の文言", "target in words"),
    "statement": ("記述", "statement"),
    "figure": ("印刷された数値", "printed number"),
}
KEY = ("indicator_id", "measure", "period_start", "period_end", "base_start", "base_end")
SAID = ("value", "unit_code", "qualifier", "decimals", "unit_mult", "obs_status", "obs_note")
# What tables without a key are compared by; where on its page a thing stands is no change of what is said.
CONTENTS = {
    "figure": ("page", "title", "label", "measure", "component", "raw", "value", "unit", "qualifier", "period_start", "period_end",
               "base_start", "base_end"),
    "statement": ("page", "title", "kind", "text", "indicator_id", "period_start", "period_end"),
}  # fmt: skip
NAMES = ("name_ja", "name_en", "unit_code", "direction")
Frames = Mapping[str, "pd.DataFrame"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is said before, after, or differently in both. ``before`` and ``after`` are words for people."""

    kind: str  # of KINDS
    what: str  # of WHATS
    indicator_id: str
    name_ja: str
    name_en: str
    period_start: date | None = None
    period_end: date | None = None
    base_start: date | None = None
    base_end: date | None = None
    before: str = ""
    after: str = ""
    before_edition: str = ""
    after_edition: str = ""

    def row(self) -> dict[str, Any]:
        return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(self).items()}


def between(before: Frames, after: Frames, names: Mapping[str, Words] | None = None) -> list[Change]:
    """Every change, indicators first, then target and value by value.

    A state has the frame ``observation`` (the table, or the view ``latest``), and may have ``indicator`` (names), ``wording`` (one
    row an indicator: its target in words), ``figure`` and ``statement``. A frame that one side lacks is not compared. ``names`` are
    those of indicators, where no frame has them.
    """
    names = dict(names or {}) | {row["indicator_id"]: Words(row["name_ja"], row["name_en"]) for state in (before, after) for row in _rows(state.get("indicator"))}
    found = [*_of_indicators(before, after), *_of_words(before, after, names), *_of_observations(before, after, names)]
    for table, columns in CONTENTS.items():
        if table in before and table in after:
            found += _of_contents(table, columns, before[table], after[table])
    return found


def _of_indicators(before: Frames, after: Frames) -> Iterable[Change]:
    if "indicator" not in before or "indicator" not in after:
        return
    was, now = ({row["indicator_id"]: row for row in _rows(state["indicator"])} for state in (before, after))
    for key in _both(was, now):
        old, new = was.get(key), now.get(key)
        words = [", ".join(_in_words("indicator", name, row[name]) for name in NAMES if name in row) if row else "" for row in (old, new)]
        if words[0] != words[1]:
            row = new or old
            assert row is not None
            yield Change(_kind(old, new), "indicator", key, row["name_ja"], row["name_en"], before=words[0], after=words[1])


def _of_words(before: Frames, after: Frames, names: Mapping[str, Words]) -> Iterable[Change]:
    if "wording" not in before or "wording" not in after:
        return
    was, now = ({row["indicator_id"]: row for row in _rows(state["wording"])} for state in (before, after))
    for key in _both(was, now):
        old, new = (was.get(key) or {}), (now.get(key) or {})
        if old.get("text") != new.get("text"):
            name = names.get(key, Words(key, key))
            yield Change(
                _kind(old, new), "wording", key, name.ja, name.en, before=old.get("text") or "", after=new.get("text") or "",
                before_edition=old.get("edition_id") or "", after_edition=new.get("edition_id") or "",
            )  # fmt: skip


def _of_observations(before: Frames, after: Frames, names: Mapping[str, Words]) -> Iterable[Change]:
    was, now = ({tuple(row[name] for name in KEY): row for row in _rows(state["observation"])} for state in (before, after))
    order = sorted(_both(was, now), key=lambda key: (key[1] != "target", key[0], str(key[1]), *(str(part) for part in key[2:])))
    for key in order:
        old, new = was.get(key), now.get(key)
        if old and new and all(old[name] == new[name] for name in SAID):
            continue
        shown = new or old
        assert shown is not None
        name = names.get(shown["indicator_id"]) or Words(shown.get("indicator_ja") or key[0], shown.get("indicator_en") or key[0])
        words = _words(old, new)
        yield Change(
            _kind(old, new), shown["measure"], shown["indicator_id"], name.ja, name.en,
            shown["period_start"], shown["period_end"], shown["base_start"], shown["base_end"], words[0], words[1],
            (old or {}).get("edition_id") or "", (new or {}).get("edition_id") or "",
        )  # fmt: skip


def _of_contents(table: str, columns: Sequence[str], before: pd.DataFrame, after: pd.DataFrame) -> Iterable[Change]:
    was, now = (Counter(tuple(row.get(name) for name in columns) for row in _rows(frame)) for frame in (before, after))
    for kind, only in (("removed", was - now), ("added", now - was)):
        for contents in only.elements():
            row = dict(zip(columns, contents, strict=True))
            name = " ".join(dict.fromkeys(str(row[part]) for part in ("title", "label") if row.get(part)))
            said = f"{row.get('raw') or row.get('text')} (p{row['page']})"
            detail = " ".join(_in_words(table, column, row[column]) for column in ("measure", "value", "unit", "kind") if row.get(column))
            words = f"{said}: {detail}"
            yield Change(
                kind, table, str(row.get("indicator_id") or ""), name, name, row["period_start"], row["period_end"],
                before=words if kind == "removed" else "", after=words if kind == "added" else "",
            )  # fmt: skip


def _both(was: Mapping[Any, Any], now: Mapping[Any, Any]) -> list[Any]:
    return list(dict.fromkeys([*was, *now]))


def _kind(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    if not old:
        return "added"
    if not new:
        return "removed"
    return "restated" if old.get("edition_id") != new.get("edition_id") else "changed"


def _words(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> tuple[str, str]:
    """What each state says: the number with its unit and the printed words, and the note where that is all that differs."""
    said = [_said(row) if row else "" for row in (old, new)]
    if old and new and said[0] == said[1]:
        differing = [name for name in SAID if old[name] != new[name]]
        said = [f"{text} [{', '.join(f'{name}: {row[name]}' for name in differing)}]" for text, row in zip(said, (old, new), strict=True)]
    return said[0], said[1]


def _said(row: Mapping[str, Any]) -> str:
    value = row["value"]
    if value is None:
        return f"({row['source_text']})"
    code = row["unit_code"]
    unit_en, unit_ja = _unit(code)
    en = str(qualified(value, row["measure"], code, unit_en, row["qualifier"], "en"))
    ja = str(qualified(value, row["measure"], code, unit_ja, row["qualifier"], "ja"))
    told = en if ja in (en, printed(row["source_text"])) else f"{en} / {ja}"
    return f"{told} ({row['source_text']})"


def _in_words(table: str, column: str, value: Any) -> str:
    """What a cell says, a code by its names."""
    if column == "unit_code":
        return " / ".join(dict.fromkeys(_unit(value)))
    codes = fields.table(table)[column].codelist
    if codes is None or value not in codes:
        return _plain(value)
    return f"{codes[value].label.en} / {codes[value].label.ja}"


def _unit(code: str) -> tuple[str, str]:
    """The English and the Japanese name of a unit; of one that is in no list, its code."""
    from sources.registry import unit

    known = unit(code)
    return (known.name.en, known.name.ja) if known else (code, code)


def _plain(value: Any) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _rows(frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Rows with None for nothing, and dates as dates."""
    if frame is None:
        return []
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(key): value.date() if hasattr(value, "date") else value for key, value in row.items()} for row in rows]


# -- for people

def summary(changes: Sequence[Change]) -> str:
    """How many of each kind, in both languages."""
    count = Counter(change.kind for change in changes)
    return ", ".join(f"{count[kind]} {en} / {ja}" for kind, (ja, en) in KINDS.items())


def as_text(changes: Sequence[Change]) -> str:
    """The changes as a table for a terminal."""
    if not changes:
        return "No change / 変更なし"
    rows = [("", "what / 対象", "indicator / 指標", "period / 期間", "before / 前", "after / 後")]
    for change in changes:
        ja, en = KINDS[change.kind]
        what_ja, what_en = WHATS[change.what]
        rows.append((f"{en} / {ja}", f"{what_en} / {what_ja}", change.name_ja, period(change), change.before or "-", change.after or "-"))
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)


def period(change: Change) -> str:
    """The period in few characters: a fiscal year by its name, a point in time by its day."""
    start, end = change.period_start, change.period_end
    if start is None or end is None:
        return ""
    base = f" ← {_span(change.base_start, change.base_end)}" if change.base_start and change.base_end else ""
    return _span(start, end) + base


def _span(start: date, end: date) -> str:
    if (start.month, start.day, end.month, end.day) == (4, 1, 3, 31) and end.year == start.year + 1:
        return f"{start.year}年度"
    return end.isoformat() if start == end else f"{start}/{end}"


def _width(text: str) -> int:
    """Columns that a terminal gives to a text."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
