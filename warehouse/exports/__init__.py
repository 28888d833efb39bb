"""From the warehouse to a release that is open data: tables in every format, their metadata, checks by each format's own library."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sources import whole
from sources.errors import ShinchokuError, of_system
from warehouse import readability
from warehouse.exports import contents, csvw, documents, linked, package, release, tables, workbook

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
    faults: tuple[readability.Fault, ...]  # against the machine-readability rule; published, and to be shown


def write_exports(warehouse: Path, registry: Registry | None, out: Path, *, keep: int | None = None) -> Manifest:
    """Write a release of everything in the warehouse under ``out/releases`` and let ``out/latest`` point to it.

    Every file is validated first; a fault raises and leaves the last release where it is. Where nothing changed, nothing is
    written. ``keep`` is how many releases stay (None: all).
    """
    import duckdb

    try:
        with closing(duckdb.connect(str(warehouse), read_only=True)) as connection, release.draft(out) as folder:
            connection.execute(f"SET memory_limit = '{MEMORY}'")  # what is longer is sorted on disk
            datasets = contents.datasets(connection)
            if not datasets:
                raise ShinchokuError(
                    f"{warehouse}: there is no accepted edition to publish. Accept one in its edition.yaml and run again.",
                    f"{warehouse}: 公開できる承認済みの版がありません。edition.yamlで承認してから、もう一度実行してください。",
                )
            resources = contents.resources(connection, datasets)
            tables.write_all(connection, resources, folder)
            version = _version(datasets, folder)
            for dataset in datasets:
                documents.write_open_data_list(dataset, folder)
                header, rows = documents.wide(connection, dataset)
                documents.write_rows(folder / f"{dataset.name}_wide_ja.csv", header, rows)
            documents.write_dictionary(folder)
            documents.write_text(folder / "README.txt", documents.readme(datasets, resources, version))
            documents.write_text(folder / "CHANGELOG.md", documents.changelog(connection, datasets, registry))
            for dataset in datasets:
                workbook.write(connection, dataset, resources, folder / f"{dataset.name}.xlsx")
            _write_metadata(connection, datasets, resources, folder, version)
            faults = _check_readability(resources, datasets, folder, out / "latest", version)
            published = release.publish(folder, out, version.partition("+")[0], keep=keep)
    except (duckdb.Error, OSError) as error:
        raise of_system(error, out) or ShinchokuError(
            f"{out}: the exports could not be written ({error}). The last release is untouched; see that {warehouse} is there.",
            f"{out}: 公開ファイルを書けませんでした（{error}）。前の公開物はそのまま残っています。{warehouse} があるかを確かめてください。",
        ) from error
    counts = {resource.stem: resource.rows for resource in resources}
    return Manifest(published.path, version, published.files, counts, published.changed, tuple(faults))


def _write_metadata(
    connection: duckdb.DuckDBPyConnection,
    datasets: list[contents.Dataset],
    resources: list[contents.Resource],
    folder: Path,
    version: str,
) -> None:
    """Each metadata format, checked by its own library."""
    sums = release.checksums(folder)
    package.write(package.descriptor(datasets, resources, folder, version), folder)
    package.check(folder)
    csvw.write(csvw.descriptor(datasets, resources, version), folder)
    csvw.check(folder)
    catalogue = linked.dcat(datasets, sums, folder, version)
    linked.write_json(catalogue, folder / "dcat.jsonld")
    linked.write_turtle(linked.check_graph(catalogue), folder / "dcat.ttl")
    provenance = linked.prov(connection, datasets, resources, version)
    linked.check_graph(provenance)
    linked.write_json(provenance, folder / "prov.jsonld")
    for dataset in datasets:
        names = connection.execute(
            "SELECT name_ja FROM indicator WHERE series_id = ? ORDER BY indicator_id", [dataset.series["series_id"]]
        ).fetchall()
        record = linked.schema_org(dataset, sums, version, [str(name) for (name,) in names])
        linked.check_schema_org(record)
        linked.write_json(record, folder / f"{dataset.name}.schema_org.jsonld")


def _check_readability(
    resources: list[contents.Resource], datasets: list[contents.Dataset], folder: Path, previous: Path, version: str
) -> list[readability.Fault]:
    """The machine-readability rule on every table, with its report beside them."""
    forms = (".csv", ".json", ".jsonl", ".parquet")
    described = {f"{resource.stem}{form}": resource.table for resource in resources for form in forms}
    for_people = [f"{dataset.name}{tail}" for dataset in datasets for tail in ("_wide_ja.csv", ".xlsx", "_open_data_list.csv")]
    outcomes, faults = readability.check(readability.read(folder, described, for_people, previous))
    rows = [(o.rule, o.title.ja, o.title.en, o.file, o.result, o.detail) for o in outcomes]
    documents.write_rows(folder / "machine_readability.csv", ("rule", "title_ja", "title_en", "file", "result", "detail"), rows)
    documents.write_text(folder / "machine_readability.md", readability.report(outcomes, version))
    return faults


def _version(datasets: list[contents.Dataset], folder: Path) -> str:
    """The newest edition's date and a digest of the tables: the same data has the same version, whenever it is made."""
    newest = max(edition["issued"] or edition["period_end"] for dataset in datasets for edition in dataset.editions)
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.csv")):
        digest.update(f"{path.relative_to(folder).as_posix()} {whole.sha256(path)}\n".encode())
    return f"{newest}+{digest.hexdigest()[:8]}"
