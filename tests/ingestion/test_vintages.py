"""What several editions say of the same thing: editions in any order, breaks where a definition changed, what repeats and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sources.matching import match
from sources.observations import Observation
from sources.records import Figure, Reading
from sources.registry import Break, Edition, Indicator, Words, load
from tests.warehouse import made_up
from warehouse.build import build_warehouse


@pytest.fixture(scope="module")
def r6(reading: Reading) -> list[Observation]:
    return match(reading, load().edition("kitakyushu_dx-R6")).observations


def said(observation: Observation, edition: str, value: int, text: str) -> Observation:
    return replace(observation, edition_id=f"kitakyushu_dx-{edition}", value=Decimal(value), source_value=Decimal(value), source_text=text, figure_id=None)


def datasets(r6: Sequence[Observation], year: int) -> Observation:
    return next(o for o in r6 if (o.indicator_id, o.measure, o.fiscal_year) == ("open_datasets", "level", year))


def warehouse(out: Path, editions: dict[str, tuple[int, list[Observation]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The views of a warehouse of these editions, which are accepted in this order."""
    folders = [made_up.stage(out / f"kitakyushu_dx-{name}", [], [o.row() for o in said]) for name, (_, said) in editions.items()]
    indicators = [{"series_id": "kitakyushu_dx", "indicator_id": "open_datasets", "section_id": "s06", "name_ja": "公開データセット数",
                   "name_en": "Datasets", "unit_code": "case", "direction": "up", "component": "whole"}]
    lists = made_up.code_lists(indicators, [made_up.edition(f"kitakyushu_dx-{name}", year) for name, (year, _) in editions.items()])
    build_warehouse(folders, lists, out / "warehouse.duckdb")
    with duckdb.connect(str(out / "warehouse.duckdb"), read_only=True) as connection:
        return {
            "latest": connection.execute("SELECT fiscal_year, value, edition_id FROM latest ORDER BY 1").fetchall(),
            "revision": connection.execute(
                "SELECT period_end, revision_kind, earlier_edition_id, later_edition_id, earlier_text, later_text FROM revision ORDER BY 1, 4"
            ).fetchall(),
            "observation": connection.execute("SELECT edition_id, value FROM observation ORDER BY ALL").fetchall(),
        }


def test_an_older_edition_read_later_takes_its_place_in_time(tmp_path: Path, r6: list[Observation]) -> None:
    now, before = datasets(r6, 2024), datasets(r6, 2023)
    r5 = [said(before, "R5", 640, "640件")]
    r7 = [said(now, "R7", 648, "648件")]
    of_r6 = [replace(now, figure_id=None), replace(before, figure_id=None)]
    in_order = warehouse(tmp_path / "a", {"R5": (2023, r5), "R6": (2024, of_r6), "R7": (2025, r7)})
    out_of_order = warehouse(tmp_path / "b", {"R7": (2025, r7), "R6": (2024, of_r6), "R5": (2023, r5)})
    assert in_order == out_of_order
    assert in_order["latest"] == [(2023, Decimal(639), "kitakyushu_dx-R6"), (2024, Decimal(648), "kitakyushu_dx-R7")]
    assert [row[1:] for row in in_order["revision"]] == [
        ("revised", "kitakyushu_dx-R5", "kitakyushu_dx-R6", "640件", "639件"),
        ("revised", "kitakyushu_dx-R6", "kitakyushu_dx-R7", "646 件", "648件"),
    ]
    assert len(in_order["observation"]) == 4, "no word of any edition is lost"


# -- breaks


def with_break(edition: Edition, indicator: str, year: int, status: str, monkeypatch: pytest.MonkeyPatch) -> Indicator:
    known = edition.series.indicators[indicator]
    note = Words(ja="集計方法を変更", en="counted otherwise")
    changed = known.model_copy(update={"breaks": (Break(fiscal_year=year, status=status, note=note),)})  # type: ignore[arg-type]
    monkeypatch.setitem(edition.series.indicators, indicator, changed)
    return changed


def a_year_later(figure: Figure, value: int, raw: str) -> Figure:
    assert figure.period is not None
    end = figure.period.end.replace(year=figure.period.end.year + 1)
    return replace(figure, value=Decimal(value), raw=raw, period=replace(figure.period, start=end, end=end))


@pytest.mark.parametrize("status", ["B", "D"])
def test_a_changed_definition_is_a_break_and_not_a_fall(
    reading: Reading, r6: list[Observation], monkeypatch: pytest.MonkeyPatch, status: str,
) -> None:
    edition = load().edition("kitakyushu_dx-R6")
    later = Edition(edition.series, edition.meta.model_copy(update={"edition": "R7", "fiscal_year": 2025}), edition.file)
    systems = next(f for f in reading.figures if f.raw.startswith("544"))
    report = Reading("r", "1" * 64, 1, figures=[a_year_later(systems, 5, "5システム")])

    fell = {f.kind for f in match(report, later, r6).findings if f.indicator_id == "low_code_systems"}
    assert {"magnitude", "cumulative_fell"} <= fell
    with_break(later, "low_code_systems", 2025, status, monkeypatch)
    found = match(report, later, r6)
    assert {f.kind for f in found.findings if f.indicator_id == "low_code_systems"} <= {"measure_missing"}
    (only,) = [o for o in found.observations if o.indicator_id == "low_code_systems"]
    assert only.obs_status == status and "集計方法を変更" in only.obs_note and "counted otherwise" in only.obs_note


def test_a_break_in_a_year_without_a_number_marks_the_next_number(
    reading: Reading, r6: list[Observation], monkeypatch: pytest.MonkeyPatch,
) -> None:
    edition = load().edition("kitakyushu_dx-R6")
    with_break(edition, "low_code_systems", 2022, "B", monkeypatch)
    found = {o.fiscal_year: o.obs_status for o in match(reading, edition).observations if (o.indicator_id, o.measure) == ("low_code_systems", "level")}
    assert found == {2023: "B", 2024: "A"}


def test_an_indicator_of_the_old_plan_ends_and_its_successor_takes_the_label(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = load().edition("kitakyushu_dx-R6")
    old = edition.series.indicators["open_datasets"]
    ends = old.model_copy(update={"validity": old.validity.model_copy(update={"last": 2023})})
    follows = old.model_copy(update={"id": "open_datasets_plan2", "validity": old.validity.model_copy(update={"first": 2024})})
    monkeypatch.setitem(edition.series.indicators, ends.id, ends)
    monkeypatch.setitem(edition.series.indicators, follows.id, follows)
    found = match(reading, edition)
    assert {o.indicator_id for o in found.observations} >= {"open_datasets_plan2"} and "open_datasets" not in {o.indicator_id for o in found.observations}
    assert not [f for f in found.findings if f.severity == "error"]
