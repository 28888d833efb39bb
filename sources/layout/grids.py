"""Rules to grids of cells: ruled tables with merged cells, and tables whose columns only white space parts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from sources.layout.groups import Groups
from sources.layout.text import Span, glyph_box, overlap, words_of
from sources.pdf.document import Glyph, Panel, Rule
from sources.records import Box, union

# Rules that miss each other by less are meant to meet (points).
SNAP = 3.0


@dataclass(slots=True)
class Cell:
    """A cell of a grid: rows ``row`` to ``row_end`` and columns ``col`` to ``col_end``, both included."""

    box: Box
    row: int
    row_end: int
    col: int
    col_end: int
    spans: list[Span] = field(default_factory=list)
    tinted: bool = False

    @property
    def text(self) -> str:
        return "\n".join(span.text for span in self.spans)


@dataclass(slots=True)
class Grid:
    box: Box
    cells: list[Cell]
    rows: int
    cols: int
    ruled: bool = True

    def at(self, row: int, col: int) -> Cell | None:
        return next((c for c in self.cells if c.row <= row <= c.row_end and c.col <= col <= c.col_end), None)


def _snapped(values: Sequence[float]) -> list[float]:
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][-1] <= SNAP:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(group) / len(group) for group in out]


def _merged(rules: Sequence[Rule]) -> list[Rule]:
    """Rules on one line that touch or overlap become one."""
    lines: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda r: (r.horizontal, r.at)):
        if lines and lines[-1][0].horizontal == rule.horizontal and rule.at - lines[-1][0].at <= SNAP:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    out: list[Rule] = []
    for line in lines:
        line.sort(key=lambda r: r.start)
        current = Rule(line[0].horizontal, line[0].at, line[0].start, line[0].end)
        for rule in line[1:]:
            if rule.start <= current.end + SNAP:
                current.end = max(current.end, rule.end)
            else:
                out.append(current)
                current = Rule(rule.horizontal, rule.at, rule.start, rule.end)
        out.append(current)
    return [rule for rule in out if rule.end - rule.start >= 4]


def _families(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules that meet, directly or through others."""
    across = [r for r in rules if r.horizontal]
    down = sorted((r for r in rules if not r.horizontal), key=lambda r: r.at)
    positions = [r.at for r in down]
    number = {id(r): n for n, r in enumerate(rules)}
    groups = Groups(len(rules))
    for h in across:
        for v in down[bisect_left(positions, h.start - SNAP) : bisect_left(positions, h.end + SNAP)]:
            if v.start - SNAP <= h.at <= v.end + SNAP:
                groups.join(number[id(h)], number[id(v)])
    return [[rules[n] for n in group] for group in groups.all()]


def _frame(box: Box) -> list[Rule]:
    return [
        Rule(True, box.top, box.x0, box.x1),
        Rule(True, box.bottom, box.x0, box.x1),
        Rule(False, box.x0, box.top, box.bottom),
        Rule(False, box.x1, box.top, box.bottom),
    ]


def ruled_grids(rules: Sequence[Rule], panels: Sequence[Panel]) -> list[Grid]:
    """Grids of at least two cells made by rules and by the frames of panels that touch.

    Where colour alone makes them, what lies between coloured cells without being one is parted as they are.
    """
    lines = _merged([*rules, *(edge for panel in panels for edge in _frame(panel.box))])
    grounds = None if rules else [panel.box for panel in panels]
    return [grid for family in _families(lines) if (grid := _grid(family, grounds)) is not None]


