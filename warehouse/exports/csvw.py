"""csv-metadata.json (CSV on the Web): every CSV table of a release with its columns and keys, checked by reading them all with csvw."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sources.errors import ShinchokuError
from sources.spreadsheets import CONVENTION
from warehouse.exports.contents import CHECKED_ROWS, Dataset, Resource, references
from warehouse.fields import SDMX_TERMS, Column

NAME = "csv-metadata.json"
TYPES = {"decimal": "decimal", "number": "double"}


def descriptor(dataset: Dataset, resources: Sequence[Resource], version: str, *, alone: bool) -> dict[str, Any]:
    series, notice = dataset.series, dataset.notice
    remarks = [notice.ja, notice.en], [CONVENTION.ja, CONVENTION.en]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}],
        "dc:title": [{"@value": series[f"title_{lang}"], "@language": lang} for lang in ("ja", "en")],
        "schema:version": version,
        "tables": [_table(resource, dataset if resource.dataset else None, alone) for resource in resources],
        "rdfs:comment": [{"@value": text, "@language": lang} for remark in remarks for lang, text in zip(("ja", "en"), remark, strict=True) if text],
    }


def write(metadata: dict[str, Any], folder: Path) -> None:
    (folder / NAME).write_text(json.dumps(metadata, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def check(folder: Path) -> None:
    """Raise unless csvw reads every table as described, with unique keys that point somewhere."""
    from csvw.metadata import TableGroup

    problems: list[str] = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            group = TableGroup.from_file(folder / NAME)
            is_whole = True
            for table in group.tables:
                # csvw reads a table anew for its keys, so these are checked only where that ends.
                if sum(1 for _ in islice(table.iterdicts(strict=True), CHECKED_ROWS)) < CHECKED_ROWS:
                    table.check_primary_key()
                else:
                    is_whole = False
            if is_whole:
                group.check_referential_integrity()
        except ValueError as error:
            problems.append(str(error))
    problems += [str(entry.message) for entry in warned if issubclass(entry.category, UserWarning)]
    if problems:
        raise ShinchokuError(
            f"exports: csvw finds a fault, so nothing is published and the last release stays: {'; '.join(problems[:5])}. "
            "Correct the edition's decisions or warehouse/fields.yaml and run again.",
            f"公開ファイル: csvw が誤りを見つけたため、公開せず前の公開物を残します: {'; '.join(problems[:5])}。"
            "版のdecisions.yamlか warehouse/fields.yaml を直して、もう一度実行してください。",
        )


def _table(resource: Resource, dataset: Dataset | None, alone: bool) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_column(column) for column in resource.table.columns]}
    if resource.table.primary_key:
        schema["primaryKey"] = list(resource.table.primary_key)
    if keys := references(resource, alone):
        schema["foreignKeys"] = [
            {"columnReference": list(columns), "reference": {"resource": f"{home}.csv", "columnReference": list(columns)}}
            for columns, home in keys
        ]
    entry: dict[str, Any] = {
        "url": f"{resource.stem}.csv",
        "dc:title": [
            {"@value": resource.table.label.ja, "@language": "ja"},
            {"@value": resource.table.label.en, "@language": "en"},
        ],
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True},
        "tableSchema": schema,
    }
    if dataset:
        entry["dc:license"] = {"@id": dataset.series["license_url"]}
    return entry


def _column(column: Column) -> dict[str, Any]:
    datatype: dict[str, Any] = {"base": TYPES.get(column.type, column.type)}
    if column.pattern:
        datatype["format"] = column.pattern
    for limit in ("minimum", "maximum"):
        if (value := getattr(column, limit)) is not None:
            datatype[limit] = value
    entry: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": [{"@value": str(column.about.ja), "@language": "ja"}, {"@value": column.about.en, "@language": "en"}],
        "rdfs:label": [{"@value": column.label.ja, "@language": "ja"}, {"@value": column.label.en, "@language": "en"}],
        "datatype": datatype,
        "required": column.required,
    }
    if column.sdmx in SDMX_TERMS:
        entry["propertyUrl"] = SDMX_TERMS[column.sdmx]
    return entry
