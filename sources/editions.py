"""How an edition comes to be and changes its status: recognised by its cover, drafted, revised, accepted, withdrawn.

Files are stored under their sha256 and never overwritten; edition.yaml, swapped in one step, says which of them is the edition's.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sources import whole
from sources.decisions import load_document, plain, write_document
from sources.errors import ShinchokuError
from sources.records import Reading
from sources.registry import (
    EDITION,
    Edition,
    EditionFile,
    ErrataFile,
    Erratum,
    Registry,
    Series,
    StatusChange,
    Words,
    file_sha256,
    load,
)


@dataclass(frozen=True, slots=True)
class Cover:
    """What a first page says about where its report belongs."""

    series: Series
    fiscal_year: int
    edition: str


def edition_name(fiscal_year: int) -> str:
    """R6 for fiscal 2024, H29 for fiscal 2017."""
    return f"R{fiscal_year - 2018}" if fiscal_year >= 2019 else f"H{fiscal_year - 1988}"


def cover_text(reading: Reading) -> str:
    """The words of a first page, line by line as they stand and then as the file has them: on a cover they may stand far apart."""
    spans = [(box, text.rpartition(" (")[0]) for kind, box, text in reading.trace if kind == "span"]
    rows: dict[int, list[tuple[float, str]]] = {}
    for box, text in spans:
        rows.setdefault(round((box.top + box.bottom) / 8), []).append((box.x0, text))
    seen = [" ".join(text for _, text in sorted(row)) for _, row in sorted(rows.items())]
    return "\n".join([*seen, *(text for _, text in spans), reading.text])


def recognise(
    text: str, registry: Registry, *, series: str | None = None, fiscal_year: int | None = None, edition: str | None = None
) -> Cover | None:
    """The series, fiscal year and edition that the words of a first page name; None where no series knows them.

    What a person names instead (``series``, ``fiscal_year``, ``edition``) is not looked for.
    """
    home = _series(series, registry) if series else _recognised(text, registry)
    if home is None:
        return None
    if edition is not None and not re.fullmatch(EDITION, edition):
        raise ShinchokuError(f"'{edition}' cannot name an edition: use letters, digits, '.' and '_', such as R7.",
                             f"「{edition}」は版の名前にできません。R7のように、英数字と「.」「_」を使ってください。")
    present = home.editions.get(edition) if edition else None
    year = fiscal_year or (present.fiscal_year if present else cover_year(text))
    if year is None:
        raise ShinchokuError(f"the report belongs to {home.id}, but its first page names no fiscal year. Give it with --fiscal-year.",
                             f"{home.id}の報告書ですが、表紙に年度が見つかりません。--fiscal-year で指定してください。")
    if present and present.fiscal_year != year:
        raise ShinchokuError(f"{present.edition_id} is of fiscal {present.fiscal_year}, not {year}. Name another --edition.",
                             f"{present.edition_id}は{present.fiscal_year}年度の版です（指定は{year}年度）。--edition で別の名前を指定してください。")
    of_year = [known.id for known in home.editions.values() if known.fiscal_year == year]
    return Cover(home, year, edition or (of_year[0] if len(of_year) == 1 else edition_name(year)))


def _series(name: str, registry: Registry) -> Series:
    if name not in registry.series:
        known = ", ".join(registry.series) or "-"
        raise ShinchokuError(f"no series is called '{name}'. Known: {known}. A new one: shinchoku new-series FILE.pdf --id {name}",
                             f"「{name}」という系列はありません。あるのは {known} です。新しく始めるには shinchoku new-series FILE.pdf --id {name}")
    return registry.series[name]


def _recognised(text: str, registry: Registry) -> Series | None:
    flat = _flat(text)
    fits = []
    for series in registry:
        words = series.meta.recognise
        some = sum(_flat(word) in flat for word in words.any)
        if all(_flat(word) in flat for word in words.all) and (some or not words.any):
            fits.append((len(words.all) + some, series))
    if not fits:
        return None
    best = [series for count, series in fits if count == max(count for count, _ in fits)]
    if len(best) > 1:
        names = ", ".join(series.id for series in best)
        raise ShinchokuError(f"the cover fits more than one series: {names}. Name it with --series, or make 'recognise' in their series.yaml "
                             "more exact.", f"表紙が複数の系列（{names}）に当てはまります。--series で指定するか、series.yamlのrecogniseを詳しくしてください。")
    return best[0]


def cover_year(text: str) -> int | None:
    """The fiscal year that a first page is about: that of the line which speaks of progress, else the first one printed."""
    from sources.notation import heading

    lines = [line for line in text.splitlines() if line.strip()]
    told = [line for line in lines if any(word in _flat(line) for word in ("進捗", "実績", "報告", "状況", "年次"))]
    for line in (*told, *lines, " ".join(lines)):
        period = heading(line).period
        if period is not None and period.kind == "fiscal_year":
            return period.start.year
    return None


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking a file in did: a first draft, another file for an edition that was there, or nothing.

    Nothing is done with the file that an edition has (``unchanged``), nor with one that it had before (``replaced``).
    """

    edition: Edition
    outcome: Literal["draft", "revision", "unchanged", "replaced"]


