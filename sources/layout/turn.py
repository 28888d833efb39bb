"""Pages that are printed sideways or upside down, turned so that their lines run from left to right, and boxes turned back."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sources.pdf.document import Page, Panel, Rule
from sources.records import Box


def prevailing_turn(page: Page) -> int:
    """The turn (degrees) of more than two thirds of the glyphs of a page; 0 where none prevails."""
    turns = Counter(g.turn for g in page.glyphs if not g.text.isspace())
    if not turns:
        return 0
    turn, count = turns.most_common(1)[0]
    return turn if count * 3 > 2 * sum(turns.values()) else 0


def _point(x: float, y: float, width: float, height: float, turn: int) -> tuple[float, float]:
    """A point of the page as printed, on the page turned upright."""
    if turn == 90:
        return height - y, x
    if turn == 270:
        return y, width - x
    if turn == 180:
        return width - x, height - y
    return x, y


def _box(box: Box, width: float, height: float, turn: int) -> Box:
    xs, ys = zip(_point(box.x0, box.top, width, height, turn), _point(box.x1, box.bottom, width, height, turn), strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


def turned_box(box: Box, width: float, height: float, turn: int) -> Box:
    """A box of the page turned upright, back on the page as printed; ``width`` and ``height`` are the printed page's."""
    if turn in (90, 270):
        return _box(box, height, width, 360 - turn)
    return _box(box, width, height, turn)


def turned_page(page: Page, turn: int) -> Page:
    """The page turned so that glyphs of this turn stand upright."""
    if turn == 0:
        return page
    width, height = page.width, page.height
    size = (height, width) if turn in (90, 270) else (width, height)
    out = Page(page.number, *size, unreadable=page.unreadable)
    for g in page.glyphs:
        box = _box(Box(g.x0, g.top, g.x1, g.bottom), width, height, turn)
        # Within a line the bottoms agree where the baselines do; the descent of the font is not known after the turn.
        out.glyphs.append(
            replace(g, x0=box.x0, top=box.top, x1=box.x1, bottom=box.bottom, baseline=box.bottom, turn=(g.turn - turn) % 360)
        )
    for r in page.rules:
        ends = Box(r.start, r.at, r.end, r.at) if r.horizontal else Box(r.at, r.start, r.at, r.end)
        box = _box(ends, width, height, turn)
        across = r.horizontal == (turn == 180)
        out.rules.append(Rule(across, box.top, box.x0, box.x1) if across else Rule(False, box.x0, box.top, box.bottom))
    out.panels = [Panel(_box(p.box, width, height, turn), p.filled, p.stroked, p.tinted) for p in page.panels]
    out.pictures = [_box(b, width, height, turn) for b in page.pictures]
    out.points = [_point(x, y, width, height, turn) for x, y in page.points]
    return out
