"""Which lines are headings: of a section of the report, or of an item that is set close under others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sources.figures.lines import runs_on, valued
from sources.figures.outline import numbering
from sources.figures.saying import BRACKETED, CAPTION, ITEM, NOTE, SENTENCE_END, heading, read
from sources.figures.scene import Scene
from sources.layout.page import Block
from sources.layout.text import Span
from sources.records import union


@dataclass(frozen=True, slots=True)
class Headings:
    scene: Scene

    def is_section(self, line: Sequence[Span], block: Block, first: bool, in_tile: bool) -> bool:
        text = " ".join(span.text for span in line).strip()
        if not any(char.isalnum() for char in text) or len(text) > 60 or SENTENCE_END.search(text):
            return False
        size, bold = max(s.size for s in line), any(s.bold for s in line)
        found = numbering(text)
        body = self.scene.layout.body_size
        large = size >= 1.35 * body
        if found is None:
            if in_tile or not (block.strip or large) or BRACKETED.match(text) or CAPTION.match(text):
                return False
            # Over lines of its own it is the title of a tile, unless it is set like the sections of the report.
            above = max((s.size for s in self.scene.outline.path if s.number), default=0.0)
            if len(block.lines) > 1 and not block.strip and size < 0.95 * above:
                return False
            return not self.scene.has_figure(text) and not heading(text, self.scene.context).is_target
        number, rank = found
        if rank >= 6 and not (first or bold):
            return False
        if self._counts(line, text, number, block.strip or large or bold, first) and (in_tile or not _is_set_apart(line, number)):
            return False
        return block.strip or large or bold or rank in (0, 1, 2, 5) or first or len(block.lines) == 1

    def _counts(self, line: Sequence[Span], text: str, number: str, dressed: bool, first: bool) -> bool:
        """Whether a line that begins like a numbered heading states a figure: 2 手続き in a tile, 11 システム標準化 not."""
        figures = read(text, self.scene.context).figures
        if not figures:
            return False
        if any(q.start > len(number) for q in figures) or not (dressed or (first and not figures[0].unit)):
            return True
        sizes = [g.size for s in line for c, g in s.chars if g is not None]
        digits = [g.size for s in line for c, g in s.chars[: len(number)] if g is not None]
        return max(digits) > 1.15 * min(sizes) or figures[0].end >= len(text.rstrip())

    def parted(self, block: Block) -> list[Block]:
        """A block of several items set close under one another, parted at the lines that are dressed as their headings."""
        if len(block.lines) < 3 or block.vertical:
            return [block]
        heads = [n for n in range(len(block.lines)) if self._heads_item(block, n)]
        starts = [n for n in heads if n == 0 or n - 1 not in heads or ITEM.match(block.lines[n][0].text)]
        if not [n for n in starts if n]:
            return [block]
        bounds = [0, *(n for n in starts if n), len(block.lines)]
        return [Block(block.lines[a:b], union(s.box for line in block.lines[a:b] for s in line), block.strip) for a, b in pairwise(bounds)]

    def _heads_item(self, block: Block, n: int) -> bool:
        """Whether a line is a heading of what follows: in brackets of its own, or bolder, larger or marked unlike the block's text."""
        line = block.lines[n]
        text = " ".join(s.text for s in line).strip()
        if len(text) > 40 or SENTENCE_END.search(text) or NOTE.match(text) or valued(line):
            return False
        if self.is_section(line, block, n == 0, in_tile=False):
            return True
        if self.scene.has_figure(text):
            return False
        says = heading(text, self.scene.context)
        if BRACKETED.match(text) and says.is_target:
            return True
        if not says.label.strip(" ()（）") or any(id(s) in self.scene.charts.categories for s in line):
            return False
        if n and runs_on(block.lines[n - 1], line, max(other[-1].box.x1 for other in block.lines), None):
            return False
        if n + 1 == len(block.lines):
            return False
        if all(s.bold for s in line) and not all(s.bold for other in block.lines for s in other if not valued(other)):
            return True
        return bool(ITEM.match(text)) and sum(bool(ITEM.match(other[0].text)) for other in block.lines) > 1


def _is_set_apart(line: Sequence[Span], number: str) -> bool:
    """Whether a blank as wide as a letter stands between a number and words of the same size: so headings are numbered (２　事務事業), and a
    quantity is not parted from its unit."""
    glyphs = [g for span in line for char, g in span.chars if g is not None and not char.isspace()]
    if len(glyphs) <= len(number):
        return False
    last, word = glyphs[len(number) - 1], glyphs[len(number)]
    return abs(last.size - word.size) < 0.1 * last.size and word.x0 - last.x1 > 0.6 * last.size
