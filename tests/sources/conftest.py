"""What the tests of registry and matching share: the gold table as figures."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sources.records import Box, Figure, Period, Statement
from sources.registry import Edition, load

GOLD = Path(__file__).parents[1] / "golden" / "R6.gold.csv"


def period(kind: str, start: str, end: str) -> Period | None:
    return Period(kind, date.fromisoformat(start), date.fromisoformat(end)) if start else None


def printed_number(raw: str) -> tuple[int, int]:
    """Scale and decimals of a gold row, which leaves them out."""
    point = re.search(r"\d\.(\d+)", raw)
    return 4 if "万" in raw else 0, len(point[1]) if point else 0


def gold_figures(pick: Callable[[list[str]], str] = lambda labels: labels[0]) -> list[Figure]:
    out = []
    with GOLD.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            value = Decimal(row["value"])
            scale, decimals = printed_number(row["raw"])
            out.append(Figure(
                1, row["section_no"], "" if row["section_no"] else "北九州課題快傑バスターズ始動！～スタートアップで北九州市を変える～", "",
                pick(row["label"].split("|")), row["measure"], row["component"], row["raw"], value, row["unit"], scale, decimals,
                row["qualifier"], period(row["period_kind"], row["period_start"], row["period_end"]),
                period("fiscal_year", row["base_start"], row["base_end"]), Box(0, 0, 10, 10),
            ))
    return out


@pytest.fixture
def gold() -> list[Figure]:
    return gold_figures()


@pytest.fixture
def r6_statements() -> list[Statement]:
    """What the R6 report says without a number, as far as indicators know it."""
    year, end = period("fiscal_year", "2024-04-01", "2025-03-31"), period("as_of", "2025-03-31", "2025-03-31")
    box = Box(0, 0, 10, 10)
    return [
        Statement(2, "01", "", "", "label", "保有率", None, box),
        Statement(6, "05", "", "デジラボ", "label", "年間作業時間", year, box),
        Statement(6, "05", "", "", "label", "年間作業時間", end, box),
        Statement(2, "01", "", "", "target", "マイナンバーカード普及率 ほとんどの市民がカードを保有", None, box),
    ]


@pytest.fixture
def edition() -> Edition:
    return load().edition("kitakyushu_dx-R6")
