"""Tables to figures: what caption, column head, row head and notes say of each cell that is no head."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from sources.figures.cells import ASIDE, running, says_of
from sources.figures.compared import Dated, Years, compared
from sources.figures.heads import NUMBERED, YEAR_HEAD, Heads, fills_row, find_heads, folded, is_period
from sources.figures.saying import SENTENCE_END, heading
from sources.layout.grids import Cell, Grid
from sources.layout.page import looks_like_value
from sources.notation import Context, Heading, periods
from sources.records import Period

_UNIT_HEAD = re.compile(r"^(?:単\s*位|単位名)$")
_RATE = re.compile(r"(?:率|割合|比|シェア|構成比)\W*$")
_FOUR_DIGITS = re.compile(r"[12][0-9]{3}(?:\s*\(|$)")
_OF_YEARS = re.compile(r"(?:年|年度|年次|西暦|期間|時点|時期)\W*$")
# What is said of everything in a table, so that its caption must tell of what.
_GENERAL = re.compile(r"(?:[合小総累]?計|総数|全体|平均|(?:対?前年(?:度|同月|同期)?)?(?:比|増減[率数]?|差)|\s)+")
_MONTH = re.compile(r"(1[0-2]|[1-9])\s*月$")
_MARKER = re.compile(r"(?:※|＊|\*|注)\s*([0-9０-９①-⑳]*)")
_EACH_YEAR = re.compile(r"(?:各|毎)年度?\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日(?!\s*[~～〜-])|(?:各|毎)(年度)末")
# （ ）内は前年度 under or over a table: the numbers in brackets are of the year before.
_ASIDE_NOTE = re.compile(r"[※*注]?\s*[(\[]\s*[)\]]\s*(?:内|書き)?(?:の数[字値])?は、?\s*(?:前年度?|前年同[月期]|昨年度?|前回)[^\n。]*")
_CELL_NOTE = re.compile(r"(?:※|＊|\*|注)\s*[0-9０-９①-⑳]*\s*$|^(?:※|＊|\*|注)\s*[0-9０-９①-⑳]*\s*(?=\n)")


@dataclass(slots=True)
class Notes:
    """What the notes of a table say: for a marked cell (※1), and for a column or row by its name."""

    marked: dict[str, Heading] = field(default_factory=dict)
    named: list[tuple[str, Heading]] = field(default_factory=list)

    @classmethod
    def read(cls, text: str, context: Context) -> Notes:
        notes = cls()
        for sentence in re.split(r"[。\n]|(?=[0-9０-９]\s*[.．]\D)", folded(text)):
            if not sentence.strip():
                continue
            says = heading(sentence, context)
            if says.period is None and says.measure is None:
                continue
            if match := _MARKER.match(sentence.strip()):
                notes.marked[match[1]] = says
            named = re.match(r"^[\s(（注)）0-9.．]*([^、,は]{2,20}?)(?:について)?は、?", sentence)
            if named and says.period is not None and says.period.kind == "as_of":
                notes.named.append((re.sub(r"\s", "", named[1]), says))
        return notes


@dataclass(slots=True)
class CellReading:
    """A data cell with the context that governs it and the words that name what it counts."""

    cell: Cell
    context: Context
    label: str
    reason: str


def _join(texts: list[str]) -> str:
    out: list[str] = []
    for text in texts:
        clean = re.sub(r"\s*\n\s*", "", text).strip()
        if clean and clean not in out:
            out.append(clean)
    return " ".join(out)


def _in_year(period: Period, each: re.Match[str]) -> Period:
    """各年4月1日現在, 各年度末 in a year: that day of it."""
    if period.kind not in ("fiscal_year", "calendar_year"):
        return period
    point = period.end if each[3] else date(period.start.year, int(each[1]), int(each[2]))
    return Period("as_of", point, point)


def _month_of(year: Period, month: int) -> Period:
    """4月 in a year or a fiscal year, which begins and ends in two."""
    first = date(year.start.year + (month < year.start.month), month, 1)
    return Period("month", first, first.replace(day=monthrange(first.year, month)[1]))


def read_cells(
    grid: Grid, context: Context, caption: str, notes_text: str, has_figure: Callable[[str], bool]
) -> Iterator[CellReading]:
    """The cells of a table that are not heads, each with its context; ``caption`` is what stands over the table."""
    heads = find_heads(grid, has_figure)
    bare = _ASIDE_NOTE.sub("", folded(caption))
    over = heading(bare, context) if bare else None
    base = _governed(context, over) if over else context
    if _ASIDE_NOTE.search(folded(f"{caption}\n{notes_text}")):
        base = replace(base, aside_back=1)
    if base.period is not None and base.period.kind == "calendar_year":
        base = replace(base, calendar=base.calendar or "year")  # R6 under 令和6年 観光統計
    notes = Notes.read(notes_text, context)
    each = _EACH_YEAR.search(folded(caption))
    groups: dict[int, str] = {}
    for row in range(heads.rows, grid.rows):
        full = [c for c in grid.cells if c.row == row and c.text.strip()]
        if fills_row(full, grid) and (not has_figure(full[0].text) or NUMBERED.match(folded(full[0].text))):
            groups[row] = full[0].text
    years = Dated(grid, heads.cols, base)
    group = ""
    current = heads.rows
    for cell in grid.cells:
        while current <= cell.row:
            group = groups.get(current, group)
            current += 1
        if heads.holds(cell.row) or heads.is_stub(cell.col) or not cell.text.strip() or cell.row in groups:
            continue
        band = heads.over(cell.row)

        def above(other: Cell, band: range = band) -> str:
            return _join([c.text for c in grid.cells if c.row in band and c.col <= other.col <= c.col_end])

        tops = [c for c in grid.cells if c.row in band and c.row_end <= cell.row and c.col <= cell.col <= c.col_end and c.text.strip()]
        tops = [c for c in tops if c.col_end >= cell.col_end] or tops
        first, last = heads.stub_of(cell.col)
        lefts = [
            (c, above(c))
            for c in grid.cells
            if first <= c.col < last and c.row <= cell.row and c.row_end >= cell.row_end and not heads.holds(c.row) and c.text.strip()
        ]
        beside = next((c for c in grid.cells if c.col_end + 1 == cell.col and c.col >= heads.cols and c.row <= cell.row <= c.row_end), None)
        if beside is not None and id(beside) in heads.coloured and not has_figure(beside.text):
            # A form: 予算額 | 8,500千円 | 決算額 | 7,932千円. What is right beside a value names it, with what stands for more rows.
            lefts = [(c, over) for c, over in lefts if c.row_end - c.row > beside.row_end - beside.row] + [(beside, above(beside))]
        no_year = _is_no_year(cell, [*tops, *(c for c, _ in lefts)], grid, heads)
        yield _governed_cell(cell, tops, lefts, group, base, notes, each, caption, no_year, years.before(cell, band))


def _governed_cell(
    cell: Cell,
    tops: list[Cell],
    lefts: list[tuple[Cell, str]],
    group: str,
    base: Context,
    notes: Notes,
    each: re.Match[str] | None,
    caption: str,
    no_year: bool,
    years: Years,
) -> CellReading:
    text = folded(cell.text)
    if any(ASIDE.search(folded(head.text)) for head in tops):
        base = replace(base, aside_back=1)
    column = [(words, says_of(words, base)) for words in map(running, tops)]
    units = [c for c, over in lefts if _UNIT_HEAD.match(folded(over))]
    row = [(text, says_of(text, base)) for text in (_dated_stub(c, over) for c, over in lefts if c not in units)]
    row = [(text, says) for text, says in row if not SENTENCE_END.search(text.strip())] or row  # what is done there, and no name
    context = _under_heads(base, row, column, units, caption)
    reason = "row and column heads"
    context = compared(context, row, column, years)
    if each and context.period and context.period.kind in ("fiscal_year", "calendar_year"):
        context = replace(context, period=_in_year(context.period, each), base=context.base and _in_year(context.base, each))
        reason = "each year's date in the caption"
    names = {re.sub(r"\s|[A-Z()/]+$", "", folded(says.label)) for _, says in (*column, *row)}
    for name, says in notes.named:
        if name in names:
            context = replace(context, period=says.period)
            reason = "a note on " + name
    if context.period is not None and context.period.kind == "fiscal_year" and any(says.period for _, says in (*row, *column)):
        context = replace(context, fiscal_year=context.period.start.year)  # a month without a year is one of it
    if context.base_back and context.period is not None:
        context = replace(context, base=periods.back(context.period, context.base_back))  # of the row's or month's own period
    if no_year:
        context = replace(context, calendar="none")
    if (mark := _CELL_NOTE.search(text)) and (found := _MARKER.match(mark[0])) and (noted := notes.marked.get(found[1])):
        context = _under_note(context, noted)
        reason = "a note marked " + mark[0].strip()
    return CellReading(cell, context, _label(row, column, group, caption), reason)


def _under_heads(
    base: Context, row: list[tuple[str, Heading]], column: list[tuple[str, Heading]], units: list[Cell], caption: str
) -> Context:
    """What governs a cell by the heads at its left and above it, and by the cells of its row that state a unit."""
    context = base
    for text, says in row:
        # 契約数 or 国 at the left names the row; only a head above its column or a bracket says in what it is counted.
        counted = "(" not in folded(text) and "単位" not in text
        context = _governed(context, replace(says, unit="", scale=0) if counted else says)
    fiscal = {says.period.start.year for _, says in column if says.period and says.period.kind == "fiscal_year"}
    for _, says in column:
        # A day in the head beats the year of the row; a year that the head names (R3年度人件費率) does so too.
        same = says.period is not None and says.period.kind == "calendar_year" and says.period.start.year in fiscal  # R6 over 2024
        context = _governed(context, replace(says, period=None) if same else says)
    for cell in [] if any(says.unit for _, says in column) else units:
        said = heading(f"(単位：{running(cell).strip()})", base)
        context = replace(context, unit=said.unit or context.unit, scale=said.scale)
    month = next((match for text, _ in (*row, *column) if (match := _MONTH.match(folded(text)))), None)
    years = [period for period in (base.period, *(says.period for _, says in (*row, *column))) if period and period.kind in ("fiscal_year", "calendar_year")]
    if month and years:
        context = replace(context, period=_month_of(years[-1], int(month[1])))
    if _RATE.search(folded(column[-1][1].label if column else "")) and re.search(r"単位[^)）\n]*[%％]", caption):
        # (単位：百万円、％): the second unit is that of the rates.
        context = replace(context, unit="%", scale=0)
    return context


def _under_note(context: Context, noted: Heading) -> Context:
    period = noted.period
    if noted.period_back and context.period is not None:
        period = periods.back(context.period, noted.period_back)
    return replace(context, measure=noted.measure or "level", base=None, base_back=0, period=period or context.period)


def _label(row: list[tuple[str, Heading]], column: list[tuple[str, Heading]], group: str, caption: str) -> str:
    """What the number of a cell counts: its row, its column, and the group of rows that it stands in."""
    of_row = [says.label or ("" if says.period else text) for text, says in row if not re.fullmatch(r"[0-9]{1,4}", folded(text))]
    label = _join([name for name in (*of_row, *(says.label for _, says in column)) if name and not is_period(name)])
    if not label:
        return _join([group, _nearest(caption)])
    if _GENERAL.fullmatch(label):
        label = _join([label, "" if group else _nearest(caption)])
    return f"{label} {_join([group])}" if group and not label.startswith(group) else label


def _nearest(caption: str) -> str:
    """The lowest line of a caption that says more than a unit or of when it is (令和5年調査)."""
    lines = [(line, re.sub(r"[\W\d_]", "", heading(line, Context()).label)) for line in reversed(caption.splitlines())]
    return next((line for line, name in lines if len(name) > 3), next((line for line, name in lines if name), ""))


def _is_no_year(cell: Cell, named_by: list[Cell], grid: Grid, heads: Heads) -> bool:
    """Whether four bare digits in a cell are a number: no head speaks of years, and its column and row hold other numbers too."""
    if not _FOUR_DIGITS.match(folded(cell.text)) or any(_OF_YEARS.search(folded(head.text)) for head in named_by):
        return False
    beside = [c for c in grid.cells if c is not cell and c.text.strip() and not heads.holds(c.row) and c.col >= heads.cols]
    column = [c for c in beside if c.col == cell.col]
    row = [c for c in beside if c.row == cell.row]
    years = len(column) > 1 and all(is_period(c.text) for c in column)
    return not years and any(looks_like_value(c.text) and not is_period(c.text) for c in [*column, *row])


def _dated_stub(cell: Cell, head: str) -> str:
    """A bare year in a column headed 年度 is a fiscal year; in one headed 年, a year."""
    text = folded(cell.text)
    if re.fullmatch(r"[0-9]{4}", text) and YEAR_HEAD.match(folded(head)):
        return f"{text}年度" if "年度" in head else f"{text}年"
    return running(cell)


def _governed(context: Context, says: Heading) -> Context:
    """A context with what the head of a row or column says put over it, its measure, base and qualifier too."""
    unit, scale = (says.unit, says.scale) if says.unit or says.scale else (context.unit, context.scale)
    return replace(
        context,
        period=says.period or context.period,
        base=says.base or context.base,
        measure=says.measure or context.measure,
        unit=unit,
        scale=scale,
        qualifier=says.qualifier if says.qualifier != "exact" else context.qualifier,
        base_back=says.base_back or context.base_back,
        period_back=says.period_back or context.period_back,
    )
