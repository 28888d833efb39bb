"""Staged tables and code lists for the tests of this folder, made from the gold table of the R6 report."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.codelists import code_rows
from warehouse.parquet import write_table

GOLD = Path(__file__).parent.parent / "golden" / "R6.gold.csv"
UNITS = {
    "枚": "sheet", "%": "percent", "ポイント": "percentage_point", "倍": "times", "手続き": "procedure", "件": "case", "種": "kind",
    "講座": "course", "名": "person", "課": "division", "係": "unit", "業務": "task", "時間": "hour", "時間/年": "hour_per_year",
    "システム": "system", "マップ": "map", "件マップ": "map", "回": "occasion", "自治体": "municipality", "割合": "proportion",
}  # fmt: skip


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def rows(edition_id: str = "kitakyushu_dx-R6") -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Figures, observations and the indicators that they need; what clashes with an earlier key gets an indicator of its own."""
    figures: list[dict[str, Any]] = []
    observations: list[dict[str, Any]] = []
    indicators: dict[tuple[str, str], dict[str, Any]] = {}
    seen: set[tuple[Any, ...]] = set()
    with GOLD.open(encoding="utf-8") as file:
        gold = list(csv.DictReader(file))
    for number, row in enumerate(gold, 1):
        figure_id = f"{edition_id}-p01-{number:03d}"
        period = {name: day(row[name]) for name in ("period_start", "period_end", "base_start", "base_end")}
        scale = 4 if "万" in row["raw"] else 0
        label = row["label"] + ("" if row["component"] == "whole" else f"|{row['component']}")
        key: tuple[Any, ...] = (label, row["measure"], *period.values())
        while key in seen:
            label += "'"
            key = (label, *key[1:])
        seen.add(key)
        code = UNITS[row["unit"]]
        if (label, row["section_no"]) not in indicators:
            indicators[label, row["section_no"]] = {
                "series_id": "kitakyushu_dx", "indicator_id": f"i{len(indicators):02d}", "section_id": f"s{row['section_no'] or '00'}",
                "name_ja": label, "name_en": f"Indicator {len(indicators)}", "unit_code": code, "direction": "up",
                "component": row["component"],
            }  # fmt: skip
        figures.append({
            "figure_id": figure_id, "edition_id": edition_id, "sha256": "f" * 64, "page": 1, "section_no": row["section_no"],
            "section_title": "", "title": "", "label": row["label"], "measure": row["measure"], "component": row["component"],
            "raw": row["raw"], "value": Decimal(row["value"]), "unit": row["unit"], "scale": scale,
            "decimals": len(re.sub(r"[^.0-9]", "", row["raw"]).partition(".")[2]), "qualifier": row["qualifier"],
            "period_kind": row["period_kind"], **period, "source": "text", "note": "", "x0": 10.0, "top": 20.0, "x1": 30.5,
            "bottom": 32.25,
        })  # fmt: skip
        end = period["period_end"]
        assert end is not None
        observations.append({
            "edition_id": edition_id, "area_code": "401005", "standard_area_code": "40100",
            "indicator_id": indicators[label, row["section_no"]]["indicator_id"], "measure": row["measure"],
            "fiscal_year": end.year - (end.month < 4), **period, "value": Decimal(row["value"]), "unit_code": code,
            "qualifier": row["qualifier"], "decimals": figures[-1]["decimals"], "source_value": Decimal(row["value"]).scaleb(-scale),
            "source_unit": row["unit"], "unit_mult": scale, "obs_status": "A", "obs_note": "", "source_text": row["raw"],
            "source_page": 1, "figure_id": figure_id,
        })  # fmt: skip
    indicators["保有率", "01"] = {
        "series_id": "kitakyushu_dx", "indicator_id": "holding_rate", "section_id": "s01", "name_ja": "保有率",
        "name_en": "Holding rate", "unit_code": "percent", "direction": "up", "component": "whole",
    }  # fmt: skip
    observations.append({
        "edition_id": edition_id, "area_code": "401005", "standard_area_code": "40100", "indicator_id": "holding_rate",
        "measure": "level", "fiscal_year": 2024, "period_start": date(2024, 4, 1), "period_end": date(2025, 3, 31),
        "unit_code": "percent", "obs_status": "O", "obs_note": "報告書に数値がない", "source_text": "保有率", "source_page": 1,
    })  # fmt: skip
    return figures, observations, list(indicators.values())


