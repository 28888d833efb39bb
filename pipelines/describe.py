"""How an asset shows itself in the Dagster UI: column schemas, previews, pictures of spots, links. Nothing is computed here."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg

from warehouse import fields

if TYPE_CHECKING:
    from PIL.Image import Image

OWNERS = ["team:data-engineering"]
PREVIEW_ROWS = 20
# An image in metadata is stored twice in Dagster's event log.
CROP_BYTES = 9_000
CROP_WIDTH = 320
ALL_CROPS_BYTES = 600_000


def column_schema(table: str) -> dg.TableSchema:
    """The columns of a table as the field dictionary describes them."""
    described = fields.table(table)
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.comment,
                constraints=dg.TableColumnConstraints(
                    nullable=not column.required,
                    unique=described.primary_key == (column.name,),
                    other=[f"{column.codelist.name}: {', '.join(code.code for code in column.codelist.codes)}"]
                    if column.codelist
                    else [],
                ),
            )
            for column in described.columns
        ],
        constraints=dg.TableConstraints(other=[f"primary key: {', '.join(described.primary_key)}"]),
    )


def described(table: str) -> dict[str, Any]:
    """Definition metadata of an asset that holds one table."""
    return {"dagster/column_schema": column_schema(table), "dagster/table_name": table}


def markdown_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], limit: int | None = PREVIEW_ROWS) -> str:
    kept = list(rows)
    shown = kept if limit is None else kept[:limit]
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row.get(column)) for column in columns) + " |" for row in shown]
    if len(kept) > len(shown):
        lines.append(f"\n… {len(kept) - len(shown)} more / 他 {len(kept) - len(shown)} 件")
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def picture(image: Image, alt: str) -> str:
    """A small picture as Markdown, or nothing where it cannot be made small enough."""
    from sources.pdf.render import webp

    if image.width > CROP_WIDTH:
        image = image.resize((CROP_WIDTH, max(1, image.height * CROP_WIDTH // image.width)))
    data = webp(image, quality=55)
    if len(data) > CROP_BYTES:
        return ""
    alt = "".join(char for char in alt if char not in "[]()|\\\n")
    return f"![{alt}](data:image/webp;base64,{base64.b64encode(data).decode()})"


def file_link(path: Path) -> dg.MetadataValue:
    return dg.MetadataValue.path(path)
