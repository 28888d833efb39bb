"""How assets show themselves: text of reports stays text, and each column says what it is made from."""

from __future__ import annotations

import re

import dagster as dg
import pytest

from pipelines.assets.catalogue import Registering
from pipelines.definitions import defs
from pipelines.describe import Markdown, escape, markdown_table
from warehouse import fields


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("前年度比+3万枚", r"前年度比\+3万枚"),
        ("![x](https://evil.example/a.png)", r"\!\[x\]\(https\://evil\.example/a\.png\)"),
        ("<b>*_`~~|#", r"\<b\>\*\_\`\~\~\|\#"),
        ("a\n\n# b\r\n- c", r"a \# b \- c"),
        ("枚\u202e\u200b数\x00", "枚数"),
        (r"\[", r"\\\["),
    ],
)
def test_text_of_a_report_is_shown_letter_for_letter(text: str, shown: str) -> None:
    assert escape(text) == shown


def test_a_table_escapes_everything_that_is_not_markdown_by_its_own_word() -> None:
    table = markdown_table([{"a|b": "x|y", "c": Markdown("[z](u)")}], ["a|b", "c"])
    assert table.splitlines() == [r"| a\|b | c |", "| --- | --- |", r"| x\|y | [z](u) |"]


def test_what_the_ui_tells_is_in_japanese_and_english() -> None:
    told = {spec.key.to_user_string(): spec.description for spec in defs.resolve_all_asset_specs()}
    for key in defs.resolve_all_asset_keys():
        told |= {spec.name: spec.description for spec in defs.resolve_assets_def(key).check_specs}
    told |= {each.name: each.description for each in (*(defs.sensors or ()), *(defs.schedules or ()), *(defs.jobs or ()))}
    configured = [(name, type(resource)) for name, resource in (defs.resources or {}).items()] + [("catalogue config", Registering)]
    for name, kind in configured:
        told[name] = kind.__doc__
        told |= {f"{name}.{field}": info.description for field, info in kind.model_fields.items()}
    assert len(told) > 90
    japanese, english = re.compile("[\u3040-\u30ff\u4e00-\u9fff]"), re.compile("[A-Za-z]{2,} [a-z]{2,}")
    assert [name for name, words in told.items() if not (words and japanese.search(words) and english.search(words))] == []


def test_columns_are_made_from_columns_that_exist() -> None:
    """From the report's number to the published file, asset by asset."""
    schemas = {}
    for spec in defs.resolve_all_asset_specs():
        if schema := spec.metadata.get("dagster/column_schema"):
            schemas[spec.key] = {column.name for column in schema.columns}
    for key, columns in schemas.items():
        spec = defs.resolve_assets_def(key).specs_by_key[key]
        lineage: dg.TableColumnLineage | None = spec.metadata.get("dagster/column_lineage")
        if key.to_user_string() == "figures":
            assert lineage is None
            continue
        assert lineage is not None and set(lineage.deps_by_column) <= columns
        for deps in lineage.deps_by_column.values():
            assert {dep.asset_key for dep in deps} <= {dependency.asset_key for dependency in spec.deps}
            assert all(dep.column_name in schemas[dep.asset_key] for dep in deps)
    made_from = {column.name: column.made_from for column in fields.table("observation").columns}
    assert made_from["source_value"] == (("figure", "value"), ("figure", "scale"))
    assert not made_from["area_code"]  # of the series, not of a number
