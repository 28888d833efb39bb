"""Which rows and columns of a table are its heads, from what they hold, where they span, and the colour that sets them apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sources.figures.saying import heading
from sources.layout.grids import Cell, Grid
from sources.layout.page import looks_like_value
from sources.notation import Context

_BARE_YEAR = re.compile(r"^(?:(?:19|20)[0-9]{2}|(?:明治|大正|昭和|平成|令和|[MTSHR])\s*(?:元|[0-9]{1,2}))(?:\s*年度?|\s*FY)?$")
YEAR_HEAD = re.compile(r"^(?:年度|年|年次|会計年度|調査年度?|対象年度?|期間|時点|基準年度?|実績年度?|調査時点)$")
_LETTER = re.compile(r"[^\W\d_]")
# A name with a number in it: words before the number, and behind its unit more words or a bracket that closes.
_NAMED = re.compile(r"(?!約|およそ|計|[^\W\d_]{0,2}[▲△−－-])[^\W\d_](?:(?!(?<![A-Za-z])\d+\D{0,4}$)[^。]){0,40}(?:[^\W\d_]{2,}|[)）])$")
_BARE_NUMBER = re.compile(r"[-+▲△−－±(]*[0-9][0-9,. ]*[%)]*$")
_OF_NUMBERED = re.compile(r"[①-⑳](?:[-－−+＋/÷][①-⑳])+|[(（][①-⑳](?:[-－−+＋/÷][①-⑳])+[)）]")  # ②－①, the difference of two rows
DAY = re.compile(r"(1[0-2]|0?[1-9])/(3[01]|[12][0-9]|0?[1-9])$")


def folded(text: str) -> str:
    """A cell's text in one width."""
    return unicodedata.normalize("NFKC", text).strip()


def is_period(text: str) -> bool:
    """Whether a cell holds a year and nothing else."""
    return bool(_BARE_YEAR.match(folded(text)))


@dataclass(slots=True)
class Heads:
    """The first rows and columns that are heads, and the rows further down at which heads begin anew; ``coloured`` cells by identity."""

    rows: int
    cols: int
    again: list[range] = field(default_factory=list)
    coloured: set[int] = field(default_factory=set)
    repeated: list[int] = field(default_factory=list)  # where the first columns begin once more: 地区 | 人口 | 地区 | 人口

    def stub_of(self, col: int) -> tuple[int, int]:
        """The first of the columns of heads that speak of a column, and the one behind their last."""
        first = max((at for at in self.repeated if at <= col), default=0)
        return first, first + self.cols

    def is_stub(self, col: int) -> bool:
        first, behind = self.stub_of(col)
        return first <= col < behind

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
        if not text.strip() or is_period(text) or DAY.match(folded(text)) or _OF_NUMBERED.fullmatch(re.sub(r"\s", "", text)):
            return True
        if not _LETTER.search(folded(text)):
            return not looks_like_value(text)
        return id(cell) in tinted or not has_figure(text)

    def all_years(cells: list[Cell]) -> bool:
        full = [c for c in cells if c.text.strip()]
        return len(full) >= 2 and all(is_period(c.text) for c in full)

    cols = 0
    while cols < grid.cols - 1:
        body = [c for c in grid.cells if c.col <= cols <= c.col_end and c.row > 0 and not fills_row([c], grid)]
        if not any(c.text.strip() for c in body) or not (all(is_head(c) for c in body) or _numbers_rows(body, cols) or _names_rows(body, cols, grid, is_head)):
            break
        top = grid.at(0, cols)
        if all_years(body) and cols > 0 and not (top and YEAR_HEAD.match(folded(top.text))):
            break
        cols += 1
    rows = 0
    while rows < grid.rows - 1:
        here = [c for c in grid.cells if c.row <= rows <= c.row_end]
        if not all(is_head(c) for c in here if c.col_end >= min(cols, grid.cols - 1)):
            break
        # A row whose first column alone is filled is a group's name, unless the heads go on beneath it.
        full = [c for c in here if c.text.strip()]
        if rows > 0 and full and (all(c.col_end < max(cols, 1) for c in full) or fills_row(full, grid)):
            break
        # Words under a head that names what they say (取組内容) are data without numbers, not a second head.
        if rows > 0 and not any(c.row == 0 and c.row_end >= rows for c in here) and any(len(c.text) > 30 for c in here):
            break
        rows += 1
        if rows >= 1 and not _spanned(grid, rows) and not _more_heads(grid, rows, has_figure):
            break
    return Heads(rows, cols, list(_heads_again(grid, rows, cols, is_head)), tinted, _repeated(grid, rows, cols, is_head))


