"""The same 82 figures typeset otherwise: other producers, sizes, columns, frames or none, drawn in any order."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sources.reading import read_report
from tests.scoring import Shares, as_cells, shares
from tests.variants.recipe import STYLES, as_html, chromium_pdf, reportlab_pdf


def close(found: Shares) -> bool:
    return found.number >= 0.98 and found.reading >= 0.95 and found.label >= 0.93 and found.precision >= 0.97


@pytest.mark.parametrize(
    "setting",
    [
        {"columns": 3, "frames": True, "seed": 1},
        {"columns": 2, "frames": False, "seed": 2},
        {"columns": 4, "frames": True, "upright": False, "seed": 3},
    ],
    ids=["three framed columns", "two columns without frames", "four columns across"],
)
def test_another_layout_says_the_same(tmp_path: Path, setting: dict) -> None:
    found = shares(as_cells(read_report(reportlab_pdf(tmp_path / "variant.pdf", **setting), fiscal_year=2024).figures))
    assert close(found), found


@pytest.mark.browser
@pytest.mark.parametrize(
    ("style", "font"), [(style, ("Noto Sans CJK JP", "Noto Serif CJK JP")[n % 2]) for n, style in enumerate(sorted(STYLES))]
)
def test_a_page_printed_by_a_browser_says_the_same(tmp_path: Path, style: str, font: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
    pdf = chromium_pdf(as_html(style, f"'{font}'"), tmp_path / "variant.pdf", chromium)
    found = shares(as_cells(read_report(pdf, fiscal_year=2024).figures))
    assert close(found), found


@pytest.mark.ocr
def test_a_scan_is_read_and_says_so(tmp_path: Path, report: Path) -> None:
    scan = scanned(report, tmp_path / "scan.pdf")
    reading = read_report(scan, fiscal_year=2024)
    found = shares(as_cells(reading.figures))
    assert found.number >= 0.85 and found.precision >= 0.85, found
    assert {f.source for f in reading.figures} == {"ocr"}
    assert all(f.confidence is not None and 0 < f.confidence <= 1 for f in reading.figures)


def scanned(report: Path, out: Path) -> Path:
    """An image-only copy at 200 dpi, turned by half a degree, with noise."""
    import numpy as np
    from PIL import Image

    from sources.pdf.render import page_images

    noise = np.random.default_rng(1)
    pages = []
    for _, image in page_images(report, dpi=200):
        turned = image.convert("L").rotate(0.5, fillcolor=255, resample=Image.Resampling.BICUBIC)
        grainy = np.asarray(turned).astype(float) + noise.normal(0, 12, (turned.height, turned.width))
        pages.append(Image.fromarray(np.clip(grainy, 0, 255).astype("uint8")))
    pages[0].save(out, save_all=True, append_images=pages[1:], resolution=200, quality=80)
    return out
