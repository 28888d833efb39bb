"""What stands at the spots that figures were read from: pictures for people, and the text that a second PDF reader finds there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.describe import ALL_CROPS_BYTES, Markdown, markdown_table, picture
from sources.child import Limits
from sources.drawing import draw_pages, picture_file
from sources.records import Reading
from warehouse import fields

PAGE_DPI = 110
SPOTS_SHOWN = 300
MARGIN = (8, 5)  # points beside and above a box that its picture shows too
COLUMNS = ("場所 / spot", "原文 / raw", "読み / read as", "項目 / label", "測り方 / measure", "期間 / period", "ページ / page")


def draw(path: Path, reading: Reading, folder: Path, limits: Limits | None = None) -> tuple[list[str | None], str]:
    """Write a picture of each page into the folder.

    Returns the text within each figure's box as PDFium reads it (nothing for a turned page or a picture, where there is none to
    read), and the table of figures with a picture of each one's spot, as Markdown.
    """
    from PIL import Image

    sizes = {page.number: page for page in reading.pages}
    on_page: dict[int, list[int]] = {number: [] for number in sizes}
    for index, figure in enumerate(reading.figures):
        on_page[figure.page].append(index)
    found = draw_pages(path, {n: [reading.figures[i].box for i in indexes] for n, indexes in on_page.items()}, folder, dpi=PAGE_DPI, limits=limits)
    texts: list[str | None] = [None] * len(reading.figures)
    spots = [Markdown()] * len(reading.figures)
    budget = ALL_CROPS_BYTES
    for number, indexes in sorted(on_page.items()):
        for index, text in zip(indexes, found[number], strict=True):
            texts[index] = text if reading.figures[index].source == "text" else None
        if not indexes or indexes[0] >= SPOTS_SHOWN or budget <= 0:
            continue
        with Image.open(picture_file(folder, number)) as opened:
            image = opened.convert("RGB")
        across, down = image.width / sizes[number].width, image.height / sizes[number].height
        beside, above = MARGIN
        for index in indexes:
            if index >= SPOTS_SHOWN or budget <= 0:
                continue
            figure = reading.figures[index]
            x0, top, x1, bottom = figure.box
            corners = ((x0 - beside) * across, (top - above) * down, (x1 + beside) * across, (bottom + above) * down)
            left, upper = max(0, int(corners[0])), max(0, int(corners[1]))
            right, lower = min(image.width, int(corners[2]) + 1), min(image.height, int(corners[3]) + 1)
            if left < right and upper < lower:
                spots[index] = picture(image.crop((left, upper, right, lower)), figure.raw)
                budget -= len(spots[index])
    return texts, markdown_table(_rows(reading, spots), COLUMNS, limit=SPOTS_SHOWN)


def _rows(reading: Reading, spots: list[Markdown]) -> Iterator[dict[str, object]]:
    measures = fields.codelist("measure")
    for figure, spot in zip(reading.figures, spots, strict=True):
        measure = f"{measures[figure.measure].label.ja} / {figure.measure}"
        period = f"{figure.period.start} – {figure.period.end}" if figure.period else ""
        read_as = f"{figure.value:,f} {figure.unit}"
        yield dict(zip(COLUMNS, (spot, figure.raw, read_as, figure.label, measure, period, figure.page), strict=True))
