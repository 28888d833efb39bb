"""The results page: every rule of every edition, its result, and examples of what breaks it, in one offline HTML file.

A page of thousands of editions would open in no browser, so it shows those that an error holds back and a hundred more; of the others it says
how many rules hold, and where the rest is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from expectations.pages import environment, styled, tally
from expectations.rules import RuleResult
from sources import whole
from sources.registry import Edition
from warehouse import fields

EXAMPLES_SHOWN = 20
IN_FULL = 100  # editions
SUITES = {
    "figures": ("数値", "Figures"),
    "observations": ("観測値", "Observations"),
    "previous": ("前の版との関係", "Against the edition before"),
}
HEADINGS = {
    "finding": "所見 / finding",
    "expect": "原文 / printed",
    "settled": "承認の理由 / settled by",
    "message_ja": "内容",
    "message_en": "What was found",
    "before": "前の版 / before",
    "this_period": "この期間 / this period",
    "base_period": "比較期間 / base period",
    "total": "全体 / total",
    "span": "全期間 / whole span",
    "years": "年度 / years",
    "box_text": "囲みの文字 / text in the box",
}


def write_results_page(out: Path, editions: Iterable[tuple[Edition, Sequence[RuleResult]]]) -> Path:
    """Write the page of these editions, in their order, in one step. Of each only what is shown is kept in memory."""
    in_full: list[dict[str, Any]] = []
    in_brief: list[dict[str, Any]] = []
    for edition, results in editions:
        said: dict[str, Any] = {
            "edition_id": edition.edition_id,
            "title_ja": edition.meta.title.ja,
            "title_en": edition.meta.title.en,
            "tally": tally(results),
        }
        if len(in_full) < IN_FULL or any(result.blocks for result in results):
            in_full.append(said | {"suites": _by_suite(results)})
        else:
            in_brief.append(said)
    page = (
        environment()
        .get_template("results.html.j2")
        .render(editions=in_full, in_brief=in_brief, suites=SUITES, headings=_column_headings() | HEADINGS, shown=EXAMPLES_SHOWN)
    )
    return write_whole(out, styled(page))


def write_whole(out: Path, page: str) -> Path:
    """A reader sees the old page or the new one, never half of one; its last line vouches for the others."""
    with whole.replacing_file(out) as beside:
        beside.write_text(whole.sealed(page if page.endswith("\n") else f"{page}\n", whole.IN_HTML), encoding="utf-8", newline="\n")
    return out


def _by_suite(results: Sequence[RuleResult]) -> Mapping[str, list[RuleResult]]:
    """What fails first, in the order of the suites."""
    suites: dict[str, list[RuleResult]] = defaultdict(list)
    for result in results:
        suites[result.suite].append(result)
    order = ("error", "warning")
    return {
        name: sorted(found, key=lambda r: order.index(r.severity) if not r.passed else len(order))
        for name, found in suites.items()
    }


def _column_headings() -> dict[str, str]:
    tables = (fields.table("observation"), fields.table("figure"))
    return {column.name: str(column.label) for table in tables for column in table.columns}
