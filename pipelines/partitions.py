"""The editions as Dagster partitions: one a report, added while Dagster runs."""

from __future__ import annotations

import dagster as dg

from sources.registry import Registry

EDITIONS = dg.DynamicPartitionsDefinition(name="edition")


def missing_editions(registry: Registry, instance: dg.DagsterInstance) -> list[str]:
    """Registered editions that Dagster does not know yet."""
    known = set(instance.get_dynamic_partitions("edition"))
    return [edition_id for edition_id in registry.editions if edition_id not in known]


def add_editions(registry: Registry, instance: dg.DagsterInstance) -> None:
    if missing := missing_editions(registry, instance):
        instance.add_dynamic_partitions("edition", missing)
