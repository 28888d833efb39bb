"""What Dagster asks its history again for each result of a check, though the answer cannot have changed: remembered for as long as it holds."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import dagster as dg
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

ENDS = {dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.STEP_UP_FOR_RETRY}


class Remembering(SqlEventLogStorage):
    """A history that remembers which tables and columns there are, and within a step of this process which materializations.

    Outside of its own steps a process asks anew each time: others write too. Stands before the class that it is mixed into.
    """

    _there: frozenset[Hashable] = frozenset()
    _step: dict[Hashable, Any] | None = None

    def store_event(self, event: Any) -> None:
        super().store_event(event)
        kind = event.dagster_event_type if event.is_dagster_event else None
        if kind is dg.DagsterEventType.STEP_START:
            self._step = {}
        elif kind in ENDS:
            self._step = None
        elif kind is dg.DagsterEventType.ASSET_MATERIALIZATION and self._step:
            self._step = {}

    def fetch_materializations(self, records_filter: Any, limit: int, cursor: str | None = None, ascending: bool = False) -> Any:
        asked = (repr(records_filter), limit, cursor, ascending)
        if self._step is None:
            return super().fetch_materializations(records_filter, limit, cursor, ascending)
        if asked not in self._step:
            self._step[asked] = super().fetch_materializations(records_filter, limit, cursor, ascending)
        return self._step[asked]

    def has_table(self, table_name: str) -> bool:
        return self._is_there(("table", table_name), super().has_table, table_name)  # type: ignore[safe-super]  # of the class beside

    def has_asset_key_col(self, column_name: str) -> bool:
        return self._is_there(("column", column_name), super().has_asset_key_col, column_name)

    def _is_there(self, what: Hashable, asks: Any, name: str) -> bool:
        if what in self._there:
            return True
        if found := bool(asks(name)):
            self._there |= {what}
        return found
