"""Third stage: figures become observations of registered indicators, staged as Parquet and judged as a whole."""

from collections import Counter
from typing import Any

import dagster as dg

from pipelines import audit, staging, unchanged
from pipelines.assets.figures import figures
from pipelines.code_version import code_version
from pipelines.describe import INGESTION, NOTHING, OWNERS, STAGED, described, escape, link, markdown_table
from pipelines.partitions import EDITIONS
from pipelines.resources import PATIENCE, Series, Storage
from sources.matching import Match


@dg.asset(
    partitions_def=EDITIONS,
    deps=[figures],
    group_name=INGESTION,
    kinds={"parquet", "greatexpectations"},
    owners=OWNERS,
    tags=STAGED,
    code_version=code_version("observations"),
    retry_policy=PATIENCE,
    metadata=described("observation"),
    check_specs=audit.check_specs("observations"),
    description=(
        "観測値：指標・測り方・期間ごとに1行。数値を indicators.yaml の項目名・章・単位・内訳で指標に対応付けたものです。"
        "どの指標にも当たらない数値は理由とともに一覧に、数値のない項目は状態 `O` の空の値になります。"
        "言葉だけの記述は `statement` に入ります。\n\n"
        "One row an indicator, measure and period: figures matched by label, section, unit and component with "
        "`indicators.yaml`. A figure that matches no indicator is listed with its reason; a label without a number is a null "
        "with status `O`. `statement` beside it holds what the report says in words alone."
    ),
)
def observations(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    with storage.at_work(context.partition_key) as home:
        edition = series.edition(context.partition_key)
        stage = unchanged.observations(edition, home)
        place = {
            "確認ページ / review page": link(home.review(edition.edition_id), home),
            "ファイル / file": dg.MetadataValue.path(home.staging(edition.edition_id) / "observation.parquet"),
        }
        known = audit.stored_results(edition, home, ["observations"])
        if known is not None and (told := stage.unchanged(context, storage)):
            return dg.MaterializeResult(metadata=told | place, check_results=audit.check_results("observations", known, edition, home))
        matched = staging.stage_matching(edition, home)
        results = audit.judge_observations(edition, home)
        told = stage.ended(context, shown(matched))
        again = audit.judge_figures_again(edition, home)
    for result in audit.check_results("figures", again or (), edition, home):
        # They are checks of another asset, which was not made again: only the event can say so.
        context.instance.report_runless_asset_event(audit.as_event(result, edition))
    for row in matched.unmatched:
        context.log.info(f"{row.figure_id} is no observation: {row.reason_en}")
    context.log.info(f"{len(matched.observations)} observations, {len(matched.unmatched)} unmatched")
    return dg.MaterializeResult(metadata=told | place, check_results=audit.check_results("observations", results, edition, home))


def shown(matched: Match) -> dict[str, Any]:
    """What the UI shows of a matching, wherever its tables lie."""
    rows = [observation.row() for observation in matched.observations]
    return {
        "dagster/row_count": len(rows),
        "見本 / preview": dg.MetadataValue.md(
            markdown_table(rows, ["indicator_id", "measure", "period_end", "value", "unit_code", "obs_status", "source_text", "source_page"])
        ),
        "測り方別 / by measure": dict(Counter(str(row["measure"]) for row in rows)),
        "対応なし / unmatched": dg.MetadataValue.md(
            markdown_table([staging.plain(row) for row in matched.unmatched], ["figure_id", "reason_ja", "reason_en"])
        ),
        "所見 / findings": dg.MetadataValue.md(
            "\n".join(f"- `{f.severity}` `{f.kind}` {escape(f.message_ja)}\\\n  {escape(f.message_en)}" for f in matched.findings) or NOTHING
        ),
        "記述 / statements": len(matched.statements),
        "指標 / indicators": len({row["indicator_id"] for row in rows}),
    }
