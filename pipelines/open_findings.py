"""What is found about a staged edition, as a list for people: findings of matching and rules that fail, and the command that settles each."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipelines import audit
from pipelines.home import Home
from sources.errors import ShinchokuError
from sources.findings import acknowledgement
from sources.registry import Edition

SEVERITIES = {"error": "エラー", "warning": "警告", "note": "注記"}
NAMED, ENDED = ("renamed", "ambiguous"), ("vanished", "missing")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing found. ``remedy`` is YAML for decisions.yaml; ``settled`` the reason of the decision that settled it."""

    id: str
    kind: str
    severity: str
    message_ja: str
    message_en: str
    expect: str
    indicator_id: str | None
    figure_id: str | None
    now: str
    before: str
    figures: tuple[str, ...]
    section: str | None
    remedy: str
    settled: str

    @property
    def blocks(self) -> bool:
        return self.severity == "error" and not self.settled

    def row(self) -> dict[str, Any]:
        return asdict(self)


def items(edition: Edition, home: Home) -> list[Item]:
    """Everything found in what was staged last: errors first, then warnings and notes, what is settled last."""
    results = audit.stored_results(edition, home)
    if results is None:
        raise ShinchokuError(
            f"{edition.edition_id} has not been read and judged. Run: shinchoku run --edition {edition.edition_id}",
            f"{edition.edition_id}はまだ読み取り・検証が済んでいません。次を実行してください: shinchoku run --edition {edition.edition_id}",
        )
    found = {row["id"]: _of_matching(row) for row in audit.stored_matching(edition, home)["findings"]}
    for result in results:
        for example in result.examples:
            if example["finding"] not in found:
                settled = example["settled"] or ""
                found[example["finding"]] = Item(
                    example["finding"], result.rule_id, "note" if settled else result.severity,
                    f"規則「{result.title_ja}」が成り立ちません。{result.remedy_ja}。", f"This does not hold: {result.title_en}. {result.remedy_en}.",
                    example["expect"], example.get("indicator_id"), example.get("figure_id"),
                    _place({"text": " ".join(filter(None, (example.get("label"), example["expect"]))), "page": example.get("page")}), "", (), None,
                    acknowledgement(example["finding"], example["expect"]), settled,
                )  # fmt: skip
    order = list(SEVERITIES)
    return sorted(found.values(), key=lambda item: (bool(item.settled), order.index(item.severity)))


def _of_matching(row: dict[str, Any]) -> Item:
    now, before = row["now"], row["before"]
    return Item(
        row["id"], row["kind"], row["severity"], row["message_ja"], row["message_en"], row["expect"], row["indicator_id"], row["figure_id"],
        _place(now), _place(before), tuple(now.get("figures", ())), now.get("section"), row["remedy"], row["settled"],
    )  # fmt: skip


def _place(evidence: dict[str, Any]) -> str:
    text = evidence.get("text", "")
    return f"{text} (p{evidence['page']})" if text and evidence.get("page") else str(text)


def command(edition: Edition, item: Item) -> str:
    """The command that most likely settles an item; what is in capitals a person fills in."""
    if item.kind == "new":
        how = "--new-indicator id=ID,name_en=NAME"
    elif item.kind in NAMED:
        how = f"--map {item.indicator_id or 'INDICATOR'}"
    elif item.kind in ENDED:
        how = "--ended"
    elif item.kind == "stale_decision":
        how = "--remove"
    elif item.kind == "unit_changed":
        how = "--correct unit=UNIT"
    elif item.kind == "swapped":
        how = f"--map {item.indicator_id}"
    else:
        how = "--acknowledge"
    return f"shinchoku decide {edition.edition_id} {shlex.quote(item.id)} {how} --reason WHY"


def counted(found: Iterable[Item]) -> str:
    """How many of each severity, in both languages."""
    count = Counter("settled" if item.settled else item.severity for item in found)
    names = {**SEVERITIES, "settled": "決定済み"}
    return ", ".join(f"{count[name]} {name} / {ja}" for name, ja in names.items())


def told(edition: Edition, found: Sequence[Item], severities: Sequence[str] = tuple(SEVERITIES)) -> str:
    """The items as lines of text; an open error or warning with the command that settles it."""
    lines = []
    for item in found:
        if item.severity not in severities:
            continue
        mark = f"settled / 決定済み: {item.settled}" if item.settled else f"{item.severity} / {SEVERITIES[item.severity]}"
        lines.append(f"  [{mark}] {item.id}")
        lines.append(f"    {item.message_ja}\n    {item.message_en}")
        if item.before and item.now and item.before != item.now:
            lines.append(f"    {item.before} → {item.now}")
        elif item.now and item.expect not in item.message_ja:
            lines.append(f"    {item.now}")
        if item.severity != "note":
            lines.append(f"    $ {command(edition, item)}")
    return "\n".join(lines)
