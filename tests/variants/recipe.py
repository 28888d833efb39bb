"""The wording of the R6 report as a tree, and its setting in layouts that differ from the bundled one in every way."""

from __future__ import annotations

import html
import random
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

WORDING = Path(__file__).with_name("wording.txt")


@dataclass
class Tile:
    """``lines`` are plain text, or lists of parts of a big number: before, number, after, number, after ..."""

    title: str = ""
    lines: list[str | list[str]] = field(default_factory=list)
    axis: list[str] = field(default_factory=list)
    marks: list[list[str]] = field(default_factory=list)


@dataclass
class Section:
    heading: str
    target: str = ""
    target_lines: list[str] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)


def wording(text: str | None = None) -> list[Section]:
    sections: list[Section] = []
    for line in (WORDING.read_text(encoding="utf-8") if text is None else text).splitlines():
        here = sections[-1] if sections else None
        if line.startswith("= "):
            sections.append(Section(line[2:]))
        elif here is None:
            raise ValueError(line)
        elif line.startswith("@ "):
            here.target = line[2:]
        elif line.startswith("# "):
            here.tiles.append(Tile(line[2:]))
        elif line == ">":
            here.tiles.append(Tile())
        elif line.startswith("~! "):
            here.tiles[-1].marks.append(line[3:].split("|"))
        elif line.startswith("~ "):
            here.tiles[-1].axis = line[2:].split()
        elif line.startswith("! "):
            here.tiles[-1].lines.append(line[2:].split("|"))
        elif not here.tiles:
            here.target_lines.append(line)
        else:
            here.tiles[-1].lines.append(line)
    return sections


COVER = ["北九州市DX推進計画", "令和6年度 進捗状況"]


# -- HTML, for a browser's PDF ------------------------------------------------------------------------------------------


def _number(parts: list[str]) -> str:
    out = []
    for n, part in enumerate(parts):
        out.append(f'<b class="n">{html.escape(part)}</b>' if n % 2 else f'<span class="u">{html.escape(part)}</span>')
    return f'<div class="big">{"".join(out)}</div>'


def _tile(tile: Tile) -> str:
    out = [f"<h3>{html.escape(tile.title)}</h3>"] if tile.title else []
    for line in tile.lines:
        out.append(_number(line) if isinstance(line, list) else f"<p>{html.escape(line)}</p>")
    if tile.axis:
        marks = {m[0]: m for m in tile.marks}
        columns = []
        for n, name in enumerate(tile.axis):
            mark = marks.get(name)
            label = ""
            if mark:
                label = (
                    f'<div class="l"><b>{mark[2]}</b> {html.escape(mark[3])}'
                    + "".join(f"<br><small>{html.escape(m)}</small>" for m in mark[4:])
                    + "</div>"
                )
            columns.append(f'<div class="c">{label}<i style="height:{6 + 7 * n}px"></i><em>{name}</em></div>')
        out.append(f'<div class="chart">{"".join(columns)}</div>')
    return f'<section class="tile">{"".join(out)}</section>'


def _section(section: Section) -> str:
    target = (
        f'<div class="target"><h4>【{section.target}】</h4>'
        + "".join(f"<p>{html.escape(t)}</p>" for t in section.target_lines)
        + "</div>"
    )
    return f'<article><h2>{html.escape(section.heading)}</h2>{target}<div class="tiles">{"".join(map(_tile, section.tiles))}</div></article>'


BASE = """*{margin:0;padding:0;box-sizing:border-box}body{font-family:FONT;font-size:11px;color:#222}article{break-inside:avoid}
.big{white-space:nowrap}.chart{display:flex;align-items:flex-end;margin-top:6px}.c{flex:1;text-align:center;min-width:0}
.c i{display:block;background:#69c;width:60%;margin:0 auto}
.c em{font-style:normal;font-size:8px}.l{font-size:9px;white-space:nowrap;display:inline-block}.page{break-after:page}
"""

