"""The table that `extract` writes: exact digits, column order and formats."""

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines import table
from sources.errors import ShinchokuError
from sources.records import Box, Figure, Period

YEAR = Period("fiscal_year", date(2024, 4, 1), date(2025, 3, 31))


def figure(value: str, **changes: object) -> Figure:
    given = {
        "page": 6, "section_no": "01", "section_title": "章", "title": "", "label": "件数", "measure": "level", "component": "whole",
        "raw": "30万枚超", "value": Decimal(value), "unit": "枚", "scale": 4, "decimals": 0, "qualifier": "over", "period": YEAR,
        "base": None, "box": Box(1.005, 2, 3.25, 4),
    }  # fmt: skip
    return Figure(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "text"), [("300000", "300000"), ("3E+5", "300000"), ("62.0", "62"), ("-7045", "-7045"), ("0.333333", "0.333333"), ("0.0", "0")]
)
def test_values_are_written_in_plain_digits(value: str, text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(table.to_csv([figure(value)])))
    assert row["value"] == text
    assert json.loads(table.to_json([figure(value)]))[0]["value"] == pytest.approx(float(text))


def test_csv_has_the_columns_in_order_and_iso_dates() -> None:
    header, line = table.to_csv([figure("300000")]).splitlines()
    assert header == (
        "page,section_no,section_title,title,label,measure,component,raw,value,unit,scale,decimals,qualifier,period_kind,period_start,"
        "period_end,base_start,base_end,source,confidence,note,x0,top,x1,bottom"
    )
    assert "fiscal_year,2024-04-01,2025-03-31,,,text,,," in line


def test_parquet_keeps_decimals_exact(tmp_path: Path) -> None:
    path = tmp_path / "figures.parquet"
    table.write([figure("0.1"), figure("123456789012345678")], path)
    stored = pq.read_table(path)
    assert tuple(stored.column_names) == table.COLUMNS
    assert stored["value"].to_pylist() == [Decimal("0.1"), Decimal("123456789012345678")]


def test_no_figures_is_a_table_with_a_header(tmp_path: Path) -> None:
    for ending in table.FORMATS:
        table.write([], tmp_path / f"none{ending}")
    assert (tmp_path / "none.csv").read_text().count("\n") == 1
    assert json.loads((tmp_path / "none.json").read_text()) == []
    assert pq.read_table(tmp_path / "none.parquet").num_rows == 0


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ShinchokuError, match="nowhere/figures.csv"):
        table.write([], tmp_path / "nowhere" / "figures.csv")
