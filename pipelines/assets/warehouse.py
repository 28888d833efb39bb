"""Fourth stage: the DuckDB file, built anew from all accepted editions beside the old one, checked, and swapped in by rename."""

import dagster as dg

from pipelines import due, published, unchanged
from pipelines.assets.accepted_edition import accepted_edition
from pipelines.code_version import code_version
from pipelines.conditions import FOLLOWS
from pipelines.describe import ACCEPTED, OWNERS, PUBLICATION, described, escape
from pipelines.resources import PATIENCE, Series, Storage
from warehouse import fields

TABLES = fields.dictionary().tables | fields.dictionary().views


@dg.asset(
    deps=[accepted_edition],
    group_name=PUBLICATION,
    kinds={"duckdb"},
    owners=OWNERS,
    tags=ACCEPTED,
    code_version=code_version("warehouse"),
    retry_policy=PATIENCE,
    automation_condition=FOLLOWS,
    pool="writer",
    check_specs=[due.SPEC],
    metadata={
        **described("observation", source="accepted_edition"),
        "dagster/table_name": "shinchoku.main.observation",
        "表 / tables": dg.MetadataValue.md("\n".join(f"- `{name}` {escape(table.comment)}" for name, table in TABLES.items())),
    },
    description=(
        "データベース：承認済みのすべての版を収めたDuckDBファイル。項目辞書の表と、最新値 `latest`・目標 `target`・改訂 `revision`・進捗 `progress` の"
        "ビューがあり、主キーと全列の説明を持ちます。\n\n"
        "All accepted editions in one DuckDB file with keys and comments: the tables of the field dictionary, and the views "
        "`latest`, `target`, `revision` and `progress`."
    ),
)
def warehouse(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    from warehouse.build import build_warehouse
    from warehouse.codelists import code_lists_from

    with storage.at_work() as home, home.lock():
        registry = series.registry()
        stage = unchanged.warehouse(registry, home)
        public = published.registry(registry, home)
        place = {"ファイル / file": dg.MetadataValue.path(home.warehouse)}
        if told := stage.unchanged(context, storage):
            return dg.MaterializeResult(metadata=told | place, check_results=[due.check(public, due.today())])
        editions = published.folders(public, home)
        counts = build_warehouse(editions, code_lists_from(public), home.warehouse, keep_same=home.store is not None)
        told = stage.ended(context, {"dagster/row_count": counts["observation"], "表ごとの行数 / rows": counts, "版 / editions": len(editions)})
    context.log.info(", ".join(f"{table} {count}" for table, count in counts.items()))
    return dg.MaterializeResult(metadata=told | place, check_results=[due.check(public, due.today())])
