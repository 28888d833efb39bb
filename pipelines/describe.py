"""How an asset shows itself in the Dagster UI: column schemas and lineage, previews, pictures of spots. Nothing is computed here.

The UI renders Markdown in metadata and descriptions, and much of the text comes from PDFs and registry files: every such text goes
through :func:`escape`, here and wherever else Markdown is made, so that it is shown letter for letter and is never a link or a picture.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines import shelf
from warehouse import fields

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

    from pipelines.home import Home

OWNERS = ["team:data-engineering"]
# Dagster lists groups by the alphabet: these names stand in the order of the work.
INGESTION, INSPECTION, PUBLICATION = "ingestion", "inspection", "publication"
# How far data has come, to filter the catalog by: only what is accepted is ever public.
SOURCE, STAGED, ACCEPTED, PUBLIC = ({"layer": layer} for layer in ("source", "staged", "accepted", "public"))
ASSETS = {"figure": "figures", "observation": "observations"}  # which asset holds a table that others are made from
PREVIEW_ROWS = 20
# An image in metadata is stored twice in Dagster's event log.
CROP_BYTES = 9_000
CROP_WIDTH = 320
ALL_CROPS_BYTES = 600_000
NOTHING = "なし / none"


def column_schema(table: str) -> dg.TableSchema:
    """The columns of a table as the field dictionary describes them."""
    key = fields.table(table).primary_key
    return dg.TableSchema([_column(column, in_key=column.name in key) for column in fields.table(table).columns])


def _column(column: fields.Column, in_key: bool) -> dg.TableColumn:
    codes = [f"{column.codelist.name}: {', '.join(code.code for code in column.codelist.codes)}"] if column.codelist else []
    return dg.TableColumn(
        name=column.name,
        type=column.type,
        description=f"{escape(f'{column.label.ja}：{column.about.ja}')}\\\n{escape(f'{column.label.en}: {column.about.en}')}",
        constraints=dg.TableColumnConstraints(nullable=not column.required, other=["primary key"] * in_key + codes),
    )


def described(table: str, source: str | None = None) -> dict[str, Any]:
    """Definition metadata of an asset that holds one table; ``source`` names the asset that passes the table on as it is."""
    metadata: dict[str, Any] = {"dagster/column_schema": column_schema(table)}
    if lineage := column_lineage(table, source):
        metadata["dagster/column_lineage"] = lineage
    return metadata


def column_lineage(table: str, source: str | None) -> dg.TableColumnLineage | None:
    """From which columns of the asset before each column is made, as the field dictionary says."""
    if source:
        found = {name: [(source, name)] for name in fields.table(table).names}
    else:
        found = {column.name: [(ASSETS[name], of) for name, of in column.made_from] for column in fields.table(table).columns}
    deps = {name: [dg.TableColumnDep(dg.AssetKey(asset), of) for asset, of in origins] for name, origins in found.items() if origins}
    return dg.TableColumnLineage(deps) if deps else None


def markdown_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], limit: int | None = PREVIEW_ROWS) -> str:
    kept = list(rows)
    shown = kept if limit is None else kept[:limit]
    if not kept:
        return NOTHING
    lines = ["| " + " | ".join(map(escape, columns)) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in shown]
    if len(kept) > len(shown):
        lines.append(f"\n… {len(kept) - len(shown)} more / 他 {len(kept) - len(shown)} 件")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if isinstance(value, Markdown):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, Decimal):
        text = format(value, "f")
        value = text.rstrip("0").rstrip(".") if "." in text else text
    return escape(value)


class Markdown(str):
    """Text that is Markdown already; everything else that comes into a table is escaped."""


def escape(text: object) -> Markdown:
    """Any text as Markdown that shows it letter for letter, on one line: no markup, link or HTML of its own, nothing invisible.

    An address in it is no link by its markup; that the UI makes bare addresses clickable shows no other address than the one written.
    """
    return Markdown(_SIGNS.sub(r"\\\g<0>", _BREAKS.sub(" ", _INVISIBLE.sub("", str(text)))))


_SIGNS = re.compile(r"[!#$&()*+\-.:<=>@\[\\\]^_`{|}~]")
_BREAKS = re.compile(r"[\s\x85\u2028\u2029]+")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def link(path: Path, home: Home) -> dg.MetadataValue:
    """What a person clicks on to see a page or folder that a run made."""
    return dg.MetadataValue.url(shelf.url(path, home))


def picture(image: Image, alt: str) -> Markdown:
    """A small picture as Markdown, or nothing where it cannot be made small enough."""
    from sources.pdf.render import webp

    if image.width > CROP_WIDTH:
        image = image.resize((CROP_WIDTH, max(1, image.height * CROP_WIDTH // image.width)))
    data = webp(image, quality=55)
    if len(data) > CROP_BYTES:
        return Markdown()
    return Markdown(f"![{escape(alt)}](data:image/webp;base64,{base64.b64encode(data).decode()})")
