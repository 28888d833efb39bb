"""What tests of several folders share: paths, and the bundled report read once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources.reading import read_report
from sources.records import Reading

ROOT = Path(__file__).parent.parent
REPORT = ROOT / "sources" / "series" / "kitakyushu_dx" / "editions" / "R6" / "report.pdf"


@pytest.fixture(scope="session")
def report() -> Path:
    return REPORT


@pytest.fixture(scope="session")
def reading(report: Path) -> Reading:
    """The R6 report, read with nothing but its fiscal year."""
    return read_report(report, fiscal_year=2024)
