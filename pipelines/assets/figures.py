"""Second stage: every number that the PDF prints, staged as Parquet with a picture of each page, and judged one by one."""

import dagster as dg

from pipelines import audit, spots, staging, unchanged
from pipelines.assets.report_file import report_file
from pipelines.code_version import code_version
from pipelines.describe import INGESTION, OWNERS, STAGED, described, link
from pipelines.partitions import EDITIONS
from pipelines.resources import PATIENCE, Reader, Series, Storage
from sources import whole


@dg.asset(
    partitions_def=EDITIONS,
    deps=[report_file],
    group_name=INGESTION,
    kinds={"parquet", "greatexpectations"},
    owners=OWNERS,
    tags=STAGED,
    code_version=code_version("figures"),
    retry_policy=PATIENCE,
    metadata=described("figure"),
    check_specs=audit.check_specs("figures"),
    description=(
        "数値：報告書に印刷された数値1個につき1行。何を数えた値か、値と単位、期間、ページ上の位置を持ちます。"
        "採録しなかった数字も、その理由とともに `ledger` に残ります。\n\n"
        "One row a number that the report prints: what it counts, its value and unit, its period, and its box on the page. "
        "`ledger` beside it lists every other run of digits and what became of it."
    ),
)
def figures(context: dg.AssetExecutionContext, series: Series, storage: Storage, reader: Reader) -> dg.MaterializeResult:
    from sources.reading import read_report
    from warehouse.parquet import write_table

    with storage.at_work(context.partition_key) as home:
        edition = series.edition(context.partition_key)
        stage = unchanged.figures(edition, home, reader)
        place = {
            "確認ページ / review page": link(home.review(edition.edition_id), home),
            "ファイル / file": dg.MetadataValue.path(home.staging(edition.edition_id) / "figure.parquet"),
        }
        known = audit.stored_results(edition, home, ["figures"])
        if known is not None and (told := stage.unchanged(context, storage)):
            return dg.MaterializeResult(metadata=told | place, check_results=audit.check_results("figures", known, edition, home))
        path = edition.checked_report()
        context.log.info(f"reading {path.name}")
        limits = reader.limits()
        with audit.warming_up():
            reading = read_report(path, fiscal_year=edition.fiscal_year, limits=limits, ocr=reader.ocr_mode)
        for warning in reading.warnings:
            context.log.warning(f"{path.name}: {warning}")
        with whole.replacing(home.pages(edition.edition_id)) as folder:
            texts, table = spots.draw(path, reading, folder, limits)
        with whole.replacing(home.staging(edition.edition_id)) as folder:
            staging.write_reading(reading, folder / "reading.json")
            staging.write_json(texts, folder / "box_text.json")
            write_table("figure", staging.figure_rows(edition, reading), folder / "figure.parquet")
            write_table("ledger", staging.ledger_rows(edition, reading), folder / "ledger.parquet")
        results = audit.judge_figures(edition, home)
        told = stage.ended(context, {
            "dagster/row_count": len(reading.figures),
            "読み取った数値 / what was read": dg.MetadataValue.md(table),
            "ページ / pages": reading.page_count,
            "数字 / number words": len(reading.ledger),
            "記述 / statements": len(reading.statements),
            "警告 / warnings": len(reading.warnings),
            "sha256": reading.sha256,
        })  # fmt: skip
    context.log.info(f"{len(reading.figures)} figures on {reading.page_count} pages")
    return dg.MaterializeResult(metadata=told | place, check_results=audit.check_results("figures", results, edition, home))
