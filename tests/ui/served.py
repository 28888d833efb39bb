"""`shinchoku ui` in a process group of its own, on free ports. Not a test."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.chromium import PATIENCE, click, wait

LOADED = "{workspaceOrError{... on Workspace{locationEntries{locationOrLoadError{__typename}}}}}"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def dagster_ui(home: Path, series: Path, seconds: float = PATIENCE) -> Iterator[str]:
    """The address of the UI, once it knows the assets."""
    port = free_port()
    place = {"SHINCHOKU_HOME": str(home), "SHINCHOKU_SERIES": str(series), "SHINCHOKU_PAGES": f"http://localhost:{free_port()}"}
    address, log = f"http://localhost:{port}", home.parent / "ui.log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "pipelines.cli", "ui", "--port", str(port)]
        process = subprocess.Popen(command, env={**os.environ, **place}, stdout=out, stderr=out, start_new_session=True)
    try:
        until = time.monotonic() + seconds
        while "RepositoryLocation" not in _asked(address, LOADED):
            assert process.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.2)
        yield address
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def look_at_check(browser: Any, name: str) -> None:
    typed = wait(browser, PATIENCE, lambda page: page.find_elements("xpath", "//input[@placeholder='Filter checks']"))[0]
    typed.send_keys("\ue009a\ue000", name)  # in the place of what is there
    click(browser, f"//*[normalize-space(text())={name!r}]")


def _asked(address: str, query: str) -> str:
    request = urllib.request.Request(f"{address}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""
