"""Opening a file from outside in a process of its own: what it may cost, how the process is asked, and what it answers.

A child imports what it needs once and waits for orders; each order is done by a fork of it, which has seen no other file and ends with it.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
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


class _Child:
    """``python -m module``, waiting for orders. It leads a process group, so that it and the fork that is at work end together."""

    def __init__(self, module: str, search: str) -> None:
        self.process = subprocess.Popen(
            # -P: a file beside the report that is named like a module is not run.
            [sys.executable, "-P", "-X", "utf8", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": search, "OMP_NUM_THREADS": "1"},
            process_group=0,
        )
        self.complaint = b""
        self.drain = threading.Thread(target=self._listen, daemon=True)
        self.drain.start()

    def _listen(self) -> None:
        assert self.process.stderr
        while block := self.process.stderr.read1(COMPLAINT):  # type: ignore[attr-defined]
            self.complaint = (self.complaint + block)[-COMPLAINT:]

    def order(self, order: dict[str, Any]) -> None:
        assert self.process.stdin
        self.complaint = b""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            self.process.stdin.flush()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def end(self, patience: float = 0) -> None:
        """No process of it is left: it may end by itself within so many seconds."""
        process = self.process
        assert process.stdin and process.stdout and process.stderr
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
        self.kill()
        process.wait()
        self.drain.join(timeout=5)
        for stream in (process.stdout, process.stderr):
            stream.close()


_waiting: dict[tuple[str, str], list[_Child]] = {}
os.register_at_fork(after_in_child=_waiting.clear)  # they wait for this process, not for its forks


@atexit.register
def dismiss() -> None:
    """End the children that wait for orders."""
    for children in list(_waiting.values()):
        while children:
            children.pop().end(patience=2)


def answers(module: str, path: Path, order: dict[str, Any], limits: Limits) -> Iterator[dict[str, Any]]:
    """What ``python -m module`` answers to an order about a file, message by message.

    Raises ShinchokuError where it reports one, exceeds the limits or breaks off. Whatever has had to do with the file has then ended,
    and however else this ends; a child that was not disturbed waits for the next order, until :func:`dismiss` or the end of this process.
    """
    search = os.pathsep.join(p for p in sys.path if p)
    waiting = _waiting.setdefault((module, search), [])
    while (child := waiting.pop() if waiting else _Child(module, search)).process.poll() is not None:
        child.end()
    assert child.process.stdout
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(limits.seconds, stop)
    timer.start()
    error: list[str] = []
    finished, code, line = False, None, b"..."
    try:
        child.order(order | {"path": str(path), "limits": asdict(limits), "cwd": str(Path.cwd())})
        while code is None and (line := child.process.stdout.readline(LONGEST_ANSWER)):
            message = _message(line) or {}
            error = error or message.get("error", [])
            finished = finished or "end" in message
            code = message.get("exit")
            if message.keys() - {"error", "end", "exit"}:
                yield message
    finally:
        timer.cancel()
        timer.join()
        if code == 0 and not late.is_set():
            waiting.append(child)
        else:
            child.end(patience=0 if line else 2)  # one that has closed its output ends by itself, and its exit code tells what happened
    if error:
        raise ShinchokuError(*error)
    if late.is_set():
        raise ShinchokuError(
            f"{path}: reading took longer than {limits.seconds} s and was stopped. Choose fewer pages or raise SHINCHOKU_READ_SECONDS.",
            f"{path}: 読み取りが{limits.seconds}秒を超えたため中止しました。ページを絞るか、SHINCHOKU_READ_SECONDSを上げてください。",
        )
    if not finished:
        code, why = child.process.returncode if code is None else code, _last_line(child.complaint)
        raise ShinchokuError(
            f"{path}: reading broke off (exit {code}{why}). The file may be damaged, or need more than {limits.memory} MiB (SHINCHOKU_READ_MEMORY).",
            f"{path}: 読み取りが中断しました（終了コード {code}{why}）。壊れているか、{limits.memory} MiB"
            "（SHINCHOKU_READ_MEMORY）を超えるメモリが必要です。",
        )


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


def serve(do: Callable[[dict[str, Any], Limits], None], *needed: str) -> None:
    """In the child: take orders from standard input, line by line, and have each done by a fork within its limits, until there are no more.

    ``needed`` are modules that an order imports where it needs them: from the second order on they are there.
    """
    for number, line in enumerate(iter(sys.stdin.buffer.readline, b"")):
        for name in needed if number else ():
            importlib.import_module(name)
        if not (fork := os.fork()):
            with Path(os.devnull).open("rb") as nothing:
                os.dup2(nothing.fileno(), sys.stdin.fileno())  # the orders are not the file's to read
            _do(do, json.loads(line))
            sys.exit()
        _, status = os.waitpid(fork, 0)
        code = os.waitstatus_to_exitcode(status)
        sys.stdout.write("\n" * (code != 0))  # it may have left half a line
        answer({"exit": code})


def _do(do: Callable[[dict[str, Any], Limits], None], order: dict[str, Any]) -> None:
    """Bind this process to the limits of the order, do it, and tell an error as a message."""
    os.chdir(order.pop("cwd"))
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
