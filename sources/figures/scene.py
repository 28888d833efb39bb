"""What the parts of the reader share about a page: its layout, its charts, and the headings that are open."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sources.figures.charts import Charts
from sources.figures.outline import Outline
from sources.figures.saying import heading, read
from sources.layout.page import Layout
from sources.notation import Context


@dataclass(frozen=True, slots=True)
class Scene:
    """A page and where in the document it stands; ``context`` is that of the whole document."""

    layout: Layout
    outline: Outline
    context: Context
    charts: Charts

    def has_figure(self, text: str) -> bool:
        return bool(read(text, self.context).figures)

    def names(self, text: str) -> bool:
        """Whether a line could name something: a unit in brackets, a period or a number alone does not."""
        return bool(re.sub(r"[\W\d_]", "", heading(text, self.context).label))
