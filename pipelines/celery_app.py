"""What Celery workers run: ``celery -A pipelines.celery_app worker``. They take whole runs (Celery's run launcher) and single steps (its executor).

A step is acknowledged when it is done: one whose worker died is delivered again, and made anew. A run is acknowledged at once: one whose
worker died must not be begun a second time beside what it left, so Dagster's monitoring fails it and starts it again.
"""

from __future__ import annotations

from dagster_celery.executor import CeleryExecutor
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task, create_task

from pipelines.executors import broker, redelivery

_settings = CeleryExecutor.for_cli(
    broker=broker(), backend=broker(), config_source={"broker_transport_options": {"visibility_timeout": redelivery()}}
)
app = make_app(_settings.app_args())
app.conf.update(worker_prefetch_multiplier=1, worker_max_tasks_per_child=100, worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
execute_plan = create_task(app, acks_late=True, reject_on_worker_lost=True)
execute_job = create_execute_job_task(app)
