"""The gate of write, audit, publish: an edition passes only when it is accepted and no error of its audit stands.

A blocking check would hold back the review page too, which is where a person looks for what is wrong; and it knows only its own
run. So the checks report, and this asset decides from what they left on disk. Errors of a draft hold nothing back: it is not published.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines import audit, published, staging, unchanged
from pipelines.assets.observations import observations
from pipelines.conditions import YEARLY
from pipelines.describe import ACCEPTED, OWNERS, PUBLICATION, described, link
from pipelines.partitions import EDITIONS
from pipelines.resources import PATIENCE, Series, Storage


@dg.asset(
    partitions_def=EDITIONS,
    deps=[observations],
    group_name=PUBLICATION,
    kinds={"parquet"},
    owners=OWNERS,
    tags=ACCEPTED,
    freshness_policy=YEARLY,
    retry_policy=PATIENCE,
    pool="writer",
    output_required=False,
    metadata=described("observation", source="observations"),
    description=(
        "承認済みの版：公開してよいと人が認め、未解決のエラーのない版の表。公開物はすべてここから作られます。"
        "後の読み取りが失敗したり、承認なしに内容が変わったりしたときは、前のまま残ります。\n\n"
        "The staged tables of an edition whose `status` is `accepted` and whose audit found no error that a person "
        "has not settled. Only from these is anything published; a later reading that fails, or that says otherwise and was not accepted "
        "anew, leaves them as they were."
    ),
)
def accepted_edition(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> Iterator[dg.MaterializeResult]:
    with storage.at_work(context.partition_key) as home:
        edition = series.edition(context.partition_key)
        stage = unchanged.accepted_edition(edition, home)
        page = {"確認ページ / review page": link(home.review(edition.edition_id), home)}
        place = page | {"フォルダ / folder": dg.MetadataValue.path(home.accepted(edition.edition_id))}
        if told := stage.unchanged(context, storage):
            yield dg.MaterializeResult(metadata=told | place)
            return
        with home.lock(edition.series.id):
            stopped = audit.errors(edition, home)
            if edition.status != "accepted":
                context.log.info(f"status is {edition.status}, {len(stopped)} errors stand: staged and checked, not published")
                return
            why = audit.refusal(edition, stopped, home) if stopped else ""
            if not stopped and (changed := published.unasked(edition, home)):
                why = audit.unasked(edition, changed)
            if why:
                raise dg.Failure(description=why, metadata={"refused": True, **page}, allow_retries=False)
            folder = audit.accept(edition, home)
        told = stage.ended(context, {"dagster/row_count": staging.row_count(folder, "observation")})
    yield dg.MaterializeResult(metadata=told | place)
