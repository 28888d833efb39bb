"""All 82 figures of the R6 report against the table that a person read."""

from __future__ import annotations

import pytest

from pipelines.table import row
from sources.records import Reading
from tests.scoring import READING, Cells, as_cells, digits, paired, same_label, same_reading


@pytest.fixture(scope="module")
def pairs(reading: Reading) -> list[tuple[Cells, Cells | None]]:
    return paired(as_cells(reading.figures))


def test_every_number_is_found_with_its_unit(pairs: list[tuple[Cells, Cells | None]]) -> None:
    assert len(pairs) == 82
    assert [gold["raw"] for gold, found in pairs if found is None] == []


def test_every_number_is_quoted_as_printed(pairs: list[tuple[Cells, Cells | None]]) -> None:
    assert [(g["raw"], f["raw"]) for g, f in pairs if f and digits(g) != digits(f)] == []


def test_nothing_is_made_up(pairs: list[tuple[Cells, Cells | None]], reading: Reading) -> None:
    used = [(found["page"], found["x0"], found["top"]) for _, found in pairs if found]
    extra = [f.raw for f in reading.figures if (str(f.page), str(row(f)["x0"]), str(row(f)["top"])) not in used]
    assert extra == []


def test_measure_qualifier_and_periods_are_right(pairs: list[tuple[Cells, Cells | None]]) -> None:
    wrong = [
        (g["label"], g["raw"], [(g[k], f[k]) for k in READING if g[k] != f[k]]) for g, f in pairs if f and not same_reading(g, f)
    ]
    assert len(wrong) <= 0.02 * len(pairs), wrong


def test_labels_are_right(pairs: list[tuple[Cells, Cells | None]]) -> None:
    wrong = [(g["label"], f["title"], f["label"]) for g, f in pairs if f and not (same_reading(g, f) and same_label(g, f))]
    assert len(wrong) <= 0.03 * len(pairs), wrong
