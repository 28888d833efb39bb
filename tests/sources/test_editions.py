"""Editions: recognised by their cover, drafted, revised, accepted and withdrawn; no file is overwritten."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from sources.editions import Cover, accept, cover_year, edition_name, recognise, take_in, withdraw
from sources.errors import ShinchokuError
from sources.registry import Edition, load

TODAY = date(2026, 6, 20)


def cover(home: Path, edition: str = "R7", year: int = 2025) -> Cover:
    return Cover(load(home).series["kitakyushu_dx"], year, edition)


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "R7.pdf"
    path.write_bytes(b"%PDF-1.4 first")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "series"


@pytest.mark.parametrize(("text", "edition"), [
    ("北九州市 DX 推進計画\n令和 ６ 年度 進捗状況\nKitaQ DX", "R6"),
    ("北九州市ＤＸ推進計画（令和4～9年度）\n令和7年度の進捗状況\n令和8年6月", "R7"),
    ("北九州市DX推進計画令和7年度 進捗状況KitaQ DX", "R7"),
])
def test_a_cover_names_series_year_and_edition(text: str, edition: str) -> None:
    found = recognise(text, load())
    assert found is not None and (found.series.id, found.edition) == ("kitakyushu_dx", edition)


def test_a_cover_of_no_series_or_year() -> None:
    assert recognise("別府市総合計画 令和6年度 進捗状況", load()) is None
    with pytest.raises(ShinchokuError, match="fiscal-year"):
        recognise("北九州市DX推進計画 進捗状況", load())
    assert cover_year("令和6年度") == 2024 and edition_name(2017) == "H29"


def test_the_same_file_twice_changes_nothing(home: Path, pdf: Path) -> None:
    first = take_in(pdf, cover(home), page_count=1, today=TODAY, extra=home)
    assert first.outcome == "draft" and first.edition.status == "draft" and first.edition.origin == "original"
    assert first.edition.checked_report().read_bytes() == pdf.read_bytes()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert take_in(pdf, cover(home), today=TODAY, extra=home).outcome == "unchanged"
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_a_corrected_file_is_a_revision_and_the_old_one_stays(home: Path, pdf: Path) -> None:
    old = take_in(pdf, cover(home), extra=home).edition
    pdf.write_bytes(b"%PDF-1.4 corrected")
    taken = take_in(pdf, cover(home), today=TODAY, extra=home)
    assert taken.outcome == "revision" and taken.edition.checked_report().read_bytes() == pdf.read_bytes()
    assert [(r.sha256, r.replaced) for r in taken.edition.meta.revisions] == [(old.sha256, TODAY)]
    assert old.file.with_name(old.meta.file).is_file()


def test_the_citys_own_file_takes_the_place_of_the_facsimile(home: Path, pdf: Path) -> None:
    taken = take_in(pdf, cover(home, "R6", 2024), today=TODAY, extra=home)
    assert taken.outcome == "revision" and (taken.edition.origin, taken.edition.meta.origin_note) == ("original", None)
    assert load().edition("kitakyushu_dx-R6").origin == "facsimile"


def test_acceptance_is_refused_while_errors_are_open(home: Path, pdf: Path) -> None:
    edition = take_in(pdf, cover(home), extra=home).edition
    with pytest.raises(ShinchokuError, match="restated:open_datasets"):
        accept(edition, ["restated:open_datasets"], "佐藤", TODAY)
    accept(edition, [], "佐藤", TODAY)
    accepted = reload(home)
    assert accepted.status == "accepted" and accepted.meta.history[-1].who == "佐藤"
    assert accepted.series.previous(accepted) is accepted.series.editions["R6"]


def test_withdrawing_needs_a_reason(home: Path, pdf: Path) -> None:
    edition = take_in(pdf, cover(home), extra=home).edition
    accept(edition, [], "佐藤", TODAY)
    with pytest.raises(ShinchokuError, match="reason"):
        withdraw(reload(home), "佐藤", " ", TODAY)
    withdraw(reload(home), "佐藤", "集計誤りのため", TODAY)
    assert [change.status for change in reload(home).meta.history] == ["accepted", "withdrawn"]


def reload(home: Path) -> Edition:
    return load(home).edition("R7")
