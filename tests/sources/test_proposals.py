"""Proposals: a series drafted from one report matches that report without a line of code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sources.decisions import Decisions
from sources.editions import Cover, take_in
from sources.errors import ShinchokuError
from sources.matching import match
from sources.proposals import propose_indicators, propose_sections, start_series
from sources.records import Figure, Reading
from sources.registry import License, Recognise, SeriesFile, Words

META = SeriesFile(
    id="beppu_plan", title=Words(ja="別府市計画（架空）", en="Made-up plan of Beppu"), description=Words(ja="試験用", en="For tests"),
    publisher=Words(ja="架空市", en="Made-up City"), plan=Words(ja="架空計画", en="Made-up plan"), area_code="442020",
    standard_area_code="44202", area=Words(ja="架空市", en="Made-up City"), dataset="442020_plan",
    license=License(spdx="CC-BY-4.0", ckan="cc-by", url="https://creativecommons.org/licenses/by/4.0/"),
    recognise=Recognise(all=("架空計画",)), sections=(),
)


def test_what_was_read_becomes_sections_and_indicators(gold: list[Figure]) -> None:
    sections = propose_sections(gold)
    indicators = propose_indicators(gold, sections)
    assert [section.number for section in sections] == ["01", "02", "03", "04", "05", "06", "07", "08", "10", "11", ""]
    shares = [i for i in indicators if i.names == ("全交付件数",)]
    assert [(i.unit, i.covers, i.expected_measures) for i in shares] == [("percent", "year", ("level", "change"))]
    certificates = next(i for i in indicators if i.names == ("証明書 コンビニ交付",))
    assert certificates.unit == "sheet" and set(certificates.expected_measures) == {"level", "change", "growth"}


def test_a_new_series_matches_its_first_report(tmp_path: Path, gold: list[Figure]) -> None:
    reading = Reading("first.pdf", "0" * 64, 13, figures=gold)
    series = start_series(tmp_path, META, reading)
    pdf = tmp_path / "first.pdf"
    pdf.write_bytes(b"%PDF-1.4")
    edition = take_in(pdf, Cover(series, 2024, "R6"), extra=tmp_path).edition
    found = match(reading, edition, decisions=Decisions())
    assert len(found.observations) == 82 and found.unmatched == []
    assert not [finding.id for finding in found.findings if finding.severity == "error"]
    with pytest.raises(ShinchokuError, match="there already"):
        start_series(tmp_path, META, reading)


def test_an_indicator_is_not_named_by_a_word_that_says_no_more_than_that_it_is_a_sum(gold: list[Figure]) -> None:
    trees = replace(gold[0], title="植樹した本数", label="累計", measure="level", unit="本")
    proposed, = propose_indicators([trees], propose_sections([trees]))
    assert (proposed.name.ja, proposed.names, proposed.cumulative) == ("植樹した本数 累計", ("植樹した本数 累計",), True)


def test_a_change_belongs_to_what_it_changes(gold: list[Figure]) -> None:
    level = replace(gold[0], title="取組", label="電子申請", measure="level", unit="件")
    found = [level, replace(level, label="電子申請 前年度比", measure="change"), replace(level, label="電子申請 増減率", measure="growth", unit="%")]
    proposed, = propose_indicators(found, propose_sections(found))
    assert (proposed.name.ja, proposed.expected_measures) == ("電子申請", ("level", "change", "growth"))


def test_a_correction_of_a_figure_without_unit_is_proposed_too() -> None:
    """Read back from a table, no unit is nothing at all."""
    from types import SimpleNamespace

    from sources.findings import correction

    lines = correction("x-R6-p01-001", SimpleNamespace(value=12, unit=None, raw="12"))
    assert 'unit: ""' in lines
