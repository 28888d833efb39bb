"""What stands at the spots that figures were read from: pictures for people, and the text that a second PDF reader finds there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipelines.describe import ALL_CROPS_BYTES, markdown_table, picture
from sources.records import Reading

PAGE_DPI = 110
SPOTS_SHOWN = 300
MARGIN = (8, 5)  # points beside and above a box that its picture shows too
COLUMNS = ("spot / 場所", "raw / 原文", "read as / 読み", "label / 項目", "measure / 測り方", "period / 期間", "page / 頁")


def texts(path: Path, reading: Reading) -> list[str | None]:
    """The text within each figure's box as PDFium reads it; nothing for a turned page or a picture, where there is none to read."""
    from sources.pdf.render import document

    found: list[str | None] = [None] * len(reading.figures)
    with document(path) as pdf:
        for number in {figure.page for figure in reading.figures}:
            page = pdf[number - 1]
            left, _, _, top = page.get_cropbox()
            text = page.get_textpage()
            for index, figure in enumerate(reading.figures):
                if figure.page == number and figure.source == "text" and page.get_rotation() == 0:
                    box = figure.box
                    found[index] = text.get_text_bounded(left + box.x0, top - box.bottom, left + box.x1, top - box.top)
            text.close()
            page.close()
    return found


def draw_pages(path: Path, reading: Reading, folder: Path) -> str:
    """Write a picture of each page into the folder; return the table of figures with a picture of each one's spot, as Markdown."""
    from sources.pdf.render import page_images, webp

    sizes = {page.number: page for page in reading.pages}
    spots = [""] * len(reading.figures)
    budget = ALL_CROPS_BYTES
    for number, image in page_images(path, sorted(sizes), dpi=PAGE_DPI):
        (folder / f"p{number:02d}.webp").write_bytes(webp(image))
        across, down = image.width / sizes[number].width, image.height / sizes[number].height
        beside, above = MARGIN
        for index, figure in enumerate(reading.figures[:SPOTS_SHOWN]):
            if figure.page != number or budget <= 0:
                continue
            x0, top, x1, bottom = figure.box
            corners = ((x0 - beside) * across, (top - above) * down, (x1 + beside) * across, (bottom + above) * down)
            left, upper = max(0, int(corners[0])), max(0, int(corners[1]))
            right, lower = min(image.width, int(corners[2]) + 1), min(image.height, int(corners[3]) + 1)
            if left < right and upper < lower:
                spots[index] = picture(image.crop((left, upper, right, lower)), figure.raw)
                budget -= len(spots[index])
    return markdown_table(_rows(reading, spots), COLUMNS, limit=SPOTS_SHOWN)


def _rows(reading: Reading, spots: list[str]) -> Iterator[dict[str, object]]:
    for figure, spot in zip(reading.figures, spots, strict=True):
        period = f"{figure.period.start} – {figure.period.end}" if figure.period else ""
        read_as = f"{figure.value:,f} {figure.unit}"
        yield dict(zip(COLUMNS, (spot, figure.raw, read_as, figure.label, figure.measure, period, figure.page), strict=True))
