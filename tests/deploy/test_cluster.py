"""Where steps are executed and where the history lies, by configuration alone: with a real PostgreSQL, a real Redis and two workers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import dagster as dg
import psycopg2
import pytest

from pipelines.executors import executor, redelivery
from pipelines.home import Home
from pipelines.run import run
from sources.errors import ShinchokuError
from sources.registry import load
from tests import servers
from tests.cluster import cluster, settings
from tests.load.country import told
from tests.load.soak import differences
from tests.load.towns import towns

EDITION = "town_0000-R3"


@pytest.fixture
def addresses() -> Iterator[servers.Servers]:
    servers.need()
    with servers.running() as found:
        yield found


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return towns(tmp_path_factory.mktemp("town"), 1, 1, processes=1)


@pytest.fixture(scope="session")
def alone(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The edition as one process with SQLite reads it."""
    home = tmp_path_factory.mktemp("alone") / "home"
    with told(SHINCHOKU_HOME=str(home), SHINCHOKU_SERIES=str(town)):
        assert run([EDITION]).exit_code == 0
    return home


# -- what needs no server


def test_steps_are_executed_in_the_process_of_the_run_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHINCHOKU_EXECUTOR", raising=False)
    assert executor() is dg.in_process_executor
    monkeypatch.setenv("SHINCHOKU_EXECUTOR", "multiprocess")
    assert executor() is dg.multiprocess_executor
    monkeypatch.setenv("SHINCHOKU_EXECUTOR", "celery")
    monkeypatch.setenv("SHINCHOKU_BROKER", "redis://broker:6379/0")
    assert executor().name == "celery"


@pytest.mark.parametrize(("name", "broker", "says"), [("dask", "", "in_process, multiprocess or celery"), ("celery", "", "SHINCHOKU_BROKER")])
def test_an_executor_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch, name: str, broker: str, says: str) -> None:
    monkeypatch.setenv("SHINCHOKU_EXECUTOR", name)
    monkeypatch.setenv("SHINCHOKU_BROKER", broker)
    with pytest.raises(ShinchokuError, match=says):
        executor()


@pytest.mark.parametrize("said", ["soon", "0", "-5"])
def test_a_redelivery_that_is_no_number_is_told(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("SHINCHOKU_REDELIVERY_SECONDS", said)
    with pytest.raises(ShinchokuError, match="SHINCHOKU_REDELIVERY_SECONDS"):
        redelivery()


def test_dagster_home_says_where_the_settings_lie_and_a_file_there_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "shared"))
    settings(tmp_path / "shared")
    before = (tmp_path / "shared" / "dagster.yaml").read_bytes()
    home = Home(tmp_path / "home")
    home.prepare()
    assert home.dagster == tmp_path / "shared" and (tmp_path / "shared" / "dagster.yaml").read_bytes() == before
    assert home.inbox.is_dir() and not (home.root / "dagster").exists()
    monkeypatch.delenv("DAGSTER_HOME")
    home.prepare()
    assert (tmp_path / "home" / "dagster" / "dagster.yaml").exists()


# -- what does

with_servers = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.xdist_group("cluster")]


