"""Writing that a PDF draws as shapes and not as text, as printers ask designers to deliver it (アウトライン化): where on a page it stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sources.records import Box, union

if TYPE_CHECKING:
    from sources.pdf.document import Glyph

# The shape of a character: its height in points, and its width as a share of the height.
HEIGHT = (4.0, 120.0)
WIDTH = (0.1, 1.6)
# So many shapes on one line, of like height, foot on foot and of unlike width, are writing; icons and marks are all alike or stand alone.
LEAST = 3
LIKE = 0.75  # the lower of two heights over the higher
FOOT = 0.12  # how much higher one stands than the other, in heights
GAP = 0.6  # between two of them, in heights
# The parts of one character follow each other closely when shapes are taken from left to right.
WINDOW = 60
# Paper around a block, in points: cut close, its edges are recognised twice.
MARGIN = 5.0


class Shape(NamedTuple):
    """One or several outlines that lie over one another; ``curved`` where one of them is no rectangle."""

    box: Box
    curved: bool

    @property
    def height(self) -> float:
        return self.box.bottom - self.box.top


def drawn_writing(outlines: Iterable[Mapping[str, Any]], glyphs: Sequence[Glyph]) -> list[Box]:
    """The blocks of writing that filled outlines (pdfplumber's curves and rectangles) make where no text stands, from the top down."""
    by_colour: dict[str, list[Shape]] = defaultdict(list)  # what letters are set on has another
    for one in outlines:
        if one.get("fill") and one["bottom"] - one["top"] <= HEIGHT[1] and one["x1"] - one["x0"] <= WIDTH[1] * HEIGHT[1]:
            part = Shape(Box(one["x0"], one["top"], one["x1"], one["bottom"]), one["object_type"] == "curve")
            by_colour[str(one.get("non_stroking_color"))].append(part)
    lines, characters = [], []
    for parts in by_colour.values():
        shapes = [shape for shape in _joined(parts) if _like_a_character(shape)]
        lines += [union(shape.box for shape in line) for line in _lines(shapes)]
        characters += [shape.box for shape in shapes]
    bare = [line for line in lines if not any(line.holds(glyph) for glyph in glyphs)]
    blocks = _blocks(bare, characters)
    return sorted((Box(b.x0 - MARGIN, b.top - MARGIN, b.x1 + MARGIN, b.bottom + MARGIN) for b in blocks), key=lambda box: (box.top, box.x0))


def _joined(parts: Iterable[Shape]) -> list[Shape]:
    """Outlines of one colour as shapes, from left to right; those that lie over or close above one another are one (the parts of 8, of 三, of ぎ)."""
    joined: list[Shape] = []
    for part in sorted(parts):
        for at in range(len(joined) - 1, max(-1, len(joined) - 1 - WINDOW), -1):
            known, slack = joined[at], 0.1 * joined[at].height
            if part.box.x0 <= known.box.x1 and part.box.top <= known.box.bottom + slack and part.box.bottom >= known.box.top - slack:
                joined[at] = Shape(union((known.box, part.box)), known.curved or part.curved)
                break
        else:
            joined.append(part)
    return joined


def _like_a_character(shape: Shape) -> bool:
    wide, high = shape.box.x1 - shape.box.x0, shape.height
    return shape.curved and HEIGHT[0] <= high <= HEIGHT[1] and WIDTH[0] <= wide / high <= WIDTH[1]


def _lines(shapes: Sequence[Shape]) -> Iterator[list[Shape]]:
    taken: set[int] = set()
    for first, shape in enumerate(shapes):
        if first in taken:
            continue
        line = [shape]
        for number in range(first + 1, len(shapes)):
            last, after = line[-1], shapes[number]
            if after.box.x0 - last.box.x1 > GAP * last.height:
                break
            if number not in taken and _follows(last, after):
                line.append(after)
                taken.add(number)
        if len(line) >= LEAST and len({round((one.box.x1 - one.box.x0) / one.height, 1) for one in line}) > 1:
            yield line


def _follows(last: Shape, after: Shape) -> bool:
    low, high = sorted((last.height, after.height))
    return low >= LIKE * high and abs(after.box.bottom - last.box.bottom) <= FOOT * last.height and after.box.x0 >= last.box.x1 - 0.2 * last.height


def _blocks(lines: Sequence[Box], shapes: Sequence[Box]) -> list[Box]:
    """Lines that stand close, with the characters of other sizes beside them: a large number is no line by itself."""
    blocks: list[Box] = []
    for box in lines:
        for shape in shapes:
            if _near(box, shape, shape.bottom - shape.top):
                box = union((box, shape))
        close = [other for other in blocks if _near(other, box, min(box.bottom - box.top, HEIGHT[1] / 4))]
        blocks = [other for other in blocks if other not in close]
        for other in close:
            box = union((box, other))
        blocks.append(box)
    return blocks


def _near(box: Box, other: Box, by: float) -> bool:
    return other.x0 <= box.x1 + by and other.x1 >= box.x0 - by and other.top <= box.bottom + by and other.bottom >= box.top - by
