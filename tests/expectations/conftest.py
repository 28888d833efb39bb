"""A made-up edition in which every rule holds: a few numbers of the R6 report, as the stages before would hand them on."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from expectations import figures, observations, previous
from expectations.adapter import run_suite
from expectations.rules import Rule, RuleResult
from expectations.subject import Subject
from sources import registry
from sources.decisions import Decisions

FY24 = (date(2024, 4, 1), date(2025, 3, 31))
FY17 = (date(2017, 4, 1), date(2018, 3, 31))
END24, END23 = (date(2025, 3, 31),) * 2, (date(2024, 3, 31),) * 2
#      indicator                    raw        value    unit  code    scale decimals qualifier period base  measure component
PRINTED = [
    ("open_datasets", "646件", "646", "件", "case", 0, 0, "exact", END24, None, "level", "whole"),
    ("open_datasets", "+7件", "7", "件", "case", 0, 0, "exact", END24, END23, "change", "whole"),
    ("open_datasets", "639件", "639", "件", "case", 0, 0, "exact", END23, None, "level", "whole"),
    ("convenience_store_certificates", "30 万枚超", "300000", "枚", "sheet", 4, 0, "over", FY24, None, "level", "whole"),
    ("convenience_store_certificates", "0.9 万枚", "9000", "枚", "sheet", 4, 1, "exact", FY17, None, "level", "whole"),
    ("convenience_store_certificates", "約30倍", "30", "倍", "times", 0, 0, "about", FY24, FY17, "growth", "whole"),
    ("counter_certificates", "▲34%", "-34", "%", "percent", 0, 0, "exact", FY24, FY17, "growth", "whole"),
    ("procedures", "2,260 手続き", "2260", "手続き", "procedure", 0, 0, "exact", END24, None, "level", "total"),
    ("procedures_online", "1,900 手続き", "1900", "手続き", "procedure", 0, 0, "exact", END24, None, "level", "part"),
    ("digital_courses", "40 講座", "40", "講座", "course", 0, 0, "exact", FY24, None, "level", "whole"),
    (
        "digital_courses_cumulative",
        "1,339 講座",
        "1339",
        "講座",
        "course",
        0,
        0,
        "exact",
        (date(2021, 4, 1), FY24[1]),
        None,
        "level",
        "whole",
    ),
]


@dataclass
class MadeUp:
    """The tables of one edition, to be spoilt by a test and judged."""

    figures: list[dict[str, Any]]
    observations: list[dict[str, Any]]
    statements: list[dict[str, Any]]
    ledger: list[dict[str, Any]]
    findings: list[dict[str, Any]] = field(default_factory=list)
    previous: list[dict[str, Any]] = field(default_factory=list)
    decisions: Decisions = field(default_factory=Decisions)

    def subject(self) -> Subject:
        edition = copy(registry.load().edition("kitakyushu_dx-R6"))
        edition.__dict__["decisions"] = self.decisions
        return Subject.of(
            edition,
            self.figures,
            self.observations,
            self.statements,
            ledger=self.ledger,
            pages=[{"number": 1, "width": 960, "height": 540}],
            findings=self.findings,
            previous=self.previous,
        )

    def judged(
        self, settled: dict[tuple[str, str], str] | None = None, only: Callable[[Rule], bool] = lambda rule: True
    ) -> dict[str, RuleResult]:
        subject = self.subject()
        results = []
        for name, suite in {"figures": figures, "observations": observations, "previous": previous}.items():
            rules = [rule for rule in suite.RULES if only(rule)]
            results += run_suite(name, rules, suite.frames(subject), settled) if rules else []
        return {result.rule_id: result for result in results}

    def judge(self, rule_id: str, settled: dict[tuple[str, str], str] | None = None) -> RuleResult:
        return self.judged(settled, only=lambda rule: rule.id == rule_id)[rule_id]


@pytest.fixture
def edition() -> MadeUp:
    figure_rows, observation_rows = [], []
    for number, (indicator, raw, value, unit, code, scale, decimals, qualifier, period, base, measure, component) in enumerate(
        PRINTED, 1
    ):
        figure_id = f"kitakyushu_dx-R6-p01-{number:03d}"
        when = {"period_start": period[0], "period_end": period[1], "base_start": base and base[0], "base_end": base and base[1]}
        said = {"value": Decimal(value), "qualifier": qualifier, "decimals": decimals, "measure": measure, **when}
        figure_rows.append(
            {
                "figure_id": figure_id,
                "page": 1,
                "label": "手続き" if component != "whole" else raw,
                "raw": raw,
                "unit": unit,
                "scale": scale,
                "component": component,
                "period_kind": "as_of" if period[0] == period[1] else "fiscal_year",
                "source": "text",
                "box_text": f"（{raw}）",
                "x0": 10.0,
                "top": 20.0 * number,
                "x1": 60.0,
                "bottom": 20.0 * number + 12,
                **said,
            }
        )
        observation_rows.append(
            {
                "edition_id": "kitakyushu_dx-R6",
                "indicator_id": indicator,
                "unit_code": code,
                "source_unit": unit,
                "unit_mult": scale,
                "source_value": Decimal(value).scaleb(-scale),
                "obs_status": "A",
                "source_text": raw,
                "source_page": 1,
                "figure_id": figure_id,
                "fiscal_year": period[1].year - 1,
                **said,
            }
        )
    statements = [{"page": 1, "entry": 1, "kind": "target", "text": "ほとんどの市民がカードを保有"}]
    ledger = [{"page": 1, "entry": 1, "kind": "date", "text": "R7.3", "reason": "period"}]
    return MadeUp(figure_rows, observation_rows, statements, ledger)


@pytest.fixture
def finding() -> Callable[..., dict[str, Any]]:
    def make(kind: str, **given: Any) -> dict[str, Any]:
        row = {
            "id": f"{kind}:open_datasets",
            "kind": kind,
            "severity": "error",
            "message_ja": "日本語",
            "message_en": "English",
            "indicator_id": "open_datasets",
            "figure_id": None,
            "expect": "646件",
            "now": {"page": 1},
            "before": {},
            "settled": "",
        }
        return row | given

    return make
