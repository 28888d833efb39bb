"""What must hold of the numbers as they were read: each one by itself, and beside the other numbers of its sentence."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

import pandas as pd

from expectations import arithmetic
from expectations.codes import code_rules
from expectations.frames import derive
from expectations.rules import Rule, Text, between, holds, one_of, unique
from expectations.subject import Subject
from sources.notation.normalize import normalize
from sources.registry import unit_code

MULTIPLIERS = {"十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "億": 8, "兆": 12}
NUMBER = re.compile(r"(\d+(?:[, ]\d{3})*(?:\.\d+)?)\s*(十万|百万|千万|十|百|千|万|億|兆)?")
MINUS = "▲△−－-‐–"
PLAUSIBLE = {"%": (-100, 1000), "ポイント": (-200, 200), "割合": (0, 1), "倍": (0, 100_000)}
SLACK = 1.0  # points by which a box may leave its page: descenders and rounding

WHERE = ("page", "figure_id", "label")

RULES = (
    Rule(
        "figure_id_is_unique",
        "figure",
        unique("figure_id"),
        "error",
        Text("数値IDに重複がない", "Every figure has an id of its own"),
        Text("同じID p06-003 が二つの数値に付いている", "Two numbers carry the same id p06-003"),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the reading: report it with the PDF"),
        WHERE,
    ),
    Rule(
        "figure_is_read_once",
        "figure",
        unique("spot"),
        "error",
        Text("同じ場所の数値は一度だけ読まれている", "No spot of a page is read twice"),
        Text(
            "太字のための重ね打ちの 646件 が二件の数値になっている", "646件, printed over itself to look bold, became two figures"
        ),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the reading: report it with the PDF"),
        WHERE,
    ),
    *code_rules("figure", WHERE),
    Rule(
        "period_is_in_order",
        "figure",
        holds("period_in_order"),
        "error",
        Text("期間の始まりは終わりより後ではない", "No period ends before it starts"),
        Text(
            "R6～4年度 と読まれ、2025年3月から2023年3月までになっている", "R6～4年度 was read as lasting from 2025 back to 2023"
        ),
        Text(
            "ページの期間を確かめ、decisions.yaml で訂正します", "Check the period on the page and correct it in decisions.yaml"
        ),
        (*WHERE, "period_start", "period_end", "base_start", "base_end"),
    ),
    Rule(
        "period_is_plausible",
        "figure",
        between("years_away", -40, 40),
        "error",
        Text("期間は報告書の年度の前後40年以内", "Periods lie within 40 years of the report's own"),
        Text("R64.1 が令和64年と読まれ、2082年の値になっている", "R64.1, a slip, was read as the year 2082"),
        Text(
            "印刷の誤りなら decisions.yaml に正しい期間を書きます",
            "If the report slipped, write the right period into decisions.yaml",
        ),
        (*WHERE, "period_start", "period_end"),
    ),
    Rule(
        "result_is_not_in_the_future",
        "figure",
        holds("not_ahead"),
        "warning",
        Text("実績の期間は報告書の年度より先ではない", "Results do not lie ahead of the report's own year"),
        Text(
            "目標年 R9 の見出しの下の調査結果が、R9年度の実績になっている",
            "A survey's result under a heading for the target year R9 became a result of R9",
        ),
        Text(
            "見通しなら承認し、そうでなければ期間か測り方を訂正します",
            "Acknowledge a forecast; otherwise correct the period or the measure",
        ),
        (*WHERE, "measure", "period_start", "period_end"),
    ),
    Rule(
        "change_has_a_base",
        "figure",
        holds("has_base"),
        "warning",
        Text("増減と伸びには比較する期間がある", "Changes and growths say what they are compared with"),
        Text("+3ポイント に、いつと比べたかが付いていない", "+3ポイント does not say since when"),
        Text("ページを確かめ、比較する期間を decisions.yaml に書きます", "Check the page and write the base period"),
        (*WHERE, "measure"),
    ),
    Rule(
        "label_is_known",
        "figure",
        holds("has_label"),
        "warning",
        Text("どの数値にも項目名がある", "Every figure has a label"),
        Text("見出しのない囲みの 423件 が何の数か分からない", "423件 in a tile without a heading counts nobody knows what"),
        Text("指標への対応を decisions.yaml に書きます", "Map it to an indicator in decisions.yaml"),
        WHERE,
    ),
    Rule(
        "unit_is_known",
        "figure",
        holds("unit_known"),
        "warning",
        Text("印刷された単位は単位表にある", "The printed unit is in the list of units"),
        Text("+37件マップ の「件マップ」は単位表にない", "件マップ in +37件マップ is in no list of units"),
        Text(
            "新しい単位なら sources/notation/units.yaml に加えます。印刷の誤りなら指標の単位が使われます",
            "Add a new unit to sources/notation/units.yaml; where the report slips, the indicator's unit is used",
        ),
        (*WHERE, "unit"),
    ),
    Rule(
        "value_is_plausible",
        "figure",
        holds("plausible"),
        "error",
        Text("値は単位から見てあり得る範囲にある", "The value lies in the range that its unit allows"),
        Text("62.0% の小数点が落ちて 6200% になっている", "62.0% lost its point and became 6200%"),
        Text(
            "確認ページの画像と比べ、読み違いなら decisions.yaml で訂正します",
            "Compare with the picture; correct a misreading in decisions.yaml",
        ),
        (*WHERE, "value", "unit"),
    ),
    Rule(
        "precision_is_plausible",
        "figure",
        between("decimals", 0, 6),
        "error",
        Text("小数桁数は0から6", "Between 0 and 6 digits stand after the point"),
        Text("桁区切りの , が小数点と読まれている", "A thousands comma was taken for a decimal point"),
        Text("確認ページの画像と比べ、decisions.yaml で訂正します", "Compare with the picture and correct it in decisions.yaml"),
        (*WHERE, "decimals"),
    ),
    Rule(
        "multiplier_is_known",
        "figure",
        one_of("scale", (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
        "error",
        Text("倍数は1から兆まで", "The multiplier is between one and 兆"),
        Text("万億 と続けて読まれ、倍数が10の40乗になっている", "万億 was read as a multiplier of ten to the fortieth"),
        Text("確認ページの画像と比べ、decisions.yaml で訂正します", "Compare with the picture and correct it in decisions.yaml"),
        (*WHERE, "scale"),
    ),
    Rule(
        "value_is_what_is_printed",
        "figure",
        holds("says_its_value"),
        "error",
        Text("値は印刷された数字に倍数を掛けたもの", "The value is the printed digits times the printed multiplier"),
        Text("30万枚 の値が 30000 になっている", "The value of 30万枚 is 30000"),
        Text("確認ページの画像と比べ、decisions.yaml で訂正します", "Compare with the picture and correct it in decisions.yaml"),
        (*WHERE, "value", "scale"),
    ),
    Rule(
        "minus_is_kept",
        "figure",
        holds("sign_kept"),
        "error",
        Text("▲や△の付いた数値は正ではない", "A number printed with ▲ or △ is not positive"),
        Text("▲7,045時間 の値が 7045 になっている", "The value of ▲7,045時間 is 7045"),
        Text("確認ページの画像と比べ、decisions.yaml で訂正します", "Compare with the picture and correct it in decisions.yaml"),
        (*WHERE, "value"),
    ),
    Rule(
        "box_lies_on_its_page",
        "figure",
        holds("box_on_page"),
        "error",
        Text("囲みはページの内側にあり、面積がある", "The box lies on its page and has an area"),
        Text("断ち落としの外に隠れた 999件 が読まれている", "999件, hidden outside the trimmed page, was read"),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the reading: report it with the PDF"),
        (*WHERE, "x0", "top", "x1", "bottom"),
    ),
    Rule(
        "box_holds_its_digits",
        "figure",
        holds("digits_in_box"),
        "error",
        Text("囲みの中の文字に、その数字がある", "The characters inside the box hold the number's digits"),
        Text("囲みが隣の 212マップ を指しているのに、値は 646件", "The box is around 212マップ while the value is 646件"),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the reading: report it with the PDF"),
        (*WHERE, "box_text"),
    ),
    Rule(
        "part_fits_its_total",
        "part",
        holds("part_fits"),
        "error",
        Text("部分は全体より大きくない", "No part is greater than its total"),
        Text("1,900手続き中、2,260手続き と、部分が全体を超えている", "1,900手続き中、2,260手続き: the part exceeds its total"),
        Text(
            "読み違いなら訂正し、報告書のとおりなら理由を添えて承認します",
            "Correct a misreading; if the report says so, acknowledge it with a reason",
        ),
        ("page", "figure_id", "label", "total"),
    ),
    *code_rules("ledger", ("page",)),
    *code_rules("statement", ("page",)),
    Rule(
        "statement_says_something",
        "statement",
        holds("says_something"),
        "error",
        Text("記述には文がある", "Every statement has some text"),
        Text("文のない「目標」の行がある", "There is a target without words"),
        Text("読み取りの不具合です。PDFを添えて報告してください", "A fault of the reading: report it with the PDF"),
        ("page", "kind"),
    ),
)


def frames(subject: Subject) -> dict[str, pd.DataFrame]:
    edition = subject.edition
    corrected = {c.figure.removeprefix(f"{edition.edition_id}-"): c for c in edition.decisions.corrections}

    def settled_by(row: Any) -> str | None:
        """Why a person corrected the figure: the table keeps what was read, matching uses what is right."""
        correction = corrected.get(row.figure_id.removeprefix(f"{edition.edition_id}-"))
        return correction.reason if correction and _plain(correction.expect) == _plain(row.raw) else None

    figures = derive(subject.figures, settled_by=settled_by)
    if "box_text" not in figures.columns:
        figures = figures.assign(box_text=None)
    return {
        "figure": derive(
            figures,
            finding_key=lambda row: row.figure_id,
            printed=lambda row: row.raw,
            spot=lambda row: f"{row.page} {row.x0} {row.top} {row.x1} {row.bottom} {row.raw}",
            period_in_order=_period_in_order,
            years_away=lambda row: None if row.period_end is None else row.period_end.year - edition.fiscal_year,
            not_ahead=lambda row: _not_ahead(row, edition.fiscal_year),
            has_base=lambda row: row.base_end is not None if row.measure in ("change", "growth") else None,
            has_label=lambda row: bool(row.label),
            unit_known=lambda row: unit_code(row.unit) is not None if row.unit else None,
            plausible=_plausible,
            says_its_value=_says_its_value,
            sign_kept=lambda row: row.value <= 0 if row.raw[:1] and row.raw.lstrip("（( ")[:1] in MINUS else None,
            box_on_page=lambda row: _on_page(row, subject.pages.get(int(row.page))),
            digits_in_box=lambda row: _digits(row.raw) in _digits(row.box_text) if row.box_text is not None else None,
        ),
        "part": arithmetic.parts(figures),
        "ledger": derive(
            subject.ledger,
            finding_key=lambda row: f"p{row.page:02d}-{row.entry}",
            printed=lambda row: row.text,
        ),
        "statement": derive(
            subject.statements,
            finding_key=lambda row: f"p{row.page:02d}-{row.entry}",
            printed=lambda row: row.text,
            says_something=lambda row: bool(row.text),
        ),
    }


def _period_in_order(row: Any) -> bool | None:
    if row.period_start is None or row.period_end is None:
        return None
    based = row.base_start is not None and row.base_end is not None
    return row.period_start <= row.period_end and (not based or row.base_start <= row.base_end)


def _not_ahead(row: Any, fiscal_year: int) -> bool | None:
    """A report of a fiscal year appears some months after its end and may speak of those months."""
    if row.measure == "target" or row.period_end is None:
        return None
    return bool((row.period_end.year, row.period_end.month) <= (fiscal_year + 2, 3))


def _plausible(row: Any) -> bool:
    low, high = PLAUSIBLE.get(row.unit, (-(10**16), 10**16))
    return bool(low <= row.value <= high)


def _says_its_value(row: Any) -> bool | None:
    """Read the digits a second time, by simpler means; words such as 半数 and kanji numerals are left to the notation."""
    text = normalize(row.raw).text
    candidates: list[Decimal] = []
    together, reach = Decimal(0), 0
    for match in NUMBER.finditer(text):
        printed = Decimal(match[1].replace(",", "").replace(" ", ""))
        scaled = printed.scaleb(MULTIPLIERS.get(match[2], 0))
        # What stands together adds up: 3兆8,165億.
        together = together + scaled if match.start() == reach else scaled
        reach = match.end()
        candidates += [scaled, together, printed.scaleb(int(row.scale))]
    if not candidates or row.unit == "割合" or "割" in text:
        return None
    return abs(row.value) in candidates


def _on_page(row: Any, size: tuple[float, float] | None) -> bool | None:
    if size is None:
        return None
    width, height = size
    inside = min(row.x0, row.top) >= -SLACK and row.x1 <= width + SLACK and row.bottom <= height + SLACK
    return bool(inside and row.x0 < row.x1 and row.top < row.bottom)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def _digits(text: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
