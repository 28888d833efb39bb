"""A page to a tree of regions (page, panels) that hold blocks of lines, tables and further regions in reading order."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sources.layout.grids import SNAP, Grid, part_rows, ruled_grids, unruled_grids
from sources.layout.groups import Groups
from sources.layout.text import Span, area, columns_of_vertical_text, overlap, spans
from sources.layout.turn import turned_box, turned_page
from sources.pdf.document import Glyph, Page, Panel, Rule
from sources.records import Box, union

_DIGITS = re.compile(r"[0-9]")
# What a cell that is little else than a number holds: digits, signs, brackets and a short unit.
_VALUE = re.compile(r"^[\s約▲△+\-−－±()（）※*]*[0-9][0-9,.\s]*\D{0,6}(?:[0-9][0-9,.\s]*\D{0,4})?[()（）※*\s]*$")


def looks_like_value(text: str) -> bool:
    return bool(_VALUE.match(unicodedata.normalize("NFKC", text).strip()))


@dataclass(slots=True)
class Block:
    """Lines that belong together, each a row of spans. ``strip`` is a line that fills a coloured band of its own."""

    lines: list[list[Span]]
    box: Box
    strip: bool = False
    vertical: bool = False

    @property
    def spans(self) -> list[Span]:
        return [span for line in self.lines for span in line]

    @property
    def text(self) -> str:
        return "\n".join(" ".join(span.text for span in line) for line in self.lines)

    @property
    def size(self) -> float:
        return max(span.size for span in self.spans)


@dataclass(slots=True)
class Table:
    grid: Grid

    @property
    def box(self) -> Box:
        return self.grid.box


@dataclass(slots=True)
class Region:
    """The page itself, a panel on it, or (``loose``) a block taken for one. ``items`` are its blocks, tables and panels in reading order."""

    kind: str
    box: Box
    items: list[Block | Table | Region] = field(default_factory=list)
    parent: Region | None = None

    def blocks(self) -> list[Block]:
        return [item for item in self.items if isinstance(item, Block)]

    def and_around(self) -> Iterator[Region]:
        """It and the regions that it lies in, the nearest first."""
        yield self
        if self.parent is not None:
            yield from self.parent.and_around()


@dataclass(slots=True)
class Layout:
    page: Page
    root: Region
    body_size: float


def _common(a: Box, b: Box) -> float:
    """The area that two boxes share."""
    return max(0.0, overlap(a.x0, a.x1, b.x0, b.x1)) * max(0.0, overlap(a.top, a.bottom, b.top, b.bottom))


def _inside(inner: Box, outer: Box, slack: float = 2.0) -> bool:
    return (
        inner.x0 >= outer.x0 - slack
        and inner.x1 <= outer.x1 + slack
        and inner.top >= outer.top - slack
        and inner.bottom <= outer.bottom + slack
    )


class _Index:
    """Glyphs by squares of the page, to find those in a box without looking at all."""

    STEP = 40

    def __init__(self, glyphs: Sequence[Glyph]) -> None:
        self.squares: dict[tuple[int, int], list[Glyph]] = defaultdict(list)
        for g in glyphs:
            self.squares[int((g.x0 + g.x1) / 2 // self.STEP), int((g.top + g.bottom) / 2 // self.STEP)].append(g)

    def within(self, box: Box) -> list[Glyph]:
        found = []
        for x in range(int(box.x0 // self.STEP), int(box.x1 // self.STEP) + 1):
            for y in range(int(box.top // self.STEP), int(box.bottom // self.STEP) + 1):
                found += [g for g in self.squares.get((x, y), ()) if box.holds(g)]
        return found


class _Bands:
    """Boxes by the heights that they reach over, to find those beside or around one without looking at all."""

    STEP = 16

    def __init__(self, boxes: Iterable[Box] = ()) -> None:
        self.bands: dict[int, list[Box]] = defaultdict(list)
        for box in boxes:
            self.add(box)

    def _of(self, box: Box) -> range:
        return range(int(box.top // self.STEP), int(box.bottom // self.STEP) + 1)

    def add(self, box: Box) -> None:
        for band in self._of(box):
            self.bands[band].append(box)

    def near(self, box: Box) -> Iterable[Box]:
        """Each once that shares some height with a box, and some that do not."""
        return {id(other): other for band in self._of(box) for other in self.bands.get(band, ())}.values()

    def around(self, box: Box) -> Iterable[Box]:
        """Those that reach over the middle of a box, among them all that hold it."""
        return self.bands.get(int((box.top + box.bottom) / 2 // self.STEP), ())


def _fill(grid: Grid, index: _Index, taken: set[int]) -> set[int]:
    """Put the glyphs of the page into the cells of a grid; the ids of those placed, none where the grid cuts through words."""
    placed: dict[int, int] = {}
    held: list[list[Glyph]] = []
    for n, cell in enumerate(grid.cells):
        glyphs = [g for g in index.within(cell.box) if id(g) not in taken and id(g) not in placed]
        placed.update((id(g), n) for g in glyphs)
        held.append(glyphs)
    if _cuts([g for glyphs in held for g in glyphs], placed) > 3:
        return set()
    for cell, glyphs in zip(grid.cells, held, strict=True):
        cell.spans = _cell_spans(glyphs)
    return set(placed)


def _cuts(glyphs: Sequence[Glyph], cell_of: Mapping[int, int]) -> int:
    """How often glyphs that are set close on one line fall into different cells: frames that only happen to meet cut words."""
    rows: dict[tuple[float, float], list[Glyph]] = defaultdict(list)
    for g in glyphs:
        if not g.text.isspace():
            rows[round(g.baseline, 1), round(g.size, 1)].append(g)
    cuts = 0
    for row in rows.values():
        row.sort(key=lambda g: g.x0)
        cuts += sum(b.x0 - a.x1 < 0.15 * a.size and cell_of[id(a)] != cell_of[id(b)] for a, b in pairwise(row))
    return cuts


def _cell_spans(glyphs: Sequence[Glyph]) -> list[Span]:
    """The lines of a cell; letters spread over its width are one line."""
    found = spans(glyphs, split=9.0)
    columns = columns_of_vertical_text(glyphs)[0] if len(found) >= 4 and all(len(s.chars) <= 1 for s in found) else []
    return columns or found


def _is_table(grid: Grid) -> bool:
    """Whether a grid is read by its heads: it has a first row or first column of words, and most of it is not bare."""
    full = [cell for cell in grid.cells if cell.spans]
    if grid.rows < 2 or grid.cols < 2 or len(full) < 3 or len(full) < 0.3 * len(grid.cells):
        return False
    head = [c for c in full if c.row == 0]
    stub = [c for c in full if c.col == 0]
    coloured = bool(head) and all(c.tinted for c in head) and not all(c.tinted for c in full)
    headed = bool(head) and (coloured or not any(_is_measured(c.text) for c in head))
    stubbed = len(stub) >= 2 and not any(_is_measured(c.text) for c in stub)
    long = [c for c in full if len(c.spans) > 12]
    return (headed or stubbed) and len(long) * 3 <= len(full)


# A number with one of the commonest units, among other words of a cell; the notation, which knows them all, comes later on the way.
_MEASURED = re.compile(r"[0-9][0-9,.]*\s*(?:[%‰件名人円枚校台戸回]|万|億|千|兆)")
# Age groups name a row or column: 65歳以上, 20～29歳, 10代.
_AGES = re.compile(r"(?:[0-9]+\s*歳?\s*[~-]\s*)?[0-9]+\s*(?:歳|代)\s*(?:以上|以下|未満|代)?")
_YEAR = re.compile(r"[0-9元]+\s*年|[HRS][0-9元]+|^\s*(?:19|20)[0-9]{2}\s*$")


def _is_measured(text: str) -> bool:
    """Whether a text holds a number that is not a year or date: then it is no head."""
    plain = _AGES.sub("", unicodedata.normalize("NFKC", text))
    if _YEAR.search(plain):
        return bool(_MEASURED.search(re.sub(r"[0-9]+\s*(?:年|月|日)", "", plain)))
    return bool(_MEASURED.search(plain)) or looks_like_value(plain)


def _turned_spans(page: Page, turn: int) -> list[Span]:
    """Lines that run up, down or upside down, as along the axis of a chart; their boxes are as printed."""
    glyphs = [g for g in page.glyphs if g.turn == turn]
    if not glyphs:
        return []
    level = turned_page(Page(page.number, page.width, page.height, glyphs), turn)
    found = spans(level.glyphs)
    for span in found:
        span.box = turned_box(span.box, page.width, page.height, turn)
        by_order = {g.order: g for g in glyphs}
        span.chars = [(char, by_order[g.order] if g is not None else None) for char, g in span.chars]
        span.vertical = True
    return found


def _all_grids(rules: Sequence[Rule], panels: Sequence[Panel]) -> tuple[list[Grid], list[Grid]]:
    """Grids drawn by rules and frames; and, where there are none, those of cells that differ in colour alone."""
    drawn = ruled_grids([*rules, *_edges_of_colour(rules, panels)], [p for p in panels if p.stroked])
    shaded = [p for p in panels if not p.stroked and not any(_inside(p.box, g.box, 3) for g in drawn)]
    return drawn, ruled_grids([], shaded)


def _edges_of_colour(rules: Sequence[Rule], panels: Sequence[Panel]) -> Iterator[Rule]:
    """The side at which the colour of a column of cells ends, where rules part its rows that go on beyond it: there is no rule down between
    現状と課題 on a colour and what is said of it on white."""
    columns: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for panel in panels:
        if panel.tinted and not panel.stroked:
            columns[round(panel.box.x0 / 2), round(panel.box.x1 / 2)].append(panel.box)
    for column in columns.values():
        x0, x1 = column[0].x0, column[0].x1
        ways = {round(r.at / SNAP) for r in rules if r.horizontal and r.start <= x1 + SNAP and r.end >= 2 * x1 - x0}
        parted = [box for box in column if any(way in ways for way in range(round(box.top / SNAP) - 1, round(box.bottom / SNAP) + 2))]
        rows = {way for box in column for way in range(round(box.top / SNAP) + 2, round(box.bottom / SNAP) - 1) if way in ways}
        if len(parted) == len(column) and len(column) + len(rows) > 1:
            yield from (Rule(False, box.x1, box.top, box.bottom) for box in column)


def analyse(page: Page) -> Layout:
    """The layout of a page: every glyph of it stands in exactly one line, cell or column."""
    sizes = sorted(g.size for g in page.glyphs if not g.text.isspace())
    body = sizes[len(sizes) // 2] if sizes else 10.0
    turned = [span for turn in (90, 180, 270) for span in _turned_spans(page, turn)]
    vertical, glyphs = _vertical([g for g in page.glyphs if g.turn == 0])
    index = _Index(glyphs)
    tables, panels, taken = _tables_and_panels(page, index)
    root = Region("page", Box(0, 0, page.width, page.height))
    regions = _nested(root, panels)
    for region, found in _shared_out(glyphs, regions, index, taken):
        region.items += _blocks(spans(found, [r for r in page.rules if _touches(r, region.box)]))
        _mark_strip(region)
    for grid in tables:
        home = min((r for r in regions if _inside(grid.box, r.box, 4)), key=lambda r: area(r.box), default=root)
        home.items.append(Table(grid))
    for block in _upright([*_vertical_blocks(_beside_cells(vertical, tables)), *(Block([[span]], span.box, vertical=True) for span in turned)]):
        home = min((r for r in regions if _inside(block.box, r.box)), key=lambda r: area(r.box), default=root)
        home.items.append(block)
    _hang(root, regions)
    return Layout(page, root, body)


def _tables_and_panels(page: Page, index: _Index) -> tuple[list[Grid], list[Panel], set[int]]:
    """The ruled tables, the panels that are no part of one, and the glyphs that stand in tables, by identity."""
    panels = [p for p in page.panels if index.within(p.box)]
    tables: list[Grid] = []
    stacks: list[Panel] = []
    bands: list[Grid] = []
    taken: set[int] = set()
    drawn, shaded = _all_grids(page.rules, panels)
    for grid in sorted([*drawn, *shaded], key=lambda g: area(g.box)):
        placed = _fill(grid, index, taken)
        _tint(grid, panels)
        part_rows(grid, looks_like_value)
        if placed and _is_table(grid):
            tables.append(grid)
            taken |= placed
        elif placed and any(grid is one for one in shaded) and (_is_row(grid) or _is_column(grid, index, page.width)):
            bands.append(grid)
        elif grid.cols == 1 and placed and sum(1 for c in grid.cells if c.spans) >= 2:
            stacks.append(Panel(grid.box, filled=False, stroked=True))
    # A row or column of a table that colour alone sets off is one like those that it leaves white.
    panels = [p for p in panels if not any(_inside(p.box, t.box, 3) for t in [*tables, *bands]) and not _is_ground(p, index)]
    panels = [p for p in panels if not any(_inside(p.box, s.box, 3) and p.box != s.box for s in stacks)]
    return tables, panels + stacks, taken


def _is_row(grid: Grid) -> bool:
    """Whether cells stand side by side with a line each: three or more, for two may be the heads of two tiles."""
    return grid.rows == 1 and grid.cols >= 3 and all(len(c.spans) == 1 for c in grid.cells)


def _is_ground(panel: Panel, index: _Index) -> bool:
    """Whether a panel without an outline is the ground of three or more pieces of text on one line: a row, and no heading's dress."""
    inked = [g for g in index.within(panel.box) if not g.text.isspace()]
    if panel.stroked or not inked or max(g.baseline for g in inked) - min(g.baseline for g in inked) > 0.5 * inked[0].size:
        return False
    return len(spans(inked)) >= 3


