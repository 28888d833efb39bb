"""Lines of a block as one string, with the glyph of every character: what is broken over lines for want of room reads as one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sources.figures.saying import SENTENCE_END
from sources.layout.page import looks_like_value
from sources.layout.text import Span, glyph_box
from sources.pdf.document import Glyph
from sources.records import Box, union

# What begins a line of its own: a mark or number of a list, a bracket, a name with a colon, 前年 or うち.
_FRESH = re.compile(
    r"^\s*(?:[・‧·•○●◎◇◆□■▲△※＊*→⇒➡☆★(（【［\[＜<「①-⑳⑴-⒇-]|[0-9０-９]+(?:[.．](?![0-9０-９]{1,2}(?![0-9０-９]))|[、)）])|前年|うち|[^\d\s：:。、，,()（）]{1,16}[：:])"
)
# Words in Latin letters have a blank between them, also where a line ends; the digits of a number have none.
_LATIN_BREAK = re.compile(r"[A-Za-z][A-Za-z0-9]|[0-9][A-Za-z]")
# 全 世 帯: letters spread over the width of a cell.
_SPREAD = re.compile(r"\S(?: \S)+")
# 原料, 895: a name and its value, as a list or the labels of a chart give them line by line.
_NAMED_VALUE = re.compile(r"^\D{1,20}[\s,、:：][0-9０-９][0-9０-９,.，．]*\s*\D{0,4}$")
# What no typesetter breaks: 92.3％）, or one letter with the marks that cling to it.
_UNBROKEN = re.compile(r"(?:[0-9A-Za-z０-９,.，．]+[%％]?|.)[、。，．）)」』】〕ー]*")


@dataclass(slots=True)
class Text:
    """Lines as one string, with the glyph of every character."""

    string: str
    glyphs: list[Glyph | None]
    starts: list[int]  # where each line begins, and one past the end

    @classmethod
    def of(cls, lines: Sequence[Sequence[Span]], right: float | None = None) -> Text:
        """``right`` is the right edge of the column: a line that reaches it is broken there for want of room."""
        chars: list[str] = []
        glyphs: list[Glyph | None] = []
        ends = sorted((line[-1].box.x1 for line in lines), reverse=True)
        edge = _edge(lines, ends, right) if len(ends) >= 3 else 1e9
        bottom = max((line[-1].box.bottom for line in lines), default=None)
        starts: list[int] = []
        for n, line in enumerate(lines):
            if n and not runs_on(lines[n - 1], line, edge, right, bottom):
                chars.append("\n")
                glyphs.append(None)
            elif n and _LATIN_BREAK.match(chars[-1] + line[0].text[:1]):
                chars.append(" ")
                glyphs.append(None)
            starts.append(sum(map(len, chars)))
            for m, span in enumerate(line):
                if m:
                    chars.append(" ")
                    glyphs.append(None)
                for char, glyph in span.chars:
                    chars.append(char)
                    glyphs.append(glyph)
        return cls("".join(chars), glyphs, [*starts, len(glyphs) + 1])

    def box(self, start: int, end: int) -> Box | None:
        found = [glyph_box(g) for g in self.glyphs[start:end] if g is not None]
        return union(found) if found else None


def _edge(lines: Sequence[Sequence[Span]], ends: Sequence[float], right: float | None) -> float:
    """Where lines of some column end: that of the longest, or of the next where it hangs over as one with a full stop does."""
    em = max(span.size for line in lines for span in line)
    if ends[0] - ends[1] <= 2 * em:
        return ends[1]
    return ends[0] if right is None or ends[0] > right - 3 * em else 1e9  # one long item of a list in a wide frame breaks nowhere


def runs_on(line: Sequence[Span], following: Sequence[Span], edge: float, right: float | None, bottom: float | None = None) -> bool:
    """Whether a line is broken only because its column ends: it reaches the edge, and the next goes on in the same type."""
    if line[-1].vertical:
        return bottom is not None and line[-1].box.bottom >= bottom - 1.3 * line[-1].size
    size, other = line[-1].size, following[0].size
    if abs(size - other) > 0.05 * size or len(line) > 1:
        return False
    if looks_like_value(line[-1].text) and looks_like_value(following[0].text) and not line[-1].text.rstrip().endswith((",", "，", ".")):
        return False
    if _SPREAD.fullmatch(line[-1].text) or _SPREAD.fullmatch(following[0].text):
        return False
    if _NAMED_VALUE.match(line[-1].text) and _NAMED_VALUE.match(following[0].text):
        return False
    end = line[-1].box.x1
    reaches = end >= edge - 1.1 * size or (right is not None and end + first_piece(following[0]) >= right - 0.7 * size)
    return reaches and not SENTENCE_END.search(line[-1].text) and not _FRESH.match(following[0].text)


def first_piece(span: Span) -> float:
    """The width of the first piece of a line that is not broken."""
    match = _UNBROKEN.match(span.text)
    glyphs = [g for _, g in span.chars[: match.end() if match else 1] if g is not None]
    return glyphs[-1].x1 - glyphs[0].x0 if glyphs else 0.0


def valued(line: Sequence[Span]) -> bool:
    """Whether a line states a value, by its looks."""
    return any(looks_like_value(s.text) for s in line)
