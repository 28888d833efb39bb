"""Pictures for the review: pages as they are, and the spots of figures cut from them. Knows no finding and no table."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

MIME = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
VIEW = (300.0, 110.0)  # points of page around a spot, so that the words over and beside a number are seen with it
MARGIN = (60.0, 30.0)  # and at least so many beyond a box that is itself large


class Box(NamedTuple):
    """Left, top, width and height in percent of what it lies on, as a style takes them."""

    left: str
    top: str
    width: str
    height: str

    @property
    def style(self) -> str:
        return f"left:{self.left};top:{self.top};width:{self.width};height:{self.height}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The picture of one page and the size of the page in points."""

    number: int
    width: float
    height: float
    image: Path

    def box(self, row: Any) -> Box:
        """Where a row with x0, top, x1 and bottom stands on the page."""
        return _percent((row.x0, row.top, row.x1, row.bottom), (0, 0, self.width, self.height))


@dataclass(frozen=True, slots=True)
class Crop:
    """A cut-out of a page with one spot marked on it. ``source`` is an address for ``src``; sizes are pixels."""

    source: str
    width: int
    height: int
    mark: Box


class Pictures(Protocol):
    """How pictures get onto a page: held by it, or fetched from the server that shows it."""

    def page(self, sheet: Sheet) -> str:
        """An address for the picture of a whole page."""

    def piece(self, sheet: Sheet, view: tuple[float, float, float, float]) -> tuple[str, int, int]:
        """An address for a piece of a page (points), and its size in pixels."""


@dataclass(slots=True)
class Embedded:
    """Pictures within the page, which then needs no other file. Pieces beyond ``budget`` bytes are left out."""

    budget: int = 4_000_000
    _open: dict[Path, Any] = field(default_factory=dict)

    def page(self, sheet: Sheet) -> str:
        return _data(sheet.image.read_bytes(), MIME[sheet.image.suffix.lower()])

    def piece(self, sheet: Sheet, view: tuple[float, float, float, float]) -> tuple[str, int, int]:
        if self.budget <= 0:
            return "", 0, 0
        if sheet.image not in self._open:
            self._open = {sheet.image: opened(sheet)}
        content, width, height = cut(self._open[sheet.image], sheet, view)
        self.budget -= len(content)
        return _data(content, "image/webp"), width, height


class Served:
    """Pictures that the server of the page hands out, under keys of its own: what is asked for is never a path."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Sheet, tuple[float, float, float, float] | None]] = {}
        self._sizes: dict[Path, tuple[int, int]] = {}

    def page(self, sheet: Sheet) -> str:
        return self._address(sheet, None)

    def piece(self, sheet: Sheet, view: tuple[float, float, float, float]) -> tuple[str, int, int]:
        if sheet.image not in self._sizes:
            from PIL import Image

            with Image.open(sheet.image) as image:
                self._sizes[sheet.image] = image.size
        left, upper, right, lower = pixels(self._sizes[sheet.image], sheet, view)
        return self._address(sheet, view), right - left, lower - upper

    def _address(self, sheet: Sheet, view: tuple[float, float, float, float] | None) -> str:
        key = hashlib.sha256(repr((str(sheet.image), view)).encode()).hexdigest()[:16]
        self._known[key] = (sheet, view)
        return f"picture/{key}.webp"

    def content(self, key: str) -> bytes | None:
        """The picture of a key as WebP, or nothing where the key was never handed out or the picture is gone."""
        sheet, view = self._known.get(key, (None, None))
        if sheet is None or not sheet.image.is_file():
            return None
        return sheet.image.read_bytes() if view is None else cut(opened(sheet), sheet, view)[0]


def opened(sheet: Sheet) -> Any:
    from PIL import Image

    with Image.open(sheet.image) as image:
        return image.convert("RGB")


def cut(image: Any, sheet: Sheet, view: tuple[float, float, float, float]) -> tuple[bytes, int, int]:
    """A piece of a page's picture as WebP, and its size in pixels."""
    from sources.pdf.render import webp

    piece = image.crop(pixels(image.size, sheet, view))
    return webp(piece, quality=80), piece.width, piece.height


def pixels(size: tuple[int, int], sheet: Sheet, view: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """A piece of a page (points) as a piece of its picture."""
    across, down = size[0] / sheet.width, size[1] / sheet.height
    left, upper = int(view[0] * across), int(view[1] * down)
    return left, upper, max(left + 1, round(view[2] * across)), max(upper + 1, round(view[3] * down))


def crop(pictures: Pictures, sheets: Mapping[int, Sheet], row: Any) -> Crop | None:
    """The spot of a row (page, x0, top, x1, bottom) with what stands around it, or nothing where there is no such page."""
    sheet = sheets.get(row.page)
    if sheet is None or not sheet.image.is_file():
        return None
    x0, x1 = _around(float(row.x0), float(row.x1), VIEW[0], MARGIN[0], sheet.width)
    top, bottom = _around(float(row.top), float(row.bottom), VIEW[1], MARGIN[1], sheet.height)
    view = (x0, top, x1, bottom)
    source, width, height = pictures.piece(sheet, view)
    return Crop(source, width, height, _percent((row.x0, row.top, row.x1, row.bottom), view)) if source else None


def _around(low: float, high: float, at_least: float, margin: float, end: float) -> tuple[float, float]:
    """A stretch around another one that stays within the page."""
    size = min(end, max(at_least, high - low + 2 * margin))
    start = min(max(0.0, (low + high - size) / 2), end - size)
    return start, start + size


def _percent(spot: tuple[float, float, float, float], on: tuple[float, float, float, float]) -> Box:
    width, height = on[2] - on[0], on[3] - on[1]
    shares = (
        (float(spot[0]) - on[0]) / width,
        (float(spot[1]) - on[1]) / height,
        (float(spot[2]) - float(spot[0])) / width,
        (float(spot[3]) - float(spot[1])) / height,
    )
    left, top, wide, high = (f"{100 * share:.3f}%" for share in shares)
    return Box(left, top, wide, high)


def _data(content: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"
