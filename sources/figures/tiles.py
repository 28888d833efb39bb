"""Tiles: what a region of the page is about, before its figures are read; its title, and the period that it prints once for all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from sources.figures.charts import area_of, category_of, reach_of
from sources.figures.headings import Headings
from sources.figures.lines import valued
from sources.figures.outline import numbering
from sources.figures.saying import NOTE, SENTENCE_END, heading
from sources.figures.scene import Scene
from sources.layout.page import Block, Region
from sources.layout.text import Span, overlap
from sources.records import Box, Period

_OF_A_DAY = re.compile(r"(?:時点|現在)\s*[)）]?\s*$")  # 出典：総務省　令和7年3月末時点
# 5月7日から受付を開始: something that happens then, and no time that numbers are of.
_HAPPENS = re.compile(r"[をがへ]|(?:開始|開設|予定|スタート|オープン|受付)")

Place = tuple[Block, int]  # a block, and which of its lines


@dataclass(slots=True)
class Tile:
    """A region and its title; ``title_lines`` are the first spans of the title's lines, by identity."""

    region: Region
    title: str
    title_lines: set[int]
    period: Period | None
    headed: bool
    section: str


@dataclass(slots=True)
class Tiles:
    """The tiles of a page, in the order in which they were come to."""

    scene: Scene
    headings: Headings
    seen: list[Tile] = field(default_factory=list)

    def of(self, region: Region) -> Tile:
        """A region as a tile; one without a title of its own has that of the tile which it continues."""
        section = self.scene.outline.title
        lines = [(block, n) for block in region.blocks() for n in range(len(block.lines))]
        strong = self._title_lines(lines, region)
        title = " ".join(text for _, _, text in strong).strip()
        period = self._period(lines)
        tile = Tile(region, title, {id(b.lines[n][0]) for b, n, _ in strong}, period, bool(title), section)
        if not title:
            source = self._continued(region, section)
            if source is None and region.kind == "loose":
                tile.title = self._beside_in_band(region)
                source = None if tile.title else self._followed(region, section)
            if source is not None:
                # What stands under a title of its own line is one tile with it: a date there goes on to the next.
                source.period = source.period or period
                tile.title, tile.period = source.title, period or source.period
        self.seen.append(tile)
        return tile

    def _title_lines(self, lines: Sequence[Place], region: Region) -> list[tuple[Block, int, str]]:
        """The lines that are the title: the largest of those before the first figure, if they are dressed as one; at most two."""
        named = self._before_the_figures(lines)
        if not named:
            return []
        small = min((s.size for b, n in lines for s in b.lines[n] if not valued(b.lines[n])), default=0.0)
        sizes = [max(s.size for s in b.lines[n]) for b, n, _ in named]
        top = max(sizes)
        strong = [
            (b, n, text)
            for (b, n, text), size in zip(named, sizes, strict=True)
            if size >= 0.98 * top
            and (any(s.bold for s in b.lines[n]) or top > 1.15 * small or b.strip or self._centred(b.lines[n], region))
        ]
        text = named[0][2]
        if not strong and region.kind == "loose" and len(lines) == 1 and len(text) <= 40 and not SENTENCE_END.search(text):
            strong = named
        follows = len(strong) > 1 and strong[1][0] is strong[0][0] and strong[1][1] == strong[0][1] + 1
        return strong[: 1 + follows]

    def _before_the_figures(self, lines: Sequence[Place]) -> list[tuple[Block, int, str]]:
        """The lines with words of their own before the first figure or target; or those after figures that open the tile over its title."""
        texts = [" ".join(s.text for s in block.lines[n]) for block, n in lines]
        opening = next((k for k, text in enumerate(texts) if not self.scene.has_figure(text)), len(lines))
        if opening and not self._entitles([b.lines[n] for b, n in lines[opening:]]):
            opening = 0
        named = []
        for (block, n), text in zip(lines[opening:], texts[opening:], strict=True):
            if self.scene.has_figure(text):
                break
            if numbering(text) is not None and self.headings.is_section(block.lines[n], block, n == 0, in_tile=True):
                continue
            says = heading(text, self.scene.context)
            if says.is_target:
                break
            if text and self.scene.names(text):
                named.append((block, n, text))
        return named

    def _period(self, lines: Sequence[Place]) -> Period | None:
        """The period that a line without a figure names: that of every figure in the tile."""
        charts = self.scene.charts
        counted = {id(block): n for block, n in reversed(lines) if self.scene.has_figure(" ".join(s.text for s in block.lines[n]))}
        first = next((block for block, _ in lines if id(block) in counted), None)
        named: list[Period] = []
        for block, n in lines:
            text = " ".join(s.text for s in block.lines[n])
            if block is not first and counted.get(id(block), n) < n:
                continue  # under numbers of its own, beside others in the frame
            if len(text) > 40 or NOTE.match(text) and not _OF_A_DAY.search(text) or any(id(s) in charts.categories for s in block.lines[n]):
                continue
            says = heading(text, self.scene.context)
            if says.period is not None and not says.is_target and not self.scene.has_figure(text) and not _HAPPENS.search(says.label):
                named.append(says.period)
        return named[0] if len(set(named)) in (1, 2) else None  # more are those of a chart, each of its own bars

    def of_loose(self, block: Block, region: Region) -> Tile:
        """A block that no frame holds, as a tile of its own: its first line is its title, or that of its neighbour."""
        known = next((t for t in self.seen if t.region.items == [block]), None)
        if known is not None:
            return known
        charts, area = self.scene.charts, area_of(block.box, region)
        category = category_of(block.box, charts, area, dated=True) or category_of(block.box, charts, area, dated=False)
        return self.of(Region("loose", reach_of(block.box, category, charts), [block], region))

    def _entitles(self, under: Sequence[Sequence[Span]]) -> bool:
        """Whether the lines under the numbers that open a tile begin with its title: one larger or bolder than those that follow."""
        if len(under) < 2:
            return False
        title, rest = under[0], [s for line in under[1:] for s in line]
        words = " ".join(s.text for s in title)
        if len(words) > 30 or not heading(words, self.scene.context).label.strip(" ()（）"):
            return False
        larger = max(s.size for s in title) > 1.08 * max(s.size for s in rest)
        return larger or (all(s.bold for s in title) and not any(s.bold for s in rest))

    @staticmethod
    def _centred(line: Sequence[Span], region: Region) -> bool:
        left, right = line[0].box.x0 - region.box.x0, region.box.x1 - line[-1].box.x1
        return left > 12 and abs(left - right) < 0.2 * (left + right)

    def _continued(self, region: Region, section: str) -> Tile | None:
        """A tile without a heading continues the nearest headed one above it, else the one to its left (GOLD.md)."""
        peers = [
            t
            for t in self.seen
            if t.headed and t.section == section and t.region.parent is region.parent and t.region.kind == region.kind
        ]
        if region.kind == "loose":
            near = 0.3 * self.scene.layout.page.height if all(len(b.lines) <= 4 for b in region.blocks()) else 40
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
        heads = [b for b in left if len(b.text) <= 40 and not self.scene.has_figure(b.text)]
        if len(heads) != 1 or len(left) != 1:
            return ""
        return heading(heads[0].text.replace("\n", ""), self.scene.context).label

    def _band(self, box: Box) -> tuple[float, float] | None:
        """The rules above and below a box that run on over its left side as the lines between the rows of a list do."""
        across = [r.at for r in self.scene.layout.page.rules if r.horizontal and r.start < box.x0 - 20 and r.end > box.x0 + 20]
        above = [at for at in across if at <= box.top + 2]
        below = [at for at in across if at >= box.bottom - 2]
        if not above or not below:
            return None
        return max(above), min(below)

    def _followed(self, region: Region, section: str) -> Tile | None:
        """The tile that a loose block stands close under, flush with it, where that tile has its title from beside."""
        near = [
            t
            for t in self.seen
            if t.title
            and t.section == section
            and t.region.kind == "loose"
            and t.region.parent is region.parent
            and abs(t.region.box.x0 - region.box.x0) < 2
            and 0 <= region.box.top - t.region.box.bottom < 40
        ]
        return max(near, key=lambda t: t.region.box.bottom, default=None)

    def title_above(self, box: Box, region: Region, reach: float = 80, *, beside: bool = False) -> str:
        """The nearest short line above a box, within so many points, that stands over it and holds no figure; also one ``beside`` what is over it."""
        best, least = "", 1e9
        for item in region.blocks():
            if item.box.bottom > box.top + 2 or item.vertical or not (beside or overlap(item.box.x0, item.box.x1, box.x0, box.x1) > 0):
                continue
            text = " ".join(s.text for s in item.lines[-1])
            distance = box.top - item.box.bottom
            if (
                distance < least
                and distance < reach
                and len(text) <= 40
                and not SENTENCE_END.search(text)
                and not self.scene.has_figure(text)
                and self.scene.names(text)
            ):
                best, least = text, distance
        return best
