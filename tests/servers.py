"""A throw-away PostgreSQL and Redis on loopback for the tests that need real ones. Not a test."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

UP = Path(__file__).with_name("servers.sh")


@dataclass(frozen=True, slots=True)
class Servers:
    """Their addresses and processes."""

    postgres: str
    redis: str
    pids: tuple[int, ...] = ()


def need(*programs: str, others: Sequence[str] = ()) -> None:
    """Outside CI a test whose servers cannot be started is skipped; where CI is set, that is a failure. `.ci/run` installs them."""
    path = os.pathsep.join([os.environ["PATH"], *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])
    lacking = [name for name in ("redis-server", "initdb", "pg_ctl", "psql", *programs) if not shutil.which(name, path=path)]
    if lacking := [*lacking, *others]:
        reason = f"lacking {', '.join(lacking)}: see .ci/run"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@contextmanager
def running(kept: Path | None = None) -> Iterator[Servers]:
    """Both until the block ends: empty, or with what they held when they ran in the folder ``kept`` before."""
    folder = kept or Path(tempfile.mkdtemp(prefix="shinchoku-servers-"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL runs as a user of its own
    base = ports(32, 79)
    try:
        started = subprocess.run(["bash", UP, folder / "w", str(base + 32), str(base + 79)], capture_output=True, text=True, timeout=120)
        assert started.returncode == 0, started.stdout + started.stderr
        user = "postgres" if os.geteuid() == 0 else Path.home().owner()
        pids = tuple(map(int, (folder / "w" / "pids").read_text().split()))
        yield Servers(f"postgresql://{user}@127.0.0.1:{base + 32}/postgres", f"redis://127.0.0.1:{base + 79}/0", pids)
    finally:
        for pid in (folder / "w" / "pids").read_text().split()[:1]:
            os.kill(int(pid), signal.SIGINT)  # asked by SIGTERM, PostgreSQL waits for those who are still connected
        stop(folder / "w" / "pids")
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)


def ports(*offsets: int) -> int:
    """A base from which the ports at these offsets are free."""
    while True:
        base = random.randrange(20000, 32000)
        try:
            for offset in offsets:
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
            return base
        except OSError:
            continue


def stop(pids: Path) -> None:
    """End the processes of a list, the last first, each before the one it needs."""
    for pid in reversed(pids.read_text().split() if pids.exists() else []):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGTERM)
            for _ in range(50):
                if _is_gone(int(pid)):
                    break
                time.sleep(0.1)
            else:
                os.kill(int(pid), signal.SIGKILL)


def _is_gone(pid: int) -> bool:
    """Whether a process has ended; one whose parent is gone may stay as a zombie that nobody waits for."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
