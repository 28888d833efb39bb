"""Glyphs to spans and lines of text: what stands on one baseline, side by side, with the box of every character.

All limits are shares of the font size (em), as a typesetter thinks of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sources.pdf.document import Glyph, Rule
from sources.records import Box, union

# Gaps narrower than this are the setting of the letters; wider, a blank; wider than SPLIT, another column.
BLANK = 0.32
SPLIT = 1.25
_FOOTNOTE = re.compile(r"^[0-9０-９]{1,2}$")
# A number or mark that its item may stand well apart from: 第1章, (1), ①, 注1, ※1, Ⅱ.
_NUMBERED = re.compile(
    r"^(第?\s*[0-9０-９]{1,2}\s*[章節編部]?|[(（]\s*[0-9０-９]{1,2}\s*[)）]|[①-⑳]"
    r"|[(（]?\s*注\s*[)）]?\s*[0-9０-９]{0,2}|※\s*[0-9０-９]{0,2}|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+)\s*[.．、:：]?$"
)


@dataclass(slots=True)
class Span:
    """A run of text on one baseline. ``chars`` are pairs of a character and its glyph (None for a blank put in between)."""

    chars: list[tuple[str, Glyph | None]]
    box: Box
    size: float
    bold: bool
    baseline: float
    vertical: bool = False

    @property
    def text(self) -> str:
        return "".join(char for char, _ in self.chars)

    @property
    def height(self) -> float:
        return self.box.bottom - self.box.top


def glyph_box(glyph: Glyph) -> Box:
    return Box(glyph.x0, glyph.top, glyph.x1, glyph.bottom)


def words_of(span: Span) -> list[Span]:
    """A span cut at the blanks between its words."""
    words: list[list[tuple[str, Glyph | None]]] = [[]]
    for char, glyph in span.chars:
        if glyph is None and char == " ":
            words.append([])
        else:
            words[-1].append((char, glyph))
    inked = [(word, [glyph_box(g) for _, g in word if g is not None]) for word in words]
    return [replace(span, chars=word, box=union(boxes)) for word, boxes in inked if boxes]


def overlap(a0: float, a1: float, b0: float, b1: float) -> float:
    """Length of the common part of two intervals; negative is the gap between them."""
    return min(a1, b1) - max(a0, b0)


def area(box: Box) -> float:
    """Of what a box covers, in square points; none where its sides have changed places."""
    return max(0.0, box.x1 - box.x0) * max(0.0, box.bottom - box.top)


def _span(glyphs: Sequence[Glyph], after_blank: set[int]) -> Span | None:
    chars: list[tuple[str, Glyph | None]] = []
    last: Glyph | None = None
    for glyph in glyphs:
        if glyph.text.isspace():
            continue
        if last is not None:
            least = 0.12 if id(glyph) in after_blank else BLANK
            if glyph.x0 - last.x1 > least * min(last.size, glyph.size):
                chars.append((" ", None))
        chars.extend((c, glyph) for c in glyph.text)
        last = glyph
    inked = [g for g in glyphs if not g.text.isspace()]
    if not inked:
        return None
    sizes = sorted(g.size for g in inked)
    return Span(
        chars,
        union(glyph_box(g) for g in inked),
        sizes[len(sizes) // 2] if sizes[-1] < 1.3 * sizes[0] else sizes[-1],
        sum(g.bold for g in inked) * 2 > len(inked),
        inked[0].baseline,
    )


def _even(gaps: Sequence[float]) -> bool:
    """Letters set apart to fill a cell (区　分　名) stand evenly; the words of a table row do not."""
    return len(gaps) >= 2 and max(gaps) - min(gaps) <= 0.35 * max(gaps)


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Glyphs by baseline, and small raised or lowered ones with the row that they stand in."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (g.baseline, g.x0)):
        for row in reversed(rows[-4:]):
            if abs(row[-1].baseline - glyph.baseline) <= 0.18 * min(row[-1].size, glyph.size):
                row.append(glyph)
                break
        else:
            rows.append([glyph])
    return rows


def _crossed(left: Glyph, right: Glyph, rules: Sequence[Rule]) -> bool:
    middle = (right.top + right.bottom) / 2
    return any(left.x1 - 1 <= rule.at <= right.x0 + 1 and rule.start <= middle <= rule.end for rule in rules)


def spans(glyphs: Sequence[Glyph], rules: Sequence[Rule] = (), split: float = SPLIT) -> list[Span]:
    """The spans of a set of horizontal glyphs, from top to bottom and left to right.

    ``rules`` are vertical rules, which part spans that they run between; ``split`` is the gap in em that parts them.
    """
    out: list[Span] = []
    upright = [rule for rule in rules if not rule.horizontal]
    for row in _rows(glyphs):
        row.sort(key=lambda g: (g.x0, g.order))
        inked = [g for g in row if not g.text.isspace()]
        if not inked:
            continue
        after_blank = {id(b) for a, b in pairwise(row) if a.text.isspace() and not b.text.isspace()}
        parts: list[list[Glyph]] = [[inked[0]]]
        for left, right in pairwise(inked):
            gap, em = right.x0 - left.x1, max(left.size, right.size)
            if gap > split * em or (gap > 0.3 * em and upright and _crossed(left, right, upright)):
                parts.append([])
            parts[-1].append(right)
        parts = [piece for part in parts for piece in _number_columns(part)]
        out.extend(span for part in _rejoined(parts) if (span := _span(part, after_blank)))
    return _raised(out)


def _number_columns(part: list[Glyph]) -> list[list[Glyph]]:
    """Numbers of several columns that stand close: the blanks inside a number (1 184 392) are even and narrower."""
    if not all(g.text.isdigit() or g.text in ",." for g in part):
        return [part]
    gaps = [(b.x0 - a.x1) / a.size for a, b in pairwise(part)]
    blanks = sorted(gap for gap in gaps if gap > BLANK * 0.6)
    if len(blanks) < 2 or blanks[-1] < 1.4 * blanks[0] or blanks[-1] < 0.4:
        return [part]
    limit = 1.25 * blanks[0]
    out = [[part[0]]]
    for gap, glyph in zip(gaps, part[1:], strict=True):
        if gap > limit:
            out.append([])
        out[-1].append(glyph)
    return out


def _rejoined(parts: list[list[Glyph]]) -> list[list[Glyph]]:
    """Put together what a wide gap only seemed to part: a list number and its text, single letters spread evenly."""
    joined: list[list[Glyph]] = []
    for part in parts:
        if joined:
            before = joined[-1]
            em = max(before[-1].size, part[0].size)
            gap = part[0].x0 - before[-1].x1
            text = "".join(g.text for g in before)
            if gap <= 3 * em and _NUMBERED.match(text) and not part[0].text[0].isdigit():
                before.extend(part)
                continue
        joined.append(list(part))
    singles = [part for part in joined if len(part) == 1]
    if len(joined) >= 3 and len(singles) == len(joined) and all(ord(p[0].text[0]) > 0x2E80 for p in joined):
        gaps = [b[0].x0 - a[0].x1 for a, b in pairwise(joined)]
        if _even(gaps):
            return [[part[0] for part in joined]]
    return joined


def _raised(items: list[Span]) -> list[Span]:
    """Set a small unit, sign or mark beside a big number into its line, though its baseline is another."""
    out = sorted(items, key=lambda s: -s.size)
    taken: set[int] = set()
    for i, big in enumerate(out):
        if id(big) in taken:
            continue
        for small in out[:i:-1]:
            if id(small) not in taken and small.size <= 0.8 * big.size and _set_into(big, small, out, taken):
                taken.add(id(small))
    kept = [span for span in out if id(span) not in taken]
    return sorted(kept, key=lambda s: (round(s.baseline), s.box.x0))


def _set_into(big: Span, small: Span, spans: Sequence[Span], taken: set[int]) -> bool:
    """Set a small span into a big one, if it belongs there: into a gap of it, before it or behind it."""
    shared = overlap(big.box.top, big.box.bottom, small.box.top, small.box.bottom)
    left, right = big.box.x0 - small.box.x1, small.box.x0 - big.box.x1
    is_note = bool(
        _FOOTNOTE.match(small.text) and small.baseline < big.baseline - 0.2 * big.size and small.size <= 0.72 * big.size
    )
    is_behind = right >= -0.1 * small.size
    if is_note and left < 0 and not is_behind and shared > 0:
        place = next((k for k, (_, g) in enumerate(big.chars) if g is not None and g.x0 >= small.box.x0 - 1), len(big.chars))
        big.chars[place:place] = [("※", None), *small.chars]
        return True
    reach = (0.6 if len(small.text) <= 4 else 0.35) * big.size
    is_close = -0.1 * small.size <= right <= reach or -0.1 * small.size <= left <= reach
    if shared < 0.7 * small.height or not is_close or _has_rival(big, small, spans, taken):
        return False
    if is_note and not is_behind:
        return False
    raised = _as_raised(big, small) if is_note else small.chars
    big.chars = [*big.chars, *raised] if is_behind else [*raised, *big.chars]
    big.box = union((big.box, small.box))
    return True


def _has_rival(big: Span, small: Span, spans: Sequence[Span], taken: set[int]) -> bool:
    """Whether another span of the small one's size stands over or under it beside the big one: the two are lines of their own."""
    return any(
        other is not big
        and other is not small
        and id(other) not in taken
        and abs(other.size - small.size) < 0.2 * small.size
        and overlap(other.box.x0, other.box.x1, small.box.x0, small.box.x1) > 0
        and overlap(big.box.top, big.box.bottom, other.box.top, other.box.bottom) >= 0.5 * other.height
        for other in spans
    )


