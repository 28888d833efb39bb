"""The workbook for people: typed cells, frozen and filtered headers, a dictionary sheet; nothing in it depends on when it was made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warehouse.exports import documents
from warehouse.exports.contents import Dataset, Resource

if TYPE_CHECKING:
    import duckdb

SHEETS = {"progress": "進捗", "observations": "観測値", "figures": "数値", "statements": "記述", "revisions": "改訂"}
ROWS = 1_048_575  # of a sheet, without its header
LONGEST = 32_767  # characters of a cell: a longer text would be left out by the library without a word
EPOCH = datetime(2000, 1, 1)


def write(connection: duckdb.DuckDBPyConnection, dataset: Dataset, resources: Sequence[Resource], path: Path) -> None:
    """Tables of more rows than a sheet has are cut there, as are texts that no cell holds, and the first sheet says so."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"title": dataset.series["title_ja"], "author": "Shinchoku", "created": EPOCH})
    formats = {
        "header": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    named = {
        resource.name.removeprefix(f"{dataset.name}_"): resource for resource in resources if resource.dataset == dataset.name
    }
    cut = [SHEETS[name] for name in SHEETS if named[name].rows > ROWS]
    about = book.add_worksheet("はじめに")
    header, rows = documents.wide(connection, dataset)
    years = {number for number, name in enumerate(header) if name[:4].isdigit()}
    shortened = _sheet(book.add_worksheet("年度別"), header, [_numbers(row, years) for row in rows], formats)
    for name, title in SHEETS.items():
        resource = named[name]
        cursor = connection.execute(f"SELECT * FROM ({resource.query}) LIMIT {ROWS}")
        shortened += _sheet(book.add_worksheet(title), resource.table.names, cursor.fetchall(), formats)
    _sheet(book.add_worksheet("項目辞書"), documents.DICTIONARY, documents.dictionary_rows(), formats)
    _about(about, dataset, cut, shortened, formats)
    book.close()


def _numbers(row: Sequence[object], years: set[int]) -> list[object]:
    return [Decimal(str(cell)) if number in years and cell is not None else cell for number, cell in enumerate(row)]


def _about(sheet: Any, dataset: Dataset, cut: Sequence[str], shortened: int, formats: dict[str, Any]) -> None:
    series = dataset.series
    lines = [
        ("題名", series["title_ja"]), ("Title", series["title_en"]), ("説明", series["description_ja"]),
        ("Description", series["description_en"]), ("出典", dataset.citation.ja), ("Source", dataset.citation.en),
        ("原本の別", dataset.notice.ja), ("Origin", dataset.notice.en),
        ("空欄", "値なし。0ではない。理由は obs_status の列にある。"), ("Empty", "No value, never zero; obs_status says why."),
    ]  # fmt: skip
    if cut:
        lines.append(("省略", f"行数の上限を超えるため途中まで: {'、'.join(cut)}。全体はCSVにある。"))
    if shortened:
        lines.append(("省略", f"{LONGEST:,}字を超える{shortened}件の文字列は途中までで、末尾が「…」。全体はCSVにある。"))
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 100)
    for number, (name, text) in enumerate(line for line in lines if line[1]):
        sheet.write_string(number, 0, name, formats["header"])
        sheet.write_string(number, 1, text, formats["wrap"])


def _sheet(sheet: Any, header: Sequence[str], rows: Sequence[Sequence[object]], formats: dict[str, Any]) -> int:
    """Write a table; how many texts were too long for a cell."""
    shortened = 0
    widths = [_width(name) for name in header]
    for column, name in enumerate(header):
        sheet.write_string(0, column, name, formats["header"])
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            if cell is None:
                continue
            if isinstance(cell, date):
                sheet.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), formats["date"])
            elif isinstance(cell, int | float | Decimal):
                sheet.write_number(number, column, cell)
            else:
                text = str(cell)
                if len(text) > LONGEST:
                    text, shortened = f"{text[: LONGEST - 1]}…", shortened + 1
                sheet.write_string(number, column, text)
            if number <= 200:
                widths[column] = max(widths[column], _width(cell))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(max(width + 2, 8), 60))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)
    return shortened


def _width(cell: object) -> int:
    """Columns that the text takes: kanji and kana take two."""
    return sum(1 if ord(character) < 0x2000 else 2 for character in str(cell))