def edition(edition_id: str = "kitakyushu_dx-R6", fiscal_year: int = 2024, **more: Any) -> dict[str, Any]:
    return {
        "edition_id": edition_id, "series_id": edition_id.partition("-")[0], "edition": edition_id.partition("-")[2],
        "title_ja": "進捗状況", "title_en": "Progress", "fiscal_year": fiscal_year, "period_start": date(fiscal_year, 4, 1),
        "period_end": date(fiscal_year + 1, 3, 31), "status": "accepted", "origin": "facsimile", "file": "report.pdf",
        "origin_note_ja": "これは写しです。", "origin_note_en": "This is a facsimile.", "sha256": "f" * 64, "page_count": 13, **more,
    }  # fmt: skip


def series(series_id: str = "kitakyushu_dx", **more: Any) -> dict[str, Any]:
    return {
        "series_id": series_id, "dataset": "401005_kitaq_dx", "title_ja": "北九州市DX推進計画 進捗状況", "title_en": "Progress of the DX plan",
        "description_ja": "北九州市DX推進計画の進捗状況報告に印刷された数値を、ページ上の位置とともに表にしたもの。",
        "description_en": "The numbers printed in the yearly progress reports, each with its spot on the page, as tidy tables.",
        "plan_ja": "DX推進計画", "plan_en": "DX plan", "publisher_ja": "北九州市", "publisher_en": "City of Kitakyushu",
        "area_code": "401005", "standard_area_code": "40100", "area_ja": "福岡県北九州市", "area_en": "Kitakyushu, Fukuoka",
        "license": "CC-BY-4.0", "license_url": "https://creativecommons.org/licenses/by/4.0/", "frequency": "P1Y", **more,
    }  # fmt: skip


def code_lists(
    indicators: Iterable[dict[str, Any]], editions: list[dict[str, Any]], all_series: list[dict[str, Any]] | None = None
) -> dict[str, list[Any]]:
    indicators = list(indicators)
    sections = {(row["series_id"], row["section_id"]) for row in indicators}
    return {
        "series": all_series or [series()],
        "edition": editions,
        "section": [
            {
                "series_id": one,
                "section_id": two,
                "section_no": two[1:],
                "name_ja": f"第{two[1:]}章",
                "name_en": f"Section {two[1:]}",
            }
            for one, two in sorted(sections)
        ],
        "unit": [
            {"unit_code": code, "name_ja": "マップ" if code == "map" else printed, "name_en": code.replace("_", " ")}
            for code, printed in {code: printed for printed, code in reversed(UNITS.items())}.items()
        ]
        + [{"unit_code": "unused", "name_ja": "未使用", "name_en": "unused"}],
        "indicator": indicators,
        "code": list(code_rows()),
    }


def stage(
    folder: Path,
    figures: list[dict[str, Any]],
    observations: list[dict[str, Any]],
    statements: Iterable[dict[str, Any]] = (),
    ledger: Iterable[dict[str, Any]] = (),
) -> Path:
    write_table("figure", figures, folder / "figure.parquet")
    write_table("observation", observations, folder / "observation.parquet")
    write_table("statement", statements, folder / "statement.parquet")
    write_table("ledger", ledger, folder / "ledger.parquet")
    return folder


STATEMENTS = [{
    "edition_id": "kitakyushu_dx-R6", "entry": 1, "page": 1, "section_no": "01", "kind": "target", "text": "ほとんどの市民がカードを保有",
    "indicator_id": "holding_rate", "period_kind": "fiscal_year", "period_start": date(2027, 4, 1), "period_end": date(2028, 3, 31),
    "x0": 1.0, "top": 2.0, "x1": 3.0, "bottom": 4.0,
}]  # fmt: skip
LEDGER = [
    {
        "edition_id": "kitakyushu_dx-R6",
        "entry": 1,
        "page": 1,
        "text": "0.9 万枚",
        "kind": "figure",
        "figure_id": "kitakyushu_dx-R6-p01-001",
        "x0": 1.0,
        "top": 2.0,
        "x1": 3.0,
        "bottom": 4.0,
    }
]
