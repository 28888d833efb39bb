"""What `shinchoku run` and `shinchoku ui` do: the definitions that the UI shows, executed in this process or served to a browser."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from pipelines.home import Home
from sources.errors import ShinchokuError

if TYPE_CHECKING:
    import dagster as dg

    from sources.registry import Edition, Registry

QUIET: dict[str, dict[str, dict[str, str]]] = {"loggers": {"lines": {}}}
# A slot of the pool ``writer`` would be kept by a process that was killed, and wait for the daemon to free it; the lock is not.
WITHOUT_SLOTS = {"concurrency": {"pools": {"granularity": "run"}}}
# What is printed goes to the terminal; to copy it for the UI as well would start two processes a run.
NOT_COPIED = {"compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}}
LOCKED = "shinchoku/lock"  # tag of a run in a process that holds the lock: which lock, of which machine


@dataclass(slots=True)
class Outcome:
    """What became of a run: the editions that went through, and why others did not."""

    home: Home
    editions: list[Edition]
    unreadable: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    published: bool = False

    @property
    def exit_code(self) -> int:
        return 2 if self.unreadable else 1 if self.refused else 0


def chosen(registry: Registry, names: Sequence[str]) -> list[Edition]:
    if names:
        return [registry.edition(name) for name in names]
    if not registry.editions:
        raise ShinchokuError("no edition is registered. Add one under sources/series.", "登録された版がありません。sources/series に追加してください。")
    return list(registry.editions.values())


def run(names: Sequence[str] = (), *, again: bool = False) -> Outcome:
    """Every edition (or the named ones) through its stages, then the publication of all accepted ones, if none failed.

    What has not changed since it was made is left as it is, unless ``again`` says otherwise.
    """
    from sources.registry import load

    home = Home.find()
    home.prepare()
    editions = chosen(load(), names)
    outcome = Outcome(home, editions)
    with running(home) as execute:
        if again:
            from pipelines import unchanged

            unchanged.forget(home, [edition.edition_id for edition in editions])
        for edition in editions:
            for failure in execute("ingest", edition.edition_id):
                kind = outcome.refused if failure.refused else outcome.unreadable
                kind[edition.edition_id] = failure.message
        if outcome.exit_code:
            execute("publish", assets=["results_page"])
        else:
            problem = publish(home, execute)
            if problem:
                outcome.unreadable["publish"] = problem
            outcome.published = not problem
    return outcome


def publish(home: Home, execute: Execute) -> str:
    """Build what the public sees from all public editions; where there is none, nothing is left to see. What went wrong, if anything."""
    from pipelines import published
    from sources.registry import load

    if any(published.folders(published.registry(load(), home), home)):
        return "\n".join(failure.message for failure in execute("publish"))
    home.take_down()
    return "\n".join(failure.message for failure in execute("publish", assets=["results_page"]))


@contextmanager
def running(home: Home) -> Iterator[Execute]:
    """The means to run jobs in this process, while nobody else writes to the data folder."""
    from sources.registry import load

    with home.lock():
        from pipelines.definitions import defs
        from pipelines.event_log import instance
        from pipelines.partitions import add_editions

        lock = hashlib.sha256(f"{platform.node()}:{home.root}".encode()).hexdigest()[:12]
        with instance(str(home.dagster), WITHOUT_SLOTS | NOT_COPIED) as history:
            _end_the_dead(history, lock)
            add_editions(load(), history)
            yield Execute(defs, history, lock)


def _end_the_dead(instance: dg.DagsterInstance, lock: str) -> None:
    """A run of a process that held this lock, which this one holds now, goes on no more: let the UI say so."""
    from dagster import RunsFilter
    from dagster._core.storage.dagster_run import IN_PROGRESS_RUN_STATUSES

    for run in instance.get_runs(RunsFilter(statuses=list(IN_PROGRESS_RUN_STATUSES), tags={LOCKED: lock})):
        instance.report_run_failed(run, "The process was killed; the next run does what it left. / プロセスが途中で終了しました。次の実行が続きを行います。")


class Failed(NamedTuple):
    """Why a step ended, as its person is told; ``refused`` where the data, and nothing else, is the reason."""

    message: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Execute:
    """Runs a job, or some of its assets, to the end; steps that need nothing of a failed one are still done."""

    defs: dg.Definitions
    instance: dg.DagsterInstance
    lock: str

    def __call__(self, job: str, partition: str | None = None, assets: Sequence[str] | None = None) -> list[Failed]:
        from dagster import AssetKey

        result = self.defs.resolve_job_def(job).execute_in_process(
            partition_key=partition,
            instance=self.instance,
            run_config=QUIET,
            tags={LOCKED: self.lock},
            asset_selection=None if assets is None else [AssetKey(name) for name in assets],
            raise_on_error=False,
        )
        failures = []
        for event in result.filter_events(lambda event: event.is_step_failure):
            told, error = event.step_failure_data.user_failure_data, event.step_failure_data.error
            message = told.description if told else error.to_string() if error else None
            failures.append(Failed(message or f"{event.step_key} failed", bool(told and "refused" in told.metadata)))
        return failures


def serve(port: int, host: str) -> NoReturn:
    """Replace this process by Dagster's web server and daemon, with the editions known before the first page is shown."""
    from dagster import DagsterInstance

    from pipelines import shelf
    from pipelines.partitions import add_editions
    from sources.registry import load

    home = Home.find()
    home.prepare()
    os.environ["SHINCHOKU_HOME"] = home.address
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ.setdefault("DAGSTER_SENSOR_GRPC_TIMEOUT_SECONDS", "200")  # a large report may take longer to fetch than Dagster's minute
    with DagsterInstance.from_config(str(home.dagster)) as instance:
        add_editions(load(), instance)
    shelf.serve_beside(host)
    print(f"Dagster: http://{host}:{port}   pages / ページ: {shelf.address()}   data: {home.root}", file=sys.stderr)  # noqa: T201
    workspace = Path(__file__).parent.parent / "workspace.yaml"
    where = ["-w", str(workspace)] if workspace.exists() else ["-m", "pipelines.definitions"]
    command = [sys.executable, "-m", "dagster", "dev", *where, "-h", host, "-p", str(port)]
    os.execv(sys.executable, command)  # noqa: S606 - this very interpreter


