"""The page of the docs that lists every rule with an example of what it catches, made from the suites.

``python -m expectations.docs`` writes docs/expectations.md; ``--check`` only says whether it is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from expectations import figures, findings, observations, previous
from expectations.results_page import SUITES
from expectations.rules import Rule

PAGE = Path(__file__).parent.parent / "docs" / "expectations.md"
WEIGHT = {"error": "エラー / error", "warning": "警告 / warning"}
HEAD = """\
# 規則 / Rules

この表は `python -m expectations.docs` が規則そのものから作ります。手で直さないでください。
This page is made from the rules by `python -m expectations.docs`; do not edit it.

**エラー** は版の公開を止め、**警告** は示したうえで公開します。人は `shinchoku decide`、確認ページ、または `decisions.yaml` で、
理由を添えて訂正・承認・対応付けができます。
An **error** keeps an edition from being published, a **warning** is shown and published with. A person settles either with
`shinchoku decide`, on the review page or in `decisions.yaml`, by a correction, an acknowledgement or a mapping with a reason.
"""
NOTES_HEAD = """
## 注記 / Notes

決めることはなく、版の所見に示されるだけです。 Nothing is to be decided; they are shown among the findings of an edition.
"""


def rules_page() -> str:
    """The whole page."""
    parts = [HEAD, "\n" + "\n".join(_summary()) + "\n"]
    for suite in (figures, observations, previous):
        ja, en = SUITES[suite.__name__.rpartition(".")[2]]
        parts.append(f"\n## {ja} / {en}\n")
        parts += [_described(rule) for rule in suite.RULES]
    parts.append(NOTES_HEAD)
    parts += [f"\n### `{kind}`\n\n{title.ja}。{title.en}.\n\n- 例 / Example: {example.ja}。{example.en}.\n"
              for kind, (title, example) in findings.NOTES.items()]
    return "".join(parts)


def _summary() -> list[str]:
    lines = ["| | エラー / errors | 警告 / warnings |", "|---|---|---|"]
    for suite in (figures, observations, previous):
        ja, en = SUITES[suite.__name__.rpartition(".")[2]]
        count = [sum(rule.severity == severity for rule in suite.RULES) for severity in WEIGHT]
        lines.append(f"| {ja} / {en} | {count[0]} | {count[1]} |")
    return lines


def _described(rule: Rule) -> str:
    return (f"\n### `{rule.id}` — {WEIGHT[rule.severity]}\n\n{rule.title.ja}。{rule.title.en}.\n\n"
            f"- 例 / Catches: {rule.catches.ja}。{rule.catches.en}.\n- 対処 / What to do: {rule.remedy.ja}。{rule.remedy.en}.\n")


def main(arguments: list[str]) -> int:
    page = rules_page()
    if "--check" in arguments:
        return 0 if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page else 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
