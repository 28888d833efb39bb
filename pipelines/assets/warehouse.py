"""Fourth stage: the DuckDB file, built anew from all accepted editions beside the old one, checked, and swapped in by rename."""

import dagster as dg

from pipelines import published
from pipelines.assets.accepted_edition import accepted_edition
from pipelines.describe import OWNERS
from pipelines.resources import Series, Storage
from warehouse import fields


@dg.asset(
    deps=[accepted_edition],
    group_name="publication",
    kinds={"duckdb"},
    owners=OWNERS,
    pool="writer",
    metadata={"tables": dg.MetadataValue.md("\n".join(f"- `{name}` {table.comment}" for name, table in fields.dictionary().tables.items()))},
    description=(
        "**倉庫** All accepted editions in one DuckDB file with keys and comments: the tables of the field dictionary, and the views "
        "`latest`, `target`, `revision` and `progress`."
    ),
)
def warehouse(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    from warehouse.build import build_warehouse
    from warehouse.codelists import code_lists_from

    with storage.at_work() as home, home.lock():
        public = published.registry(series.registry(), home)
        editions = published.folders(public, home)
        counts = build_warehouse(editions, code_lists_from(public), home.warehouse, keep_same=home.store is not None)
    context.log.info(", ".join(f"{table} {count}" for table, count in counts.items()))
    return dg.MaterializeResult(
        metadata={"dagster/row_count": counts["observation"], "rows": counts, "editions": len(editions), "file": dg.MetadataValue.path(home.warehouse)}
    )
