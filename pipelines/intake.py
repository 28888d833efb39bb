"""A PDF from outside to a draft edition, read up to its review page: recognised by its cover, stored, never lost."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from pipelines.home import Home
from sources import whole
from sources.editions import Cover, cover_text, known_file, recognise, take_in
from sources.errors import ShinchokuError, visible
from sources.registry import Edition, Registry, file_sha256, load

if TYPE_CHECKING:
    from pipelines.open_findings import Item
    from pipelines.run import Execute

TO_REVIEW = ("report_file", "figures", "observations", "review_page")
DONE, UNKNOWN = "done", "unknown"
SOURCES = ".sources.json"  # in the inbox: where what was fetched into it is from, by sha256
OUTCOMES = {
    "draft": ("first file of this edition: a draft", "この版の最初のファイル。下書きとして登録しました"),
    "revision": (
        "another file of this edition: the old one is kept, and what is published of it stays until this one is accepted",
        "この版の差し替えとして登録しました。前のファイルは残り、公開中の内容は承認するまで変わりません",
    ),
    "unchanged": ("unchanged: this file was taken in before", "変更なし。このファイルは取込済みです"),
    "replaced": (
        "unchanged: a later file has taken the place of this one; to go back to it, name it in edition.yaml",
        "変更なし。このファイルは既に差し替えられています。戻すにはedition.yamlで指定してください",
    ),
}


class Named(NamedTuple):
    """What a person says about a file instead of its cover."""

    series: str | None = None
    fiscal_year: int | None = None
    edition: str | None = None
    reason: str = ""


@dataclass(slots=True)
class Taken:
    """What became of one file; ``problem`` says why it is no edition."""

    file: Path
    outcome: Literal["draft", "revision", "unchanged", "replaced", "unknown", "unreadable"]
    edition: Edition | None = None
    problem: ShinchokuError | None = None

    @property
    def is_new(self) -> bool:
        return self.outcome in ("draft", "revision")

    @property
    def to_be_read(self) -> bool:
        """Also a draft that is known: a process that was killed may have stored the file and no more."""
        return self.is_new or (self.outcome == "unchanged" and self.edition is not None and self.edition.status == "draft")

    @property
    def failed(self) -> bool:
        return self.problem is not None


def waiting(home: Home) -> list[Path]:
    """The reports in the inbox, by name."""
    return sorted(path for path in home.inbox.glob("*") if path.is_file() and path.suffix.lower() == ".pdf" and not path.name.startswith("."))


def take(files: Iterable[Path], home: Home, named: Named | None = None, extra: Path | None = None) -> list[Taken]:
    """Store each file as an edition; one from the inbox moves to ``done`` or ``unknown`` in it, any other stays where it is."""
    taken = []
    with home.lock():
        for file in files:
            try:
                if file.is_symlink() and file.absolute().parent == home.inbox:
                    raise _link(file)
                found = _take_one(file, home, named or Named(), extra)
            except ShinchokuError as problem:
                found = Taken(file, "unreadable", problem=problem)
            except OSError as error:
                found = Taken(file, "unreadable", problem=ShinchokuError(
                    f"{error.filename or file}: {error.strerror}. See that the file can be read and the series folder (SHINCHOKU_SERIES) be written.",
                    f"{error.filename or file}: {error.strerror}。ファイルが読めるか、系列フォルダ（SHINCHOKU_SERIES）に書き込めるか確かめてください。"))
            if file.absolute().parent == home.inbox and found.outcome != "unreadable":
                found.file = put_away(file, home.inbox / (UNKNOWN if found.outcome == "unknown" else DONE))
            taken.append(found)
    return taken


def _take_one(file: Path, home: Home, named: Named, extra: Path | None) -> Taken:
    registry = load(extra)
    if not file.is_file():
        raise ShinchokuError(f"{file}: no such file. Check the path.", f"{file}: ファイルがありません。パスを確かめてください。")
    sha256 = file_sha256(file)
    known = known_file(sha256, registry)
    if known:
        is_other = (named.series not in (None, known.edition.series.id) or named.edition not in (None, known.edition.id)
                    or named.fiscal_year not in (None, known.edition.fiscal_year))
        if is_other:
            raise ShinchokuError(f"{file}: this file belongs to {known.edition.edition_id} already. Leave out the options, or choose another file.",
                                 f"{file}: このファイルは{known.edition.edition_id}として取込済みです。オプションを外すか、別のファイルを指定してください。")
        return Taken(file, known.outcome, known.edition)
    cover, page_count = read_cover(file, registry, named)
    if cover is None:
        return Taken(file, "unknown", problem=_unknown(file))
    intake = take_in(file, cover, page_count=page_count, extra=extra, reason=named.reason, source_url=source_of(home, sha256))
    return Taken(file, intake.outcome, intake.edition)


def read_cover(file: Path, registry: Registry, named: Named) -> tuple[Cover | None, int]:
    """Where a file belongs, by the words of its first page, and how many pages it has."""
    from sources.reading import read_report

    reading = read_report(file, pages=[1], fiscal_year=named.fiscal_year, trace=True)
    text = cover_text(reading)
    if not text.strip() and not (named.series and (named.fiscal_year or named.edition)):
        raise ShinchokuError(
            f"{file}: the first page has no text that can be read, so it cannot be recognised. Name what it is with --series and --fiscal-year.",
            f"{file}: 表紙に読み取れる文字がないため、どの報告書か分かりません。--series と --fiscal-year で指定してください。")
    try:
        return recognise(text, registry, series=named.series, fiscal_year=named.fiscal_year, edition=named.edition), reading.page_count
    except ShinchokuError as error:
        raise ShinchokuError(f"{file}: {error.en}", f"{file}: {error.ja}") from None


def _link(file: Path) -> ShinchokuError:
    """Who may drop files into the inbox need not be allowed to read what a link points to; this program may be."""
    return ShinchokuError(f"{file}: it is a link. Put the file itself into the inbox, or name it: shinchoku intake FILE.pdf",
                          f"{file}: リンクです。ファイルそのものをinboxに置くか、shinchoku intake FILE.pdf で指定してください。")  # fmt: skip


def _unknown(file: Path) -> ShinchokuError:
    return ShinchokuError(
        f"{file}: the first page has the words of no series. If it belongs to one, name it with --series (or mend 'recognise' in its series.yaml); "
        f"if it is the first of a new one: shinchoku new-series {shlex.quote(file.name)} --id my_city",
        f"{file}: 表紙がどの系列にも当てはまりません。既存の系列なら --series で指定するか、series.yamlのrecogniseを直してください。"
        f"新しい系列なら: shinchoku new-series {shlex.quote(file.name)} --id my_city")


def note_source(home: Home, sha256: str, url: str) -> None:
    """Remember where a file of the inbox was fetched from, until it is taken in."""
    with whole.replacing_file(home.inbox / SOURCES) as fresh:
        fresh.write_text(json.dumps(_sources(home) | {sha256: url}, indent=1), encoding="utf-8")


def source_of(home: Home, sha256: str) -> str | None:
    """The address that a file was fetched from, where it was."""
    return _sources(home).get(sha256)


def _sources(home: Home) -> dict[str, str]:
    try:
        noted = json.loads((home.inbox / SOURCES).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # nothing was fetched; a note that is damaged costs an address, no file
        return {}
    return noted if isinstance(noted, dict) else {}


def put_away(file: Path, folder: Path) -> Path:
    """Move a file, beside one of the same name and other content under a name that says so."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = file_sha256(file)
    stem = file.stem.encode()[:180].decode(errors="ignore")  # a name has at most 255 bytes
    names = (file.name, *(f"{stem}-{digest[:length]}{file.suffix}" for length in (12, 24, 64)))
    target = next(path for name in names if not (path := folder / name).exists() or file_sha256(path) == digest)
    return file.replace(target)


