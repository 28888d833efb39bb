"""Kills the real process at the steps that it takes on disk, and looks at what it leaves: python -m tests.robustness.kills --all

A process that has imported everything is forked for each point, so that a point costs a run and not its imports. The fork counts what it
does to files (Python's audit events) and ends itself by SIGKILL before the n-th; some end a moment later, in the middle of a write of
DuckDB or of the system. What another process reads of a PDF is taken from a cache: that process writes nothing here. What is left is
looked at in a fork as well, since DuckDB's threads, once started, do not come along into forks.
After each kill readers must see the old or the new state, whole; the command once more must leave what an undisturbed one leaves, byte for
byte, and nothing else. ``--how full`` and ``--how read-only`` do not kill: from the n-th step on the system refuses what needs room on the
disk, or every change, until the command has ended by itself, with a message that says what to do. Not a test by itself: test_kills.py
runs some of the points.
"""

from __future__ import annotations

import argparse
import errno
import hashlib
import importlib
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.errors import REMEDIES
from tests.ingestion import city

WRITES = {"os.rename", "os.link", "os.symlink", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate"}
NEEDING_ROOM = {"open", "os.link", "os.symlink", "os.mkdir", "os.truncate"}
REFUSALS = {"full": errno.ENOSPC, "read-only": errno.EROFS}
CHANGING = ("dagster", "lock")
MODULES = ("pipelines.cli", "pipelines.definitions", "pipelines.run", "pipelines.acceptance", "pipelines.verification", "great_expectations", "duckdb",
           "pyarrow.parquet", "frictionless", "csvw.metadata", "pyshacl", "xlsxwriter", "warehouse.exports", "warehouse.site", "PIL.Image",
           "expectations.adapter", "ruamel.yaml", "pipelines.event_log", "pipelines.register")  # fmt: skip
SIGNED = ("--who", "佐藤", "--when", "2026-07-01")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A state to begin with, a command that is killed, and the one that a person types next."""

    before: Sequence[Sequence[str]]
    command: Sequence[str]
    after: Sequence[str]


R6, R7 = ("intake", "{place}/R6.pdf"), ("intake", "{place}/R7.pdf")
ACCEPT = ("accept", "madeup_city-R6", *SIGNED)
WITHDRAW = ("withdraw", "R7", "--reason", "誤り", *SIGNED)
SCENARIOS = {
    "first run": Scenario((R6, (*ACCEPT, "--no-publish")), ("run", "--edition", "madeup_city-R6"), ("run", "--edition", "madeup_city-R6")),
    "intake": Scenario((R6, ACCEPT), R7, R7),
    "accept": Scenario((R6, ACCEPT, R7), ("accept", "R7", *SIGNED), ("accept", "R7", *SIGNED)),
    "correction": Scenario(
        (R6, ACCEPT, ("intake", "{place}/R6b.pdf")), (*ACCEPT, "--reason", "訂正"), (*ACCEPT, "--reason", "訂正")
    ),
    "withdraw": Scenario((R6, ACCEPT, R7, ("accept", "R7", *SIGNED)), WITHDRAW, WITHDRAW),
}  # fmt: skip


class WrongError(AssertionError):
    """What a kill left that it must not leave."""


# -- one process

def forked(work: Callable[[], int], log: Path) -> int:
    """How a fork of this process ended: its exit code, or minus the signal."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            with log.open("w", encoding="utf-8") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            sys.stdout = sys.stderr = log.open("a", encoding="utf-8", buffering=1)  # whatever stood in their place here
            code = work()
        except BaseException:  # the parent must not be run a second time
            import traceback

            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def apart(work: Callable[[], Any], log: Path) -> Any:
    """What work in a fork of this process came to; an error of the fork is one here."""
    answer = log.with_name("answer")

    def do() -> int:
        try:
            found = work()
        except Exception as error:
            found = WrongError(str(error))
        answer.write_bytes(pickle.dumps(found))
        return 0

    if code := forked(do, log):
        raise WrongError(f"looking ended with {code}: {log.read_text()[-2000:]}")
    found = pickle.loads(answer.read_bytes())  # noqa: S301 - written here
    if isinstance(found, WrongError):
        raise found
    return found


def shinchoku(command: Sequence[str], place: Path) -> int:
    from pipelines.cli import main

    os.environ |= {"SHINCHOKU_HOME": str(place / "home"), "SHINCHOKU_SERIES": str(place / "series")}
    os.chdir(place)
    try:
        main([part.format(place=place) for part in command])
    except SystemExit as done:
        return int(done.code or 0)
    return 0


class Steps:
    """Counts what this process does to the files of a place; at ``number`` it ends itself, ``later`` seconds after, or is refused from there on."""

    def __init__(self, place: Path, number: int, later: float = 0, how: str = "kill") -> None:
        self.place, self.number, self.later, self.refusal = str(place), number, later, REFUSALS.get(how, 0)
        self.taken: list[str] = []

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            counts = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) and self._is_here(path)
        else:
            counts = event in WRITES and (self._is_here(args[0]) or not os.fsdecode(args[0]).startswith("/"))
        if not counts:
            return
        self.taken.append(f"{event} {os.fsdecode(args[0])}")
        if self.refusal and 0 < self.number <= len(self.taken) and (self.refusal == errno.EROFS or event in NEEDING_ROOM):
            raise OSError(self.refusal, os.strerror(self.refusal), args[0])
        if self.refusal or len(self.taken) != self.number:
            return
        if self.later:
            signal.setitimer(signal.ITIMER_REAL, self.later)  # nothing handles it: the system ends the process
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    def _is_here(self, path: Any) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        text = os.fsdecode(path)
        return text.startswith(self.place) and f"{self.place}/home/dagster" not in text


