"""How a step runs: what is tried again and what is not, who waits for whom, which code made what, and what a resource sets."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef

from pipelines import event_log
from pipelines import run as runner
from pipelines.assets.catalogue import Catalogue, catalogue
from pipelines.assets.report_file import report_file
from pipelines.assets.warehouse import warehouse
from pipelines.code_version import MADE_BY, code_version
from pipelines.definitions import defs
from pipelines.home import Home
from pipelines.resources import PATIENCE, Reader, Series, Storage, explained
from sources import versions
from sources.child import Limits
from sources.errors import PassingError, ShinchokuError
from tests.conftest import ROOT

WRITERS = {"accepted_edition", "warehouse", "exports", "site"}


class Clock:
    """A clock that jumps where Dagster waits."""

    def __init__(self) -> None:
        self.ahead, self.on_wait = 0.0, lambda: None

    def time(self) -> float:
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        self.ahead += seconds
        self.on_wait()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    import dagster._core.execution.plan.active as active

    jumping = Clock()
    monkeypatch.setattr(active, "time", jumping)
    return jumping


def tries(run: dg.ExecuteInProcessResult) -> int:
    return 1 + sum(event.is_step_up_for_retry for event in run.all_events)


def failing(error: Exception) -> dg.ExecuteInProcessResult:
    @dg.op(retry_policy=PATIENCE)
    def step() -> None:
        with explained():
            raise error

    @dg.job
    def job() -> None:
        step()

    return job.execute_in_process(raise_on_error=False)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PassingError("a server is away", "サーバーが応答しません"), 4),
        (ShinchokuError("a bad PDF", "壊れたPDF"), 1),
        (dg.Failure("refused", allow_retries=False), 1),
        (ZeroDivisionError("a fault of the program"), 1),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, expected: int, clock: Clock) -> None:
    run = failing(error)
    assert not run.success and tries(run) == expected and clock.ahead < 60
    (failure,) = run.filter_events(lambda event: event.is_step_failure)
    told = failure.step_failure_data.user_failure_data
    assert str(error) in told.description or "refused" in told.description
    if isinstance(error, ZeroDivisionError):
        assert "test_running.py" in told.description, "a fault is told with its place"


def test_a_locked_data_folder_is_waited_for_and_then_written(tmp_path: Path, clock: Clock) -> None:
    import fcntl

    home = Home(tmp_path)
    home.prepare()
    held = (tmp_path / "lock").open("a+")
    fcntl.flock(held, fcntl.LOCK_EX)
    clock.on_wait = held.close
    run = dg.materialize([warehouse], resources={"storage": Storage(root=str(tmp_path)), "series": Series()}, selection=[warehouse])
    assert tries(run) == 2 and home.warehouse.exists()


def test_a_missing_report_is_not_looked_for_again(tmp_path: Path) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("edition", ["nobody-R1"])
        run = dg.materialize(
            [report_file], instance=instance, partition_key="nobody-R1", raise_on_error=False,
            resources={"storage": Storage(root=str(tmp_path)), "series": Series()},
        )  # fmt: skip
    assert not run.success and tries(run) == 1


@pytest.mark.parametrize(("refusal", "expected"), [(PassingError("away", "不在"), 4), (ShinchokuError("a facsimile", "複製"), 1)])
def test_a_catalogue_that_does_not_answer_is_asked_again_a_refusal_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: ShinchokuError, expected: int
) -> None:
    from pipelines import register

    monkeypatch.setattr(register, "register", lambda *_, **__: iter([register.Registration("city", refusal)]))
    run = dg.materialize(
        [catalogue], selection=[catalogue], raise_on_error=False, resources={"storage": Storage(root=str(tmp_path)), "ckan": Catalogue()}
    )
    assert not run.success and tries(run) == expected


def test_every_asset_that_touches_the_data_folder_has_patience() -> None:
    for spec in defs.resolve_all_asset_specs():
        assert defs.resolve_assets_def(spec.key).op.retry_policy == PATIENCE, spec.key


def test_a_command_that_was_killed_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may have had the slot of a pool, and be known as running: the next command asks for no slot, and says of it that it has ended."""
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

    def wait(*_: object) -> None:
        raise AssertionError("a command waits for a slot that nobody may free")

    monkeypatch.setattr(SqlEventLogStorage, "claim_concurrency_slot", wait)
    home = Home(tmp_path)
    home.prepare()
    job = defs.resolve_job_def("publish")
    with runner.running(home) as execute:
        killed, of_the_ui = (
            execute.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=tags) for tags in ({runner.LOCKED: execute.lock}, {})
        )
    with runner.running(home) as execute:
        status = {run.run_id: run.status for run in execute.instance.get_runs()}
        assert (status[killed.run_id], status[of_the_ui.run_id]) == (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED)
        monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path))
        assert execute("publish", assets=["warehouse"]) == []
    assert home.warehouse.exists()


