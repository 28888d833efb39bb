"""The code list of units: what a printed unit is called, and how the longest known unit at a place in a text is found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("units.yaml")


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """One unit of the code list. ``same`` are folded to ``ja``; ``also`` keep their printed form."""

    code: str
    ja: str
    en: str
    kind: str = "count"
    same: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    kanji: bool = False
    ucum: str = ""
    unece: str = ""
    iso4217: str = ""

    @property
    def printed(self) -> tuple[str, ...]:
        return (self.ja, *self.same, *self.also)


def _load() -> tuple[UnitEntry, ...]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    return tuple(
        UnitEntry(**row | {key: tuple(str(form) for form in row.get(key, ())) for key in ("same", "also")})
        for row in rows
    )


UNITS: tuple[UnitEntry, ...] = _load()
_BY_FORM: dict[str, UnitEntry] = {}
_CANONICAL: dict[str, str] = {}
for _entry in UNITS:
    for _form in _entry.printed:
        _BY_FORM.setdefault(_form, _entry)
    for _form in _entry.same:
        _CANONICAL.setdefault(_form, _entry.ja)

# Forms that mean a unit only where a number stands before them; alone in a heading they are words.
FORMS: tuple[str, ...] = tuple(sorted(_BY_FORM, key=len, reverse=True))
KANJI_FORMS: tuple[str, ...] = tuple(f for f in FORMS if _BY_FORM[f].kanji)


@lru_cache(maxsize=4096)
def canonical(printed: str) -> str:
    """The form a unit takes in a figure: 人 is 名, pt is ポイント; each side of a slash by itself; others stay as printed."""
    text = printed.replace(" ", "").replace("\n", "")
    if text in _CANONICAL:
        return _CANONICAL[text]
    if "/" in text and text not in _BY_FORM:
        above, _, below = text.partition("/")
        below = {"年間": "年", "月間": "月", "日間": "日", "ヶ月": "月", "か月": "月", "カ月": "月", "週間": "週"}.get(below, below)
        return f"{canonical(above)}/{canonical(below)}"
    return text


@lru_cache(maxsize=4096)
def unit_of(printed: str) -> UnitEntry | None:
    """The code list's entry for a printed unit, None where it is unknown (also for rates: ask for each side)."""
    text = printed.replace(" ", "").replace("\n", "")
    return _BY_FORM.get(text) or _BY_FORM.get(_CANONICAL.get(text, ""))
