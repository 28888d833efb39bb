"""Opens a PDF with pdfplumber and gives its pages as glyphs, rules, panels and pictures.

All lengths are PDF points from the top left corner of the page as a reader sees it. What lies outside the crop box is
not on the page and is left out; what is printed several times over itself (bold by overprinting) is there once.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pdfplumber

from sources.errors import ShinchokuError
from sources.pdf.outlines import drawn_writing
from sources.pdf.seen import hidden, lay_out
from sources.records import Box

logging.getLogger("pdfminer").setLevel(logging.ERROR)

# A rule may be drawn as a filled rectangle; thicker than this it is a bar or a panel.
THIN = 2.5
# A round shape holds text of its own from this size on, in points.
ROUND = 40.0
# Above this many rules a page is a drawing or a map: only the long ones can be table borders.
MANY_RULES = 6000


@dataclass(slots=True)
class Glyph:
    """One printed character. ``baseline`` is the y of its origin, ``size`` its font size, both in points."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    size: float
    bold: bool
    order: int
    repeats: int = 1
    font: str = ""
    colour: str = ""  # of a geometric sign, as it may stand in a legend
    turn: int = 0  # degrees that the reader turns the head to the left to read it: 0, 90, 180 or 270


@dataclass(slots=True)
class Rule:
    """A straight horizontal or vertical line: along the axis from ``start`` to ``end`` at ``at``."""

    horizontal: bool
    at: float
    start: float
    end: float


@dataclass(slots=True)
class Panel:
    """A filled or framed rectangle, sharp or rounded, that can hold text."""

    box: Box
    filled: bool
    stroked: bool
    tinted: bool = False  # filled with a colour other than white


@dataclass(slots=True)
class Fill:
    """A shape in a colour other than white. ``colour`` is whatever the PDF calls it, of a pattern its name: to be compared, and no more."""

    box: Box
    colour: str
    patterned: bool = False
    points: Sequence[tuple[float, float]] = ()  # its outline, where it is no rectangle

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        if not (self.box.x0 <= x <= self.box.x1 and self.box.top <= y <= self.box.bottom):
            return False
        sides = zip(self.points, [*self.points[1:], *self.points[:1]], strict=True)
        crossed = [(a, b) for a, b in sides if (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])]
        return not self.points or len(crossed) % 2 == 1


@dataclass(slots=True)
class Page:
    number: int
    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)  # in the order in which they are drawn
    pictures: list[Box] = field(default_factory=list)
    drawn: list[Box] = field(default_factory=list)  # blocks of writing that is drawn as shapes
    points: list[tuple[float, float]] = field(default_factory=list)  # ends and corners of drawn lines, tops of bars
    hidden: list[Glyph] = field(default_factory=list)  # text that nobody sees
    pale: list[Glyph] = field(default_factory=list)  # white type that no shape or picture is seen to lie under
    unreadable: int = 0  # glyphs that the character map of their font does not explain


SIGNS = frozenset("■●◆▲▼◼⬤")
NO_CHARACTER = "\ufffd"  # in place of what the font does not say: (cid:12) holds digits that nobody printed


def _unreadable(text: str) -> bool:
    return text.startswith("(cid:") or text == "\ufffd" or any("\ue000" <= c <= "\uf8ff" for c in text)


def _is_bold(fontname: str) -> bool:
    name = fontname.lower()
    return any(word in name for word in ("bold", "black", "heavy", "demi", "-w6", "-w7", "-w8", "-w9", "-eb", "-db", "gothicbbb"))


def _turn(matrix: Sequence[float]) -> int:
    """Which way a glyph's line runs, from its text matrix: 90 is upward on the page."""
    a, b = matrix[0], matrix[1]
    if abs(b) <= abs(a):
        return 0 if a >= 0 else 180
    return 90 if b > 0 else 270


