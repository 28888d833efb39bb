"""What must hold of the observations of one edition: each one by itself, beside its indicator, and beside each other."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd

from expectations import arithmetic, findings
from expectations.codes import code_rules
from expectations.frames import derive, observation_key
from expectations.rules import Rule, Text, holds, unique
from expectations.subject import Subject
from sources.registry import Indicator, unit

WHERE = ("page", "figure_id", "indicator_id", "measure")
MISSING = frozenset("OMLHQJNK")  # the statuses of CL_OBS_STATUS that a row without a value may have

RULES = (
    Rule(
        "observation_is_unique",
        "observation",
        unique("key"),
        "error",
        Text("指標・測り方・期間ごとに観測値は一つ", "One observation for each indicator, measure and period"),
        Text(
            "公開データセット数の R7.3末 に 646件 と 639件 の二つの値がある",
            "The open datasets of March 2025 have two values, 646件 and 639件",
        ),
        Text(
            "一方の指標か期間が違います。decisions.yaml に対応付けか訂正を書きます",
            "One has the wrong indicator or period: write a mapping or a correction",
        ),
        (*WHERE, "period_start", "period_end"),
    ),
    *code_rules("observation", WHERE),
    Rule(
        "unit_code_is_known",
        "observation",
        holds("unit_known"),
        "error",
        Text("単位コードは単位表にある", "The unit code is in the list of units"),
        Text("単位コードが sheets で、単位表にあるのは sheet", "The unit code is sheets; the list of units has sheet"),
        Text("indicators.yaml の単位を単位表のコードに直します", "Write the list's code into indicators.yaml"),
        (*WHERE, "unit_code"),
    ),
    Rule(
        "indicator_is_registered",
        "observation",
        holds("registered"),
        "error",
        Text("指標は indicators.yaml にある", "The indicator is in indicators.yaml"),
        Text("対応付けの指標IDに書き誤りがある", "A mapping misspells the indicator's id"),
        Text("decisions.yaml の対応付けか indicators.yaml を直します", "Mend the mapping in decisions.yaml, or indicators.yaml"),
        WHERE,
    ),
    Rule(
        "unit_is_the_indicators",
        "observation",
        holds("unit_fits"),
        "error",
        Text("単位は指標の単位", "The unit is the indicator's"),
        Text(
            "枚で数える指標に 件 の値が対応付けられた",
            "A value in 件 was matched to an indicator that is counted in 枚",
        ),
        Text(
            "対応付けを確かめます。数え方が変わったのなら新しい指標にします",
            "Check the mapping; if the report counts something else now, make it a new indicator",
        ),
        (*WHERE, "unit_code", "source_unit"),
    ),
    Rule(
        "null_has_a_status",
        "observation",
        holds("null_explained"),
        "error",
        Text("値のない行には欠測の状態があり、値のある行にはない", "A row without a value says why; a row with one does not"),
        Text(
            "図だけで示された保有率が、状態 A の空欄になっている",
            "A rate that is only drawn is empty with the status A, normal value",
        ),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the matching: report it with the PDF"),
        (*WHERE, "value", "obs_status"),
    ),
    Rule(
        "value_follows_from_its_print",
        "observation",
        holds("follows"),
        "error",
        Text("値は印刷された値に倍数を掛けたもの", "The value is the printed value times its multiplier"),
        Text("30.4万枚 が 304000 でなく 30.4 になっている", "30.4万枚 is 30.4 and not 304000"),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the matching: report it with the PDF"),
        (*WHERE, "value", "source_value", "unit_mult"),
    ),
    Rule(
        "value_has_its_figure",
        "observation",
        holds("has_figure"),
        "error",
        Text("値には、もとになった数値がページの上にある", "Every value has its figure on a page"),
        Text("観測値の数値ID p06-009 が数値の表にない", "The observation's figure p06-009 is not in the figure table"),
        Text("読み取りからやり直してください", "Read the edition again from the start"),
        (*WHERE, "value"),
    ),
    Rule(
        "figure_is_used_once",
        "observation",
        holds("used_once"),
        "error",
        Text("一つの数値は一つの観測値だけになる", "A figure becomes one observation only"),
        Text("646件 が公開データセット数と共有マップ数の両方に使われている", "646件 is used for the datasets and for the maps"),
        Text("decisions.yaml の対応付けを一方だけにします", "Keep only one of the two mappings in decisions.yaml"),
        WHERE,
    ),
    Rule(
        "observed_period_is_in_order",
        "observation",
        holds("period_in_order"),
        "error",
        Text(
            "期間の始まりは終わりより後でなく、比較期間は対象期間より後でない",
            "Periods run forwards, and the base is not after them",
        ),
        Text("前年度比の比較期間が翌年度になっている", "The change on last year is compared with next year"),
        Text("decisions.yaml で期間を訂正します", "Correct the period in decisions.yaml"),
        (*WHERE, "period_start", "period_end", "base_start", "base_end"),
    ),
    Rule(
        "fiscal_year_is_the_periods",
        "observation",
        holds("year_fits"),
        "error",
        Text("年度は期間の末日が属する年度", "The fiscal year is that in which the period ends"),
        Text("2025-03-31 までの値の年度が 2025 になっている", "A value up to 2025-03-31 has the fiscal year 2025"),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the matching: report it with the PDF"),
        (*WHERE, "fiscal_year", "period_end"),
    ),
    *findings.OF_MATCHING,
    Rule(
        "figure_has_become_something",
        "figure_use",
        holds("accounted_for"),
        "error",
        Text("どの数値も、観測値か、理由のある未対応のどちらか", "Every figure is an observation, or unmatched with a reason"),
        Text("読まれた 423件 が、どの表にも残っていない", "423件 was read and then lost without a word"),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the matching: report it with the PDF"),
        ("page", "figure_id", "label"),
    ),
    Rule(
        "change_is_the_difference",
        "comparison",
        holds("change_agrees"),
        "error",
        Text("印刷された増減は、今年と前年の差", "The printed change is this year less last year"),
        Text("646件 と前年度 639件 の差が +8件 と印刷されている", "+8件 is printed between 646件 and last year's 639件"),
        Text(
            "読み違いなら訂正し、報告書のとおりなら理由を添えて承認します",
            "Correct a misreading; if the report says so, acknowledge it with a reason",
        ),
        (*WHERE, "this_period", "base_period"),
    ),
    Rule(
        "growth_is_the_ratio",
        "comparison",
        holds("growth_agrees"),
        "error",
        Text("印刷された伸びは、二つの期間の値の比", "The printed growth is the ratio of the two levels"),
        Text("0.9万枚 から 30万枚超 までが 約3倍 と印刷されている", "約3倍 is printed from 0.9万枚 to 30万枚超"),
        Text(
            "読み違いなら訂正し、報告書のとおりなら理由を添えて承認します",
            "Correct a misreading; if the report says so, acknowledge it with a reason",
        ),
        (*WHERE, "this_period", "base_period"),
    ),
    Rule(
        "years_fit_their_span",
        "span",
        holds("years_fit"),
        "warning",
        Text(
            "複数年度の値は、その中の年度の値の合計と合う", "A count over several years agrees with the sum of its years"
        ),
        Text(
            "前の版のR4～6年度 11名 とR7年度 4名 に対し、R4～7年度が 13名 とある",
            "11名 hired in R4～6 by the last edition and 4名 in R7, yet 13名 in R4～7",
        ),
        Text("延べ数か実数かを確かめ、読み違いなら訂正します", "See whether persons are counted once; correct a misreading"),
        (*WHERE, "span", "years"),
    ),
)


def frames(subject: Subject) -> dict[str, pd.DataFrame]:
    observations, indicators = subject.observations, subject.indicators
    figure_ids = set(subject.figures["figure_id"])
    uses = Counter(observations["figure_id"].dropna())
    return {
        "observation": derive(
            observations,
            finding_key=observation_key,
            printed=lambda row: row.source_text,
            page=lambda row: row.source_page,
            key=observation_key,
            unit_known=lambda row: unit(row.unit_code) is not None,
            registered=lambda row: row.indicator_id in indicators,
            unit_fits=lambda row: _unit_fits(row, indicators.get(row.indicator_id)),
            null_explained=lambda row: (row.value is None) == (row.obs_status in MISSING),
            follows=_follows,
            has_figure=lambda row: None if row.value is None else row.figure_id in figure_ids,
            used_once=lambda row: None if row.figure_id is None else uses[row.figure_id] == 1,
            period_in_order=_period_in_order,
            year_fits=_year_fits,
        ),
        "figure_use": derive(
            subject.figures,
            finding_key=lambda row: row.figure_id,
            printed=lambda row: row.raw,
            accounted_for=lambda row: row.figure_id in uses or row.figure_id in subject.unmatched,
        ),
        "comparison": arithmetic.changes(observations, subject.previous),
        "finding": findings.frame(subject),
        "span": arithmetic.spans(observations, indicators, subject.previous),
    }


def _unit_fits(row: Any, indicator: Indicator | None) -> bool | None:
    if indicator is None:
        return None
    # A target stated against a base year is a share of it: 50%以上 (令和5年度比).
    relative = ("percent", "times", "proportion") if row.measure == "target" and row.base_end is not None else ()
    return row.unit_code in (*indicator.units_of(row.measure), *relative)


def _follows(row: Any) -> bool | None:
    if row.value is None or row.source_value is None:
        return None
    return bool(row.value == row.source_value.scaleb(int(row.unit_mult or 0)))


def _period_in_order(row: Any) -> bool:
    in_order = bool(row.period_start <= row.period_end)
    if row.base_end is None:
        return in_order
    return in_order and bool(row.base_start <= row.base_end <= row.period_end)


def _year_fits(row: Any) -> bool:
    end = row.period_end
    return bool(row.fiscal_year == (end.year if end.month > 3 else end.year - 1))