def to_review(edition: Edition, execute: Execute) -> str:
    """Read, match and judge an edition and write its review page; the message of what failed, if anything did."""
    return "\n".join(failure.message for failure in execute("ingest", edition.edition_id, TO_REVIEW))


def current(edition: Edition) -> Edition:
    """The edition as its files say now."""
    return load().edition(edition.edition_id)


def told(taken: Taken, home: Home) -> str:
    """What a person wants to know about one file: what it is, what was found in it, what to do next."""
    from pipelines import open_findings

    lines = [visible(taken.file)]
    edition = taken.edition
    if edition is None:
        return "\n".join([*lines, f"  {str(taken.problem).replace(chr(10), chr(10) + '  ')}"])
    en, ja = OUTCOMES[taken.outcome]
    lines += [f"  {edition.edition_id} [{edition.status}] {en}.", f"  {edition.edition_id} [{edition.status}] {ja}。"]
    if not taken.is_new:
        return "\n".join(lines)
    lines.append(f"  {edition.report}")
    found = open_findings.items(edition, home)
    lines += ["", f"Findings / 所見: {open_findings.counted(found)}"]
    lines += [text for text in (open_findings.told(edition, [item for item in found if not item.settled], ("error", "warning")),) if text]
    lines += ["", f"Review page / 確認ページ: {home.review(edition.edition_id)}", next_steps(edition, found)]
    return "\n".join(lines)


def next_steps(edition: Edition, found: Sequence[Item]) -> str:
    """The commands that lead on from here."""
    blocking = [item for item in found if item.blocks]
    name = edition.edition_id
    steps = [("shinchoku accept " + name, "publish it / 承認して公開")]
    if blocking:
        steps = [
            (f"shinchoku review {name}", "settle them on the review page / 確認ページで決める"),
            (f"shinchoku decide {name} FINDING --acknowledge --reason WHY", "or one by one here / 一つずつ決める"),
            (f"shinchoku accept {name}", "then publish it / すべて決めたら承認して公開"),
        ]
    before = edition.series.previous(edition)
    if edition.status == "accepted":
        steps.insert(len(steps) - 1, (f"shinchoku diff {name}", "what differs from what is public / 公開中の内容との違い"))
    elif before:
        steps.insert(len(steps) - 1, (f"shinchoku diff {before.edition_id} {name}", "what the public would see change / 公開内容の変化"))
    width = max(len(line) for line, _ in steps)
    return "\n".join(["Next / 次に", *(f"  {line:{width}}  {why}" for line, why in steps)])
