"""What changes between two states: every kind is told apart, and where on its page a number stands is no change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from warehouse.changes import Change, as_text, between, period, summary
from warehouse.fields import Words


def said(indicator: str, value: str | None, *, year: int = 2024, edition: str = "R6", text: str = "", **other: Any) -> dict[str, Any]:
    return {
        "indicator_id": indicator, "measure": "level", "period_start": date(year, 4, 1), "period_end": date(year + 1, 3, 31), "base_start": None,
        "base_end": None, "value": None if value is None else Decimal(value), "unit_code": "case", "qualifier": "exact", "decimals": 0,
        "unit_mult": 0, "obs_status": "A", "obs_note": "", "source_text": text or f"{value}件", "edition_id": edition, "source_page": 1,
    } | other  # fmt: skip


def state(*rows: dict[str, Any], **frames: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    return {"observation": pd.DataFrame(list(rows), dtype=object)} | {name: pd.DataFrame(found, dtype=object) for name, found in frames.items()}


def kinds(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.kind, change.what, change.indicator_id) for change in changes]


def test_each_kind_of_change_is_told_apart() -> None:
    before = state(said("same", "1"), said("restated", "300000", text="30万件超", qualifier="over"), said("changed", "5"), said("gone", "6"))
    after = state(
        said("same", "1.000", edition="R7", source_page=9), said("restated", "304000", edition="R7", text="304,000件"), said("changed", "7"),
        said("new", "8", edition="R7"),
    )  # fmt: skip
    changes = between(before, after, {"restated": Words("交付件数", "Issued")})
    assert kinds(changes) == [("changed", "level", "changed"), ("removed", "level", "gone"), ("added", "level", "new"), ("restated", "level", "restated")]
    restated = changes[-1]
    assert (restated.name_ja, restated.before, restated.after) == ("交付件数", "over 300,000 cases / 300,000件超 (30万件超)", "304,000 cases (304,000件)")
    assert (restated.before_edition, restated.after_edition) == ("R6", "R7")
    assert summary(changes) == "1 added / 追加, 1 removed / なくなる, 1 restated / 改訂, 1 changed / 変更"


def test_a_number_that_is_taken_back_or_given_later_is_a_change_and_a_note_is_one() -> None:
    nothing = said("a", None, text="保有率", obs_status="O", qualifier=None)
    (given,) = between(state(nothing), state(said("a", "80", edition="R7")))
    assert (given.before, given.after) == ("(保有率)", "80 cases (80件)")
    (noted,) = between(state(said("a", "1")), state(said("a", "1", obs_note="単位を読み替え")))
    assert "obs_note: 単位を読み替え" in noted.after
    assert between(state(nothing), state(nothing)) == []


def test_names_and_targets_in_words() -> None:
    def named(name: str) -> dict[str, Any]:
        return {"indicator_id": "a", "name_ja": name, "name_en": "A", "unit_code": "case", "direction": "up"}

    before = state(said("a", "1"), indicator=[named("旧名")], wording=[{"indicator_id": "a", "text": "半減", "edition_id": "R6"}])
    after = state(said("a", "1"), indicator=[named("新名")], wording=[{"indicator_id": "a", "text": "全廃", "edition_id": "R7"}])
    renamed, wording = between(before, after)
    assert (renamed.kind, renamed.what) == ("changed", "indicator")
    assert (renamed.before, renamed.after) == tuple(f"{name}, A, cases / 件, More is better / 増えるほどよい" for name in ("旧名", "新名"))
    assert (wording.kind, wording.what, wording.before, wording.after) == ("restated", "wording", "半減", "全廃")


def test_printed_numbers_are_compared_whatever_their_running_number_or_place() -> None:
    def figure(raw: str, number: int, x0: float) -> dict[str, Any]:
        return {
            "figure_id": f"p01-{number:03d}", "x0": x0, "page": 1, "title": "", "label": "講座", "measure": "level", "component": "whole", "raw": raw,
            "value": Decimal(raw[:-1]), "unit": "回", "qualifier": "exact", "period_start": date(2024, 4, 1), "period_end": date(2025, 3, 31),
            "base_start": None, "base_end": None,
        }  # fmt: skip

    before = state(said("a", "1"), figure=[figure("3回", 1, 10.0), figure("4回", 2, 10.0)])
    after = state(said("a", "1"), figure=[figure("5回", 1, 9.0), figure("3回", 2, 11.0), figure("4回", 3, 12.0)])
    (added,) = between(before, after)
    assert (added.kind, added.what, added.name_ja, added.after) == ("added", "figure", "講座", "5回 (p1): Level / 水準 5 回")


def test_a_table_for_a_terminal_keeps_its_columns_under_wide_characters() -> None:
    (change,) = between(state(said("b", "2")), state(said("b", "2"), said("a", "1")))
    lines = as_text([change]).splitlines()
    assert len(lines) == 2 and "2024年度" in lines[1]
    assert as_text([]) == "No change / 変更なし"
    point = Change("added", "change", "a", "a", "a", date(2025, 3, 31), date(2025, 3, 31), date(2023, 4, 1), date(2024, 3, 31))
    assert period(point) == "2025-03-31 ← 2023年度"
