"""What `shinchoku verify` does: everything that is kept held against what vouches for it, from the originals to the public page.

First the bytes of every file against the sha256 that was recorded when it was made, then what the files say against each other.
docs/backup.md says what is not covered. Nothing here changes a file.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines import published, staging
from pipelines.home import INPUTS, MADE, Home, inputs
from sources import whole
from sources.errors import ShinchokuError
from sources.matching import figure_ids
from sources.registry import Edition, Registry, load, roots
from sources.whole import Flaw

if TYPE_CHECKING:
    import duckdb

# History, lock, files that wait to be taken in, and notes of what need not be made anew are no part of what is published.
PASSED_OVER = ("dagster", "lock", "inbox", ".store", ".dagster", MADE)
ROWS_TOLD = 5  # of one table of one file


class Words(NamedTuple):
    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was recorded: which file, where in it, what is wrong and what to do."""

    path: Path
    where: str
    cause: Words
    remedy: Words

    def __str__(self) -> str:
        place = f"{self.path}{f', {self.where}' if self.where else ''}"
        return f"{place}: {self.cause.en} {self.remedy.en}\n{place}：{self.cause.ja}{self.remedy.ja}"

    def as_json(self) -> dict[str, Any]:
        return {"file": str(self.path), "where": self.where, "cause": self.cause._asdict(), "remedy": self.remedy._asdict()}


@dataclass(slots=True)
class Verification:
    """What was looked at and what was found."""

    faults: list[Fault] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


CAUSES = {
    "changed": Words("the file is not as it was recorded (its sha256 differs).", "記録された内容と違います（sha256の不一致）。"),
    "missing": Words("the file is recorded and is not there.", "記録されているファイルがありません。"),
    "unlisted": Words("nothing that is recorded speaks of this file.", "どの記録にもないファイルです。"),
    "no list": Words("the list of sha256 is not there: work on the folder was interrupted, or the list was removed.",
                     "sha256の一覧がありません。作業が中断したか、一覧が消されています。"),
    "bad list": Words("the list of sha256 is damaged.", "sha256の一覧が壊れています。"),
    "leftover": Words("something half done was left by a process that was interrupted.", "中断された処理の途中のファイルが残っています。"),
}  # fmt: skip
AWAY = Words("If nobody put it there on purpose, move it away.", "意図して置いたものでなければ、別の場所へ移してください。")
AGAIN = Words("Run: shinchoku run", "次を実行してください：shinchoku run")


def verify(home: Home, say: Callable[[str], None] = lambda line: None) -> Verification:
    """Look at everything; ``say`` is told what is looked at."""
    done = Verification()
    home.refresh()
    for name, look in STAGES.items():
        say(name)
        done.faults += look(home, done.counts)
    seen: set[tuple[Path, str]] = set()
    done.faults = [fault for fault in done.faults if (key := (fault.path, fault.where)) not in seen and not seen.add(key)]  # type: ignore[func-returns-value]
    return done


# -- the bytes

def of_series(home: Home, counts: dict[str, int]) -> Iterator[Fault]:
    """The files that people write against what they were when the program last used them, and the originals against edition.yaml."""
    recorded = home.root / INPUTS
    listed: dict[str, set[str]] = {}
    if not recorded.is_file():
        yield _fault(Flaw(recorded, "no list"), AGAIN)
    elif not whole.is_sealed(recorded.read_bytes()):
        yield _fault(Flaw(recorded, "bad list"), AGAIN)
    else:
        listed = whole.read_list(recorded)
    found = inputs()
    for path, name in found.items():
        if listed and whole.sha256(path) not in listed.get(name, ()):
            yield _fault(Flaw(path, "changed" if name in listed else "unlisted"), _by_hand())
    for name in listed.keys() - found.values():
        if name.startswith("former/"):
            path = home.root / name
            if not path.is_file() or whole.sha256(path) not in listed[name]:
                yield _fault(Flaw(path, "changed" if path.is_file() else "missing"), _remedy(Flaw(path, "changed"), home.root / "former", home))
        else:
            first, _, rest = name.partition("/")
            yield _fault(Flaw(roots()[0 if first == "series" else -1] / rest, "missing"), _by_hand())
    counts["series files"] = len(found)
    try:
        registry = load()
    except ShinchokuError as error:
        yield Fault(next((path for path in found if str(path) in error.en), roots()[0]), "", Words(error.en, error.ja), _by_hand())
        return
    except ValueError:  # a file that is no text any more, which was named above
        return
    yield from _originals(home, registry, counts)


