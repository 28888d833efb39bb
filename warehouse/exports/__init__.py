"""From the warehouse to a release that is open data: tables in every format, their metadata, checks by each format's own library."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources import whole
from sources.errors import ShinchokuError, of_system
from warehouse import readability
from warehouse.exports import contents, csvw, documents, linked, package, release, tables, workbook
from warehouse.parts import Parts, lay

if TYPE_CHECKING:
    import duckdb

    from sources.registry import Registry

__all__ = ["Manifest", "write_exports"]

MEMORY = "2GB"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a call of write_exports left: the release, its files with sha256, the rows of each table, whether it is new."""

    path: Path
    version: str
    files: dict[str, str]
    rows: dict[str, int]
    changed: bool
    faults: tuple[readability.Fault, ...]  # of what was made anew, against the machine-readability rule; published, and to be shown


def write_exports(warehouse: Path, registry: Registry | None, out: Path, *, keep: int | None = None, parts: Path | None = None) -> Manifest:
    """Write a release of everything in the warehouse under ``out/releases`` and let ``out/latest`` point to it.

    What is made of one series is validated first; a fault raises and leaves the last release where it is. Where nothing changed,
    nothing is written. ``keep`` is how many releases stay (None: all). ``parts`` is a folder on the disk of ``out`` where what is made
    of each series is kept for the next call; without it all is made anew, to the same bytes.
    """
    import duckdb

    faults: list[readability.Fault] = []
    try:
        with closing(duckdb.connect(str(warehouse), read_only=True)) as connection, release.draft(out) as folder:
            connection.execute(f"SET memory_limit = '{MEMORY}'")  # what is longer is sorted on disk
            datasets = contents.datasets(connection)
            if not datasets:
                raise ShinchokuError(
                    f"{warehouse}: there is no accepted edition to publish. Accept one in its edition.yaml and run again.",
                    f"{warehouse}: 公開できる承認済みの版がありません。edition.yamlで承認してから、もう一度実行してください。",
                )
            contents.compute_views(connection)
            states, revised, alone = contents.states(connection), documents.revisions(connection), len(datasets) == 1
            kept = Parts(parts or folder.parent / "parts")
            packages = []
            for dataset in datasets:
                changes = documents.changelog(dataset, registry, revised)

                def make(part: Path, dataset: contents.Dataset = dataset, changes: str = changes) -> None:
                    faults.extend(_write_dataset(connection, dataset, changes, part, out / "latest", alone=alone))

                part = kept.of(["exports", alone, states[dataset.series["series_id"]], changes], make)
                lay(part, folder)
                packages.append(json.loads((folder / dataset.describing(package.NAME, alone=alone)).read_text("utf-8")))
            version = str(packages[0]["version"]) if alone else _common_version(packages)
            if not alone:
                _write_common(connection, datasets, packages, folder, version)
            published = release.publish(folder, out, version.partition("+")[0], keep=keep)
            kept.forget_others()
    except (duckdb.Error, OSError) as error:
        raise of_system(error, out) or ShinchokuError(
            f"{out}: the exports could not be written ({error}). The last release is untouched; see that {warehouse} is there.",
            f"{out}: 公開ファイルを書けませんでした（{error}）。前の公開物はそのまま残っています。{warehouse} があるかを確かめてください。",
        ) from error
    entries = (entry for one in packages for entry in one["resources"] if "rowCount" in entry)
    counts = {str(entry["path"]).rpartition(".")[0]: int(entry["rowCount"]) for entry in entries}
    return Manifest(published.path, version, published.files, counts, published.changed, tuple(faults))


# What describes a release of one dataset.
DESCRIBING = (
    "README.txt", "CHANGELOG.md", package.NAME, csvw.NAME, "dcat.jsonld", "dcat.ttl", "prov.jsonld", "machine_readability.csv", "machine_readability.md",
)  # fmt: skip


