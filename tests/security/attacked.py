"""A city whose every text is an attack: its registry files and its report, as a folder for SHINCHOKU_SERIES."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml

from sources.registry import check_digit
from tests.security import attacks
from tests.variants.recipe import Section, Tile, reportlab_pdf

SERIES = "attack_city"
COVER = ("攻撃市計画（架空）", "令和{year}年度 進捗状況")
# What fits on a tile of a page in a font of Latin and Japanese letters.
LABELS = (
    attacks.SCRIPT,
    "<img src=x onerror=alert(1)>",
    "</style></title><script>alert(1)</script>",
    "\" onmouseover=\"alert(1)\" x=\"",
    "<a href=javascript:alert(1)>press</a>",
    "]]><script>alert(1)</script>",
    "{{ x*x }}{% raw %}",
    "![x](http://attacker.example/p.png)",
    "[press](javascript:alert(1))",
    "`a` **b** <b>c",
    "=HYPERLINK(\"http://attacker.example\")",
    "@SUM(A:B)*cmd' /C calc'!A",
    "'; DROP TABLE observation; --",
    "＝合計＋合計",
)
EVERYTHING = " ".join(text for text in attacks.ALL if not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in text))


def words(text: str) -> dict[str, str]:
    return {"ja": text, "en": text}


def write(root: Path) -> Path:
    folder = root / SERIES
    folder.mkdir(parents=True)

    def put(name: str, data: Any) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")

    put("series.yaml", {
        "id": SERIES, "title": words(EVERYTHING), "description": words(EVERYTHING), "publisher": words(EVERYTHING), "plan": words(EVERYTHING),
        "area_code": "99999" + check_digit("99999"), "standard_area_code": "99999", "area": words(EVERYTHING), "dataset": SERIES,
        "license": {"spdx": "CC-BY-4.0", "ckan": "cc-by", "url": "https://creativecommons.org/licenses/by/4.0/"},
        "contact": EVERYTHING, "recognise": {"all": [COVER[0]]},
        "sections": [{"id": "s01", "number": attacks.SCRIPT[:24], "name": words(EVERYTHING), "also": ["攻撃の章"]}],
    })  # fmt: skip
    put("indicators.yaml", {"indicators": [
        {
            "id": f"i{number:02d}", "name": words(label), "section": "s01", "unit": "case", "names": [label], "direction": "up",
            "covers": "year", "description": words(EVERYTHING),
        }
        for number, label in enumerate(LABELS)
    ]})  # fmt: skip
    for year, status in ((6, "accepted"), (7, "draft")):
        tiles = [Tile(label, [["", str(100 * (number + 1) + year), "件"], f"(R{year}年度)"]) for number, label in enumerate(LABELS)]
        if year == 7:
            tiles.append(Tile("{{ 7*7 }} =1+1 @SUM(1+1)*cmd' /C calc'!A0", [["", "12", ""], "(R7年度)"]))
            tiles.append(Tile("<b>新しい</b> & \"指標\"", [["", "12", "施設"], "(R7年度)"]))
        sections = [Section("攻撃の章", "目標", [attacks.SCRIPT, "![x](http://attacker.example/p.png)"], tiles[at : at + 6]) for at in range(0, len(tiles), 6)]
        pdf = folder / "editions" / f"R{year}" / "<svg onload=alert(1)>'; --.pdf".replace("/", "")
        pdf.parent.mkdir(parents=True)
        reportlab_pdf(pdf, columns=2, upright=False, shuffled=False, cover=[line.format(year=year) for line in COVER], sections=sections)
        put(f"editions/R{year}/edition.yaml", {
            "edition": f"R{year}", "fiscal_year": 2018 + year, "title": words(EVERYTHING), "file": pdf.name,
            "sha256": hashlib.sha256(pdf.read_bytes()).hexdigest(), "origin": "facsimile", "origin_note": words(EVERYTHING), "status": status,
            "source_url": "https://city.example/report.pdf",
        })  # fmt: skip
    return root