def _is_column(grid: Grid, index: _Index, width: float) -> bool:
    """Whether cells under one another, of one line each, have text beside them on every line: the column of a table that colour sets off."""
    full = [c for c in grid.cells if c.spans] if grid.cols == 1 else []
    beside = Box(0, grid.box.top, width, grid.box.bottom)
    around = [g for g in index.within(beside) if not g.text.isspace() and not grid.box.holds(g)]
    return len(full) >= 3 and all(
        len(c.spans) == 1 and any(abs(g.baseline - c.spans[0].baseline) <= 0.25 * min(g.size, c.spans[0].size) for g in around) for c in full
    )


def _tint(grid: Grid, panels: Sequence[Panel]) -> None:
    """Mark the cells that lie on a colour of their own."""
    grounds = _Bands(p.box for p in panels if p.tinted)
    for cell in grid.cells:
        # Word processors shade the lines of a cell, not all of its square.
        cell.tinted = sum(_common(cell.box, ground) for ground in grounds.near(cell.box)) >= 0.6 * area(cell.box)


def _shared_out(
    glyphs: Sequence[Glyph], regions: Sequence[Region], index: _Index, taken: set[int]
) -> list[tuple[Region, list[Glyph]]]:
    """The glyphs outside tables, each to the smallest region that holds it; the smallest region first."""
    small_first = sorted(range(len(regions)), key=lambda i: area(regions[i].box))
    owner: dict[int, int] = {}
    for i in small_first[:-1]:
        for g in index.within(regions[i].box):
            owner.setdefault(id(g), i)
    _overflow(glyphs, owner, taken)
    homes: dict[int, list[Glyph]] = defaultdict(list)
    for g in glyphs:
        if id(g) not in taken:
            homes[owner.get(id(g), small_first[-1])].append(g)
    return [(regions[i], homes[i]) for i in small_first]


