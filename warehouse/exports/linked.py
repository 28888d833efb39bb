"""The catalogue record as linked data: DCAT 3 (JSON-LD, Turtle), schema.org Dataset, PROV-O; checked by SHACL shapes and JSON Schema.

No address is invented: what has none is named relative to the file that names it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.errors import ShinchokuError
from warehouse.exports.contents import CHECKED_ROWS, MEDIA, Dataset, Resource
from warehouse.fields import Words

if TYPE_CHECKING:
    import duckdb
    import rdflib

SHAPES = Path(__file__).with_name("shapes.ttl")
BASE = "https://release.invalid/"  # stands for wherever the files are; taken out again before anything is written
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def dcat(dataset: Dataset, sums: dict[str, str], folder: Path, version: str, *, alone: bool) -> dict[str, Any]:
    """The dataset with a distribution for each of its files; where it is not alone, what all share is not among them."""
    series, notice = dataset.series, dataset.notice
    publisher = f"#publisher-{series['area_code'] or series['series_id']}"
    shared = ("codelists/", "data_dictionary.") if alone else ()
    files = [name for name in sums if name.startswith((f"{dataset.name}_", f"{dataset.name}."))]
    files += [name for name in sums if name.startswith(shared)]
    graph: list[dict[str, Any]] = []
    node: dict[str, Any] = {
        "@id": f"#{dataset.name}",
        "@type": "dcat:Dataset",
        "dct:identifier": dataset.name,
        "dct:title": _both(Words(series["title_ja"], series["title_en"])),
        "dct:description": _both(_description(dataset)),
        "dct:publisher": {"@id": publisher},
        "dct:license": {"@id": series["license_url"]},
        "dct:language": [{"@id": "http://publications.europa.eu/resource/authority/language/JPN"}],
        "dct:accrualPeriodicity": _typed(series["frequency"], "xsd:duration"),
        "dcat:temporalResolution": _typed(series["frequency"], "xsd:duration"),
        "dcat:version": version,
        "dcat:keyword": [{"@value": word, "@language": "ja"} for word in ("進捗", "計画")],
        "dct:temporal": {"@id": f"#{dataset.name}-period"},
        "dct:spatial": {"@id": f"#area-{series['area_code']}"},
        "prov:wasDerivedFrom": [{"@id": _report(edition)} for edition in dataset.editions],
        "dcat:distribution": [{"@id": name} for name in files],
    }
    if series["landing_page"]:
        node["dcat:landingPage"] = {"@id": series["landing_page"]}
    if (newest := dataset.editions[-1])["issued"]:
        node["dct:issued"] = _typed(newest["issued"].isoformat(), "xsd:date")
    if notice.ja:
        node["dct:provenance"] = {"@id": f"#{dataset.name}-origin"}
        graph.append({"@id": f"#{dataset.name}-origin", "@type": "dct:ProvenanceStatement", "rdfs:label": _both(notice)})
    graph += [
        node,
        {"@id": publisher, "@type": "foaf:Agent", "foaf:name": _both(Words(series["publisher_ja"], series["publisher_en"]))},
        {
            "@id": f"#area-{series['area_code']}",
            "@type": "dct:Location",
            "dct:identifier": series["area_code"],
            "rdfs:label": _both(Words(series["area_ja"] or "", series["area_en"] or "")),
        },
        {
            "@id": f"#{dataset.name}-period",
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(min(e["period_start"] for e in dataset.editions).isoformat(), "xsd:date"),
            "dcat:endDate": _typed(max(e["period_end"] for e in dataset.editions).isoformat(), "xsd:date"),
        },
        *[_pdf(edition) for edition in dataset.editions],
        *[_distribution(name, sums[name], folder, dataset) for name in files],
    ]
    return {"@context": CONTEXT, "@graph": graph}


def catalogue(datasets: Sequence[Dataset], version: str) -> dict[str, Any]:
    """A release of several as a catalogue that leads to the record of each."""
    node = {
        "@id": "#shinchoku",
        "@type": "dcat:Catalog",
        "dct:title": _both(Words("進捗報告のオープンデータ", "Open data of progress reports")),
        "dcat:version": version,
        "dcat:dataset": [{"@id": f"{dataset.name}.dcat.jsonld#{dataset.name}"} for dataset in datasets],
    }
    return {"@context": CONTEXT, "@graph": [node]}


def schema_org(dataset: Dataset, sums: dict[str, str], version: str, indicators: list[str]) -> dict[str, Any]:
    """The dataset as search engines read it."""
    series = dataset.series
    described = _description(dataset)
    record: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": series["title_ja"],
        "alternateName": [series["title_en"], dataset.name],
        "description": f"{described.ja} {described.en}"[:5000],
        "identifier": dataset.name,
        "version": version,
        "inLanguage": "ja",
        "license": series["license_url"],
        "isAccessibleForFree": True,
        "creator": {"@type": "GovernmentOrganization", "name": series["publisher_ja"], "alternateName": series["publisher_en"]},
        "spatialCoverage": {"@type": "Place", "name": series["area_ja"], "identifier": series["area_code"]},
        "temporalCoverage": f"{min(e['period_start'] for e in dataset.editions)}/{max(e['period_end'] for e in dataset.editions)}",
        "variableMeasured": indicators,
        "measurementTechnique": "報告書のPDFからの機械抽出 / machine extraction from the report's PDF",
        "isBasedOn": [
            {"@type": "CreativeWork", "name": e["title_ja"], "identifier": f"sha256:{e['sha256']}"}
            | ({"url": e["source_url"]} if e["source_url"] else {})
            for e in dataset.editions
        ],
        "citation": dataset.citation.ja,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": name,
                "contentUrl": name,
                "encodingFormat": MEDIA[Path(name).suffix],
                "sha256": digest,
            }
            for name, digest in sums.items()
            if name.startswith((f"{dataset.name}_", f"{dataset.name}."))
        ],
    }
    if series["landing_page"]:
        record["url"] = series["landing_page"]
    return record


def prov(connection: duckdb.DuckDBPyConnection, dataset: Dataset, resources: Sequence[Resource], version: str) -> dict[str, Any]:
    """PDF, extraction and tables; and for each figure the page and box that it was quoted from (of very long tables the first)."""
    agent = {"@id": "#shinchoku", "@type": "prov:SoftwareAgent", "rdfs:label": "Shinchoku"}
    reports = [{"@id": _report(edition)} for edition in dataset.editions]
    activity = f"#extraction-{dataset.name}"
    tables = [
        {
            "@id": f"{resource.stem}.csv",
            "@type": "prov:Entity",
            "rdfs:label": _both(resource.table.label),
            "prov:wasGeneratedBy": {"@id": activity},
            "prov:wasDerivedFrom": reports,
            "schema:version": version,
        }
        for resource in resources
        if resource.dataset
    ]
    graph: list[dict[str, Any]] = [
        agent,
        {"@id": activity, "@type": "prov:Activity", "prov:used": reports, "prov:wasAssociatedWith": {"@id": agent["@id"]}},
        *[_pdf(edition) for edition in dataset.editions],
        *tables,
        *_quotations(connection, dataset, f"{dataset.name}_figures.csv"),
    ]
    return {"@context": CONTEXT, "@graph": graph}


def _quotations(connection: duckdb.DuckDBPyConnection, dataset: Dataset, table: str) -> list[dict[str, Any]]:
    reports = {edition["edition_id"]: _report(edition) for edition in dataset.editions}
    found = connection.execute(
        "SELECT f.figure_id, f.edition_id, f.page, f.x0, f.top, f.x1 - f.x0, f.bottom - f.top FROM figure AS f "
        "JOIN edition AS e ON e.edition_id = f.edition_id WHERE e.series_id = ? ORDER BY f.figure_id LIMIT ?",
        [dataset.series["series_id"], CHECKED_ROWS],
    ).fetchall()
    return [
        {
            "@id": f"#{figure_id}",
            "@type": "prov:Entity",
            "dct:isPartOf": {"@id": table},
            # The fragment is that of PDF open parameters: page, and left, top, width and height of the box.
            "prov:wasQuotedFrom": {
                "@id": f"{reports[edition_id]}#page={page}&viewrect={x0:.2f},{top:.2f},{width:.2f},{height:.2f}"
            },
        }
        for figure_id, edition_id, page, x0, top, width, height in found
    ]


def write_json(record: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def check_graph(record: dict[str, Any]) -> rdflib.Graph:
    """The graph of a JSON-LD record, after it has passed the SHACL shapes."""
    import pyshacl
    import rdflib

    graph = rdflib.Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's and pyshacl's, of rdflib's own classes
        graph.parse(data=json.dumps(record), format="json-ld", publicID=BASE, base=BASE)
        conforms, _, report = pyshacl.validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle", inplace=True)
    if not conforms:
        raise _refusal("SHACL (shapes.ttl)", report)
    return graph


def write_turtle(graph: rdflib.Graph, path: Path) -> None:
    path.write_text(graph.serialize(format="turtle").replace(f"<{BASE}", "<"), encoding="utf-8", newline="\n")


def check_schema_org(record: dict[str, Any]) -> None:
    import jsonschema

    faults = [
        f"{'/'.join(map(str, e.path))}: {e.message}" for e in jsonschema.Draft202012Validator(SCHEMA_ORG).iter_errors(record)
    ]
    if faults:
        raise _refusal("schema.org Dataset", "; ".join(faults))


# What search engines require and recommend of a Dataset.
SCHEMA_ORG = {
    "type": "object",
    "required": [
        "@context",
        "@type",
        "name",
        "description",
        "license",
        "creator",
        "temporalCoverage",
        "distribution",
        "isBasedOn",
    ],
    "properties": {
        "@type": {"const": "Dataset"},
        "name": {"type": "string", "minLength": 1},
        "description": {"type": "string", "minLength": 50, "maxLength": 5000},
        "license": {"type": "string", "format": "uri", "minLength": 1},
        "temporalCoverage": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}$"},
        "variableMeasured": {"type": "array", "items": {"type": "string", "minLength": 1}},
        "distribution": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["contentUrl", "encodingFormat", "sha256"],
                "properties": {"sha256": {"pattern": "^[0-9a-f]{64}$"}},
            },
        },
    },
}


def _description(dataset: Dataset) -> Words:
    series, notice = dataset.series, dataset.notice
    return Words(
        " ".join(part for part in (series["description_ja"] or series["title_ja"], notice.ja, dataset.citation.ja) if part),
        " ".join(part for part in (series["description_en"] or series["title_en"], notice.en, dataset.citation.en) if part),
    )


def _report(edition: dict[str, Any]) -> str:
    return f"urn:sha256:{edition['sha256']}"


def _pdf(edition: dict[str, Any]) -> dict[str, Any]:
    node: dict[str, Any] = {
        "@id": _report(edition),
        "@type": "prov:Entity",
        "dct:title": _both(Words(edition["title_ja"] or edition["edition_id"], edition["title_en"] or edition["edition_id"])),
        "dct:identifier": f"sha256:{edition['sha256']}",
        "dct:format": "application/pdf",
    }
    if edition["origin_note_ja"]:
        node["rdfs:comment"] = _both(Words(edition["origin_note_ja"], edition["origin_note_en"] or edition["origin_note_ja"]))
    if edition["source_url"]:
        node["dct:source"] = {"@id": edition["source_url"]}
    return node


def _distribution(name: str, digest: str, folder: Path, dataset: Dataset) -> dict[str, Any]:
    return {
        "@id": name,
        "@type": "dcat:Distribution",
        "dct:title": name,
        "dcat:downloadURL": {"@id": name},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{MEDIA[Path(name).suffix]}"},
        "dcat:byteSize": _typed(str((folder / name).stat().st_size), "xsd:nonNegativeInteger"),
        "dct:license": {"@id": dataset.series["license_url"]},
        "spdx:checksum": {"@id": f"#sum-{name}"},
        "@included": {
            "@id": f"#sum-{name}",
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": _typed(digest, "xsd:hexBinary"),
        },
    }


def _both(words: Words) -> list[dict[str, str]]:
    return [{"@value": words.ja, "@language": "ja"}, {"@value": words.en, "@language": "en"}]


def _typed(value: str, datatype: str) -> dict[str, str]:
    return {"@value": value, "@type": datatype}


def _refusal(who: str, report: str) -> ShinchokuError:
    return ShinchokuError(
        f"exports: {who} finds a fault in the metadata, so nothing is published and the last release stays: {report[:1500]}\n"
        "Complete series.yaml or edition.yaml and run again.",
        f"公開ファイル: {who} がメタデータに誤りを見つけたため、公開せず前の公開物を残します: {report[:1500]}\n"
        "series.yaml か edition.yaml を補って、もう一度実行してください。",
    )
