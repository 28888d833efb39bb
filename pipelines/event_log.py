"""Makes Dagster's SQLite event log cheap for a run in one process; what is stored stays the same.

Dagster opens and closes a connection for every event. Closing the last connection to a file in WAL mode copies the log into
the file and waits for the disk: a third of the time of a run. So one connection to each file is kept open to the end, and commits
do not wait for the disk one by one (`synchronous=NORMAL`: a power failure may lose the last events, it cannot damage the file).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def kept_open() -> Iterator[None]:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    kept: dict[str, sqlite3.Connection] = {}

    def on_connect(connection: Any, _record: Any) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("PRAGMA synchronous=NORMAL")
        (_, _, path), *_ = connection.execute("PRAGMA database_list").fetchall()
        if path:
            if path not in kept:
                kept[path] = sqlite3.connect(path, check_same_thread=False)
            # Reading is what joins the log, and a new file turns to WAL mode only after its first connection.
            kept[path].execute("SELECT count(*) FROM sqlite_master").fetchone()

    event.listen(Engine, "connect", on_connect)
    try:
        yield
    finally:
        event.remove(Engine, "connect", on_connect)
        for connection in kept.values():
            connection.close()
