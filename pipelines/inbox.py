"""What the sensor of the inbox does at each tick: take in what waits there, and ask for a run of each edition that is new."""

from __future__ import annotations

import json
import time
from pathlib import Path

import dagster as dg

from pipelines.partitions import EDITIONS
from pipelines.resources import Series, Storage
from sources.errors import ShinchokuError

SETTLED = 5  # seconds for which a file did not change: a shorter time, and it may still be being copied; a clock set back tells nothing


def take_in_what_waits(context: dg.SensorEvaluationContext, series: Series, storage: Storage) -> dg.SensorResult | dg.SkipReason:
    from pipelines import intake

    # A file that could not be read is not tried again before it changes.
    tried: dict[str, str] = json.loads(context.cursor or "{}")
    files = [file for file in intake.waiting(storage.home) if _is_settled(file) and tried.get(file.name) != _state(file)]
    if not files:
        return dg.SkipReason("nothing new waits in the inbox / 受付フォルダに新しいファイルはありません")
    try:
        taken = intake.take(files, storage.home, extra=Path(series.folder) if series.folder else None)
    except ShinchokuError as busy:
        return dg.SkipReason(f"{busy.en} / {busy.ja}")
    for one in taken:
        if one.problem:
            context.log.warning(str(one.problem))
    left = {one.file.name: _state(one.file) for one in taken if one.outcome == "unreadable" and one.file.exists()}
    new = {one.edition.edition_id: one.edition for one in taken if one.edition and one.to_be_read}  # the run key lets each file have one run
    known = set(context.instance.get_dynamic_partitions("edition"))
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=f"{name}:{edition.sha256}", partition_key=name) for name, edition in new.items()],
        dynamic_partitions_requests=[EDITIONS.build_add_request([name for name in new if name not in known])],
        cursor=json.dumps({name: state for name, state in tried.items() if (storage.home.inbox / name).exists()} | left),
    )


def _is_settled(file: Path) -> bool:
    return abs(time.time() - file.stat().st_mtime) >= SETTLED


def _state(file: Path) -> str:
    stat = file.stat()
    return f"{stat.st_mtime_ns}:{stat.st_size}"
