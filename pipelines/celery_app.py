"""What Celery workers run: ``celery -A pipelines.celery_app worker``. They take whole runs (Celery's run launcher) and single steps (its executor).

A step is acknowledged when it is done: one whose worker died is delivered again, and made anew. A run is acknowledged at once: one whose
worker died must not be begun a second time beside what it left, so Dagster's monitoring fails it and starts it again.
"""

from __future__ import annotations

import os

from dagster_celery.executor import CeleryExecutor
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_task

from pipelines.executors import BROKER
from sources.errors import ShinchokuError

REDELIVERY = "SHINCHOKU_REDELIVERY_SECONDS"
PATIENCE = 3600  # seconds until Redis delivers again what nobody acknowledged: longer than any step


def _redelivery() -> int:
    said = os.environ.get(REDELIVERY, "").strip() or str(PATIENCE)
    if not (said.isascii() and said.isdecimal() and int(said) > 0):
        raise ShinchokuError(
            f"{REDELIVERY} is {said!r}. Give a whole number above zero, or unset it (default {PATIENCE}).",
            f"{REDELIVERY}が {said!r} です。1以上の整数を指定するか、設定を外してください（既定値 {PATIENCE}）。",
        )
    return int(said)


def _broker() -> str:
    said = os.environ.get(BROKER, "").strip()
    if not said:
        raise ShinchokuError(
            f"{BROKER} does not say where the tasks are. Set it, for example to redis://localhost:6379/0.",
            f"{BROKER}が未設定です。redis://localhost:6379/0 のように指定してください。",
        )
    return said


_settings = CeleryExecutor.for_cli(
    broker=_broker(), backend=_broker(), config_source={"broker_transport_options": {"visibility_timeout": _redelivery()}}
)
app = make_app(_settings.app_args())
app.conf.update(worker_prefetch_multiplier=1, worker_max_tasks_per_child=100, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
execute_plan = create_task(app, acks_late=True, reject_on_worker_lost=True)
execute_job = create_execute_job_task(app)
