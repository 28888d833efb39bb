"""The page of the docs that lists every rule with an example of what it catches, made from the suites: ``python -m expectations.docs``."""

from __future__ import annotations

from expectations import figures, observations, previous
from expectations.results_page import SUITES

HEAD = """\
# 規則 / Rules

この表は `python -m expectations.docs` が規則そのものから作ります。手で直さないでください。
This page is made from the rules by `python -m expectations.docs`; do not edit it.

エラーは版の公開を止め、警告は示して公開します。人は `decisions.yaml` で、理由を添えて訂正または承認できます。
An error keeps an edition from being published, a warning is shown and published with. A person settles either in
`decisions.yaml` by a correction or an acknowledgement with a reason.
"""


def rules_page() -> str:
    parts = [HEAD]
    for suite in (figures, observations, previous):
        ja, en = SUITES[suite.__name__.rpartition(".")[2]]
        parts.append(f"\n## {ja} / {en}\n")
        for rule in suite.RULES:
            severity = {"error": "エラー / error", "warning": "警告 / warning"}[rule.severity]
            parts.append(
                f"\n### `{rule.id}` — {severity}\n\n{rule.title.ja}。{rule.title.en}.\n\n"
                f"- 例 / Catches: {rule.catches.ja}。{rule.catches.en}.\n"
                f"- 対処 / What to do: {rule.remedy.ja}。{rule.remedy.en}.\n"
            )
    return "".join(parts)


if __name__ == "__main__":
    print(rules_page(), end="")