def _white(color: object) -> bool:
    """Whether a colour of PDF (grey, RGB or CMYK, 0 to 1) is white."""
    if not isinstance(color, (tuple, list)) or not color or not all(isinstance(c, (int, float)) for c in color):
        return False
    return max(color) <= 0.03 if len(color) == 4 else len(color) in (1, 3) and min(color) >= 0.97


def _glyphs(
    chars: Iterable[Mapping[str, Any]], bounds: Box, height: float, unseen: set[int]
) -> tuple[list[Glyph], list[Glyph], list[Glyph], int]:
    """The glyphs of a page, those among its characters that are hidden, those that are white, and how many cannot be read."""
    hidden: list[Glyph] = []
    white: list[Glyph] = []
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    glyphs: list[Glyph] = []
    unreadable = 0
    bold_fonts: dict[str, bool] = {}
    for order, char in enumerate(chars):
        text = char["text"]
        x0, top, x1, bottom, size = char["x0"], char["top"], char["x1"], char["bottom"], char["size"]
        if not text or size <= 0.5 or not all(map(math.isfinite, (x0, top, x1, bottom))):
            continue
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        if not (bounds.x0 <= x <= bounds.x1 and bounds.top <= y <= bounds.bottom):
            continue
        if order in unseen:
            hidden.append(Glyph(text, x0, top, x1, bottom, bottom, size, False, order))
            continue
        if _unreadable(text):
            unreadable += 1
            text = NO_CHARACTER
        near = max(0.6, size * 0.12)
        cell = (int(x0 / 4), int(bottom / 4))
        twin = next(
            (
                other
                for dx in (-1, 0, 1)
                for dy in (-1, 0, 1)
                for other in seen.get((text, cell[0] + dx, cell[1] + dy), ())
                if abs(other.x0 - x0) <= near and abs(other.bottom - bottom) <= near and abs(other.size - size) <= 1
            ),
            None,
        )
        if twin is not None and not text.isspace():
            twin.repeats += 1
            twin.bold = True
            continue
        font = char["fontname"]
        bold = bold_fonts.get(font)
        if bold is None:
            bold = bold_fonts[font] = _is_bold(font)
        # Type 3 and vertical fonts have boxes that tell little; the origin in the text matrix is what type is set by.
        matrix = char["matrix"]
        turn = _turn(matrix)
        upright = turn == 0
        baseline = height - matrix[5] if upright and top - size <= height - matrix[5] <= bottom + size else bottom
        colour = repr(char.get("non_stroking_color")) if text in SIGNS else ""
        glyph = Glyph(text, x0, top, x1, bottom, baseline, size, bold, order, font=font, colour=colour, turn=turn)
        seen.setdefault((text, *cell), []).append(glyph)
        glyphs.append(glyph)
        if _white(char.get("non_stroking_color")) and not text.isspace():
            white.append(glyph)
    return glyphs, hidden, white, unreadable


def _rectangular(points: Sequence[tuple[float, float]], box: Box) -> bool:
    """Whether an outline runs along the sides of its box: with sharp or rounded corners, or, where it is large, as an ellipse."""
    if len(points) < 4:
        return False
    wide, high = box.x1 - box.x0, box.bottom - box.top
    slack = min(20.0, 0.3 * min(wide, high))
    if all(
        min(x - box.x0, box.x1 - x) <= slack and min(y - box.top, box.bottom - y) <= slack
        or min(x - box.x0, box.x1 - x) <= 1
        or min(y - box.top, box.bottom - y) <= 1
        for x, y in points
    ):  # fmt: skip
        return True
    # No point of a rounded box lies within the ellipse that fits it; a small disc is the dress of a number or a bullet.
    if min(wide, high) < ROUND:
        return False
    unit = [((2 * x - box.x0 - box.x1) / wide, (2 * y - box.top - box.bottom) / high) for x, y in points]
    quarters = {(u > 0, v > 0) for u, v in unit}
    return len(quarters) == 4 and all(u * u + v * v > 0.93 for u, v in unit)