def _mark_strip(region: Region) -> None:
    """A band of colour behind one line is a heading's dress, no container."""
    if region.kind == "panel" and len(region.items) == 1:
        block = region.items[0]
        if isinstance(block, Block) and len(block.lines) == 1:
            block.strip = region.box.bottom - region.box.top <= 3 * block.size


def _overflow(glyphs: Sequence[Glyph], owner: dict[int, int], taken: set[int]) -> None:
    """What runs on over the edge of a panel belongs to the panel where it begins."""
    rows: dict[int, list[Glyph]] = defaultdict(list)
    for g in glyphs:
        if id(g) not in taken and not g.text.isspace():
            rows[round(g.baseline)].append(g)
    for row in rows.values():
        row.sort(key=lambda g: g.x0)
        for order in (row, row[::-1]):
            for a, b in pairwise(order):
                gap = max(b.x0 - a.x1, a.x0 - b.x1)
                if id(a) not in owner or abs(a.size - b.size) > 0.05 * a.size:
                    continue
                if (
                    id(b) not in owner
                    and gap < 0.3 * a.size
                    or order is row
                    and owner.get(id(b)) != owner[id(a)]
                    and gap < 0.1 * a.size
                ):
                    owner[id(b)] = owner[id(a)]


def _touches(rule: Rule, box: Box) -> bool:
    if rule.horizontal:
        return box.top - 1 <= rule.at <= box.bottom + 1 and overlap(rule.start, rule.end, box.x0, box.x1) > 0
    return box.x0 - 1 <= rule.at <= box.x1 + 1 and overlap(rule.start, rule.end, box.top, box.bottom) > 0


