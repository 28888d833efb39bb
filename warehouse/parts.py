"""What is made of one series alone: whole folders, each named by the digest of all that it is made from, that are made once and laid where they are shown."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sources import whole
from sources.versions import program_version


class Parts:
    """The parts in one folder. Whoever lays them together gets the same as from parts that are all made anew, and pays for what changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: set[str] = set()

    def of(self, made_from: Any, make: Callable[[Path], object]) -> Path:
        """The folder that ``make`` fills from ``made_from`` (anything that JSON can say) with this program; made only where it is not there, or damaged."""
        said = json.dumps([program_version(), made_from], ensure_ascii=False, sort_keys=True, default=str)
        part = self.folder / hashlib.sha256(said.encode()).hexdigest()[:32]
        self.asked.add(part.name)
        if not part.is_dir() or any(whole.flaws(part)):
            with whole.replacing(part) as fresh:
                make(fresh)
                for path in fresh.rglob("*"):
                    whole.sync(path)
        return part

    def forget_others(self) -> None:
        """Remove the parts that nobody has asked for."""
        for part in self.folder.glob("[!.]*"):
            if part.name not in self.asked:
                shutil.rmtree(part)


def lay(part: Path, folder: Path) -> None:
    """The files of a part in a folder, without a second copy on disk where the disk can do that."""
    for name in whole.read_list(part / whole.SUMS):
        link(part / name, folder / name)


def link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
