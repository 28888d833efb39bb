"""Extracted figures held against the table that a person read (`golden/R6.gold.csv`), in the sense of GOLD.md.

A gold row and an extracted one are paired by value and unit, the best agreement first.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.table import row
from sources.records import Figure

GOLD = Path(__file__).parent / "golden" / "R6.gold.csv"
READING = ("measure", "component", "qualifier", "period_start", "period_end", "base_start", "base_end")
SAME_UNIT = {"人": "名", "手続": "手続き", "%ポイント": "ポイント"}

Cells = dict[str, str]


def _text(value: str) -> str:
    return re.sub(r"[\s・（）()「」]+", "", unicodedata.normalize("NFKC", value)).lower()


def _unit(value: str) -> str:
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value)).lower().replace("/年間", "/年")
    return SAME_UNIT.get(plain, plain)


def digits(cells: Cells) -> str:
    raw = unicodedata.normalize("NFKC", cells["raw"])
    return re.sub(r"\D", "", raw) or re.sub(r"[^〇一二三四五六七八九十百千]", "", raw)


def same_number(gold: Cells, found: Cells) -> bool:
    return float(gold["value"]) == pytest.approx(float(found["value"]), abs=1e-6) and _unit(gold["unit"]) == _unit(found["unit"])


def same_reading(gold: Cells, found: Cells) -> bool:
    return all(gold[key] == found[key] for key in READING)


def same_label(gold: Cells, found: Cells) -> bool:
    headings = [_text(found[key]) for key in ("section_title", "title", "label")]
    return any(_text(label) in heading for label in gold["label"].split("|") for heading in headings)


def agreement(gold: Cells, found: Cells) -> tuple[int, ...]:
    same = sum(gold[key] == found[key] for key in READING)
    return same_reading(gold, found), same_label(gold, found), same, digits(gold) == digits(found)


def as_cells(figures: list[Figure]) -> list[Cells]:
    return [{key: "" if cell is None else str(cell) for key, cell in row(figure).items()} for figure in figures]


def paired(left: list[Cells]) -> list[tuple[Cells, Cells | None]]:
    """Each gold row with the found one that says the same, or None."""
    with GOLD.open(encoding="utf-8-sig", newline="") as file:
        gold = list(csv.DictReader(file))
    candidates = sorted(
        ((agreement(g, f), -i, -j) for i, g in enumerate(gold) for j, f in enumerate(left) if same_number(g, f)), reverse=True
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in candidates:
        if -i not in pairs and -j not in taken:
            pairs[-i] = -j
            taken.add(-j)
    return [(g, left[pairs[i]] if i in pairs else None) for i, g in enumerate(gold)]


@dataclass(frozen=True)
class Shares:
    """Parts of one: gold numbers found, found with the right reading, and with the right label too; found numbers that are gold."""

    number: float
    reading: float
    label: float
    precision: float


def shares(cells: list[Cells]) -> Shares:
    pairs = paired(cells)
    found = [(g, f) for g, f in pairs if f is not None]
    right = [(g, f) for g, f in found if same_reading(g, f)]
    named = [1 for g, f in right if same_label(g, f)]
    return Shares(len(found) / len(pairs), len(right) / len(pairs), len(named) / len(pairs), len(found) / max(len(cells), 1))