def _grid(family: Sequence[Rule], grounds: Sequence[Box] | None = None) -> Grid | None:
    across, down = [r for r in family if r.horizontal], [r for r in family if not r.horizontal]
    if len(across) < 2 or not down:
        return None
    ys = _snapped([r.at for r in across])
    # Japanese tables often leave their outer left and right sides open.
    left, right = min(r.start for r in across), max(r.end for r in across)
    xs = _snapped([*(r.at for r in down), left, right])
    nx, ny = len(xs) - 1, len(ys) - 1
    if nx < 1 or ny < 1 or nx * ny < 2 or nx * ny > 40_000:
        return None

    def covered(rules: Sequence[Rule], at: float, start: float, end: float) -> bool:
        middle = (start + end) / 2
        return any(abs(r.at - at) <= SNAP and r.start <= middle <= r.end for r in rules)

    by_y: dict[int, list[Rule]] = defaultdict(list)
    for r in across:
        by_y[min(range(len(ys)), key=lambda i: abs(ys[i] - r.at))].append(r)
    by_x: dict[int, list[Rule]] = defaultdict(list)
    for r in down:
        by_x[min(range(len(xs)), key=lambda i: abs(xs[i] - r.at))].append(r)

    def joined(j: int, i: int) -> Iterator[tuple[int, int]]:
        """The squares to the right and below that no rule parts from this one."""
        if i + 1 < nx and not covered(by_x[i + 1], xs[i + 1], ys[j], ys[j + 1]):
            yield j, i + 1
        if j + 1 < ny and not covered(by_y[j + 1], ys[j + 1], xs[i], xs[i + 1]):
            yield j + 1, i

    corners: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for ground in grounds or ():
        corners[round(ground.x0 / SNAP), round(ground.top / SNAP)].append(ground)
    steps = (-1, 0, 1)

    def is_ground(box: Box) -> bool:
        x, y = round(box.x0 / SNAP), round(box.top / SNAP)
        near = (ground for i in steps for j in steps for ground in corners.get((x + i, y + j), ()))
        return any(all(abs(a - b) <= SNAP for a, b in zip(box, ground, strict=True)) for ground in near)

    cells = []
    for members in _grouped(ny, nx, joined):
        top, bottom = min(j for j, _ in members), max(j for j, _ in members)
        first, last = min(i for _, i in members), max(i for _, i in members)
        box = Box(xs[first], ys[top], xs[last + 1], ys[bottom + 1])
        coloured = grounds is None or is_ground(box)
        if len(members) != (bottom - top + 1) * (last - first + 1) or not coloured:
            # Not a rectangle: a rule ends early. Its squares stand for themselves, so that no text is lost.
            cells += [Cell(Box(xs[i], ys[j], xs[i + 1], ys[j + 1]), j, j, i, i) for j, i in members]
        else:
            cells.append(Cell(box, top, bottom, first, last))
    if len(cells) < 2:
        return None
    cells.sort(key=lambda c: (c.row, c.col))
    return Grid(Box(xs[0], ys[0], xs[-1], ys[-1]), cells, ny, nx)


