"""Pictures of pages and of spots on them, by PDFium."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.records import Box

if TYPE_CHECKING:
    from PIL.Image import Image

# Beyond this a page would be a poster of several square metres at 200 dpi: it is drawn smaller instead.
MAX_PIXELS = 25_000_000


@contextmanager
def document(path: Path) -> Iterator[Any]:
    """A PDFium document, closed afterwards."""
    import pypdfium2 as pdfium

    pdf = pdfium.PdfDocument(path)
    try:
        yield pdf
    finally:
        pdf.close()


def _draw(page: Any, dpi: float) -> Image:
    scale = dpi / 72
    width, height = page.get_size()
    if width * height * scale * scale > MAX_PIXELS:
        scale = (MAX_PIXELS / (width * height)) ** 0.5
    bitmap = page.render(scale=scale)
    picture: Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return picture


def page_images(path: Path, numbers: Iterable[int] | None = None, dpi: float = 110) -> Iterator[tuple[int, Image]]:
    """Page numbers (from 1) and pictures, one after another."""
    with document(path) as pdf:
        for number in numbers or range(1, len(pdf) + 1):
            page = pdf[number - 1]
            try:
                yield number, _draw(page, dpi)
            finally:
                page.close()


def page_image(path: Path, number: int, dpi: float = 110) -> Image:
    """The picture of one page, counted from 1."""
    return next(image for _, image in page_images(path, [number], dpi))


def webp(image: Image, quality: int = 70) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=4)
    return buffer.getvalue()


def crops(path: Path, spots: Mapping[int, Sequence[Box]], dpi: float = 96, margin: float = 6) -> dict[int, list[Image]]:
    """For each page the pictures of its spots (points from the top left), with a margin in points around each."""
    out: dict[int, list[Image]] = {}
    for number, image in page_images(path, sorted(spots), dpi):
        with document(path) as pdf:
            width, height = pdf[number - 1].get_size()
        sx, sy = image.width / width, image.height / height
        out[number] = [
            image.crop(
                (
                    max(0, int((box.x0 - margin) * sx)),
                    max(0, int((box.top - margin) * sy)),
                    min(image.width, int((box.x1 + margin) * sx) + 1),
                    min(image.height, int((box.bottom + margin) * sy) + 1),
                )
            )
            for box in spots[number]
        ]
    return out
