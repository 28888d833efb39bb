"""What docs/deployment.md calls many machines, on this one: a code location, the daemon and Celery workers, each a process. Not a test."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests import servers
from tests.conftest import ROOT

BIN = Path(sys.executable).parent
BACKFILL = """mutation {
  launchPartitionBackfill(backfillParams: {
    selector: {partitionSetName: "%s", repositorySelector: {repositoryLocationName: "shinchoku", repositoryName: "__repository__"}},
    partitionNames: %s
  }) {__typename ... on PythonError {message}}
}"""
DEPLOYED = ROOT / "deploy" / "dagster.yaml"


def settings(folder: Path, without: Iterable[str] = (), **changed: Mapping[str, Any]) -> None:
    """The deployed dagster.yaml in a folder to be DAGSTER_HOME, with these sections left out or in parts changed."""
    told = yaml.safe_load(DEPLOYED.read_text(encoding="utf-8"))
    for name in without:
        del told[name]
    for name, section in changed.items():
        told[name] |= section
    folder.mkdir(parents=True)
    (folder / "dagster.yaml").write_text(yaml.safe_dump(told), encoding="utf-8")


@dataclass
class Cluster:
    """The processes that run, by name, and what they are told."""

    folder: Path
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    bin = BIN

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace.yaml"

    def start(self, name: str, *command: str | Path, **environment: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*map(str, command)], cwd=self.folder, env=self.environment | environment, stdout=log, stderr=log, start_new_session=True
            )

    def serve(self) -> None:
        """The code location, and once it answers the daemon."""
        port = servers.ports(0)
        self.workspace.write_text(f"load_from:\n  - grpc_server: {{host: 127.0.0.1, port: {port}, location_name: shinchoku}}\n")
        self.start("code", BIN / "dagster", "api", "grpc", "-m", "pipelines.definitions", "-h", "127.0.0.1", "-p", str(port), "--location-name", "shinchoku")
        self.until(lambda: _answers(port), "the code location answers")
        self.start("daemon", BIN / "dagster-daemon", "run", "-w", self.workspace)

    def worker(self, name: str, **environment: str) -> None:
        command = (BIN / "celery", "-A", "pipelines.celery_app", "worker", "-Q", "dagster", "--concurrency", "1", "-n", f"{name}@%h", "-l", "INFO")
        self.start(name, *command, **environment)

    def kill(self, name: str) -> None:
        """As when the machine of a process loses its power: the process and all that it started, at once."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def dagster(self, *command: str | Path, program: str = "dagster") -> str:
        done = subprocess.run([BIN / program, *command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def backfill(self, job: str, editions: Sequence[str]) -> None:
        """As the UI does it, so that the daemon starts runs again: those of `dagster job backfill` it does not."""
        order = self.folder / "backfill.graphql"
        order.write_text(BACKFILL % (f"{job}_partition_set", json.dumps(list(editions))), encoding="utf-8")
        answer = self.dagster("-w", self.workspace, "--file", order, program="dagster-graphql")
        assert "LaunchBackfillSuccess" in answer, answer

    def until(self, holds: Any, what: str, seconds: float = 180) -> Any:
        end = time.monotonic() + seconds
        while not (found := holds()):
            fallen = [name for name, process in self.processes.items() if process.poll() is not None]
            assert not fallen and time.monotonic() < end, f"not so: {what}; ended: {fallen}\n{self.told()}"
            time.sleep(0.2)
        return found

    def told(self) -> str:
        return "\n".join(f"== {log.name}\n{log.read_text(errors='replace')[-3000:]}" for log in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        for process in self.processes.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def cluster(folder: Path, addresses: servers.Servers, home: str | Path, series: Path, **environment: str) -> Iterator[Cluster]:
    """Nothing of it runs yet; all that was started is ended with the block. DAGSTER_HOME is ``dagster`` in the folder."""
    told = os.environ | {
        "DAGSTER_HOME": str(folder / "dagster"), "SHINCHOKU_HOME": str(home), "SHINCHOKU_SERIES": str(series), "PYTHONPATH": str(ROOT),
        "SHINCHOKU_POSTGRES": addresses.postgres, "SHINCHOKU_BROKER": addresses.redis,
    } | environment  # fmt: skip
    made = Cluster(folder, told)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder / "dagster" / "dagster_celery", ignore_errors=True)