def _originals(home: Home, registry: Registry, counts: dict[str, int]) -> Iterator[Fault]:
    known: dict[str, Path] = {}
    expected: set[Path] = set()
    for edition in registry.editions.values():
        for name, digest in _files(edition):
            path = edition.series.find(f"editions/{edition.id}/{name}")
            remedy = Words(f"Put the file with sha256 {digest} back, from the backup or from the inbox.",
                           f"sha256が {digest} のファイルを、バックアップまたはinboxから戻してください。")  # fmt: skip
            if path is None:
                yield _fault(Flaw(edition.file.with_name(name), "missing"), remedy)
                continue
            expected.add(path)
            known[digest] = path
            if whole.sha256(path) != digest:
                yield _fault(Flaw(path, "changed"), remedy)
    counts["originals"] = len(known)
    for series in registry:
        for folder in series.folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.suffix != ".yaml" and path not in expected:
                    yield _fault(Flaw(path, "leftover" if whole.DRAFT in str(path) else "unlisted"), AWAY)
    done = home.inbox / "done"
    for path in sorted(done.glob("*")) if done.is_dir() else ():
        if path.is_file() and whole.sha256(path) not in known:
            yield _fault(Flaw(path, "changed"), Words("No edition has this file. Take it in anew, or put it back from the backup.",
                                                      "どの版のファイルでもありません。取り込み直すか、バックアップから戻してください。"))  # fmt: skip


def _files(edition: Edition) -> list[tuple[str, str]]:
    return [(edition.meta.file, edition.sha256), *((old.file, old.sha256) for old in edition.meta.revisions)]


def of_files(home: Home, counts: dict[str, int]) -> Iterator[Fault]:
    """Every file that the program made against the list or the line that was written with it."""
    looked = 0
    for path in sorted(home.root.iterdir()):
        if path.name in (*PASSED_OVER, INPUTS, "series"):
            continue
        for flaw in _flaws_of(path):
            yield _fault(flaw, _remedy(flaw, path, home))
        looked += sum(1 for file in path.rglob("*") if file.is_file())
    counts["files"] = looked
    yield from (_fault(Flaw(path, "missing"), AGAIN) for path in _belonging(home) if not path.exists())


def _belonging(home: Home) -> Iterator[Path]:
    """What must be there because something else is."""
    for folder in sorted((home.root / "staging").glob("[!.]*")):
        yield home.pages(folder.name)
        if (folder / "results.json").exists():
            yield home.review(folder.name)
    for folder in sorted((home.root / "accepted").glob("[!.]*")):
        yield home.staging(folder.name)
    if (home.exports / "latest").is_symlink():
        yield from (home.results, home.warehouse, home.site)
        listed = (home.exports / "latest" / "codelists" / "edition.csv").resolve()
        if listed.is_file():
            names = (line.partition(",")[0] for line in listed.read_text("utf-8-sig", errors="replace").splitlines()[1:])
            yield from (home.accepted(name) for name in names if re.fullmatch(r"[\w.-]+", name))


def _flaws_of(path: Path) -> Iterator[Flaw]:
    if path.name in ("staging", "accepted", "former", "pages"):
        for folder in sorted(path.iterdir()):
            if folder.name.startswith("."):
                yield Flaw(folder, "leftover")
            else:
                yield from whole.flaws(folder) if folder.is_dir() else (Flaw(folder, "unlisted"),)
    elif path.name in ("review", "results"):
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            if file.suffix != ".html" or file.relative_to(path).parts[0].startswith("."):
                yield Flaw(file, "leftover" if whole.DRAFT in str(file) else "unlisted")
            elif not whole.is_sealed(file.read_bytes(), whole.IN_HTML):
                yield Flaw(file, "changed")
    elif path.name in ("warehouse", "site"):
        yield from whole.flaws(path)
    elif path.name == "exports":
        yield from _flaws_of_exports(path)
    elif path.is_dir():
        yield from (Flaw(file, "unlisted") for file in sorted(path.rglob("*")) if file.is_file())
    else:
        yield Flaw(path, "unlisted")


