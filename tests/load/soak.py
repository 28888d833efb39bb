"""Many editions through one process: whether its memory stays flat, and each edition is what it is alone. ``python -m tests.load.soak --towns 200``."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines import run as runner
from pipelines.home import Home
from sources.registry import load
from tests.load.towns import towns

KEPT = ("staging", "accepted", "pages", "review")


def resident() -> float:
    """Memory of this process in MiB, as the system counts it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@dataclass
class Soak:
    """What was seen: MiB and seconds after each edition, and what went wrong."""

    memory: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    publishing: float = 0.0

    @property
    def growth(self) -> float:
        """Memory at the end as a multiple of memory after the first tenth, when everything has been loaded."""
        return self.memory[-1] / self.memory[len(self.memory) // 10]

    @property
    def slowing(self) -> float:
        """Time of an edition in the last fifth as a multiple of the second fifth's."""
        fifth = len(self.seconds) // 5
        return (self.seconds[-1] - self.seconds[-1 - fifth]) / (self.seconds[2 * fifth] - self.seconds[fifth])


def soak(editions: Sequence[str], home: Home, progress: int = 0) -> Soak:
    """Every edition through the job ``ingest`` in this process, then one publication of all."""
    seen, began = Soak(), time.monotonic()
    home.prepare()
    with runner.running(home) as execute:
        for done, edition in enumerate(editions, start=1):
            seen.failures += [f"{edition}: {failure.message}" for failure in execute("ingest", edition)]
            seen.memory.append(resident())
            seen.seconds.append(time.monotonic() - began)
            if progress and done % progress == 0:
                print(f"{done} of {len(editions)}: {seen.seconds[-1]:.0f} s, {seen.memory[-1]:.0f} MiB, {len(seen.failures)} failures", flush=True)
        began = time.monotonic()
        if problem := runner.publish(home, execute):
            seen.failures.append(problem)
        seen.publishing = time.monotonic() - began
    return seen


def alone(editions: Sequence[str], root: Path) -> None:
    """The same editions, each in a process of its own."""
    environment = {**os.environ, "SHINCHOKU_HOME": str(root)}
    for edition in editions:
        command = [sys.executable, "-m", "pipelines.cli", "run", "--edition", edition]
        subprocess.run(command, env=environment, check=True, capture_output=True)


def differences(editions: Sequence[str], one: Path, other: Path) -> list[str]:
    """Files of these editions that are not the same, byte for byte, under two data folders."""
    found = []
    for edition in editions:
        names = {path.relative_to(root) for root in (one, other) for kind in KEPT for path in (root / kind).glob(f"{edition}*")}
        names = {name / inner.relative_to(root / name) for name in names for root in (one, other) for inner in (root / name).rglob("*")} | names
        for name in sorted(names):
            here, there = one / name, other / name
            if here.is_dir() and there.is_dir():
                continue
            if not (here.is_file() and there.is_file() and _content(here, one) == _content(there, other)):
                found.append(str(name))
    return found


def _content(path: Path, root: Path) -> bytes:
    return path.read_bytes().replace(str(root).encode(), b"HOME")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0], epilog="python -m tests.load.soak --towns 200 --years 5 --alone 5")
    parser.add_argument("--towns", type=int, default=200, help="how many made-up towns (default 200)")
    parser.add_argument("--years", type=int, default=5, help="editions of each (default 5)")
    parser.add_argument("--alone", type=int, default=5, help="towns whose editions are read again one by one (default 5)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SHINCHOKU_SERIES"] = str(towns(Path(folder, "series"), chosen.towns, chosen.years))
        os.environ["SHINCHOKU_HOME"] = str(Path(folder, "together"))
        editions = [name for name in load().editions if name.startswith("town_")]
        home = Home.find()
        seen = soak(editions, home, progress=max(len(editions) // 20, 1))
        print(f"{len(editions)} editions in {seen.seconds[-1]:.0f} s, published in {seen.publishing:.0f} s; memory at the end {seen.memory[-1]:.0f} MiB")
        print(f"memory grew {seen.growth:.2f} times after the first tenth; an edition takes {seen.slowing:.2f} times what it took at first")
        print(*seen.failures, sep="\n")
        sample = random.Random(0).sample(range(chosen.towns), min(chosen.alone, chosen.towns))
        again = [name for name in editions if int(name[5:9]) in sample]
        alone(again, Path(folder, "alone"))
        different = differences(again, home.root, Path(folder, "alone"))
        print(f"{len(again)} editions one by one: {len(different)} files differ", *different, sep="\n")
    return 1 if seen.failures or different else 0


if __name__ == "__main__":
    sys.exit(main())
