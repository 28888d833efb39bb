"""The reference page about notation: what printed statements mean, by the hand-written cases that the tests hold the reading against."""

from __future__ import annotations

from docs.site.markdown import Language, code, head, table
from tests.notation.casefile import PATH, Case, cases

SHOWN = {  # sections of the file of cases, in its order
    "numbers": "数", "units": "単位", "qualifiers and signs": "限定と符号", "changes and growth": "増減と伸び", "periods": "期間",
    "part and whole": "内訳と全体", "targets": "目標", "rates": "率と単位当たり", "ranges": "範囲", "no figures": "数値ではないもの",
}
EXAMPLES = 20
_WORDS = {
    "change": "増減", "growth": "伸び", "target": "目標", "part": "部分", "total": "全体", "about": "約", "over": "超", "at_least": "以上",
    "at_most": "以下", "under": "未満",
}


def notation(language: Language) -> str:
    """Printed texts, and the figures that they stand for."""
    ja = language == "ja"
    parts = [head("表記" if ja else "Notation", "notation", language, "[tests/notation/statements.txt](../../tests/notation/statements.txt)",
                  f"人が書いた例で、テストが読み取りをこれと照合します。節ごとに{EXAMPLES}例まで。報告書の年度は、断りのない限り2024年度です。"
                  "手元の文は `shinchoku read` で試せます。" if ja else
                  "The examples were written by hand, and the tests hold the reading against them. "
                  f"Up to {EXAMPLES} of each kind are shown; reports are of fiscal 2024. `shinchoku read` reads a text of your own.")]
    headings = ("印刷", "数値", "期間", "基準") if ja else ("Printed", "Figures", "Period", "Base")
    by_section = cases_by_section()
    for section, title in SHOWN.items():
        shown = [case for case in by_section[section] if case.year == 2024][:EXAMPLES]
        parts += [f"## {title if ja else section.capitalize()}\n", table(headings, [_row(case, language) for case in shown])]
    return "\n".join(parts)


def cases_by_section() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases(PATH):
        found.setdefault(case.section, []).append(case)
    return found


def _row(case: Case, language: Language) -> tuple[str, ...]:
    printed = code(case.text.replace("\n", " ⏎ "))
    if not case.figures:
        return printed, "なし" if language == "ja" else "none", "", ""
    lines = [[_figure(figure, language), _period(figure.get("period")), _period(figure.get("base"))] for figure in case.figures]
    return printed, *("<br>".join(line[at] for line in lines).removesuffix("<br>" * (len(lines) - 1)) for at in range(3))


def _figure(figure: dict[str, object], language: Language) -> str:
    words = [str(figure[name]) for name in ("measure", "component", "qualifier")
             if figure.get(name) not in (None, "level", "whole", "exact")]
    said = [_WORDS[word] if language == "ja" else word.replace("_", " ") for word in words]
    return " ".join([f"{figure['value']:,f}" + (f" {figure['unit']}" if figure.get("unit") else ""), *(f"({word})" for word in said)])


def _period(period: object) -> str:
    if not isinstance(period, tuple):
        return ""
    start, end = period
    return start if start == end else f"{start} – {end}"