def _flaws_of_exports(folder: Path) -> Iterator[Flaw]:
    from warehouse.exports import release

    for path in sorted(folder.iterdir()):
        if path.name == "latest" and path.is_symlink():
            if not path.is_dir():
                yield Flaw(path, "missing")
        elif path.name != "releases":
            yield Flaw(path, "leftover" if path.name.startswith(".") else "unlisted")
    for path in sorted((folder / "releases").iterdir()) if (folder / "releases").is_dir() else ():
        sums = path / whole.SUMS
        if path.name.startswith("."):
            yield Flaw(path, "leftover")
        elif not path.is_dir():
            yield Flaw(path, "unlisted")
        elif not sums.is_file():
            yield Flaw(sums, "missing")
        elif not release.is_named_by(path, sums.read_bytes()):
            yield Flaw(sums, "bad list")
        else:
            yield from whole.against(path, whole.read_list(sums))


def _remedy(flaw: Flaw, place: Path, home: Home) -> Words:
    if flaw.kind == "leftover":
        return Words("The next run removes it: shinchoku run", "次の実行で取り除かれます：shinchoku run")
    if flaw.kind == "unlisted":
        return AWAY
    parts = flaw.path.relative_to(home.root).parts
    if place.name == "exports":
        latest = (home.exports / "latest").resolve()
        if flaw.path.is_relative_to(latest):
            return AGAIN
        return Words("Put the release back from the backup; nothing makes an old one anew.",
                     "このリリースをバックアップから戻してください（過去のリリースは作り直せません）。")  # fmt: skip
    if place.name in ("accepted", "former"):
        folder = home.root / Path(*parts[:2])
        return Words(f"Put the folder {folder} back from the backup.", f"フォルダ {folder} をバックアップから戻してください。")
    if flaw.kind == "missing":
        return AGAIN
    return Words("Remove it and run: shinchoku run", "削除してから次を実行してください：shinchoku run")


def _by_hand() -> Words:
    return Words("If it was edited on purpose, run: shinchoku run; else put it back from the backup.",
                 "意図した編集なら shinchoku run を実行し、そうでなければバックアップから戻してください。")  # fmt: skip


def _fault(flaw: Flaw, remedy: Words) -> Fault:
    return Fault(flaw.path, "", CAUSES[flaw.kind], remedy)


# -- what the bytes say

def of_decisions(home: Home, counts: dict[str, int]) -> Iterator[Fault]:
    """What was decided when an edition was accepted must speak of what was accepted."""
    for edition, known in _accepted(home):
        path = home.accepted(edition.edition_id) / published.NAME
        figures = staging.table(home.accepted(edition.edition_id), "figure")
        raw = dict(zip(figures["figure_id"], figures["raw"], strict=True)) if figures is not None else {}
        remedy = Words(f"Judge the edition again: shinchoku run --edition {edition.edition_id}",
                       f"版を検証し直してください：shinchoku run --edition {edition.edition_id}")  # fmt: skip
        for correction in known.decisions.corrections:
            name = correction.figure if correction.figure in raw else f"{edition.edition_id}-{correction.figure}"
            if "".join(str(raw.get(name, "")).split()) != "".join(correction.expect.split()):
                yield Fault(path, f"correction of {correction.figure}", Words(
                    f"it expects '{correction.expect}', and the accepted figure is '{raw.get(name)}'.",
                    f"前提は「{correction.expect}」ですが、承認された数値は「{raw.get(name)}」です。"), remedy)  # fmt: skip
        for mapping in known.decisions.mappings:
            if mapping.indicator not in edition.series.indicators:
                cause = Words(f"there is no indicator '{mapping.indicator}'.", f"指標「{mapping.indicator}」がありません。")
                yield Fault(path, f"mapping of {mapping.label}", cause, remedy)
        decided = known.decisions
        counts["decisions"] = counts.get("decisions", 0) + len(decided.corrections) + len(decided.mappings) + len(decided.acknowledgements)


def _accepted(home: Home) -> Iterator[tuple[Edition, published.Accepted]]:
    for edition in load().editions.values():
        if known := published.accepted(edition, home):
            yield edition, known