def disturbed(command: Sequence[str], place: Path, number: int, later: float, counted: Path, how: str = "kill") -> int:
    steps = Steps(place, number, later, how)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    sys.addaudithook(steps)
    code = shinchoku(command, place)
    taken, steps.number = list(steps.taken), -1
    signal.setitimer(signal.ITIMER_REAL, 0)
    counted.write_text("\n".join(taken))
    return code


# -- what it leaves

def tree(place: Path) -> dict[str, str]:
    """Every file with its sha256; the DuckDB file by what it says, since its bytes are never the same, and notes of times by their names."""
    found = {}
    for path in sorted(place.rglob("*")):
        name = path.relative_to(place).as_posix()
        if name.startswith(tuple(f"home/{other}" for other in CHANGING)) or name == "home/warehouse/SHA256SUMS":
            continue
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        elif path.name == "shinchoku.duckdb":
            found[name] = rows(path)
        elif name.startswith("home/.made/"):
            found[name] = "a note"
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def rows(file: Path) -> str:
    import duckdb

    from warehouse.build import CODE_TABLES, STAGED

    digest = hashlib.sha256()
    with closing(duckdb.connect(str(file), read_only=True)) as connection:
        for table in (*CODE_TABLES, *STAGED, "latest", "progress"):
            digest.update(repr(sorted(connection.execute(f'FROM "{table}"').fetchall(), key=repr)).encode())
    return digest.hexdigest()


def public(found: dict[str, str]) -> dict[str, dict[str, str]]:
    """What readers see, by the place that is replaced as one."""
    latest = found.get("home/exports/latest", "").removeprefix("-> ")
    starts = {"release": f"home/exports/{latest or '?'}/", "site": "home/site/", "warehouse": "home/warehouse/", "accepted": "home/accepted/"}
    return {place: {name[len(start) :]: digest for name, digest in found.items() if name.startswith(start) and "/." not in name} for place, start in starts.items()}


PUBLISHED = ("exports", "warehouse", "site", "accepted", "former")


def look(place: Path, before: dict[str, str], after: dict[str, str]) -> None:
    """Readers see the old or the new state of each place, whole, and every list holds."""
    from pipelines.home import Home
    from pipelines.verification import of_files

    now, old, new = (public(found) for found in (tree(place), before, after))
    for name, files in now.items():
        if name == "accepted":  # an edition is replaced as one
            for edition in {file.partition("/")[0] for file in files}:
                here, *others = ({k: v for k, v in state.items() if k.startswith(f"{edition}/")} for state in (files, old[name], new[name]))
                if here not in others:
                    raise WrongError(f"accepted/{edition} is neither the old nor the new one")
        elif files not in (old[name], new[name]):
            raise WrongError(f"{name} is neither the old nor the new one: {sorted(set(files.items()) ^ set(new[name].items()))[:4]}")
    home = Home(place / "home")
    if home.root.exists():
        for fault in of_files(home, {}):
            parts = fault.path.relative_to(home.root).parts
            if parts[0] in PUBLISHED and not any(part.startswith(".draft-") for part in parts) and fault.path.exists():
                raise WrongError(f"after the kill: {fault}")


# -- points

@dataclass(slots=True)
class Case:
    """A scenario made ready: its first state, and what it leaves when nobody disturbs it."""

    name: str
    scenario: Scenario
    start: Path
    before: dict[str, str]
    after: dict[str, str]
    taken: list[str]

    @property
    def steps(self) -> int:
        return len(self.taken)


