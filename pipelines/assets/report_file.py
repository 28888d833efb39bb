"""First stage: the PDF of an edition, certain to be the file that its edition.yaml speaks of."""

import dagster as dg

from pipelines import unchanged
from pipelines.describe import INGESTION, OWNERS, SOURCE, escape
from pipelines.partitions import EDITIONS
from pipelines.resources import PATIENCE, Series, Storage


@dg.asset(
    partitions_def=EDITIONS,
    group_name=INGESTION,
    kinds={"pdf"},
    owners=OWNERS,
    tags=SOURCE,
    retry_policy=PATIENCE,
    description=(
        "報告書：発行者が公表したPDF（版ごとに1ファイル）。edition.yamlのsha256と一致することを確かめます。\n\n"
        "The report as its publisher issued it: one PDF an edition, held to the sha256 in its `edition.yaml`."
    ),
)
def report_file(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    with storage.at_work(context.partition_key) as home:
        edition = series.edition(context.partition_key)
        stage, path = unchanged.report_file(edition, home), edition.report
        told = stage.unchanged(context, storage) or {}
        if not told:
            edition.checked_report()
            stage.ended(context, {})
            context.log.info(f"{path.name}, {path.stat().st_size:,} bytes, {edition.origin}, {edition.status}")
    meta = edition.meta
    metadata: dict[str, dg.MetadataValue | str | int] = told | {
        "ファイル / file": dg.MetadataValue.path(path),
        "sha256": edition.sha256,
        "バイト数 / bytes": path.stat().st_size,
        "題名 / title": f"{meta.title.ja} / {meta.title.en}",
        "年度 / fiscal year": edition.fiscal_year,
        "状態 / status": edition.status,
        "原本の別 / origin": edition.origin,
    }
    if meta.origin_note:
        metadata["原本についての注 / note on origin"] = dg.MetadataValue.md(f"{escape(meta.origin_note.ja)}\n\n{escape(meta.origin_note.en)}")
    if meta.source_url:
        metadata["入手元 / source"] = dg.MetadataValue.url(meta.source_url)
    return dg.MaterializeResult(metadata=metadata, data_version=dg.DataVersion(edition.sha256))
