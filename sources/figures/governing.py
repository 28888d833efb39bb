"""What governs a number from outside its own line: sections, its tile, the head of its column, the category of a chart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sources.figures.charts import Category, area_of, axis_of, category_of, reach_of, scale_of
from sources.figures.saying import heading
from sources.figures.scene import Scene
from sources.figures.tiles import Tile
from sources.layout.page import Region, Table
from sources.layout.text import Span, overlap
from sources.notation import Context, Heading
from sources.notation.periods import fiscal
from sources.records import Box


def under(context: Context, says: Heading) -> Context:
    """A context within that of a heading over text: it dates and counts what follows, and tells a target. (Heads of tables say more: ``tables``.)"""
    if says.is_target:
        return replace(context, measure="target", period=says.period or context.period, base=None)
    return replace(
        context,
        period=says.period or context.period,
        unit=says.unit or context.unit,
        scale=says.scale or context.scale,
    )


@dataclass(frozen=True, slots=True)
class Governing:
    scene: Scene

    def context_of(
        self,
        box: Box,
        region: Region,
        tile: Tile | None,
        local: Heading | None,
        lines: Sequence[Sequence[Span]] = (),
        loose: Tile | None = None,
    ) -> tuple[Context, Category | None]:
        context = replace(self.scene.context, period=self.scene.outline.dated or self.scene.context.period)
        for section in self.scene.outline.path:
            context = under(context, section.says)
        holder = loose if loose is not None and (loose.title or loose.period) else tile
        if holder is not None and holder.period is not None:
            context = replace(context, period=holder.period)
        chart = area_of(box, region)
        if region.kind == "page" and tile is None and (over := self._column_head(box, region)) is not None:
            context = under(context, over)
        words = "".join(span.text for line in lines for span in line)
        named = None
        if len(lines) <= 4 and not self._named(lines):
            own = fiscal(context.fiscal_year) if context.fiscal_year and re.search("前年|前回|昨年", words) else None
            dated = category_of(box, self.scene.charts, chart, dated=True, own=own)
            if dated is not None:
                context = replace(context, period=dated.period)
                axis = axis_of(box, self.scene.charts, words)
                if axis is not None and (axis.unit or axis.scale):
                    context = replace(context, unit=axis.unit, scale=axis.scale)
            named = category_of(box, self.scene.charts, chart, dated=False)
            context = self.scaled(context, box)
        if local is not None:
            context = under(context, local)
        return context, named

    def scaled(self, context: Context, box: Box) -> Context:
        """In what the legend or the lying axis of a chart counts what it names, and the year that names its row."""
        charts = self.scene.charts
        series = charts.legends.series_of(box)
        if series is None:
            return context
        if (period := heading(series.row, self.scene.context).period) is not None:
            context = replace(context, period=period)
        says = scale_of(box, charts) or heading(series.note, self.scene.context)
        return replace(context, unit=says.unit, scale=says.scale) if says.unit else context

    def chart_of(self, box: Box, region: Region) -> Box | None:
        """As wide as the chart is in which a number stands over a category, or in or at what a legend names; None for any other number."""
        charts = self.scene.charts
        dated = category_of(box, charts, area_of(box, region), dated=True)
        return reach_of(box, dated, charts) if dated is not None or charts.legends.series_of(box) is not None else None

    def _named(self, lines: Sequence[Sequence[Span]]) -> bool:
        """Whether the first line says what its numbers count; the label of a bar begins with a number or a date."""
        if not lines:
            return False
        first = " ".join(span.text for span in lines[0])
        return not self.scene.has_figure(first) and bool(heading(first, self.scene.context).label.strip(" ()（）"))

    def _column_head(self, box: Box, region: Region) -> Heading | None:
        """What the head of a column of loose blocks says: a short line over it, beside others of its kind."""
        best, least = None, 1e9
        for item in region.blocks():
            if any(id(s) in self.scene.charts.categories for s in item.spans):
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
            if not beside or self.scene.has_figure(item.text) or self._spent(item.box, box, region):
                continue
            says = heading(item.text, self.scene.context)
            if says.period is not None or says.measure is not None or says.unit:
                best, least = says, box.top - item.box.bottom
        return best

    @staticmethod
    def _spent(head: Box, box: Box, region: Region) -> bool:
        """Whether a table stands between words and what is below it: the words were said of the table."""
        tables = (item.box for item in region.items if isinstance(item, Table) and item.grid.ruled)
        return any(head.bottom <= t.top + 2 and t.bottom <= box.top + 2 and overlap(t.x0, t.x1, box.x0, box.x1) > 0 for t in tables)
