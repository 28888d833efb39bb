"""Pages that hold shapes alone: PDFium tells at once that nothing on them is to be read, where pdfplumber makes an object of each shape first."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sources.pdf.outlines import drawn_writing
from sources.pdf.render import document

# What shows text, puts a form or a picture on the page, or begins a picture in line (ISO 32000-1, Annex A).
OTHER_THAN_SHAPES = (b"Tj", b"TJ", b"'", b'"', b"Do", b"BI")
# Bytes of a page's content; a shorter one is read before a second reader has opened the file.
LONG = 20_000
# A rectangle has so many segments at most.
SIDES = 5


def is_wordless(page: Any, path: Path) -> bool:
    """Whether a page of pdfplumber shows no text, no picture and no writing that is drawn as shapes. Where that is in doubt, it may."""
    from pdfminer.pdftypes import resolve1

    try:
        content = [resolve1(stream).get_data() for stream in page.page_obj.contents]
    except Exception:  # a damaged stream: whoever reads the page tells what is wrong with it
        return False
    if sum(map(len, content)) < LONG or any(word in data for data in content for word in OTHER_THAN_SHAPES):
        return False
    shapes = list(_shapes(path, page.page_number))
    return None not in shapes and not drawn_writing([shape for shape in shapes if shape], ())


def _shapes(path: Path, number: int) -> Iterator[dict[str, Any] | None]:
    """The paths of a page as pdfplumber would give them, in points from its lower edge down; nothing for an object of another kind."""
    import pypdfium2.raw as pdfium

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    colour = [ctypes.c_uint() for _ in range(4)]
    with document(path) as pdf:
        page = pdf[number - 1]
        for one in page.get_objects(max_depth=1):
            if one.type == pdfium.FPDF_PAGEOBJ_SHADING:
                continue
            if one.type != pdfium.FPDF_PAGEOBJ_PATH:
                yield None
                continue
            left, bottom, right, top = one.get_bounds()
            pdfium.FPDFPath_GetDrawMode(one.raw, fill, stroke)
            pdfium.FPDFPageObj_GetFillColor(one.raw, *colour)
            kind = "rect" if pdfium.FPDFPath_CountSegments(one.raw) <= SIDES else "curve"
            yield {"x0": left, "x1": right, "top": -top, "bottom": -bottom, "fill": bool(fill.value), "object_type": kind,
                   "non_stroking_color": tuple(part.value for part in colour)}  # fmt: skip
        page.close()
