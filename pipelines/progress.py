"""A Dagster logger that prints what the assets themselves say, one plain line each, and none of Dagster's own events."""

from __future__ import annotations

import logging
import sys
from typing import Any

import dagster as dg


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        if meta.get("dagster_event") is not None or not meta.get("step_key"):
            return
        partition = (meta.get("job_tags") or {}).get("dagster/partition", "")
        sys.stderr.write(f"  {partition:20} {meta['step_key']:17} {meta['orig_message']}\n")


@dg.logger({}, description="One line for each thing that an asset says.")
def lines(init_context: dg.InitLoggerContext) -> logging.Logger:
    logger = logging.Logger("shinchoku", level=logging.INFO)
    logger.addHandler(_Lines())
    return logger
