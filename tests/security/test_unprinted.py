"""Characters of a report that print nothing, and that a terminal or a page would obey, go no further than the process that reads it."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from sources.errors import UNSEEN
from sources.reading import read_report
from tests.hostile import bombs

# A font in which the letters a to g are: escape, bell, right-to-left override, next line, line separator, nothing, isolate.
FONT = (
    b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding <</Type /Encoding "
    b"/Differences [97 /uni001B /uni0007 /uni202E /uni0085 /uni2028 /uni0000 /uni2066]>>>>"
)
LINES = (b"Ca]0;OWNEDb Sa[31mALES", b"1,a[2J2c34f %", b"Goal: ag NEW SITEc 2027")


@pytest.fixture
def report(tmp_path: Path) -> Path:
    text = b"BT /F1 24 Tf 72 700 Td " + b" 0 -40 Td ".join(b"(%s) Tj" % line for line in LINES) + b" ET"
    path = tmp_path / "report.pdf"
    path.write_bytes(bombs.one_page(bombs.stream(text)).replace(bombs.FONT, FONT))
    return path


def texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from (text for value in data.values() for text in texts(value))
    elif isinstance(data, list | tuple):
        yield from (text for value in data for text in texts(value))


def test_nothing_of_a_report_is_obeyed(report: Path) -> None:
    found = list(texts(dataclasses.asdict(read_report(report, trace=True, ocr="off"))))
    assert any("OWNED" in text for text in found) and any("31mALES" in text for text in found)
    assert [text for text in found if UNSEEN.search(text)] == []


@pytest.mark.parametrize("arguments", [["extract"], ["ledger"], ["extract", "-o", "{folder}"], ["explain", "--page", "1", "-o", "{named}.html"]])
def test_nor_is_its_name(arguments: list[str], report: Path, tmp_path: Path) -> None:
    named = tmp_path / "a\x1b[31m\u202efdp.exe.pdf"
    shutil.copy(report, named)
    command, *options = (argument.format(folder=tmp_path, named=named) for argument in arguments)
    result = CliRunner().invoke(main, [command, str(named), *options])
    assert result.exit_code == 0 and ("fdp.exe" in result.output or command == "ledger"), result.output
    assert not UNSEEN.search(result.output.replace("\r\n", "\n"))