def _vertical(glyphs: Sequence[Glyph]) -> tuple[list[Span], list[Glyph]]:
    """Vertical text is looked for only where enough glyphs have no neighbour on their baseline."""
    inked = [g for g in glyphs if not g.text.isspace()]
    rows: dict[int, list[float]] = defaultdict(list)
    for g in inked:
        rows[round(g.baseline / 2)].append(g.x0)
    lonely = 0
    for row, starts in rows.items():
        near = sorted([*starts, *rows.get(row + 1, ()), *rows.get(row - 1, ())])
        lonely += sum(b - a > 16 for a, b in pairwise(near)) + (len(near) == 1)  # points: more than any usual letter is wide
    if lonely < 8 and lonely < 0.05 * len(inked):
        return [], list(glyphs)
    return columns_of_vertical_text(glyphs)


def _beside_cells(columns: Sequence[Span], tables: Sequence[Grid]) -> list[Span]:
    """Columns of vertical text that stand in no cell of a table; the others are put into theirs, which hold nothing else: heads of several rows."""
    left, held = [], defaultdict(list)
    cells = [cell for grid in tables for cell in grid.cells if not cell.spans]
    for span in columns:
        cell = next((cell for cell in cells if _inside(span.box, cell.box, 2)), None)
        left.append(span) if cell is None else held[id(cell)].append(span)
    for cell in cells:
        cell.spans = sorted(held[id(cell)], key=lambda span: -span.box.x1)
    return left


