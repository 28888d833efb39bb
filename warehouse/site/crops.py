"""Pictures of the spots that values came from: cut out of the pages' pictures, the numbers framed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.site.content import Box, Indicator, Observation, Series, by_page

if TYPE_CHECKING:
    from PIL.Image import Image

# Shares of the page: what is shown around a number, and how much of the page one picture shows at most.
AROUND = (0.10, 0.07)
LEAST = (0.40, 0.24)
MOST = (0.70, 0.60)
WIDTH = 640
FRAME = (199, 62, 29)
PAGES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Pages:
    """The pictures of an edition's pages (``p01.webp`` …) and the pages' sizes in points."""

    folder: Path
    sizes: Mapping[int, tuple[float, float]]


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
    """Cuts into a folder, opening each page's picture once for as long as it is asked for in order."""

    pages: Mapping[str, Pages]
    out: Path
    _open: dict[tuple[str, int], Image] = field(default_factory=dict)

    def of(self, series: Series) -> dict[str, list[Crop]]:
        """The pictures of each indicator, that of its headline first."""
        wanted = [
            (place, indicator, rows)
            for indicator in series.indicators
            for place, rows in list(by_page(indicator.evidence).items())[:PAGES_SHOWN]
        ]
        cut: dict[tuple[str, tuple[str, int]], Crop] = {}
        for place, indicator, rows in sorted(wanted, key=lambda one: one[0]):
            if crop := self._cut(place, indicator, rows):
                cut[indicator.id, place] = crop
        found: dict[str, list[Crop]] = {indicator.id: [] for indicator in series.indicators}
        for place, indicator, _ in wanted:
            if (indicator.id, place) in cut:
                found[indicator.id].append(cut[indicator.id, place])
        return found

    def _cut(self, place: tuple[str, int], indicator: Indicator, rows: Sequence[Observation]) -> Crop | None:
        edition_id, number = place
        pages = self.pages.get(edition_id)
        if pages is None or number not in pages.sizes or (image := self._page(pages, place)) is None:
            return None
        across, down = image.width / pages.sizes[number][0], image.height / pages.sizes[number][1]
        boxes = [
            Box(row.box.x0 * across, row.box.top * down, row.box.x1 * across, row.box.bottom * down) for row in rows if row.box
        ]
        window, framed = _window(boxes, image.width, image.height)
        picture = _framed(image, window, framed)
        path = Path("crops") / edition_id / f"{indicator.id}-p{number:02d}.webp"
        (self.out / path).parent.mkdir(parents=True, exist_ok=True)
        picture.save(self.out / path, "WEBP", quality=62, method=2)
        return Crop(path.as_posix(), picture.width, picture.height, edition_id, number, tuple(rows))

    def _page(self, pages: Pages, place: tuple[str, int]) -> Image | None:
        from PIL import Image

        if place not in self._open:
            self._open.clear()
            path = pages.folder / f"p{place[1]:02d}.webp"
            if not path.exists():
                return None
            with Image.open(path) as image:
                self._open[place] = image.convert("RGB")
        return self._open[place]


def _window(boxes: Sequence[Box], width: int, height: int) -> tuple[tuple[int, int, int, int], list[Box]]:
    """What of the page is shown: all boxes where they stand close, else the first with what fits beside it."""
    kept = [boxes[0]]
    for box in boxes[1:]:
        around = _around([*kept, box])
        if around.x1 - around.x0 <= (MOST[0] - 2 * AROUND[0]) * width and around.bottom - around.top <= (MOST[1] - 2 * AROUND[1]) * height:
            kept.append(box)
    around = _around(kept)
    left, right = _stretched(around.x0, around.x1, AROUND[0], LEAST[0], width)
    upper, lower = _stretched(around.top, around.bottom, AROUND[1], LEAST[1], height)
    return (left, upper, right, lower), kept


def _around(boxes: Iterable[Box]) -> Box:
    boxes = list(boxes)
    return Box(min(b.x0 for b in boxes), min(b.top for b in boxes), max(b.x1 for b in boxes), max(b.bottom for b in boxes))


def _stretched(low: float, high: float, margin: float, least: float, whole: int) -> tuple[int, int]:
    """A stretch with its margin, at least so long, within the page."""
    more = max(margin * whole, (least * whole - (high - low)) / 2)
    low, high = low - more, high + more
    if low < 0:
        low, high = 0, high - low
    if high > whole:
        low, high = low - (high - whole), whole
    return max(0, round(low)), min(whole, max(round(high), round(low) + 1))


def _framed(image: Image, window: tuple[int, int, int, int], boxes: Sequence[Box]) -> Image:
    from PIL import ImageDraw

    picture = image.crop(window)
    draw = ImageDraw.Draw(picture)
    for box in boxes:
        corners = (box.x0 - window[0] - 5, box.top - window[1] - 4, box.x1 - window[0] + 5, box.bottom - window[1] + 4)
        draw.rounded_rectangle(corners, radius=5, outline=FRAME, width=3)
    if picture.width > WIDTH:
        picture = picture.resize((WIDTH, max(1, round(picture.height * WIDTH / picture.width))))
    return picture
