"""Makes Dagster's SQLite storage cheap for a run in one process; what is stored stays the same.

Dagster makes an engine for every statement, and SQLAlchemy translates a statement anew for every engine: so one engine a file is kept.
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
    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from dagster._core.storage.runs.sqlite import sqlite_run_storage
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import Engine

    kept: dict[str, sqlite3.Connection] = {}
    engines: dict[str, Engine] = {}
    storages: tuple[Any, ...] = (sqlite_event_log, sqlite_run_storage)

    def one_engine(address: str, **options: Any) -> Engine:
        key = f"{address} {options}"
        if key not in engines:
            engines[key] = create_engine(address, **options)
        return engines[key]

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
    for storage in storages:
        storage.create_engine = one_engine
    try:
        yield
    finally:
        for storage in storages:
            storage.create_engine = create_engine
        event.remove(Engine, "connect", on_connect)
        for connection in kept.values():
            connection.close()
