"""All 82 figures of the R6 report against the table that a person read (`golden/R6.gold.csv`), in the sense of GOLD.md.

A gold row and an extracted one are paired by value and unit, the best agreement first.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

import pytest

from pipelines.table import row
from sources.records import Reading

GOLD = Path(__file__).parent / "golden" / "R6.gold.csv"
READING = ("measure", "component", "qualifier", "period_start", "period_end", "base_start", "base_end")
SAME_UNIT = {"人": "名", "手続": "手続き", "%ポイント": "ポイント"}

Cells = dict[str, str]


def _text(value: str) -> str:
    return re.sub(r"[\s・（）()「」]+", "", unicodedata.normalize("NFKC", value)).lower()


def _unit(value: str) -> str:
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value)).lower().replace("/年間", "/年")
    return SAME_UNIT.get(plain, plain)


def _digits(cells: Cells) -> str:
    raw = unicodedata.normalize("NFKC", cells["raw"])
    return re.sub(r"\D", "", raw) or re.sub(r"[^〇一二三四五六七八九十百千]", "", raw)


def _same_number(gold: Cells, found: Cells) -> bool:
    return float(gold["value"]) == pytest.approx(float(found["value"]), abs=1e-6) and _unit(gold["unit"]) == _unit(found["unit"])


def _same_reading(gold: Cells, found: Cells) -> bool:
    return all(gold[key] == found[key] for key in READING)


def _same_label(gold: Cells, found: Cells) -> bool:
    headings = [_text(found[key]) for key in ("section_title", "title", "label")]
    return any(_text(label) in heading for label in gold["label"].split("|") for heading in headings)


def _agreement(gold: Cells, found: Cells) -> tuple[int, ...]:
    same = sum(gold[key] == found[key] for key in READING)
    return _same_reading(gold, found), _same_label(gold, found), same, _digits(gold) == _digits(found)


@pytest.fixture(scope="module")
def pairs(reading: Reading) -> list[tuple[Cells, Cells | None]]:
    with GOLD.open(encoding="utf-8-sig", newline="") as file:
        gold = list(csv.DictReader(file))
    left = [{key: "" if cell is None else str(cell) for key, cell in row(figure).items()} for figure in reading.figures]
    candidates = sorted(
        ((_agreement(g, f), -i, -j) for i, g in enumerate(gold) for j, f in enumerate(left) if _same_number(g, f)), reverse=True
    )
    paired: dict[int, int] = {}
    for _, i, j in candidates:
        if -i not in paired and -j not in paired.values():
            paired[-i] = -j
    return [(g, left[paired[i]] if i in paired else None) for i, g in enumerate(gold)]


def test_every_number_is_found_with_its_unit(pairs: list[tuple[Cells, Cells | None]]) -> None:
    assert len(pairs) == 82
    assert [gold["raw"] for gold, found in pairs if found is None] == []


def test_every_number_is_quoted_as_printed(pairs: list[tuple[Cells, Cells | None]]) -> None:
    assert [(g["raw"], f["raw"]) for g, f in pairs if f and _digits(g) != _digits(f)] == []


def test_nothing_is_made_up(pairs: list[tuple[Cells, Cells | None]], reading: Reading) -> None:
    used = [(found["page"], found["x0"], found["top"]) for _, found in pairs if found]
    extra = [f.raw for f in reading.figures if (str(f.page), str(row(f)["x0"]), str(row(f)["top"])) not in used]
    assert extra == []


def test_measure_qualifier_and_periods_are_right(pairs: list[tuple[Cells, Cells | None]]) -> None:
    wrong = [(g["label"], g["raw"], [(g[k], f[k]) for k in READING if g[k] != f[k]]) for g, f in pairs if f and not _same_reading(g, f)]
    assert len(wrong) <= 0.02 * len(pairs), wrong


def test_labels_are_right(pairs: list[tuple[Cells, Cells | None]]) -> None:
    wrong = [(g["label"], f["title"], f["label"]) for g, f in pairs if f and not (_same_reading(g, f) and _same_label(g, f))]
    assert len(wrong) <= 0.03 * len(pairs), wrong
