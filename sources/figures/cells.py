"""What one cell of a table says: its text, in which lines go on that only its width breaks, and what that says as a head."""

from __future__ import annotations

import re
from itertools import pairwise

from sources.figures.heads import DAY, folded
from sources.figures.lines import Text, first_piece
from sources.figures.saying import heading
from sources.layout.grids import Cell
from sources.notation import Context, Heading

# 令和6年度（前年度） over 1,320人（1,200人）
ASIDE = re.compile(r"(?<=\S)\s*[(\[]\s*(?:前年度?|前年同[月期]|昨年度?)\s*[)\]]\s*$")
_BROKEN_DATE = re.compile(r"(?<=[0-9０-９])\s*\n\s*(?=[年月日])|(?<=[0-9０-９元]年)\s*\n\s*(?=度(?:\s|末|[(（]|$))")


def says_of(text: str, context: Context) -> Heading:
    """What a head says, in which 10/12 is a day and （前年度） speaks of the numbers in brackets alone."""
    if ASIDE.search(folded(text)):
        text = ASIDE.sub("", folded(text))
    day = DAY.match(folded(text))
    return heading(f"{day[1]}月{day[2]}日" if day else text, context)


def running(cell: Cell) -> str:
    """The text of a cell, in which a line that only the width of the cell breaks goes on, and so does a date (2021年10／月, 平成30年／度)."""
    right = right_edge(cell)
    text = cell.text if right is None else Text.of([[span] for span in cell.spans], right).string
    return _BROKEN_DATE.sub("", text)


def right_edge(cell: Cell) -> float | None:
    """Where the lines of a cell break for want of room: prose from its left side, and words of which no further letter fits (目／標). Numbers and
    units are set otherwise."""
    prose = any(len(span.text) >= 6 for span in cell.spans) and all(span.box.x0 <= cell.box.x0 + 1.7 * span.size for span in cell.spans)
    return cell.box.x1 if prose or _is_narrow(cell) else None


def _is_narrow(cell: Cell) -> bool:
    room = cell.box.x1 - cell.box.x0
    full = all(line.box.x1 - line.box.x0 + first_piece(following) > room - 0.7 * line.size for line, following in pairwise(cell.spans))
    return full and not re.search(r"\d", cell.text)
