"""Pages for people, made whether or not the checks passed: the review page of an edition, and the results of every rule."""

import dagster as dg

from pipelines import audit, unchanged
from pipelines.assets.observations import observations
from pipelines.code_version import code_version
from pipelines.conditions import FOLLOWS
from pipelines.describe import INSPECTION, OWNERS, STAGED, link
from pipelines.partitions import EDITIONS
from pipelines.resources import PATIENCE, Series, Storage


@dg.asset(
    partitions_def=EDITIONS,
    deps=[observations],
    group_name=INSPECTION,
    kinds={"html"},
    owners=OWNERS,
    tags=STAGED,
    code_version=code_version("review_page"),
    retry_policy=PATIENCE,
    description=(
        "確認ページ：報告書の各ページと数値の囲み、その横に読み取り・対応付け・検証の結果。検証に通らなくても作られます。\n\n"
        "The pages of the report with a box on each number, and beside them what was read, matched and checked."
    ),
)
def review_page(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    from pipelines import review

    with storage.at_work(context.partition_key) as home:
        edition = series.edition(context.partition_key)
        stage = unchanged.review_page(edition, home)
        path = home.review(edition.edition_id)
        place = {"ページ / page": link(path, home), "ファイル / file": dg.MetadataValue.path(path)}
        if told := stage.unchanged(context, storage):
            return dg.MaterializeResult(metadata=told | place)
        review.write_page(edition, home)
        told = stage.ended(context, {"決めるには / to decide": f"shinchoku review {edition.edition_id}"})
    context.log.info(str(path))
    return dg.MaterializeResult(metadata=told | place)


@dg.asset(
    deps=[observations],
    group_name=INSPECTION,
    kinds={"html"},
    owners=OWNERS,
    tags=STAGED,
    retry_policy=PATIENCE,
    automation_condition=FOLLOWS,
    description=(
        "検証結果：すべての規則の結果と該当例を版ごとにまとめたページ。ネットワークがなくても読めます。\n\n"
        "Every rule, its result and examples, edition by edition, on one page that needs no network."
    ),
)
def results_page(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    with storage.at_work() as home:
        registry = series.registry()
        stage = unchanged.results_page(registry, home)
        place = {"ページ / page": link(home.results, home), "ファイル / file": dg.MetadataValue.path(home.results)}
        if told := stage.unchanged(context, storage):
            return dg.MaterializeResult(metadata=told | place)
        path = audit.write_results(registry, home)
        told = stage.ended(context, {})
    context.log.info(str(path))
    return dg.MaterializeResult(metadata=told | place)
