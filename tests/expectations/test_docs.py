"""The page of rules: every rule and every kind of finding is on it with an example, and it is what the rules say now."""

from __future__ import annotations

from expectations import figures, findings, observations, previous
from expectations.docs import PAGE, main, rules_page
from sources.findings import KINDS


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == rules_page(), "run: python -m expectations.docs"
    assert main(["--check"]) == 0


def test_every_rule_and_every_kind_of_finding_is_on_the_page() -> None:
    page = rules_page()
    rules = [rule for suite in (figures, observations, previous) for rule in suite.RULES]
    for name in {rule.id for rule in rules} | set(KINDS):
        assert f"### `{name}`" in page, name
    assert {kind for kind, severity in KINDS.items() if severity == "note"} == set(findings.NOTES)
    assert all(rule.catches.ja and rule.catches.en for rule in rules)
