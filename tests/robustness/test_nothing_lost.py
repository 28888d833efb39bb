"""Decisions, originals and accepted editions are never deleted or overwritten, whichever way the program goes over them."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from pipelines import intake
from pipelines.audit import accept
from pipelines.home import Home
from sources import editions
from sources.decisions import Acknowledgement, Decisions, Mapping, append, remove
from sources.registry import Erratum, load
from sources.whole import flaws
from sources.yaml_files import read_model
from tests.ingestion import city

pytestmark = pytest.mark.xdist_group("robustness")


def digests(folder: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def decision(finding: str, reason: str) -> Acknowledgement:
    return Acknowledgement(finding=finding, expect="1", reason=reason, who="佐藤", when=date(2026, 7, 1))


def test_a_decision_that_is_replaced_or_taken_back_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    for one in (decision("a", "first"), decision("b", "other"), decision("a", "second"), decision("a", "second")):
        append(path, one)
    remove(path, "acknowledgements", lambda entry: entry["finding"] == "b")
    kept = read_model(Decisions, path)
    assert [(one.finding, one.reason) for one in kept.acknowledgements] == [("a", "second")]
    assert [former.was.reason for former in kept.former] == ["first", "other"], "and the same decision twice is one"


def test_every_file_of_an_edition_stays(home: Home, tmp_path: Path) -> None:
    """Taken in, corrected, accepted, withdrawn."""
    folder = tmp_path / "series"
    (taken,) = intake.take([city.report(tmp_path / "c.pdf", courses="33")], home)
    assert taken.outcome == "revision" and taken.edition
    known = {digest for _, digest in [(taken.edition.meta.file, taken.edition.sha256), *((r.file, r.sha256) for r in taken.edition.meta.revisions)]}
    assert len(known) == 3 and known <= digests(folder)
    editions.withdraw(taken.edition, "佐藤", "誤り")
    assert known <= digests(folder)
    assert (folder / "madeup_city/editions/R6/decisions.yaml").is_file()


def test_files_of_one_name_stay_beside_each_other_in_the_inbox(home: Home) -> None:
    for said in ("one", "two", "one"):
        path = home.inbox / "same.pdf"
        path.write_text(said)
        intake.put_away(path, home.inbox / "done")
    assert {path.read_text() for path in (home.inbox / "done").glob("same*")} == {"one", "two"}


def test_what_was_accepted_before_is_kept_whole_and_the_same_is_left_alone(home: Home) -> None:
    (former,) = home.former.iterdir()
    assert former.name.startswith("madeup_city-R6-") and not list(flaws(former))
    edition = load().edition("madeup_city-R6")
    folder = home.accepted(edition.edition_id)
    inode = folder.stat().st_ino
    append(edition.decisions_file, Mapping(label="講座", indicator="courses", reason="r", who="w", when=date(2026, 7, 1)))
    before = digests(folder)
    accept(load().edition("madeup_city-R6"), home)
    assert folder.stat().st_ino != inode and len(list(home.former.iterdir())) == 2 and before <= digests(home.former)
    inode = folder.stat().st_ino
    accept(load().edition("madeup_city-R6"), home)
    assert folder.stat().st_ino == inode and len(list(home.former.iterdir())) == 2


def test_accepting_that_was_interrupted_writes_each_erratum_once(home: Home) -> None:
    edition = load().edition("madeup_city-R6")
    (written,) = edition.errata
    again = written.model_copy(update={"when": date(2025, 9, 2)})
    editions.accept(edition, [], "佐藤", date(2025, 9, 2), "", [again])
    assert len(load().edition("madeup_city-R6").errata) == 1
    back = Erratum(**written.model_dump() | {"before": written.after, "after": written.before})
    for one in (back, written):
        editions.accept(load().edition("madeup_city-R6"), [], "佐藤", date(2025, 9, 3), "", [one])
    assert len(load().edition("madeup_city-R6").errata) == 3, "what changed back and forth is told each time"