def test_each_run_has_a_history_of_its_own_that_dagster_reads(tmp_path: Path) -> None:
    @dg.op
    def step() -> None: ...

    @dg.job
    def work() -> None:
        step()

    with event_log.instance(str(tmp_path), {}) as ours:
        runs = [work.execute_in_process(instance=ours).run_id for _ in range(3)]
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as stock:
        told = [[entry.dagster_event_type for entry in stock.all_logs(run) if entry.run_id == run] for run in runs]
    assert told[0] == told[1] == told[2]
    assert dg.DagsterEventType.STEP_SUCCESS in told[0]


def test_the_history_remembers_within_a_step_and_asks_anew_after_it(tmp_path: Path) -> None:
    """A step is told of its own materialization, and nobody of what another process has since made out of date."""
    key, names = dg.AssetKey("counted"), ("first", "second")

    def so_far() -> int:
        return len(ours.fetch_materializations(key, limit=10).records)

    @dg.asset(check_specs=[dg.AssetCheckSpec(name, asset="counted") for name in names])
    def counted() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        seen.append(so_far())
        yield dg.MaterializeResult()
        yield from (dg.AssetCheckResult(passed=True, check_name=name) for name in names)
        seen.append(so_far())

    seen: list[int] = []
    with event_log.instance(str(tmp_path), {}) as ours:
        first, second = (dg.materialize([counted], instance=ours).run_id for _ in range(2))
        assert seen == [0, 1, 1, 2]
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(tmp_path))) as other:
            other.report_runless_asset_event(dg.AssetMaterialization(key))
        assert so_far() == 3
        for name in names:
            judged = ours.event_log_storage.get_asset_check_execution_history(dg.AssetCheckKey(key, name), limit=5)
            assert [one.run_id for one in judged] == [second, first]


def test_one_writer_at_a_time_whoever_starts_the_run(tmp_path: Path) -> None:
    pools = {spec.key.to_user_string(): defs.resolve_assets_def(spec.key).op.pool for spec in defs.resolve_all_asset_specs()}
    assert {name for name, pool in pools.items() if pool == "writer"} == WRITERS
    home = Home(tmp_path)
    home.prepare()
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        storage = instance.event_log_storage
        storage.initialize_concurrency_limit_to_default("writer")
        assert storage.claim_concurrency_slot("writer", "run 1", "warehouse").is_claimed
        assert not storage.claim_concurrency_slot("writer", "run 2", "site").is_claimed
        storage.free_concurrency_slots_for_run("run 1")
        assert storage.claim_concurrency_slot("writer", "run 2", "site").is_claimed


# -- which code made what


def imported(module: str, seen: set[str]) -> set[str]:
    """The modules of the project that a module imports, all the way down."""
    path = ROOT / (module.replace(".", "/") + ".py")
    path = path if path.exists() else ROOT / module.replace(".", "/") / "__init__.py"
    if module.split(".")[0] not in ("sources", "expectations", "warehouse") or not path.exists() or module in seen:
        return seen
    seen.add(module)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                imported(name, seen)
    return seen


