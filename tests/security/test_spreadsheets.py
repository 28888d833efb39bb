"""Text that a spreadsheet would compute: guarded in CSV and given back whole, untouched in all else, never a formula in the workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.table import to_csv
from sources.records import Box, Figure
from sources.spreadsheets import CONVENTION, guarded, unguarded
from tests.security import attacks
from warehouse import fields
from warehouse.exports import documents, tables, workbook

PRINTED = (
    "+3万枚", "-5", "-1,234.5件", "＋37件", "▲7,045時間/年間", "−2", "+3%(前年度比)", "+3万枚（前年度 27万枚）", "+2.7ポイント(R6.3)", "-", "－", "+", "30万枚超", "＋",
    "'quoted'", "O'Brien", "a=b", "",
)  # fmt: skip
COMPUTED = (*attacks.FORMULAS, "@ホーム", "-項目", "-1-cmd(1)", "－１－ＣＭＤ（１）", "-2+3+cmd|' /C calc'!A0", "+1*HYPERLINK(\"x\")",
            "\u3000=1", "\u200b=1", "'=1", "''=1")  # fmt: skip
COMPUTED = tuple(text for text in COMPUTED if text not in ("';=1+1", "{=1+1}"))


@pytest.mark.parametrize("text", COMPUTED)
def test_what_would_be_computed_is_guarded_and_comes_back_whole(text: str) -> None:
    assert guarded(text) == f"'{text}" and unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", PRINTED)
def test_printed_numbers_and_plain_words_stand_as_they_are(text: str) -> None:
    assert guarded(text) == text == unguarded(text)


def test_reading_back_gives_every_text() -> None:
    for text in (*attacks.ALL, *COMPUTED, *PRINTED, *(guarded(text) for text in attacks.ALL)):
        assert unguarded(guarded(text)) == text


def test_duckdb_writes_what_python_says_and_only_in_csv(tmp_path: Path) -> None:
    texts = [text for text in dict.fromkeys((*attacks.ALL, *COMPUTED, *PRINTED)) if text and "\x00" not in text]
    connection = duckdb.connect()
    table = fields.table("statement")
    connection.execute("CREATE TABLE t (number INTEGER, text VARCHAR)")
    connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(texts)))
    columns = ", ".join("text" if name == "text" else f"CAST(NULL AS {table[name].sql_type}) AS {fields.identifier(name)}" for name in table.names)
    query = f"SELECT {columns} FROM t ORDER BY number"
    tables.write_csv(connection, query, table, tmp_path / "x.csv", rows=len(texts))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "x.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert [row["text"] for row in rows] == [guarded(text) for text in texts]
    assert [unguarded(row["text"]) for row in rows] == texts
    tables.write_json(connection, query, table, tmp_path / "x.json")
    assert [text for (text,) in duckdb.sql(f"SELECT text FROM read_json('{tmp_path}/x.json')").fetchall()] == texts
    tables.write_parquet(connection, query, table, tmp_path / "x.parquet")
    assert [text for (text,) in duckdb.sql(f"SELECT text FROM '{tmp_path}/x.parquet'").fetchall()] == texts


def test_small_csvs_and_those_of_extract_are_guarded_too(tmp_path: Path) -> None:
    documents.write_rows(tmp_path / "x.csv", ["text", "value"], [[text, -5] for text in COMPUTED])
    rows = list(csv.reader(io.StringIO((tmp_path / "x.csv").read_bytes().decode("utf-8-sig"), newline="")))
    assert rows[1:] == [[guarded(text), "-5"] for text in COMPUTED]
    figure = Figure(page=1, raw="=1+1", value=Decimal(-2), unit="件", label="@SUM(A:B)", title="+3万枚", measure="level", box=Box(0, 0, 1, 1),
                    scale=0, decimals=0, section_no="", section_title="", component="whole", qualifier="exact", period=None, base=None)  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(to_csv([figure])))
    assert (row["raw"], row["label"], row["title"], row["value"]) == ("'=1+1", "'@SUM(A:B)", "+3万枚", "-2")


def test_the_workbook_holds_text_as_text(tmp_path: Path) -> None:
    import openpyxl
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "x.xlsx")
    texts = [*attacks.ALL, *COMPUTED]
    workbook._sheet(book.add_worksheet("x"), ["=1+1"], [[text] for text in texts], {"header": None, "date": None})
    book.close()
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["x"]
    cells = [row[0] for row in sheet.iter_rows()]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(tmp_path / "x.xlsx") as parts:
        assert not any(b"<f>" in parts.read(name) or b"<f " in parts.read(name) for name in parts.namelist())
        assert not any("externalLink" in name or "vba" in name or "connections" in name for name in parts.namelist())


def test_a_text_that_no_cell_holds_is_cut_and_counted(tmp_path: Path) -> None:
    import openpyxl
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "x.xlsx")
    longest = "字" * workbook.LONGEST
    cut = workbook._sheet(book.add_worksheet("x"), ["text"], [[longest], [longest + "字"]], {"header": None, "date": None})
    book.close()
    _, (whole,), (part,) = openpyxl.load_workbook(tmp_path / "x.xlsx")["x"].iter_rows(values_only=True)
    assert cut == 1 and whole == longest and part == longest[:-1] + "…"


def test_the_convention_is_told_where_the_csvs_are() -> None:
    assert CONVENTION.ja in documents.README_TAIL and CONVENTION.en in documents.README_TAIL
