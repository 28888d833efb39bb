"""Pictures of pages and of spots on them, by PDFium."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

# Beyond this a page would be a poster of several square metres at 200 dpi: it is drawn smaller instead.
MOST_PIXELS = 25_000_000


@contextmanager
def document(path: Path) -> Iterator[Any]:
    """A PDFium document, closed afterwards."""
    import pypdfium2 as pdfium

    pdf = pdfium.PdfDocument(path)
    try:
        yield pdf
    finally:
        pdf.close()


def draw(page: Any, dpi: float, pixels: int = MOST_PIXELS) -> Image:
    """The picture of an open page, with fewer dots an inch where it would have more pixels than it may."""
    scale = dpi / 72
    width, height = page.get_size()
    if width * height * scale * scale > pixels:
        scale = (pixels / (width * height)) ** 0.5
    bitmap = page.render(scale=scale)
    picture: Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return picture


def page_images(path: Path, numbers: Iterable[int] | None = None, dpi: float = 110, pixels: int = MOST_PIXELS) -> Iterator[tuple[int, Image]]:
    """Page numbers (from 1) and pictures, one after another."""
    with document(path) as pdf:
        for number in numbers or range(1, len(pdf) + 1):
            page = pdf[number - 1]
            try:
                yield number, draw(page, dpi, pixels)
            finally:
                page.close()


def page_image(path: Path, number: int, dpi: float = 110, pixels: int = MOST_PIXELS) -> Image:
    """The picture of one page, counted from 1."""
    return next(image for _, image in page_images(path, [number], dpi, pixels))


def webp(image: Image, quality: int = 70) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=2)  # 4, the default, takes two and a half times as long for 4 % fewer bytes
    return buffer.getvalue()
