"""Between the staged tables and the review of an edition: the page as a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from pipelines import audit, published, staging
from pipelines.home import Home
from sources.errors import ShinchokuError
from sources.registry import Edition
from warehouse.changes import Change
from warehouse.review import Earlier, Material, write_review


def write_page(edition: Edition, home: Home) -> Path:
    """The review page of what was staged last, as one file."""
    return write_review(home.review(edition.edition_id), replace(material(edition, home), changes=changes(edition, home)))


def changes(edition: Edition, home: Home) -> list[Change] | None:
    """What the public would see change by what was staged last; nothing where that cannot be told yet."""
    from pipelines.acceptance import effect  # which writes this page when it has judged anew

    if edition.public_sha256 == edition.sha256:
        return published.differences(edition, home)  # a tenth of the time: the edition's own words are all that can differ
    try:
        return effect(edition, home)
    except ShinchokuError:
        return None  # the warehouse cannot be built of it: the findings say why


def material(edition: Edition, home: Home) -> Material:
    """What the review page shows of an edition: what was staged last, beside what the accepted edition before it says."""
    from warehouse.parquet import read_table

    folder = home.staging(edition.edition_id)
    tables = {name: read_table(name, folder / f"{name}.parquet") for name in audit.STAGED}
    matched = audit.stored_matching(edition, home)
    return Material(
        edition=edition,
        pages=_pages(edition, home),
        figures=tables["figure"],
        observations=tables["observation"],
        statements=tables["statement"],
        ledger=tables["ledger"],
        results=audit.stored_results(edition, home) or [],
        unmatched=matched["unmatched"],
        findings=matched["findings"],
        earlier=_earlier(edition, home),
    )


def _earlier(edition: Edition, home: Home) -> Earlier | None:
    before = edition.series.previous(edition)
    if before is None:
        return None
    figures, observations = (staging.accepted_table(before, name, home) for name in ("figure", "observation"))
    if figures is None or observations is None:
        return None
    pages = _pages(before, home)
    if len(figures) and staged_sha256(before, home) != figures["sha256"].iloc[0]:
        pages = []  # another file was read since: its pictures do not show what was accepted
    return Earlier(edition=before, pages=pages, figures=figures, observations=observations)


def _pages(edition: Edition, home: Home) -> list[dict[str, Any]]:
    """Sizes and pictures of the pages that were read last."""
    reading, pictures = home.staging(edition.edition_id) / "reading.json", home.pages(edition.edition_id)
    if not reading.exists():
        return []
    return [page | {"image": pictures / f"p{page['number']:02d}.webp"} for page in staging.read_json(reading)["pages"]]


def staged_sha256(edition: Edition, home: Home) -> str | None:
    reading = home.staging(edition.edition_id) / "reading.json"
    return staging.read_json(reading)["sha256"] if reading.exists() else None
