"""A folder of files to an immutable release, and the ``latest`` link swapped to it in one step. Knows nothing of what the files say."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sources import whole
from sources.whole import SUMS, checksums, listing


@dataclass(frozen=True, slots=True)
class Release:
    path: Path
    files: dict[str, str]  # path in the release to sha256
    changed: bool


@contextmanager
def draft(out: Path) -> Iterator[Path]:
    """A new folder beside the releases, gone afterwards unless published."""
    whole.sweep(out)
    with whole.draft(out / "releases") as place:
        folder = place / "release"
        folder.mkdir()
        yield folder


def is_named_by(release: Path, text: bytes) -> bool:
    """Whether a release bears the name that its list gives it."""
    return release.name.endswith(f"-{_digest(text)}")


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()[:12]


def publish(folder: Path, out: Path, stem: str, *, keep: int | None = None) -> Release:
    """Take the files of ``folder`` for a release ``<stem>-<digest>``; where they are the current ones nothing is touched.

    ``keep`` is how many releases stay; None keeps all.
    """
    sums = checksums(folder)
    text = listing(sums.items())
    target = out / "releases" / f"{stem}-{_digest(text.encode())}"
    latest = out / "latest"
    is_whole = target.is_dir() and checksums(target) == sums and (target / SUMS).read_text("utf-8") == text
    if is_whole and latest.resolve() == target.resolve():
        return Release(target, sums, changed=False)
    if not is_whole:
        (folder / SUMS).write_text(text, encoding="utf-8", newline="\n")
        for path in folder.rglob("*"):
            if path.is_dir() or path.stat().st_nlink == 1:  # another name of a file has been on disk before
                whole.sync(path)
        whole.sync(folder)
        if target.exists():  # somebody touched it: a release is what its name says, so it is laid anew
            target.rename(Path(tempfile.mkdtemp(dir=target.parent, prefix=".damaged-")) / target.name)
        folder.rename(target)
        whole.sync(target.parent)
    with whole.replacing_file(latest) as link:
        link.symlink_to(Path("releases") / target.name)
    whole.sync(out)
    _make_newest(target)
    _forget(target, keep)
    return Release(target, sums, changed=True)


def _others(current: Path) -> list[Path]:
    return [path for path in current.parent.iterdir() if path.is_dir() and path != current and not path.name.startswith(".")]


def _make_newest(release: Path) -> None:
    """Which releases are the oldest is told by the time of their folder; a clock that was set back makes none old."""
    now = max([time.time_ns(), *(path.stat().st_mtime_ns + 1 for path in _others(release))])
    os.utime(release, ns=(now, now))


def _forget(current: Path, keep: int | None) -> None:
    for damaged in current.parent.glob(".damaged-*"):
        shutil.rmtree(damaged, ignore_errors=True)
    if keep is None:
        return
    others = sorted(_others(current), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)
    for path in others[max(keep, 1) - 1 :]:
        shutil.rmtree(path)
