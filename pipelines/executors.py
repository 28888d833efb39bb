"""Where the steps of a run are executed, as SHINCHOKU_EXECUTOR says: in the process of the run, in processes beside it, or by Celery workers.

Whole runs are given to other machines by the run launcher in dagster.yaml, and that needs nothing of this.
"""

from __future__ import annotations

import os

import dagster as dg

from sources.errors import ShinchokuError

EXECUTOR = "SHINCHOKU_EXECUTOR"
BROKER = "SHINCHOKU_BROKER"  # where the tasks and their results are, such as redis://host:6379/0
REDELIVERY = "SHINCHOKU_REDELIVERY_SECONDS"
LONGEST = 3600  # seconds until Redis delivers a step again that nobody said was done: longer than any step


def executor() -> dg.ExecutorDefinition:
    """The executor of every job. Raises ShinchokuError where the environment names none of the three, or what it needs is lacking."""
    name = os.environ.get(EXECUTOR, "").strip() or "in_process"
    if name == "in_process":
        return dg.in_process_executor
    if name == "multiprocess":
        return dg.multiprocess_executor
    if name == "celery":
        return _celery()
    raise ShinchokuError(
        f"{EXECUTOR} is {name!r}. Choose in_process, multiprocess or celery, or unset it (in_process).",
        f"{EXECUTOR}が {name!r} です。in_process、multiprocess、celeryのいずれかを指定するか、設定を外してください（in_process）。",
    )


def _celery() -> dg.ExecutorDefinition:
    try:
        from dagster_celery import celery_executor
    except ImportError as error:
        raise ShinchokuError(
            f"{EXECUTOR} is celery, but Celery is not installed ({error}). Install the extra: .venv/bin/pip install -c constraints.txt -e '.[cluster]'.",
            f"{EXECUTOR}がceleryですが、Celeryが導入されていません（{error}）。.venv/bin/pip install -c constraints.txt -e '.[cluster]' を実行してください。",
        ) from error
    broker()
    return celery_executor.configured({"broker": {"env": BROKER}, "backend": {"env": BROKER}}, name="celery")


def redelivery() -> int:
    """Seconds after which a step that nobody said was done is delivered again. Raises ShinchokuError where that is no number."""
    said = os.environ.get(REDELIVERY, "").strip() or str(LONGEST)
    if not (said.isascii() and said.isdecimal() and int(said) > 0):
        raise ShinchokuError(
            f"{REDELIVERY} is {said!r}. Give a whole number above zero, or unset it (default {LONGEST}).",
            f"{REDELIVERY}が {said!r} です。1以上の整数を指定するか、設定を外してください（既定値 {LONGEST}）。",
        )
    return int(said)


def broker() -> str:
    """Where the tasks are. Raises ShinchokuError where the environment does not say."""
    said = os.environ.get(BROKER, "").strip()
    if not said:
        raise ShinchokuError(
            f"{BROKER} does not say where the tasks are. Set it, for example to redis://localhost:6379/0.",
            f"{BROKER}が未設定です。redis://localhost:6379/0 のように指定してください。",
        )
    return said
