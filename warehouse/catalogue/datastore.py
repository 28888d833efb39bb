"""Tables in CKAN's DataStore: the data dictionary that keeps codes text, and the rows where no extension of the site loads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from sources.spreadsheets import unguarded
from warehouse.catalogue.offer import File, dictionary
from warehouse.catalogue.site import Site

BATCH = 5000


def info(site: Site, resource_id: str) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = site.show("datastore_info", id=resource_id)
    return found


def changes(found: Mapping[str, Any], file: File, *, rows: bool) -> tuple[str, ...]:
    """What of a table in the DataStore is not as wanted. Where a loader brings the rows, types and rows are its business."""
    assert file.table is not None
    wanted = {entry["id"]: entry for entry in dictionary(file.table)}
    held = {entry["id"]: entry for entry in found["fields"]}
    different = [
        name
        for name, entry in wanted.items()
        if name not in held
        or any((held[name].get("info") or {}).get(key) != value for key, value in entry["info"].items())
        or (rows and held[name]["type"] != entry["type"])
    ]
    if rows and (list(held) != list(wanted) or found["meta"]["count"] != len(records(file))):
        different.append("rows")
    return tuple(different)


def records(file: File) -> list[dict[str, str | None]]:
    reader = csv.DictReader(io.StringIO(file.read().decode("utf-8-sig"), newline=""))
    return [{name: unguarded(value) or None for name, value in row.items()} for row in reader]


def describe(site: Site, resource_id: str, file: File) -> bool:
    """The data dictionary alone, where it lacks: a loader keeps to it when it fills the table. True where it did lack."""
    assert file.table is not None
    found = info(site, resource_id)
    if found is not None and not changes(found, file, rows=False):
        return False
    site.call("datastore_create", file.path, resource_id=resource_id, force=True, fields=dictionary(file.table))
    return True


def reload(site: Site, resource_id: str, file: File) -> None:
    """Have the loader fill the table again: it may have begun before the dictionary was there."""
    action = "xloader_submit" if site.loader == "xloader" else "datapusher_submit"
    site.call(action, file.path, resource_id=resource_id, ignore_hash=True)


def fill(site: Site, resource_id: str, file: File) -> bool:
    """Dictionary and rows of a table that nobody can see yet; one that was left half filled is made anew. True where it changed."""
    assert file.table is not None
    found = info(site, resource_id)
    if found is not None:
        if not changes(found, file, rows=True):
            return False
        site.call("datastore_delete", file.path, resource_id=resource_id, force=True)
    rows = records(file)
    site.call("datastore_create", file.path, resource_id=resource_id, force=True, fields=dictionary(file.table), records=rows[:BATCH])
    for start in range(BATCH, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        site.call("datastore_upsert", file.path, resource_id=resource_id, force=True, method="insert", records=batch)
    return True


def preview(site: Site, resource_id: str, file: File) -> None:
    """The table on the resource's page. A table that is not loaded by an extension gets no view by itself."""
    assert file.table is not None
    view = "datatables_view"
    if view in site.extensions and not any(held["view_type"] == view for held in site.call("resource_view_list", id=resource_id)):
        site.call("resource_view_create", file.path, resource_id=resource_id, title=str(file.table.label), view_type=view)
