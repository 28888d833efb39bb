"""Legends of charts: which series a number is of, by the colour of the bar or sector that it stands in or at, or of the mark on a line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from sources.layout.groups import Groups
from sources.layout.page import looks_like_value
from sources.layout.text import BLANK, area, glyph_box, overlap
from sources.pdf.document import SIGNS, Fill, Glyph, Page
from sources.records import Box, union

# In ems of the words beside it, a sample of a legend is from LEAST to WIDEST wide and at most HIGHEST high.
LEAST, WIDEST, HIGHEST = 0.3, 4.0, 1.8
# Ems between a sample and its name, or two letters of a name.
NEAR = 1.3
# More letters than this in one shape, and it is no bar but the ground of a text.
WORDS = 30
SMALL = 1000.0  # square points, which hold fewer letters
BAND = 8  # points
# More samples, or larger frames, than a page of charts has.
MOST = 300
_LETTERS = re.compile(r"[^\W\d_]")
_NOTE = re.compile(r"\s*[(（\[［]\s*単\s*位.*$")


@dataclass(frozen=True, slots=True)
class Entry:
    """A sample of a colour, and the name of the series that is drawn in it."""

    sample: Fill
    name: str
    note: str  # （単位：％） at the end of the legend
    box: Box


class Series(NamedTuple):
    """What a legend says of a label: the name at the left of its row of bars, its series, and the note of the legend."""

    row: str
    name: str
    note: str


@dataclass(slots=True)
class Legends:
    """The legends of a page, and what is drawn in their colours."""

    legends: list[list[Entry]] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    frames: list[Box] = field(default_factory=list)  # around some of these
    glyphs: Sequence[Glyph] = ()
    bands: dict[int, list[Fill]] = field(default_factory=dict)  # the fills by the heights that they reach over

    def hold(self, box: Box) -> bool:
        """Whether something is the name of a series, or a line of such names."""
        return any(entry.box.holds(box) or box.holds(entry.box) for legend in self.legends for entry in legend)

    def names(self, label: str) -> bool:
        """Whether a label is the name of a series, or those of several in a row."""
        bare = "".join(c for c in label if not c.isspace() and c not in SIGNS)
        return any(bare in re.sub(r"\s", "", "".join(entry.name for entry in legend)) for legend in self.legends) if bare else False

    def series_of(self, box: Box) -> Series | None:
        """The series of a label by the colour of the bar that it stands in or at; None where no colour tells."""
        fill = self._drawn_at(box)
        if fill is None:
            return None
        row = self._row_of(fill)
        found = [(legend, entry) for legend in self.legends if (entry := _drawn_as(legend, fill, row)) is not None]
        found = [one for one in found if not self._apart(one[0], box) and self._draws(one[0], fill)]
        if not found:
            return None
        legend, entry = min(found, key=lambda one: self._away(one[0], box))
        return Series(self._left_of(row, len(legend)), entry.name, legend[-1].note)

    def _drawn_at(self, box: Box) -> Fill | None:
        """The bar or sector that a label stands in, else the one that it stands at the end of, else the mark beside it."""
        x, y, high = (box.x0 + box.x1) / 2, (box.top + box.bottom) / 2, box.bottom - box.top
        around = range(int((box.top - NEAR * high) // BAND), int((box.bottom + NEAR * high) // BAND) + 1)
        near = list({id(fill): fill for band in around for fill in self.bands.get(band, ())}.values())
        within = [fill for fill in self.bands.get(int(y // BAND), ()) if fill.holds(x, y)]
        if within:
            return within[-1]
        ends = [(box.x0 - f.box.x1, f) for f in near if f.box.top <= y <= f.box.bottom and -1 <= box.x0 - f.box.x1 <= NEAR * high]
        tops = [(f.box.top - box.bottom, f) for f in near if f.box.x0 <= x <= f.box.x1 and -0.3 * high <= f.box.top - box.bottom <= high]
        found = [*(one for one in ends if self._lies(one[1])), *(one for one in tops if self._stands(one[1]))]
        return min(found, key=lambda one: one[0])[1] if found else self._marked_at(box, near)

    def _marked_at(self, box: Box, near: Sequence[Fill]) -> Fill | None:
        """The mark of a line, drawn as its sample is, that a label is set at; None where one of another line is as near."""
        sizes = {(round(e.sample.box.x1 - e.sample.box.x0), round(e.sample.box.bottom - e.sample.box.top)) for legend in self.legends for e in legend}
        reach = NEAR * (box.bottom - box.top)

        def away(fill: Fill) -> float:
            x, y = (fill.box.x0 + fill.box.x1) / 2, (fill.box.top + fill.box.bottom) / 2
            return max(box.x0 - x, x - box.x1, 0.0) + max(box.top - y, y - box.bottom, 0.0)

        marks = [f for f in near if (round(f.box.x1 - f.box.x0), round(f.box.bottom - f.box.top)) in sizes and away(f) <= reach]
        marks.sort(key=away)
        alone = marks and all(f.colour == marks[0].colour or away(f) > 2.5 * away(marks[0]) + 2 for f in marks)
        return marks[0] if alone else None

    def _lies(self, fill: Fill) -> bool:
        """Whether bars of other lengths begin at the same left line."""
        return sum(abs(o.box.x0 - fill.box.x0) < 1 and abs(o.box.x1 - fill.box.x1) >= 1 for o in self.fills) > 1

    def _stands(self, fill: Fill) -> bool:
        """Whether bars of other heights stand on the same line."""
        return sum(abs(o.box.bottom - fill.box.bottom) < 1 and abs(o.box.top - fill.box.top) >= 1 for o in self.fills) > 1

    def _away(self, legend: Sequence[Entry], box: Box) -> tuple[float, float]:
        """How far a legend is: first by the size of the least frame that holds both, then by distance."""
        around = union(entry.box for entry in legend)
        least = min((area(frame) for frame in self.frames if frame.holds(around) and frame.holds(box)), default=1e9)
        across, down = (max(-overlap(around[n], around[n + 2], box[n], box[n + 2]), 0) for n in (0, 1))
        return least, across + down

    def _apart(self, legend: Sequence[Entry], box: Box) -> bool:
        """Whether a legend and a label stand in two charts, each with a frame of its own."""
        around = union(entry.box for entry in legend)
        apart = [frame for frame in self.frames if frame.holds(around) != frame.holds(box)]
        return any(frame.holds(box) for frame in apart) and any(frame.holds(around) for frame in apart)

    def _draws(self, legend: Sequence[Entry], fill: Fill) -> bool:
        """Whether a bar is of a chart in which more than its own colour is of the legend; bars in one colour are of a chart that needs none."""
        if not (self._stands(fill) or self._lies(fill)):
            return True
        standing = self._stands(fill)
        edge = 3 if standing else 0
        chart = union(f.box for f in self.fills if abs(f.box[edge] - fill.box[edge]) < 1)
        # What is drawn on from the bars that begin there belongs to them, as far as it goes.
        chart = chart._replace(top=-1e9) if standing else chart._replace(x1=1e9)
        colours = {entry.sample.colour for entry in legend}
        others = (f for f in self.fills if f.colour != fill.colour and (f.colour in colours or f.patterned))
        return any(chart.x0 <= f.box.x0 and f.box.x1 <= chart.x1 and chart.top <= f.box.top and f.box.bottom <= chart.bottom + 1 for f in others)

    def _row_of(self, fill: Fill) -> list[Fill]:
        """The bars that follow one another at the height of one without a gap, from left to right."""
        level = [f for f in self.fills if abs(f.box.top - fill.box.top) < 1 and abs(f.box.bottom - fill.box.bottom) < 1]
        row = sorted(level, key=lambda f: f.box.x0)
        return row if not self._stands(fill) and all(b.box.x0 - a.box.x1 < 2 for a, b in pairwise(row)) else [fill]

    def _left_of(self, row: Sequence[Fill], series: int) -> str:
        """The words at the left of bars in a row, or of as many bars under one another as there are series."""
        if len(row) == 1 and not self._lies(row[0]):
            return ""
        left, top, bottom = row[0].box.x0, row[0].box.top, row[0].box.bottom
        lines: dict[int, list[Glyph]] = {}
        reach = (bottom - top) * (0.2 if len(row) > 1 else series)
        for glyph in self.glyphs:
            if top - reach <= (glyph.top + glyph.bottom) / 2 <= bottom + reach and glyph.x1 <= left + 1:
                lines.setdefault(round(glyph.baseline / 2), []).append(glyph)
        named = [(line[0], words) for _, line in sorted(lines.items()) if _LETTERS.search(words := _ending_at(left, line))]
        if len(row) > 1 or not named:
            return "".join(words for _, words in named)
        middle = (top + bottom) / 2
        nearest = min(range(len(named)), key=lambda n: abs((named[n][0].top + named[n][0].bottom) / 2 - middle))
        first = last = nearest
        while first and named[first][0].top - named[first - 1][0].bottom < 0.5 * named[first][0].size:
            first -= 1
        while last + 1 < len(named) and named[last + 1][0].top - named[last][0].bottom < 0.5 * named[last][0].size:
            last += 1
        return "".join(words for _, words in named[first : last + 1])


def _drawn_as(legend: Sequence[Entry], fill: Fill, row: Sequence[Fill]) -> Entry | None:
    """The series in whose colour something is drawn. A pattern may be called otherwise each time: there the order in a row tells."""
    same = next((entry for entry in legend if entry.sample.colour == fill.colour), None)
    if same is not None or not fill.patterned or len(row) != len(legend):
        return same
    alike = all(f.colour == entry.sample.colour or f.patterned and entry.sample.patterned for f, entry in zip(row, legend, strict=True))
    return legend[row.index(fill)] if alike else None


def find_legends(page: Page) -> Legends:
    """Samples of at least two colours and one size, each with a name at its right, beside or under one another."""
    entries = list(_entries(page))
    if not 1 < len(entries) <= MOST:
        return Legends()
    groups = Groups(len(entries))
    for n, one in enumerate(entries):
        for m in range(n):
            if _belong(one, entries[m]):
                groups.join(n, m)
    ordered = [sorted((entries[n] for n in group), key=lambda e: (round(e.box.top / 4), e.box.x0)) for group in groups.all()]
    legends = [legend for legend in ordered if len(legend) > 1 and len({entry.sample.colour for entry in legend}) == len(legend)]
    colours = {entry.sample.colour for legend in legends for entry in legend}
    samples = {entry.sample.box for legend in legends for entry in legend}
    patterns = any(entry.sample.patterned for legend in legends for entry in legend)
    fills = [f for f in page.fills if (f.colour in colours or patterns and f.patterned) and f.box not in samples]
    fills = [f for f in fills if area(f.box) < SMALL or sum(f.box.holds(g) for g in page.glyphs) <= WORDS]
    largest = sorted((p.box for p in page.panels), key=area, reverse=True)[:MOST] if legends else []
    bands: dict[int, list[Fill]] = defaultdict(list)
    for fill in fills:
        # What is drawn may reach far over the page.
        for band in range(int(max(0.0, fill.box.top) // BAND), int(min(page.height, fill.box.bottom) // BAND) + 1):
            bands[band].append(fill)
    return Legends(legends, fills, [box for box in largest if sum(box.holds(f.box) for f in fills) > 2], page.glyphs, bands)


def _entries(page: Page) -> Iterator[Entry]:
    samples = [Fill(glyph_box(g), g.colour) for g in page.glyphs if g.colour]
    samples += [f for f in page.fills if f.box.bottom - f.box.top <= 30 and f.box.x1 - f.box.x0 <= 60]
    if len({sample.colour for sample in samples}) < 2:
        return
    lines: dict[int, list[Glyph]] = defaultdict(list)  # by height, in bands
    for glyph in page.glyphs:
        for band in range(int(glyph.top // BAND), int(glyph.bottom // BAND) + 1):
            lines[band].append(glyph)
    at: dict[int, list[Box]] = defaultdict(list)
    for sample in samples:
        at[_middle(sample.box) // BAND].append(sample.box)
    for sample in samples:
        box, band = sample.box, _middle(sample.box) // BAND
        others = [o for near in (band - 1, band, band + 1) for o in at.get(near, ()) if o.x0 > box.x1 and o.top <= _middle(box) <= o.bottom]
        next_one = min((other.x0 for other in others), default=1e9)
        line = [g for g in lines.get(band, ()) if g.top <= _middle(box) <= g.bottom and box.x1 - 1 <= g.x0 < next_one and not g.text.isspace()]
        name = _running_from(box.x1, sorted(line, key=lambda g: g.x0))
        if not name or not (LEAST <= (box.bottom - box.top) / name[0].size <= HIGHEST and LEAST <= (box.x1 - box.x0) / name[0].size <= WIDEST):
            continue
        words = _joined(name)
        if _LETTERS.search(words) and len(words) <= WORDS and not looks_like_value(words):
            note = _NOTE.search(words)
            yield Entry(sample, words[: note.start()] if note else words, note[0] if note else "", union([box, *map(glyph_box, name)]))


def _middle(box: Box) -> int:
    return int(box.top + box.bottom) // 2


def _running_from(left: float, line: Sequence[Glyph]) -> list[Glyph]:
    """The glyphs of a line that follow one another closely from a place on."""
    found: list[Glyph] = []
    for glyph in line:
        if glyph.colour or glyph.x0 - (found[-1].x1 if found else left) > NEAR * glyph.size:
            break
        found.append(glyph)
    return found


def _ending_at(right: float, line: Sequence[Glyph]) -> str:
    """The words of a line that end close to a place, from the last blank column on."""
    found: list[Glyph] = []
    for glyph in sorted(line, key=lambda g: -g.x1):
        if (found[0].x0 if found else right) - glyph.x1 > (NEAR if found else 4) * glyph.size:
            break
        found.insert(0, glyph)
    return _joined(found)


def _joined(glyphs: Sequence[Glyph]) -> str:
    text = ""
    for n, glyph in enumerate(glyphs):
        text += " " if n and glyph.x0 - glyphs[n - 1].x1 > BLANK * glyph.size else ""
        text += glyph.text
    return text.strip()


def _belong(one: Entry, other: Entry) -> bool:
    """Whether two samples are of one size and stand side by side or under one another."""
    a, b = one.sample.box, other.sample.box
    if abs((a.x1 - a.x0) - (b.x1 - b.x0)) > 0.25 * (a.x1 - a.x0) or abs((a.bottom - a.top) - (b.bottom - b.top)) > 0.25 * (a.bottom - a.top):
        return False
    em = one.box.bottom - one.box.top
    beside = abs((a.top + a.bottom) - (b.top + b.bottom)) < em and -overlap(one.box.x0, one.box.x1, other.box.x0, other.box.x1) < 16 * em
    under = abs(a.x0 - b.x0) < 2 and -overlap(a.top, a.bottom, b.top, b.bottom) < 2 * em
    return beside or under