def _grouped(rows: int, cols: int, joined: Callable[[int, int], Iterable[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """The squares of a grid, those together that are joined, directly or by way of others."""
    groups = Groups(rows * cols)
    for j in range(rows):
        for i in range(cols):
            for other_j, other_i in joined(j, i):
                groups.join(j * cols + i, other_j * cols + other_i)
    return [[divmod(n, cols) for n in group] for group in groups.all()]


def part_rows(grid: Grid, is_value: Callable[[str], bool]) -> None:
    """Cut the rows of a grid in which no rule parts names set under one another, each with values on its line in other cells."""
    row = 0
    while row < grid.rows:
        lines = _lines_of_row([c for c in grid.cells if c.row == c.row_end == row and c.spans], is_value)
        if lines:
            _cut_row(grid, row, lines)
        row += max(len(lines), 1)


_BRACKETED = ("(", "（", "[", "［", "【", "〔")
_NO_VALUE = re.compile(r"[-－―ー—–…･・.．xX*＊]{1,3}$")


def _lines_of_row(cells: Sequence[Cell], is_value: Callable[[str], bool]) -> list[float]:
    """The baselines on which a row of a grid holds a name and values each; empty where it is one row."""
    stacked = [c for c in cells if len(c.spans) >= 2 and len({round(s.baseline) for s in c.spans}) == len(c.spans)]
    values = [
        c
        for c in stacked
        if all(is_value(s.text) or _NO_VALUE.match(s.text.strip()) for s in c.spans)
        and any(is_value(s.text) for s in c.spans)
        and not any(s.text.strip().startswith(_BRACKETED) for s in c.spans)
    ]
    if not values:
        return []
    lines = sorted(s.baseline for s in max(values, key=lambda c: len(c.spans)).spans)
    names = [c for c in stacked if c not in values and c.col < min(v.col for v in values)]
    named = any(len(c.spans) <= len(lines) and all(_line_at(lines, s) is not None for s in c.spans) for c in names)
    together = all(_line_at(lines, s) is not None for c in values for s in c.spans)
    return lines if named and together else []


def _line_at(lines: Sequence[float], span: Span) -> int | None:
    near = min(range(len(lines)), key=lambda n: abs(lines[n] - span.baseline))
    return near if abs(lines[near] - span.baseline) <= 0.5 * span.size else None


def _cut_row(grid: Grid, row: int, lines: Sequence[float]) -> None:
    more = len(lines) - 1
    cells: list[Cell] = []
    for cell in grid.cells:
        if cell.row > row:
            cell.row += more
        if cell.row_end > row:
            cell.row_end += more
        places = [_line_at(lines, s) for s in cell.spans]
        if cell.row != row or cell.row_end != row:
            if cell.row_end == row:
                cell.row_end += more
            cells.append(cell)
        elif len(cell.spans) < 2 or None in places or len(set(places)) < len(places):
            cell.row_end += more
            cells.append(cell)
        else:
            edges = [cell.box.top, *((a + b) / 2 for a, b in pairwise(lines)), cell.box.bottom]
            for n in range(len(lines)):
                box = Box(cell.box.x0, edges[n], cell.box.x1, edges[n + 1])
                spans = [s for s, place in zip(cell.spans, places, strict=True) if place == n]
                cells.append(Cell(box, row + n, row + n, cell.col, cell.col_end, spans, cell.tinted))
    grid.cells = sorted(cells, key=lambda c: (c.row, c.col))
    grid.rows += more


def unruled_grids(lines: Sequence[Sequence[Span]], is_value: Sequence[Sequence[bool]]) -> list[tuple[Grid, list[Span]]]:
    """Grids in lines of spans that only white space parts.

    ``lines`` are rows of spans from top to bottom; ``is_value`` tells which spans are little else than a number. A grid is
    a run of rows, at least two of them with two or more spans, in which the values stand in the same columns.
    """
    out: list[tuple[Grid, list[Span]]] = []
    i = 0
    while i < len(lines):
        if len(lines[i]) < 2:
            i += 1
            continue
        run = [i]
        j = i + 1
        while j < len(lines):
            before, here = lines[run[-1]], lines[j]
            em = max(span.size for span in (*before, *here))
            gap = min(s.box.top for s in here) - max(s.box.bottom for s in before)
            even = max(s.size for s in here) <= 1.5 * min(s.size for s in (*before, *here))
            if gap > 1.6 * em or not (even or _listed(before, here)):
                break
            if len(here) >= 2:
                run.append(j)
            else:
                break
            j += 1
        rows = [lines[k] for k in run]
        values = [is_value[k] for k in run]
        grid = _white_grid(rows, values)
        if grid is not None:
            out.append((grid, [span for row in rows for span in row]))
        i = j if len(run) > 1 else i + 1
    return out


def _listed(before: Sequence[Span], here: Sequence[Span]) -> bool:
    """Whether two rows are a name and its value each, set flush: 目標値 60,000件 over 実績値 58,214件, the number as large as it may be."""
    return len(before) == len(here) == 2 and all(abs(a.box.x0 - b.box.x0) <= 0.5 * min(a.size, b.size) for a, b in zip(before, here, strict=True))


def _parted(span: Span, bands: Sequence[Sequence[float]]) -> list[Span]:
    """Heads set close together, cut at their blanks where each piece then stands over a column of its own."""
    over = [b for b in bands if overlap(b[0], b[1], span.box.x0, span.box.x1) > 0.5]
    pieces = words_of(span)
    if len(over) < 2 or len(pieces) < len(over):
        return [span]
    homes: list[list[tuple[str, Glyph | None]]] = [[] for _ in over]
    for piece in pieces:
        middle = (piece.box.x0 + piece.box.x1) / 2
        home = homes[min(range(len(over)), key=lambda k: abs((over[k][0] + over[k][1]) / 2 - middle))]
        home.extend([(" ", None), *piece.chars] if home else piece.chars)
    if not all(homes):
        return [span]
    return [replace(span, chars=h, box=union(glyph_box(g) for _, g in h if g is not None)) for h in homes]


def _headed(bands: Sequence[list[float]], rows: Sequence[Sequence[Span]], values: Sequence[Sequence[bool]]) -> list[list[float]]:
    """The columns, with each head that stands beside what it is the head of (a word in the middle over numbers set to the right) made one with it."""
    body = max(next(r for r, row in enumerate(values) if any(row)), 1)  # a year as a head looks like a number
    filled: list[set[bool]] = []
    counts: list[bool] = []
    for x0, x1 in bands:
        within = [(r, v) for r, row in enumerate(rows) for span, v in zip(row, values[r], strict=True) if overlap(x0, x1, span.box.x0, span.box.x1) > 0.5]
        filled.append({r >= body for r, _ in within})
        counts.append(any(v for r, v in within if r >= body))

    def pairs(order: Sequence[int]) -> dict[int, int]:
        found: dict[int, int] = {}
        taken = -1
        for a, b in pairwise(order):
            if a != taken and filled[a] != filled[b] and len(filled[a]) == len(filled[b]) == 1:
                found[min(a, b)] = max(a, b)
                taken = b
        return found

    def left_over(found: dict[int, int]) -> tuple[int, int, float]:
        """What a pairing does badly: heads without a column, columns of numbers without a head, and the way from one to the other."""
        alone = [k for k in range(len(bands)) if k not in found and k not in found.values()]
        return -len(found), sum(counts[k] for k in alone), sum(bands[b][0] - bands[a][1] for a, b in found.items())

    order = list(range(len(bands)))
    chosen = min((pairs(order), pairs(order[::-1])), key=left_over)
    return [[bands[k][0], bands[chosen.get(k, k)][1]] for k in order if k not in chosen.values()]


def _white_grid(rows: Sequence[Sequence[Span]], values: Sequence[Sequence[bool]]) -> Grid | None:
    if len(rows) < 2 or sum(sum(v) for v in values) < 2:
        return None
    bands: list[list[float]] = []
    for span in sorted((s for row in rows for s in row), key=lambda s: s.box.x1 - s.box.x0):
        hits = [b for b in bands if overlap(b[0], b[1], span.box.x0, span.box.x1) > 0.5]
        if not hits:
            bands.append([span.box.x0, span.box.x1])
        elif len(hits) == 1:
            hits[0][0], hits[0][1] = min(hits[0][0], span.box.x0), max(hits[0][1], span.box.x1)
    bands.sort()
    bands = _headed(bands, rows, values)
    if len(bands) < 2:
        return None
    columns: list[set[int]] = [set() for _ in bands]
    cells: list[Cell] = []
    for r, row in enumerate(rows):
        parts = [(piece, value) for span, value in zip(row, values[r], strict=True) for piece in _parted(span, bands)]
        for span, value in parts:
            over = [k for k, b in enumerate(bands) if overlap(b[0], b[1], span.box.x0, span.box.x1) > 0.5]
            if not over:
                return None
            if value:
                columns[over[0]].add(r)
            there = next((c for c in cells if c.row == r and c.col == over[0]), None)
            if there:
                there.spans.append(span)
                there.box = union((there.box, span.box))
            else:
                cells.append(Cell(span.box, r, r, over[0], over[-1], [span]))
    # One shared column of values under one another is what a table has and a line of prose has not.
    if max(len(rows_with_values) for rows_with_values in columns) < 2:
        return None
    return Grid(union(c.box for c in cells), cells, len(rows), len(bands), ruled=False)