def _shapes(page: Any, out: Page) -> None:
    bounds = Box(0, 0, out.width, out.height)
    for line in page.lines:
        x0, top, x1, bottom = line["x0"], line["top"], line["x1"], line["bottom"]
        if bottom - top <= THIN:
            out.rules.append(Rule(True, (top + bottom) / 2, x0, x1))
        elif x1 - x0 <= THIN:
            out.rules.append(Rule(False, (x0 + x1) / 2, top, bottom))
        out.points.extend(line.get("pts") or ((x0, top), (x1, bottom)))
    for kind in ("rect", "curve"):
        for shape in page.objects.get(kind, ()):
            box = Box(shape["x0"], shape["top"], shape["x1"], shape["bottom"])
            wide, high = box.x1 - box.x0, box.bottom - box.top
            if high <= THIN < wide:
                out.rules.append(Rule(True, (box.top + box.bottom) / 2, box.x0, box.x1))
                continue
            if wide <= THIN < high:
                out.rules.append(Rule(False, (box.x0 + box.x1) / 2, box.top, box.bottom))
                continue
            if wide <= THIN or (wide >= 0.97 * bounds.x1 and high >= 0.9 * bounds.bottom):
                continue
            filled, stroked = bool(shape.get("fill")), bool(shape.get("stroke"))
            if not (filled or stroked):
                continue
            if filled and not _white(shape.get("non_stroking_color")):
                colour = shape.get("non_stroking_color")
                patterned = not (isinstance(colour, (tuple, list)) and all(isinstance(part, (int, float)) for part in colour))
                out.fills.append(Fill(box, repr(colour), patterned, () if kind == "rect" else shape["pts"]))
            if kind == "curve" and not _rectangular(shape["pts"], box):
                if len(shape["pts"]) < 400:
                    out.points.extend(shape["pts"])
                continue
            out.points.append(((box.x0 + box.x1) / 2, box.top))
            if wide >= 12 and high >= 7:
                out.panels.append(Panel(box, filled, stroked, filled and not _white(shape.get("non_stroking_color"))))
    if len(out.rules) > MANY_RULES:
        out.rules = [rule for rule in out.rules if rule.end - rule.start > 40][:MANY_RULES]
    if len(out.fills) > MANY_RULES:
        out.fills = []
    out.panels = _distinct(out.panels)[:MANY_RULES]
    out.points = out.points[:MANY_RULES]


def _groundless(glyphs: list[Glyph], page: Any, pictures: list[Box]) -> list[Glyph]:
    """White glyphs that lie on no picture and on no shape of another colour."""
    grounds = [*pictures]
    for shape in (*page.rects, *page.curves):
        if shape.get("fill") and not _white(shape.get("non_stroking_color")):
            grounds.append(Box(shape["x0"], shape["top"], shape["x1"], shape["bottom"]))
    return [
        g
        for g in glyphs
        if not any(ground.holds(g) for ground in grounds)
    ]


def _distinct(panels: list[Panel]) -> list[Panel]:
    seen: dict[tuple[int, ...], Panel] = {}
    for panel in panels:
        key = tuple(round(v / 2) for v in panel.box)
        if key in seen:
            seen[key].stroked |= panel.stroked
            seen[key].filled |= panel.filled
            seen[key].tinted |= panel.tinted
        else:
            seen[key] = panel
    return list(seen.values())


def read_page(page: Any, number: int) -> Page:
    """One pdfplumber page as glyphs, rules, panels and pictures."""
    left, upper = float(page.bbox[0]), float(page.bbox[1])
    out = Page(number, float(page.width), float(page.height))
    crop = page.cropbox or page.bbox
    bounds = Box(*(float(v) for v in crop))
    if bounds.x1 - bounds.x0 < 1 or bounds.bottom - bounds.top < 1:
        bounds = Box(*(float(v) for v in page.bbox))
    if page.rotation in (90, 270) or page.rotation == 180:
        bounds = Box(*(float(v) for v in page.bbox))
    lay_out(page)
    height = float(page.mediabox[3]) if page.mediabox else out.height
    out.glyphs, out.hidden, white, out.unreadable = _glyphs(page.chars, bounds, height, hidden(page))
    _shapes(page, out)
    out.pictures = [Box(i["x0"], i["top"], i["x1"], i["bottom"]) for i in page.images]
    out.drawn = drawn_writing((*page.curves, *page.rects), out.glyphs)
    out.pale = _groundless(white, page, out.pictures) if white else []
    if left or upper:
        _shift(out, left, upper)
    return out


