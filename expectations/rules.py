"""What a rule is and what comes of it: the vocabulary in which the suites are written. No rule and no engine is in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

Severity = Literal["error", "warning"]


class Text(NamedTuple):
    """The same sentence in Japanese and in English."""

    ja: str
    en: str


class Expect(NamedTuple):
    """A Great Expectations class by name with its arguments, so that a suite can be read without importing the engine."""

    expectation: str
    arguments: Mapping[str, Any]


def holds(column: str) -> Expect:
    """The column says true of every row to which the rule applies, and is null where it does not."""
    return Expect("ExpectColumnValuesToBeInSet", {"column": column, "value_set": [True]})


def one_of(column: str, values: Sequence[object]) -> Expect:
    return Expect("ExpectColumnValuesToBeInSet", {"column": column, "value_set": list(values)})


def between(column: str, low: float | None, high: float | None) -> Expect:
    return Expect("ExpectColumnValuesToBeBetween", {"column": column, "min_value": low, "max_value": high})


def unique(column: str) -> Expect:
    return Expect("ExpectColumnValuesToBeUnique", {"column": column})


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold of every row of one frame. ``show`` names the columns that tell a person what is wrong."""

    id: str
    frame: str
    expect: Expect
    severity: Severity
    title: Text
    catches: Text
    remedy: Text
    show: tuple[str, ...]


@dataclass(slots=True)
class RuleResult:
    """What became of one rule on one edition.

    Each example has ``finding`` and ``expect``, by which a person settles it in ``decisions.yaml``, ``settled``, the reason given
    there or null, and the columns that the rule shows. ``unexpected_count`` counts the ones not settled.
    """

    rule_id: str
    suite: str
    severity: Severity
    title_ja: str
    title_en: str
    catches_ja: str
    catches_en: str
    remedy_ja: str
    remedy_en: str
    passed: bool
    checked: int
    unexpected_count: int
    settled_count: int = 0
    examples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def blocks(self) -> bool:
        """Whether this result keeps the edition from being published."""
        return not self.passed and self.severity == "error"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
