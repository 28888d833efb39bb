"""The child that reads a file: limits, errors that a person can act on, pages that are lost alone, the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from sources import explain
from sources.child import Limits
from sources.errors import ShinchokuError
from sources.reading import read_report
from sources.records import Reading


def test_every_number_on_every_page_is_accounted_for(reading: Reading) -> None:
    assert [e.text for e in reading.ledger if e.kind == "not_read"] == []
    entered = {e.figure for e in reading.ledger if e.kind == "figure"}
    assert entered == set(range(len(reading.figures)))


def test_the_box_of_a_figure_lies_on_its_page(reading: Reading) -> None:
    sizes = {p.number: p for p in reading.pages}
    for figure in reading.figures:
        page = sizes[figure.page]
        assert 0 <= figure.box.x0 < figure.box.x1 <= page.width
        assert 0 <= figure.box.top < figure.box.bottom <= page.height


def test_what_is_said_without_a_number_is_kept(reading: Reading) -> None:
    said = {(s.kind, s.text.replace(" ", "")) for s in reading.statements}
    assert ("target", "マイナンバーカード普及率ほとんどの市民がカードを保有") in said
    assert ("label", "保有率") in said
    assert any(kind == "milestone" and "担当ライン新設" in text for kind, text in said)


def test_chosen_pages_alone_are_read(report: Path) -> None:
    reading = read_report(report, pages=[7], fiscal_year=2024)
    assert {f.page for f in reading.figures} == {7} and reading.page_count == 13


def test_the_fiscal_year_is_taken_from_the_cover(report: Path) -> None:
    reading = read_report(report, pages=[9])
    levels = {f.raw.replace(" ", ""): f.period.start.isoformat() for f in reading.figures if f.period and f.measure == "level"}
    assert levels["26回"] == "2024-04-01" and levels["6件"] == "2023-04-01"


def test_a_page_that_is_not_there_is_named(report: Path) -> None:
    with pytest.raises(ShinchokuError, match="no page 14; the file has 13"):
        read_report(report, pages=[14])


def test_a_file_over_the_limit_of_pages_is_refused(report: Path) -> None:
    with pytest.raises(ShinchokuError, match="more than the limit of 5"):
        read_report(report, limits=Limits(pages=5))


def test_a_file_that_takes_too_long_is_stopped(report: Path) -> None:
    with pytest.raises(ShinchokuError, match="took longer than 0.01 s"):
        read_report(report, limits=Limits(seconds=0.01))  # type: ignore[arg-type]


def test_a_file_that_needs_too_much_memory_ends_alone(tmp_path: Path, report: Path) -> None:
    with pytest.raises(ShinchokuError, match="32 MiB|broke off"):
        read_report(report, limits=Limits(memory=32))


def test_a_truncated_file_ends_in_one_clear_message(tmp_path: Path, report: Path) -> None:
    cut = tmp_path / "cut.pdf"
    cut.write_bytes(report.read_bytes()[:3000])
    with pytest.raises(ShinchokuError) as caught:
        read_report(cut)
    assert str(cut) in caught.value.en and str(cut) in caught.value.ja


def test_progress_is_told_page_by_page(report: Path) -> None:
    told: list[tuple[int, int]] = []
    read_report(report, pages=[2, 3], fiscal_year=2024, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]


def test_the_explanation_of_a_page_draws_each_figure_with_its_reason(tmp_path: Path, report: Path) -> None:
    out = tmp_path / "page.html"
    count = explain.explain(report, 7, out, 2024)
    text = out.read_text(encoding="utf-8")
    assert count == 9 and text.count('<rect class="figure"') == 9
    assert "label: " in text and "<script" not in text
