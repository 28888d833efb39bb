"""Pages without readable text to glyphs and rules, by optical character recognition that works offline (the ``ocr`` extra)."""

from __future__ import annotations

import importlib.util
import math
import os
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.pdf.document import Glyph, Page, Panel, Rule
from sources.pdf.render import page_image
from sources.records import Box

if TYPE_CHECKING:
    from PIL.Image import Image

DPI = 200
# Where the picture of a page is turned by less than this (radians), it is read as it stands.
LEVEL = 0.0005
# The pictures and pieces of drawn writing of one page: how many are read at most, and for how long (seconds).
MOST, PATIENCE = 24, 40.0
# A picture smaller than this is an ornament, in square points.
LEAST = 6000.0
# Glyphs of pictures are numbered from here on, after those of the page's text.
BESIDE = 1_000_000


def available() -> bool:
    """Whether the ``ocr`` extra is installed."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


@lru_cache(maxsize=1)
def _engine() -> Any:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime 1.29 and later else tells its maker of each process, and leaves a file behind
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "error", "EngineConfig.onnxruntime.intra_op_num_threads": 2})


def read_picture(path: Path, page: Page, pixels: int) -> tuple[Page, float, dict[int, float]]:
    """The page with the glyphs and rules that its picture shows, set level.

    Returns the page, the angle by which the picture is turned (radians, clockwise), and the confidence by glyph order.
    """
    import numpy as np

    image = page_image(path, page.number, DPI, pixels)
    scale = page.width / image.width
    found = _engine()(np.asarray(image), return_word_box=True)
    out = Page(page.number, page.width, page.height)
    if found is None or found.boxes is None or len(found.boxes) == 0:
        return out, 0.0, {}
    angle = _skew(found.boxes)
    gray = np.asarray(_level(image, angle).convert("L"))
    out.glyphs, sure = _glyphs(found, gray, angle, scale)
    out.rules, out.panels = _rules(gray, scale)
    return out, angle, sure


def read_pictures(
    path: Path, page: Page, boxes: Sequence[Box], pixels: int
) -> tuple[list[Glyph], dict[int, float], int]:
    """What pictures on a page say beside its text: their glyphs, the confidence by glyph order, and how many were left (MOST, PATIENCE)."""
    import numpy as np

    image = page_image(path, page.number, DPI, pixels)
    scale = page.width / image.width
    glyphs: list[Glyph] = []
    sure: dict[int, float] = {}
    until = time.monotonic() + PATIENCE
    for done, box in enumerate(boxes):
        if done == MOST or time.monotonic() > until:
            return glyphs, sure, len(boxes) - done
        left, top = max(0, int(box.x0 / scale)), max(0, int(box.top / scale))
        part = image.crop((left, top, min(image.width, int(box.x1 / scale)), min(image.height, int(box.bottom / scale))))
        found = _engine()(np.asarray(part), return_word_box=True, use_cls=False)
        if found is None or found.boxes is None or len(found.boxes) == 0:
            continue
        first = BESIDE + len(glyphs)
        here, confidence = _glyphs(found, np.asarray(part.convert("L")), 0.0, scale, first)
        for g in here:
            g.x0, g.x1 = g.x0 + left * scale, g.x1 + left * scale
            g.top, g.bottom, g.baseline = g.top + top * scale, g.bottom + top * scale, g.baseline + top * scale
            if not any(_same_spot(g, other) for other in (*page.glyphs, *glyphs)):
                glyphs.append(g)
                sure[g.order] = confidence[g.order]
    return glyphs, sure, 0


def _same_spot(g: Glyph, other: Glyph) -> bool:
    x, y = (g.x0 + g.x1) / 2, (g.top + g.bottom) / 2
    return other.x0 - 1 <= x <= other.x1 + 1 and other.top - 1 <= y <= other.bottom + 1


def bare_pictures(page: Page) -> list[Box]:
    """The pictures on a page that could hold writing of their own, largest first: not small, and no ground that text is set over."""
    out: list[Box] = []
    for box in sorted(page.pictures, key=lambda b: -(b.x1 - b.x0) * (b.bottom - b.top)):
        box = Box(max(0.0, box.x0), max(0.0, box.top), min(page.width, box.x1), min(page.height, box.bottom))
        if (box.x1 - box.x0) * (box.bottom - box.top) < LEAST or any(_within(box, known) for known in out):
            continue
        if not any(box.holds(g) for g in page.glyphs):
            out.append(box)
    return out


def looks_written(box: Box, page: Page, image: Image) -> bool:
    """Whether a picture is flat for the most part with sharp edges on it, as writing and drawings are and photographs are not."""
    import numpy as np
    from PIL import ImageFilter

    scale = image.width / page.width
    gray = image.convert("L").crop((int(box.x0 * scale), int(box.top * scale), int(box.x1 * scale), int(box.bottom * scale)))
    high = np.asarray(gray.filter(ImageFilter.MaxFilter(3))).astype(int)
    span = (high - np.asarray(gray.filter(ImageFilter.MinFilter(3))))[3:-3, 3:-3]
    return bool(span.size and (span <= 8).mean() >= 0.5 and (span > 60).mean() >= 0.01)


def _within(box: Box, other: Box) -> bool:
    return other.x0 - 2 <= box.x0 and box.x1 <= other.x1 + 2 and other.top - 2 <= box.top and box.bottom <= other.bottom + 2


def _glyphs(found: Any, gray: Any, angle: float, scale: float, first: int = 0) -> tuple[list[Glyph], dict[int, float]]:
    """What was recognised as glyphs on the level picture, in points, with the confidence by their order (from ``first``)."""
    centre = (gray.shape[1] / 2, gray.shape[0] / 2)
    out: list[Glyph] = []
    sure: dict[int, float] = {}
    order = first
    seen: list[Box] = []
    for quad, words in zip(found.boxes.tolist(), found.word_results, strict=False):
        corners = [_turn(x, y, centre, -angle) for x, y in quad]
        top, bottom = (corners[0][1] + corners[1][1]) / 2, (corners[2][1] + corners[3][1]) / 2
        # The recogniser's boxes have a margin of about a tenth of their height above and below the type.
        high = bottom - top
        top, bottom = top + 0.1 * high, bottom - 0.1 * high
        size = (bottom - top) * scale
        chars = [
            (text, score, [_turn(float(x), float(y), centre, -angle) for x, y in box])
            for text, score, box in words
            if text.strip()
        ]
        if not chars:
            continue
        boxes = [(text, score, min(x for x, _ in box), max(x for x, _ in box)) for text, score, box in chars]
        boxes = [one for one in boxes if not any(_covers(line, Box(one[2], top, one[3], bottom)) for line in seen)]
        seen.append(Box(min(x for x, _ in corners), top, max(x for x, _ in corners), bottom))
        boxes = _signed(boxes, gray, top, bottom)
        for n, (text, score, x0, x1) in enumerate(boxes):
            following = boxes[n + 1][2] if n + 1 < len(boxes) else x1
            # The recogniser's boxes are narrower than the set of the type: only a wide gap is a blank.
            if x1 < following < x1 + 0.7 * high:
                x1 = following
            step = (x1 - x0) / len(text)
            for k, char in enumerate(text):
                a, b = x0 + k * step, x0 + (k + 1) * step
                out.append(Glyph(char, a * scale, top * scale, b * scale, bottom * scale, bottom * scale, size, False, order))
                sure[order] = float(score)
                order += 1
    return out, sure


def _covers(line: Box, word: Box) -> bool:
    """Whether most of a word lies in a line that was recognised before: where two lines overlap, what both hold is there once."""
    across = min(line.x1, word.x1) - max(line.x0, word.x0)
    down = min(line.bottom, word.bottom) - max(line.top, word.top)
    return across > 0.5 * (word.x1 - word.x0) and down > 0.5 * (word.bottom - word.top)


def turned_back(box: Box, page: Page, angle: float) -> Box:
    """A box on the level page as it stands on the picture."""
    if abs(angle) < LEVEL:
        return box
    centre = (page.width / 2, page.height / 2)
    points = [_turn(x, y, centre, angle) for x in (box.x0, box.x1) for y in (box.top, box.bottom)]
    return Box(min(x for x, _ in points), min(y for _, y in points), max(x for x, _ in points), max(y for _, y in points))


def _turn(x: float, y: float, centre: tuple[float, float], angle: float) -> tuple[float, float]:
    dx, dy = x - centre[0], y - centre[1]
    cos, sin = math.cos(angle), math.sin(angle)
    return centre[0] + dx * cos - dy * sin, centre[1] + dx * sin + dy * cos


def _skew(boxes: Any) -> float:
    """The median slope of the upper edges of long lines, in radians."""
    slopes = sorted(
        math.atan2(float(q[1][1] - q[0][1]), float(q[1][0] - q[0][0]))
        for q in boxes
        if float(q[1][0] - q[0][0]) > 3 * abs(float(q[3][1] - q[0][1]))
    )
    angle = slopes[len(slopes) // 2] if slopes else 0.0
    return angle if LEVEL <= abs(angle) <= 0.1 else 0.0


def _level(image: Any, angle: float) -> Any:
    from PIL import Image

    return (
        image if not angle else image.rotate(math.degrees(angle), fillcolor=(255, 255, 255), resample=Image.Resampling.BILINEAR)
    )


def _signed(
    chars: list[tuple[str, float, float, float]], gray: Any, top: float, bottom: float
) -> list[tuple[str, float, float, float]]:
    """Characters of a line with the signs that the recogniser left out before its numbers."""
    out: list[tuple[str, float, float, float]] = []
    high = bottom - top
    for text, score, x0, x1 in chars:
        before = out[-1] if out else None
        opens = text[0].isdigit() and (before is None or not (before[0][-1].isdigit() or before[0][-1] in ".,▲△"))
        if opens and (before is None or x0 - before[3] > 0.35 * high):
            start = max(x0 - 1.25 * high, before[3] if before else 0.0)
            if sign := _triangle(gray, start, x0, top, bottom):
                out.append((sign, 0.9, max(start, x0 - 0.95 * high), x0 - 0.02 * high))
        out.append((text, score, x0, x1))
    return out


def _triangle(gray: Any, start: float, left: float, top: float, bottom: float) -> str:
    """▲ or △ where one stands left of a number: recognisers drop large ones, and the number would lose its sign."""
    high = bottom - top
    a, b = max(0, int(start)), max(0, int(left - 0.02 * high))
    import cv2
    import numpy as np

    ink = (gray[max(0, int(top)) : int(bottom), a:b] < 128).astype(np.uint8)
    if ink.size == 0:
        return ""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 2:
        return ""
    part = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    if part.sum() < 0.05 * high * high:
        return ""
    rows = part.any(axis=1).nonzero()[0]
    columns = part.any(axis=0).nonzero()[0]
    tall, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    if tall < 0.35 * high or not 0.6 <= wide / tall <= 1.7:
        return ""
    shape = part[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    spans = [(row.nonzero()[0][-1] - row.nonzero()[0][0] + 1) if row.any() else 0 for row in shape]
    fifth = max(1, tall // 5)
    upper, lower = sum(spans[:fifth]) / fifth, sum(spans[-fifth:]) / fifth
    if upper > 0.4 * lower or lower < 0.8 * wide:
        return ""
    return "▲" if shape.mean() > 0.38 else "△"


def _rules(gray: Any, scale: float) -> tuple[list[Rule], list[Panel]]:
    """Long straight lines of a picture as rules; coloured bands and tiles by their edges."""
    import cv2
    import numpy as np

    ink = (gray < 170).astype(np.uint8)
    rules = []
    for horizontal in (True, False):
        length = 70
        kernel = np.ones((1, length) if horizontal else (length, 1), np.uint8)
        lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel)
        count, _, stats, _ = cv2.connectedComponentsWithStats(lines, connectivity=8)
        for x, y, w, h, _ in stats[1 : min(count, 3000)]:
            thick = h if horizontal else w
            if thick > 9:
                continue
            if horizontal:
                rules.append(Rule(True, (y + h / 2) * scale, x * scale, (x + w) * scale))
            else:
                rules.append(Rule(False, (x + w / 2) * scale, y * scale, (y + h) * scale))
    return rules, _framed(rules)


def _framed(rules: list[Rule]) -> list[Panel]:
    """Panels whose four sides are drawn: a tile's frame in a picture."""
    out = []
    across = [r for r in rules if r.horizontal]
    down = [r for r in rules if not r.horizontal]
    for v in down:
        mates = [w for w in down if w.at > v.at + 30 and abs(w.start - v.start) < 6 and abs(w.end - v.end) < 6]
        tops = [h for h in across if abs(h.at - v.start) < 6 and abs(h.start - v.at) < 8]
        for w in mates:
            if any(abs(h.end - w.at) < 8 for h in tops):
                out.append(Panel(Box(v.at, v.start, w.at, v.end), False, True))
    return out