def _as_raised(big: Span, small: Span) -> list[tuple[str, Glyph | None]]:
    """A raised 2 after m or km is part of the unit; after other words it points to a note."""
    exponent = {"2": "²", "3": "³"}.get(small.text) if re.search(r"(?:^|[^A-Za-z])[ck]?m$", big.text) else None
    return [(exponent, small.chars[0][1])] if exponent else [("※", None), *small.chars]


def columns_of_vertical_text(glyphs: Sequence[Glyph]) -> tuple[list[Span], list[Glyph]]:
    """Spans set from top to bottom, read from right to left, and the glyphs that are left over.

    A glyph is taken for vertical when it has a close neighbour above or below on its axis and none beside it.
    """
    inked = [g for g in glyphs if not g.text.isspace()]
    below, upright = _neighbours(inked)
    heads = upright - {id(o) for k, o in below.items() if k in upright}
    out: list[Span] = []
    used: set[int] = set()
    for g in inked:
        if id(g) not in heads:
            continue
        chain = [g]
        while (following := below.get(id(chain[-1]))) is not None and id(following) in upright and id(following) not in used:
            if following in chain:
                break
            chain.append(following)
        if len(chain) < 4 or not any("\u3040" <= c.text[0] <= "\u9fff" for c in chain):
            continue
        used.update(id(c) for c in chain)
        chars: list[tuple[str, Glyph | None]] = [(c, item) for item in chain for c in item.text]
        box = union(glyph_box(c) for c in chain)
        out.append(Span(chars, box, g.size, sum(c.bold for c in chain) * 2 > len(chain), box.top, vertical=True))
    out.sort(key=lambda s: (-round(s.box.x1 / max(s.size, 1)), s.box.top))
    return out, [g for g in glyphs if id(g) not in used]


