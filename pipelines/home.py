"""Where a run keeps what it makes: the folders under SHINCHOKU_HOME, and the lock that lets one writer in at a time."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sources import places, whole
from sources.errors import PassingError, ShinchokuError, of_system

if TYPE_CHECKING:
    from pipelines.store import Store

DAGSTER_YAML = """\
# Written by shinchoku; delete the file to have it written anew.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  pools:
    granularity: op
    default_limit: 1
run_monitoring:
  enabled: true
"""

INPUTS = "series.sha256"  # what the series' files were when the program last used or wrote them
MADE = ".made"  # what each stage was made from, told by times of files: of this machine alone; without it everything is made anew
_held: set[Path] = set()

def inputs(series: str = "*") -> dict[Path, str]:
    """The YAML files of every series or of one, with the name under which their sha256 is recorded."""
    from sources.registry import roots

    found = (path for folder in dict.fromkeys(roots()) for path in sorted(folder.glob(f"{series}/**/*.yaml")))
    return {path: input_name(path) for path in found if not any(part.startswith(".") for part in path.parts[-4:])}


def input_name(path: Path) -> str:
    """``series/`` and the path in the folder that people write to; what only the package has begins with ``bundled/``."""
    from sources.registry import roots

    folder = next(folder for folder in roots() if path.is_relative_to(folder))
    return f"{'series' if folder == roots()[0] else 'bundled'}/{path.relative_to(folder).as_posix()}"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one SHINCHOKU_HOME. Nothing is made on disk before :meth:`prepare`.

    Where SHINCHOKU_HOME is an address, they are a working copy: a place is fetched when it is asked for, and sent by :meth:`working`.
    """

    root: Path
    store: Store | None = None

    @classmethod
    def find(cls, root: str | Path | None = None) -> Home:
        address, folder = places.named(root), places.data_folder(root)
        if not places.is_address(address):
            return cls(folder)
        from pipelines.store import store

        return cls(folder, store(address, folder))

    @property
    def address(self) -> str:
        """What SHINCHOKU_HOME has to be for another process to find the same."""
        return self.store.address if self.store else str(self.root)

    def refresh(self) -> None:
        """See what others have sent since; nothing to do for a folder of this machine."""
        if self.store:
            self.store.refresh()

    @contextmanager
    def working(self, series: str | None = None) -> Iterator[None]:
        """Work on what is stored now, or on what concerns one series; what the work left is stored when it ended well."""
        if not self.store:
            yield
            return
        with self.store.working(series):
            yield

    def _place(self, name: str) -> Path:
        if self.store:
            self.store.use(name)
        return self.root / name

    def staging(self, edition_id: str) -> Path:
        """What was read last, judged or not."""
        return self._place(f"staging/{edition_id}")

    def accepted(self, edition_id: str) -> Path:
        """What was read last and passed: the only thing that the warehouse is built from."""
        return self._place(f"accepted/{edition_id}")

    @property
    def former(self) -> Path:
        """What was accepted before something else of the same edition was: never deleted."""
        return self._place("former")

    def pages(self, edition_id: str) -> Path:
        return self._place(f"pages/{edition_id}")

    def review(self, edition_id: str) -> Path:
        return self._place(f"review/{edition_id}.html")

    @property
    def inbox(self) -> Path:
        """Where reports are dropped; what was taken in goes to ``done`` in it, what no series knows to ``unknown``."""
        return self.root / "inbox"

    @property
    def results(self) -> Path:
        return self._place("results") / "index.html"

    @property
    def warehouse(self) -> Path:
        return self._place("warehouse") / "shinchoku.duckdb"

    @property
    def exports(self) -> Path:
        return self._place("exports")

    @property
    def site(self) -> Path:
        return self._place("site")

    @property
    def dagster(self) -> Path:
        """Dagster's own folder, with its settings (dagster.yaml) and, unless these say otherwise, its history: DAGSTER_HOME where it is set."""
        said = os.environ.get("DAGSTER_HOME")
        return Path(said).expanduser().absolute() if said else self.root / "dagster"

    def prepare(self) -> None:
        """Make the folder and see that it can be written: better now than after the reading."""
        try:
            self.dagster.mkdir(parents=True, exist_ok=True)
            self.inbox.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.root):
                pass
            settings = self.dagster / "dagster.yaml"
            if not settings.exists():
                if os.environ.get("SHINCHOKU_POSTGRES"):
                    raise ShinchokuError(
                        f"{settings}: this file is missing, and without it the history would not be kept in SHINCHOKU_POSTGRES. Copy "
                        "deploy/dagster.yaml there, or unset SHINCHOKU_POSTGRES.",
                        f"{settings}：このファイルがないため、履歴はSHINCHOKU_POSTGRESに保存されません。deploy/dagster.yamlをここにコピーするか、"
                        "SHINCHOKU_POSTGRESの指定を外してください。",
                    )
                with whole.replacing_file(settings) as fresh:
                    fresh.write_text(DAGSTER_YAML, encoding="utf-8")
        except OSError as error:
            raise of_system(error, self.root) or ShinchokuError(
                f"{self.root}: the data folder cannot be used ({error}). Set SHINCHOKU_HOME to another folder.",
                f"{self.root}：データフォルダを使えません（{error}）。SHINCHOKU_HOMEで別の場所を指定してください。",
            ) from error

    def take_down(self) -> None:
        """Leave nothing for the public to see; the releases that were stay on record."""
        (self.exports / "latest").unlink(missing_ok=True)
        with whole.draft(self.root) as place:
            for folder in (self.site, self.warehouse.parent):
                if folder.exists():
                    folder.rename(place / folder.name)

    @contextmanager
    def lock(self, series: str = "*") -> Iterator[None]:
        """Held by one process at a time, released by the system when the process ends however it ends; may be nested.

        Who works on one series names it: then only its files are read to be recorded, and not those of the whole country.
        """
        path = self.root / "lock"
        if path in _held:
            yield
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                file.seek(0)
                who = file.read().strip() or "?"
                raise PassingError(
                    f"{self.root}: another run (process {who}) is writing here. Wait until it has ended, or set SHINCHOKU_HOME to another folder.",
                    f"{self.root}：別の実行（プロセス {who}）が書き込み中です。終了を待つか、SHINCHOKU_HOMEで別の場所を指定してください。",
                ) from error
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            _held.add(path)
            try:
                with self.working():
                    yield
                self.record(series)
            finally:
                _held.discard(path)

    def record(self, series: str = "*") -> None:
        """Remember what the files of the series and the lists of former editions are, so that a change that nobody made is seen."""
        path = self.root / INPUTS
        known = whole.read_list(path) if path.exists() else {}
        if not known:
            series = "*"
        others = [] if series == "*" else [
            (name, digest) for name, found in known.items() for digest in sorted(found)
            if not name.startswith(("former/", f"series/{series}/", f"bundled/{series}/"))
        ]  # fmt: skip
        lists = {path: path.relative_to(self.root).as_posix() for path in sorted((self.root / "former").glob(f"[!.]*/{whole.SUMS}"))}
        whole.write_list(path, sorted([*others, *((name, whole.sha256(file)) for file, name in (inputs(series) | lists).items())]))