STYLES = {
    # Four pages of A4 upright, three sections on each, framed tiles.
    "leaflet": """@page{size:A4;margin:10mm}.tiles{display:flex;flex-wrap:wrap;gap:5px;margin:4px 0 8px}
.tile{border:1px solid #888;padding:4px 6px;flex:1 1 30%}h2{background:#264;color:#fff;font-size:15px;padding:3px 8px}
.target{background:#efe;border:1px solid #9b9;padding:3px 6px;margin-top:3px}h3{font-size:12px;text-align:center}h4{font-size:11px;text-align:center}
.n{font-size:24px}.u{font-size:12px}p{font-size:9.5px}""",
    # Two pages of A3 across, three columns of sections, tiles only by shade, titles below in colour.
    "poster": """@page{size:A3 landscape;margin:12mm}.page{display:grid;grid-template-columns:1fr 1fr 1fr;gap:14px 16px}
.tiles{display:grid;grid-template-columns:1fr 1fr;gap:6px}.tile{background:#f1f1f6;border-radius:8px;padding:6px 8px}
h2{border-bottom:3px solid #a33;font-size:19px;color:#a33;margin-bottom:4px}.target{background:#fff3d6;border-radius:6px;padding:4px 8px;margin-bottom:6px}
h3{font-size:14px;color:#a33}h4{font-size:12px}.n{font-size:30px;margin:0 2px}.u{font-size:14px}p{font-size:11px}""",
    # One section a page on a screen, tiles without any frame, in one row, headings left.
    "slides": """@page{size:254mm 143mm;margin:8mm}article{break-after:page}.tiles{display:flex;gap:26px;margin-top:14px}.tile{flex:1}
h2{font-size:22px;border-left:8px solid #07c;padding-left:8px}.target{border:2px solid #07c;padding:5px 10px;margin-top:6px}
h3{font-size:15px;margin-bottom:6px}h4{font-size:13px}.n{font-size:38px;margin:0 3px}.u{font-size:16px}p{font-size:12px}""",
    # Rows between rules, the title left of the numbers, half way down its row.
    "rows": """@page{size:A4;margin:12mm}.tiles{margin:4px 0 10px}
.tile{display:grid;grid-template-columns:32% 1fr;gap:0 10px;border-bottom:1px solid #999;padding:5px 2px;break-inside:avoid}
.tile h3{grid-row:1/20;align-self:center;font-size:12px}.tile>:not(h3){grid-column:2}
h2{border-bottom:4px double #333;font-size:17px}.target{padding:3px 0}h4{font-size:11px;color:#555}
.n{font-size:22px}.u{font-size:11px}p{font-size:10px}""",
    # Two columns on a tall sheet, tiles as round shapes, type set in their middle.
    "bubbles": """@page{size:297mm 420mm;margin:12mm}body{background:#fffdf5}
.page{display:grid;grid-template-columns:1fr 1fr;gap:18px}
.tiles{display:flex;flex-wrap:wrap;gap:10px;justify-content:center}
.tile{background:#dff1ff;border-radius:50px;padding:14px 22px;text-align:center;min-width:190px}
h2{background:linear-gradient(90deg,#09c,#5cf);color:#fff;border-radius:20px;text-align:center;font-size:20px;padding:4px}
.target{text-align:center;border:2px dashed #f90;border-radius:12px;margin:6px 40px;padding:6px}
h3{font-size:14px;background:#09c;color:#fff;border-radius:10px;display:inline-block;padding:1px 10px}
.n{font-size:34px;color:#d33}.u{font-size:15px}p{font-size:11px}""",
    # Light type on a dark ground, no frames but a bar at the left of each tile.
    "dark": """@page{size:338mm 190mm;margin:0}body{background:#123;color:#fff}article{break-after:page;padding:9mm}
.tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:14px;margin-top:10px}
.tile{border-left:4px solid #fc3;padding-left:10px} h2{font-size:26px;color:#fc3}
.target{font-size:13px;margin:4px 0;color:#cde}.target h4{display:inline-block}h3{font-size:16px}
.n{font-size:44px;font-family:'Noto Serif CJK JP'}.u{font-size:15px}p{font-size:12px}""",
    # The section's heading in a vertical band beside its tiles, which have no frames.
    "side": """@page{size:A4;margin:10mm}
article{display:grid;grid-template-columns:46px 1fr;gap:4px 8px;margin-bottom:12px;border:2px solid #284;padding:0}
h2{writing-mode:vertical-rl;background:#284;color:#fff;font-size:13px;padding:8px 10px;grid-row:1/3}
.target{padding:4px}.tiles{display:flex;flex-wrap:wrap;gap:8px;padding-bottom:6px}.tile{flex:1 1 28%}
h3{font-size:12px;border-bottom:1px solid #284}.n{font-size:26px}.u{font-size:11px}p{font-size:9px}""",
    # Newspaper columns that run on, without any frame.
    "news": """@page{size:A3;margin:14mm}.page{columns:3;column-gap:9mm;column-rule:1px solid #777}
h2{font-size:18px;margin:8px 0 3px;column-span:none}.tile{break-inside:avoid;margin:6px 0 8px}
.target{background:#eee;padding:3px 5px} h3{font-size:12px}h3:before{content:"■ "}.n{font-size:20px}
.u{font-size:12px}p{font-size:10px}article{break-inside:auto}""",
    # Running text: titles differ from it by weight and a mark alone.
    "flat": """@page{size:A4;margin:18mm}.tiles{}.tile{margin:3px 0 7px 12px}h2{font-size:14px;margin-top:8px}
.target{margin-left:8px}h3{font-size:11px}h3:before{content:"○ "}.n{font-size:11px}.u{font-size:11px}
p{font-size:10px}h4{font-size:10.5px}""",
}

PER_PAGE = {"leaflet": 3, "poster": 6, "slides": 1, "rows": 3, "bubbles": 6, "dark": 1, "side": 3, "news": 6, "flat": 12}  # sections


