"""Fifth stage: the published files, written from the warehouse, validated, and swapped in as one folder."""

import dagster as dg

from pipelines.assets.warehouse import warehouse
from pipelines.describe import OWNERS, described, markdown_table
from pipelines.resources import Series, Storage, explained


@dg.asset(
    deps=[warehouse],
    group_name="publication",
    kinds={"csv", "json"},
    owners=OWNERS,
    pool="writer",
    metadata=described("observation"),
    description=(
        "**公開ファイル** Observations, figures and code lists as CSV (UTF-8 with BOM, for Excel) and JSON, with a data package that "
        "describes every column. Byte for byte the same when nothing changed."
    ),
)
def exports(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    from warehouse.exports import write_exports

    home = storage.home
    with explained(), home.lock():
        manifest = write_exports(home.warehouse, series.registry(), home.exports)
    latest = home.exports / "latest"
    files = sorted(path for path in latest.rglob("*") if path.is_file())
    context.log.info(f"{len(files)} files in {latest}")
    return dg.MaterializeResult(
        metadata={
            "files": dg.MetadataValue.md(
                markdown_table([{"file": str(path.relative_to(latest)), "bytes": path.stat().st_size} for path in files], ["file", "bytes"])
            ),
            "folder": dg.MetadataValue.path(latest),
            "release": dg.MetadataValue.json(manifest) if isinstance(manifest, dict) else str(manifest),
        }
    )