@pytest.mark.parametrize("module", ["sources.matching", "expectations.adapter"])
def test_no_module_that_decides_what_is_observed_is_left_out(module: str) -> None:
    beside = {"sources", "sources.registry", "sources.places", "sources.whole", "sources.yaml_files"}  # how files are found and told, not what is in them
    made_by = MADE_BY["observations"]
    found = imported(module, set()) - beside
    assert not {name for name in found if not any(name == part or name.startswith(part + ".") for part in made_by)}


def test_every_asset_that_code_makes_carries_its_version_and_a_view_changes_that_of_the_warehouse(monkeypatch: pytest.MonkeyPatch) -> None:
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    assert {name: spec.code_version for name, spec in specs.items() if spec.code_version} == {name: code_version(name) for name in MADE_BY}
    now = {name: code_version(name) for name in MADE_BY}
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + (b"-- another view" if path.name == "views.sql" else b""))
    versions.code_version.cache_clear()
    assert {name for name in MADE_BY if code_version(name) != now[name]} == {"warehouse"}
    versions.code_version.cache_clear()


def test_dagster_marks_what_was_read_by_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    from dagster._core.definitions.data_version import CachingStaleStatusResolver, StaleStatus

    def reader(version: str) -> dg.AssetsDefinition:
        @dg.asset(name="figures", code_version=version)
        def figures() -> int:
            return 1

        return figures

    with dg.DagsterInstance.ephemeral() as instance:
        dg.materialize([reader(code_version("figures"))], instance=instance)

        def status(version: str) -> tuple[StaleStatus, list[str]]:
            graph = dg.Definitions([reader(version)]).resolve_asset_graph()
            found = CachingStaleStatusResolver(instance, graph, _loading(instance))
            return found.get_status(dg.AssetKey("figures")), [cause.reason for cause in found.get_stale_causes(dg.AssetKey("figures"))]

        assert status(code_version("figures")) == (StaleStatus.FRESH, [])
        assert status("another") == (StaleStatus.STALE, ["has a new code version"])


def _loading(instance: dg.DagsterInstance) -> Any:
    from dagster._core.loader import LoadingContextForTest

    return LoadingContextForTest(instance)


# -- what a resource sets


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    for limit in ("MEMORY", "SECONDS", "PAGE_SECONDS", "PAGES", "PIXELS"):
        monkeypatch.delenv(f"SHINCHOKU_READ_{limit}", raising=False)
    yield monkeypatch


def test_the_reader_sets_limits_over_the_environment_over_the_defaults(environment: pytest.MonkeyPatch) -> None:
    assert Reader().limits() == Limits() and Reader().ocr_mode == "auto" and Reader(ocr=False).ocr_mode == "off"
    environment.setenv("SHINCHOKU_READ_PAGES", "7")
    environment.setenv("SHINCHOKU_READ_MEMORY", "500")
    limits = Reader(pages=3).limits()
    assert (limits.pages, limits.memory, limits.seconds) == (3, 500, 900)


def test_the_figures_are_read_within_the_limits_of_the_reader(tmp_path: Path, environment: pytest.MonkeyPatch) -> None:
    from pipelines.assets.figures import figures

    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("edition", ["kitakyushu_dx-R6"])
        run = dg.materialize(
            [report_file, figures], selection=[figures], instance=instance, partition_key="kitakyushu_dx-R6", raise_on_error=False,
            resources={"storage": Storage(root=str(tmp_path)), "series": Series(), "reader": Reader(pages=2)},
        )  # fmt: skip
    (failure,) = run.filter_events(lambda event: event.is_step_failure)
    assert "SHINCHOKU_READ_PAGES" in failure.step_failure_data.user_failure_data.description and tries(run) == 1


def test_every_setting_of_a_resource_has_a_default_and_help() -> None:
    for name, resource in (defs.resources or {}).items():
        assert isinstance(resource, dg.ConfigurableResource), name
        for field, info in type(resource).model_fields.items():
            assert info.description and not info.is_required(), f"{name}.{field}"