def _neighbours(inked: Sequence[Glyph]) -> tuple[dict[int, Glyph], set[int]]:
    """By identity: the glyph right below each on its axis, and those that have none beside them."""
    squares: dict[tuple[int, int], list[Glyph]] = {}
    for g in inked:
        squares.setdefault((int(g.x0 // 20), int(g.top // 20)), []).append(g)

    def around(g: Glyph) -> Iterator[Glyph]:
        cx, cy = int(g.x0 // 20), int(g.top // 20)
        reach = 1 + int(g.size // 20)
        for x in range(cx - reach, cx + reach + 1):
            for y in range(cy - reach, cy + reach + 1):
                yield from squares.get((x, y), ())

    below: dict[int, Glyph] = {}
    upright: set[int] = set()
    for g in inked:
        for o in around(g):
            if o is g:
                continue
            if _is_beside(g, o):
                break
            middle = abs((g.x0 + g.x1) - (o.x0 + o.x1)) / 2
            step = ((o.top + o.bottom) - (g.top + g.bottom)) / 2
            if middle < 0.2 * g.size and abs(o.size - g.size) < 0.15 * g.size and 0.4 * g.size < step < 1.35 * g.size:
                below[id(g)] = o
        else:
            upright.add(id(g))
    return below, upright


def _is_beside(g: Glyph, o: Glyph) -> bool:
    return overlap(g.top, g.bottom, o.top, o.bottom) > 0.5 * min(g.size, o.size) and (
        -0.2 * g.size < max(o.x0 - g.x1, g.x0 - o.x1) < 0.35 * min(g.size, o.size)
    )
