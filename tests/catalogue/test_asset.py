"""The asset `catalogue`: plans by default, applies when told, and shows the token nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator

import dagster as dg
import pytest

from pipelines.assets.catalogue import Catalogue, catalogue
from pipelines.definitions import defs
from pipelines.describe import escape
from pipelines.home import Home
from pipelines.resources import Storage

from .conftest import NAME
from .double import ORGANIZATION, TOKEN, Double

pytestmark = pytest.mark.xdist_group("catalogue")


@pytest.fixture
def ckan(monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    with Double() as double:
        for name, value in (("URL", double.url), ("TOKEN", TOKEN), ("ORGANIZATION", ORGANIZATION)):
            monkeypatch.setenv(f"SHINCHOKU_CKAN_{name}", value)
        yield double


def materialized(home: Home, instance: dg.DagsterInstance, **config: object) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [catalogue],
        selection=[catalogue],
        resources={"storage": Storage(root=str(home.root)), "ckan": Catalogue.from_environment()},
        run_config={"ops": {"catalogue": {"config": config}}},
        instance=instance,
        raise_on_error=False,
    )


def test_it_plans_by_default_applies_when_told_and_never_shows_the_token(ckan: Double, home: Home) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        planned = materialized(home, instance)
        assert planned.success and ckan.writes == []
        metadata = planned.asset_materializations_for_node("catalogue")[0].metadata
        assert metadata["変更あり / changed"].value is False and escape(f"{NAME}_observations.csv") in metadata["変更 / changes"].value
        applied = materialized(home, instance, apply=True)
        assert applied.asset_materializations_for_node("catalogue")[0].metadata["変更あり / changed"].value is True
        assert not ckan.found(NAME)["private"]
        again = materialized(home, instance, apply=True)
        assert again.asset_materializations_for_node("catalogue")[0].metadata["変更あり / changed"].value is False
        for record in instance.get_run_records():
            logged = [entry.event_log_entry.to_json() for entry in instance.get_records_for_run(record.dagster_run.run_id).records]
            assert TOKEN not in "".join(logged) + json.dumps(record.dagster_run.run_config)


def test_a_refusal_ends_the_step_with_its_message(ckan: Double, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_CKAN_TOKEN", "a-wrong-token")
    with dg.DagsterInstance.ephemeral() as instance:
        result = materialized(home, instance)
        failure = next(iter(result.filter_events(lambda event: event.is_step_failure))).step_failure_data
        assert "トークン" in str(failure.user_failure_data) and "a-wrong-token" not in str(failure)


def test_no_job_has_it() -> None:
    for job in defs.jobs or ():
        assert "catalogue" not in defs.resolve_job_def(job.name).graph.node_dict
