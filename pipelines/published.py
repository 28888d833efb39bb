"""What the public sees of the registry: the editions as they were accepted here, and nothing that only a draft brings.

While a corrected file of an edition waits to be accepted, its edition.yaml speaks of that file, but the public still sees the one before.
So what was accepted is kept with its edition.yaml and decisions; and where a later reading says otherwise, that is shown first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipelines import staging
from pipelines.home import Home
from sources.decisions import Decisions
from sources.registry import Edition, EditionFile, Erratum, Registry, Series
from warehouse import changes
from warehouse.changes import Change
from warehouse.fields import Words

NAME = "edition.json"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An edition as it was when its tables were accepted here."""

    meta: EditionFile
    decisions: Decisions


def keep(edition: Edition, folder: Path) -> None:
    """Lay down beside accepted tables what their edition was."""
    record = {"meta": edition.meta.model_dump(mode="json"), "decisions": edition.decisions.model_dump(mode="json", exclude_unset=True)}
    staging.write_json(record, folder / NAME)


def accepted(edition: Edition, home: Home) -> Accepted | None:
    path = home.accepted(edition.edition_id) / NAME
    if not path.exists():
        return None
    record = staging.read_json(path)
    return Accepted(EditionFile.model_validate(record["meta"]), Decisions.model_validate(record["decisions"]))


def registry(everything: Registry, home: Home) -> Registry:
    """The registry without what is not public; a withdrawn edition stays in it, for the change log."""
    return Registry({name: _series(series, home) for name, series in everything.series.items()})


def _series(series: Series, home: Home) -> Series:
    public = replace(series, editions={})
    return seen(public, [shown for edition in series.editions.values() if (shown := _edition(edition, public, home))])


def seen(series: Series, editions: Iterable[Edition]) -> Series:
    """A series of which only these editions are seen, without indicators and sections that only later ones bring."""
    public = replace(series, editions={edition.id: edition for edition in editions})
    newest = max((edition.fiscal_year for edition in public.editions.values() if edition.status == "accepted"), default=0)
    coming = {i.id for i in series.indicators.values() if (i.validity.first or 0) > newest}
    public.indicators = {name: indicator for name, indicator in series.indicators.items() if name not in coming}
    used = {indicator.section for indicator in public.indicators.values()}
    only_coming = {series.indicators[name].section for name in coming} - used
    public.sections = {name: section for name, section in series.sections.items() if name not in only_coming}
    return public


def _edition(edition: Edition, series: Series, home: Home) -> Edition | None:
    if edition.public_sha256 is None:
        withdrawn = any(change.status == "withdrawn" for change in edition.meta.history)
        return Edition(series, edition.meta.model_copy(update={"status": "withdrawn"}), edition.file) if withdrawn else None
    known = accepted(edition, home)
    if not home.accepted(edition.edition_id).is_dir():
        return None
    if known is None or (edition.status == "accepted" and known.meta.sha256 == edition.sha256):
        return Edition(series, edition.meta, edition.file)
    return Edition(series, known.meta, edition.file, known.decisions)


def folders(public: Registry, home: Home) -> list[Path]:
    """The accepted tables of every public edition."""
    return [home.accepted(edition.edition_id) for edition in public.editions.values() if edition.status == "accepted"]


def differences(edition: Edition, home: Home) -> list[Change]:
    """How what was read last differs from what the public sees of the edition; nothing where it sees none of it."""
    states = []
    for folder in (home.accepted(edition.edition_id), home.staging(edition.edition_id)):
        tables = {name: staging.table(folder, name) for name in ("observation", "figure", "statement")}
        states.append({name: frame for name, frame in tables.items() if frame is not None})
    if edition.public_sha256 is None or not all("observation" in state for state in states):
        return []
    names = {i.id: Words(i.name.ja, i.name.en) for i in edition.series.indicators.values()}
    return changes.between(states[0], states[1], names)


def unasked(edition: Edition, home: Home) -> list[Change]:
    """Differences that came without a new file and without anybody accepting them: newer code, or decisions made since."""
    known = accepted(edition, home)
    if known is None or known.meta.sha256 != edition.sha256 or known.meta.history != edition.meta.history:
        return []
    return differences(edition, home)


def errata(found: Sequence[Change], when: date) -> list[Erratum]:
    """The changes of what is said of indicators as the entries of errata.yaml."""
    return [
        Erratum(
            when=when, what=change.what, indicator=change.indicator_id, period_start=change.period_start, period_end=change.period_end,
            base_start=change.base_start, base_end=change.base_end, before=change.before, after=change.after,
        )
        for change in found if change.what not in changes.CONTENTS
    ]  # fmt: skip
