"""Opening a file from outside in a process of its own: what it may cost, how the process is asked, and what it answers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from sources.errors import UNSEEN, ShinchokuError

# A page of a hundred thousand words with all its traces is a tenth of this; more is no answer.
LONGEST_ANSWER = 256 << 20
# Of what a child complains about, only the end is told.
COMPLAINT = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: memory in MiB, times in seconds of wall clock, pages to be read, pixels of one picture of a page."""

    memory: int = 3072
    seconds: int = 900
    page_seconds: int = 60
    pages: int = 2000
    pixels: int = 25_000_000

    @classmethod
    def from_environment(cls) -> Limits:
        """The defaults, or what SHINCHOKU_READ_MEMORY, …_SECONDS, …_PAGE_SECONDS, …_PAGES and …_PIXELS say.

        Raises ShinchokuError where one of them is not a whole number above zero.
        """
        said: dict[str, int] = {}
        for limit in fields(cls):
            name = f"SHINCHOKU_READ_{limit.name.upper()}"
            text = os.environ.get(name, "").strip()
            if not text:
                continue
            if not (text.isascii() and text.isdecimal() and int(text) > 0):
                raise ShinchokuError(
                    f"{name} is {text!r}. Give a whole number above zero, or unset it (default {limit.default}).",
                    f"{name}が {text!r} です。1以上の整数を指定するか、設定を外してください（既定値 {limit.default}）。",
                )
            said[limit.name] = int(text)
        return cls(**said)


class TooLongError(BaseException):
    """A page took more than its time. Not an Exception: a library that goes on after any error must not go on after this one."""


def answers(module: str, path: Path, order: dict[str, Any], limits: Limits) -> Iterator[dict[str, Any]]:
    """What ``python -m module`` answers to an order about a file, message by message.

    Raises ShinchokuError where the child reports one, exceeds the limits or breaks off; no process is left behind, however this ends.
    """
    child = subprocess.Popen(
        # -P: a file beside the report that is named like a module is not run.
        [sys.executable, "-P", "-X", "utf8", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "OMP_NUM_THREADS": "1"},
    )
    assert child.stdin and child.stdout and child.stderr
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    complaints: list[bytes] = [b""]

    def listen(stream: Any) -> None:
        while block := stream.read1(COMPLAINT):
            complaints[0] = (complaints[0] + block)[-COMPLAINT:]

    drain = threading.Thread(target=listen, args=(child.stderr,), daemon=True)
    drain.start()
    timer = threading.Timer(limits.seconds, stop)
    timer.start()
    finished = False
    try:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps(order | {"path": str(path), "limits": asdict(limits)}).encode())
            child.stdin.close()
        while line := child.stdout.readline(LONGEST_ANSWER):
            message = _message(line)
            if message is None:
                break
            if "error" in message:
                raise ShinchokuError(*message["error"])
            finished = finished or "end" in message
            yield message
        if finished:
            child.wait()
    finally:
        if child.poll() is None and (finished or not _ended(child)):
            child.kill()
        child.wait()
        timer.cancel()
        drain.join(timeout=5)
        for stream in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
    if late.is_set():
        raise ShinchokuError(
            f"{path}: reading took longer than {limits.seconds} s and was stopped. Choose fewer pages or raise SHINCHOKU_READ_SECONDS.",
            f"{path}: 読み取りが{limits.seconds}秒を超えたため中止しました。ページを絞るか、SHINCHOKU_READ_SECONDSを上げてください。",
        )
    if not finished:
        why = _last_line(complaints[0])
        raise ShinchokuError(
            f"{path}: reading broke off (exit {child.returncode}{why}). The file may be damaged, or need more than {limits.memory} MiB "
            "(SHINCHOKU_READ_MEMORY).",
            f"{path}: 読み取りが中断しました（終了コード {child.returncode}{why}）。壊れているか、{limits.memory} MiB"
            "（SHINCHOKU_READ_MEMORY）を超えるメモリが必要です。",
        )


def _ended(child: subprocess.Popen[bytes]) -> bool:
    """Whether a child that has closed its output ends by itself, so that its exit code tells what happened."""
    try:
        child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return False
    return True


def _message(line: bytes) -> dict[str, Any] | None:
    """A whole line of JSON, or nothing: a child that was stopped may leave half a line."""
    if not line.endswith(b"\n"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def _last_line(complaint: bytes) -> str:
    lines = complaint.decode("utf-8", "replace").strip().splitlines()
    return f": {lines[-1][:200]}" if lines else ""


def answer(message: dict[str, Any]) -> None:
    """In the child: one message to the process that asked, without characters of the file that print nothing and that a terminal obeys."""
    sys.stdout.write(json.dumps(_printed(message), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _printed(data: Any) -> Any:
    if isinstance(data, str):
        return UNSEEN.sub("", data)
    if isinstance(data, dict):
        return {key: _printed(value) for key, value in data.items()}
    return [_printed(value) for value in data] if isinstance(data, list | tuple) else data


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    """In the child: raises TooLongError in the block where it takes longer."""

    def ring(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def serve(do: Callable[[dict[str, Any], Limits], None]) -> None:
    """In the child: take the order from standard input, bind this process to its limits, do it, and tell an error as a message."""
    order = json.load(sys.stdin)
    limits = Limits(**order.pop("limits"))
    _bind(limits)
    path = order["path"]
    try:
        do(order, limits)
        answer({"end": True})
    except ShinchokuError as error:
        answer({"error": [error.en, error.ja]})
    except (TooLongError, MemoryError, RecursionError) as error:
        cause = {"TooLongError": "time", "MemoryError": "memory", "RecursionError": "nesting"}[type(error).__name__]
        answer(
            {
                "error": [
                    f"{path}: opening the file exceeds the limit on {cause} ({limits.page_seconds} s, {limits.memory} MiB).",
                    f"{path}: 開くだけで上限（{limits.page_seconds}秒、{limits.memory} MiB）を超えます。",
                ]
            }
        )


def _bind(limits: Limits) -> None:
    try:
        import resource
    except ImportError:
        return
    size = limits.memory << 20
    # Wall clock is the parent's to watch. Processor time ends a child whose parent was killed while native code runs on.
    seconds = int(limits.seconds * (os.cpu_count() or 1)) + 1
    for kind, most in ((resource.RLIMIT_AS, size), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        # macOS takes no limit on address space; the limits on time still stand.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
