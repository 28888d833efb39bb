"""What running under Dagster and Great Expectations costs: a run of nothing new, and a second run of one edition in the same process.

    .venv/bin/python -m benchmarks.running
"""

from __future__ import annotations

import importlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.rows import Row, Section, against, shown
from pipelines import unchanged
from pipelines.home import Home
from pipelines.run import Failed, running

ROOT = Path(__file__).parents[1]
EDITION = "kitakyushu_dx-R6"
TURNS = 3
DATA = (".pdf", ".parquet", ".duckdb", ".webp", ".csv", ".xlsx")
MADE = ("staging", "accepted", "pages", "review", "results", "warehouse", "exports", "site")
# The work itself, which would be done without Dagster and without Great Expectations too.
WORK = (
    "sources.reading.read_report", "pipelines.spots.draw", "pipelines.staging.write_reading", "pipelines.staging.figure_rows",
    "pipelines.staging.ledger_rows", "pipelines.staging.stage_matching", "pipelines.review.write_page", "warehouse.parquet.write_table",
)  # fmt: skip
RULES = "expectations.adapter.run_suite"


def of_children() -> float:
    """Processor seconds of the processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def python(*words: str) -> None:
    subprocess.run([sys.executable, *words], check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def done(failures: Sequence[Failed]) -> None:
    if failures:
        raise SystemExit("\n".join(failure.message for failure in failures))


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
    bare = "import pipelines.cli, pipelines.run, pipelines.definitions"
    ours, least, ratio = against(lambda: python("-m", "pipelines.cli", "run"), lambda: python("-c", bare), TURNS, of_children)
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
    """One edition anew in a process that has run it before: what is neither the work itself nor waiting for it."""
    found = []
    with running(home) as execute:
        for turn in range(TURNS + 1):
            unchanged.forget(home, [EDITION])
            with measured(*WORK) as work, measured(RULES) as rules:
                start, began = time.process_time(), time.perf_counter()
                done(execute("ingest", EDITION))
                if turn:
                    found.append((time.process_time() - start - work[0], rules[0], time.perf_counter() - began))
    both, rules_, whole = (statistics.median(column) for column in zip(*found, strict=True))
    yield Row("one edition anew, the second time in a process: in Dagster and Great Expectations / the whole by the clock",
              "1版のやり直し（同じプロセスで2回目）：DagsterとGreat Expectations / 全体の実時間", f"{both:.2f} s", f"{whole:.2f} s", f"{both / whole:.2f}")  # fmt: skip
    yield Row("of that in the rules (Great Expectations) / in Dagster", "うち規則の検証（Great Expectations） / Dagster",
              f"{rules_:.2f} s", f"{both - rules_:.2f} s", f"{rules_ / (both - rules_):.2f}")  # fmt: skip


@contextmanager
def measured(*names: str) -> Iterator[list[float]]:
    """Processor seconds of this process within the named functions; what one of them calls of the others counts once."""
    spent, depth = [0.0], [0]

    def timed(task: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            depth[0] += 1
            start = time.process_time()
            try:
                return task(*given, **named)
            finally:
                depth[0] -= 1
                if not depth[0]:
                    spent[0] += time.process_time() - start

        return call

    with ExitStack() as stack:
        for name in names:
            module, _, function = name.rpartition(".")
            importlib.import_module(module)
            stack.enter_context(mock.patch(name, timed(getattr(sys.modules[module], function))))
        yield spent


def _median(task: Callable[[], object], clock: Callable[[], float]) -> float:
    def once() -> float:
        start = clock()
        task()
        return clock() - start

    return statistics.median(once() for _ in range(TURNS))


def section() -> Section:
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"SHINCHOKU_HOME": folder}):
        os.environ.pop("SHINCHOKU_SERIES", None)
        python("-m", "pipelines.cli", "run")
        home = Home.find()
        rows = [*nothing_new(home), *once_more(home)]
    return Section(
        "Running: what Dagster and Great Expectations cost", "実行：DagsterとGreat Expectationsにかかる時間", ("Shinchoku", "other / 他", "ratio / 比"), rows,
        ("Processor time, but for the whole of the second run. The functions that read, draw, match and write are taken off it by measuring them.",
         "プロセッサー時間です（2回目の全体だけは実時間）。読取・描画・照合・書出しの関数の時間は測って差し引いています。"),
    )  # fmt: skip


if __name__ == "__main__":
    print(shown(section()))