def known_file(sha256: str, registry: Registry) -> Intake | None:
    """The edition that has this file, or had it before another took its place."""
    for edition in registry.editions.values():
        if edition.sha256 == sha256:
            return Intake(edition, "unchanged")
    for edition in registry.editions.values():
        if any(old.sha256 == sha256 for old in edition.meta.revisions):
            return Intake(edition, "replaced")
    return None


def take_in(
    pdf: Path, cover: Cover, *, page_count: int | None = None, today: date | None = None, extra: Path | None = None, reason: str = "",
    source_url: str | None = None,
) -> Intake:
    """Store a recognised report as a draft of its edition; the same file twice changes nothing, another one is a revision.

    ``source_url`` is the address that this very file was fetched from.
    """
    sha256 = file_sha256(pdf)
    present = cover.series.editions.get(cover.edition)
    if present is not None and present.sha256 == sha256:
        return Intake(present, "unchanged")
    folder = cover.series.writable / "editions" / cover.edition
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"report-{sha256[:12]}.pdf"
    if not file.exists():
        with whole.replacing_file(file) as partial:
            shutil.copyfile(pdf, partial)
    if present is None:
        document: Any = plain(_draft(cover, file, sha256, page_count, source_url))
    else:
        document = _revised(present, file, sha256, page_count, today or date.today(), reason)
        if source_url:
            document["source_url"] = source_url
    write_document(folder / "edition.yaml", document, EditionFile, "edition")
    edition = load(extra).series[cover.series.id].editions[cover.edition]
    return Intake(edition, "draft" if present is None else "revision")


def _draft(cover: Cover, file: Path, sha256: str, page_count: int | None, source_url: str | None) -> EditionFile:
    meta = cover.series.meta
    return EditionFile(
        edition=cover.edition, fiscal_year=cover.fiscal_year,
        title=Words(ja=f"{meta.title.ja} {cover.fiscal_year}年度", en=f"{meta.title.en}, fiscal {cover.fiscal_year}"),
        file=file.name, sha256=sha256, page_count=page_count, origin="original", status="draft",
        source_url=source_url,
    )


def _revised(present: Edition, file: Path, sha256: str, page_count: int | None, today: date, reason: str) -> Any:
    """edition.yaml with another file; the file before it is listed, and what is published of it stays until this one is accepted."""
    document = load_document(present.file)
    old = {"file": present.meta.file, "sha256": present.sha256, "replaced": today, "status": present.status}
    document.setdefault("revisions", []).append(old | ({"reason": reason} if reason else {}))
    document["file"], document["sha256"], document["status"] = file.name, sha256, "draft"
    document["page_count"] = page_count
    document["origin"] = "original"
    document.pop("origin_note", None)
    document.setdefault("history", []).append(plain(StatusChange(status="draft", when=today, reason="another file of this edition")))
    return document


def accept(
    edition: Edition, open_errors: Sequence[str], who: str, today: date | None = None, reason: str = "", errata: Sequence[Erratum] = ()
) -> None:
    """Make an edition publishable; refused while errors are open. ``errata`` is what the public sees otherwise so far."""
    if open_errors:
        listed = "\n  ".join(open_errors)
        raise ShinchokuError(
            f"{edition.edition_id} has {len(open_errors)} open errors. Settle each in {edition.decisions_file}:\n  {listed}",
            f"{edition.edition_id}には未解決のエラーが{len(open_errors)}件あります。{edition.decisions_file}で決めてください。")
    edition.checked_report()
    if new := [erratum for erratum in errata if not _is_last(erratum, edition.errata)]:
        document = load_document(edition.series.find(f"editions/{edition.id}/errata.yaml"))
        document.setdefault("errata", []).extend(plain(erratum) for erratum in new)
        write_document(edition.series.writable / "editions" / edition.id / "errata.yaml", document, ErrataFile, "errata")
    _set_status(edition, StatusChange(status="accepted", when=today or date.today(), who=who, reason=reason))


def _is_last(erratum: Erratum, written: Sequence[Erratum]) -> bool:
    """Whether it is the last word on what it is about already: accepting was interrupted after it was written."""
    subject = {"when", "before", "after"}
    about = [known for known in written if known.model_dump(exclude=subject) == erratum.model_dump(exclude=subject)]
    return bool(about) and about[-1].model_dump(exclude={"when"}) == erratum.model_dump(exclude={"when"})


def withdraw(edition: Edition, who: str, reason: str, today: date | None = None) -> None:
    """Take a public edition back; a reason is due to its readers."""
    if edition.public_sha256 is None:
        raise ShinchokuError(f"{edition.edition_id} is not public (its status is {edition.status}): there is nothing to withdraw.",
                             f"{edition.edition_id}は公開されていません（状態: {edition.status}）。取り下げるものがありません。")
    if not reason.strip():
        raise ShinchokuError(f"withdrawing {edition.edition_id} needs a reason: readers will see it.",
                             f"{edition.edition_id}の取下げには理由が必要です。理由は公開されます。")
    _set_status(edition, StatusChange(status="withdrawn", when=today or date.today(), who=who, reason=reason))


def _set_status(edition: Edition, change: StatusChange) -> None:
    document = load_document(edition.file)
    document["status"] = change.status
    document.setdefault("history", []).append({key: value for key, value in plain(change).items() if value != ""})
    write_document(edition.series.writable / "editions" / edition.id / "edition.yaml", document, EditionFile, "edition")


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
