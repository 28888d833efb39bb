"""Second stage: every number that the PDF prints, staged as Parquet with a picture of each page, and judged one by one."""

from collections.abc import Iterator

import dagster as dg

from pipelines import audit, staging
from pipelines.assets.report_file import report_file
from pipelines.describe import ALL_CROPS_BYTES, OWNERS, described, markdown_table, picture
from pipelines.home import Home, replacing
from pipelines.partitions import EDITIONS
from pipelines.resources import Series, Storage, explained
from sources.records import Reading
from sources.registry import Edition

PAGE_DPI = 110
SPOTS_SHOWN = 300


@dg.asset(
    partitions_def=EDITIONS,
    deps=[report_file],
    group_name="reading",
    kinds={"parquet", "greatexpectations"},
    owners=OWNERS,
    metadata=described("figure"),
    check_specs=audit.check_specs("figures"),
    description=(
        "**数値** One row a number that the report prints: what it counts, its value and unit, its period, and its box on the page. "
        "`ledger` beside it lists every other run of digits and what became of it."
    ),
)
def figures(context: dg.AssetExecutionContext, series: Series, storage: Storage) -> Iterator[dg.MaterializeResult]:
    from sources.reading import read_report
    from warehouse.parquet import write_table

    home = storage.home
    with explained():
        edition = series.edition(context.partition_key)
        path = edition.checked_report()
        context.log.info(f"reading {path.name}")
        reading = read_report(path, fiscal_year=edition.fiscal_year)
        for warning in reading.warnings:
            context.log.warning(f"{path.name}: {warning}")
        with replacing(home.staging(edition.edition_id)) as folder:
            staging.write_reading(reading, folder / "reading.json")
            write_table("figure", staging.figure_rows(edition, reading), folder / "figure.parquet")
            write_table("ledger", staging.ledger_rows(edition, reading), folder / "ledger.parquet")
        spots = _draw(edition, reading, home)
        results = audit.judge_figures(edition, home)
    context.log.info(f"{len(reading.figures)} figures on {reading.page_count} pages")
    yield dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(reading.figures),
            "what was read": dg.MetadataValue.md(spots),
            "pages": reading.page_count,
            "number words": len(reading.ledger),
            "statements": len(reading.statements),
            "warnings": len(reading.warnings),
            "file": dg.MetadataValue.path(home.staging(edition.edition_id) / "figure.parquet"),
            "sha256": reading.sha256,
        },
        check_results=audit.check_results("figures", results),
    )


def _draw(edition: Edition, reading: Reading, home: Home) -> str:
    """Write the page pictures for the review page and return the table of figures with a picture of each one's spot."""
    from sources.pdf.render import page_images, webp

    sizes = {page.number: page for page in reading.pages}
    spots: dict[int, str] = {}
    budget = ALL_CROPS_BYTES
    with replacing(home.pages(edition.edition_id)) as folder:
        for number, image in page_images(edition.report, sorted(sizes), dpi=PAGE_DPI):
            (folder / f"p{number:02d}.webp").write_bytes(webp(image))
            size = sizes[number]
            across, down = image.width / size.width, image.height / size.height
            for index, figure in enumerate(reading.figures):
                if figure.page != number or budget <= 0:
                    continue
                x0, top, x1, bottom = figure.box
                crop = image.crop(
                    (
                        max(0, int((x0 - 8) * across)),
                        max(0, int((top - 5) * down)),
                        min(image.width, int((x1 + 8) * across) + 1),
                        min(image.height, int((bottom + 5) * down) + 1),
                    )
                )
                spots[index] = picture(crop, figure.raw)
                budget -= len(spots[index])
    rows = [
        {
            "spot / 場所": spots.get(index, ""),
            "read as / 読み": f"{figure.value} {figure.unit}",
            "label / 項目": figure.label,
            "measure": figure.measure,
            "period / 期間": f"{figure.period.start} – {figure.period.end}" if figure.period else "",
            "page": figure.page,
            "raw / 原文": figure.raw,
        }
        for index, figure in enumerate(reading.figures)
    ]
    columns = ["spot / 場所", "raw / 原文", "read as / 読み", "label / 項目", "measure", "period / 期間", "page"]
    return markdown_table(rows, columns, limit=SPOTS_SHOWN)
