"""Which code makes which asset: where it changes, Dagster marks what was made with the code before ("code version changed").

The version follows the text, so it changes with a comment too: a mark that comes once too often costs a look, one that does not come
costs a wrong table.
"""

from __future__ import annotations

from sources import versions

MADE_BY: dict[str, tuple[str, ...]] = {
    "figures": versions.READING,
    "observations": (
        "sources.decisions", "sources.errors", "sources.exactness", "sources.findings", "sources.matching", "sources.names",
        "sources.notation", "sources.observations", "sources.records", "expectations",
    ),
    "review_page": ("pipelines.review", "warehouse.review"),
    "warehouse": ("warehouse.build", "warehouse.codelists", "warehouse.fields", "warehouse/fields.yaml", "warehouse.parquet", "warehouse/views.sql"),
    "exports": ("warehouse.exports", "warehouse.fields", "warehouse/fields.yaml"),
    "site": ("warehouse.site",),
}  # fmt: skip
LIBRARIES: dict[str, tuple[str, ...]] = {
    "figures": versions.READERS,
    "observations": ("rapidfuzz", "great_expectations"),
    "warehouse": ("duckdb",),
    "exports": ("duckdb", "pyarrow", "xlsxwriter"),
}


def code_version(asset: str) -> str:
    return versions.code_version(MADE_BY[asset], LIBRARIES.get(asset, ()))
