"""Pages of a report as pictures, and the text that a second PDF reader finds in boxes on them: by a child process within limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sources.child import Limits, answer, answers, serve
from sources.records import Box


def picture_file(folder: Path, number: int) -> Path:
    """Where the picture of a page lies, counted from 1."""
    return folder / f"p{number:02d}.webp"


def draw_pages(
    path: Path, boxes: Mapping[int, Sequence[Box]], folder: Path, *, dpi: float = 110, limits: Limits | None = None
) -> dict[int, list[str | None]]:
    """Draw each page among ``boxes`` (counted from 1) into the folder, as :func:`picture_file` names it.

    Returns the text within each box (points from the top left) as PDFium reads it, None on a turned page.
    Raises ShinchokuError where the file cannot be drawn within the limits.
    """
    order = {"boxes": {str(n): list(of) for n, of in sorted(boxes.items())}, "folder": str(folder), "dpi": dpi}
    found: dict[int, list[str | None]] = {}
    for message in answers("sources.drawing", Path(path), order, limits or Limits.from_environment()):
        if "page" in message:
            found[message["page"]] = message["texts"]
    return found


def _texts(page: Any, boxes: Sequence[Sequence[float]]) -> list[str | None]:
    if page.get_rotation() != 0:
        return [None] * len(boxes)
    left, _, _, up = page.get_cropbox()
    text = page.get_textpage()
    found = [text.get_text_bounded(left + x0, up - bottom, left + x1, up - top) for x0, top, x1, bottom in boxes]
    text.close()
    return found


def _draw(order: dict[str, Any], limits: Limits) -> None:
    from sources.pdf.render import document, draw, webp

    folder = Path(order["folder"])
    with document(Path(order["path"])) as pdf:
        for said, boxes in order["boxes"].items():
            page = pdf[int(said) - 1]
            picture_file(folder, int(said)).write_bytes(webp(draw(page, order["dpi"], limits.pixels)))
            answer({"page": int(said), "texts": _texts(page, boxes)})
            page.close()


if __name__ == "__main__":
    serve(_draw, "PIL.WebPImagePlugin", "pypdfium2", "sources.pdf.render")
