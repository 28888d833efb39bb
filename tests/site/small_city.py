"""Two made-up editions of a small city: values over the years, breaks, a target, a revision, a null, and words that mean harm."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.build import build_warehouse
from warehouse.codelists import code_rows
from warehouse.parquet import write_table
from warehouse.site import Pages, Summary, write_site

EVIL = """"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7 * 7 }}"""
SIZE = (800.0, 500.0)
INDICATORS = {
    "visits": ("来館者数", "Visits", "person", "up"),
    "broken": ("途中で数え方の変わった件数", "Counted otherwise since", "case", "up"),
    "odd": ("一年だけ定義の違う件数", "Otherwise defined for one year", "case", "none"),
    "certificates": ("証明書の交付枚数", "Certificates issued", "sheet", "up"),
    "falling": ("待ち時間", "Waiting time", "hour", "down"),
    "nothing": ("絵だけの保有率", "Drawn, not printed", "percent", "up"),
    "evil": (EVIL, EVIL, "case", "up"),
}
UNITS = {"person": ("名", "persons"), "case": ("件", "cases"), "sheet": ("枚", "sheets"), "hour": ("時間", "hours"), "percent": ("%", "percent")}


@dataclass(frozen=True, slots=True)
class City:
    warehouse: Path
    release: Path
    pages: dict[str, Pages]

    def write(self, out: Path, before: Path | None = None, parts: Path | None = None) -> Summary:
        out.mkdir(parents=True)
        return write_site(self.warehouse, self.release, self.pages, out, before, parts)


def year(fiscal: int) -> dict[str, date]:
    return {"period_start": date(fiscal, 4, 1), "period_end": date(fiscal + 1, 3, 31)}


def build(folder: Path, series: Sequence[str] = ("small_city",), origin: str = "original") -> City:
    editions, staged, pages = [], [], {}
    for series_id in series:
        for name, fiscal in (("R5", 2023), ("R6", 2024)):
            edition_id = f"{series_id}-{name}"
            editions.append(_edition(series_id, name, fiscal, origin))
            staged.append(_stage(folder / "staging" / edition_id, edition_id, fiscal))
            pages[edition_id] = _draw(folder / "pages" / edition_id)
    warehouse = folder / "shinchoku.duckdb"
    build_warehouse(staged, _code_lists(series, editions), warehouse)
    return City(warehouse, _release(folder / "release", series), pages)


def _edition(series_id: str, name: str, fiscal: int, origin: str) -> dict[str, Any]:
    note = {"origin_note_ja": "これは写しです。", "origin_note_en": "This is a copy."} if origin == "facsimile" else {}
    return {
        "edition_id": f"{series_id}-{name}", "series_id": series_id, "edition": name, "title_ja": f"進捗報告{name}",
        "title_en": f"Progress report {name}", "fiscal_year": fiscal, **year(fiscal), "issued": date(fiscal + 1, 7, 1),
        "status": "accepted", "origin": origin, **note, "file": "report.pdf", "sha256": "e" * 64, "page_count": 2,
        "source_url": "javascript:alert(1)" if name == "R5" else "https://city.example/report.pdf",
    }  # fmt: skip


def _code_lists(series: Sequence[str], editions: list[dict[str, Any]]) -> dict[str, list[Any]]:
    return {
        "series": [
            {
                "series_id": one, "dataset": f"100000_{one}", "title_ja": f"{one}の進捗", "title_en": f"Progress of {one}",
                "description_ja": EVIL, "description_en": EVIL, "publisher_ja": "小さな市", "publisher_en": "Small City",
                "license": "CC-BY-4.0", "license_url": "https://creativecommons.org/licenses/by/4.0/", "frequency": "P1Y",
                "landing_page": "javascript:alert(1)", "contact": EVIL,
            }
            for one in series
        ],
        "edition": editions,
        "section": [
            {"series_id": one, "section_id": section, "section_no": number, "name_ja": ja, "name_en": en}
            for one in series
            for section, number, ja, en in (("s1", "01", "窓口", "Counters"), ("s2", None, EVIL, EVIL))
        ],
        "unit": [{"unit_code": code, "name_ja": ja, "name_en": en} for code, (ja, en) in UNITS.items()],
        "indicator": [
            {
                "series_id": one, "indicator_id": name, "section_id": "s2" if name == "evil" else "s1", "name_ja": ja, "name_en": en,
                "unit_code": unit, "direction": direction, "component": "whole", "description_ja": EVIL if name == "evil" else None,
            }
            for one in series
            for name, (ja, en, unit, direction) in INDICATORS.items()
        ],
        "code": list(code_rows()),
    }  # fmt: skip