class TestWithServers:
    pytestmark = with_servers

    def test_the_command_line_keeps_its_history_in_postgresql(self, tmp_path: Path, addresses: servers.Servers, town: Path, alone: Path) -> None:
        settings(tmp_path / "dagster")
        home = tmp_path / "home"
        with told(
            DAGSTER_HOME=str(tmp_path / "dagster"), SHINCHOKU_HOME=str(home), SHINCHOKU_SERIES=str(town),
            SHINCHOKU_POSTGRES=addresses.postgres, SHINCHOKU_BROKER=addresses.redis,
        ):  # fmt: skip
            assert run([EDITION]).exit_code == 0
            with dg.DagsterInstance.get() as instance:
                assert type(instance.run_storage).__module__.startswith("dagster_postgres")
                assert {one.job_name for one in instance.get_runs()} == {"ingest", "publish"}
                assert instance.get_latest_materialization_event(dg.AssetKey("site"))
        assert not list(tmp_path.rglob("*.db")), "nothing of it is in SQLite"
        with closing(psycopg2.connect(addresses.postgres)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT sum(sessions) FROM pg_stat_database")
            assert cursor.fetchone()[0] < 100, "connections are kept open; Dagster's own storage makes some 860 for one edition"
        assert differences([EDITION], home, alone) == []

    @pytest.mark.parametrize("name", ["multiprocess", "celery"])
    def test_every_executor_makes_what_one_process_makes(self, tmp_path: Path, addresses: servers.Servers, town: Path, alone: Path, name: str) -> None:
        settings(tmp_path / "dagster", without=["run_launcher"])
        with (
            cluster(tmp_path, addresses, tmp_path / "home", town, SHINCHOKU_EXECUTOR=name) as made,
            told(**{key: made.environment[key] for key in ("DAGSTER_HOME", "SHINCHOKU_POSTGRES", "SHINCHOKU_BROKER", "SHINCHOKU_SERIES")}),
            dg.DagsterInstance.get() as instance,
        ):
            instance.add_dynamic_partitions("edition", list(load().editions))
            if name == "celery":
                made.worker("one")
                made.worker("two")
            made.dagster("job", "execute", "-m", "pipelines.definitions", "-j", "ingest", "--tags", f'{{"dagster/partition": "{EDITION}"}}')
            (done,) = instance.get_runs(limit=1)
            assert done.is_success
            said = {record.event_log_entry.message for record in instance.get_records_for_run(done.run_id).records}
            assert any("celery worker" in message for message in said) == (name == "celery")
        assert differences([EDITION], tmp_path / "home", alone) == []

    def test_a_step_whose_worker_died_is_delivered_again(self, tmp_path: Path, addresses: servers.Servers, town: Path, alone: Path) -> None:
        settings(tmp_path / "dagster", without=["run_launcher"])
        with (
            cluster(tmp_path, addresses, tmp_path / "home", town, SHINCHOKU_EXECUTOR="celery", SHINCHOKU_REDELIVERY_SECONDS="15") as made,
            told(**{key: made.environment[key] for key in ("DAGSTER_HOME", "SHINCHOKU_POSTGRES", "SHINCHOKU_BROKER", "SHINCHOKU_SERIES")}),
            dg.DagsterInstance.get() as instance,
        ):
            instance.add_dynamic_partitions("edition", list(load().editions))
            made.worker("one")
            tags = f'{{"dagster/partition": "{EDITION}"}}'
            made.start("run", made.bin / "dagster", "job", "execute", "-m", "pipelines.definitions", "-j", "ingest", "--tags", tags)

            def begun() -> bool:
                runs = instance.get_runs(limit=1)
                events = instance.get_records_for_run(runs[0].run_id, of_type=dg.DagsterEventType.STEP_START).records if runs else []
                return any(record.event_log_entry.step_key == "figures" for record in events)

            made.until(begun, "figures are being read")
            made.kill("one")
            made.worker("two")
            made.until(lambda: instance.get_runs(limit=1)[0].is_finished, "the run has ended", 240)
            (done,) = instance.get_runs(limit=1)
            assert done.is_success, made.told()
            starts = instance.get_records_for_run(done.run_id, of_type=dg.DagsterEventType.STEP_START).records
            assert sum(record.event_log_entry.step_key == "figures" for record in starts) == 2, "once by each worker"
        assert differences([EDITION], tmp_path / "home", alone) == []

    def test_one_writer_in_all_machines(self, tmp_path: Path, addresses: servers.Servers) -> None:
        settings(tmp_path / "dagster")
        with (
            told(DAGSTER_HOME=str(tmp_path / "dagster"), SHINCHOKU_POSTGRES=addresses.postgres, SHINCHOKU_BROKER=addresses.redis),
            dg.DagsterInstance.get() as one, dg.DagsterInstance.get() as other,
        ):  # fmt: skip
            one.event_log_storage.initialize_concurrency_limit_to_default("writer")
            begin = threading.Barrier(2)

            def claim(instance: dg.DagsterInstance, run_id: str, got: list[bool]) -> None:
                begin.wait()
                got.append(instance.event_log_storage.claim_concurrency_slot("writer", run_id, "warehouse").is_claimed)

            for _ in range(20):  # between looking for a slot and taking it another has little time to do so
                got: list[bool] = []
                both = [threading.Thread(target=claim, args=(instance, name, got)) for instance, name in ((one, "first"), (other, "second"))]
                for thread in both:
                    thread.start()
                for thread in both:
                    thread.join()
                assert sorted(got) == [False, True]
                for name in ("first", "second"):
                    one.event_log_storage.free_concurrency_slots_for_run(name)