def summary(outcome: Outcome) -> str:
    """What a person wants to know when the run has ended: how much, what to look at, and where it is."""
    from pipelines import audit, staging

    home = outcome.home
    lines = [""]
    warnings: dict[str, list[str]] = {}
    for edition in outcome.editions:
        folder = home.staging(edition.edition_id)
        results = audit.stored_results(edition, home)
        if edition.edition_id in outcome.unreadable or results is None:
            lines.append(f"  {edition.edition_id}: not read / 読み取り不可")
            continue
        counts = {name: staging.row_count(folder, name) for name in ("figure", "observation", "statement")}
        matching = audit.stored_matching(edition, home)
        state = "refused / 不可" if edition.edition_id in outcome.refused else edition.status
        lines.append(
            f"  {edition.edition_id} [{state}] {counts['figure']} figures / 数値, {counts['observation']} observations / 観測値, "
            f"{counts['statement']} statements / 記述, {len(matching['unmatched'])} unmatched / 対応なし"
        )
        if edition.status == "draft":
            blocking = sum(result.unexpected_count for result in results if result.blocks)
            command = f"shinchoku findings {edition.edition_id}" if blocking else f"shinchoku accept {edition.edition_id}"
            lines.append(f"    {blocking} errors open / 未解決のエラー: {command}")
        if edition.meta.origin_note:
            lines.append(f"    {edition.origin}: {edition.meta.origin_note.en}\n    {edition.meta.origin_note.ja}")
        for result in results:
            if not result.passed and result.severity == "warning":
                warnings.setdefault(result.rule_id, [f"{result.title_en} / {result.title_ja}"]).append(str(result.unexpected_count))
    if warnings:
        lines.append("\nWarnings, published with the data / 警告（データとともに公開）")
        for rule, (title, *found) in warnings.items():
            lines.append(f"  {rule} {sum(map(int, found))}: {title}")
    lines.append("")
    pages = [home.review(edition.edition_id) for edition in outcome.editions]
    places = [("review / 確認", path) for path in pages] + [("results / 検証結果", home.results), ("warehouse / データベース", home.warehouse)]
    places += [("exports / 公開ファイル", home.exports / "latest"), ("site / 公開ページ", home.site / "index.html"), ("all data / データ", home.root)]
    lines += [f"  {name:20} {path}" for name, path in places if path.exists()]
    if home.store:
        lines.append(f"  {'sent to / 送信先':20} {home.address}")
    if not outcome.published:
        lines.append("\nNothing was published; the last good warehouse and exports are as they were. / 公開していません。前回の成果物はそのままです。")
    return "\n".join(lines)