class Harness:
    """All that is done is done in one folder, since some files name the folder that they were read in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place, self.log = folder, folder / "place", folder / "log"
        self.cases: dict[str, Case] = {}
        for module in MODULES:
            importlib.import_module(module)
        _cache_readings(folder / "readings")

    def case(self, name: str) -> Case:
        if name not in self.cases:
            self.cases[name] = self._made(name)
        return self.cases[name]

    def _made(self, name: str) -> Case:
        scenario = SCENARIOS[name]
        self.begin(None)
        for command in scenario.before:
            self._do(command)
        start = self.folder / f"start {name}"
        shutil.copytree(self.place, start, symlinks=True)
        before = self._tree()
        counted = self.folder / "counted"
        code = forked(lambda: disturbed(scenario.command, self.place, 0, 0, counted), self.log)
        if code:
            raise WrongError(f"{name}: {scenario.command} ended with {code}: {self.log.read_text()[-2000:]}")
        if scenario.after != scenario.command:
            self._do(scenario.after)
        return Case(name, scenario, start, before, self._tree(), counted.read_text().splitlines())

    def point(self, case: Case, number: int, later: float = 0, how: str = "kill") -> bool:
        """Whether the process was stopped at this step; raises WrongError where that did harm."""
        self.begin(case.start)
        code = forked(lambda: disturbed(case.scenario.command, self.place, number, later, self.folder / "counted", how), self.log)
        told = self.log.read_text(encoding="utf-8")
        if code not in ((0, 2) if how in REFUSALS else (0, -signal.SIGKILL, -signal.SIGALRM)):
            raise WrongError(f"{case.name}, step {number} ended with {code} before it was disturbed: {told[-2000:]}")
        if code == 2 and ("Traceback" in told or REMEDIES[REFUSALS[how]][0] not in told):
            raise WrongError(f"{case.name}, step {number}, {how}: not told what to do: {told[-2000:]}")
        try:
            apart(lambda: look(self.place, case.before, case.after), self.log)
            self._do(case.scenario.after)
            left = self._tree()
            if left != case.after:
                raise WrongError(f"the next run left something else: {sorted(set(left.items()) ^ set(case.after.items()))[:6]}")
        except Exception as error:
            raise WrongError(f"{case.name}, {how}, step {number} of {case.steps}{f' and {later:.3f} s' if later else ''}: {error}") from error
        return code != 0

    def _tree(self) -> dict[str, str]:
        found: dict[str, str] = apart(lambda: tree(self.place), self.log)
        return found

    def begin(self, start: Path | None) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        if start:
            shutil.copytree(start, self.place, symlinks=True)
            return
        self.place.mkdir(parents=True)
        city.series(self.place / "series")
        city.report(self.place / "R6.pdf")
        city.report(self.place / "R6b.pdf", courses="32")
        city.report(self.place / "R7.pdf", year="R7", applications="150", before="120")

    def _do(self, command: Sequence[str]) -> None:
        code = forked(lambda: shinchoku(command, self.place), self.log)
        if code:
            raise WrongError(f"{command} ended with {code}: {self.log.read_text()[-2000:]}")


def _cache_readings(folder: Path) -> None:
    """Let what another process would do with a PDF be done once."""
    import sources.reading
    from pipelines import spots

    folder.mkdir(parents=True, exist_ok=True)
    read, draw = sources.reading.read_report, spots.draw_pages

    def read_once(path: Path, **options: Any) -> Any:
        kept = folder / hashlib.sha256(path.read_bytes() + repr(sorted(options.items())).encode()).hexdigest()
        if not kept.exists():
            kept.write_bytes(pickle.dumps(read(path, **options)))
        return pickle.loads(kept.read_bytes())  # noqa: S301 - written here

    def draw_once(path: Path, boxes: Any, out: Path, **options: Any) -> Any:
        kept = folder / hashlib.sha256(path.read_bytes() + repr((boxes, options)).encode()).hexdigest()
        if not kept.exists():
            found = draw(path, boxes, out, **options)
            pictures = {file.name: file.read_bytes() for file in out.iterdir()}
            kept.write_bytes(pickle.dumps((found, pictures)))
        found, pictures = pickle.loads(kept.read_bytes())  # noqa: S301 - written here
        for name, data in pictures.items():
            (out / name).write_bytes(data)
        return found

    sources.reading.read_report, spots.draw_pages = read_once, draw_once  # type: ignore[assignment]


def points(steps: int, wanted: int | None, rng: random.Random) -> Iterator[tuple[int, float]]:
    """All steps, or some of them spread evenly; every third process ends up to 30 ms later."""
    chosen = range(1, steps + 1) if wanted is None else sorted({1 + steps * k // wanted for k in range(wanted)})
    for index, number in enumerate(chosen):
        yield number, rng.uniform(0.001, 0.03) if index % 3 == 2 else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="every step of every scenario")
    parser.add_argument("--how", choices=("kill", *REFUSALS), default="kill", help="what happens at a step (default kill)")
    parser.add_argument("--points", type=int, default=12, help="of each scenario, where not --all")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes and say how far it came")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    given = parser.parse_args()
    began, done, faults, rng = time.monotonic(), 0, 0, random.Random(8)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        harness = Harness(Path(folder))
        for name in given.scenarios or SCENARIOS:
            case, here = harness.case(name), 0
            for number, later in points(case.steps, None if given.all else given.points, rng):
                if given.minutes and time.monotonic() - began > 60 * given.minutes:
                    break
                try:
                    here += harness.point(case, number, later, given.how)
                except WrongError as wrong:
                    here, faults = here + 1, faults + 1
                    print(f"WRONG {wrong}", flush=True)
            done += here
            print(f"{name}: {given.how} at {here} of {case.steps} steps, {faults} faults so far, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{given.how}: stopped {done} times, {faults} faults, {time.monotonic() - began:.0f} s")
    sys.exit(bool(faults))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