def as_html(style: str, font: str = "'Noto Sans CJK JP'", per_page: int | None = None) -> str:
    sections = [_section(s) for s in wording()]
    per_page = per_page or PER_PAGE[style]
    pages = [sections[i : i + per_page] for i in range(0, len(sections), per_page)]
    body = "".join(f'<div class="page">{"".join(p)}</div>' for p in pages)
    title = "".join(f"<h1>{c}</h1>" for c in COVER)
    return f'<!doctype html><html lang="ja"><meta charset="utf-8"><style>{BASE.replace("FONT", font)}{STYLES[style]}h1{{font-size:20px}}</style>{title}{body}</html>'


def chromium_pdf(source: str, out: Path, chromium: str = "chromium") -> Path:
    """Print a page of HTML as PDF with headless Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(source, encoding="utf-8")
        subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                f"--user-data-dir={folder}/profile",
                "--no-pdf-header-footer",
                f"--print-to-pdf={out}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    return out


# -- reportlab, for tests that need nothing but Python -------------------------------------------------------------------


def _draw_number(draw: list, x: float, y: float, parts: Iterable[str], big: float, small: float, width) -> None:
    for n, part in enumerate(parts):
        size = big if n % 2 else small
        if part:
            draw.append(("bold" if n % 2 else "plain", size, x, y, part))
            x += width(part, size, "bold" if n % 2 else "plain") + size * 0.12


def reportlab_pdf(
    out: Path,
    *,
    seed: int = 1,
    columns: int = 3,
    upright: bool = True,
    shuffled: bool = True,
    frames: bool = True,
    cover: Sequence[str] = COVER,
    sections: Sequence[Section] | None = None,
) -> Path:
    """Two columns of sections on upright pages, tiles under one another, drawn in a shuffled order."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    for name in ("HeiseiKakuGo-W5", "HeiseiMin-W3"):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    fonts = {"plain": "HeiseiMin-W3", "bold": "HeiseiKakuGo-W5"}
    size = A4 if upright else landscape(A4)
    width, height = size
    pen = canvas.Canvas(str(out), pagesize=size, invariant=1)
    dice = random.Random(seed)
    margin = 36

    def measure(text: str, points: float, face: str = "plain") -> float:
        return pdfmetrics.stringWidth(text, fonts[face], points)

    def flush(texts: list, boxes: list) -> None:
        order = [("box", b) for b in boxes] + [("text", t) for t in texts]
        if shuffled:
            dice.shuffle(order)
        for kind, item in order:
            if kind == "box":
                x, y, w, h = item
                pen.setLineWidth(0.7)
                pen.rect(x, height - y - h, w, h)
            else:
                face, points, x, y, text = item
                pen.setFont(fonts[face], points)
                pen.drawString(x, height - y, text)
        pen.showPage()

    texts: list = [("bold", 26, margin, 90 + 40 * n, line) for n, line in enumerate(cover)]
    flush(texts, [])
    for section in wording() if sections is None else sections:
        texts, boxes = [], []
        texts.append(("bold", 18, margin, 40, section.heading))
        boxes.append((margin - 6, 56, width - 2 * margin + 12, 24 + 15 * len(section.target_lines)))
        texts.append(("bold", 11, margin, 70, f"【{section.target}】"))
        y = 86.0
        for line in section.target_lines:
            texts.append(("plain", 10.5, margin, y, line))
            y += 15
        top = y + 12
        step = (width - 2 * margin) / columns
        bottoms = [top] * columns
        for n, tile in enumerate(section.tiles):
            column = (n % columns) if tile.title else min(max(n - 1, 0) % columns, columns - 1)
            x, y = margin + column * step, bottoms[column]
            start = y
            y += 18
            if tile.title:
                fit = min(12.0, 12.0 * (step - 14) / measure(tile.title, 12.0, "bold"))
                texts.append(("bold", fit, x + 4, y, tile.title))
                y += 8
            for line in tile.lines:
                if isinstance(line, list):
                    y += 22
                    big, small = (22, 10) if len(line) <= 3 else (15, 9)
                    if sum(measure(p, big if k % 2 else small) for k, p in enumerate(line)) > step - 12:
                        big, small = 12, 7
                    _draw_number(texts, x + 4, y, line, big, small, measure)
                    y += 6
                else:
                    points = min(9.0, 9.0 * (step - 12) / max(measure(line, 9.0), 1))
                    y += 11
                    texts.append(("plain", points, x + 4, y, line))
            if tile.axis:
                y += 70
                pitch = (step - 20) / len(tile.axis)
                for k, name in enumerate(tile.axis):
                    texts.append(("plain", 6, x + 8 + k * pitch, y, name))
                    for mark in tile.marks:
                        if mark[0] == name:
                            left = min(x + 4 + k * pitch, x + step - 62)
                            lift = 14 + 4 * k
                            texts.append(("bold", 8, left, y - lift, mark[2] + mark[3]))
                            for m, extra in enumerate(mark[4:]):
                                texts.append(("plain", 6, left, y - lift + 8 * (m + 1), extra))
            y += 10
            if frames:
                boxes.append((x, start, step - 6, y - start))
            bottoms[column] = y + 8
        flush(texts, boxes)
    pen.save()
    return out
