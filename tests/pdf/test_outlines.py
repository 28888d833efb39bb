"""Writing that a PDF draws as shapes is read from the picture, or told; icons, marks and charts are not taken for it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2.raw as pdfium
import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from sources import child
from sources.pdf.document import open_pdf
from sources.pdf.wordless import is_wordless
from sources.reading import read_report
from tests.pdf.test_seen import pen


def outlined(made: Any, x: float, y: float, text: str, size: float) -> None:
    """The words as filled shapes, with the outlines of PDFium's Helvetica."""
    document = pdfium.FPDF_CreateNewDocument()
    font = pdfium.FPDFText_LoadStandardFont(document, b"Helvetica")
    for char in text:
        path, segments = made.beginPath(), pdfium.FPDFFont_GetGlyphPath(font, ord(char), size)
        points: list[tuple[float, float]] = []
        for number in range(pdfium.FPDFGlyphPath_CountGlyphSegments(segments) if char != " " else 0):
            segment = pdfium.FPDFGlyphPath_GetGlyphPathSegment(segments, number)
            across, up = ctypes.c_float(), ctypes.c_float()
            pdfium.FPDFPathSegment_GetPoint(segment, across, up)
            kind = pdfium.FPDFPathSegment_GetType(segment)
            points.append((x + size * across.value, y + size * up.value))  # PDFium gives them for a size of 1
            if kind == pdfium.FPDF_SEGMENT_BEZIERTO and len(points) < 3:
                continue
            if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
                path.curveTo(*(length for point in points for length in point))
            else:
                (path.moveTo if kind == pdfium.FPDF_SEGMENT_MOVETO else path.lineTo)(*points[0])
            points = []
            if pdfium.FPDFPathSegment_GetClose(segment):
                path.close()
        made.drawPath(path, stroke=0, fill=1, fillMode=1)
        x += stringWidth(char, "Helvetica", size)
    pdfium.FPDFFont_Close(font)
    pdfium.FPDF_CloseDocument(document)


def page(out: Path, *draw: Callable[[Any], None]) -> Path:
    made = pen(out)
    for one in draw:
        one(made)
    made.save()
    return out


def rate(made: Any) -> None:
    outlined(made, 150, 148, "94.5%", 40)


def words(made: Any) -> None:
    made.drawString(40, 250, "交付件数 120件")
    made.drawString(40, 150, "オンライン申請率")


def test_a_page_whose_writing_is_shapes_alone_is_not_taken_for_empty(tmp_path: Path) -> None:
    reading = read_report(page(tmp_path / "a.pdf", rate), fiscal_year=2024, ocr="off")
    assert reading.figures == []
    assert [warning.partition(";")[0] for warning in reading.warnings] == ["page 1: not read, its writing is drawn as shapes, without text"]


def test_shapes_beside_text_are_told_and_the_text_is_read(tmp_path: Path) -> None:
    reading = read_report(page(tmp_path / "a.pdf", words, rate), fiscal_year=2024, ocr="off")
    assert [figure.raw for figure in reading.figures] == ["120件"]
    assert [warning.partition(";")[0] for warning in reading.warnings] == [
        "page 1: 1 pieces of writing on it that are drawn as shapes were not read"
    ]


def people(made: Any) -> None:
    """Ten persons in a row, as a pictogram shows one in ten."""
    for n in range(10):
        made.circle(50 + 20 * n, 120, 5, stroke=0, fill=1)
        made.roundRect(44 + 20 * n, 90, 12, 24, 4, stroke=0, fill=1)


def pie(made: Any) -> None:
    for n in range(5):
        made.wedge(250, 30, 330, 110, 72 * n, 72, stroke=1, fill=1)


def bars(made: Any) -> None:
    for n, high in enumerate((20, 45, 32, 60, 38)):
        made.rect(40 + 24 * n, 20, 16, high, stroke=0, fill=1)


def marks(made: Any) -> None:
    """The points of a line chart, and arrows of several lengths."""
    for n in range(8):
        made.circle(40 + 12 * n, 200 + n % 3, 3, stroke=0, fill=1)
    for n, long in enumerate((30, 60, 90)):
        path = made.beginPath()
        path.moveTo(200, 220 - 12 * n)
        path.lineTo(200 + long, 223 - 12 * n)
        path.lineTo(200, 226 - 12 * n)
        path.close()
        made.drawPath(path, stroke=0, fill=1)


def badge(made: Any) -> None:
    """The rate in white on a dark plate."""
    made.setFillGray(0.2)
    made.roundRect(145, 135, 125, 60, 6, stroke=0, fill=1)
    made.setFillGray(1)
    rate(made)


def test_white_letters_on_a_plate_are_writing(tmp_path: Path) -> None:
    reading = read_report(page(tmp_path / "a.pdf", words, badge), fiscal_year=2024, ocr="off")
    assert [warning.partition(":")[0] for warning in reading.warnings] == ["page 1"]


@pytest.mark.parametrize("drawing", [people, pie, bars, marks])
def test_drawings_are_no_writing(tmp_path: Path, drawing: Callable[[Any], None]) -> None:
    reading = read_report(page(tmp_path / "a.pdf", words, drawing), fiscal_year=2024, ocr="off")
    assert reading.warnings == []


@pytest.mark.ocr
def test_writing_that_is_shapes_is_read_from_its_picture(tmp_path: Path) -> None:
    alone = read_report(page(tmp_path / "alone.pdf", rate), fiscal_year=2024)
    assert [(figure.raw.replace(" ", ""), figure.source) for figure in alone.figures] == [("94.5%", "ocr")]
    beside = read_report(page(tmp_path / "beside.pdf", words, rate), fiscal_year=2024)
    assert [(figure.raw.replace(" ", ""), figure.source) for figure in beside.figures] == [("120件", "text"), ("94.5%", "ocr")]
    assert beside.figures[1].label == "オンライン申請率"


@pytest.mark.ocr
def test_what_recognises_characters_notes_nothing_for_its_maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """onnxruntime 1.29 and later else keeps the id of its telemetry beside other temporary files."""
    (temporary := tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    child.dismiss()
    assert read_report(page(tmp_path / "alone.pdf", rate), fiscal_year=2019).figures[0].source == "ocr"
    child.dismiss()
    assert list(temporary.iterdir()) == []


def landscape(made: Any) -> None:
    """A drawing of two thousand triangles."""
    for n in range(2000):
        x, y = n * 7 % 380, n * 3 % 280
        path = made.beginPath()
        path.moveTo(x, y)
        path.lineTo(x + 9, y + n % 5)
        path.lineTo(x + 4, y + 6)
        path.close()
        made.drawPath(path, stroke=0, fill=1)


def sign(made: Any) -> None:
    landscape(made)
    made.setFillGray(1)
    rate(made)


def labelled(made: Any) -> None:
    landscape(made)
    words(made)


def test_a_drawing_without_words_is_passed_over_and_one_with_drawn_words_is_not(tmp_path: Path) -> None:
    def wordless(draw: Callable[[Any], None]) -> bool:
        path = page(tmp_path / "a.pdf", draw)
        return is_wordless(open_pdf(path).pages[0], path)

    assert wordless(landscape)
    assert not wordless(sign)
    assert not wordless(labelled)
    assert read_report(page(tmp_path / "a.pdf", landscape), fiscal_year=2024, ocr="off").warnings == []