def _shift(page: Page, left: float, upper: float) -> None:
    """Bring a page whose box does not begin at the origin to the top left corner."""
    for g in (*page.glyphs, *page.hidden):
        g.x0, g.x1, g.top, g.bottom, g.baseline = g.x0 - left, g.x1 - left, g.top - upper, g.bottom - upper, g.baseline - upper
    for r in page.rules:
        across, along = (upper, left) if r.horizontal else (left, upper)
        r.at, r.start, r.end = r.at - across, r.start - along, r.end - along
    for p in page.panels:
        p.box = Box(p.box.x0 - left, p.box.top - upper, p.box.x1 - left, p.box.bottom - upper)
    for f in page.fills:
        f.box = Box(f.box.x0 - left, f.box.top - upper, f.box.x1 - left, f.box.bottom - upper)
        f.points = [(x - left, y - upper) for x, y in f.points]
    page.pictures, page.drawn = (
        [Box(b.x0 - left, b.top - upper, b.x1 - left, b.bottom - upper) for b in boxes] for boxes in (page.pictures, page.drawn)
    )
    page.points = [(x - left, y - upper) for x, y in page.points]


def open_pdf(path: Path) -> Any:
    """A pdfplumber document. Raises ShinchokuError naming the file, the cause and the remedy."""
    if not path.exists():
        raise ShinchokuError(f"{path}: no such file. Check the path.", f"{path}: ファイルがありません。パスを確かめてください。")
    if path.is_dir():
        raise ShinchokuError(f"{path}: is a folder, not a PDF file.", f"{path}: フォルダです。PDFファイルを指定してください。")
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise ShinchokuError(
            f"{path}: cannot be read ({error.strerror}).", f"{path}: 読み取れません（{error.strerror}）。"
        ) from error
    if not head:
        raise ShinchokuError(f"{path}: the file is empty. Fetch it again.", f"{path}: 空のファイルです。取得し直してください。")
    if b"%PDF" not in head:
        raise ShinchokuError(
            f"{path}: not a PDF file (it does not begin with %PDF). Export or download the report as PDF.",
            f"{path}: PDFファイルではありません（先頭に %PDF がありません）。PDFで保存し直してください。",
        )
    try:
        pdf = pdfplumber.open(path)
        if not pdf.pages:
            raise ValueError("no pages")
    except MemoryError:
        raise
    except Exception as error:
        cause = repr(error)
        if "MemoryError" in cause:  # pdfplumber wraps whatever goes wrong while it opens a file
            raise MemoryError from error
        if "Password" in cause:
            raise ShinchokuError(
                f"{path}: encrypted with a password. Ask the publisher for an open copy.",
                f"{path}: パスワードで保護されています。公開元から保護のない版を入手してください。",
            ) from error
        raise ShinchokuError(
            f"{path}: damaged, its pages cannot be found ({type(error).__name__}). Fetch the file again.",
            f"{path}: 壊れていてページが見つかりません（{type(error).__name__}）。取得し直してください。",
        ) from error
    return pdf


def pages(pdf: Any, numbers: Sequence[int] | None = None) -> Iterator[Page]:
    """The chosen pages one after another (all without ``numbers``); each is let go before the next is read."""
    for number in numbers or range(1, len(pdf.pages) + 1):
        page = pdf.pages[number - 1]
        try:
            yield read_page(page, number)
        finally:
            page.close()
