"""Dagster's PostgreSQL history as ``dagster.yaml`` may name it: connections stay open, where Dagster's own class makes one for each statement."""

from __future__ import annotations

from typing import Any

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.utils import pg_url_from_config
from sqlalchemy import text

from pipelines.asked_again import Remembering

LONGEST_STATEMENT = 600_000  # milliseconds
OLDEST = 600  # seconds until a connection is made anew
BESIDE = 20  # connections of one process beside the one that stays, for its threads


class EventLog(Remembering, PostgresEventLogStorage):
    """PostgreSQL's, with the answers that hold remembered, and with slots of pools that are taken one at a time."""

    def _claim_concurrency_slot(self, concurrency_key: str, run_id: str, step_key: str) -> Any:
        """Dagster finds a free slot and takes it in two commits, and between them another process may find the same one free."""
        with self.index_transaction() as turn:
            turn.execute(text("SELECT pg_advisory_xact_lock(hashtext(:pool))"), {"pool": concurrency_key})
            return super()._claim_concurrency_slot(concurrency_key, run_id, step_key)


class KeptOpen(DagsterPostgresStorage):
    """The same tables and contents, by the pool that Dagster gives its web server: some eight hundred connections a run are a few."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._event_log_storage = EventLog(self.postgres_url, self.should_autocreate_tables)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            storage.optimize_for_webserver(LONGEST_STATEMENT, OLDEST, BESIDE)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> KeptOpen:
        return cls(
            inst_data=inst_data, postgres_url=pg_url_from_config(config_value), should_autocreate_tables=config_value.get("should_autocreate_tables", True)
        )
