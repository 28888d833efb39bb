"""Text that nobody sees is not read, digits that the picture does not show are not believed, and pictures beside text are read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from sources.pdf.render import page_image
from sources.reading import read_report

FONT = "HeiseiKakuGo-W5"


def pen(out: Path) -> Any:
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    made = canvas.Canvas(str(out), pagesize=(400, 300), invariant=1)
    made.setFont(FONT, 14)
    return made


def picture_of(words: list[str], folder: Path) -> Any:
    """A picture that shows words, as an image without any text."""
    source = pen(folder / "words.pdf")
    for n, line in enumerate(words):
        source.setFont(FONT, 26)
        source.drawString(40, 220 - 50 * n, line)
    source.save()
    image = page_image(folder / "words.pdf", 1, 150).crop((60, 70, 800, 420))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    stream.seek(0)
    return ImageReader(stream)


def texts(path: Path) -> list[str]:
    return [f.raw for f in read_report(path, fiscal_year=2024, ocr="off").figures]


def test_invisible_text_is_no_figure_and_stands_in_the_ledger(tmp_path: Path) -> None:
    made = pen(tmp_path / "a.pdf")
    made.drawString(40, 200, "交付件数 120件")
    ghost = made.beginText(40, 150)
    ghost.setTextRenderMode(3)
    ghost.textOut("旧件数 999件")
    made.drawText(ghost)
    made.save()
    reading = read_report(tmp_path / "a.pdf", fiscal_year=2024, ocr="off")
    assert [f.raw for f in reading.figures] == ["120件"]
    assert [(e.kind, e.reason) for e in reading.ledger if "999" in e.text] == [("furniture", "drawn so that it is not seen")]


def test_text_under_an_opaque_picture_is_no_figure(tmp_path: Path) -> None:
    made = pen(tmp_path / "a.pdf")
    made.drawString(40, 250, "交付件数 120件")
    made.drawString(60, 120, "下の件数 999件")
    made.drawImage(picture_of(["図"], tmp_path), 30, 60, 250, 120)
    made.save()
    assert texts(tmp_path / "a.pdf") == ["120件"]


def test_white_text_on_white_is_no_figure_but_on_a_dark_band_it_is(tmp_path: Path) -> None:
    made = pen(tmp_path / "a.pdf")
    made.setFillGray(1)
    made.drawString(40, 250, "隠し件数 999件")
    made.setFillColorRGB(0, 0.2, 0.5)
    made.rect(30, 140, 300, 40, fill=1, stroke=0)
    made.setFillGray(1)
    made.drawString(40, 155, "交付件数 120件")
    made.save()
    assert texts(tmp_path / "a.pdf") == ["120件"]


def digits(out: Path, monkeypatch: pytest.MonkeyPatch, broken: bool) -> Path:
    """Numbers in an embedded font, whose character map is right or says the digits backwards."""
    pdfmetrics.registerFont(ttfonts.TTFont("Vera", "Vera.ttf"))
    if broken:
        right = ttfonts.makeToUnicodeCMap
        swap = {ord(str(d)): ord(str(9 - d)) for d in range(10)}
        monkeypatch.setattr(ttfonts, "makeToUnicodeCMap", lambda name, codes: right(name, [swap.get(c, c) for c in codes]))
    made = pen(out)
    made.setFont("Vera", 18)
    for n, line in enumerate(["1,208 %", "34.5 %", "679 %"]):
        made.drawString(40, 220 - 40 * n, line)
    made.save()
    return out


def test_digits_that_the_picture_does_not_show_are_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read_report(digits(tmp_path / "broken.pdf", monkeypatch, broken=True), fiscal_year=2024, ocr="off")
    assert any("page 1: not read" in warning and "Vera" in warning for warning in reading.warnings), reading.warnings


def test_digits_that_the_picture_shows_are_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read_report(digits(tmp_path / "right.pdf", monkeypatch, broken=False), fiscal_year=2024, ocr="off")
    assert reading.warnings == []
    assert [f.raw for f in reading.figures] == ["1,208 %", "34.5 %", "679 %"]


def with_picture(tmp_path: Path) -> Path:
    made = pen(tmp_path / "a.pdf")
    made.drawString(40, 270, "マイナンバーカード")
    made.drawString(40, 20, "交付件数 120件")
    made.drawImage(picture_of(["保有率 78%", "（令和6年度）"], tmp_path), 40, 60, 300, 140)
    made.save()
    return tmp_path / "a.pdf"


def test_a_picture_that_is_not_read_is_told(tmp_path: Path) -> None:
    reading = read_report(with_picture(tmp_path), fiscal_year=2024, ocr="off")
    assert [f.raw for f in reading.figures] == ["120件"]
    assert any(warning.startswith("page 1: 1 picture") for warning in reading.warnings), reading.warnings


@pytest.mark.ocr
def test_a_picture_on_a_page_of_text_is_read_and_says_so(tmp_path: Path) -> None:
    reading = read_report(with_picture(tmp_path), fiscal_year=2024)
    assert [(f.raw.replace(" ", ""), f.source) for f in reading.figures if f.unit == "件"] == [("120件", "text")]
    (read,) = [f for f in reading.figures if f.unit == "%"]
    assert (read.value, read.source) == (78, "ocr")
    assert read.confidence is not None and read.confidence > 0.5
    assert "保有率" in read.label


@pytest.mark.ocr
def test_a_page_whose_digits_are_mistaken_is_read_from_its_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = read_report(digits(tmp_path / "broken.pdf", monkeypatch, broken=True), fiscal_year=2024)
    assert {str(f.value) for f in reading.figures} == {"1208", "34.5", "679"}
    assert {f.source for f in reading.figures} == {"ocr"}
