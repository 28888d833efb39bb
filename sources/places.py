"""Where the data folder is: a folder of this machine, or the working copy of an address such as s3://bucket/folder."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path


def named(root: str | Path | None = None) -> str:
    """The root as a person named it, else SHINCHOKU_HOME, else ./data."""
    return str(root or os.environ.get("SHINCHOKU_HOME") or "data")


def is_address(root: str) -> bool:
    return "://" in root and not root.startswith("file://")


def data_folder(root: str | Path | None = None) -> Path:
    """The folder that is worked in. That of an address lies under SHINCHOKU_CACHE, one for each address."""
    place = named(root)
    if not is_address(place):
        return Path(place.removeprefix("file://")).expanduser().absolute()
    cache = os.environ.get("SHINCHOKU_CACHE") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "shinchoku")
    words = re.sub(r"\W+", "-", place).strip("-")[:60]
    return Path(cache).expanduser().absolute() / f"{words}-{hashlib.sha256(place.rstrip('/').encode()).hexdigest()[:8]}"
