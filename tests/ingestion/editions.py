"""Made-up editions, a year after the bundled one: wording, planted changes and what they must lead to; typeset, read and matched."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from expectations import figures, observations, previous
from expectations.adapter import run_suite
from expectations.subject import Subject
from pipelines.staging import figure_rows, ledger_rows, plain
from sources.decisions import Decisions
from sources.matching import Match, match
from sources.observations import Observation
from sources.reading import read_report
from sources.records import Reading
from sources.registry import Edition
from tests.variants.recipe import reportlab_pdf, wording

FOLDER = Path(__file__).parent
COVER = ["架空・試験用 / made up for tests", "北九州市DX推進計画", "令和7年度 進捗状況"]
Found = tuple[str, str, str]  # kind, indicator or label, severity


@dataclass(frozen=True)
class Planted:
    """One edition: its wording and what must be found in it."""

    name: str
    text: str
    finds: frozenset[Found]


def planted() -> dict[str, Planted]:
    """Every edition of planted.yaml."""
    data = yaml.safe_load((FOLDER / "planted.yaml").read_text(encoding="utf-8"))
    always = data.pop("every year")
    return {name: _edition(name, plants, always) for name, plants in data.items()}


def _edition(name: str, plants: list[dict[str, Any]], always: list[list[str]]) -> Planted:
    text = (FOLDER / "r7.txt").read_text(encoding="utf-8")
    finds = {tuple(found) for found in always}
    for plant in plants:
        old = plant["from"]
        assert text.count(old) == 1, f"{name}: {plant['plant']}: {old!r} is there {text.count(old)} times"
        text = text.replace(old, plant["to"])
        finds |= {tuple(found) for found in plant["finds"]}
    return Planted(name, text, frozenset(finds))  # type: ignore[arg-type]


def typeset(edition: Planted, folder: Path) -> Path:
    return reportlab_pdf(folder / "report.pdf", cover=COVER, sections=wording(edition.text))


@dataclass(frozen=True)
class Judged:
    """What the program makes of an edition."""

    reading: Reading
    match: Match
    found: frozenset[Found]


def judged(pdf: Path, edition: Edition, before: list[Observation], decisions: Decisions | None = None) -> Judged:
    """Read, match and judge a report as the pipeline does, without its files."""
    decisions = decisions or Decisions()
    reading = read_report(pdf, fiscal_year=edition.fiscal_year)
    matched = match(reading, edition, before, decisions)
    edition.__dict__["decisions"] = decisions
    subject = Subject.of(
        edition, list(figure_rows(edition, reading)), [o.row() for o in matched.observations], [s.row() for s in matched.statements],
        ledger=list(ledger_rows(edition, reading)), pages=[{"number": p.number, "width": p.width, "height": p.height} for p in reading.pages],
        unmatched=[u.figure_id for u in matched.unmatched], findings=[plain(f) for f in matched.findings], previous=[o.row() for o in before],
    )
    settled = {(a.finding, a.expect): a.reason for a in decisions.acknowledgements}
    found = {(f.kind, f.indicator_id or _label(f.now, f.id), f.severity) for f in matched.findings if not f.settled}
    kinds = {f.kind for f in matched.findings}
    for suite in (figures, observations, previous):
        for result in run_suite(suite.__name__.rpartition(".")[2], suite.RULES, suite.frames(subject), settled):
            # That fewer indicators are reported follows from what is renamed and vanished.
            if not result.passed and result.rule_id not in kinds | {"coverage_is_kept"}:
                found |= {(result.rule_id, example.get("indicator_id") or example.get("label") or "", result.severity)
                          for example in result.examples if example["settled"] is None}
    return Judged(reading, matched, frozenset(found))


def _label(now: dict[str, object], name: str) -> str:
    return str(now.get("label", name)).split()[-1] if now.get("label") else name


def main(name: str, out: str) -> None:
    """Typeset a made-up edition: ``python -m tests.ingestion.editions summer R7.pdf``."""
    edition = planted()[name]
    reportlab_pdf(Path(out), cover=COVER, sections=wording(edition.text))


if __name__ == "__main__":
    main(*sys.argv[1:])
