"""The definitions as Dagster loads them, compared with a snapshot that a person can read.

After a wanted change: UPDATE_SNAPSHOTS=1 make test ARGS=tests/pipelines/test_definitions.py, and look at the difference.
"""

from pathlib import Path

import dagster as dg

from pipelines.definitions import defs
from pipelines.resources import Series, Storage

SNAPSHOT = Path(__file__).parent / "definitions.txt"


def describe() -> str:
    graph = defs.resolve_asset_graph()
    lines = []
    for key in graph.toposorted_asset_keys:
        node = graph.get(key)
        lines.append(f"asset {key.to_user_string()}")
        lines.append(f"  group {node.group_name}, kinds {', '.join(sorted(node.kinds))}, owners {', '.join(node.owners)}")
        lines.append(f"  partitions {node.partitions_def.name if isinstance(node.partitions_def, dg.DynamicPartitionsDefinition) else '-'}")
        lines.append(f"  after {', '.join(sorted(parent.to_user_string() for parent in node.parent_keys)) or '-'}")
        lines += [f"  {manner}" for manner in manners(node.assets_def, key)]
        lines += [f"  check {check.name}" for check in sorted(node.check_keys)]
    for job in defs.jobs or ():
        resolved = defs.resolve_job_def(job.name)
        lines.append(f"job {job.name}, tags {', '.join(f'{name}={value}' for name, value in sorted(resolved.tags.items()))}")
        lines.append(f"  runs {', '.join(sorted(resolved.graph.node_dict))}")
    lines += [f"sensor {sensor.name}, {sensor.default_status.value.lower()}" for sensor in defs.sensors or ()]
    for schedule in map(defs.resolve_schedule_def, (schedule.name for schedule in defs.schedules or ())):
        status = schedule.default_status.value.lower()
        lines.append(f"schedule {schedule.name}, {schedule.cron_schedule} {schedule.execution_timezone}, {status}")
    lines += [f"resource {name}" for name in sorted(defs.resources or {})]
    return "\n".join(lines) + "\n"


def manners(asset: dg.AssetsDefinition, key: dg.AssetKey) -> list[str]:
    """How an asset is run: in which pool, how often again, by itself or not, and whether it knows its code and how fresh it should be."""
    spec, retry = asset.get_asset_spec(key), asset.op.retry_policy
    condition = spec.automation_condition and spec.automation_condition.get_label()
    told = {
        "pool": asset.op.pool,
        "tries again": retry and f"{retry.max_retries} times after {retry.delay} s",
        "by itself": condition,
        "code version": spec.code_version and "yes",
        "fresh for": spec.freshness_policy and str(spec.freshness_policy.fail_window.to_timedelta()),  # type: ignore[attr-defined]
    }
    return [f"{name}: {value}" for name, value in told.items() if value]


def test_definitions_are_those_of_the_snapshot(update_snapshots: bool) -> None:
    if update_snapshots:
        SNAPSHOT.write_text(describe(), encoding="utf-8")
    assert describe() == SNAPSHOT.read_text(encoding="utf-8")


def test_every_asset_says_what_it_is_and_every_check_what_to_do() -> None:
    for asset in defs.resolve_all_asset_specs():
        assert asset.description and not asset.description.isascii(), asset.key
        assert asset.owners and asset.kinds and asset.group_name != "default", asset.key
    for check in defs.resolve_all_asset_keys():
        for spec in defs.resolve_assets_def(check).check_specs:
            assert spec.description and "What to do" in spec.description


def test_tables_show_every_column_with_its_description() -> None:
    for table in ("figures", "observations", "exports"):
        spec = defs.resolve_assets_def(dg.AssetKey(table)).specs_by_key[dg.AssetKey(table)]
        columns = spec.metadata["dagster/column_schema"].columns
        assert len(columns) > 20
        assert all(column.description for column in columns)


def test_sensor_makes_registered_editions_partitions_and_then_rests() -> None:
    sensor = defs.resolve_sensor_def("registered_editions")
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, resources={"series": Series(), "storage": Storage()})
        result = sensor.evaluate_tick(context)
        (request,) = result.dynamic_partitions_requests
        assert "kitakyushu_dx-R6" in request.partition_keys
        instance.add_dynamic_partitions("edition", list(request.partition_keys))
        assert sensor.evaluate_tick(context).skip_message
