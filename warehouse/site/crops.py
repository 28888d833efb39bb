"""Pictures of the spots that values came from: cut out of the pages' pictures, the numbers framed."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sources import whole
from sources.records import Box
from warehouse.site.content import Indicator, Observation, Series, by_page

if TYPE_CHECKING:
    from PIL.Image import Image

# Shares of the page. What a number counts stands before and above it, so more is shown there.
BEFORE, AFTER, ABOVE, BELOW = 0.20, 0.08, 0.12, 0.06
LEAST = (0.50, 0.26)
SPREAD = (0.45, 0.40)  # boxes farther apart than that are not shown in one picture
WIDTH = 660
QUALITY = 62
FRAME = (199, 62, 29)
PAGES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Pages:
    """The pictures of an edition's pages (``p01.webp`` …) and the pages' sizes in points."""

    folder: Path
    sizes: Mapping[int, tuple[float, float]]

    @property
    def state(self) -> tuple[list[tuple[int, tuple[float, float]]], str]:
        """What tells whether a picture changed: the pages' sizes, and the list that the folder was sealed with, if it was."""
        sums = self.folder / whole.SUMS
        return sorted(self.sizes.items()), sums.read_text("utf-8") if sums.exists() else whole.listing(whole.checksums(self.folder).items())


@dataclass(frozen=True, slots=True)
class Crop:
    path: str  # from the root of the site
    width: int
    height: int
    edition_id: str
    page: int
    shown: tuple[Observation, ...]


@dataclass(slots=True)
class Cutter:
    """Cuts into a folder. A page's picture is decoded only for a cut that ``before``, the site as it was, does not have."""

    pages: Mapping[str, Pages]
    out: Path
    before: Path | None = None
    _open: dict[tuple[str, int], tuple[str, Image] | None] = field(default_factory=dict)

    def of(self, series: Series) -> dict[str, list[Crop]]:
        """The pictures of each indicator, that of its headline first."""
        return {
            indicator.id: [
                crop
                for place, rows in list(by_page(indicator.evidence).items())[:PAGES_SHOWN]
                if (crop := self._cut(place, indicator, rows)) is not None
            ]
            for indicator in series.indicators
        }

    def _cut(self, place: tuple[str, int], indicator: Indicator, rows: Sequence[Observation]) -> Crop | None:
        edition_id, number = place
        pages = self.pages.get(edition_id)
        if pages is None or number not in pages.sizes or (opened := self._page(pages, place)) is None:
            return None
        page_digest, image = opened
        across, down = image.width / pages.sizes[number][0], image.height / pages.sizes[number][1]
        boxes = [
            Box(row.box.x0 * across, row.box.top * down, row.box.x1 * across, row.box.bottom * down) for row in rows if row.box
        ]
        window, framed = _window(boxes, image.width, image.height)
        recipe = repr((page_digest, window, framed, FRAME, WIDTH, QUALITY))
        name = f"{indicator.id}-p{number:02d}-{hashlib.sha256(recipe.encode()).hexdigest()[:8]}.webp"
        path = Path("crops") / edition_id / name
        target, old = self.out / path, self.before / path if self.before else None
        target.parent.mkdir(parents=True, exist_ok=True)
        if old and old.exists():
            shutil.copyfile(old, target)
        else:
            _framed(image, window, framed).save(target, "WEBP", quality=QUALITY, method=2)
        return Crop(path.as_posix(), *_size(window), edition_id, number, tuple(rows))

    def _page(self, pages: Pages, place: tuple[str, int]) -> tuple[str, Image] | None:
        """The picture and the digest of its file; it is decoded when somebody looks at its pixels."""
        from PIL import Image

        if place not in self._open:
            path = pages.folder / f"p{place[1]:02d}.webp"
            data = path.read_bytes() if path.exists() else None
            self._open[place] = (hashlib.sha256(data).hexdigest(), Image.open(io.BytesIO(data))) if data else None
        return self._open[place]


def _size(window: tuple[int, int, int, int]) -> tuple[int, int]:
    width, height = window[2] - window[0], window[3] - window[1]
    return (width, height) if width <= WIDTH else (WIDTH, max(1, round(height * WIDTH / width)))


def _window(boxes: Sequence[Box], width: int, height: int) -> tuple[tuple[int, int, int, int], list[Box]]:
    """What of the page is shown: all boxes where they stand close, else the first with what fits beside it."""
    kept = [boxes[0]]
    for box in boxes[1:]:
        around = _around([*kept, box])
        if around.x1 - around.x0 <= SPREAD[0] * width and around.bottom - around.top <= SPREAD[1] * height:
            kept.append(box)
    around = _around(kept)
    left, right = _stretched(around.x0, around.x1, (BEFORE, AFTER), LEAST[0], width)
    upper, lower = _stretched(around.top, around.bottom, (ABOVE, BELOW), LEAST[1], height)
    return (left, upper, right, lower), kept


def _around(boxes: Iterable[Box]) -> Box:
    boxes = list(boxes)
    return Box(min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes), max(b.bottom for b in boxes))


def _stretched(low: float, high: float, margins: tuple[float, float], least: float, whole: int) -> tuple[int, int]:
    """A stretch with its margins, at least so long, within the page."""
    lacking = max(0.0, least * whole - (high - low) - sum(margins) * whole)
    share = margins[0] / sum(margins)
    low, high = low - margins[0] * whole - lacking * share, high + margins[1] * whole + lacking * (1 - share)
    if low < 0:
        low, high = 0, high - low
    if high > whole:
        low, high = low - (high - whole), whole
    return max(0, round(low)), min(whole, max(round(high), round(low) + 1))


def _framed(image: Image, window: tuple[int, int, int, int], boxes: Sequence[Box]) -> Image:
    from PIL import ImageDraw

    picture = image.crop(window).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for index, box in enumerate(boxes):
        corners = (box.x0 - window[0] - 5, box.top - window[1] - 4, box.x1 - window[0] + 5, box.bottom - window[1] + 4)
        draw.rounded_rectangle(corners, radius=5, outline=FRAME, width=1 if index else 3)
    return picture if picture.size == _size(window) else picture.resize(_size(window))
