"""Charts without a template: which bare numbers are ticks of an axis, and which category a data label stands over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sources.figures.legends import Legends, find_legends
from sources.figures.saying import heading
from sources.layout.page import Layout, Region, Table, looks_like_value
from sources.layout.text import Span, overlap, words_of
from sources.notation import Context
from sources.records import Box, Period, union

_TICK = re.compile(r"^([-－▲△+]?[0-9][0-9,]*(?:\.[0-9]+)?)(?:[%％]|\([^\d()]{1,6}\))?$")


@dataclass(slots=True)
class Category:
    text: str
    box: Box
    period: Period | None


@dataclass(frozen=True, slots=True)
class Axis:
    """The ticks of an axis, the unit that stands over them or at their end, and the least and greatest of them."""

    box: Box
    unit: str
    scale: int
    least: float
    most: float

    def away(self, box: Box, value: float) -> float:
        """How far from where the axis has a value a label stands, as a share of the axis."""
        height = self.box.bottom - self.box.top
        expected = self.box.bottom - height * (value - self.least) / ((self.most - self.least) or 1)
        return abs((box.top + box.bottom) / 2 - expected) / height


@dataclass(slots=True)
class Charts:
    """What a page's charts consist of; spans are named by identity."""

    ticks: set[int] = field(default_factory=set)
    axes: list[Axis] = field(default_factory=list)
    across: list[Axis] = field(default_factory=list)  # those that lie, under bars that do
    rows: list[list[Category]] = field(default_factory=list)
    categories: set[int] = field(default_factory=set)
    points: list[tuple[float, float]] = field(default_factory=list)
    legends: Legends = field(default_factory=Legends)


def _value(text: str) -> float | None:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    match = _TICK.match(plain)
    if not match:
        return None
    return float(re.sub(r"[,+]", "", match[1]).replace("▲", "-").replace("△", "-"))


def _steps(spans: Sequence[Span], along: int) -> list[list[Span]]:
    """Runs of three or more numbers that grow by one step at even distances: the ticks of an axis. What is no number is left out."""
    found = [((s.box[along] + s.box[along + 2]) / 2, value, s) for s in spans if (value := _value(s.text)) is not None]
    found.sort(key=lambda number: number[0])
    places, values, order = [n[0] for n in found], [n[1] for n in found], [n[2] for n in found]
    runs: list[list[Span]] = []
    for start in range(len(order) - 2):
        step, gap = values[start + 1] - values[start], places[start + 1] - places[start]
        if step == 0 or gap <= 0:
            continue
        end = start + 1
        while (
            end + 1 < len(order)
            and abs(values[end + 1] - values[end] - step) <= 1e-6 * max(1, abs(step))
            and abs(places[end + 1] - places[end] - gap) <= 0.2 * gap
        ):
            end += 1
        if end - start >= 2:
            runs.append(order[start : end + 1])
    return runs


def find_charts(layout: Layout, fiscal_year: int | None) -> Charts:
    """Axis ticks and rows of categories among the loose spans of a page."""
    charts = Charts(points=layout.page.points, legends=find_legends(layout.page))
    regions = list(_regions(layout.root))
    loose = [span for region in regions for block in region.blocks() for span in block.spans]
    tables = [item.grid for region in regions for item in region.items if isinstance(item, Table) and not item.grid.ruled]
    white = [span for grid in tables for cell in grid.cells for span in cell.spans]
    numbers = [s for s in (*loose, *white) if _value(s.text) is not None]
    runs: list[list[Span]] = []
    for edge in (0, 2):
        columns: dict[int, list[Span]] = {}
        for span in numbers:
            key = round(span.box[edge] / 3)
            for near in (key - 1, key, key + 1):
                columns.setdefault(near, []).append(span)
        for column in columns.values():
            for run in _steps(column, 1):
                charts.ticks.update(id(s) for s in run)
                runs.append(run)
    lying: dict[int, list[Span]] = {}
    for span in loose:
        if _value(span.text) is not None and not _is_year(span.text):
            lying.setdefault(round(span.baseline / 2), []).append(span)
    for line in lying.values():
        for run in _steps(line, 0):
            if len(run) > 3 and _value(run[0].text) == 0:
                charts.ticks.update(id(s) for s in run)
    charts.axes = [_axis(run, loose) for run in _longest(runs)]
    for region in regions:
        _find_rows(region, charts, fiscal_year)
    return charts


def _longest(runs: Sequence[list[Span]]) -> list[list[Span]]:
    """Of the runs that share ticks (18.0 and 8.0 stand flush at one side only), the longest."""
    kept: list[list[Span]] = []
    taken: set[int] = set()
    for run in sorted(runs, key=len, reverse=True):
        if not any(id(s) in taken for s in run):
            kept.append(run)
            taken.update(id(s) for s in run)
    return kept


