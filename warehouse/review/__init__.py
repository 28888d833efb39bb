"""The review page: what a person has to decide about an edition, and every number on its page beside what was made of it.

As a file it holds everything it shows and runs nothing; the local server adds forms. It reads tables and decides nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expectations.frames import Rows, table
from expectations.pages import Places, environment, styled, tally
from expectations.results_page import write_whole
from expectations.rules import RuleResult
from sources.errors import ShinchokuError
from sources.notation.units import UNITS
from sources.registry import BARE, Edition, unit, unit_code
from warehouse import changes, fields
from warehouse.changes import Change
from warehouse.review.forms import FieldError, words
from warehouse.review.matters import Book, Matter, candidates, decided, matters
from warehouse.review.pictures import Box, Embedded, Pictures, Sheet

# The page says so itself, beside the header of the server that shows it.
SERVED_POLICY = "default-src 'none'; style-src {style}; img-src 'self'; form-action 'self'; base-uri 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The accepted edition before the one under review."""

    edition: Edition
    pages: Iterable[Mapping[str, Any]]
    figures: Rows
    observations: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the page is made of: staged tables and what was found in them.

    ``pages`` have number, width, height (points) and image (a file of a picture of the page); ``unmatched`` and ``findings`` are
    rows of the records of that name.
    """

    edition: Edition
    pages: Iterable[Mapping[str, Any]]
    figures: Rows
    observations: Rows
    statements: Rows
    ledger: Rows
    results: Sequence[RuleResult]
    unmatched: Iterable[Mapping[str, Any]] = ()
    findings: Iterable[Mapping[str, Any]] = ()
    earlier: Earlier | None = None
    changes: Sequence[Change] | None = None  # what the public would see change; nothing where that is not known


@dataclass(slots=True)
class Spot:
    """One figure as the page shows it: its box on the page, what it became, what does not hold of it."""

    number: int
    figure: Any
    box: Box
    observation: Any | None
    indicator: Any | None
    unmatched: Mapping[str, Any] | None
    failed: list[RuleResult] = field(default_factory=list)

    @property
    def look(self) -> str:
        """The gravest of what is to be said of it."""
        severities = {result.severity for result in self.failed}
        if "error" in severities:
            return "error"
        if self.observation is None:
            return "unmatched"
        return "warning" if severities else "ok"


@dataclass(slots=True)
class Page:
    """One page of the report: its picture, and what stands on it."""

    sheet: Sheet
    image: str
    spots: list[Spot] = field(default_factory=list)
    ledger: list[tuple[Any, Box]] = field(default_factory=list)
    statements: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """What a decision wrote: a sentence, and each file's difference as lines."""

    en: str
    ja: str
    changes: Sequence[tuple[Path, Sequence[str]]] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a form was not accepted, and what was typed into it, so that nothing of it is lost."""

    error: ShinchokuError
    action: str
    typed: Mapping[str, str]

    @property
    def field(self) -> str:
        return self.error.name if isinstance(self.error, FieldError) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """What the page needs to be more than a file: the token of its forms, and what came of the last one.

    ``seen`` stands for the state of the series' files that the page shows; ``stopped`` are the reasons why the edition cannot be
    accepted; ``changed`` says that a file is not as it was when the edition was last checked.
    """

    csrf: str
    seen: str
    who: str = ""
    stopped: Sequence[tuple[str, str]] = ()
    changed: bool = False
    written: Written | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """An edition laid out for review: its tables with pictures, and everything there is to look at."""

    material: Material
    pictures: Pictures
    here: Book
    earlier: Book | None
    ledger: Sequence[Any]
    matters: Sequence[Matter]

    @classmethod
    def of(cls, material: Material, pictures: Pictures) -> Review:
        here = _book(material.edition, material.pages, material.figures, material.observations)
        before = material.earlier
        earlier = _book(before.edition, before.pages, before.figures, before.observations) if before else None
        ledger = _rows(material.ledger, "ledger")
        found = matters(
            here, earlier, findings=material.findings, results=material.results, ledger=ledger, pictures=pictures
        )
        return cls(material, pictures, here, earlier, ledger, found)

    def html(self, form_state: FormState | None = None) -> str:
        """The page; with the state of its forms it has them."""
        material, here = self.material, self.here
        edition = material.edition
        statements = _rows(material.statements, "statement")
        reasons = {row["figure_id"]: row for row in material.unmatched}
        pages = _pages(here, material.results, reasons, self.ledger, statements, self.pictures)
        spots = {spot.figure.figure_id: spot for page in pages for spot in page.spots}
        at = Places()
        html: str = (
            environment("warehouse.review")
            .get_template("review.html.j2")
            .render(
                edition=edition,
                meta=edition.meta,
                earlier=self.earlier.edition if self.earlier else None,
                matters=self.matters,
                state=_state(self.matters),
                decided=decided(edition.decisions),
                pages=pages,
                spots=spots,
                looks_of_spots=Counter(spot.look for spot in spots.values()),
                observations=here.observations,
                nulls=[row for row in here.observations if row.value is None],
                indicators=edition.series.indicators,
                statements=statements,
                failing=[result for result in material.results if result.examples],
                tally=tally(material.results),
                unmatched=[row for row in reasons.values() if row["figure_id"] in spots],
                ledger=Counter(row.kind for row in self.ledger),
                not_read=[row for row in self.ledger if row.kind == "not_read"],
                by_ocr=[spot for spot in spots.values() if spot.figure.source == "ocr"],
                codes={
                    name: {code.code: code.label for code in codes.codes}
                    for name, codes in fields.dictionary().codelists.items()
                },
                changes=material.changes,
                changed=Counter(change.kind for change in material.changes or ()),
                change_kinds=changes.KINDS,
                change_whats=changes.WHATS,
                form_state=form_state,
                at=at,
                **(_offered(self) | {"policy": SERVED_POLICY} if form_state else {}),
            )
        )
        return styled(html, at)


def write_review(out: Path, material: Material) -> Path:
    """Write the page as one file, in one step."""
    return write_whole(out, Review.of(material, Embedded()).html())


def _offered(review: Review) -> dict[str, Any]:
    """What the forms offer to choose from, and what they are filled in with."""
    edition = review.material.edition
    units = [known for code in (BARE.code, *(entry.code for entry in UNITS)) if (known := unit(code))]
    return {
        "candidates": lambda matter: candidates(edition, matter),
        "figures": review.here.figures,
        "corrected": {correction.figure: correction.use for correction in edition.decisions.corrections},
        "unit_code": unit_code,
        "unit_options": [(known.code, f"{known.name.ja} / {known.name.en}") for known in units],
        "section_options": [(section.id, f"{section.number} {section.name.ja}".strip()) for section in edition.series.meta.sections],
        "sections_by_number": {section.number: section.id for section in edition.series.meta.sections if section.number},
        "words_of": words,
    }


def _state(found: Sequence[Matter]) -> Mapping[str, int]:
    """How many errors and warnings are open, how many notes there are, how many matters people settled."""
    count = Counter("settled" if matter.settled else matter.severity for matter in found)
    return {name: count[name] for name in ("error", "warning", "note", "settled")}


def _rows(rows: Rows, name: str) -> list[Any]:
    return list(table(rows, fields.table(name).names).itertuples(index=False))


def _book(edition: Edition, pages: Iterable[Mapping[str, Any]], figures: Rows, observations: Rows) -> Book:
    sheets = {page["number"]: Sheet(page["number"], page["width"], page["height"], Path(page["image"])) for page in pages}
    by_id = {row.figure_id: row for row in _rows(figures, "figure")}
    return Book(edition, sheets, by_id, _rows(observations, "observation"))


def _pages(
    book: Book,
    results: Sequence[RuleResult],
    reasons: Mapping[str, Mapping[str, Any]],
    ledger: Sequence[Any],
    statements: Sequence[Any],
    pictures: Pictures,
) -> list[Page]:
    by_number = {number: Page(sheet, pictures.page(sheet)) for number, sheet in book.sheets.items()}
    failing = _failing_by_figure(results)
    indicators = book.edition.series.indicators
    for number, figure in enumerate(book.figures.values(), 1):
        if (page := by_number.get(figure.page)) is None:
            continue
        observation = book.observed.get(figure.figure_id)
        page.spots.append(
            Spot(
                number,
                figure,
                page.sheet.box(figure),
                observation,
                indicators.get(observation.indicator_id) if observation else None,
                reasons.get(figure.figure_id),
                failing.get(figure.figure_id, []),
            )
        )
    for row in ledger:
        if row.kind != "figure" and (page := by_number.get(row.page)) is not None:
            page.ledger.append((row, page.sheet.box(row)))
    for row in statements:
        if (page := by_number.get(row.page)) is not None:
            page.statements.append(row)
    return list(by_number.values())


def _failing_by_figure(results: Sequence[RuleResult]) -> dict[str, list[RuleResult]]:
    failing: dict[str, list[RuleResult]] = defaultdict(list)
    for result in results:
        for example in result.examples:
            if example["settled"] is None and example.get("figure_id") and result not in failing[example["figure_id"]]:
                failing[example["figure_id"]].append(result)
    return failing
