"""Tables to figures: which cells are heads, and what caption, column head, row head and notes say of each cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from sources.figures.saying import heading
from sources.layout.grids import Cell, Grid
from sources.layout.page import looks_like_value
from sources.notation import Context, Heading
from sources.records import Period

_BARE_YEAR = re.compile(r"^(?:(?:19|20)[0-9]{2}|(?:明治|大正|昭和|平成|令和|[MTSHR])\s*(?:元|[0-9]{1,2}))(?:\s*年度?|\s*FY)?$")
_YEAR_HEAD = re.compile(r"^(?:年度|年|年次|会計年度|調査年度?|対象年度?|期間|時点|基準年度?|実績年度?|調査時点)$")
_UNIT_HEAD = re.compile(r"^(?:単\s*位|単位名)$")
_RATE = re.compile(r"(?:率|割合|比|シェア|構成比)\W*$")
_LETTER = re.compile(r"[^\W\d_]")
_BARE_NUMBER = re.compile(r"[-+▲△−－±(]*[0-9][0-9,. ]*[%)]*$")
_DAY = re.compile(r"(1[0-2]|0?[1-9])/(3[01]|[12][0-9]|0?[1-9])$")
_FOUR_DIGITS = re.compile(r"[12][0-9]{3}(?:\s*\(|$)")
_OF_YEARS = re.compile(r"(?:年|年度|年次|西暦|期間|時点|時期)\W*$")
_MARKER = re.compile(r"(?:※|＊|\*|注)\s*([0-9０-９①-⑳]*)")
_EACH_YEAR = re.compile(r"(?:各|毎)年度?\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*日")
_CELL_NOTE = re.compile(r"(?:※|＊|\*|注)\s*[0-9０-９①-⑳]*\s*$|^(?:※|＊|\*|注)\s*[0-9０-９①-⑳]*\s*(?=\n)")


def _nfkc(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def is_period(text: str) -> bool:
    """Whether a cell holds a year and nothing else."""
    return bool(_BARE_YEAR.match(_nfkc(text)))


@dataclass(slots=True)
class Notes:
    """What the notes of a table say: for a marked cell (※1), and for a column or row by its name."""

    marked: dict[str, Heading] = field(default_factory=dict)
    named: list[tuple[str, Heading]] = field(default_factory=list)

    @classmethod
    def read(cls, text: str, context: Context) -> Notes:
        notes = cls()
        for sentence in re.split(r"[。\n]|(?=[0-9０-９]\s*[.．]\D)", _nfkc(text)):
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


@dataclass(slots=True)
class Heads:
    """The first rows and columns that are heads, and the rows further down at which heads begin anew."""

    rows: int
    cols: int
    again: list[range] = field(default_factory=list)

    def over(self, row: int) -> range:
        """The rows of heads that speak of a row."""
        return next((band for band in reversed(self.again) if band.stop <= row), range(self.rows))

    def holds(self, row: int) -> bool:
        return row < self.rows or any(row in band for band in self.again)


def find_heads(grid: Grid, has_figure: Callable[[str], bool]) -> Heads:
    """How many first rows and first columns are heads: those without a figure, years not counted as such, and those on a colour of their own."""
    tinted = _tinted(grid)

    def is_head(cell: Cell) -> bool:
        text = cell.text
        if not text.strip() or is_period(text) or _DAY.match(_nfkc(text)):
            return True
        if not _LETTER.search(text):
            return not looks_like_value(text)
        return cell in tinted or not has_figure(text)

    def all_years(cells: list[Cell]) -> bool:
        full = [c for c in cells if c.text.strip()]
        return len(full) >= 2 and all(is_period(c.text) for c in full)

    cols = 0
    while cols < grid.cols - 1:
        body = [c for c in grid.cells if c.col <= cols <= c.col_end and c.row > 0 and not _fills_row([c], grid)]
        if not body or not (all(is_head(c) for c in body) or _numbers_rows(body)) or not any(c.text.strip() for c in body):
            break
        top = grid.at(0, cols)
        if all_years(body) and cols > 0 and not (top and _YEAR_HEAD.match(_nfkc(top.text))):
            break
        cols += 1
    rows = 0
    while rows < grid.rows - 1:
        here = [c for c in grid.cells if c.row <= rows <= c.row_end]
        if not all(is_head(c) for c in here if c.col_end >= min(cols, grid.cols - 1)):
            break
        # A row whose first column alone is filled is a group's name, unless the heads go on beneath it.
        full = [c for c in here if c.text.strip()]
        if rows > 0 and full and (all(c.col_end < max(cols, 1) for c in full) or _fills_row(full, grid)):
            break
        # Words under a head that names what they say (取組内容) are data without numbers, not a second head.
        if rows > 0 and not any(c.row == 0 and c.row_end >= rows for c in here) and any(len(c.text) > 30 for c in here):
            break
        rows += 1
        if rows >= 1 and not _spanned(grid, rows) and not _more_heads(grid, rows, has_figure):
            break
    return Heads(rows, cols, list(_heads_again(grid, rows, cols, is_head)))


def _tinted(grid: Grid) -> list[Cell]:
    """The cells that colour sets apart as heads: some are coloured, others not, and no coloured one is a bare number (a striped table)."""
    full = [c for c in grid.cells if c.text.strip()]
    tinted = [c for c in full if c.tinted]
    apart = 0 < len(tinted) < len(full) and not any(_BARE_NUMBER.match(_nfkc(c.text)) for c in tinted)
    return tinted if apart else []


def _heads_again(grid: Grid, rows: int, cols: int, is_head: Callable[[Cell], bool]) -> Iterator[range]:
    """Rows under the first ones that are heads too: of names or years all across, over a row that holds something else.

    In a table with heads at its left such a row may also be data (a table of words): there the colour of heads, or years, must tell.
    """
    tinted = _tinted(grid)

    def is_band(row: int) -> bool:
        here = [c for c in grid.cells if c.row <= row <= c.row_end and c.col_end >= cols]
        full = [c for c in here if c.text.strip()]
        if any(c.row != row or c.row_end != row for c in full) or len(full) < min(2, grid.cols - cols) or _fills_row(full, grid):
            return False
        named = all(is_head(c) and (_LETTER.search(c.text) or is_period(c.text) or _DAY.match(_nfkc(c.text))) for c in full)
        return named and (cols == 0 or all(c in tinted for c in full) or all(is_period(c.text) for c in full))

    row = max(rows, 1)
    while row < grid.rows - 1:
        start = row
        while row < grid.rows - 1 and is_band(row):
            row += 1
        beneath = [c for c in grid.cells if c.row == row and c.text.strip() and c.col >= cols]
        if row > start and beneath and not all(is_head(c) for c in beneath):
            yield range(start, row)
        row = max(row, start + 1)


# A number of its own, or one that leads a name of some length: 3件 is a value.
_NUMBERED = re.compile(r"([0-9]{1,4})(?:$|[\s.、)]+(?=\D{4})|(?=[^0-9.,%\s]{4}))")


def _numbers_rows(column: list[Cell]) -> bool:
    """Whether a column numbers its rows, bare or before their names (2 業務の効率化): each number one more than the last."""
    texts = [_nfkc(c.text).strip("()№No. ") for c in sorted(column, key=lambda c: c.row) if c.text.strip()]
    found = [_NUMBERED.match(t) for t in texts]
    if len(texts) < 2 or not all(found):
        return False
    numbers = [int(match[1]) for match in found if match]
    return numbers[0] in (0, 1) and all(b == a + 1 for a, b in zip(numbers, numbers[1:], strict=False))


def _fills_row(full: list[Cell], grid: Grid) -> bool:
    """Whether the filled cells of a row are one that reaches over all columns: the name of a group."""
    return len(full) == 1 and full[0].col_end - full[0].col + 1 >= max(grid.cols - 1, 2)


def _spanned(grid: Grid, row: int) -> bool:
    """Whether the row above is not done yet: a head of it spans columns, or reaches into this row."""
    above = [c for c in grid.cells if c.row < row and c.text.strip()]
    return any(c.row_end >= row for c in above) or any(c.row_end == row - 1 and c.col_end > c.col for c in above if c.col > 0)


def _more_heads(grid: Grid, row: int, has_figure: Callable[[str], bool]) -> bool:
    """Whether a row is a further head: years, or units in brackets, all across."""
    here = [c for c in grid.cells if c.row == row and c.text.strip() and c.col > 0]
    return len(here) >= 2 and all(
        is_period(c.text)
        or re.fullmatch(r"[(（].{1,12}[)）]", _nfkc(c.text))
        or heading(c.text, Context()).period
        and not has_figure(c.text)
        for c in here
    )


def _overlaps(cell: Cell, row: int | None, col: int | None) -> bool:
    return (row is None or cell.row <= row <= cell.row_end) and (col is None or cell.col <= col <= cell.col_end)


def _says(text: str, context: Context) -> Heading:
    """What a head says: a date that its cell wraps is one (2021年10／月), and 10/12 is a day."""
    whole = re.sub(r"(?<=[0-9０-９])\s*\n\s*(?=[年月日])", "", text)
    day = _DAY.match(_nfkc(whole))
    return heading(f"{day[1]}月{day[2]}日" if day else whole, context)


def _join(texts: list[str]) -> str:
    out: list[str] = []
    for text in texts:
        clean = re.sub(r"\s*\n\s*", "", text).strip()
        if clean and clean not in out:
            out.append(clean)
    return " ".join(out)


def _in_year(period: Period, month: int, day: int) -> Period:
    """各年4月1日現在 in a year: that day of it."""
    year = period.start.year
    point = date(year, month, day)
    return Period("as_of", point, point)


def read_cells(
    grid: Grid, context: Context, caption: str, notes_text: str, has_figure: Callable[[str], bool]
) -> Iterator[CellReading]:
    """The cells of a table that are not heads, each with its context; ``caption`` is what stands over the table."""
    heads = find_heads(grid, has_figure)
    over = heading(caption, context) if caption else None
    base = _governed(context, over) if over else context
    notes = Notes.read(notes_text, context)
    each = _EACH_YEAR.search(_nfkc(caption))
    groups: dict[int, str] = {}
    for row in range(heads.rows, grid.rows):
        full = [c for c in grid.cells if c.row == row and c.text.strip()]
        if _fills_row(full, grid) and (not has_figure(full[0].text) or _NUMBERED.match(_nfkc(full[0].text))):
            groups[row] = full[0].text
    group = ""
    current = heads.rows
    for cell in grid.cells:
        while current <= cell.row:
            group = groups.get(current, group)
            current += 1
        if heads.holds(cell.row) or cell.col < heads.cols or not cell.text.strip() or cell.row in groups:
            continue
        band = heads.over(cell.row)

        def above(other: Cell, band: range = band) -> str:
            return _join([c.text for c in grid.cells if c.row in band and _overlaps(c, None, other.col)])

        tops = [c for c in grid.cells if c.row in band and c.row_end <= cell.row and _overlaps(c, None, cell.col) and c.text.strip()]
        tops = [c for c in tops if c.col_end >= cell.col_end] or tops
        lefts = [
            (c, above(c))
            for c in grid.cells
            if c.col < heads.cols and c.row <= cell.row and c.row_end >= cell.row_end and not heads.holds(c.row) and c.text.strip()
        ]
        yield _governed_cell(cell, tops, lefts, group, base, notes, each, caption, _is_no_year(cell, [*tops, *(c for c, _ in lefts)], grid, heads))


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
) -> CellReading:
    column = [(c.text, _says(c.text, base)) for c in tops]
    context = base
    units = [c for c, over in lefts if _UNIT_HEAD.match(_nfkc(over))]
    lefts = [(c, over) for c, over in lefts if c not in units]
    row = [(text, _says(text, base)) for text in (_dated_stub(c, over) for c, over in lefts)]
    for text, says in row:
        # 契約数 or 国 at the left names the row; only a head above its column or a bracket says in what it is counted.
        counted = "(" not in _nfkc(text) and "単位" not in text
        context = _governed(context, replace(says, unit="", scale=0) if counted else says)
    for _, says in column:
        # A day in the head beats the year of the row; a year that the head names (R3年度人件費率) does so too.
        context = _governed(context, says)
    for cell_of_unit in [] if any(says.unit for _, says in column) else units:
        said = heading(f"(単位：{cell_of_unit.text.strip()})", base)
        context = replace(context, unit=said.unit or context.unit, scale=said.scale)
    if _RATE.search(_nfkc(column[-1][1].label if column else "")) and re.search(r"単位[^)）\n]*[%％]", caption):
        # (単位：百万円、％): the second unit is that of the rates.
        context = replace(context, unit="%", scale=0)
    reason = "row and column heads"
    if each and context.period and context.period.kind in ("fiscal_year", "calendar_year"):
        context = replace(context, period=_in_year(context.period, int(each[1]), int(each[2])))
        reason = "each year's date in the caption"
    names = {re.sub(r"\s|[A-Z()/]+$", "", _nfkc(says.label)) for _, says in (*column, *row)}
    for name, says in notes.named:
        if name in names:
            context = replace(context, period=says.period)
            reason = "a note on " + name
    text = _nfkc(cell.text)
    if no_year:
        context = replace(context, calendar="none")
    if (mark := _CELL_NOTE.search(text)) and (found := _MARKER.match(mark[0])) and (noted := notes.marked.get(found[1])):
        period = noted.period
        if noted.period_back and context.period is not None:
            period = _years_before(context.period, noted.period_back)
        context = replace(context, measure=noted.measure or "level", base=None, base_back=0, period=period or context.period)
        reason = "a note marked " + mark[0].strip()
    names_of_row = [says.label or ("" if says.period else text) for text, says in row if not re.fullmatch(r"[0-9]{1,4}", _nfkc(text))]
    label = _join([name for name in (*names_of_row, *(says.label for _, says in column)) if name and not is_period(name)])
    if not label:
        label = _join([group, caption])
    elif group and not label.startswith(group):
        label = f"{label} {_join([group])}"
    return CellReading(cell, context, label, reason)


def _is_no_year(cell: Cell, named_by: list[Cell], grid: Grid, heads: Heads) -> bool:
    """Whether four bare digits in a cell are a number: no head speaks of years, and its column and row hold other numbers too."""
    if not _FOUR_DIGITS.match(_nfkc(cell.text)) or any(_OF_YEARS.search(_nfkc(head.text)) for head in named_by):
        return False
    beside = [c for c in grid.cells if c is not cell and c.text.strip() and not heads.holds(c.row) and c.col >= heads.cols]
    column = [c for c in beside if c.col == cell.col]
    row = [c for c in beside if c.row == cell.row]
    years = len(column) > 1 and all(is_period(c.text) for c in column)
    return not years and any(looks_like_value(c.text) and not is_period(c.text) for c in [*column, *row])


def _dated_stub(cell: Cell, head: str) -> str:
    """A bare year in a column headed 年度 is a fiscal year; in one headed 年, a year."""
    text = _nfkc(cell.text)
    if re.fullmatch(r"[0-9]{4}", text) and _YEAR_HEAD.match(_nfkc(head)):
        return f"{text}年度" if "年度" in head else f"{text}年"
    return cell.text


def _years_before(period: Period, years: int) -> Period:
    def back(day: date) -> date:
        try:
            return day.replace(year=day.year - years)
        except ValueError:
            return day.replace(year=day.year - years, day=28)

    return Period(period.kind, back(period.start), back(period.end))


def _governed(context: Context, says: Heading) -> Context:
    """A context with what a head says put over it."""
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
