"""What would change at a site if an offer were applied: both sides compared, nothing written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from warehouse.catalogue import datastore
from warehouse.catalogue.offer import File, Offer
from warehouse.catalogue.site import Site

Action = Literal["create", "update", "remove", "unchanged"]
SIGNS = {"create": "+", "update": "~", "remove": "-", "unchanged": "="}
KINDS = {
    "dataset": "dataset / データセット",
    "resource": "file / ファイル",
    "dictionary": "data dictionary / 項目定義",
    "visibility": "visibility / 公開設定",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing at the site, what would become of it, and which of its fields differ."""

    dataset: str
    kind: Literal["dataset", "resource", "dictionary", "visibility"]
    name: str
    action: Action
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of an offer at a site, in the order in which they are taken."""

    site: str
    ckan_version: str
    organization: str
    license_id: str
    version: str
    steps: tuple[Step, ...]

    @property
    def changes(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.action != "unchanged")

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "counts": {action: sum(step.action == action for step in self.steps) for action in SIGNS}}

    def lines(self) -> Iterator[str]:
        """For people: what changes, and how much stays as it is."""
        yield f"{self.site}  CKAN {self.ckan_version}  {self.organization}  {self.license_id}"
        for dataset in dict.fromkeys(step.dataset for step in self.steps):
            steps = [step for step in self.steps if step.dataset == dataset]
            yield f"  {dataset}"
            for step in steps:
                if step.action != "unchanged":
                    detail = f": {', '.join(step.fields)}" if step.fields else ""
                    name = "" if step.kind == "dataset" else f" {step.name}"
                    yield f"    {SIGNS[step.action]} {KINDS[step.kind]}{name}{detail}"
            if same := sum(step.action == "unchanged" for step in steps):
                yield f"    = {same} unchanged / 変更なし"


def plan(site: Site, offer: Offer) -> Plan:
    """Ask the site what it is and what it has, and compare that with the offer."""
    version = str(site.status["ckan_version"])
    organization = site.organization
    series = offer.source.series
    license_id = site.license_id(series["license"], series["license_url"])
    fixed, newest = site.package(offer.fixed_name), site.package(offer.name)
    steps = [_dataset_step(fixed, offer.package(license_id, organization, fixed=True))]
    held = {resource["name"]: resource for resource in (fixed or {}).get("resources", ())}
    steps += [_step(offer.fixed_name, held.get(file.path), file.path, file_changes(held.get(file.path), file)) for file in offer.files]
    steps += _dictionaries(site, offer, offer.fixed_name, held, rows=not site.loader)
    steps.append(_visibility(offer.fixed_name, fixed))
    steps.append(_dataset_step(newest, offer.package(license_id, organization, fixed=False)))
    shown = {resource["name"]: resource for resource in (newest or {}).get("resources", ())}
    for file in offer.files:
        wanted = pointer(file, held.get(file.path))
        steps.append(_step(offer.name, shown.get(file.path), file.path, resource_changes(shown.get(file.path), wanted)))
    steps += [Step(offer.name, "resource", resource["name"], "remove") for resource in (newest or {}).get("resources", ()) if is_superseded(resource, offer)]
    if site.loader:
        steps += _dictionaries(site, offer, offer.name, shown, rows=False)
    steps.append(_visibility(offer.name, newest))
    return Plan(site.url, version, site.settings.organization, license_id, offer.version, tuple(steps))


def package_changes(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a dataset that differ. Extras and tags that a person added there are left alone, so they do not count."""
    different = [name for name in wanted if name not in ("extras", "tags") and (current.get(name) or "") != wanted[name]]
    extras = {entry["key"]: entry["value"] for entry in current.get("extras", ())}
    different += [f"extras.{entry['key']}" for entry in wanted["extras"] if extras.get(entry["key"]) != entry["value"]]
    tags = {entry["name"] for entry in current.get("tags", ())}
    different += ["tags"] if {entry["name"] for entry in wanted["tags"]} - tags else []
    return tuple(different)


def merged(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The wanted dataset with the extras and tags that a person added at the site."""
    extras = {entry["key"]: entry["value"] for entry in (*current.get("extras", ()), *wanted["extras"])}
    tags = dict.fromkeys(entry["name"] for entry in (*current.get("tags", ()), *wanted["tags"]))
    return {
        **wanted,
        "extras": [{"key": key, "value": value} for key, value in extras.items()],
        "tags": [{"name": name} for name in tags],
    }


def resource_changes(current: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields of a resource that differ. Sites write formats in their own case; loaders put their own sum over ours."""
    if current is None:
        return ()
    different = []
    for name, value in wanted.items():
        held = current.get(name)
        if name == "format":
            held, value = str(held or "").lower(), str(value).lower()
        if name == "hash" and held and not str(held).startswith("sha256:"):
            continue
        if (held or "") != (value or ""):
            different.append(name)
    return tuple(different)


def file_changes(current: Mapping[str, Any] | None, file: File) -> tuple[str, ...]:
    """What differs in the fixed dataset; ``hash`` stands there only once the download has been compared with it."""
    return resource_changes(current, {**file.described, "size": file.size, "hash": file.hash})


def pointer(file: File, held: Mapping[str, Any] | None) -> dict[str, Any]:
    """The resource that always shows the newest file: a link to the resource of the fixed dataset."""
    return {**file.described, "size": file.size, "hash": file.hash, "url": (held or {}).get("url") or None, "url_type": None}


def is_superseded(resource: Mapping[str, Any], offer: Offer) -> bool:
    """Whether a resource is one of ours (not one that a person added) that this release no longer has."""
    return str(resource.get("hash") or "").startswith("sha256:") and resource["name"] not in {file.path for file in offer.files}


def _dataset_step(current: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> Step:
    return _step(wanted["name"], current, wanted["name"], package_changes(current, wanted) if current else (), "dataset")


def _step(
    dataset: str, current: object, name: str, different: tuple[str, ...], kind: Literal["dataset", "resource"] = "resource"
) -> Step:
    return Step(dataset, kind, name, "create" if current is None else "update" if different else "unchanged", different)


def _visibility(dataset: str, current: Mapping[str, Any] | None) -> Step:
    is_public = current is not None and not current["private"]
    return Step(dataset, "visibility", "private → public", "unchanged" if is_public else "update")


def _dictionaries(site: Site, offer: Offer, dataset: str, held: Mapping[str, Mapping[str, Any]], *, rows: bool) -> Iterator[Step]:
    if "datastore" not in site.extensions:
        return
    for file in offer.files:
        if file.table:
            found = datastore.info(site, held[file.path]["id"]) if file.path in held else None
            different = datastore.changes(found, file, rows=rows) if found else ()
            action: Action = "create" if found is None else "update" if different else "unchanged"
            yield Step(dataset, "dictionary", file.path, action, different)
