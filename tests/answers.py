"""What the children that open PDFs answered in this run of the tests: the same file is read and drawn once, whichever tests and workers ask.

A child's answer depends on the order, the bytes of the file, the environment and the code, and the code does not change during a run. Errors
are not kept; a test about the child itself asks for one under an order or a file of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sources.child import Limits

Answers = Callable[[str, Path, dict[str, Any], Limits], Iterator[dict[str, Any]]]


def kept(ask: Answers, folder: Path) -> Answers:
    """The same as ``ask``, but an answer that is in the folder is given from there, with the pictures that were drawn."""

    def answers(module: str, path: Path, order: dict[str, Any], limits: Limits) -> Iterator[dict[str, Any]]:
        if not path.is_file():
            yield from ask(module, path, order, limits)
            return
        drawn = Path(order["folder"]) if "folder" in order else None
        asked = {name: value for name, value in order.items() if name != "folder"}
        settings = {name: value for name, value in os.environ.items() if name.startswith(("SHINCHOKU_READ", "PYTHON"))}
        key = hashlib.sha256(json.dumps([module, path.name, asked, asdict(limits), settings], sort_keys=True).encode() + path.read_bytes()).hexdigest()
        place = folder / key
        folder.mkdir(exist_ok=True)
        with (folder / f"{key}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not place.exists():
                fresh = folder / f"{key}.new"
                shutil.rmtree(fresh, ignore_errors=True)
                fresh.mkdir()
                messages = list(ask(module, path, order, limits))
                (fresh / "messages.json").write_text(json.dumps(messages), encoding="utf-8")
                for number in order.get("boxes", ()):
                    assert drawn
                    shutil.copy(picture := drawn / f"p{int(number):02d}.webp", fresh / picture.name)
                fresh.rename(place)
        for picture in place.glob("*.webp"):
            assert drawn
            shutil.copyfile(picture, drawn / picture.name)
        yield from json.loads((place / "messages.json").read_bytes())

    return answers
