"""The one picture of the architecture: stations from the import contracts of pyproject.toml, arrows from the imports that the code has."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from docs.site.markdown import Language

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
SAYS = {  # from left to right within a row
    "pipelines": ("何を、いつ、どの順に", "what runs, when, in which order"),
    "warehouse.review": ("確認ページ", "the review page"),
    "warehouse.site": ("公開ページ", "the public page"),
    "warehouse.catalogue": ("CKANへの登録", "publishing to CKAN"),
    "warehouse.build": ("データベース", "the database"),
    "expectations": ("成り立つべきこと", "what must hold"),
    "warehouse.exports": ("公開ファイル", "the published files"),
    "warehouse.codelists": ("コードリスト", "the code lists"),
    "warehouse.parquet": ("表のファイル", "tables as files"),
    "warehouse.fields": ("項目辞書", "the field dictionary"),
    "sources": ("PDF → 紙面 → 表記 → 数値 → 観測値", "PDF → layout → notation → figures → observations"),
}
TITLE = ("矢印は、使う側から使われる側へ（実際のimport）。データは逆に、下から上へ進む。",
         "An arrow leads to what a station knows (an import that the code has); data goes the other way, upwards.")
WIDTH, ROW, BOX, LEFT, TOP, GAP = 960, 112, 60, 24, 68, 24


@cache
def stations() -> tuple[str, ...]:
    """The stations that the first contract names, the one that knows most first."""
    contracts = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return tuple(name.strip() for layer in contracts[0]["layers"] for name in layer.split(":"))


@cache
def imports() -> frozenset[tuple[str, str]]:
    """Which station imports which, as the code has it."""
    import grimp

    graph = grimp.build_graph("pipelines", "sources", "warehouse", "expectations")

    def station_of(module: str) -> str | None:
        return next((each for each in stations() if module == each or module.startswith(f"{each}.")), None)

    pairs = {(station_of(module), station_of(other)) for module in graph.modules for other in graph.find_modules_directly_imported_by(module)}
    return frozenset((one, other) for one, other in pairs if one and other and one != other)


def arrows() -> list[tuple[str, str]]:
    """The arrows that are drawn: an import that leads there also by way of other stations is left out, so that the picture can be read."""
    found = imports()

    def leads(start: str, end: str, without: tuple[str, str]) -> bool:
        return any(other == end or leads(other, end, without) for one, other in found if one == start and (one, other) != without)

    return sorted(pair for pair in found if not leads(*pair, pair))


def rows() -> list[list[str]]:
    """The stations from the top: each one row above the highest that it imports."""
    found = imports()

    @cache
    def height(station: str) -> int:
        return 1 + max((height(other) for one, other in found if one == station), default=-1)

    top = max(map(height, stations()))
    return [[station for station in SAYS if height(station) == level] for level in range(top, -1, -1)]


def picture(language: Language) -> str:
    """The picture as SVG: an arrow from each station to those that it imports."""
    at = 0 if language == "ja" else 1
    height = TOP + ROW * len(rows())
    places: dict[str, tuple[float, float, float]] = {}
    for number, row in enumerate(rows()):
        width = (WIDTH - 2 * LEFT - GAP * (len(row) - 1)) / len(row)
        for column, station in enumerate(row):
            places[station] = (LEFT + column * (width + GAP), TOP + number * ROW, width)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
             "font-family=\"system-ui, 'Noto Sans CJK JP', 'Hiragino Sans', 'Yu Gothic', sans-serif\">",
             f"<title>{escape(TITLE[at])}</title>",
             '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
             '<path d="M0 0L8 4L0 8z" fill="#4a5f78"/></marker></defs>',
             f'<rect width="{WIDTH}" height="{height}" rx="8" fill="#fbfcfe"/>',
             f'<text x="{LEFT}" y="40" font-size="17" fill="#1d2b3a">{escape(TITLE[at])}</text>']
    for one, other in arrows():
        lines.append(_arrow(one, other, places))
    for station, (x, y, width) in places.items():
        middle = x + width / 2
        lines += [f'<rect x="{x:.0f}" y="{y}" width="{width:.0f}" height="{BOX}" rx="6" fill="#e8f0fa" stroke="#4a5f78"/>',
                  f'<text x="{middle:.0f}" y="{y + 24}" font-size="16" font-weight="600" text-anchor="middle" fill="#12233a">{station}</text>',
                  f'<text x="{middle:.0f}" y="{y + 44}" font-size="14" text-anchor="middle" fill="#33475b">{escape(SAYS[station][at])}</text>']
    return "\n".join([*lines, "</svg>"]) + "\n"


def _arrow(one: str, other: str, places: dict[str, tuple[float, float, float]]) -> str:
    """From the lower edge of a box to the upper edge of another, where the two are nearest to standing above one another."""
    (x, y, width), (to_x, to_y, to_width) = places[one], places[other]
    left, right = max(x, to_x), min(x + width, to_x + to_width)
    start = end = (left + right) / 2
    if left >= right:
        start, end = x + width / 2, to_x + to_width / 2
    return (f'<path d="M{start:.0f} {y + BOX}L{end:.0f} {to_y - 2}" stroke="#4a5f78" stroke-width="1.5" fill="none" marker-end="url(#end)">'
            f"<title>{one} → {other}</title></path>")
