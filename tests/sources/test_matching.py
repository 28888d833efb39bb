"""Matching: every figure of the gold table becomes an observation; what changed a year later is found, and nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sources.decisions import Acknowledgement, Correction, Decisions, Mapping, Use
from sources.matching import Match, match
from sources.names import plain_name
from sources.observations import Observation
from sources.records import Box, Figure, LedgerEntry, Period, Reading, Statement
from sources.registry import Edition

SIGNED = {"reason": "確認した", "who": "佐藤", "when": date(2026, 6, 1)}


@pytest.fixture
def r6(edition: Edition, gold: list[Figure], r6_statements: list[Statement]) -> Match:
    return match(Reading("r", "0" * 64, 13, figures=gold, statements=r6_statements), edition, decisions=Decisions())


def kinds(found: Match, severity: str = "error") -> Counter[str]:
    return Counter(finding.kind for finding in found.findings if finding.severity == severity)


def one(found: Match, indicator: str, measure: str = "level", start: str | None = None) -> Observation:
    hits = [o for o in found.observations if (o.indicator_id, o.measure) == (indicator, measure)
            and (start is None or o.period_start.isoformat() == start)]
    assert len(hits) == 1, hits
    return hits[0]


def test_every_gold_figure_is_an_observation(r6: Match) -> None:
    assert r6.unmatched == []
    assert Counter(o.measure for o in r6.observations if o.value is not None) == {"level": 52, "change": 18, "growth": 4, "target": 8}
    assert len({o.key for o in r6.observations}) == len(r6.observations) == 82 + 3


def test_labels_without_a_number_are_null_and_not_zero(r6: Match) -> None:
    nulls = [o for o in r6.observations if o.value is None]
    assert {o.indicator_id for o in nulls} == {"mynumber_card_holding_rate", "digital_lab_annual_hours", "low_code_annual_hours"}
    assert {o.obs_status for o in nulls} == {"O"}
    assert one(r6, "low_code_annual_hours").period_start == one(r6, "low_code_annual_hours").period_end == date(2025, 3, 31)


def test_a_value_keeps_how_it_was_printed(r6: Match) -> None:
    seen = one(r6, "convenience_store_certificates", start="2024-04-01")
    assert (seen.value, seen.source_value, seen.source_unit, seen.unit_mult, seen.qualifier) == (300000, 30, "枚", 4, "over")
    assert (seen.unit_code, seen.area_code, seen.standard_area_code, seen.fiscal_year) == ("sheet", "401005", "40100", 2024)
    assert one(r6, "working_hours_saved").unit_code == "hour_per_year"
    assert one(r6, "convenience_store_share", "change").unit_code == "percentage_point"


def test_part_and_total_year_and_years_are_told_apart(r6: Match) -> None:
    assert [one(r6, name, start="2025-03-31").value for name in ("procedures", "procedures_online")] == [2260, 1900]
    assert one(r6, "digital_courses_cumulative").value == 1339
    assert one(r6, "digital_specialists").value == 3
    assert one(r6, "digital_specialists_cumulative").value == 11


def test_loose_units_are_mended_by_name(r6: Match) -> None:
    assert kinds(r6) == Counter()
    loose = [f for f in r6.findings if f.kind == "unit_loose"]
    assert sorted(str(f.now["text"]) for f in loose) == ["+20件", "+37件マップ", "+8件", "19件", "6件"]
    mended = one(r6, "shared_maps", "change")
    assert mended.unit_code == "map" and mended.source_unit == "件マップ" and "件マップ" in mended.obs_note


def test_a_qualitative_target_knows_its_indicator(r6: Match) -> None:
    target = next(row for row in r6.statements if row.kind == "target")
    assert target.indicator_id == "mynumber_card_holding_rate"


@pytest.mark.parametrize(("printed", "name"), [
    ("全交付件数の", "全交付件数"), ("証明書 コンビニ交付", "証明書コンビニ交付"), ("広報・ＰＲ", "広報PR"), ("【意見件数】", "意見件数")])
def test_names_are_compared_without_spaces_widths_and_particles(printed: str, name: str) -> None:
    assert plain_name(printed) == plain_name(name)


# -- a year later


def next_year(figure: Figure) -> Figure:
    def later(period: Period | None) -> Period | None:
        if period is None:
            return None
        start = period.start if period.kind in ("since", "fiscal_years") else period.start.replace(year=period.start.year + 1)
        return Period(period.kind, start, period.end.replace(year=period.end.year + 1))

    if figure.measure == "target" or (figure.period and figure.period.start.year < 2023 and figure.period.kind == "fiscal_year"):
        return figure
    base = figure.base if figure.measure == "growth" else later(figure.base)
    return replace(figure, period=later(figure.period), base=base)


@pytest.fixture
def r7(edition: Edition) -> Edition:
    meta = edition.meta.model_copy(update={"edition": "R7", "fiscal_year": 2025})
    return Edition(edition.series, meta, edition.file)


@pytest.fixture
def later(gold: list[Figure]) -> list[Figure]:
    """The same report a year later: each number moved on, each printed prior year what R6 said."""
    this_year = {figure_key(f): f for f in gold}
    out = []
    for figure in map(next_year, gold):
        said = this_year.get(figure_key(figure))
        out.append(replace(figure, value=said.value, raw=said.raw, qualifier=said.qualifier, unit=said.unit,
                           scale=said.scale, decimals=said.decimals) if said else figure)
    return out


def figure_key(figure: Figure) -> tuple[object, ...]:
    return (figure.section_no, figure.label, figure.component, figure.measure, "" if figure.section_no == "08" else figure.unit,
            figure.period and (figure.period.start, figure.period.end), figure.base and figure.base.start)


def compare(r7: Edition, figures: list[Figure], r6: Match, statements: list[Statement], decisions: Decisions | None = None) -> Match:
    reading = Reading("r", "1" * 64, 13, figures=figures, statements=statements)
    return match(reading, r7, r6.observations, decisions or Decisions())


def edit(figures: list[Figure], named: str, /, **changes: object) -> list[Figure]:
    return [replace(f, **changes) if f.label == named else f for f in figures]  # type: ignore[arg-type]


def edit_level(figures: list[Figure], label: str, start: date, **changes: object) -> list[Figure]:
    assert any(f.label == label and f.measure == "level" and f.period and f.period.start == start for f in figures)
    return [replace(f, **changes) if f.label == label and f.measure == "level" and f.period and f.period.start == start  # type: ignore[arg-type]
            else f for f in figures]


def test_an_unchanged_report_has_no_errors(r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement]) -> None:
    assert kinds(compare(r7, later, r6, r6_statements)) == Counter()


def test_a_reworded_label_is_proposed_and_waits(
    r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement],
) -> None:
    changed = edit(later, "公開データセット数", label="公開しているデータセットの数")
    found = compare(r7, changed, r6, r6_statements)
    assert kinds(found) == {"renamed": 1}
    finding = next(f for f in found.findings if f.kind == "renamed")
    assert finding.indicator_id == "open_datasets" and finding.before["value"] == "646" and "open_datasets" in finding.remedy
    assert len(found.unmatched) == 3 and all("判断" in left.reason_ja for left in found.unmatched)

    mapped = Mapping(label="公開しているデータセットの数", indicator="open_datasets", **SIGNED)
    settled = compare(r7, changed, r6, r6_statements, Decisions(mappings=(mapped,)))
    assert kinds(settled) == Counter() and settled.unmatched == []


def test_new_and_vanished_indicators(r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement]) -> None:
    changed = [f for f in later if f.label != "視察受入"]
    changed.append(replace(changed[0], section_no="07", label="テレワーク実施日数", value=Decimal(12), unit="日", raw="12日"))
    found = compare(r7, changed, r6, r6_statements)
    assert kinds(found) == {"new": 1, "vanished": 1}
    assert next(f for f in found.findings if f.kind == "vanished").indicator_id == "inspection_visits"
    gone = next(f for f in found.findings if f.kind == "vanished")
    fresh = next(f for f in found.findings if f.kind == "new")
    settled = compare(r7, changed, r6, r6_statements, Decisions(acknowledgements=(
        Acknowledgement(finding=gone.id, expect=gone.expect, **SIGNED), Acknowledgement(finding=fresh.id, expect=fresh.expect, **SIGNED))))
    assert kinds(settled) == Counter()


def test_a_prior_year_said_otherwise(r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement]) -> None:
    year = date(2024, 4, 1)
    refined = edit_level(later, "証明書 コンビニ交付", year, value=Decimal(304000), decimals=1, raw="30.4万枚", qualifier="exact")
    found = compare(r7, refined, r6, r6_statements)
    assert kinds(found) == Counter() and kinds(found, "warning")["refined"] == 1
    restated = edit_level(later, "証明書 コンビニ交付", year, value=Decimal(280000), raw="28万枚", qualifier="exact")
    assert kinds(compare(r7, restated, r6, r6_statements)) == {"restated": 1}
    lost = edit_level(later, "証明書 コンビニ交付", year, value=Decimal(30), scale=0, raw="30枚", qualifier="exact")
    assert set(kinds(compare(r7, lost, r6, r6_statements))) == {"magnitude"}


def test_units_a_note_a_warning_an_error(r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement]) -> None:
    people = [replace(f, raw=f.raw.replace("名", "人")) if f.label == "DX変革リーダー" else f for f in later]
    found = compare(r7, people, r6, r6_statements)
    assert kinds(found) == Counter() and kinds(found, "note")["unit_printed"] == 2
    sheets = [replace(f, unit="件", raw=f.raw.replace("枚", "件")) if f.unit == "枚" else f for f in later]
    found = compare(r7, sheets, r6, r6_statements)
    assert set(kinds(found)) == {"unit_changed"}
    assert one(found, "convenience_store_certificates", start="2025-04-01").unit_code == "sheet"


def test_targets_and_cumulative_counts(r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement]) -> None:
    assert kinds(compare(r7, edit(later, "紙の使用量削減", value=Decimal(40), raw="40%以上"), r6, r6_statements)) == {"target_changed": 1}
    fell = edit_level(later, "開発したシステム数", date(2026, 3, 31), value=Decimal(500), raw="500システム")
    found = compare(r7, fell, r6, r6_statements)
    assert kinds(found) == {"cumulative_fell": 1}
    assert next(f for f in found.findings if f.kind == "cumulative_fell").before["value"] == "544"


def test_what_a_person_must_look_at(r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement]) -> None:
    changed = edit(later, "市民利用率", source="ocr", confidence=0.8)
    changed.append(replace(next(f for f in later if f.label == "集約対象業務"), value=Decimal(3), raw="3手続き"))
    changed.append(next(f for f in later if f.label == "作業削減時間"))
    found = compare(r7, edit(changed, "意見件数", period=None), r6, r6_statements)
    assert kinds(found) == {"ocr": 1, "duplicate": 1}
    assert kinds(found, "warning")["period_assumed"] == 1
    assert sorted(left.reason_en.split(" ")[0] for left in found.unmatched) == ["printed", "says"]


def test_a_repaired_character_is_a_note(edition: Edition, gold: list[Figure], r6_statements: list[Statement]) -> None:
    mended = edit(gold, "意見件数", note="⽬ (U+2F6C) read as 目")
    found = match(Reading("r", "0" * 64, 13, figures=mended, statements=r6_statements), edition, decisions=Decisions())
    assert kinds(found, "note") == {"homoglyph": 1} and kinds(found) == Counter()


def test_a_number_that_was_not_read_is_named(edition: Edition, gold: list[Figure]) -> None:
    entry = LedgerEntry(3, "(cid:12)7", "not_read", "no character for it", Box(1, 2, 3, 4))
    found = match(Reading("r", "0" * 64, 13, figures=gold, ledger=[entry]), edition, decisions=Decisions())
    assert kinds(found, "warning")["not_read"] == 1


def test_a_number_printed_at_last_takes_the_place_of_the_null(
    r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement],
) -> None:
    rate = replace(next(f for f in later if f.label == "全交付件数"), label="保有率", raw="84.2%", value=Decimal("84.2"), decimals=1)
    found = compare(r7, [*later, rate], r6, r6_statements)
    assert one(found, "mynumber_card_holding_rate").value == Decimal("84.2") and kinds(found) == Counter()


def test_last_years_value_tells_two_of_one_name_apart(
    r7: Edition, later: list[Figure], r6: Match, r6_statements: list[Statement], monkeypatch: pytest.MonkeyPatch,
) -> None:
    maps = r7.series.indicators["shared_maps"]
    twin = maps.model_copy(update={"id": "maps_of_others", "expected_measures": ()})
    monkeypatch.setitem(r7.series.indicators, twin.id, twin)
    without = [f for f in later if f.label != "共有マップ数" or f.measure == "level"]
    found = compare(r7, without, r6, r6_statements)
    assert one(found, "shared_maps", start="2026-03-31").value == 212 and kinds(found) == {"missing": 1}


# -- decisions


def test_a_correction_changes_the_value_and_says_so(edition: Edition, gold: list[Figure], r6_statements: list[Statement]) -> None:
    number = next(n for n, f in enumerate(gold, 1) if f.label == "集約対象業務")
    fix = Correction(figure=f"p01-{number:03d}", expect="2 手続き", use=Use(value=Decimal(20)), **SIGNED)
    found = match(Reading("r", "0" * 64, 13, figures=gold, statements=r6_statements), edition, decisions=Decisions(corrections=(fix,)))
    seen = one(found, "consolidated_procedures")
    assert seen.value == 20 and seen.source_text == "2手続き" and "確認した" in seen.obs_note and kinds(found) == Counter()


def test_a_decision_that_no_longer_holds_is_an_error(edition: Edition, gold: list[Figure], r6_statements: list[Statement]) -> None:
    decisions = Decisions(
        corrections=(Correction(figure="p01-001", expect="9万枚", use=Use(value=Decimal(1)), **SIGNED),
                     Correction(figure="p09-001", expect="1件", use=Use(value=Decimal(1)), **SIGNED)),
        acknowledgements=(Acknowledgement(finding="vanished:open_datasets", expect="absent", **SIGNED),),
        mappings=(Mapping(label="どこにもない", indicator="open_datasets", **SIGNED),))
    found = match(Reading("r", "0" * 64, 13, figures=gold, statements=r6_statements), edition, decisions=decisions)
    assert kinds(found) == {"stale_decision": 4}
    assert one(found, "convenience_store_certificates", start="2017-04-01").value == 9000