def _vertical_blocks(columns: Sequence[Span]) -> list[Block]:
    """Columns of vertical text that stand side by side, read from right to left, as one block."""
    groups: list[list[Span]] = []
    for span in sorted(columns, key=lambda s: -s.box.x1):
        for group in groups:
            last = group[-1]
            if last.box.x0 - span.box.x1 < 1.3 * span.size and abs(last.box.top - span.box.top) < 2 * span.size:
                group.append(span)
                break
        else:
            groups.append([span])
    return [Block([[span] for span in group], union(s.box for s in group), vertical=True) for group in groups]


def _upright(blocks: Sequence[Block]) -> list[Block]:
    """Blocks of vertical text; a number that stands on its head or upright over a column is the beginning of that column."""
    out: list[Block] = []
    for block in sorted(blocks, key=lambda b: b.box.top):
        over = next(
            (
                b
                for b in out
                if len(b.lines) == len(block.lines) == 1
                and len(b.lines[0]) == 1
                and b.text.strip(" .．").isdecimal()
                and overlap(b.box.x0, b.box.x1, block.box.x0, block.box.x1) > 0.5 * (b.box.x1 - b.box.x0)
                and -1 <= block.box.top - b.box.bottom < 1.5 * block.size
            ),
            None,
        )
        if over is None:
            out.append(block)
        else:
            over.lines = [[*over.lines[0], *block.lines[0]]]
            over.box = union((over.box, block.box))
    return out


def _nested(root: Region, panels: Sequence[Panel]) -> list[Region]:
    """Panels that hold text as regions, each in the smallest region around it."""
    kept = _Bands()
    regions: dict[int, Region] = {}  # by the identity of their boxes
    for panel in sorted(panels, key=lambda p: area(p.box)):
        # Twice in one place, as a fill and as its outline, a panel is one.
        if not any(_common(panel.box, k) > 0.9 * max(area(panel.box), area(k)) for k in kept.near(panel.box)):
            kept.add(panel.box)
            regions[id(panel.box)] = Region("panel", panel.box)
    for region in regions.values():
        around = [box for box in kept.around(region.box) if _inside(region.box, box) and area(box) > area(region.box)]
        region.parent = regions[id(min(around, key=area))] if around else root
    return [*regions.values(), root]


