"""Reads the hand-written cases of statements.txt."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

PATH = Path(__file__).with_name("statements.txt")
MEASURES = {"level", "change", "growth", "target"}
COMPONENTS = {"whole", "part", "total"}
QUALIFIERS = {"exact", "about", "over", "at_least", "at_most", "under"}


@dataclass
class Case:
    text: str
    year: int
    figures: list[dict[str, object]] = field(default_factory=list)
    section: str = ""


def _figure(words: str) -> dict[str, object]:
    value, unit, *rest = words.split()
    figure: dict[str, object] = {"value": Decimal(value), "measure": "level", "component": "whole", "qualifier": "exact"}
    if unit != "*":
        figure["unit"] = "" if unit == "-" else unit
    for word in rest:
        if word in MEASURES:
            figure["measure"] = word
        elif word in COMPONENTS:
            figure["component"] = word
        elif word in QUALIFIERS:
            figure["qualifier"] = word
        elif word.startswith("*"):
            figure.pop(word[1:], None)
        elif word.startswith("k:"):
            figure["period_kind"] = word[2:]
        elif re.fullmatch(r"s\d+", word):
            figure["scale"] = int(word[1:])
        elif re.fullmatch(r"d\d+", word):
            figure["decimals"] = int(word[1:])
        else:
            name = "base" if word.startswith("<") else "period"
            start, _, end = word.lstrip("<").partition("..")
            figure[name] = (start, end or start)
    return figure


def cases(path: Path) -> list[Case]:
    year, section, found = 2024, "", []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            year = int(line[2:])
        elif line.startswith("# -- "):
            section = line[5:].strip()
        elif line.strip() and not line.startswith("# "):
            text, _, figures = line.partition(" =>")
            found.append(Case(text.replace("\\n", "\n"), year, [_figure(f) for f in figures.split("|") if f.strip()], section))
    return found
