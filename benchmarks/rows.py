"""What every benchmark gives: rows of ours against another's, measured in turns in the same run, so that a busy machine slows both."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

ROUNDS = 5


class Row(NamedTuple):
    """One line of the table: what is compared, as a reader of English and of Japanese is told."""

    en: str
    ja: str
    ours: str
    other: str
    ratio: str


class Section(NamedTuple):
    """Rows under one heading, with what ours and the other are, and what else is to be known."""

    en: str
    ja: str
    columns: tuple[str, str, str]
    rows: Sequence[Row]
    note: tuple[str, str] = ("", "")


def seconds(task: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    task()
    return clock() - start


def against(
    ours: Callable[[], object], other: Callable[[], object], rounds: int = ROUNDS, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, float, float]:
    """The median seconds of both and the median of the ratios of each turn, by the wall clock unless another is given."""
    turns = [(seconds(ours, clock), seconds(other, clock)) for _ in range(rounds)]
    return statistics.median(t[0] for t in turns), statistics.median(t[1] for t in turns), statistics.median(t[0] / t[1] for t in turns)


def shown(section: Section, lang: int = 0) -> str:
    """The section as a Markdown table; ``lang`` 0 is English, 1 Japanese."""
    lines = [f"## {section[lang]}", ""]
    if section.note[lang]:
        lines += [section.note[lang], ""]
    lines += [f"| | {' | '.join(section.columns)} |", "|---|--:|--:|--:|"]
    lines += [f"| {row[lang]} | {row.ours} | {row.other} | {row.ratio} |" for row in section.rows]
    return "\n".join(lines)