def _hang(root: Region, regions: Sequence[Region]) -> None:
    """Hang every region that holds something into its parent, in reading order; a strip or the frame of a table is what it holds."""
    for region in sorted(regions, key=lambda r: area(r.box)):
        if region is root or not region.items:
            continue
        home = region.parent or root
        only = region.items[0] if len(region.items) == 1 else None
        is_frame = isinstance(only, Table) or (isinstance(only, Block) and only.strip)
        home.items.append(only if only is not None and is_frame else region)
    for region in regions:
        region.items = reading_order(region.items)


def _blocks(found: Sequence[Span]) -> list[Block | Table | Region]:
    rows = _lines(found)
    grids = unruled_grids(rows, [[looks_like_value(s.text) for s in row] for row in rows])
    used = {id(span) for _, members in grids for span in members}
    left = [span for row in rows for span in row if id(span) not in used]
    return [*(Table(grid) for grid, _ in grids), *_clusters(left)]


def _clusters(items: Sequence[Span]) -> list[Block]:
    """Spans that stand close under one another, as blocks."""
    order = sorted(range(len(items)), key=lambda i: items[i].box.top)
    groups = Groups(len(items))
    for n, i in enumerate(order):
        above = items[i]
        under: list[int] = []
        for j in order[n + 1 :]:
            below = items[j]
            em = (above.size + below.size) / 2
            if below.box.top - above.box.bottom > 1.2 * max(above.size, 40):
                break
            if _on_one_line(above, below):
                continue
            gap = below.box.top - above.box.bottom
            shared = overlap(above.box.x0, above.box.x1, below.box.x0, below.box.x1)
            narrow = min(above.box.x1 - above.box.x0, below.box.x1 - below.box.x0)
            if -0.6 * em <= gap <= 0.9 * em and shared > 0.3 * narrow:
                under.append(j)
        nearest = min((items[j].box.top for j in under), default=0.0)
        first = [j for j in under if items[j].box.top <= nearest + 0.5 * items[j].size]
        # A line over several columns is their heading, and joins none of them.
        if first and all(groups.of(j) == groups.of(first[0]) for j in first):
            for j in first:
                groups.join(j, i)
    return [_block([items[i] for i in group]) for group in groups.all()]


def _block(group: Sequence[Span]) -> Block:
    return Block(_lines(group), union(s.box for s in group))


def _lines(group: Sequence[Span]) -> list[list[Span]]:
    """Spans by the baseline that they stand on, from top to bottom and left to right."""
    lines: list[list[Span]] = []
    for span in sorted(group, key=lambda s: (s.baseline, s.box.x0)):
        if lines and _on_one_line(lines[-1][0], span):
            lines[-1].append(span)
        else:
            lines.append([span])
    for line in lines:
        line.sort(key=lambda s: s.box.x0)
    return lines


def _on_one_line(one: Span, other: Span) -> bool:
    return abs(one.baseline - other.baseline) <= 0.25 * min(one.size, other.size)


def reading_order(items: Sequence[Block | Table | Region]) -> list[Block | Table | Region]:
    """Items by recursive cuts along white space: across first where rows part, down where columns do."""
    if len(items) <= 1:
        return list(items)
    rows, row_gap = _cut(items, 1)
    columns, column_gap = _cut(items, 0)
    if len(rows) == 1 and len(columns) == 1:
        return sorted(items, key=lambda i: (round(i.box.top / 6), i.box.x0))
    # A gutter as wide as the widest gap between rows parts newspaper columns; a narrower one only tiles of a row.
    tall = len(columns) > 1 and column_gap >= row_gap and all(len(c) >= 3 for c in columns)
    parts = columns if len(rows) == 1 or tall else rows
    return [item for part in parts for item in reading_order(part)]


def _cut(items: Sequence[Block | Table | Region], axis: int) -> tuple[list[list[Block | Table | Region]], float]:
    """Items parted where nothing stands across; with the width of the widest gap."""
    parts: list[list[Block | Table | Region]] = []
    end = widest = 0.0
    for item in sorted(items, key=lambda i: i.box[axis]):
        start, stop = item.box[axis], item.box[axis + 2]
        if parts and start < end - 1:
            parts[-1].append(item)
            end = max(end, stop)
        else:
            if parts:
                widest = max(widest, start - end)
            parts.append([item])
            end = stop
    return parts, widest
