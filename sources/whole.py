"""Files and folders that are whole: made in a draft beside their place, listed with their sha256, put there in one step.

Knows nothing of what they say. What a process that was killed leaves is a draft, which the next one to write beside it removes.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, NamedTuple

SUMS = "SHA256SUMS"
DRAFT = ".draft-"
IN_HTML = "<!-- sha256 of the lines above: {} -->"
OLD = ".old-"  # where a file system cannot exchange two folders, the one before is called so for a moment


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """What was written to a file, or to a folder's list of names, outlasts a power cut from here on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- drafts

@contextmanager
def draft(parent: Path) -> Iterator[Path]:
    """A folder to make things in, on the same disk as ``parent``; gone afterwards, with what was not moved out of it."""
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent)
    folder, lock = _locked_draft(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_draft(parent: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=DRAFT, dir=parent))
        with suppress(FileNotFoundError):  # until it is locked, another process may take it for a dead one and remove it
            lock = _locked(folder)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _locked(folder: Path) -> int:
    """A handle that keeps ``sweep`` away from a folder, wherever it is moved, until it is closed or the process has ended, however it ended."""
    lock = os.open(folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_SH)
    return lock


def _left_behind(parent: Path, prefix: str) -> Iterator[Path]:
    """The folders of that kind that no living process has locked, each locked while it is dealt with."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield folder
            finally:
                os.close(lock)


def sweep(parent: Path) -> None:
    """Remove the drafts of processes that ended in the middle, and put back a folder that one of them had just moved aside."""
    for folder in _left_behind(parent, DRAFT):
        shutil.rmtree(folder, ignore_errors=True)
    for folder in _left_behind(parent, OLD):
        place = folder.with_name(folder.name.removeprefix(OLD))
        if place.exists():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            folder.rename(place)


@contextmanager
def replacing(folder: Path, keep: Path | None = None) -> Iterator[Path]:
    """A new folder to fill, which takes the place of ``folder``, with the list of its files, only when the block has ended well.

    With ``keep`` one that is the same is not replaced, and one that is replaced stays in that folder, named by what its list says.
    """
    with draft(folder.parent) as place:
        fresh = place / folder.name
        fresh.mkdir()
        yield fresh
        seal(fresh)
        if keep and folder.exists():
            before = checksums(folder)
            if before == checksums(fresh):
                return
            former = keep / f"{folder.name}-{hashlib.sha256(listing(before.items()).encode()).hexdigest()[:12]}"
            is_whole = not any(flaws(folder)) or not (folder / SUMS).exists()
            if is_whole and not former.exists():
                keep.mkdir(exist_ok=True)
                seal(Path(shutil.copytree(folder, place / "former")))
                (place / "former").rename(former)
        put(fresh, folder)


@contextmanager
def replacing_file(path: Path) -> Iterator[Path]:
    """The path of a file to write, which takes the place of ``path`` only when the block has ended well."""
    with draft(path.parent) as place:
        fresh = place / f"{path.name}.new"  # a name that no pattern for such files takes in
        yield fresh
        fresh.replace(path)


def put(fresh: Path, folder: Path) -> None:
    """Let a folder take the place of another in one step; readers always find one of the two."""
    if not folder.exists():
        fresh.rename(folder)
    elif not _exchanged(fresh, folder):
        old = folder.with_name(OLD + folder.name)
        lock = _locked(folder)
        try:
            folder.rename(old)
            fresh.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        finally:
            os.close(lock)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two paths have changed places in one step; some network file systems cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    with suppress(AttributeError):
        if sys.platform == "darwin":
            return bool(libc.renamex_np(os.fsencode(one), os.fsencode(other), 2) == 0)
        return bool(libc.renameat2(-100, os.fsencode(one), -100, os.fsencode(other), 2) == 0)
    return False


# -- lists

def checksums(folder: Path) -> dict[str, str]:
    """The sha256 of every file below a folder, by its path in it, without the folder's own list; what is hidden is no part of it."""
    names = sorted(name for path in folder.rglob("*") if path.is_file() and not _is_hidden(name := path.relative_to(folder).as_posix()))
    return {name: sha256(folder / name) for name in names if name != SUMS}


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def listing(sums: Iterable[tuple[str, str]]) -> str:
    """Names and digests as a list that `sha256sum --check` takes."""
    return "".join(f"{digest}  {name}\n" for name, digest in sums)


def sealed(text: str, comment: str = "# {}") -> str:
    """A text with its own sha256 as the last line, so that it needs no other file to vouch for it."""
    return f"{text}{comment.format(hashlib.sha256(text.encode()).hexdigest())}\n"


def is_sealed(data: bytes, comment: str = "# {}") -> bool:
    text, line = data[: (at := data.rstrip(b"\n").rfind(b"\n") + 1)], data[at:]
    return line == f"{comment.format(hashlib.sha256(text).hexdigest())}\n".encode()


def seal(folder: Path) -> None:
    """Write the list of a folder's files, as the last thing that is done to it."""
    write_list(folder / SUMS, checksums(folder).items())


def write_list(path: Path, sums: Iterable[tuple[str, str]]) -> None:
    text = sealed(listing(sums))
    if not (path.exists() and path.read_bytes() == text.encode()):
        with replacing_file(path) as fresh:
            fresh.write_text(text, encoding="utf-8", newline="\n")


def read_list(path: Path) -> dict[str, set[str]]:
    """What a list says of each file: one sha256, or two while the file is being replaced."""
    found: dict[str, set[str]] = {}
    for line in path.read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if name:
            found.setdefault(name, set()).add(digest)
    return found


class Flaw(NamedTuple):
    path: Path
    kind: Literal["changed", "missing", "unlisted", "no list", "bad list", "leftover"]


def flaws(folder: Path, sums: Path | None = None) -> Iterator[Flaw]:
    """Where the files of a folder are not those of its list."""
    sums = sums or folder / SUMS
    if not sums.is_file():
        yield Flaw(sums, "no list")
        return
    if not is_sealed(sums.read_bytes()):
        yield Flaw(sums, "bad list")
        return
    yield from against(folder, read_list(sums))


def against(folder: Path, listed: dict[str, set[str]]) -> Iterator[Flaw]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if _is_hidden(name):
            if not _is_hidden(name.rpartition("/")[0]):
                yield Flaw(path, "leftover")
        elif path.is_file() and name != SUMS:
            if name not in listed:
                yield Flaw(path, "unlisted")
            elif sha256(path) not in listed[name]:
                yield Flaw(path, "changed")
    yield from (Flaw(folder / name, "missing") for name in listed if not (folder / name).is_file())