def _axis(run: Sequence[Span], loose: Sequence[Span]) -> Axis:
    """An axis with what stands right over its topmost tick: （兆円）."""
    box = union(s.box for s in run)
    values = [value for s in run if (value := _value(s.text)) is not None]
    high = 4 * max(s.size for s in run)
    over = [s for s in loose if 0 <= box.top - s.box.bottom + 2 <= high and overlap(s.box.x0, s.box.x1, box.x0 - high, box.x1 + high) > 0]
    for span in sorted(over, key=lambda s: -s.box.bottom):
        says = heading(span.text, Context())
        if (says.unit or says.scale) and not says.label.strip(" ()（）"):
            return Axis(box, says.unit, says.scale, min(values), max(values))
    return Axis(box, "", 0, min(values), max(values))


def _lying(run: Sequence[Span], row: Sequence[Span]) -> Axis | None:
    """An axis whose last tick has a unit with it or after it: 0 20 40 60 80 100（%）."""
    last = run[-1]
    after = [s.text for s in row if 0 <= s.box.x0 - last.box.x1 <= 3 * last.size and not looks_like_value(s.text)]
    for words in (re.sub(r"^[-－▲△+\d０-９,，.．\s]+", "", last.text), *after[:1]):
        says = heading(words, Context())
        if says.unit and not says.label.strip(" ()（）"):
            values = [value for s in run if (value := _value(s.text)) is not None]
            return Axis(union(s.box for s in run), says.unit, says.scale, min(values), max(values))
    return None


def scale_of(box: Box, charts: Charts) -> Axis | None:
    """The lying axis over or under a bar, the nearest, that measures the label of the bar."""
    beside = [axis for axis in charts.across if axis.box.x0 - 20 <= (box.x0 + box.x1) / 2 <= axis.box.x1 + 60]
    return min(beside, key=lambda axis: max(-overlap(axis.box.top, axis.box.bottom, box.top, box.bottom), 0), default=None)


def axis_of(box: Box, charts: Charts, text: str = "") -> Axis | None:
    """The axis that measures a data label: the nearest to its left at its height.

    Where the chart has another at its right, the one that has the value which the label's ``text`` says near the label; None where both do.
    """
    beside = [a for a in charts.axes if a.box.top - 40 <= (box.top + box.bottom) / 2 <= a.box.bottom + 10]
    left = max((a for a in beside if a.box.x0 <= box.x0), key=lambda a: a.box.x1, default=None)
    right = min((a for a in beside if a.box.x0 > box.x0), key=lambda a: a.box.x0, default=None)
    if left is None or right is None or (right.unit, right.scale) == (left.unit, left.scale) or not _shares(left, right, charts):
        return left
    value = _value(text)
    if value is None:
        return None
    near, far = sorted((left, right), key=lambda axis: axis.away(box, value))
    return near if near.away(box, value) < 0.15 < far.away(box, value) else None


def _shares(left: Axis, right: Axis, charts: Charts) -> bool:
    """Whether two axes stand at the sides of one chart: one row of categories lies between them, and as many ticks belong to each height."""
    return abs(left.box.top - right.box.top) < 8 and abs(left.box.bottom - right.box.bottom) < 8 and any(
        left.box.x1 - 8 <= row[0].box.x0 and row[-1].box.x1 <= right.box.x0 + 8 for row in charts.rows
    ) and not any(row[0].box.x0 > right.box.x1 and row[0].box.x0 - right.box.x1 < 40 for row in charts.rows)


def _regions(region: Region) -> Iterator[Region]:
    yield region
    for item in region.items:
        if isinstance(item, Region):
            yield from _regions(item)


def _find_rows(region: Region, charts: Charts, fiscal_year: int | None) -> None:
    """Rows of ticks and of categories among the blocks of one region: what stands in different tiles is no row."""
    rows: dict[int, list[Span]] = {}
    spans: list[Span] = []
    for block in region.blocks():
        # Years with nothing but the caption of the chart close under them are years all the same; over a number they date that.
        captioned = not any(looks_like_value(span.text) for line in block.lines[1:] for span in line)
        for span in block.lines[0] if captioned else ():
            if charts.legends.hold(span.box):
                continue
            dates = _dates(span, fiscal_year)
            if dates or len(block.lines) == 1:
                rows.setdefault(round(span.box.bottom / 3), []).extend(dates or [span])
                spans.append(span)
    for key in sorted(rows):
        row = sorted([*rows[key], *rows.get(key + 1, [])], key=lambda s: s.box.x0)
        for run in _steps([s for s in row if not _is_year(s.text)], 0):
            charts.ticks.update(id(s) for s in run)
            if (axis := _lying(run, row)) is not None:
                charts.across.append(axis)
        for part in _parted(row):
            found = _categories(part, fiscal_year)
            if found and not any(c.box == found[0].box for known in charts.rows for c in known):
                charts.rows.append(found)
                boxes = [c.box for c in found]
                charts.categories.update(id(s) for s in spans if any(_holds(s.box, box) for box in boxes))


