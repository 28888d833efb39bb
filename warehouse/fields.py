"""Typed access to the field dictionary ``fields.yaml``, and the schemas made from it. No data and no file but the dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sources.errors import ShinchokuError

if TYPE_CHECKING:
    import pyarrow as pa

PATH = Path(__file__).with_name("fields.yaml")
DECIMAL = (38, 9)
SQL_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "decimal": f"DECIMAL({DECIMAL[0]},{DECIMAL[1]})",
    "number": "DOUBLE",
    "date": "DATE",
    "boolean": "BOOLEAN",
}
# What a column is called by in linked data: its term where SDMX has one, else its concept.
SDMX_CONCEPT = "urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=SDMX:CROSS_DOMAIN_CONCEPTS(2.0)."
SDMX_TERMS = {
    "REF_AREA": "http://purl.org/linked-data/sdmx/2009/dimension#refArea",
    "TIME_PERIOD": "http://purl.org/linked-data/sdmx/2009/dimension#timePeriod",
    "OBS_VALUE": "http://purl.org/linked-data/sdmx/2009/measure#obsValue",
    "UNIT_MEASURE": "http://purl.org/linked-data/sdmx/2009/attribute#unitMeasure",
    "UNIT_MULT": "http://purl.org/linked-data/sdmx/2009/attribute#unitMult",
    "OBS_STATUS": "http://purl.org/linked-data/sdmx/2009/attribute#obsStatus",
    "DECIMALS": "http://purl.org/linked-data/sdmx/2009/attribute#decimals",
}


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Japanese and English."""

    ja: str
    en: str

    def __str__(self) -> str:
        return f"{self.ja} / {self.en}" if self.ja != self.en else self.ja


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    label: Words
    about: Words | None = None


@dataclass(frozen=True, slots=True)
class CodeList:
    name: str
    label: Words
    codes: tuple[Code, ...]

    def __contains__(self, code: object) -> bool:
        return any(entry.code == code for entry in self.codes)

    def __getitem__(self, code: str) -> Code:
        for entry in self.codes:
            if entry.code == code:
                return entry
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``printed`` marks text that is kept as the report prints it; ``made_from`` are the columns (table, name) behind it."""

    name: str
    type: str
    label: Words
    about: Words
    required: bool = False
    codelist: CodeList | None = None
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    sdmx: str | None = None
    printed: bool = False
    made_from: tuple[tuple[str, str], ...] = ()

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]

    @property
    def comment(self) -> str:
        return f"{self.label}: {self.about}"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """``columns`` are found in ``table`` under the same names; ``within`` an edition means: of that edition's series."""

    columns: tuple[str, ...]
    table: str
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    label: Words
    about: Words
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    is_view: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def comment(self) -> str:
        return f"{self.label}: {self.about}"

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")


@dataclass(frozen=True, slots=True)
class Change:
    version: int
    words: Words


@dataclass(frozen=True, slots=True)
class Dictionary:
    version: int
    changes: tuple[Change, ...]
    codelists: dict[str, CodeList]
    tables: dict[str, Table]
    views: dict[str, Table]


def _refuse_unknown(raw: Mapping[str, Any], known: Iterable[str]) -> None:
    """A key that nobody reads is a mistyped one, and what it should say would be missing without a word."""
    if unknown := sorted(raw.keys() - set(known)):
        raise KeyError(f"unknown: {', '.join(unknown)}")


def _words(raw: Mapping[str, Any]) -> Words:
    return Words(str(raw["ja"]), str(raw["en"]))


def _codelist(name: str, raw: Mapping[str, Any]) -> CodeList:
    _refuse_unknown(raw, ("label", "codes"))
    codes = tuple(
        Code(str(code), _words(words), _words(words["about"]) if "about" in words else None)
        for code, words in raw["codes"].items()
    )
    return CodeList(name, _words(raw["label"]), codes)


def _column(raw: Mapping[str, Any], codelists: Mapping[str, CodeList], tables: Mapping[str, Table]) -> Column:
    known = dict(raw)
    made_from = tuple((table, name) for table, _, name in (place.partition(".") for place in known.pop("from", ())))
    if "like" in raw:
        _refuse_unknown(raw, ("name", "like", "from"))
        table_name, _, column = raw["like"].partition(".")
        return replace(tables[table_name][column], name=raw["name"], made_from=made_from)
    for name in ("label", "about"):
        known[name] = _words(known[name])
    if "codelist" in known:
        known["codelist"] = codelists[known["codelist"]]
    if known["type"] not in SQL_TYPES:
        raise KeyError(f"type {known['type']!r}")
    return Column(**known, made_from=made_from)


