"""A publication that ends by SIGKILL in the middle of a write, as a process of its own: python -m tests.catalogue.killed HOME NAME N"""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace
from typing import Any

from pipelines.home import Home
from warehouse.catalogue import Offer, Settings, Site, apply, offer

READS = ("_show", "_list", "_info", "_for_user")


def few(whole: Offer, dataset: str) -> Offer:
    """The offer under another name and with only some of its files: two tables, two texts."""
    files = (whole.files[0], *(file for file in whole.files if file.path in ("codelists/unit.csv", "README.txt", "SHA256SUMS")))
    source = replace(whole.source, series=whole.source.series | {"dataset": dataset})
    return replace(whole, source=source, files=files)


def main(root: str, dataset: str, number: int) -> None:
    home = Home.find(root)
    settings = Settings.find()
    assert settings is not None
    site, left = Site(settings), number
    plain = site._call

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def call(action: str, data: dict[str, Any], upload: tuple[str, bytes] | None = None) -> Any:
        nonlocal left
        left -= not action.endswith(READS)
        if left == 0 and not action.endswith(READS):
            threading.Timer(0.01 * (number % 4), kill).start()  # before, within and after the server's work
        return plain(action, data, upload)

    site._call = call  # type: ignore[method-assign]
    apply(site, few(offer(home.warehouse, home.exports / "latest", "kitakyushu_dx"), dataset))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