def _dates(span: Span, fiscal_year: int | None) -> list[Span]:
    """The pieces of a span that is nothing but periods, as set under the bars of a chart, close together or not; empty for any other."""
    context = Context(fiscal_year=fiscal_year)
    says = [(piece, heading(piece.text, context)) for piece in words_of(span)]
    return [piece for piece, _ in says] if all(one.period is not None and not one.label.strip() for _, one in says) else []


def _holds(outer: Box, inner: Box) -> bool:
    return outer.x0 <= inner.x0 and inner.x1 <= outer.x1 and outer.top <= inner.top and inner.bottom <= outer.bottom


def _parted(row: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """A row where charts stand side by side, cut at the gaps between them: more than twice as wide as the steps on both sides."""
    middles = [(s.box.x0 + s.box.x1) / 2 for s in row]
    gaps = [b - a for a, b in pairwise(middles)]
    cuts = [
        n + 1
        for n in range(2, len(gaps) - 2)
        if gaps[n] > 2 * max(gaps[n - 2], gaps[n - 1]) and gaps[n] > 2 * max(gaps[n + 1], gaps[n + 2])
    ]
    for start, end in pairwise([0, *cuts, len(row)]):
        yield row[start:end]


def _is_year(text: str) -> bool:
    return bool(re.match(r"^(19|20)\d\d$", text.strip()))


def _categories(row: Sequence[Span], fiscal_year: int | None) -> list[Category]:
    """A row of short names or periods that stand evenly side by side, as under the bars of a chart."""
    short = [s for s in row if len(s.text) <= 14]
    if len(short) < 3:
        return []
    context = Context(fiscal_year=fiscal_year)
    out = []
    for span in short:
        says = heading(span.text, context)
        out.append(Category(span.text, span.box, says.period))
    dated = [c for c in out if c.period is not None]
    if len(dated) >= 3 and len(dated) * 3 >= len(out) * 2:
        return dated
    if any(looks_like_value(c.text) for c in out):
        return []
    middles = [(c.box.x0 + c.box.x1) / 2 for c in out]
    gaps = [b - a for a, b in pairwise(middles)]
    sizes = {round(s.size) for s in short}
    return out if len(sizes) == 1 and max(gaps) <= 1.6 * min(gaps) else []


def area_of(box: Box, region: Region) -> Box:
    """How far down the categories of a chart may stand from a label: within its panel, else a third of a page."""
    return region.box if region.kind == "panel" else Box(box.x0, box.top, box.x1, box.bottom + 250)


def category_of(box: Box, charts: Charts, region: Box, *, dated: bool, own: Period | None = None) -> Category | None:
    """The category that a data label speaks of: that of the drawn mark next to it, else the one nearest in x.

    ``own`` is the report's own year where the label compares with the year before: then the label speaks of it, if it is near.
    """
    best: Category | None = None
    least = 1e9
    for row in charts.rows:
        if any((c.period is not None) != dated for c in row):
            continue
        left, right = min(c.box.x0 for c in row), max(c.box.x1 for c in row)
        pitch = (right - left) / max(len(row) - 1, 1)
        below = row[0].box.top - box.bottom
        if below < -2 or row[0].box.top > region.bottom + 60 or not (left - pitch <= (box.x0 + box.x1) / 2 <= right + pitch):
            continue
        if box.x1 - box.x0 > 4 * pitch:
            continue
        x = _mark(box, charts, left - pitch / 2, right + pitch / 2, row[0].box.top)
        nearest = min(row, key=lambda c: abs((c.box.x0 + c.box.x1) / 2 - x))
        for c in row:
            if own is not None and c.period == own and abs((c.box.x0 + c.box.x1) / 2 - x) <= 2 * pitch:
                nearest = c
        if below < least:
            least, best = below, nearest
    return best


def reach_of(box: Box, category: Category | None, charts: Charts) -> Box:
    """The box of a data label, widened to the row of categories that it belongs to."""
    row = next((r for r in charts.rows if category in r), None)
    if row is None:
        return box
    return Box(min(box.x0, row[0].box.x0), box.top, max(box.x1, row[-1].box.x1), box.bottom)


def _mark(box: Box, charts: Charts, left: float, right: float, base: float) -> float:
    """The x of the drawn point that a label is set beside; the label's own middle where nothing is drawn near it."""
    middle = (box.x0 + box.x1) / 2
    reach = 2.5 * (box.bottom - box.top) + 10

    def distance(point: tuple[float, float]) -> float:
        x, y = point
        dx = max(box.x0 - x, x - box.x1, 0.0)
        dy = max(box.top - y, y - box.bottom, 0.0)
        return dx + dy

    near = [p for p in charts.points if left <= p[0] <= right and p[1] < base - 2 and distance(p) <= reach]
    straight = [p for p in near if overlap(box.x0, box.x1, p[0], p[0]) >= 0 and abs(p[0] - middle) < 0.25 * (box.x1 - box.x0)]
    if straight or not near:
        return middle
    return min(near, key=distance)[0]
