"""The walk over a document: regions in reading order, each block read with all that governs it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from sources.figures.charts import Category, Charts, category_of, find_charts, reach_of
from sources.figures.outline import Outline, numbering
from sources.figures.saying import heading, read
from sources.figures.tables import read_cells
from sources.layout.page import Block, Layout, Region, Table, looks_like_value
from sources.layout.text import Span, glyph_box, overlap, union
from sources.notation import Context, Heading, Mark, Quantity
from sources.pdf.document import Glyph
from sources.records import Box, Figure, LedgerEntry, Period, Statement

_PAGE_NUMBER = re.compile(
    r"^[\s\-－―–—~〜・|pP.]*(?:[0-9]{1,4}|[ivxIVX]{1,6})(?:\s*[/／]\s*[0-9]{1,4})?\s*(?:ページ|頁)?[\s\-－―–—~〜・|]*$"
)
_NOTE = re.compile(r"^\s*[(（]?\s*(?:注|※|＊|\*|備考|資料|出典)")
_BRACKETED = re.compile(r"^\s*[【［\[＜<〈《〔].{1,40}[】］\]＞>〉》〕]\s*$")
_SENTENCE_END = re.compile(r"[。．]\s*$")


# The marks that head an item of a report, by custom; ・ and - rather begin a line of a list.
_ITEM = re.compile(r"^\s*[○●◎◯■◆□◇▼▽▶►❖]")

# What follows a number can name what was done (参加, 採用); a particle or 中 does not.
_NOUN = re.compile(r"^[一-龥ァ-ヺ]{2}")


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
        edge = ends[1] if len(ends) >= 3 else 1e9
        bottom = max((line[-1].box.bottom for line in lines), default=None)
        starts: list[int] = []
        for n, line in enumerate(lines):
            if n and not _runs_on(lines[n - 1], line, edge, right, bottom):
                chars.append("\n")
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


_FRESH = re.compile(r"^\s*(?:[・•○●◎◇◆□■▲△※＊*→⇒➡☆★(（【［\[＜<「①-⑳-]|[0-9０-９]+[.．、)）]|前年|うち)")


def _runs_on(line: Sequence[Span], following: Sequence[Span], edge: float, right: float | None, bottom: float | None = None) -> bool:
    """Whether a line is broken only because its column ends: it reaches the edge, and the next goes on in the same type."""
    if line[-1].vertical:
        return bottom is not None and line[-1].box.bottom >= bottom - 1.3 * line[-1].size
    size, other = line[-1].size, following[0].size
    if abs(size - other) > 0.05 * size or len(line) > 1:
        return False
    reaches = line[-1].box.x1 >= edge - 1.1 * size or (right is not None and line[-1].box.x1 >= right - 1.7 * size)
    return reaches and not _SENTENCE_END.search(line[-1].text) and not _FRESH.match(following[0].text)


@dataclass(slots=True)
class Tile:
    """What is known of a region before its figures are read: its title, and the period that it prints once for all."""

    region: Region
    title: str
    title_lines: set[int]
    period: Period | None
    headed: bool
    section: str


def fiscal_year_period(year: int | None) -> Period | None:
    """April of a year to March of the next."""
    return Period("fiscal_year", date(year, 4, 1), date(year + 1, 3, 31)) if year else None


@dataclass(slots=True)
class PageResult:
    figures: list[Figure] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    ledger: list[LedgerEntry] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


class Reader:
    """Reads the pages of one document in order; sections opened on one page go on over the next."""

    def __init__(self, fiscal_year: int | None) -> None:
        self.fiscal_year = fiscal_year
        self.outline = Outline(fiscal_year)
        self.context = Context(fiscal_year=fiscal_year)

    def read_page(self, layout: Layout) -> PageResult:
        return _PageReader(self, layout).run()


class _PageReader:
    def __init__(self, reader: Reader, layout: Layout) -> None:
        self.outline = reader.outline
        self.context = reader.context
        self.layout = layout
        self.number = layout.page.number
        self.charts: Charts = find_charts(layout, reader.fiscal_year)
        self.out = PageResult()
        self.tiles: list[Tile] = []
        self.pending: Heading | None = None
        self.heads: list[tuple[str, Block]] = []

    # -- the walk ---------------------------------------------------------------------------------------------------

    def run(self) -> PageResult:
        self._region(self.layout.root, None)
        return self.out

    def _region(self, region: Region, tile: Tile | None) -> None:
        if tile is None or not tile.title:
            region.items = [part for item in region.items for part in (self._parted(item) if isinstance(item, Block) else [item])]
        for n, item in enumerate(region.items):
            if isinstance(item, Region):
                self._region(item, self._tile(item))
            elif isinstance(item, Table):
                self._table(item, region, tile, n)
            elif self._furniture(item):
                self._account(Text.of(item.lines), [], "furniture", "page number or running line")
            else:
                self._block(item, region, tile)

    def _furniture(self, block: Block) -> bool:
        height = self.layout.page.height
        edge = block.box.bottom < 0.07 * height or block.box.top > 0.925 * height
        text = unicodedata.normalize("NFKC", block.text).strip()
        return edge and bool(_PAGE_NUMBER.match(text))

    def _has_figure(self, text: str) -> bool:
        return bool(read(text, self.context).figures)

    def _parted(self, block: Block) -> list[Block]:
        """A block of several items set close under one another, parted at the lines that are dressed as their headings."""
        if len(block.lines) < 3 or block.vertical:
            return [block]
        heads = [n for n in range(len(block.lines)) if self._heads_item(block, n)]
        starts = [n for n in heads if n == 0 or n - 1 not in heads or _ITEM.match(block.lines[n][0].text)]
        if not [n for n in starts if n]:
            return [block]
        bounds = [0, *(n for n in starts if n), len(block.lines)]
        return [Block(block.lines[a:b], union(s.box for line in block.lines[a:b] for s in line), block.strip) for a, b in pairwise(bounds)]

    def _heads_item(self, block: Block, n: int) -> bool:
        """Whether a line is a heading of what follows: in brackets of its own, or bolder, larger or marked unlike the block's text."""
        line = block.lines[n]
        text = " ".join(s.text for s in line).strip()
        if len(text) > 40 or _SENTENCE_END.search(text) or _NOTE.match(text) or self._valued(line):
            return False
        if self._is_section(line, block, n == 0, None):
            return True
        if self._has_figure(text):
            return False
        says = heading(text, self.context)
        if _BRACKETED.match(text) and says.is_target:
            return True
        if not says.label.strip(" ()（）") or any(id(s) in self.charts.categories for s in line):
            return False
        if n and _runs_on(block.lines[n - 1], line, max(other[-1].box.x1 for other in block.lines), None):
            return False
        if n + 1 == len(block.lines):
            return False
        if all(s.bold for s in line) and not all(s.bold for other in block.lines for s in other if not self._valued(other)):
            return True
        return bool(_ITEM.match(text)) and sum(bool(_ITEM.match(other[0].text)) for other in block.lines) > 1

    # -- headings -----------------------------------------------------------------------------------------------------

    def _is_section(self, line: Sequence[Span], block: Block, first: bool, tile: Tile | None) -> bool:
        text = " ".join(span.text for span in line).strip()
        if not text or len(text) > 60 or _SENTENCE_END.search(text):
            return False
        size, bold = max(s.size for s in line), any(s.bold for s in line)
        found = numbering(text)
        body = self.layout.body_size
        large = size >= 1.35 * body
        if found is None:
            if tile is not None or not (block.strip or large) or _BRACKETED.match(text):
                return False
            # Over lines of its own it is the title of a tile, unless it is set like the sections of the report.
            above = max((s.size for s in self.outline.path if s.number), default=0.0)
            if len(block.lines) > 1 and not block.strip and size < 0.95 * above:
                return False
            return not self._has_figure(text) and not heading(text, self.context).is_target
        number, rank = found
        if rank >= 6 and not (first or bold):
            return False
        if self._counts(line, text, number, block.strip or large or bold, first):
            return False
        return block.strip or large or bold or rank in (0, 1, 2, 5) or first or len(block.lines) == 1

    def _counts(self, line: Sequence[Span], text: str, number: str, dressed: bool, first: bool) -> bool:
        """Whether a line that begins like a numbered heading states a figure: 2 手続き in a tile, 11 システム標準化 not."""
        figures = read(text, self.context).figures
        if not figures:
            return False
        if any(q.start > len(number) for q in figures) or not (dressed or (first and not figures[0].unit)):
            return True
        sizes = [g.size for s in line for c, g in s.chars if g is not None]
        digits = [g.size for s in line for c, g in s.chars[: len(number)] if g is not None]
        return max(digits) > 1.15 * min(sizes) or figures[0].end >= len(text.rstrip())

    # -- tiles --------------------------------------------------------------------------------------------------------

    def _tile(self, region: Region) -> Tile:
        section = self.outline.title
        blocks = region.blocks()
        lines = [(block, n) for block in blocks for n in range(len(block.lines))]
        title, used, period = "", set(), None
        sizes = [s.size for block in blocks for line in block.lines for s in line if not self._valued(line)]
        small = min(sizes, default=0.0)
        texts: list[tuple[Block, int, str]] = []
        opening = next((k for k, (b, n) in enumerate(lines) if not self._has_figure(" ".join(s.text for s in b.lines[n]))), len(lines))
        if opening and not self._entitles([b.lines[n] for b, n in lines[opening:]]):
            opening = 0
        for block, n in lines[opening:]:
            line = block.lines[n]
            text = " ".join(s.text for s in line)
            if self._has_figure(text):
                break
            if numbering(text) is not None and self._is_section(line, block, n == 0, Tile(region, "", set(), None, False, section)):
                continue
            says = heading(text, self.context)
            if says.is_target:
                texts.append((block, n, ""))
                break
            if says.period is not None and not says.label.strip(" ()（）"):
                continue
            texts.append((block, n, text))
        named = [(b, n, t) for b, n, t in texts if t]
        if named:
            top = max(max(s.size for s in b.lines[n]) for b, n, _ in named)
            strong = [
                (b, n, t)
                for b, n, t in named
                if max(s.size for s in b.lines[n]) >= 0.98 * top
                and (any(s.bold for s in b.lines[n]) or top > 1.15 * small or b.strip or self._centred(b.lines[n], region))
            ]
            if (
                not strong
                and region.kind == "loose"
                and len(lines) == 1
                and len(named[0][2]) <= 40
                and not _SENTENCE_END.search(named[0][2])
            ):
                strong = named
            for b, n, t in strong[:2]:
                if title and (b is not strong[0][0] or n != strong[0][1] + 1):
                    break
                title = f"{title} {t}".strip()
                used.add(id(b.lines[n][0]))
        for block, n in lines:
            text = " ".join(s.text for s in block.lines[n])
            if len(text) > 40 or _NOTE.match(text) or any(id(s) in self.charts.categories for s in block.lines[n]):
                continue
            if not self._has_figure(text) and (says := heading(text, self.context)).period is not None and not says.is_target:
                period = says.period
                break
        tile = Tile(region, title, used, period, bool(title), section)
        if not title:
            source = self._continued(region, section)
            if source is None and region.kind == "loose":
                tile.title = self._beside_in_band(region)
                source = None if tile.title else self._followed(region, section)
            if source is not None:
                # What stands under a title of its own line is one tile with it: a date there goes on to the next.
                source.period = source.period or period
                tile.title, tile.period = source.title, period or source.period
        self.tiles.append(tile)
        return tile

    def _entitles(self, under: Sequence[Sequence[Span]]) -> bool:
        """Whether the lines under the numbers that open a tile begin with its title: one larger or bolder than those that follow."""
        if len(under) < 2:
            return False
        title, rest = under[0], [s for line in under[1:] for s in line]
        words = " ".join(s.text for s in title)
        if len(words) > 30 or not heading(words, self.context).label.strip(" ()（）"):
            return False
        larger = max(s.size for s in title) > 1.08 * max(s.size for s in rest)
        return larger or (all(s.bold for s in title) and not any(s.bold for s in rest))

    def _valued(self, line: Sequence[Span]) -> bool:
        return any(looks_like_value(s.text) for s in line)

    @staticmethod
    def _centred(line: Sequence[Span], region: Region) -> bool:
        left, right = line[0].box.x0 - region.box.x0, region.box.x1 - line[-1].box.x1
        return left > 12 and abs(left - right) < 0.2 * (left + right)

    def _continued(self, region: Region, section: str) -> Tile | None:
        """A tile without a heading continues the nearest headed one above it, else the one to its left (GOLD.md)."""
        peers = [
            t
            for t in self.tiles
            if t.headed and t.section == section and t.region.parent is region.parent and t.region.kind == region.kind
        ]
        if region.kind == "loose":
            near = 0.3 * self.layout.page.height if all(len(b.lines) <= 4 for b in region.blocks()) else 40
            peers = [t for t in peers if region.box.top - t.region.box.bottom < near]
        above = [
            t
            for t in peers
            if t.region.box.bottom <= region.box.top + 4
            and overlap(t.region.box.x0, t.region.box.x1, region.box.x0, region.box.x1) > 4
        ]
        if above:
            return max(above, key=lambda t: t.region.box.bottom)
        left = [
            t
            for t in peers
            if t.region.box.x1 <= region.box.x0 + 4
            and overlap(t.region.box.top, t.region.box.bottom, region.box.top, region.box.bottom) > 4
        ]
        return max(left, key=lambda t: t.region.box.x1, default=None)

    def _beside_in_band(self, region: Region) -> str:
        """The one short line left of a loose block between the same two rules across the page: the head of its row."""
        if region.parent is None or (band := self._band(region.box)) is None:
            return ""
        top, bottom = band
        left = [
            b
            for b in region.parent.blocks()
            if top <= b.box.top and b.box.bottom <= bottom and b.box.x1 <= region.box.x0 + 2 and not b.vertical and len(b.lines) <= 3
        ]
        heads = [b for b in left if len(b.text) <= 40 and not self._has_figure(b.text)]
        if len(heads) != 1 or len(left) != 1:
            return ""
        return heading(heads[0].text.replace("\n", ""), self.context).label

    def _band(self, box: Box) -> tuple[float, float] | None:
        """The rules above and below a box that run on over its left side as the lines between the rows of a list do."""
        across = [r.at for r in self.layout.page.rules if r.horizontal and r.start < box.x0 - 20 and r.end > box.x0 + 20]
        above = [at for at in across if at <= box.top + 2]
        below = [at for at in across if at >= box.bottom - 2]
        if not above or not below:
            return None
        return max(above), min(below)

    def _followed(self, region: Region, section: str) -> Tile | None:
        """The tile that a loose block stands close under, flush with it, where that tile has its title from beside."""
        near = [
            t
            for t in self.tiles
            if t.title
            and t.section == section
            and t.region.kind == "loose"
            and t.region.parent is region.parent
            and abs(t.region.box.x0 - region.box.x0) < 2
            and 0 <= region.box.top - t.region.box.bottom < 40
        ]
        return max(near, key=lambda t: t.region.box.bottom, default=None)

    # -- blocks of text -------------------------------------------------------------------------------------------------

    def _block(self, block: Block, region: Region, tile: Tile | None) -> None:
        part: list[list[Span]] = []
        local: Heading | None = self.pending
        local_title = ""
        self.pending = None
        for n, line in enumerate(block.lines):
            text = " ".join(span.text for span in line)
            if self._is_section(line, block, n == 0, tile):
                self._part(part, block, region, tile, local, local_title)
                part, local, local_title = [], None, ""
                box = union(s.box for s in line)
                self.outline.open(text, max(s.size for s in line), box, self.number)
                self.heads.append((text, Block([list(line)], box)))
                self._account(Text.of([line]), [], None, "heading")
                continue
            says = heading(text, self.context) if len(text) <= 60 else None
            if says is not None and (says.is_target or _BRACKETED.match(text)) and not self._has_figure(text):
                self._part(part, block, region, tile, local, local_title)
                part, local, local_title = [], says, says.label
                self._account(Text.of([line]), [], None, "heading")
                continue
            part.append(list(line))
        if part:
            self._part(part, block, region, tile, local, local_title)
        elif local is not None and local.is_target:
            self.pending = local

    def _part(
        self,
        lines: list[list[Span]],
        block: Block,
        region: Region,
        tile: Tile | None,
        local: Heading | None,
        local_title: str,
    ) -> None:
        if not lines:
            return
        kept = [line for line in lines if not all(id(s) in self.charts.ticks for s in line)]
        for line in lines:
            if line not in kept:
                self._account(Text.of([line]), [], "axis", "tick of an axis")
        if not kept:
            return
        if all(id(s) in self.charts.categories for line in kept for s in line):
            self._account(Text.of(kept), [], "date", "category of a chart")
            return
        text = Text.of(kept, self._right_edge(block, region))
        box = union(s.box for line in kept for s in line)
        # A panel without a title of its own that holds several blocks is a frame around tiles, not one.
        single = tile is not None and (bool(tile.title) or len(region.items) == 1)
        loose = tile if tile is not None and single else self._loose(block, region)
        context, category = self._context(box, region, tile, local, kept, loose)
        reading = read(text.string, context)
        if not reading.figures:
            self._account(text, reading.marks, None, "")
            self._state(text, kept, box, context, tile, local)
            return
        title = loose.title or self._title_above(box, region) or local_title
        figures = self._figures(text, kept, reading.figures, block, region, tile, title, category)
        self._account(text, reading.marks, None, "", figures, reading.figures)

    @staticmethod
    def _right_edge(block: Block, region: Region) -> float | None:
        """Where the column of a block ends: its panel's side, or the furthest that a neighbour of several lines reaches."""
        if region.kind == "panel":
            return region.box.x1
        if max(len("".join(s.text for s in line)) for line in block.lines) < 18:
            return None
        column = [
            b.box.x1
            for b in region.blocks()
            if len(b.lines) > 1 and overlap(b.box.x0, b.box.x1, block.box.x0, block.box.x1) > 0.6 * (block.box.x1 - block.box.x0)
        ]
        return max(column, default=None)

    def _loose(self, block: Block, region: Region) -> Tile:
        """A block that no frame holds, as a tile of its own: its first line is its title, or that of its neighbour."""
        known = next((t for t in self.tiles if t.region.items == [block]), None)
        if known is not None:
            return known
        area = self._chart_area(block.box, region)
        category = category_of(block.box, self.charts, area, dated=True) or category_of(block.box, self.charts, area, dated=False)
        return self._tile(Region("loose", reach_of(block.box, category, self.charts), [block], region))

    def _context(
        self,
        box: Box,
        region: Region,
        tile: Tile | None,
        local: Heading | None,
        lines: Sequence[Sequence[Span]] = (),
        loose: Tile | None = None,
    ) -> tuple[Context, Category | None]:
        context = self.context
        for section in self.outline.path:
            context = self._under(context, section.says)
        holder = loose if loose is not None and (loose.title or loose.period) else tile
        if holder is not None and holder.period is not None:
            context = replace(context, period=holder.period)
        chart = self._chart_area(box, region)
        if region.kind == "page" and tile is None and (over := self._column_head(box, region)) is not None:
            context = self._under(context, over)
        words = "".join(span.text for line in lines for span in line)
        named = None
        if len(lines) <= 4 and not self._named(lines):
            own = fiscal_year_period(context.fiscal_year) if re.search("前年|前回|昨年", words) else None
            dated = category_of(box, self.charts, chart, dated=True, own=own)
            if dated is not None:
                context = replace(context, period=dated.period)
            named = category_of(box, self.charts, chart, dated=False)
        if local is not None:
            context = self._under(context, local)
        return context, named

    def _named(self, lines: Sequence[Sequence[Span]]) -> bool:
        """Whether the first line says what its numbers count; the label of a bar begins with a number or a date."""
        if not lines:
            return False
        first = " ".join(span.text for span in lines[0])
        return not self._has_figure(first) and bool(heading(first, self.context).label.strip(" ()（）"))

    @staticmethod
    def _chart_area(box: Box, region: Region) -> Box:
        """How far down the categories of a chart may stand from a label: within its panel, else a third of a page."""
        return region.box if region.kind == "panel" else Box(box.x0, box.top, box.x1, box.bottom + 250)

    def _column_head(self, box: Box, region: Region) -> Heading | None:
        """What the head of a column of loose blocks says: a short line over it, beside others of its kind."""
        best, least = None, 1e9
        for item in region.blocks():
            if any(id(s) in self.charts.categories for s in item.spans):
                continue
            if len(item.lines) > 2 or item.vertical or item.box.bottom > box.top or box.top - item.box.bottom >= least:
                continue
            if overlap(item.box.x0, item.box.x1, box.x0, box.x1) < 0.3 * min(item.box.x1 - item.box.x0, box.x1 - box.x0):
                continue
            beside = [
                other
                for other in region.blocks()
                if other is not item
                and abs(other.lines[0][0].baseline - item.lines[0][0].baseline) < 3
                and abs(other.size - item.size) < 0.1 * item.size
            ]
            if not beside or self._has_figure(item.text):
                continue
            says = heading(item.text, self.context)
            if says.period is not None or says.measure is not None or says.unit:
                best, least = says, box.top - item.box.bottom
        return best

    @staticmethod
    def _under(context: Context, says: Heading) -> Context:
        if says.is_target:
            return replace(context, measure="target", period=says.period or context.period, base=None)
        return replace(
            context,
            period=says.period or context.period,
            unit=says.unit or context.unit,
            scale=says.scale or context.scale,
        )

    def _title_above(self, box: Box, region: Region) -> str:
        """The nearest short line above a loose block that stands over it and holds no figure."""
        best, least = "", 1e9
        for item in region.blocks():
            if item.box.bottom > box.top + 2 or item.vertical or overlap(item.box.x0, item.box.x1, box.x0, box.x1) <= 0:
                continue
            text = " ".join(s.text for s in item.lines[-1])
            distance = box.top - item.box.bottom
            if (
                distance < least
                and distance < 80
                and len(text) <= 40
                and not _SENTENCE_END.search(text)
                and not self._has_figure(text)
            ):
                best, least = text, distance
        return best

    def _figures(
        self,
        text: Text,
        lines: list[list[Span]],
        quantities: Sequence[Quantity],
        block: Block,
        region: Region,
        tile: Tile | None,
        title: str,
        category: Category | None,
    ) -> list[int]:
        starts = text.starts

        def line_of(offset: int) -> int:
            return max(n for n, start in enumerate(starts[:-1]) if start <= offset)

        heads = self._head_lines(text, lines, starts, quantities, tile)
        before = ""
        numbers: list[int] = []
        for q in quantities:
            n = line_of(q.start)
            head = next((heads[m] for m in range(n - 1, -1, -1) if m in heads), "")
            own = q.subject.strip()
            after = q.predicate.strip().removeprefix("の")
            after = after.rstrip("にをはがとでの") if _NOUN.match(after) else ""
            why = "words of its own line" if own else "the figure before it"
            if own:
                label = f"{head} {own}" if head and head not in own and len(head) <= 40 else own
            elif before and not self._fresh(heads, n):
                label = before
            else:
                title_under = n + 1 < len(lines) and tile is not None and id(lines[n + 1][0]) in tile.title_lines
                bare = not q.predicate or (n == 0 and starts[1] - 1 - q.end <= 4)  # 11名採用, and under it what they were taken on for
                under = heads.get(n + 1 + title_under, "") if not head and not before and bare else ""
                label = head or before or (category.text if category else "") or under
                why = (
                    "the line above"
                    if head
                    else "the figure before it"
                    if before
                    else "the category under it"
                    if category
                    else "beside or under it"
                )
                label = label or self._beside(q, text, region, block) or self._under_it(q, text, region)
            label = label or title
            if after and after not in label and len(label) + len(after) < 56:
                label = f"{label} {after}".strip()
            if len(re.sub(r"[のにをはがとで\W]", "", label)) == 0:
                label = self._rest(text, q, quantities)
            if category is not None and category.text not in label:
                label = f"{category.text} {label}".strip()
            before = label
            numbers.append(self._emit(q, text, label or title, title, why if label else "the title"))
        return numbers

    @staticmethod
    def _rest(text: Text, q: Quantity, quantities: Sequence[Quantity]) -> str:
        """All words of the lines that a number stands in: better than none to tell what it counts."""
        begin = max(s for s in text.starts if s <= q.start)
        end = next((s for s in text.starts if s > q.start and s > q.end), len(text.string))
        words = text.string[begin:end]
        for other in sorted(quantities, key=lambda o: -o.start):
            if begin <= other.start < end:
                words = words[: other.start - begin] + words[max(other.end - begin, 0) :]
        return re.sub(r"\s+", "", words).strip("のにをはがとで、。・()（）")[:40]

    @staticmethod
    def _fresh(heads: dict[int, str], n: int) -> bool:
        return n - 1 in heads

    def _head_lines(
        self, text: Text, lines: list[list[Span]], starts: list[int], quantities: Sequence[Quantity], tile: Tile | None
    ) -> dict[int, str]:
        """Lines without a figure that can name the figures beneath them."""
        out: dict[int, str] = {}
        for n, line in enumerate(lines):
            begin, end = starts[n], starts[n + 1] - 1
            if any(q.start < end and q.end > begin for q in quantities):
                continue
            if tile is not None and id(line[0]) in tile.title_lines:
                continue
            words = " ".join(s.text for s in line).strip()
            if len(words) > 45 or _SENTENCE_END.search(words) or _NOTE.match(words):
                continue
            label = heading(words, self.context).label.strip(" 　()（）・:：")
            if label:
                out[n] = label
        return out

    def _beside(self, q: Quantity, text: Text, region: Region, block: Block) -> str:
        """Words on the same row, or straight above, in a block of their own; the nearest."""
        box = text.box(q.start, q.end)
        if box is None:
            return ""
        best, least = "", 1e9
        for other in region.blocks():
            if other is block or other.vertical:
                continue
            words = other.text.replace("\n", "")
            if len(words) > 40 or _SENTENCE_END.search(words):
                continue
            beside = overlap(other.box.top, other.box.bottom, box.top, box.bottom) > 0.4 * min(
                other.box.bottom - other.box.top, box.bottom - box.top
            )
            if beside and other.box.x1 <= box.x0 + 2:
                distance = box.x0 - other.box.x1
            elif beside and other.box.x0 >= box.x1 - 2:
                distance = other.box.x0 - box.x1 + 6
            elif overlap(other.box.x0, other.box.x1, box.x0, box.x1) > 0 and other.box.bottom <= box.top + 2:
                distance = box.top - other.box.bottom
            else:
                continue
            if (
                distance < least
                and distance < 150
                and not self._has_figure(other.text)
                and heading(words, self.context).label.strip()
            ):
                best, least = heading(words, self.context).label, distance
        return best

    def _under_it(self, q: Quantity, text: Text, region: Region) -> str:
        """The words straight below a number that has none before it."""
        box = text.box(q.start, q.end)
        if box is None:
            return ""
        best, least = "", 60.0
        blocks = [*region.blocks(), *(region.parent.blocks() if region.parent else [])]
        for other in blocks:
            distance = other.box.top - box.bottom
            if 0 <= distance < least and overlap(other.box.x0, other.box.x1, box.x0, box.x1) > 0:
                words = " ".join(s.text for s in other.lines[0])
                if len(words) <= 40 and not _SENTENCE_END.search(words) and not self._has_figure(words):
                    best, least = heading(words, self.context).label or "", distance
        return best

    def _emit(self, q: Quantity, text: Text, label: str, title: str, why: str) -> int:
        box = text.box(q.start, q.end) or Box(0, 0, 0, 0)
        notes = list(q.notes)
        if any(g is not None and g.repeats > 2 for g in text.glyphs[q.start : q.end]):
            notes.append("overprint")
        self.out.figures.append(
            Figure(
                page=self.number,
                section_no=self.outline.number,
                section_title=self.outline.title,
                title=re.sub(r"\s+", " ", _ITEM.sub("", title)).strip(),
                label=re.sub(r"\s+", " ", _ITEM.sub("", label)).strip(" 　・:：、"),
                measure=q.measure or "level",
                component=q.component,
                raw=re.sub(r"\s*\n\s*", "", q.raw).strip(),
                value=q.value,
                unit=q.unit,
                scale=q.scale,
                decimals=q.decimals,
                qualifier=q.qualifier,
                period=q.period,
                base=q.base,
                box=box,
                note="; ".join(dict.fromkeys(notes)),
            )
        )
        period = "printed with the number" if q.own_period else "from what governs it" if q.period else "none found"
        unit = "printed" if q.unit and q.unit in q.raw else "from a head, in another spelling, or none"
        self.out.reasons.append(f"label: {why}; period: {period}; unit: {unit}")
        return len(self.out.figures) - 1

    # -- tables -----------------------------------------------------------------------------------------------------------

    def _table(self, table: Table, region: Region, tile: Tile | None, place: int) -> None:
        box = table.box
        caption = self._caption(region, place, box)
        context, _ = self._context(box, region, tile, self.pending)
        self.pending = None
        reach = self._chart_area(box, region)
        notes = "\n".join(
            b.text
            for b in self._blocks_near(region)
            if (0 <= b.box.top - box.bottom < 60 or overlap(b.box.top, b.box.bottom, box.top, box.bottom) > 0)
            and overlap(b.box.x0 - 20, b.box.x1 + 20, box.x0, box.x1) > 0
            and (_NOTE.match(b.text) or _NOTE.match(b.text.replace("\n", "")))
        )
        title = (tile.title if tile else "") or caption.replace("\n", " ")
        section_words = self.outline.title
        done: set[int] = set()
        grid = table.grid
        for cell in read_cells(
            grid, context, f"{section_words}\n{caption}" if caption else section_words, notes, self._has_figure
        ):
            spans = cell.cell.spans
            if not spans or all(id(s) in self.charts.ticks for s in spans):
                continue
            text = Text.of([[s] for s in spans])
            ctx = cell.context
            if not grid.ruled and ctx.period is self.context.period:
                dated = category_of(cell.cell.box, self.charts, reach, dated=True)
                ctx = replace(ctx, period=dated.period) if dated else ctx
            reading = read(text.string, ctx)
            done.add(id(cell.cell))
            named = None if grid.ruled else category_of(cell.cell.box, self.charts, reach, dated=False)
            numbers = []
            for q in reading.figures:
                own = q.subject.strip()
                label = cell.label
                if own and own not in label:
                    label = f"{own} {label}".strip()
                if named is not None:
                    label = f"{named.text} {label}".strip()
                numbers.append(self._emit(q, text, label or title, title, cell.reason if label else "the caption"))
            self._account(text, reading.marks, None, "", numbers, reading.figures)
        for other in grid.cells:
            if id(other) not in done and other.spans:
                text = Text.of([[s] for s in other.spans])
                ticks = all(id(s) in self.charts.ticks for s in other.spans)
                self._account(text, read(text.string, self.context).marks, "axis" if ticks else "date", "head of a table")

    @staticmethod
    def _blocks_near(region: Region) -> Iterator[Block]:
        yield from region.blocks()
        if region.parent is not None:
            yield from region.parent.blocks()

    def _caption(self, region: Region, place: int, box: Box) -> str:
        """The lines right above a table, with the unit or date at its corner; nearest last."""
        out: list[str] = []
        for item in reversed(region.items[:place]):
            if not isinstance(item, Block):
                break
            gap = box.top - item.box.bottom
            beside = overlap(item.box.x0, item.box.x1, box.x0, box.x1) <= 0
            if not (-4 <= gap <= 45) or len(item.lines) > 3 or (beside and "単位" not in item.text):
                continue
            lines = [" ".join(s.text for s in line) for line in item.lines]
            if any(_SENTENCE_END.search(t) or self._has_figure(t) for t in lines):
                break
            out[:0] = lines
        return "\n".join(out)

    # -- what is said without a number ------------------------------------------------------------------------------------

    def _state(
        self, text: Text, lines: list[list[Span]], box: Box, context: Context, tile: Tile | None, local: Heading | None
    ) -> None:
        words = re.sub(r"\s*\n\s*", " ", text.string).strip()
        if not words or (tile is None and local is None):
            return
        if local is not None and local.is_target:
            self._say("target", words, local.period, box, tile)
            return
        says = heading(text.string, self.context)
        if says.period is not None and says.label.strip(" ()（）"):
            self._say("milestone", words, says.period, box, tile)
        for line in lines:
            label = heading(" ".join(s.text for s in line), self.context).label.strip(" 　()（）")
            if label and (any(s.bold for s in line) or id(line[0]) in (tile.title_lines if tile else ())):
                self._say("label", label, says.period or (tile.period if tile else None), union(s.box for s in line), tile)
        del context

    def _say(self, kind: str, words: str, period: Period | None, box: Box, tile: Tile | None) -> None:
        self.out.statements.append(
            Statement(self.number, self.outline.number, self.outline.title, tile.title if tile else "", kind, words, period, box)
        )

    # -- the ledger -----------------------------------------------------------------------------------------------------

    def _account(
        self,
        text: Text,
        marks: Sequence[Mark],
        kind: str | None,
        reason: str,
        numbers: Sequence[int] = (),
        quantities: Sequence[Quantity] = (),
    ) -> None:
        """Enter every number word of a text in the ledger: as the notation marked it, or all as ``kind``."""
        marks = marks or read(text.string, self.context).marks
        for mark in marks:
            box = text.box(mark.start, mark.end)
            if box is None:
                continue
            figure = next((n for n, q in zip(numbers, quantities, strict=False) if q.start <= mark.start < q.end), None)
            what = "figure" if figure is not None else (kind or ("list" if mark.kind == "figure" else mark.kind))
            why = mark.reason if kind is None else reason
            self.out.ledger.append(LedgerEntry(self.number, text.string[mark.start : mark.end], what, why, box, figure))
