"""The reports of many towns read by Celery workers, one of them killed in the middle, against the same in one process. ``python -m tests.load.country``."""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
from dagster._core.execution.backfill import BulkActionsFilter, BulkActionStatus

from pipelines.home import Home
from pipelines.partitions import add_editions
from sources.registry import load
from tests import servers
from tests.cluster import Cluster, cluster, settings
from tests.load.soak import differences, soak
from tests.load.towns import towns

FEW = 100  # runs that wait or are under way, below which the next are asked for
IDLE = 180  # seconds without a run under way, after which none comes any more
UNDER_WAY = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


@dataclass
class Seen:
    """Seconds since the workers were started and editions done by then; MiB of the largest process of each kind, and its processor seconds, look by look."""

    done: list[tuple[float, int]] = field(default_factory=list)
    memory: list[dict[str, int]] = field(default_factory=list)
    processor: list[dict[str, float]] = field(default_factory=list)
    failed: int = 0

    @property
    def an_hour(self) -> float:
        """Reports an hour, after the first tenth."""
        (began, before), (ended, after) = self.done[len(self.done) // 10], self.done[-1]
        return 3600 * (after - before) / (ended - began)

    def each(self, name: str) -> float:
        """Processor seconds a report of one kind of process, after the first tenth."""
        first, last = len(self.done) // 10, len(self.done) - 1
        used = sum(found - self.processor[first].get(key, 0) for key, found in self.processor[last].items() if key.startswith(name))
        return used / max(self.done[last][1] - self.done[first][1], 1)


def costs(groups: dict[str, int], postgres: int) -> tuple[dict[str, int], dict[str, float]]:
    """MiB of the largest process of each process group, and the processor seconds of all of them, with those of PostgreSQL."""
    names = {group: name for name, group in groups.items()}
    memory, processor = dict.fromkeys(groups, 0), dict.fromkeys([*groups, "postgres"], 0.0)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid, parent, group = int(stat.parent.name), int(words[1]), int(words[2])
        seconds = sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")  # its own and those of its children that have ended
        if postgres in (pid, parent):
            processor["postgres"] += seconds
        elif name := names.get(group):
            memory[name] = max(memory[name], int(words[21]) * os.sysconf("SC_PAGE_SIZE") >> 20)
            processor[name] += seconds
    return memory, processor


@contextmanager
def told(**environment: str) -> Iterator[None]:
    """This process as one of the deployment."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ |= environment
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def backfilled(
    made: Cluster,
    editions: Sequence[str],
    workers: int,
    *,
    kill: bool = False,
    look: float = 1,
    hours: float = 1,
    publishes: bool = True,
    postgres: int = 0,
    at_once: int = 0,
) -> Seen:
    """Every edition through the job ``ingest`` by the workers. With ``kill`` one dies with all its processes in the middle of a run.
    With ``at_once`` so many are backfilled together, the earliest years first, and the next when almost none of them waits: Dagster looks at
    all runs that wait whenever it starts one. Editions that have a run, or are in a backfill, are not asked for again."""
    names = ("DAGSTER_HOME", "SHINCHOKU_HOME", "SHINCHOKU_SERIES", "SHINCHOKU_POSTGRES", "SHINCHOKU_BROKER")
    with told(**{name: made.environment[name] for name in names}), dg.DagsterInstance.get() as instance:
        add_editions(load(), instance)
        made.serve()
        for number in range(workers):
            made.worker(f"worker{number}")
        asked = _asked(instance)
        waiting = [e for e in (sorted(editions, key=lambda edition: edition.partition("-")[::-1]) if at_once else editions) if e not in asked]
        home, seen, began, killed = Home.find(), Seen(), time.monotonic(), False
        at_work = began
        while True:
            fallen = [name for name, process in made.processes.items() if process.poll() is not None]
            assert not fallen, f"{fallen} ended\n{made.told()}"
            done = sum(home.accepted(edition).is_dir() for edition in editions)
            seen.done.append((time.monotonic() - began, done))
            memory, processor = costs({name: process.pid for name, process in made.processes.items()}, postgres)
            seen.memory.append(memory)
            seen.processor.append(processor)
            if kill and not killed and 3 * done >= len(editions):
                killed = _killed_at_work(made, instance)
            if look > 5:
                print(f"{done} of {len(editions)}: {seen.done[-1][0]:.0f} s, MiB {seen.memory[-1]}", flush=True)
            under_way = instance.get_runs_count(dg.RunsFilter(statuses=UNDER_WAY))
            if done == len(editions) and not under_way and (not publishes or (home.exports / "latest").exists() and (home.site / "index.html").exists()):
                break
            if under_way:
                at_work = time.monotonic()
            if waiting and under_way < FEW and instance.get_runs_count(dg.RunsFilter(job_name="ingest")) >= len(editions) - len(waiting):
                together = at_once or len(waiting)
                made.backfill("ingest", waiting[:together])
                del waiting[:together]
            if time.monotonic() - began > 3600 * hours or time.monotonic() - at_work > IDLE:
                print("stopped: " + ("nothing is under way" if not under_way else f"{hours} h are over"), flush=True)
                break
            time.sleep(look)
        if publishes:
            _settled(made, instance, editions)
        seen.failed = instance.get_runs_count(dg.RunsFilter(job_name="ingest", statuses=[dg.DagsterRunStatus.FAILURE]))
    return seen


def _killed_at_work(made: Cluster, instance: dg.DagsterInstance) -> bool:
    """Whether a worker was caught in a run, killed and replaced. It is stopped first: a run that is begun then cannot end before it is killed."""
    for run in instance.get_runs(dg.RunsFilter(job_name="ingest", statuses=[dg.DagsterRunStatus.STARTED])):
        for name, process in made.processes.items():
            if name.startswith("worker") and process.pid in _groups(instance, run.run_id):
                os.killpg(process.pid, signal.SIGSTOP)
                time.sleep(0.5)  # what it had sent to PostgreSQL is there
                if caught := bool(instance.get_runs(dg.RunsFilter(run_ids=[run.run_id], statuses=[dg.DagsterRunStatus.STARTED]))):
                    made.kill(name)
                    made.worker(f"{name}-again")
                else:
                    os.killpg(process.pid, signal.SIGCONT)
                return caught
    return False


def _groups(instance: dg.DagsterInstance, run_id: str) -> set[int]:
    """The process groups that execute a run, as it has told when it was begun."""
    found = set()
    for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records:
        told = record.event_log_entry.get_dagster_event().engine_event_data.metadata.get("pid")
        with suppress(ProcessLookupError):
            found |= {os.getpgid(int(str(told.value)))} if told else set()
    return found


def _asked(instance: dg.DagsterInstance) -> set[str]:
    """The editions that were asked for before, where a deployment goes on that had been stopped; not those whose runs failed by it for good."""
    backfills = instance.get_backfills(BulkActionsFilter(statuses=[BulkActionStatus.REQUESTED]))
    asked = {name for backfill in backfills for name in backfill.partition_names or ()}
    runs: dict[bool, set[str]] = {True: set(), False: set()}
    for run in instance.get_runs(dg.RunsFilter(job_name="ingest")):
        runs[run.status == dg.DagsterRunStatus.FAILURE].add(run.tags["dagster/partition"])
    return runs[False] | asked - runs[True]


def _settled(made: Cluster, instance: dg.DagsterInstance, editions: Sequence[str]) -> None:
    """Once more: an edition that was judged before the year before it was accepted is judged anew, the others have nothing to do."""
    ended = dg.RunsFilter(job_name="ingest", statuses=[dg.DagsterRunStatus.SUCCESS])
    before = instance.get_runs_count(ended)
    made.backfill("ingest", editions)
    made.until(lambda: instance.get_runs_count(ended) >= before + len(editions), "every edition was looked at again", 900)
    made.dagster("job", "launch", "-w", made.workspace, "-j", "publish")
    under_way = dg.RunsFilter(statuses=UNDER_WAY)
    made.until(lambda: instance.get_runs(dg.RunsFilter(job_name="publish")) and not instance.get_runs_count(under_way), "all is published", 900)


def apart(one: Path, other: Path) -> list[str]:
    """Published files that are not the same, byte for byte, under two data folders."""
    found = []
    for kind in ("exports/latest", "site"):
        here, there = ({path.relative_to(root): path.read_bytes() for path in (root / kind).rglob("*") if path.is_file()} for root in (one, other))
        assert here, f"nothing under {kind}"
        found += [str(name) for name in sorted({*here, *there}) if here.get(name) != there.get(name)]
    return found


def main() -> int:
    example = "python -m tests.load.country --towns 1741 --years 5 --workers 2 --kill --hours 12 --folder /data/country"
    parser = argparse.ArgumentParser(description=__doc__.partition(".")[0], epilog=example)
    parser.add_argument("--towns", type=int, default=20, help="how many made-up towns (default 20; the country has 1741)")
    parser.add_argument("--years", type=int, default=5, help="editions of each (default 5)")
    parser.add_argument("--first", type=int, help="read only so many editions of them")
    parser.add_argument("--workers", type=int, default=2, help="Celery workers of one process each (default 2)")
    parser.add_argument("--at-once", type=int, default=0, help="backfill so many editions together, the earliest years first (default: all)")
    parser.add_argument("--kill", action="store_true", help="kill a worker after a third of the editions")
    parser.add_argument("--hours", type=float, default=1, help="stop after so many (default 1)")
    parser.add_argument("--alone", type=int, default=4, help="towns whose editions are read again in one process (default 4)")
    parser.add_argument("--series", type=Path, help="a folder that python -m tests.load.towns made")
    parser.add_argument("--folder", type=Path, help="keep everything in this folder, and go on with what it holds of a run that was stopped")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    with (nullcontext(chosen.folder) if chosen.folder else tempfile.TemporaryDirectory(prefix="country-")) as name:
        return _read(Path(name), chosen)


def _read(folder: Path, chosen: argparse.Namespace) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    series = chosen.series or folder / "series"
    if not series.exists():
        towns(series, chosen.towns, chosen.years)
    if not (folder / "dagster").exists():
        settings(folder / "dagster", run_monitoring={"max_runtime_seconds": 300, "poll_interval_seconds": 10})
    with told(SHINCHOKU_SERIES=str(series)):
        editions = [edition for edition in load().editions if edition.startswith("town_")][: chosen.first]
    with (
        servers.running(folder / "servers" if chosen.folder else None) as addresses,
        cluster(folder, addresses, folder / "home", series, SHINCHOKU_REDELIVERY_SECONDS="60") as made,
    ):
        ways = {"kill": chosen.kill, "hours": chosen.hours, "at_once": chosen.at_once}
        seen = backfilled(made, editions, chosen.workers, look=15, publishes=False, postgres=addresses.pids[0], **ways)
    done = [edition for edition in editions if (folder / "home" / "accepted" / edition).is_dir()]
    fresh = seen.done[-1][1] - seen.done[0][1]
    print(f"{len(done)} of {len(editions)} editions, {fresh} of them in {seen.done[-1][0]:.0f} s by {chosen.workers} workers: {seen.an_hour:.0f} reports an hour")
    print(f"{seen.failed} runs failed and were started again")
    for at in (len(seen.memory) // 10, len(seen.memory) // 2, -1):
        print(f"after {seen.done[at][0]:.0f} s, largest process in MiB: {seen.memory[at]}")
    spent = {kind: round(seen.each(kind), 2) for kind in ("worker", "daemon", "code", "postgres")}
    print(f"processor seconds a report: {spent}")
    names = sorted({edition.partition("-")[0] for edition in done})  # whole towns: each year is held against the year before
    drawn = random.Random(0).sample(names, min(chosen.alone, len(names)))
    sample = [edition for edition in done if edition.partition("-")[0] in drawn]
    with told(SHINCHOKU_SERIES=str(series), SHINCHOKU_HOME=str(folder / "alone")):
        failures = soak(sample, Home.find()).failures
    different = differences(sample, folder / "home", folder / "alone")
    print(f"{len(sample)} editions in one process: {len(different)} files differ", *different, *failures, sep="\n")
    return 1 if different or failures or len(done) < len(editions) else 0


if __name__ == "__main__":
    sys.exit(main())