def of_warehouse(home: Home, counts: dict[str, int]) -> Iterator[Fault]:
    """The warehouse against one that is built anew from the accepted tables and the code lists."""
    from warehouse.build import build_warehouse, differences
    from warehouse.codelists import code_lists_from

    public = published.registry(load(), home)
    folders = published.folders(public, home)
    if not folders:
        if home.warehouse.exists():
            yield Fault(home.warehouse, "", Words("it is there, and no edition is public.", "公開中の版がないのに、データベースが残っています。"), AGAIN)
        return
    if not home.warehouse.is_file():
        yield Fault(home.warehouse, "", CAUSES["missing"], AGAIN)
        return
    with tempfile.TemporaryDirectory() as place:
        fresh = Path(place) / home.warehouse.name
        counts["warehouse rows"] = sum(build_warehouse(folders, code_lists_from(public), fresh).values())
        for number, (table, row, is_new) in enumerate(differences(fresh, home.warehouse)):
            if number == ROWS_TOLD:
                return
            shown = ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)[:300]
            cause = Words("the accepted tables have this row and the warehouse has not." if is_new else "the warehouse has this row and the accepted tables have not.",
                          "承認済みの表にある行がデータベースにありません。" if is_new else "承認済みの表にない行がデータベースにあります。")  # fmt: skip
            if not row:
                cause = Words("the warehouse cannot be opened, or its columns are not those of today's field dictionary.",
                              "データベースを開けないか、列が今の項目辞書と違います。")  # fmt: skip
            yield Fault(home.warehouse, f"table {table}: {shown}" if row else table, cause, AGAIN)


ORIGINS = """
SELECT o.edition_id, o.indicator_id, o.measure, o.period_end, o.figure_id, o.source_text, o.source_page, f.raw, f.page, f.sha256,
       e.sha256 AS edition_sha256, e.page_count
FROM observation AS o JOIN edition AS e USING (edition_id) LEFT JOIN figure AS f ON f.figure_id = o.figure_id
WHERE o.value IS NOT NULL ORDER BY ALL
"""


def of_values(home: Home, counts: dict[str, int]) -> Iterator[Fault]:
    """Every published value back to its figure: raw text, page and box as they were read of the original."""
    import duckdb

    if not home.warehouse.is_file():
        return
    registry = load()
    originals = {digest for edition in registry.editions.values() for _, digest in _files(edition)}
    with closing(duckdb.connect(str(home.warehouse), read_only=True)) as connection:
        values, figures = (_rows(connection, sql) for sql in (ORIGINS, "SELECT * FROM figure ORDER BY figure_id"))
    counts["published values"] = len(values)
    read: dict[str, dict[str, tuple[Any, ...]]] = {}
    for edition in registry.editions.values():
        path = home.accepted(edition.edition_id) / "reading.json"
        if path.exists():
            reading = staging.read_reading(path)
            sizes = {page.number: page for page in reading.pages}
            names = figure_ids(edition, reading.figures)
            read[edition.edition_id] = {
                name: (figure.raw, figure.page, *(round(part, 3) for part in figure.box), reading.sha256, sizes[figure.page])
                for name, figure in zip(names, reading.figures, strict=True)
            }
    for row in values:
        where = f"{row['edition_id']} {row['indicator_id']} {row['measure']} {row['period_end']}"
        if row["raw"] is None or row["raw"] != row["source_text"] or row["page"] != row["source_page"]:
            yield Fault(home.warehouse, f"table observation: {where}", Words(
                f"it says '{row['source_text']}' on page {row['source_page']}; figure {row['figure_id']} is '{row['raw']}' on page {row['page']}.",
                f"「{row['source_text']}」（{row['source_page']}ページ）ですが、"
                f"数値{row['figure_id']}は「{row['raw']}」（{row['page']}ページ）です。"), AGAIN)  # fmt: skip
    for row in figures:
        there = read.get(row["edition_id"], {}).get(row["figure_id"])
        here = (row["raw"], row["page"], *(round(row[side], 3) for side in ("x0", "top", "x1", "bottom")), row["sha256"])
        if there is None or " ".join(str(there[0]).splitlines()) != here[0] or there[1:7] != here[1:]:
            yield Fault(home.warehouse, f"table figure: {row['figure_id']}", Words(
                f"it is {here}, and the accepted reading says {there and there[:7]}.",
                f"{here} ですが、承認された読取結果では {there and there[:7]} です。"), AGAIN)  # fmt: skip
        elif not (-1 <= row["x0"] <= row["x1"] <= there[7].width + 1 and -1 <= row["top"] <= row["bottom"] <= there[7].height + 1):
            yield Fault(home.warehouse, f"table figure: {row['figure_id']}", Words("its box is not on the page.", "枠がページの外にあります。"), AGAIN)
        elif row["sha256"] not in originals:
            yield Fault(home.warehouse, f"table figure: {row['figure_id']}", Words(
                f"no edition has the original with sha256 {row['sha256']}.", f"sha256が {row['sha256']} の原本を持つ版がありません。"), AGAIN)  # fmt: skip


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def of_exports(home: Home, counts: dict[str, int]) -> Iterator[Fault]:
    """The tables of the latest release, in each format, against what the warehouse says now; and the copy that the page offers."""
    from warehouse.exports.agreement import disagreements

    latest = home.exports / "latest"
    if not home.warehouse.is_file():
        return
    if not latest.is_dir():
        yield Fault(latest, "", CAUSES["missing"], AGAIN)
        return
    for file, row, column, said, expected in disagreements(home.warehouse, latest.resolve(), counts):
        where = f"row {row}, {column}" if column else f"row {row}" if row else ""
        yield Fault(file, where, Words(f"it says {said!r}, and the warehouse {expected!r}.", f"{said!r} とありますが、データベースでは {expected!r} です。"), AGAIN)
    offered = home.site / "data" / whole.SUMS
    if not offered.is_file() or offered.read_bytes() != (latest / whole.SUMS).read_bytes():
        yield Fault(offered, "", Words("the public page does not offer the latest release.", "公開ページのファイルが最新のリリースではありません。"), AGAIN)


