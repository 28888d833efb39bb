"""Dagster's SQLite history for one process that runs many steps: the same files and contents, each file opened once.

Dagster's own classes open and close a connection for each of the four hundred statements of a run, make a statement anew for each
connection, and wait for the disk at each end. These keep the connection, and commits do not wait for the disk one by one
(``synchronous=NORMAL``: a power failure may lose the last events, it cannot damage the file). Dagster is told of them as of any storage
class that is not its own, by its configuration; where ``dagster.yaml`` names another storage, that one is used as it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

from pipelines.asked_again import Remembering

SECONDS_TO_WAIT = 60  # for another process that writes to the same file


def instance(folder: str, overrides: dict[str, Any]) -> dg.DagsterInstance:
    """The Dagster instance whose folder this is, with these classes in the place of Dagster's own for the history."""
    ref = InstanceRef.from_dir(folder, overrides=overrides)
    stock = InstanceRef.config_defaults(folder)
    if ref.storage_data == stock["storage"]:
        ours = {"run_storage": Runs, "event_log_storage": EventLog}
        kept = {
            name: {"module": __name__, "class": kind.__name__, "config": yaml.safe_load(data.config_yaml)}
            for name, kind in ours.items()
            if (data := stock[name])
        }
        ref = InstanceRef.from_dir(folder, overrides=overrides | kept)
    return dg.DagsterInstance.from_ref(ref)


def _engine(address: str) -> Engine:
    engine = create_engine(address, poolclass=QueuePool, connect_args={"timeout": SECONDS_TO_WAIT})
    event.listen(engine, "connect", _does_not_wait_for_the_disk)
    return engine


def _does_not_wait_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


class Runs(SqliteRunStorage):
    _engine: Engine | None = None

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Runs:
        return cls.from_local(inst_data=inst_data, **config_value)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        self._engine = self._engine or _engine(self._conn_string)
        with self._engine.begin() as connection:
            yield connection

    def dispose(self) -> None:
        super().dispose()
        if self._engine:
            self._engine.dispose()


class EventLog(Remembering, SqliteEventLogStorage):
    """One file a run, and one with what concerns assets in all runs: that one and the last run's are kept open."""

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> EventLog:
        return cls(inst_data=inst_data, **config_value)

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        self._index: Engine | None = None
        self._run: tuple[str | None, Engine] | None = None
        self._empty = b""
        super().__init__(base_dir, inst_data)

    def _initdb(self, engine: Engine, for_index_shard: bool = False) -> None:
        """The file of each further run is a copy of the first one's before its first event: to make the tables takes longer than to fill them."""
        path = Path(engine.url.database or "")
        new = not (for_index_shard or path.exists())
        if new and self._empty:
            beside = path.with_suffix(".new")
            beside.write_bytes(self._empty)
            beside.replace(path)
            return
        super()._initdb(engine, for_index_shard)
        if new:
            self._empty = path.read_bytes()

    @contextmanager
    def index_connection(self) -> Iterator[Connection]:
        if not self._index:
            with super().index_connection():  # which makes the tables of a new file
                self._index = _engine(self.conn_string_for_shard("index"))
        with self._index.begin() as connection:
            yield connection

    @contextmanager
    def run_connection(self, run_id: str | None = None) -> Iterator[Connection]:
        if not self._run or self._run[0] != run_id:
            if self._run:
                self._run[1].dispose()
            with super().run_connection(run_id):
                self._run = run_id, _engine(self.conn_string_for_shard(run_id or ""))
        with self._run[1].begin() as connection:
            yield connection

    def dispose(self) -> None:
        super().dispose()
        for engine in (self._index, self._run and self._run[1]):
            if engine:
                engine.dispose()