def _stage(folder: Path, edition_id: str, fiscal: int) -> Path:
    figures: list[dict[str, Any]] = []
    observations: list[dict[str, Any]] = []

    def say(indicator: str, when: int, value: str | None, text: str, measure: str = "level", **more: Any) -> None:
        number = len(observations) + 1
        figure_id = None if value is None else f"{edition_id}-p01-{number:03d}"
        period = year(when) | more.pop("period", {})
        row = {
            "edition_id": edition_id, "indicator_id": indicator, "measure": measure, "fiscal_year": when, **period,
            "value": None if value is None else Decimal(value), "unit_code": INDICATORS[indicator][2], "qualifier": "exact",
            "decimals": 0, "unit_mult": 0, "obs_status": "A", "source_text": text, "source_page": 1, "figure_id": figure_id,
        } | more  # fmt: skip
        observations.append(row)
        if figure_id:
            x, y = 60.0 + 180 * (number % 4), 40.0 + 60 * (number // 4)
            figures.append({
                "figure_id": figure_id, "edition_id": edition_id, "sha256": "e" * 64, "page": 1, "title": "窓口", "label": more.get("obs_note", "件数"),
                "measure": measure, "component": "whole", "raw": text, "value": row["value"], "scale": row["unit_mult"], "decimals": 0,
                "qualifier": row["qualifier"], "source": "text", "x0": x, "top": y, "x1": x + 50, "bottom": y + 14,
            })  # fmt: skip

    if fiscal == 2023:
        say("visits", 2022, "100", "100名")
        say("visits", 2023, "110", "110 名")
        say("broken", 2022, "50", "50件")
        say("odd", 2021, "5", "5件")
        say("odd", 2022, "6", "6件")
        say("certificates", 2023, "290000", "29万枚", unit_mult=4)
    else:
        say("visits", 2023, "112", "112名")
        say("visits", 2024, "130", "130名")
        say("visits", 2027, "200", "200名以上", "target", qualifier="at_least")
        say("broken", 2023, "60", "60件", obs_status="B", obs_note="数え方を変えた")
        say("broken", 2024, "70", "70件")
        say("odd", 2023, "9", "9件", obs_status="D")
        say("odd", 2024, "8", "8件")
        say("certificates", 2024, "304000", "30.4 万枚超", unit_mult=4, decimals=1, qualifier="over")
        say("certificates", 2024, "14000", "+1.4万枚", "change", unit_mult=4, decimals=1, period={
            "base_start": date(2023, 4, 1), "base_end": date(2024, 3, 31)})  # fmt: skip
        say("falling", 2023, "40", "40時間")
        say("falling", 2024, "30", "30時間")
        say("falling", 2027, "10", "10時間以下", "target", qualifier="at_most")
        say("nothing", 2024, None, "保有率", obs_status="O", obs_note="報告書に数値が印刷されていない")
        say("evil", 2024, "1", EVIL, obs_note=EVIL)
    statements = [
        _statement(edition_id, 1, "target", EVIL, "evil", "01"),
        _statement(edition_id, 2, "milestone", "窓口を開いた", None, "01"),
        _statement(edition_id, 3, "label", "保有率", "nothing", "01"),
    ]
    write_table("figure", figures, folder / "figure.parquet")
    write_table("observation", observations, folder / "observation.parquet")
    write_table("statement", statements, folder / "statement.parquet")
    write_table("ledger", [], folder / "ledger.parquet")
    return folder


def _statement(edition_id: str, entry: int, kind: str, text: str, indicator: str | None, section: str) -> dict[str, Any]:
    return {
        "edition_id": edition_id, "entry": entry, "page": 1, "section_no": section, "kind": kind, "text": text, "indicator_id": indicator,
        "x0": 100.0, "top": 300.0, "x1": 200.0, "bottom": 320.0,
    }  # fmt: skip


def _draw(folder: Path) -> Pages:
    from PIL import Image, ImageDraw

    folder.mkdir(parents=True)
    image = Image.new("RGB", (1200, 750), "white")
    ImageDraw.Draw(image).rectangle((100, 60, 500, 300), fill="navy")
    image.save(folder / "p01.webp", "WEBP")
    return Pages(folder, {1: SIZE})


def _release(folder: Path, series: Sequence[str]) -> Path:
    """What a release has that the site looks at."""
    files = {"datapackage.json": '{"version": "2025-07-01+0badcafe"}', "CHANGELOG.md": "-", "codelists/unit.csv": "unit_code"}
    for one in series:
        files |= {f"100000_{one}_observations.csv": "value\r\n1\r\n", f"100000_{one}.xlsx": "x", f"100000_{one}_wide_ja.csv": "値"}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    sums = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(files)}
    (folder / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in sums.items()))
    return folder
