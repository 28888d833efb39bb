"""Every rule holds of a sound edition, and catches what it says it catches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expectations import figures, observations, previous
from sources.decisions import Decisions
from sources.findings import KINDS

FINDING_RULES = {kind for kind, severity in KINDS.items() if severity != "note"}
ALL_RULES = {rule.id: rule for suite in (figures, observations, previous) for rule in suite.RULES}


def spoil(table: str, row: int, **values: Any) -> Callable[[Any], None]:
    return lambda edition: getattr(edition, table)[row].update(values)


def read_twice(edition: Any) -> None:
    edition.figures.append(edition.figures[0] | {"figure_id": "kitakyushu_dx-R6-p01-099"})


def fewer_indicators(edition: Any) -> None:
    edition.previous = [row | {"edition_id": "kitakyushu_dx-R5"} for row in edition.observations]
    edition.observations = edition.observations[:3]


# What is planted for each rule: the smallest thing wrong that it must see.
PLANTED: dict[str, Callable[[Any], None]] = {
    "figure_id_is_unique": spoil("figures", 1, figure_id="kitakyushu_dx-R6-p01-001"),
    "figure_is_read_once": read_twice,
    "figure_measure_is_coded": spoil("figures", 0, measure="difference"),
    "figure_component_is_coded": spoil("figures", 0, component="half"),
    "figure_qualifier_is_coded": spoil("figures", 0, qualifier="約"),
    "figure_period_kind_is_coded": spoil("figures", 0, period_kind="quarter"),
    "figure_source_is_coded": spoil("figures", 0, source="guess"),
    "period_is_in_order": spoil("figures", 3, period_start=date(2026, 4, 1)),
    "period_is_plausible": spoil("figures", 0, period_start=date(2082, 1, 31), period_end=date(2082, 1, 31)),
    "result_is_not_in_the_future": spoil("figures", 3, period_start=date(2027, 4, 1), period_end=date(2028, 3, 31)),
    "change_has_a_base": spoil("figures", 1, base_start=None, base_end=None),
    "label_is_known": spoil("figures", 0, label=""),
    "unit_is_known": spoil("figures", 0, unit="ふしぎ"),
    "value_is_plausible": spoil("figures", 6, value=Decimal("-3400")),
    "precision_is_plausible": spoil("figures", 0, decimals=9),
    "multiplier_is_known": spoil("figures", 0, scale=40),
    "value_is_what_is_printed": spoil("figures", 3, value=Decimal("30000")),
    "minus_is_kept": spoil("figures", 6, value=Decimal("34")),
    "box_lies_on_its_page": spoil("figures", 0, x1=1200.0),
    "box_holds_its_digits": spoil("figures", 0, box_text="212マップ"),
    "part_fits_its_total": spoil("figures", 8, value=Decimal("2261")),
    "ledger_kind_is_coded": spoil("ledger", 0, kind="lost"),
    "statement_kind_is_coded": spoil("statements", 0, kind="wish"),
    "statement_period_kind_is_coded": spoil("statements", 0, period_kind="quarter"),
    "statement_says_something": spoil("statements", 0, text=""),
    "observation_is_unique": spoil("observations", 2, period_start=date(2025, 3, 31), period_end=date(2025, 3, 31)),
    "observation_measure_is_coded": spoil("observations", 0, measure="difference"),
    "observation_qualifier_is_coded": spoil("observations", 0, qualifier="約"),
    "observation_obs_status_is_coded": spoil("observations", 0, obs_status="Z"),
    "unit_code_is_known": spoil("observations", 0, unit_code="cases"),
    "indicator_is_registered": spoil("observations", 0, indicator_id="open_data_sets"),
    "unit_is_the_indicators": spoil("observations", 0, unit_code="sheet"),
    "null_has_a_status": spoil("observations", 0, value=None),
    "value_follows_from_its_print": spoil("observations", 3, value=Decimal("30")),
    "value_has_its_figure": spoil("observations", 0, figure_id="kitakyushu_dx-R6-p01-077"),
    "figure_is_used_once": spoil("observations", 1, figure_id="kitakyushu_dx-R6-p01-001"),
    "observed_period_is_in_order": spoil("observations", 1, base_start=date(2026, 3, 31), base_end=date(2026, 3, 31)),
    "fiscal_year_is_the_periods": spoil("observations", 0, fiscal_year=2025),
    "figure_has_become_something": lambda edition: edition.observations.pop(),
    "change_is_the_difference": spoil("observations", 1, value=Decimal("8")),
    "growth_is_the_ratio": spoil("observations", 5, value=Decimal("3")),
    "years_fit_their_span": spoil("observations", 10, value=Decimal("39")),
    "coverage_is_kept": fewer_indicators,
}


def test_every_rule_holds_of_a_sound_edition(edition) -> None:
    results = edition.judged()
    assert [result.rule_id for result in results.values() if not result.passed] == []
    assert set(results) == set(ALL_RULES)
    assert results["change_is_the_difference"].checked == 1
    assert results["growth_is_the_ratio"].checked == 1
    assert results["part_fits_its_total"].checked == 1
    assert results["years_fit_their_span"].checked == 1


def test_something_is_planted_for_every_rule() -> None:
    assert set(PLANTED) | FINDING_RULES == set(ALL_RULES)


@pytest.mark.parametrize("rule_id", PLANTED)
def test_each_rule_catches_what_is_planted(rule_id: str, edition) -> None:
    PLANTED[rule_id](edition)
    result = edition.judge(rule_id)
    assert not result.passed
    assert result.unexpected_count >= 1
    assert result.severity == ALL_RULES[rule_id].severity
    assert all(example["finding"].startswith(f"{rule_id}:") and example["settled"] is None for example in result.examples)


def test_each_kind_of_finding_is_a_rule(edition, finding) -> None:
    edition.findings = [*map(finding, sorted(FINDING_RULES)), finding("unit_printed", severity="note")]
    results = edition.judged(only=lambda rule: rule.frame == "finding")
    assert set(results) == FINDING_RULES
    for kind, result in results.items():
        assert not result.passed and result.severity == KINDS[kind]
        assert [example["finding"] for example in result.examples] == [f"{kind}:open_datasets"]


def test_a_settled_finding_is_shown_and_does_not_fail(edition, finding) -> None:
    edition.findings = [finding("restated", severity="note", settled="市が改訂した")]
    result = edition.judge("restated")
    assert result.passed and (result.settled_count, result.unexpected_count) == (1, 0)
    assert result.examples[0]["settled"] == "市が改訂した"


def test_a_person_settles_a_broken_rule_as_long_as_the_print_is_the_same(edition) -> None:
    PLANTED["change_is_the_difference"](edition)
    broken = edition.judge("change_is_the_difference")
    place = (broken.examples[0]["finding"], broken.examples[0]["expect"])
    assert place[1] == "+7件" and broken.blocks
    settled = edition.judge("change_is_the_difference", {place: "報告書の誤り"})
    assert settled.passed and settled.settled_count == 1 and not settled.blocks
    assert not edition.judge("change_is_the_difference", {(place[0], "+9件"): "報告書の誤り"}).passed


def test_a_correction_settles_what_is_wrong_with_the_figure_as_read(edition) -> None:
    PLANTED["value_is_plausible"](edition)
    correction = {
        "figure": "p01-007",
        "expect": "▲34 %",
        "use": {"value": -34},
        "reason": "桁の誤り",
        "who": "担当",
        "when": "2026-06-01",
    }
    edition.decisions = Decisions.model_validate({"corrections": [correction]})
    result = edition.judge("value_is_plausible")
    assert result.passed and result.examples[0]["settled"] == "桁の誤り"


def test_every_rule_speaks_both_languages_and_says_what_it_catches() -> None:
    for rule in ALL_RULES.values():
        for text in (rule.title, rule.catches, rule.remedy):
            assert text.ja and text.en and text.ja != text.en, rule.id
        assert any(ord(letter) > 0x3000 for letter in rule.title.ja), rule.id
