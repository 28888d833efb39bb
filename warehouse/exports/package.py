"""datapackage.json (Data Package v2): made from the field dictionary, checked against the v2 schema and, with the data, by frictionless."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sources.errors import ShinchokuError
from sources.whole import sha256
from warehouse import fields
from warehouse.exports.contents import CHECKED_ROWS, MEDIA, Dataset, Resource, references

NAME = "datapackage.json"
SPEC = "https://datapackage.org/profiles/2.0/datapackage.json"


def descriptor(dataset: Dataset, resources: Sequence[Resource], folder: Path, version: str, *, alone: bool) -> dict[str, Any]:
    series, notice = dataset.series, dataset.notice
    package: dict[str, Any] = {
        "$schema": SPEC,
        "name": dataset.name,
        "id": dataset.name,
        "title": series["title_ja"],
        "titleEn": series["title_en"],
        "description": "\n\n".join(str(line) for line in (
            series["description_ja"], series["description_en"], *((notice.ja, notice.en) if dataset.facsimiles else ()),
        )),
        "version": version,
        "licenses": [_license(dataset)],
        "contributors": [{"title": series["publisher_ja"], "roles": ["publisher"]}],
        "sources": _sources(dataset),
        "keywords": ["進捗", "計画", "KPI", str(series["publisher_ja"])],
        "fieldsVersion": fields.dictionary().version,
        "byteOrderMark": "CSV: yes; JSON: no",
    }  # fmt: skip
    package["resources"] = [
        _resource(resource, dataset if resource.dataset else None, folder, form, alone) for resource in resources for form in ("csv", "json")
    ]
    if dataset.facsimiles:
        package["origin"] = "facsimile"
        package["originNote"] = [{"ja": notice.ja, "en": notice.en}]
    return package


def among_others(package: dict[str, Any]) -> dict[str, Any]:
    """The descriptor of a dataset in a release of several: of the code lists, which all share, it does not say what they are at the moment."""
    measured = ("bytes", "hash", "rowCount")
    shared = [{key: value for key, value in entry.items() if key not in measured} if "/" in entry["path"] else entry for entry in package["resources"]]
    return package | {"resources": shared}


def index(packages: Sequence[dict[str, Any]], resources: Sequence[Resource], folder: Path, version: str) -> dict[str, Any]:
    """The descriptor of a release of several: the code lists that all share, and where the package of each dataset is."""
    return {
        "$schema": SPEC,
        "name": "shinchoku",
        "id": "shinchoku",
        "title": "進捗報告のオープンデータ",
        "titleEn": "Open data of progress reports",
        "version": version,
        "licenses": list({one["name"]: one for package in packages for one in package["licenses"]}.values()),
        "fieldsVersion": fields.dictionary().version,
        "packages": [{"name": package["name"], "title": package["title"], "version": package["version"], "path": f"{package['name']}.{NAME}"} for package in packages],
        "resources": [_resource(resource, None, folder, form, alone=True) for resource in resources for form in ("csv", "json")],
    }


def write(package: dict[str, Any], folder: Path) -> None:
    (folder / NAME).write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")


def check(folder: Path) -> None:
    """Raise unless the descriptor fits the v2 schema and frictionless finds the data as it says."""
    import jsonschema

    package = json.loads((folder / NAME).read_text("utf-8"))
    # A JSON file comes of the query of its CSV and has its schema; to check it again would only double the time.
    tabular = {**package, "resources": [entry for entry in package["resources"] if entry["format"] == "csv"]}
    validator = jsonschema.Draft7Validator(json.loads(_profile().read_text("utf-8")))
    if problems := [
        f"{'/'.join(map(str, error.path)) or '.'}: {error.message[:200]}" for error in validator.iter_errors(tabular)
    ]:
        raise _refusal(folder, "Data Package v2", problems)

    from frictionless import Package, system

    with system.use_context(trusted=False):
        report = Package.from_descriptor(tabular, basepath=str(folder)).validate(limit_rows=CHECKED_ROWS)
    if not report.valid:
        problems = [f"{task.name}: {error.title}: {error.message}" for task in report.tasks for error in task.errors]
        raise _refusal(folder, "frictionless", problems or [error.message for error in report.errors])


def _profile() -> Path:
    found = importlib.util.find_spec("dplib")
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "profiles" / "2.0" / "datapackage.json"


def _resource(resource: Resource, dataset: Dataset | None, folder: Path, form: str, alone: bool) -> dict[str, Any]:
    path = folder / f"{resource.stem}.{form}"
    entry: dict[str, Any] = {
        "name": resource.name if form == "csv" else f"{resource.name}_{form}",
        "type": "table",
        "path": f"{resource.stem}.{form}",
        "title": resource.table.label.ja,
        "description": str(resource.table.about),
        "format": form,
        "mediatype": MEDIA[path.suffix],
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{sha256(path)}",
        "rowCount": resource.rows,
        "schema": fields.table_schema(resource.table),
    }
    if form == "csv":
        entry["dialect"] = {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True}
        if keys := _foreign_keys(resource, alone):
            entry["schema"]["foreignKeys"] = keys
    if dataset:
        entry["licenses"] = [_license(dataset)]
        entry["sources"] = _sources(dataset)
    return entry


def _foreign_keys(resource: Resource, alone: bool) -> list[dict[str, Any]]:
    return [
        {"fields": list(columns), "reference": {"resource": home.rpartition("/")[2], "fields": list(columns)}}
        for columns, home in references(resource, alone)
    ]


def _license(dataset: Dataset) -> dict[str, Any]:
    return {"name": dataset.series["license"], "path": dataset.series["license_url"], "title": dataset.series["license"]}


def _sources(dataset: Dataset) -> list[dict[str, Any]]:
    return [
        {
            "title": f"{edition['title_ja']}（{dataset.series['publisher_ja']}） sha256:{edition['sha256']}",
            **({"path": edition["source_url"]} if edition["source_url"] else {}),
        }
        for edition in dataset.editions
    ]


def _refusal(folder: Path, who: str, problems: Sequence[str]) -> ShinchokuError:
    shown = "\n".join(f"  - {problem}" for problem in problems[:10])
    return ShinchokuError(
        f"exports: {who} finds {len(problems)} faults, so nothing is published and the last release stays:\n{shown}\n"
        "Correct the edition's decisions or warehouse/fields.yaml and run again.",
        f"公開ファイル: {who} が{len(problems)}件の誤りを見つけたため、公開せず前の公開物を残します:\n{shown}\n"
        "版のdecisions.yamlか warehouse/fields.yaml を直して、もう一度実行してください。",
    )
