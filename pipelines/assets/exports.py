"""Fifth stage: the published files, written from the warehouse, validated, and swapped in as one folder."""

from collections import Counter
from itertools import islice

import dagster as dg

from pipelines import published, shelf, unchanged
from pipelines.assets.warehouse import warehouse
from pipelines.code_version import code_version
from pipelines.conditions import FOLLOWS, YEARLY
from pipelines.describe import OWNERS, PUBLIC, PUBLICATION, Markdown, described, escape, link, markdown_table
from pipelines.resources import PATIENCE, Series, Storage

LISTED = 100  # files, or tables; a release of the whole country has thousands


@dg.asset(
    deps=[warehouse],
    group_name=PUBLICATION,
    kinds={"csv", "json"},
    owners=OWNERS,
    tags=PUBLIC,
    freshness_policy=YEARLY,
    code_version=code_version("exports"),
    retry_policy=PATIENCE,
    automation_condition=FOLLOWS,
    pool="writer",
    metadata=described("observation", source="warehouse"),
    description=(
        "公開ファイル：観測値・数値・コードリストのCSV（Excel向けBOM付きUTF-8）、JSON、Parquet、Excelと、全列を説明するデータパッケージ。"
        "内容が変わらなければ1バイトも変わりません。\n\n"
        "Observations, figures and code lists as CSV (UTF-8 with BOM, for Excel) and JSON, with a data package that "
        "describes every column. Byte for byte the same when nothing changed."
    ),
)
def exports(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> dg.MaterializeResult:
    from warehouse.exports import write_exports

    with storage.at_work() as home, home.lock():
        registry = series.registry()
        stage = unchanged.exports(registry, home, storage.keep)
        place = {"公開ファイル / published files": link(home.exports / "latest", home)}
        if known := stage.unchanged(context, storage):
            return dg.MaterializeResult(metadata=known | place, data_version=dg.DataVersion(known["リリース / release"]))
        parts = unchanged.parts(home, "exports", storage)
        manifest = write_exports(home.warehouse, published.registry(registry, home), home.exports, keep=storage.keep, parts=parts)
        rows = sum(count for stem, count in manifest.rows.items() if stem.endswith("observations"))
        counts: dict[str, int] = manifest.rows
        if len(counts) > LISTED:
            counts = Counter()
            for stem, count in manifest.rows.items():
                counts[stem.rpartition("_")[2]] += count
        told = stage.ended(context, {"dagster/row_count": rows, "表ごとの行数 / rows": dict(counts), "リリース / release": manifest.version})
    context.log.info(f"release {manifest.version} in {manifest.path.name}: {len(manifest.files)} files, {'new' if manifest.changed else 'unchanged'}")
    files = [
        {
            "ファイル / file": Markdown(f"[{escape(name)}]({shelf.url(manifest.path / name, home)})"),
            "バイト数 / bytes": (manifest.path / name).stat().st_size,
            "sha256": digest,
        }
        for name, digest in islice(manifest.files.items(), LISTED)
    ]
    return dg.MaterializeResult(
        metadata=told | place | {
            "ファイル数 / number of files": len(manifest.files),
            "ファイル / files": dg.MetadataValue.md(markdown_table(files, list(files[0]), limit=None)),
            "フォルダ / folder": dg.MetadataValue.path(manifest.path),
            "新しい内容 / new": manifest.changed,
        },
        data_version=dg.DataVersion(manifest.version),
    )
