"""A user's shortcut, "text plus a regular expression": what an afternoon's work makes of the text that a reader of PDFs gives.

It knows widths of characters, 万 and 億, signs, 約 and 超, a comparison with the year before, a target and the fiscal year that it is
told, as anyone would add them who has the report before their eyes. What it finds is in the columns of the gold table.

    .venv/bin/python -m benchmarks.shortcut
"""

from __future__ import annotations

import importlib.util
import re
import unicodedata
import warnings
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pdfplumber
import pypdfium2

from benchmarks.rows import Row, Section, shown
from sources.reading import read_report
from tests import scoring

REPORT = Path(__file__).parents[1] / "sources" / "series" / "kitakyushu_dx" / "editions" / "R6" / "report.pdf"
YEAR = 2024
NUMBER = re.compile(
    r"(?P<about>約)?(?P<sign>[+▲△±-])?(?<![A-Za-z\d.])(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<power>[万億兆]?)"
    r"(?P<unit>%|ポイント|[^\W\d年月]+?)(?P<more>以上|以下|未満|超)?(?=$|[\s()、。,・→]|[増減中のに]|参加|実施|削減)"
)
POWERS = {"": 1, "万": 10**4, "億": 10**8, "兆": 10**12}
QUALIFIERS = {"以上": "at_least", "以下": "at_most", "未満": "under", "超": "over"}


def read(text: str, fiscal_year: int) -> list[dict[str, str]]:
    """The numbers in a page's text, each with the line before it, or what stands before it on its line, as its label."""
    found, heading, target = [], "", False
    for line in text.splitlines():
        plain = re.sub(r"(?<=[^A-Za-z])\s+|\s+(?=[^A-Za-z])", "", unicodedata.normalize("NFKC", line.strip()).replace("−", "-"))
        target = target and bool(plain) and plain[0] in "・ 0123456789" or "目標" in plain
        numbers = list(NUMBER.finditer(plain))
        before = plain[: numbers[0].start()].strip("(・: ") if numbers else plain
        label = before if before and not re.search(r"前年度", before) else heading
        for match in numbers:
            found.append(_cells(match, label, fiscal_year, target))
        if not numbers:
            heading = plain
    return found


def _cells(match: re.Match[str], label: str, fiscal_year: int, target: bool) -> dict[str, str]:
    lead = match.string[: match.start()]
    compared, before = "前年度比" in lead, "前年度" in lead and "前年度比" not in lead
    value = Decimal(match["digits"].replace(",", "")) * POWERS[match["power"]] * (-1 if match["sign"] in ("▲", "△", "-") else 1)
    year = fiscal_year - before + (3 if target else 0)
    return {
        "section_title": "", "title": "", "label": label, "component": "whole", "raw": match[0], "value": str(value), "unit": match["unit"],
        "measure": "target" if target else "change" if compared else "level",
        "qualifier": "about" if match["about"] else QUALIFIERS.get(match["more"], "exact"),
        "period_start": f"{year}-04-01", "period_end": f"{year + 1}-03-31",
        "base_start": f"{year - 1}-04-01" if compared else "", "base_end": f"{year}-03-31" if compared else "",
    }  # fmt: skip


def _texts(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The text of every page by each reader of PDFs that is installed."""
    with pdfplumber.open(path) as pdf:
        yield "pdfplumber `extract_text()`", [page.extract_text() for page in pdf.pages]
        yield "pdfplumber `extract_tables()`", [
            "\n".join(cell for table in page.extract_tables() for line in table for cell in line if cell) for page in pdf.pages
        ]
    with pypdfium2.PdfDocument(path) as pdf:
        yield "PDFium `get_text_range()`", [page.get_textpage().get_text_range() for page in pdf]
    if importlib.util.find_spec("pymupdf"):
        import pymupdf

        with pymupdf.open(path) as pdf:
            yield "PyMuPDF `get_text()`", [page.get_text() for page in pdf]
    if importlib.util.find_spec("camelot"):
        import camelot

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one for every area without a table
            tables = camelot.read_pdf(str(path), pages="all", flavor="stream")
        yield "camelot `flavor='stream'`", ["\n".join(str(cell) for line in table.df.values.tolist() for cell in line) for table in tables]


def _row(name: str, cells: list[dict[str, str]]) -> Row:
    got = scoring.shares(cells)
    return Row(name, name, f"{got.number:.0%} / {got.precision:.0%}", f"{got.reading:.0%}", f"{got.label:.0%}")


def section() -> Section:
    """Shinchoku and the shortcut over every reader's text, held against the table that a person read."""
    rows = [_row("**Shinchoku**", scoring.as_cells(read_report(REPORT, fiscal_year=YEAR).figures))]
    for name, texts in _texts(REPORT):
        rows.append(_row(f"{name} + regular expression / 正規表現", [cells for text in texts for cells in read(text, YEAR)]))
    return Section(
        "Accuracy: 82 numbers of the R6 report", "正確さ：R6報告書の82の数値",
        ("numbers found / of those given, right (数値の再現率 / 適合率)", "… with measure, qualifier, periods (意味と期間まで)", "… and label (見出しまで)"), rows,
        ("Beside Shinchoku: a page of code that searches the text of each reader with a regular expression (`benchmarks/shortcut.py`).",
         "Shinchokuと、各ツールの文字列を正規表現で探す1ページほどのプログラム（`benchmarks/shortcut.py`）の比較です。"),
    )  # fmt: skip


if __name__ == "__main__":
    print(shown(section()))