def of_store(home: Home, counts: dict[str, int]) -> Iterator[Fault]:
    """Where the home is an address: every object against the sha256 of its pointer."""
    for key, kind in home.store.damaged(counts) if home.store else ():
        yield Fault(Path(key), "", CAUSES[kind], Words("Put the object back from the backup, or remove the pointer's place and run: shinchoku run",
                                                       "バックアップから戻すか、shinchoku run で作り直してください。"))  # fmt: skip


def _guarded(look: Callable[[Home, dict[str, int]], Iterable[Fault]]) -> Callable[[Home, dict[str, int]], Iterator[Fault]]:
    """A file that cannot be read at all is a fault, not the end: the other stages are still looked at."""

    def looking(home: Home, counts: dict[str, int]) -> Iterator[Fault]:
        import duckdb

        try:
            yield from look(home, counts)
        except ShinchokuError as error:
            yield Fault(home.root, look.__name__.removeprefix("of_"), Words(error.en, error.ja), Words("", ""))
        except (OSError, ValueError, KeyError, duckdb.Error) as error:
            yield Fault(Path(getattr(error, "filename", None) or home.root), look.__name__.removeprefix("of_"), Words(
                f"it cannot be read ({error}).", f"読めません（{error}）。"), AGAIN)  # fmt: skip

    return looking


BYTES = {"series and originals / 系列と原本": of_series, "files / ファイル": of_files}
STAGES = {name: _guarded(look) for name, look in {
    **BYTES,
    "store / 保存先": of_store,
    "decisions / 決定": of_decisions,
    "warehouse / データベース": of_warehouse,
    "values and their spots / 値と出どころ": of_values,
    "exports and page / 公開ファイルとページ": of_exports,
}.items()}  # fmt: skip


def report(done: Verification, as_json: bool) -> str:
    if as_json:
        found = {"ok": not done.faults, "checked": done.counts, "faults": [fault.as_json() for fault in done.faults]}
        return json.dumps(found, ensure_ascii=False, indent=1, default=str)
    counted = ", ".join(f"{name} {count}" for name, count in done.counts.items())
    last = "Everything is as it was recorded / すべて記録どおりです"
    if count := len(done.faults):
        last = f"{count} fault{'s' * (count > 1)} / 不一致{count}件"
    return "\n".join([*map(str, done.faults), f"{last} ({counted})"])
