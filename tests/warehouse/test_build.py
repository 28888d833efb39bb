"""The warehouse: keys, comments, and what its views say of progress, the latest value and revisions."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import made_up
import pytest

from sources.errors import ShinchokuError
from sources.observations import CORRECTED
from warehouse import fields
from warehouse.build import build_warehouse


def ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


def observe(edition_id: str, indicator_id: str = "cards", **more: Any) -> dict[str, Any]:
    year = 2024
    return {
        "edition_id": edition_id, "area_code": "401005", "standard_area_code": "40100", "indicator_id": indicator_id,
        "measure": "level", "fiscal_year": year, "period_start": date(year, 4, 1), "period_end": date(year + 1, 3, 31),
        "value": Decimal(300000), "unit_code": "sheet", "qualifier": "exact", "decimals": 0, "source_value": Decimal(30),
        "source_unit": "枚", "unit_mult": 4, "obs_status": "A", "source_text": "30万枚", "source_page": 1, **more,
    }  # fmt: skip


def fiscal(year: int) -> dict[str, Any]:
    return {"fiscal_year": year, "period_start": date(year, 4, 1), "period_end": date(year + 1, 3, 31)}


def indicator(indicator_id: str = "cards", series_id: str = "kitakyushu_dx", **more: Any) -> dict[str, Any]:
    return {
        "series_id": series_id, "indicator_id": indicator_id, "section_id": "s01", "name_ja": "枚数", "name_en": "Sheets",
        "unit_code": "sheet", "direction": "up", "component": "whole", **more,
    }  # fmt: skip


def built(tmp_path: Path, observations: list[dict[str, Any]], **more: Any) -> Path:
    """A warehouse of these observations, whose editions are R6, R7 and so on."""
    names = sorted({row["edition_id"] for row in observations})
    staged = [
        made_up.stage(tmp_path / name, [], [row for row in observations if row["edition_id"] == name], more.get("statements", ()))
        for name in names
    ]
    editions = [made_up.edition(name, 2018 + int(name.partition("-R")[2])) for name in names]
    out = tmp_path / "w.duckdb"
    build_warehouse(staged, made_up.code_lists(more.get("indicators", [indicator()]), editions, more.get("series")), out)
    return out


R6, R7 = "kitakyushu_dx-R6", "kitakyushu_dx-R7"


def test_row_counts_keys_and_comments(warehouse: Path) -> None:
    assert ask(warehouse, "SELECT (SELECT count(*) FROM figure), (SELECT count(*) FROM observation)") == [(82, 83)]
    wanted = {*fields.dictionary().tables, *fields.dictionary().views}
    assert {row[0] for row in ask(warehouse, "SELECT table_name FROM information_schema.tables")} == wanted
    assert ask(warehouse, "SELECT count(*) FROM duckdb_tables() WHERE comment IS NULL") == [(0,)]
    assert ask(warehouse, "SELECT count(*) FROM duckdb_views() WHERE NOT internal AND comment IS NULL") == [(0,)]
    assert ask(warehouse, "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL") == []
    keyed = {
        row[0] for row in ask(warehouse, "SELECT table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'")
    }
    assert keyed == set(fields.dictionary().tables) - {"observation"}


def test_a_citizen_asks_for_progress(warehouse: Path) -> None:
    row = ask(
        warehouse,
        "SELECT progress_status, summary_ja, summary_en, gap, years_left, pace_needed FROM progress WHERE indicator_ja = '市民認知度'",
    )
    assert row == [(
        "under_way",
        "目標は「90%以上」（2027年度）、最新の実績は「74.4%」（2024年度）。あと15.6ポイントで、期限までに年5.2ポイントの増加が必要。",
        "The target is 90%以上 (fiscal 2027), the latest value 74.4% (fiscal 2024). 15.6 points are left: 5.2 a year more.",
        Decimal("15.6"), 3.0, 5.2,
    )]  # fmt: skip
    without = dict(ask(warehouse, "SELECT indicator_id, summary_ja FROM progress WHERE gap IS NULL"))
    assert without and all(without.values())
    assert without["holding_rate"] == "目標は「ほとんどの市民がカードを保有」。水準の実績は報告書に数値がない。"


def test_a_corrected_value_is_summed_up_as_corrected_and_not_as_printed(tmp_path: Path) -> None:
    out = built(tmp_path, [observe(R6, value=Decimal("1345.5"), qualifier="about", source_text="約1354.5枚", obs_note=f"{CORRECTED}: 誤記")])
    [(ja, en)] = ask(out, "SELECT summary_ja, summary_en FROM progress WHERE indicator_id = 'cards'")
    assert "「約1,345.5枚」" in ja and "約1,345.5枚" in en
    assert ask(out, "SELECT source_text FROM latest") == [("約1354.5枚",)], "the print stays what it is"


def test_a_corrected_proportion_is_a_fraction_and_differs_by_points(tmp_path: Path) -> None:
    share: dict[str, Any] = {"unit_code": "proportion", "unit_mult": 0, "obs_note": f"{CORRECTED}: 誤記", "source_text": "4人に1人"}
    out = built(tmp_path, [
        observe(R6, value=Decimal("0.333333"), **share), observe(R6, value=Decimal("0.5"), measure="target", **share | fiscal(2027)),
    ], indicators=[indicator(unit_code="proportion")])  # fmt: skip
    [(ja, en)] = ask(out, "SELECT summary_ja, summary_en FROM progress")
    assert ja == "目標は「2分の1」（2027年度）、最新の実績は「3分の1」（2024年度）。あと16.67ポイントで、期限までに年5.56ポイントの増加が必要。"
    assert "16.67 points are left: 5.56 a year more." in en


def test_a_corrected_proportion_that_is_no_simple_fraction_is_a_number_without_unit(tmp_path: Path) -> None:
    row = observe(R6, value=Decimal("0.37"), unit_code="proportion", unit_mult=0, obs_note=f"{CORRECTED}: 誤記", source_text="0.73")
    [(ja,)] = ask(built(tmp_path, [row]), "SELECT summary_ja FROM progress")
    assert "「0.37」" in ja


def test_a_unit_that_only_what_was_published_before_uses_is_kept(tmp_path: Path) -> None:
    out = built(tmp_path, [observe(R6, unit_code="case_per_sheet"), observe(R6, "maps", unit_code="number")], indicators=[indicator(), indicator("maps")])
    assert {"case_per_sheet", "number", "sheet"} <= {code for (code,) in ask(out, "SELECT unit_code FROM unit")}


def test_units_that_nothing_uses_are_left_out(warehouse: Path) -> None:
    assert ask(warehouse, "SELECT * FROM unit WHERE unit_code = 'unused'") == []


def test_latest_is_the_newest_edition_and_revision_says_what_it_changed(tmp_path: Path) -> None:
    out = built(tmp_path, [
        observe(R6, qualifier="over", source_text="30万枚超"),
        observe(R7, value=Decimal(304000), decimals=1, source_value=Decimal("30.4"), source_text="30.4万枚"),
        observe(R6, "maps", value=Decimal(212)), observe(R7, "maps", value=Decimal(215)),
        observe(R6, "same"), observe(R7, "same"),
        observe(R6, "unsaid"), observe(R7, "unsaid", value=None, obs_status="O", qualifier=None),
        observe(R6, "hidden"), observe(R7, "hidden", value=None, obs_status="Q", qualifier=None),
    ], indicators=[indicator(name) for name in ("cards", "maps", "same", "unsaid", "hidden")])  # fmt: skip
    assert dict(ask(out, "SELECT indicator_id, value FROM latest")) == {
        "cards": Decimal(304000), "maps": Decimal(215), "same": Decimal(300000), "unsaid": Decimal(300000), "hidden": None,
    }  # fmt: skip
    assert ask(out, "SELECT indicator_id, revision_kind, earlier_text, later_text, difference FROM revision ORDER BY 1") == [
        ("cards", "refined", "30万枚超", "30.4万枚", Decimal(4000)),
        ("hidden", "withdrawn", "30万枚", "30万枚", None),
        ("maps", "revised", "30万枚", "30万枚", Decimal(3)),
    ]


@pytest.mark.parametrize(
    ("target", "actual", "status"),
    [
        ({"value": Decimal(400000), "qualifier": "at_least"}, {}, "on_track"),
        ({"value": Decimal(900000), "qualifier": "at_least"}, {}, "behind"),
        ({"value": Decimal(300000), "qualifier": "at_least"}, {}, "reached"),
        ({"value": Decimal(300000), "qualifier": "over"}, {}, "on_track"),
        ({"value": Decimal(100000), "qualifier": "at_most"}, {}, "behind"),
        ({"value": Decimal(300000), "qualifier": "at_most"}, {}, "reached"),
        ({"value": Decimal(400000), "qualifier": "at_least", **fiscal(2024)}, {}, "missed"),
        ({"value": Decimal(50), "unit_code": "percent"}, {}, "unit_differs"),
        ({"value": Decimal(400000), "base_start": date(2023, 4, 1), "base_end": date(2024, 3, 31)}, {}, "relative_target"),
        ({"value": Decimal(400000)}, {"obs_status": "O", "value": None}, "no_actual"),
        ({"value": None, "obs_status": "O"}, {}, "no_target"),
    ],
)
def test_progress_compares_or_says_why_not(tmp_path: Path, target: dict[str, Any], actual: dict[str, Any], status: str) -> None:
    earlier = observe(R6, value=actual.get("value", Decimal(250000)), obs_status=actual.get("obs_status", "A"), **fiscal(2023))
    goal = observe(R6, measure="target", **{**fiscal(2027), **target})
    out = built(tmp_path, [earlier, observe(R6, **actual), goal])
    [(found, ja, en, gap, pace)] = ask(out, "SELECT progress_status, summary_ja, summary_en, gap, pace_needed FROM progress")
    assert found == status and ja and en
    assert (gap is None) == (status in ("unit_differs", "relative_target", "no_actual", "no_target"))
    assert (pace is not None) == (status in ("on_track", "behind"))


def test_without_direction_nothing_is_judged(tmp_path: Path) -> None:
    goal = observe(R6, measure="target", **fiscal(2027))
    out = built(tmp_path, [observe(R6), goal], indicators=[indicator(direction="none")])
    assert ask(out, "SELECT progress_status FROM progress") == [("no_direction",)]


def test_a_forecast_is_no_actual_value(tmp_path: Path) -> None:
    out = built(tmp_path, [observe(R6, **fiscal(2026))])
    assert ask(out, "SELECT progress_status, actual_value FROM progress") == [("no_actual", None)]


def test_two_series_may_use_the_same_indicator_id(tmp_path: Path) -> None:
    other = "sagara_plan-R6"
    out = built(
        tmp_path, [observe(R6), observe(other, value=Decimal(5))],
        indicators=[indicator(), indicator(series_id="sagara_plan", name_ja="別の枚数")],
        series=[made_up.series(), made_up.series("sagara_plan", dataset="434442_plan")],
    )  # fmt: skip
    assert ask(out, "SELECT series_id, indicator_ja, value FROM latest ORDER BY 1") == [
        ("kitakyushu_dx", "枚数", Decimal(300000)), ("sagara_plan", "別の枚数", Decimal(5)),
    ]  # fmt: skip


def test_only_accepted_editions_come_in(tmp_path: Path) -> None:
    staged = [made_up.stage(tmp_path / name, [], [observe(name)]) for name in (R6, R7)]
    editions = [made_up.edition(R6), made_up.edition(R7, 2025, status="draft")]
    counts = build_warehouse(staged, made_up.code_lists([indicator()], editions), tmp_path / "w.duckdb")
    assert counts["edition"] == counts["observation"] == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([observe(R6), observe(R6)], "observation.*same key stands twice"),
        ([observe(R6, "nobody")], "observation, indicator_id: not in table indicator: nobody"),
        ([observe(R6, unit_code="furlong")], "observation, unit_code: not in table unit: furlong"),
        ([observe(R6, figure_id="kitakyushu_dx-R6-p01-999")], "not in table figure"),
    ],
)
def test_a_broken_key_leaves_the_last_warehouse(tmp_path: Path, rows: list[dict[str, Any]], message: str) -> None:
    out = built(tmp_path, [observe(R6)])
    before = out.read_bytes()
    with pytest.raises(ShinchokuError, match=message) as raised:
        built(tmp_path, rows)
    assert "前のデータベースはそのまま" in raised.value.ja
    assert out.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir() if path.name != R6} == {"w.duckdb", "SHA256SUMS"}


def test_the_same_figure_twice_is_named(tmp_path: Path) -> None:
    figures, observations, indicators = made_up.rows()
    folder = made_up.stage(tmp_path / R6, [*figures, figures[0]], observations)
    with pytest.raises(ShinchokuError, match="figure, figure_id: the same key stands twice: kitakyushu_dx-R6-p01-001"):
        build_warehouse([folder], made_up.code_lists(indicators, [made_up.edition()]), tmp_path / "w.duckdb")


def test_a_staged_file_that_cannot_be_read_leaves_the_last_warehouse(tmp_path: Path) -> None:
    out = built(tmp_path, [observe(R6)])
    before = out.read_bytes()
    (tmp_path / R6 / "figure.parquet").write_bytes(b"half a fi")
    with pytest.raises(ShinchokuError, match=r"figure\.parquet"):
        build_warehouse([tmp_path / R6], made_up.code_lists([indicator()], [made_up.edition()]), out)
    assert out.read_bytes() == before


def test_awkward_folder_names_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / "it's [a] *place"
    folder.mkdir()
    out = built(folder, [observe(R6)])
    assert ask(out, "SELECT count(*) FROM observation") == [(1,)]


def test_code_lists_come_from_the_registry() -> None:
    from sources import registry
    from warehouse.codelists import CODE_TABLES, code_lists_from

    found = code_lists_from(registry.load())
    assert set(found) == set(CODE_TABLES)
    for name, rows in found.items():
        assert rows and all(set(row) <= set(fields.table(name).names) for row in rows)
    assert any(row["dataset"] == "401005_kitaq_dx" for row in found["series"])


def test_a_warehouse_that_says_the_same_may_stay_as_it_is(tmp_path: Path) -> None:
    out = built(tmp_path, [observe(R6)])
    before = out.stat().st_ino

    def again(value: int) -> int:
        staged = made_up.stage(tmp_path / R6, [], [observe(R6, value=Decimal(value))], ())
        build_warehouse([staged], made_up.code_lists([indicator()], [made_up.edition(R6, 2024)], None), out, keep_same=True)
        return out.stat().st_ino

    assert again(300000) == before
    assert again(300001) != before
    assert ask(out, "SELECT value FROM observation")[0][0] == 300001
