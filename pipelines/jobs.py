"""The jobs that an operator starts, by name or as a backfill, and the tags by which their runs are found again.

The buttons of the UI, `dg launch`, `dagster job backfill`, the sensors and the `shinchoku` command all start these and no others.
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from pipelines.assets.accepted_edition import accepted_edition
from pipelines.assets.exports import exports
from pipelines.assets.figures import figures
from pipelines.assets.observations import observations
from pipelines.assets.pages import results_page, review_page
from pipelines.assets.report_file import report_file
from pipelines.assets.site import site
from pipelines.assets.warehouse import warehouse
from pipelines.partitions import EDITIONS
from pipelines.resources import Series

EDITION_ASSETS = (report_file, figures, observations, review_page, accepted_edition)
PUBLICATION_ASSETS = (results_page, warehouse, exports, site)


def edition_tags(edition_id: str) -> Mapping[str, str]:
    """What the run of an edition is found by: its series, edition and fiscal year. One that is registered no more has its id alone."""
    edition = Series().known(edition_id)
    if edition is None:
        return {}
    return {"series": edition.series.id, "edition": edition.id, "fiscal_year": str(edition.fiscal_year)}


# Config for each partition is how Dagster lets a job tag the runs of its partitions, whoever starts them.
A_TAGGED_EDITION = dg.PartitionedConfig(
    EDITIONS, run_config_for_partition_key_fn=lambda _: {}, tags_for_partition_key_fn=edition_tags
)

ingest = dg.define_asset_job(
    "ingest",
    selection=dg.AssetSelection.assets(*EDITION_ASSETS),
    config=A_TAGGED_EDITION,
    tags={"stage": "ingest"},
    description=(
        "**取込** 一つの版のPDFを読み取り、指標に対応付けて検証し、確認ページを作ります。承認済みで検証を通った版だけが公開の対象になります。"
        "新しい報告書が届いたとき、差し替えられたとき、読み取りプログラムが変わったとき（全版のバックフィル）に実行します。\n\n"
        "One edition from its PDF to its review page, and through the gate if it is accepted and its audit allows. Use it for a new or "
        "replaced report; as a backfill of all editions when the reading has changed."
    ),
)
review = dg.define_asset_job(
    "review",
    selection=dg.AssetSelection.assets(observations, review_page),
    config=A_TAGGED_EDITION,
    tags={"stage": "review"},
    description=(
        "**再検証** PDFは読み直さず、前回の読み取り結果の対応付けと検証を現在の指標と決定でやり直し、確認ページを更新します。"
        "`indicators.yaml` や `decisions.yaml` を直したあとに実行します。公開内容は変わりません。\n\n"
        "What was read before is matched and judged anew with the indicators and decisions of now, without opening the PDF. Use it after "
        "editing `indicators.yaml` or `decisions.yaml`. Nothing that is public changes."
    ),
)
publish = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.assets(*PUBLICATION_ASSETS),
    tags={"stage": "publish"},
    description=(
        "**公開** 承認済みのすべての版から、検証結果、データベース、公開ファイル、公開ページを作ります。承認・取下げのあと、系列の説明や名称を"
        "直したあとに実行します。カタログへの登録は含みません。\n\n"
        "The results page, the warehouse, the exports and the public page from all accepted editions. Use it after accepting or withdrawing, "
        "or after names and descriptions of a series changed. The catalogue is not part of it: materialize `catalogue` for that."
    ),
)
rebuild = dg.define_asset_job(
    "rebuild",
    selection=dg.AssetSelection.assets(*EDITION_ASSETS, *PUBLICATION_ASSETS),
    config=A_TAGGED_EDITION,
    tags={"stage": "rebuild"},
    description=(
        "**再構築** 一つの版をPDFから公開ページまで一度に作り直します。下書きの版、検証を通らない版では、公開分はそのままです。"
        "データフォルダを失ったとき、プログラムを更新したときに使います。全版なら `ingest` をバックフィルし、最後に `publish` を一度実行する方が速く済みます。\n\n"
        "One edition from its PDF to the public page in a single run; for a draft, or where the audit finds errors, what is public stays as it "
        "is. Use it when a data folder was lost or the program was updated. For all editions a backfill of `ingest` and then one `publish` is less work."
    ),
)

JOBS = (ingest, review, publish, rebuild)
