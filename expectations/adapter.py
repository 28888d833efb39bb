"""The only place that touches Great Expectations: rules and frames in, results out."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from expectations.rules import Rule, RuleResult

if TYPE_CHECKING:
    import pandas as pd

SEVERITIES = {"error": "critical", "warning": "warning"}
ROW = "row_number"


def run_suite(
    suite: str,
    rules: Sequence[Rule],
    frames: Mapping[str, pd.DataFrame],
    settled: Mapping[tuple[str, str], str] | None = None,
) -> list[RuleResult]:
    """Judge the frames by the rules, in the order of the rules.

    Every frame has the columns ``finding_key``, which names its row and stays the same when the file is read again, and
    ``printed``, what the report says there. ``settled`` maps a finding and what it expects to be printed to a person's reason;
    a frame whose rows know that already has it in its column ``settled_by``.
    """
    by_frame: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_frame[rule.frame].append(rule)
    failing: dict[str, tuple[int, list[int]]] = {}
    for name, judging in by_frame.items():
        failing |= _failing_rows(name, judging, frames[name])
    return [_result(suite, rule, frames[rule.frame], *failing[rule.id], settled or {}) for rule in rules]


@cache
def _whole() -> Any:
    import great_expectations as gx

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}  # type: ignore[assignment]
    frame = context.data_sources.pandas_default.add_dataframe_asset("frame")
    return frame.add_batch_definition_whole_dataframe("whole")


def _failing_rows(name: str, rules: Sequence[Rule], frame: pd.DataFrame) -> dict[str, tuple[int, list[int]]]:
    """For each rule, how many rows it applied to and the positions of those that break it."""
    missing = {str(rule.expect.arguments["column"]) for rule in rules} - set(frame.columns)
    if missing:
        raise KeyError(f"the frame {name!r} lacks the columns {sorted(missing)} that its rules judge")
    # An expectation on values passes over nulls: of a column that has nothing else, there is nothing to judge.
    failing: dict[str, tuple[int, list[int]]] = {rule.id: (0, []) for rule in rules}
    applicable = [rule for rule in rules if frame[rule.expect.arguments["column"]].notna().any()]
    if not applicable:
        return failing

    judged = frame[sorted({rule.expect.arguments["column"] for rule in applicable})]
    batch = _whole().get_batch({"dataframe": judged.reset_index(drop=True).rename_axis(ROW).reset_index()})
    broken = []
    for rule, result in _judged(batch, applicable, {"result_format": "BASIC", "partial_unexpected_count": 0}):
        failing[rule.id] = (result["element_count"] - result.get("missing_count", 0), [])
        if result["unexpected_count"]:
            broken.append(rule)
    # Which rows break a rule is asked for only where one does: naming them takes half as long again.
    every_row = {"result_format": "COMPLETE", "unexpected_index_column_names": [ROW], "return_unexpected_index_query": False}
    for rule, result in _judged(batch, broken, every_row) if broken else ():
        failing[rule.id] = (failing[rule.id][0], [int(index[ROW]) for index in result["unexpected_index_list"]])
    return failing


def _judged(batch: Any, rules: Sequence[Rule], result_format: dict[str, Any]) -> Iterator[tuple[Rule, dict[str, Any]]]:
    """Each rule with what the engine says of it."""
    import great_expectations as gx

    by_id = {rule.id: rule for rule in rules}
    suite = gx.ExpectationSuite(
        rules[0].frame,
        expectations=[
            getattr(gx.expectations, rule.expect.expectation)(
                **rule.expect.arguments, severity=SEVERITIES[rule.severity], meta={"rule": rule.id}
            )
            for rule in rules
        ],
    )
    for result in batch.validate(suite, result_format=result_format).results:
        rule = by_id[result.expectation_config.meta["rule"]]
        if result.exception_info.get("raised_exception", True):
            # An expectation that cannot be judged must not look like one that holds.
            raise RuntimeError(f"rule {rule.id!r} could not be judged on {rule.frame!r}: {result.exception_info}")
        yield rule, result.result


def _result(
    suite: str, rule: Rule, frame: pd.DataFrame, checked: int, rows: Sequence[int], settled: Mapping[tuple[str, str], str]
) -> RuleResult:
    examples: list[dict[str, Any]] = []
    for row in rows:
        record = frame.iloc[row]
        finding = f"{rule.id}:{record['finding_key']}"
        expect = record["printed"] or ""
        shown = {column: plain(record[column]) for column in rule.show}
        reason = record.get("settled_by") or settled.get((finding, expect))
        examples.append({"finding": finding, "expect": expect, "settled": reason, **shown})
    examples.sort(key=lambda example: example["settled"] is not None)
    settled_count = sum(example["settled"] is not None for example in examples)
    return RuleResult(
        rule_id=rule.id,
        suite=suite,
        severity=rule.severity,
        title_ja=rule.title.ja,
        title_en=rule.title.en,
        catches_ja=rule.catches.ja,
        catches_en=rule.catches.en,
        remedy_ja=rule.remedy.ja,
        remedy_en=rule.remedy.en,
        passed=len(examples) == settled_count,
        checked=checked,
        unexpected_count=len(examples) - settled_count,
        settled_count=settled_count,
        examples=examples,
    )


def plain(value: Any) -> Any:
    """A cell as JSON can hold it and a person would write it: no exponent, no trailing zeros, null for nothing."""
    if value is None or value != value:
        return None
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value.item() if hasattr(value, "item") else value