def _write_dataset(
    connection: duckdb.DuckDBPyConnection, dataset: contents.Dataset, changes: str, folder: Path, latest: Path, *, alone: bool
) -> list[readability.Fault]:
    """All files of one dataset, validated as a release of their own. Among several, the code lists, which all share, are then left out."""
    resources = [*contents.resources(connection, dataset), *contents.code_lists(connection, dataset)]
    tables.write_all(connection, resources, folder)
    version = _version(dataset, folder)
    documents.write_open_data_list(dataset, folder)
    header, rows = documents.wide(connection, dataset)
    documents.write_rows(folder / f"{dataset.name}_wide_ja.csv", header, rows)
    documents.write_dictionary(folder)
    documents.write_text(folder / "README.txt", documents.readme(dataset, resources, version))
    documents.write_text(folder / "CHANGELOG.md", changes)
    workbook.write(connection, dataset, resources, folder / f"{dataset.name}.xlsx")
    _write_metadata(connection, dataset, resources, folder, version, alone=alone)
    faults = _check_readability(resources, dataset, folder, latest / dataset.describing(package.NAME, alone=alone), version)
    if not alone:
        described = package.among_others(json.loads((folder / package.NAME).read_text("utf-8")))
        package.write(described, folder)
        for name in DESCRIBING:
            (folder / name).rename(folder / dataset.describing(name, alone=alone))
        shutil.rmtree(folder / "codelists")
        for path in folder.glob("data_dictionary.*"):
            path.unlink()
    return faults


def _write_common(
    connection: duckdb.DuckDBPyConnection, datasets: Sequence[contents.Dataset], packages: Sequence[dict[str, Any]], folder: Path, version: str
) -> None:
    """What several datasets share: their code lists, whose rows were validated with each dataset, the dictionary, and what leads to each."""
    shared = contents.code_lists(connection)
    tables.write_all(connection, shared, folder)
    documents.write_dictionary(folder)
    documents.write_text(folder / "README.txt", documents.index(datasets, version))
    documents.write_text(folder / "CHANGELOG.md", documents.common_changelog())
    package.write(package.index(packages, shared, folder, version), folder)
    linked.write_json(linked.catalogue(datasets, version), folder / "dcat.jsonld")


def _write_metadata(
    connection: duckdb.DuckDBPyConnection, dataset: contents.Dataset, resources: list[contents.Resource], folder: Path, version: str, *, alone: bool
) -> None:
    """Each metadata format, checked by its own library."""
    sums = whole.checksums(folder)
    package.write(package.descriptor(dataset, resources, folder, version, alone=alone), folder)
    package.check(folder)
    csvw.write(csvw.descriptor(dataset, resources, version, alone=alone), folder)
    csvw.check(folder)
    catalogue = linked.dcat(dataset, sums, folder, version, alone=alone)
    linked.write_json(catalogue, folder / "dcat.jsonld")
    linked.write_turtle(linked.check_graph(catalogue), folder / "dcat.ttl")
    provenance = linked.prov(connection, dataset, resources, version)
    linked.check_graph(provenance)
    linked.write_json(provenance, folder / "prov.jsonld")
    names = connection.execute(
        "SELECT name_ja FROM indicator WHERE series_id = ? ORDER BY indicator_id", [dataset.series["series_id"]]
    ).fetchall()
    record = linked.schema_org(dataset, sums, version, [str(name) for (name,) in names])
    linked.check_schema_org(record)
    linked.write_json(record, folder / f"{dataset.name}.schema_org.jsonld")


def _check_readability(
    resources: list[contents.Resource], dataset: contents.Dataset, folder: Path, previous: Path, version: str
) -> list[readability.Fault]:
    """The machine-readability rule on every table, with its report beside them."""
    forms = (".csv", ".json", ".jsonl", ".parquet")
    described = {f"{resource.stem}{form}": resource.table for resource in resources for form in forms}
    for_people = [f"{dataset.name}{tail}" for tail in ("_wide_ja.csv", ".xlsx", "_open_data_list.csv")]
    outcomes, faults = readability.check(readability.read(folder, described, for_people, previous))
    rows = [(o.rule, o.title.ja, o.title.en, o.file, o.result, o.detail) for o in outcomes]
    documents.write_rows(folder / "machine_readability.csv", ("rule", "title_ja", "title_en", "file", "result", "detail"), rows)
    documents.write_text(folder / "machine_readability.md", readability.report(outcomes, version))
    return faults


def _version(dataset: contents.Dataset, folder: Path) -> str:
    """The newest edition's date and a digest of the tables: the same data has the same version, whenever it is made."""
    newest = max(edition["issued"] or edition["period_end"] for edition in dataset.editions)
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.csv")):
        digest.update(f"{path.relative_to(folder).as_posix()} {whole.sha256(path)}\n".encode())
    return f"{newest}+{digest.hexdigest()[:8]}"


def _common_version(packages: Sequence[dict[str, Any]]) -> str:
    """The newest date among several datasets, and a digest of their versions."""
    versions = {str(package["name"]): str(package["version"]) for package in packages}
    newest = max(version.partition("+")[0] for version in versions.values())
    return f"{newest}+{hashlib.sha256(json.dumps(versions).encode()).hexdigest()[:8]}"
