"""What running under Dagster and Great Expectations costs: a run of nothing new, and a second run of one edition in the same process.

    .venv/bin/python -m benchmarks.running
"""

from __future__ import annotations

import os
import pkgutil
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.rows import ROUNDS, Row, Section, against, seconds, shown
from pipelines import unchanged
from pipelines.home import Home
from pipelines.run import Failed, running

ROOT = Path(__file__).parents[1]
EDITION = "kitakyushu_dx-R6"
LIBRARIES = "import dagster, great_expectations, pdfplumber, duckdb, pandas"
OWN = "import pipelines.cli, pipelines.run, pipelines.definitions"
DATA = (".pdf", ".parquet", ".duckdb", ".webp", ".csv", ".xlsx")
MADE = ("staging", "accepted", "pages", "review", "results", "warehouse", "exports", "site")
STEP = "pipelines.resources.Storage.at_work"  # a step's own work, which would be done without Dagster too
RULES = "expectations.adapter.run_suite"


def of_children() -> float:
    """Processor seconds of the processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def python(*words: str) -> None:
    ended = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True)
    if ended.returncode:
        raise SystemExit(f"benchmarks.running: python {' '.join(words)} ended with {ended.returncode}:\n{ended.stderr or ended.stdout}")


def done(failures: Sequence[Failed]) -> None:
    if failures:
        raise SystemExit("benchmarks.running: a step failed, so nothing was measured:\n" + "\n".join(failure.message for failure in failures))


class Watch:
    """How many data files this process opens, while it is told to look."""

    def __init__(self) -> None:
        self.on, self.opened = False, 0
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: Any) -> None:
        if self.on and event == "open" and isinstance(arguments[0], str):
            self.opened += arguments[0].endswith(DATA)


def nothing_new(home: Home) -> Iterator[Row]:
    """The whole graph where nothing has changed, in a process of its own, against the imports alone."""
    for bare in (LIBRARIES, OWN):
        ours, least, ratio = against(lambda: python("-m", "pipelines.cli", "run"), lambda bare=bare: python("-c", bare), ROUNDS, of_children)  # type: ignore[misc]
        yield Row(f"`shinchoku run`, nothing changed / `{bare}`", f"`shinchoku run`（変更なし） / `{bare}`", f"{ours:.2f} s", f"{least:.2f} s", f"{ratio:.2f}")

    def everything() -> None:
        with running(home) as execute:
            done(execute("ingest", EDITION) + execute("publish"))

    everything()
    watch, before = Watch(), unchanged.state([home.root / name for name in MADE], home.root)
    watch.on = True
    took = _median(everything, time.process_time)
    watch.on = False
    written = len(set(unchanged.state([home.root / name for name in MADE], home.root)) ^ set(before))
    yield Row("the same in a process where it was run before", "同じことを、一度実行したプロセスの中で", f"{took:.2f} s", f"{least:.2f} s", f"{took / least:.2f}")
    yield Row("files of data read / written in it", "そこで読んだデータファイル / 書いたデータファイル", str(watch.opened), str(written), "")


def once_more(home: Home) -> Iterator[Row]:
    """One edition anew in a process that has run it before: what Dagster spends around its steps, and Great Expectations within them."""
    found = []
    with running(home) as execute:
        for turn in range(ROUNDS + 1):
            unchanged.forget(home, [EDITION])
            with measured(STEP) as steps, measured(RULES) as rules:
                start, began = time.process_time(), time.perf_counter()
                done(execute("ingest", EDITION))
                if turn:
                    found.append((time.process_time() - start - steps[0], rules[0], time.perf_counter() - began))
        again = _median(lambda: done(execute("ingest", EDITION)), time.process_time)
    dagster, rules_, whole = (statistics.median(column) for column in zip(*found, strict=True))
    both = dagster + rules_
    yield Row("one edition again, nothing changed, in a process that has run it: all of it / one edition anew, by the clock",
              "1版をもう一度（変更なし、同じプロセス）：全体 / 1版のやり直しの実時間", f"{again:.2f} s", f"{whole:.2f} s", f"{again / whole:.2f}")  # fmt: skip
    yield Row("one edition anew, the second time in a process: in Dagster and Great Expectations / the whole by the clock",
              "1版のやり直し（同じプロセスで2回目）：DagsterとGreat Expectations / 全体の実時間", f"{both:.2f} s", f"{whole:.2f} s", f"{both / whole:.2f}")  # fmt: skip
    yield Row("of that in the rules (Great Expectations) / in Dagster", "うち規則の検証（Great Expectations） / Dagster",
              f"{rules_:.2f} s", f"{dagster:.2f} s", f"{rules_ / dagster:.2f}")  # fmt: skip


@contextmanager
def measured(name: str) -> Iterator[list[float]]:
    """Processor seconds of this process within the named function, or within the context that it opens."""
    spent = [0.0]
    owner, _, function = name.rpartition(".")
    real = getattr(pkgutil.resolve_name(owner), function)

    def timed(*given: Any, **named: Any) -> Any:
        with clock():
            opened = real(*given, **named)
        return within(opened) if isinstance(opened, AbstractContextManager) else opened

    @contextmanager
    def within(opened: AbstractContextManager[Any]) -> Iterator[Any]:
        with clock(), opened as inside:
            yield inside

    @contextmanager
    def clock() -> Iterator[None]:
        start = time.process_time()
        try:
            yield
        finally:
            spent[0] += time.process_time() - start

    with mock.patch(name, timed):
        yield spent


def _median(task: Callable[[], object], clock: Callable[[], float]) -> float:
    return statistics.median(seconds(task, clock) for _ in range(ROUNDS))


def section() -> Section:
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"SHINCHOKU_HOME": folder}):
        os.environ.pop("SHINCHOKU_SERIES", None)
        python("-m", "pipelines.cli", "run")
        home = Home.find()
        rows = [*nothing_new(home), *once_more(home)]
    return Section(
        "Running: what Dagster and Great Expectations cost", "実行：DagsterとGreat Expectationsにかかる時間", ("Shinchoku", "other / 他", "ratio / 比"), rows,
        ("Processor time, but for the whole of the second run. In Dagster is what a run takes beside the work of its steps, storing its events included.",
         "プロセッサー時間です（2回目の全体だけは実時間）。Dagsterの時間は、実行全体から各ステップ自身の処理を除いたもので、イベントの保存を含みます。"),
    )  # fmt: skip


if __name__ == "__main__":
    print(shown(section()))