def _repeated(grid: Grid, rows: int, cols: int, is_head: Callable[[Cell], bool]) -> list[int]:
    """Where a table set in two or more halves begins anew: under the same head as the first column, and with names beneath it too."""
    tops = {c.col: re.sub(r"\s", "", c.text) for c in grid.cells if c.row == 0 < rows and c.col == c.col_end}
    again = [col for col, text in tops.items() if cols and col > cols and text and text == tops.get(0)]

    def names(col: int) -> bool:
        body = [c for c in grid.cells if c.row >= rows and c.col == col and c.text.strip()]
        return bool(body) and all(is_head(c) for c in body)

    return [col for col in again if names(col)]


def _tinted(grid: Grid) -> set[int]:
    """By identity, the cells that colour sets apart as heads: some are coloured, others not, and no coloured one is a bare number (a striped table)."""
    full = [c for c in grid.cells if c.text.strip()]
    tinted = [c for c in full if c.tinted]
    apart = 0 < len(tinted) < len(full) and not any(_BARE_NUMBER.match(folded(c.text)) for c in tinted)
    return {id(c) for c in tinted} if apart else set()


def _heads_again(grid: Grid, rows: int, cols: int, is_head: Callable[[Cell], bool]) -> Iterator[range]:
    """Rows under the first ones that are heads too: of names or years all across, over a row that holds something else.

    In a table with heads at its left such a row may also be data (a table of words): there the colour of heads, or years, must tell.
    """
    tinted = _tinted(grid)

    def is_band(row: int) -> bool:
        here = [c for c in grid.cells if c.row <= row <= c.row_end and c.col_end >= cols]
        full = [c for c in here if c.text.strip()]
        if any(c.row != row or c.row_end != row for c in full) or len(full) < min(2, grid.cols - cols) or fills_row(full, grid):
            return False
        named = all(is_head(c) and (_LETTER.search(folded(c.text)) or is_period(c.text) or DAY.match(folded(c.text))) for c in full)
        return named and (cols == 0 or all(id(c) in tinted for c in full) or all(is_period(c.text) for c in full))

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
NUMBERED = re.compile(r"([0-9]{1,4})(?:$|[\s.、)]+(?=\D{4})|(?=[^0-9.,%\s]{4}))")


_CODE = re.compile(r"[0-9]{1,2}(?:-[0-9]{1,2}){1,2}")
_RANK = re.compile(r"([0-9]{1,3}) ?位")


def _numbers_rows(column: list[Cell], col: int) -> bool:
    """Whether a column numbers its rows, bare or before their names (2 業務の効率化), each number one more than the last, or by codes (1-2) or ranks
    (2位). A total has none."""
    own = [c for c in sorted(column, key=lambda c: c.row) if re.search(r"\d", folded(c.text)) and not (c.col_end > col and _LETTER.search(c.text))]
    texts = [folded(c.text).strip("()№No. ") for c in own]
    if len(own) < 2 or any(_LETTER.search(folded(c.text)) and c.col_end == col and len(folded(c.text)) > 4 for c in column if c not in own and c.text.strip()):
        return False
    if all(_CODE.fullmatch(text) for text in texts):
        return len(set(texts)) == len(texts)
    if all(ranks := [_RANK.fullmatch(text) for text in texts]):
        placed = [int(rank[1]) for rank in ranks if rank]
        return placed == sorted(placed)
    found = [NUMBERED.match(text) for text in texts]
    numbers = [int(match[1]) for match in found if match]
    return all(found) and numbers[0] in (0, 1) and all(b == a + 1 for a, b in zip(numbers, numbers[1:], strict=False))


def _names_rows(column: list[Cell], col: int, grid: Grid, is_head: Callable[[Cell], bool]) -> bool:
    """Whether a column names the values at its right, some by a name with a number in it: うち24時間以内に完了 | 6割, 太陽光（10kW未満） | 312.

    Where the columns before it tell its rows apart already, what it says with numbers is data.
    """
    full = [c for c in column if c.text.strip()]
    if not all(is_head(c) or _NAMED.match(folded(c.text)) for c in full):
        return False
    if any(_tells_apart([c for c in grid.cells if c.col == before and c.row > 0 and c.text.strip()], full) for before in range(col)):
        return False
    return all(any(c.row == head.row and c.col > head.col_end and looks_like_value(c.text) for c in grid.cells) for head in full if not is_head(head))


def _tells_apart(stub: list[Cell], column: list[Cell]) -> bool:
    """Whether a column has a name of its own for each row of one at its right."""
    named = {c.row for c in stub if c.row_end == c.row and _LETTER.search(folded(c.text))}
    return all(c.row in named for c in column)


def fills_row(full: list[Cell], grid: Grid) -> bool:
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
        or re.fullmatch(r"[(（].{1,12}[)）]", folded(c.text))
        or heading(c.text, Context()).period
        and not has_figure(c.text)
        for c in here
    )