def _table(
    name: str, raw: Mapping[str, Any], is_view: bool, codelists: Mapping[str, CodeList], tables: Mapping[str, Table]
) -> Table:
    _refuse_unknown(raw, ("label", "about", "columns", "primary_key", "foreign_keys"))
    return Table(
        name,
        _words(raw["label"]),
        _words(raw["about"]),
        tuple(_column(entry, codelists, tables) for entry in raw["columns"]),
        tuple(raw.get("primary_key", ())),
        tuple(ForeignKey(tuple(key["columns"]), key["table"], key.get("within")) for key in raw.get("foreign_keys", ())),
        is_view,
    )


@cache
def dictionary() -> Dictionary:
    """The field dictionary, read once."""
    try:
        raw = yaml.load(PATH.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
        codelists = {name: _codelist(name, entry) for name, entry in raw["codelists"].items()}
        tables: dict[str, Table] = {}
        for name, entry in raw["tables"].items():
            tables[name] = _table(name, entry, False, codelists, tables)
        views = {name: _table(name, entry, True, codelists, tables) for name, entry in raw["views"].items()}
        changes = tuple(Change(int(entry["version"]), _words(entry)) for entry in raw["changes"])
        return Dictionary(int(raw["version"]), changes, codelists, tables, views)
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ShinchokuError(
            f"{PATH}: the field dictionary cannot be read ({error}). Compare it with the last committed version.",
            f"{PATH}: 項目辞書を読めません（{error}）。直前にコミットされた版と見比べてください。",
        ) from error


def table(name: str) -> Table:
    """A table or view by name."""
    entries = dictionary()
    found = entries.tables.get(name) or entries.views.get(name)
    if found is None:
        known = ", ".join([*entries.tables, *entries.views])
        raise ShinchokuError(
            f"{PATH}: no table is called {name!r}. Tables and views: {known}.",
            f"{PATH}: {name!r} という表はありません。表とビュー: {known}。",
        )
    return found


def codelist(name: str) -> CodeList:
    return dictionary().codelists[name]


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """A text as an SQL literal, for statements that take no parameters."""
    return "'" + str(text).replace("'", "''") + "'"


def arrow_schema(which: str | Table) -> pa.Schema:
    """The Parquet schema of a table; descriptions travel as field metadata."""
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "decimal": pa.decimal128(*DECIMAL),
        "number": pa.float64(),
        "date": pa.date32(),
        "boolean": pa.bool_(),
    }
    described = table(which) if isinstance(which, str) else which
    return pa.schema(
        [
            pa.field(column.name, types[column.type], nullable=not column.required, metadata={"description": column.comment})
            for column in described.columns
        ],
        metadata={"table": described.name, "description": described.comment, "fields_version": str(dictionary().version)},
    )


def table_schema(which: str | Table) -> dict[str, Any]:
    """The Frictionless Table Schema (v2) of a table or view."""
    described = table(which) if isinstance(which, str) else which
    fields: list[dict[str, Any]] = []
    for column in described.columns:
        constraints: dict[str, Any] = {}
        if column.required:
            constraints["required"] = True
        for limit in ("pattern", "minimum", "maximum"):
            if (value := getattr(column, limit)) is not None:
                constraints[limit] = value
        entry: dict[str, Any] = {
            "name": column.name,
            "type": "number" if column.type == "decimal" else column.type,
            "title": column.label.ja,
            "description": column.about.ja,
            "titleEn": column.label.en,
            "descriptionEn": column.about.en,
        }
        if column.codelist:
            constraints["enum"] = [code.code for code in column.codelist.codes]
            entry["categories"] = [{"value": code.code, "label": str(code.label)} for code in column.codelist.codes]
        if column.sdmx:
            entry["rdfType"] = SDMX_TERMS.get(column.sdmx, SDMX_CONCEPT + column.sdmx)
        if constraints:
            entry["constraints"] = constraints
        fields.append(entry)
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if described.primary_key:
        schema["primaryKey"] = list(described.primary_key)
    return schema


def comments_sql(name: str) -> list[str]:
    """COMMENT ON statements for a table or view and each of its columns."""
    described = table(name)
    kind = "VIEW" if described.is_view else "TABLE"
    target = identifier(name)
    statements = [f"COMMENT ON {kind} {target} IS {literal(described.comment)}"]
    statements += [f"COMMENT ON COLUMN {target}.{identifier(c.name)} IS {literal(c.comment)}" for c in described.columns]
    return statements
