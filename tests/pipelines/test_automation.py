"""What runs by itself and what does not: conditions evaluated tick by tick against an instance that only holds events."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg
import pytest

from pipelines.definitions import defs
from pipelines.jobs import PUBLICATION_ASSETS

DRAFT, ACCEPTED = "city-R7", "city-R6"
PUBLIC = {"warehouse", "exports", "site"}


class Ticks:
    """The sensor's ticks one after another; each answers with what it would run."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.result: dg.EvaluateAutomationConditionsResult | None = None

    def next(self) -> set[str]:
        self.result = dg.evaluate_automation_conditions(defs, self.instance, cursor=self.result.cursor if self.result else None)
        return {key.to_user_string() for key in defs.resolve_all_asset_keys() if self.result.get_num_requested(key)}

    def made(self, *assets: str, partition: str | None = None) -> None:
        for name in assets:
            self.instance.report_runless_asset_event(dg.AssetMaterialization(name, partition=partition))


@pytest.fixture
def ticks() -> Iterator[Ticks]:
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("edition", [DRAFT, ACCEPTED])
        found = Ticks(instance)
        assert found.next() == set(), "nothing has happened yet"
        yield found


def test_what_is_public_follows_an_accepted_edition_once(ticks: Ticks) -> None:
    ticks.made("accepted_edition", partition=ACCEPTED)
    assert ticks.next() == PUBLIC
    assert ticks.next() == set()
    ticks.made("warehouse", "exports", "site")
    assert ticks.next() == set()
    ticks.made("accepted_edition", partition=ACCEPTED)
    assert ticks.next() == PUBLIC, "a correction is published like a first edition"


def test_what_a_job_or_the_command_line_published_already_is_not_made_twice(ticks: Ticks) -> None:
    ticks.made("accepted_edition", partition=ACCEPTED)
    ticks.made("results_page", "warehouse", "exports", "site")
    assert ticks.next() == set()


def test_taking_in_a_draft_moves_nothing_that_is_public(ticks: Ticks) -> None:
    ticks.made("report_file", "figures", "observations", "review_page", partition=DRAFT)
    assert ticks.next() == {"results_page"}
    assert ticks.next() == set()


def test_a_change_of_the_warehouse_alone_goes_on_to_what_is_made_of_it(ticks: Ticks) -> None:
    ticks.made("warehouse")
    assert ticks.next() == {"exports", "site"}


def test_the_catalogue_and_the_reading_wait_for_a_person(ticks: Ticks) -> None:
    ticks.made("exports")
    assert "catalogue" not in ticks.next()
    automatic = {spec.key.to_user_string() for spec in defs.resolve_all_asset_specs() if spec.automation_condition}
    assert automatic == {asset.key.to_user_string() for asset in PUBLICATION_ASSETS}


def test_one_sensor_judges_the_conditions_and_runs_unless_stopped() -> None:
    sensor = defs.resolve_sensor_def("follow_up")
    assert isinstance(sensor, dg.AutomationConditionSensorDefinition)
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    graph = defs.resolve_asset_graph()
    assert sensor.asset_selection.resolve(graph) == {asset.key for asset in PUBLICATION_ASSETS}
