"""The walk over a document: regions in reading order, each block read with all that governs it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sources.figures.cells import right_edge
from sources.figures.charts import area_of, category_of, find_charts
from sources.figures.governing import Governing
from sources.figures.headings import Headings
from sources.figures.labels import MEASURE, Labels
from sources.figures.lines import Text
from sources.figures.outline import Outline
from sources.figures.saying import BRACKETED, ITEM, NOTE, SENTENCE_END, heading, read
from sources.figures.scene import Scene
from sources.figures.tables import CellReading, read_cells
from sources.figures.tiles import Tile, Tiles
from sources.layout.page import Block, Layout, Region, Table
from sources.layout.text import Span, overlap
from sources.notation import Context, Heading, Mark, Quantity, class_limits, plain_kanji
from sources.pdf.document import NO_CHARACTER
from sources.records import Box, Figure, LedgerEntry, Period, Statement, union

_PAGE_NUMBER = re.compile(
    r"^[\s\-－―–—~〜・|pP.]*(?:[0-9]{1,4}|[ivxIVX]{1,6})(?:\s*[/／]\s*[0-9]{1,4})?\s*(?:ページ|頁)?[\s\-－―–—~〜・|]*$"
)
_RAISED = re.compile(r"\s*[0-9]{1,2}[)）]?\s*$")
# The title of a chart may stand so many points over the label of a low bar.
TALL = 250
_NAMES = re.compile(r"[^\W\d_]{2}")  # two letters or more; a sign or a lone one names nothing
# A line that says nothing but a point in time: 令和3年10月15日16時45分時点（速報値）
_AS_OF = re.compile("時点|現在")
_BESIDE_DATE = re.compile(
    r"特に(?:記載|断り|注記)[のが]?な[いき](?:もの|数値|場合|限り)?[はのも]?|(?:各|上記の?|以下の?)?(?:数値|データ)は|いずれも|すべて|[0-9]{1,2}時(?:[0-9]{1,2}分)?|時点|現在|速報値?|暫定値?|\W"
)


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
        charts = find_charts(layout, reader.fiscal_year)
        reader.outline.dated = None
        self.scene = Scene(layout, reader.outline, reader.context, charts)
        self.headings = Headings(self.scene)
        self.tiles = Tiles(self.scene, self.headings)
        self.governing = Governing(self.scene)
        self.labels = Labels(self.scene)
        self.number = layout.page.number
        self.out = PageResult()
        self.pending: Heading | None = None

    # -- the walk ---------------------------------------------------------------------------------------------------

    def run(self) -> PageResult:
        self._region(self.scene.layout.root, None)
        return self.out

    def _region(self, region: Region, tile: Tile | None) -> None:
        if tile is None or not tile.title:
            region.items = [part for item in region.items for part in (self.headings.parted(item) if isinstance(item, Block) else [item])]
        for n, item in enumerate(region.items):
            if isinstance(item, Region):
                self._region(item, self.tiles.of(item))
            elif isinstance(item, Table):
                self._table(item, region, tile, n)
            elif self._furniture(item):
                self._account(Text.of(item.lines), [], "furniture", "page number or running line")
            elif self._note_mark(item, region):
                self._account(Text.of(item.lines), [], "list", "a note's mark")
            else:
                self._block(item, region, tile)

    def _furniture(self, block: Block) -> bool:
        height = self.scene.layout.page.height
        edge = block.box.bottom < 0.07 * height or block.box.top > 0.925 * height
        text = unicodedata.normalize("NFKC", block.text).strip()
        return bool(_PAGE_NUMBER.match(text)) and (edge or self._ends_page(block))

    def _ends_page(self, block: Block) -> bool:
        """Whether a block stands alone in the middle under all else, as the number of a page does that is not full."""
        page, size = self.scene.layout.page, block.size
        others = [item.box.bottom for item in self.scene.layout.root.items if item is not block]
        centred = abs(block.box.x0 + block.box.x1 - page.width) < 2 * size
        return centred and size <= 1.1 * self.scene.layout.body_size and bool(others) and max(others) + size < block.box.top

    def _note_mark(self, block: Block, region: Region) -> bool:
        """Whether a block is the raised number before a note: small, alone, with words beginning right behind it."""
        if not _RAISED.match(unicodedata.normalize("NFKC", block.text)) or block.size > 0.8 * self.scene.layout.body_size:
            return False
        firsts = (other.lines[0][0].box for other in region.blocks() if other is not block)
        return any(
            0 <= first.x0 - block.box.x1 < 2 * block.size and overlap(first.top, first.bottom, block.box.top, block.box.bottom) > 0 for first in firsts
        )

    # -- blocks of text -------------------------------------------------------------------------------------------------

    def _block(self, block: Block, region: Region, tile: Tile | None) -> None:
        part: list[list[Span]] = []
        local: Heading | None = self.pending
        local_title = ""
        self.pending = None
        captioned = -1
        for n, line in enumerate(block.lines):
            text = " ".join(span.text for span in line)
            if not self.out.figures and (dated := self._dated(text)):
                self.scene.outline.dated = dated
                self._account(Text.of([line]), [], None, "heading")
                continue
            if self.headings.is_section(line, block, n == 0, in_tile=tile is not None):
                self._part(part, block, region, tile, local, local_title)
                part, local, local_title = [], None, ""
                self.scene.outline.open(text, max(s.size for s in line), union(s.box for s in line), self.number)
                self._account(Text.of([line]), [], None, "heading")
                continue
            if captions := self._captions(block, n):
                self._part(part, block, region, tile, local, local_title)
                self._account(Text.of([line]), [], None, "heading")
                self._part([list(block.lines[n + 1])], block, region, tile, local, local_title, captions)
                part, captioned = [], n + 1
                continue
            if n == captioned:
                continue
            says = heading(text, self.scene.context) if len(text) <= 60 else None
            if says is not None and (says.is_target or BRACKETED.match(text)) and not self.scene.has_figure(text):
                self._part(part, block, region, tile, local, local_title)
                part, local, local_title = [], says, says.label
                self._account(Text.of([line]), [], None, "heading")
                continue
            part.append(list(line))
        if part:
            self._part(part, block, region, tile, local, local_title)
        elif local is not None and local.is_target:
            self.pending = local

    def _captions(self, block: Block, n: int) -> list[Heading]:
        """What a line says of the numbers under it, one by one: R5実績 | R6実績 | R8目標 over 48.0％ | 64.5％ | 80％."""
        line, under = block.lines[n], block.lines[n + 1 : n + 2]
        if len(line) < 2 or not under or any(self.scene.has_figure(span.text) for span in line):
            return []
        says = [heading(span.text, self.scene.context) for span in line]
        if not all(said.period or said.measure for said in says):
            return []
        text = Text.of(under)
        places = [text.box(q.start, q.end) for q in read(text.string, self.scene.context).figures]
        if len(places) != len(line):
            return []
        ends = [*(span.box.x0 for span in line[1:]), line[-1].box.x1 + 4 * line[-1].size]
        apart = all(
            place is not None and span.box.x0 - 2 * span.size <= (place.x0 + place.x1) / 2 <= end + span.size
            for place, span, end in zip(places, line, ends, strict=True)
        )
        return says if apart else []

    def _dated(self, text: str) -> Period | None:
        """The point in time that a line names and nothing else."""
        says = heading(text, self.scene.context) if len(text) <= 60 and _AS_OF.search(text) else None
        return says.period if says and not _BESIDE_DATE.sub("", says.label) else None

    def _part(
        self,
        lines: list[list[Span]],
        block: Block,
        region: Region,
        tile: Tile | None,
        local: Heading | None,
        local_title: str,
        captions: Sequence[Heading] = (),
    ) -> None:
        if not lines:
            return
        kept = [line for line in lines if not all(id(s) in self.scene.charts.ticks for s in line)]
        for line in lines:
            if line not in kept:
                self._account(Text.of([line]), [], "axis", "tick of an axis")
        if not kept:
            return
        if all(id(s) in self.scene.charts.categories for line in kept for s in line):
            self._account(Text.of(kept), [], "date", "category of a chart")
            return
        text = Text.of(kept, self._right_edge(block, region))
        box = union(s.box for line in kept for s in line)
        # A panel without a title of its own that holds several blocks is a frame around tiles, not one.
        single = tile is not None and (bool(tile.title) or len(region.items) == 1)
        loose = tile if tile is not None and single else self.tiles.of_loose(block, region)
        context, category = self.governing.context_of(box, region, tile, local, kept, loose)
        title = loose.title or self.tiles.title_above(box, region) or ("" if MEASURE.fullmatch(local_title) else local_title)
        if (chart := self.governing.chart_of(box, region)) is not None:
            title = title or next((words for one in region.and_around() if (words := self.tiles.title_above(chart, one, reach=TALL))), "")
            says = heading(title, self.scene.context)
            context = context if context.unit else replace(context, unit=says.unit, scale=says.scale)
        reading = read(text.string, context)
        if not reading.figures:
            self._account(text, reading.marks, None, "")
            self._state(text, kept, box, tile, local)
            return
        if len(captions) == len(reading.figures):  # what governs here may make others figures than were looked for
            reading = replace(reading, figures=[_under(q, caption) for q, caption in zip(reading.figures, captions, strict=True)])
        if not (title or self.scene.outline.title):
            title = self.tiles.title_above(box, region, reach=40, beside=True)
        over = "" if title or region.parent is None else self.tiles.title_above(region.box, region.parent, reach=30)
        labels = self.labels.of(text, kept, reading.figures, block, region, tile, title, over, category)
        figures = [self._emit(q, text, label, title, why) for q, (label, why) in zip(reading.figures, labels, strict=True)]
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

    def _emit(self, q: Quantity, text: Text, label: str, title: str, why: str) -> int:
        box = text.box(q.start, q.end) or Box(0, 0, 0, 0)
        notes = list(q.notes)
        if any(g is not None and g.repeats > 2 for g in text.glyphs[q.start : q.end]):
            notes.append("overprint")
        self.out.figures.append(
            Figure(
                page=self.number,
                section_no=self.scene.outline.number,
                section_title=plain_kanji(self.scene.outline.title),
                title=_words(title).strip(),
                label=_words(label).strip(" 　・:：、"),
                measure=q.measure or "level",
                component=q.component,
                raw=re.sub(r"\s*\n\s*", "", plain_kanji(q.raw)).strip(),
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
        grid, box = table.grid, table.box
        caption = self._caption(region, place, box)
        context, _ = self.governing.context_of(box, region, tile, self.pending)
        self.pending = None
        title = (tile.title if tile else "") or caption.replace("\n", " ")
        under = "" if "単位" in caption else self._unit_under(box, region)
        over = "\n".join(dict.fromkeys(words for words in (self.scene.outline.title, caption, under) if words))
        done: set[int] = set()
        context = replace(context, limits=class_limits("\n".join(cell.text for cell in grid.cells)))
        for reading in read_cells(grid, context, over, self._notes_of(box, region), self.scene.has_figure):
            if not all(id(s) in self.scene.charts.ticks for s in reading.cell.spans):
                self._cell(reading, title, area_of(box, region), ruled=grid.ruled)
                done.add(id(reading.cell))
        for other in grid.cells:
            if id(other) not in done and other.spans:
                text = Text.of([[s] for s in other.spans])
                ticks = all(id(s) in self.scene.charts.ticks for s in other.spans)
                self._account(text, read(text.string, self.scene.context).marks, "axis" if ticks else "date", "head of a table")

    def _cell(self, cell: CellReading, title: str, area: Box, *, ruled: bool) -> None:
        """A cell with numbers. Without rules around it, it may as well be the label of a bar in a chart."""
        text = Text.of([[s] for s in cell.cell.spans], right_edge(cell.cell) if ruled else None)
        context, charts = cell.context, self.scene.charts
        if not ruled and context.period is self.scene.context.period:
            dated = category_of(cell.cell.box, charts, area, dated=True)
            context = replace(context, period=dated.period) if dated else context
        if not ruled:
            context = self.governing.scaled(context, cell.cell.box)
        reading = read(text.string, context)
        named = None if ruled else category_of(cell.cell.box, charts, area, dated=False)
        numbers, before = [], ""
        for q in reading.figures:
            own = q.subject.strip() or before
            before = own if _NAMES.search(own) else ""
            label = f"{own} {cell.label}".strip() if own not in cell.label else cell.label
            if named is not None:
                label = f"{named.text} {label}".strip()
            box = text.box(q.start, q.end)
            series = charts.legends.series_of(box) if box is not None and not ruled and not own else None
            if series is not None:
                label = f"{series.row or ('' if charts.legends.names(label) else label)} {series.name}".strip()
            numbers.append(self._emit(q, text, label or title, title, cell.reason if label else "the caption"))
        self._account(text, reading.marks, None, "", numbers, reading.figures)

    def _notes_of(self, box: Box, region: Region) -> str:
        """The notes beside a table, or right under it."""
        return "\n".join(
            b.text
            for b in self._blocks_near(region)
            if (0 <= b.box.top - box.bottom < 60 or overlap(b.box.top, b.box.bottom, box.top, box.bottom) > 0)
            and overlap(b.box.x0 - 20, b.box.x1 + 20, box.x0, box.x1) > 0
            and (NOTE.match(b.text) or NOTE.match(b.text.replace("\n", "")))
        )

    def _unit_under(self, box: Box, region: Region) -> str:
        """（単位：人） right under a table, where it may stand as well as over it, unless it stands over the next."""
        for block in self._blocks_near(region):
            below = block.box.top - box.bottom
            if not (0 <= below < 2.5 * block.size and len(block.lines) == 1 and re.match(r"[(（]\s*単\s*位", block.text)):
                continue
            if overlap(block.box.x0, block.box.x1, box.x0, box.x1) <= 0:
                continue
            if not any(isinstance(item, Table) and 0 <= item.box.top - block.box.bottom < 45 for item in region.items):
                return block.text
        return ""

    @staticmethod
    def _blocks_near(region: Region) -> Iterator[Block]:
        yield from region.blocks()
        if region.parent is not None:
            yield from region.parent.blocks()

    def _caption(self, region: Region, place: int, box: Box) -> str:
        """The lines right above a table, with the unit or date at its corner; nearest last."""
        out: list[str] = []
        tables = [item.box for item in region.items if isinstance(item, Table) and item.box != box]
        for item in reversed(region.items[:place]):
            apart = overlap(item.box.x0, item.box.x1, box.x0, box.x1) <= 0
            if not isinstance(item, Block):
                if apart and item.box.bottom > box.top:
                    continue  # the table at its side
                break
            gap = box.top - item.box.bottom
            others = any(overlap(item.box.x0, item.box.x1, t.x0, t.x1) > 0 and -4 <= t.top - item.box.bottom <= 45 for t in tables)
            beside = apart and ("単位" not in item.text or others)
            if not (-4 <= gap <= 45) or len(item.lines) > 3 or beside and not self._is_alone(item, region, box):
                continue
            lines = [" ".join(s.text for s in line) for line in item.lines if not self.scene.charts.legends.hold(line[0].box)]
            if any(SENTENCE_END.search(t) or self.scene.has_figure(t) for t in lines):
                break
            out[:0] = lines
        return "\n".join(out)

    @staticmethod
    def _is_alone(caption: Block, region: Region, table: Box) -> bool:
        """Whether nothing but a unit stands beside a line at the left margin and the narrow table in the middle of the page under it."""
        others = [item for item in region.items if item is not caption and item.box != table]
        beside = [item for item in others if overlap(item.box.top, item.box.bottom, caption.box.top, table.bottom) > 0]
        return caption.box.x1 <= table.x0 and all(isinstance(item, Block) and "単位" in item.text for item in beside)

    # -- what is said without a number ------------------------------------------------------------------------------------

    def _state(self, text: Text, lines: list[list[Span]], box: Box, tile: Tile | None, local: Heading | None) -> None:
        words = re.sub(r"\s*\n\s*", " ", text.string).strip()
        if not words or (tile is None and local is None):
            return
        if local is not None and local.is_target:
            self._say("target", words, local.period, box, tile)
            return
        says = heading(text.string, self.scene.context)
        if says.period is not None and says.label.strip(" ()（）"):
            self._say("milestone", words, says.period, box, tile)
        for line in lines:
            label = heading(" ".join(s.text for s in line), self.scene.context).label.strip(" 　()（）")
            if label and (any(s.bold for s in line) or id(line[0]) in (tile.title_lines if tile else ())):
                self._say("label", label, says.period or (tile.period if tile else None), union(s.box for s in line), tile)

    def _say(self, kind: str, words: str, period: Period | None, box: Box, tile: Tile | None) -> None:
        self.out.statements.append(
            Statement(
                self.number, self.scene.outline.number, plain_kanji(self.scene.outline.title), plain_kanji(tile.title) if tile else "", kind,
                plain_kanji(words), period, box,
            )
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
        marks = marks or read(text.string, self.scene.context).marks
        for mark in marks:
            box = text.box(mark.start, mark.end)
            if box is None:
                continue
            figure = next((n for n, q in zip(numbers, quantities, strict=False) if q.start <= mark.start < q.end), None)
            what = "figure" if figure is not None else (kind or ("list" if mark.kind == "figure" else mark.kind))
            why = (mark.reason if kind is None else reason) or ("a list or heading number" if what == "list" else "")
            self.out.ledger.append(LedgerEntry(self.number, text.string[mark.start : mark.end].strip(), what, why, box, figure))


def _words(text: str) -> str:
    """A heading or label on one line, without the mark of an item, be it one that no font explains."""
    return re.sub(r"\s+", " ", plain_kanji(ITEM.sub("", text.lstrip(f"{NO_CHARACTER} "))))


def _under(q: Quantity, caption: Heading) -> Quantity:
    """A number with what the caption right over it says of it."""
    dated = caption.period is not None and not q.own_period
    period, base = (caption.period, caption.base) if dated else (q.period, q.base)
    return replace(q, measure=caption.measure or "level", component="whole", period=period, base=base)
