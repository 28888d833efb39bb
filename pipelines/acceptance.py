"""From a judged draft to what the public sees and back: accepting, withdrawing, and what would change by it."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import audit, open_findings, published, review, staging
from pipelines.home import Home
from pipelines.open_findings import Item
from sources import editions
from sources.errors import ShinchokuError
from sources.registry import Edition, Registry, Series, load
from warehouse import changes
from warehouse.changes import Change, Frames

if TYPE_CHECKING:
    from pipelines.run import Execute

WORDING = """
SELECT st.indicator_id, string_agg(st.text, '、' ORDER BY st.entry) AS text, e.edition_id
FROM statement AS st JOIN edition AS e USING (edition_id) WHERE st.kind = 'target' AND st.indicator_id IS NOT NULL
GROUP BY st.indicator_id, e.fiscal_year, e.edition_id
QUALIFY row_number() OVER (PARTITION BY st.indicator_id ORDER BY e.fiscal_year DESC, e.edition_id DESC) = 1
"""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What accepting did: ``errata`` is what the public saw otherwise; nothing is written where all stands as it was."""

    edition: Edition
    written: bool
    errata: tuple[Change, ...] = ()


def has_reading(edition: Edition, home: Home) -> bool:
    """Whether the edition's own file, and no other, was read last."""
    reading = home.staging(edition.edition_id) / "reading.json"
    return reading.exists() and staging.read_json(reading)["sha256"] == edition.sha256


def _unread(edition: Edition) -> ShinchokuError:
    return ShinchokuError(
        f"{edition.edition_id}: its file has not been read. Run: shinchoku run --edition {edition.edition_id}",
        f"{edition.edition_id}：登録されたファイルがまだ読み取られていません。次を実行してください：shinchoku run --edition {edition.edition_id}",
    )


def judge_again(edition: Edition, home: Home) -> list[Item]:
    """Match and judge what was read before with the indicators and decisions of now; everything that is found."""
    if not has_reading(edition, home):
        raise _unread(edition)
    with home.lock():
        staging.stage_matching(edition, home)
        audit.judge_figures(edition, home)
        audit.judge_observations(edition, home)
        review.write_page(edition, home)
    return open_findings.items(edition, home)


def accept(edition: Edition, home: Home, who: str, reason: str = "", today: date | None = None) -> Accepted:
    """Accept what was judged last; what the public sees otherwise so far goes to errata.yaml."""
    stopped = audit.errors(edition, home)
    if not stopped and edition.status == "accepted" and not published.unasked(edition, home):
        return Accepted(edition, written=False)
    different = published.differences(edition, home)
    today = today or date.today()
    with home.lock():
        editions.accept(edition, [f"{en} / {ja}" for en, ja in stopped], who, today, reason, published.errata(different, today))
    errata = tuple(change for change in different if change.what not in changes.CONTENTS)
    return Accepted(load().edition(edition.edition_id), True, errata)


def withdraw(edition: Edition, home: Home, who: str, reason: str, today: date | None = None) -> Edition:
    """Take a public edition back; one that was taken back already stays as it is."""
    if edition.status == "withdrawn":
        return edition
    with home.lock():
        editions.withdraw(edition, who, reason, today)
    return load().edition(edition.edition_id)


def publish(edition: Edition, home: Home, execute: Execute) -> str:
    """Let the public see what was accepted, or no longer see what was withdrawn; what went wrong, if anything."""
    from pipelines import run

    if edition.status == "accepted":
        failures = execute("ingest", edition.edition_id, ["accepted_edition"])
        if failures:
            return "\n".join(failure.message for failure in failures)
    problem = run.publish(home, execute)
    if not problem and has_reading(edition, home):  # it told what accepting would change, which has changed now
        problem = "\n".join(failure.message for failure in execute("ingest", edition.edition_id, ["review_page"]))
    return problem


def affected(edition: Edition, home: Home) -> tuple[Edition, list[Item]] | None:
    """The next public edition, judged by what now stands before it, and what is open about it."""
    later = [e for e in edition.series.editions.values() if e.fiscal_year > edition.fiscal_year and e.public_sha256]
    following = min(later, key=lambda e: e.fiscal_year, default=None)
    if following is None or not has_reading(following, home):
        return None
    return following, [item for item in judge_again(following, home) if item.blocks]


# -- what would change

def effect(edition: Edition, home: Home) -> list[Change]:
    """What the public would see change if this edition was accepted as it was judged last; of the same file also what is read otherwise."""
    now = _public(edition.series, home)
    found = changes.between(*(_state(edition.series, shown) for shown in (now, now | _staged(edition, home))))
    return found + [change for change in published.unasked(edition, home) if change.what in changes.CONTENTS]


def step(older: Edition, newer: Edition, home: Home) -> list[Change]:
    """What the public sees change, or would see, from one edition being the newest to another one being it."""
    if older.series.id != newer.series.id or older.fiscal_year >= newer.fiscal_year:
        raise ShinchokuError(
            f"{older.edition_id} and {newer.edition_id}: give two editions of one series, the older one first.",
            f"{older.edition_id}と{newer.edition_id}：同じ系列の版を、古い順に二つ指定してください。",
        )
    shown = _public(older.series, home)
    for edition in (older, newer):
        if edition.id not in shown or edition.status == "draft":
            shown |= _staged(edition, home)
    until = ({name: pair for name, pair in shown.items() if pair[0].fiscal_year <= last.fiscal_year} for last in (older, newer))
    return changes.between(*(_state(older.series, state) for state in until))


Shown = dict[str, tuple[Edition, Path]]  # the editions that are seen, with the folder of their tables


def _public(series: Series, home: Home) -> Shown:
    public = published.registry(load(), home).series[series.id]
    return {e.id: (e, home.accepted(e.edition_id)) for e in public.editions.values() if e.status == "accepted"}


def _staged(edition: Edition, home: Home) -> Shown:
    if not (has_reading(edition, home) and (home.staging(edition.edition_id) / "observation.parquet").exists()):
        raise _unread(edition)
    return {edition.id: (edition, home.staging(edition.edition_id))}


def _state(series: Series, shown: Shown) -> Frames:
    """What the public would see of these editions: the view ``latest``, the indicators, the targets in words."""
    import duckdb

    from warehouse.build import build_warehouse
    from warehouse.codelists import code_lists_from

    as_public = [Edition(series, e.meta.model_copy(update={"status": "accepted"}), e.file, e.decisions) for e, _ in shown.values()]
    code_lists = code_lists_from(Registry({series.id: published.seen(series, as_public)}))
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "preview.duckdb"
        build_warehouse([folder for _, folder in shown.values()], code_lists, file)
        with closing(duckdb.connect(str(file), read_only=True)) as connection:
            queries = {"observation": "SELECT * FROM latest", "indicator": "SELECT * FROM indicator", "wording": WORDING}
            # Arrow keeps decimals exact.
            return {name: connection.sql(query).to_arrow_table().to_pandas() for name, query in queries.items()}
