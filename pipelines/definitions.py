"""What Dagster loads: assets, jobs, resources. `workspace.yaml` and `[tool.dg]` name this module; nothing else holds definitions."""

import dagster as dg

from pipelines.assets.catalogue import Catalogue, catalogue
from pipelines.conditions import follow_up
from pipelines.due import edition_due, remind
from pipelines.executors import executor
from pipelines.inbox import take_in_what_waits
from pipelines.jobs import EDITION_ASSETS, JOBS, PUBLICATION_ASSETS, ingest
from pipelines.notices import Notices, run_failed
from pipelines.partitions import EDITIONS, missing_editions
from pipelines.progress import lines
from pipelines.resources import Reader, Series, Storage, Web


@dg.sensor(
    job=ingest,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "登録：sources/seriesとSHINCHOKU_SERIESに登録されたすべての版をパーティションにします。実行は始めません。\n\n"
        "Makes every edition that is registered under sources/series or SHINCHOKU_SERIES a partition; starts no run."
    ),
)
def registered_editions(context: dg.SensorEvaluationContext, series: Series, storage: Storage) -> dg.SensorResult | dg.SkipReason:
    storage.home.refresh()
    missing = missing_editions(series.registry(), context.instance)
    if not missing:
        return dg.SkipReason("every registered edition is a partition / 登録された版はすべてパーティションです")
    return dg.SensorResult(dynamic_partitions_requests=[EDITIONS.build_add_request(missing)])


@dg.sensor(
    job=ingest,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "受付：受付フォルダ（inbox）に置かれたPDFを取り込みます。新しい版はパーティションになり、確認ページまで作られます。\n\n"
        "Takes in the PDFs of the inbox folder; each new edition becomes a partition and is read up to its review page."
    ),
)
def inbox(context: dg.SensorEvaluationContext, series: Series, storage: Storage) -> dg.SensorResult | dg.SkipReason:
    return take_in_what_waits(context, series, storage)


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "巡回：series.yamlの掲載ページ（landing_page）を1日1回確かめ、新しいPDFを受付フォルダに入れます。`allowed_hosts`のホスト以外には接続せず、"
        "robots.txtに従い、変わっていないものは取得しません。どちらかの指定がない系列では何もしません。\n\n"
        "Looks once a day at the page that series.yaml names (`landing_page`) and fetches PDF files that are new into the inbox: from the hosts of "
        "`allowed_hosts` alone, as robots.txt allows, and nothing that has not changed. Where one of the two is not set, nothing is done."
    ),
)
def landing_page(context: dg.SensorEvaluationContext, series: Series, storage: Storage, web: Web) -> dg.SensorResult | dg.SkipReason:
    from pipelines.landing import look  # which needs what only fetching needs

    return look(context, series, storage, web)


defs = dg.Definitions(
    assets=[*EDITION_ASSETS, *PUBLICATION_ASSETS, catalogue],  # the last is asked for by a person: no job has it
    jobs=[*JOBS, remind],
    schedules=[edition_due],
    sensors=[registered_editions, inbox, landing_page, follow_up(*PUBLICATION_ASSETS), run_failed],
    resources={
        "storage": Storage(),
        "series": Series(),
        "reader": Reader(),
        "web": Web(),
        "ckan": Catalogue.from_environment(),
        "notices": Notices.from_environment(),
    },
    executor=executor(),
    loggers={"console": dg.colored_console_logger, "lines": lines},
)
