"""Staged Parquet: what is written is read back, the same rows make the same bytes, and what does not fit is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import made_up
import pyarrow.parquet as pq
import pytest

from sources.errors import ShinchokuError
from warehouse import fields
from warehouse.parquet import read_table, write_table


def statement(**more: Any) -> dict[str, Any]:
    return made_up.STATEMENTS[0] | more


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    _, observations, _ = made_up.rows()
    path = tmp_path / "observation.parquet"
    assert write_table("observation", observations, path) == len(observations)
    frame = read_table("observation", path)
    assert tuple(frame.columns) == fields.table("observation").names
    assert frame["value"].iloc[1] == Decimal("300000")
    assert frame["value"].isna().sum() == 1
    assert frame["area_code"].unique().tolist() == ["401005"]
    assert frame["period_end"].iloc[0].date() == date(2018, 3, 31)


def test_the_same_rows_make_the_same_bytes(tmp_path: Path) -> None:
    figures, _, _ = made_up.rows()
    write_table("figure", figures, tmp_path / "one.parquet")
    write_table("figure", figures, tmp_path / "two.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_columns_carry_their_description(tmp_path: Path) -> None:
    write_table("statement", [statement()], tmp_path / "s.parquet")
    metadata = pq.read_schema(tmp_path / "s.parquet").field("text").metadata
    assert "原文" in metadata[b"description"].decode()


def test_empty_text_is_null_and_a_record_is_one_line(tmp_path: Path) -> None:
    write_table("statement", [statement(title="", text="一行目\n二行目")], tmp_path / "s.parquet")
    frame = read_table("statement", tmp_path / "s.parquet")
    assert frame["title"].isna().all() and frame["text"].tolist() == ["一行目 二行目"]


@pytest.mark.parametrize(
    ("row", "message"),
    [({"colour": "red"}, "unknown columns.*colour"), ({"text": None}, "no value in.*text"), ({"page": "three"}, "column page")],
)
def test_a_row_that_does_not_fit_is_refused_and_the_old_file_stays(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    path = tmp_path / "s.parquet"
    write_table("statement", [statement()], path)
    before = path.read_bytes()
    with pytest.raises(ShinchokuError, match=message):
        write_table("statement", [statement(**row)], path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["s.parquet"]


def test_a_file_that_is_no_table_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(ShinchokuError, match=r"s\.parquet"):
        read_table("statement", tmp_path / "s.parquet")
    write_table("ledger", made_up.LEDGER, tmp_path / "s.parquet")
    with pytest.raises(ShinchokuError, match="columns are not those"):
        read_table("statement", tmp_path / "s.parquet")
