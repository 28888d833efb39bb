"""The field dictionary agrees with the records, the code lists and itself."""

from __future__ import annotations

import re
from dataclasses import fields as dataclass_fields
from pathlib import Path

import pytest

from sources import records
from sources.errors import ShinchokuError
from warehouse import fields


def test_every_table_and_view_describes_itself_in_both_languages() -> None:
    entries = fields.dictionary()
    for table in (*entries.tables.values(), *entries.views.values()):
        assert len(set(table.names)) == len(table.names)
        for words in [table.label, table.about, *(c.label for c in table.columns), *(c.about for c in table.columns)]:
            assert words.ja and words.en
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in table.names)


def test_keys_name_columns_that_exist() -> None:
    tables = fields.dictionary().tables
    for table in tables.values():
        assert table.primary_key and set(table.primary_key) <= set(table.names)
        for key in table.foreign_keys:
            assert set(key.columns) <= set(table.names) and set(key.columns) <= set(tables[key.table].names)


@pytest.mark.parametrize(
    ("codelist", "codes"),
    [("measure", records.MEASURES), ("component", records.COMPONENTS), ("qualifier", records.QUALIFIERS),
     ("period_kind", records.PERIOD_KINDS), ("ledger_kind", records.LEDGER_KINDS)],
)  # fmt: skip
def test_code_lists_are_those_of_the_records(codelist: str, codes: tuple[str, ...]) -> None:
    assert tuple(code.code for code in fields.codelist(codelist).codes) == codes


def test_the_figure_table_holds_what_a_figure_holds() -> None:
    names = {field.name for field in dataclass_fields(records.Figure)} - {"period", "base", "box"}
    assert names <= set(fields.table("figure").names)


def test_status_codes_are_sdmx() -> None:
    assert "".join(sorted(code.code for code in fields.codelist("obs_status").codes)) == "ABDEFGHIJKLMNOPQSUVW"


def test_an_unknown_table_is_named_with_the_known_ones() -> None:
    with pytest.raises(ShinchokuError, match="'figures'.*figure"):
        fields.table("figures")


def test_identifiers_and_literals_cannot_end_early() -> None:
    assert fields.identifier('a"; DROP') == '"a""; DROP"'
    assert fields.literal("a'; DROP") == "'a''; DROP'"


@pytest.mark.parametrize(
    ("line", "mistyped"),
    [("primary_key: [series_id]", "primary_keys: [series_id]"),
     ("like: series.area_code}", "like: series.area_code, required: true}"),
     ("pattern: '[a-z0-9_]+'", "patern: '[a-z0-9_]+'"),
     ("codes:", "code:")],
)  # fmt: skip
def test_a_key_that_nobody_reads_is_refused(line: str, mistyped: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = fields.PATH.read_text("utf-8")
    assert line in text
    monkeypatch.setattr(fields, "PATH", tmp_path / "fields.yaml")
    fields.PATH.write_text(text.replace(line, mistyped, 1), encoding="utf-8")
    with pytest.raises(ShinchokuError, match="fields.yaml"):
        fields.dictionary.__wrapped__()
