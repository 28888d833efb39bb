"""What one series offers a catalogue: whether it may go there at all, its files, and every word said about them. Asks no server."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from sources import whole
from sources.errors import ShinchokuError
from warehouse.codelists import CODE_TABLES
from warehouse.exports import contents
from warehouse.fields import Table, Words

# The formats that CKAN shows otherwise than by the ending.
FORMATS = {".parquet": "Parquet", ".jsonld": "JSON-LD", "": "TXT"}
# What a file is that is no table of the field dictionary.
WORDS = (
    (r"_wide_ja\.csv$", Words("年度を横に並べた表（人が読むため）", "Fiscal years across, for people")),
    (r"\.xlsx$", Words("Excelブック（項目の説明つき）", "Excel workbook, with the data dictionary")),
    (r"_open_data_list\.csv$", Words("オープンデータ一覧に加える行", "The row for the city's list of open data")),
    (r"^data_dictionary\.", Words("項目の説明", "Data dictionary: what each column means")),
    (r"(^|\.)datapackage\.json$", Words("Data Package v2 の記述", "Data Package v2 descriptor")),
    (r"(^|\.)csv-metadata\.json$", Words("CSV on the Web の記述", "CSV on the Web metadata")),
    (r"(^|\.)dcat\.", Words("DCAT 3 の記述", "DCAT 3 metadata")),
    (r"schema_org\.jsonld$", Words("schema.org Dataset の記述", "schema.org Dataset metadata")),
    (r"(^|\.)prov\.jsonld$", Words("PROV-O：値ごとの出どころ", "PROV-O: where each value came from")),
    (r"(^|\.)machine_readability\.", Words("機械可読性ルールの検査結果", "Results of the machine-readability checks")),
    (r"(^|\.)README\.txt$", Words("はじめに読むもの", "Read this first")),
    (r"(^|\.)CHANGELOG\.md$", Words("変更履歴と理由", "Changes with their reasons")),
    (rf"^{whole.SUMS}$", Words("全ファイルのSHA-256", "SHA-256 of every file")),
    ("", Words("公開ファイル", "Published file")),
)
# A reader's order: the observations and what people open first, then other tables, what explains them, and the sums last of all.
ORDER = (
    r"_observations\.",
    r"\.xlsx$",
    r"_wide_ja\.csv$",
    r"_progress\.",
    r"_figures\.",
    r"_(revisions|statements|ledger)\.",
    r"^codelists/",
    r"^data_dictionary\.",
    r"(^|\.)README",
    r"(^|\.)CHANGELOG",
    r"",
)
FOR_EVERY_SERIES = ("codelists/", "data_dictionary.")


@dataclass(frozen=True, slots=True)
class File:
    """A file as a catalogue gets it. ``path``, its place in the release, is also its stable name there."""

    path: str
    content: Path | bytes
    size: int
    sha256: str
    words: Words
    table: Table | None = None

    @property
    def file_name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def hash(self) -> str:
        return f"sha256:{self.sha256}"

    def read(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()

    @property
    def described(self) -> dict[str, Any]:
        """The fields of a CKAN resource that say what the file is."""
        ending = Path(self.path).suffix
        form = FORMATS.get(ending, ending[1:].upper())
        return {"name": self.path, "description": str(self.words), "format": form, "mimetype": contents.MEDIA[ending]}


@dataclass(frozen=True, slots=True)
class Offer:
    """A series as it would stand in a catalogue: its dataset, and an immutable dataset for exactly these bytes."""

    source: contents.Dataset
    files: tuple[File, ...]
    version: str

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def fixed_name(self) -> str:
        return f"{self.name}_{self.version}"

    def package(self, license_id: str, organization: str, *, fixed: bool) -> dict[str, Any]:
        """The CKAN dataset without its resources: the one that always shows the newest release, or the fixed one of this release."""
        series, editions, source = self.source.series, self.source.editions, self.source
        title = Words(series["title_ja"], series["title_en"])
        about = [series["description_ja"], source.citation.ja, series["description_en"], source.citation.en]
        if fixed:
            title = Words(f"{title.ja}（{self.version}版）", f"{title.en} (release {self.version})")
            about.insert(0, f"{self.version}版の固定コピー。最新版はデータセット {self.name} にあります。")
            about.append(f"The unchanging copy of release {self.version}; the newest is in the dataset {self.name}.")
        extras = {
            "identifier": self.fixed_name if fixed else self.name,
            "is_version_of": self.name if fixed else None,
            "title_en": title.en,
            "publisher_name": series["publisher_ja"],
            "publisher_name_en": series["publisher_en"],
            "plan": series["plan_ja"],
            "plan_en": series["plan_en"],
            "area_code": series["area_code"],
            "standard_area_code": series["standard_area_code"],
            "area": series["area_ja"],
            "area_en": series["area_en"],
            "language": "ja",
            "frequency": series["frequency"],
            "contact": series["contact"],
            "temporal_start": min(str(edition["period_start"]) for edition in editions),
            "temporal_end": max(str(edition["period_end"]) for edition in editions),
            "citation": source.citation.ja,
            "citation_en": source.citation.en,
            **{
                f"source_{edition['edition']}": " ".join(
                    str(part) for part in (edition["title_ja"], f"sha256:{edition['sha256']}", edition["source_url"]) if part
                )
                for edition in editions
            },
        }
        words = ("進捗", "計画", "KPI", series["publisher_ja"], series["plan_ja"])
        return {
            "name": self.fixed_name if fixed else self.name,
            "title": title.ja,
            "notes": "\n\n".join(str(part) for part in about if part),
            "license_id": license_id,
            "owner_org": organization,
            "version": self.version,
            "url": series["landing_page"] or "",
            "author": series["publisher_ja"],
            "state": "active",
            "extras": [{"key": key, "value": str(value)} for key, value in extras.items() if value],
            "tags": [{"name": name} for name in dict.fromkeys(_tag(str(word)) for word in words if word)],
        }


def series_names(warehouse: Path) -> list[str]:
    """The series that have an edition in the warehouse."""
    with closing(_open(warehouse)) as connection:
        return [str(name) for (name,) in connection.execute("SELECT DISTINCT series_id FROM edition ORDER BY 1").fetchall()]


def offer(warehouse: Path, folder: Path, series_id: str) -> Offer:
    """What the release in ``folder`` holds of one series.

    A catalogue shows data under the publisher's name, so nothing but the publisher's own, accepted reports may stand behind it:
    raises ShinchokuError where an edition of the series, in the warehouse or in the release, is a facsimile or is not accepted,
    and where warehouse and release are not of the same run. Editions of other series do not matter.

    Where the release holds several series, what leads to each of them (README, package, catalogue) stays out, since it speaks of
    files that are not in this dataset; the code lists, which all series share, go with each.
    """
    with closing(_open(warehouse)) as connection:
        everything = contents.datasets(connection)
    by_id = {str(dataset.series["series_id"]): dataset for dataset in everything if dataset.editions}
    if series_id not in by_id:
        known = ", ".join(by_id)
        raise ShinchokuError(
            f"{series_id}: no such series in the warehouse. There are: {known}.",
            f"{series_id}：データベースにない系列です。登録されているもの：{known}。",
        )
    dataset = by_id[series_id]
    sums = _sums(folder)
    published = _editions(folder, series_id)
    for edition in (*dataset.editions, *published):
        _admit(edition)
    if _identities(dataset.editions) != _identities(published):
        raise _stale(folder, "its editions are not those of the warehouse", "版がデータベースのものと一致しません")
    names = {each.name for each in everything}
    own = {path for path in sums if contents.owner(path, names) in ((dataset.name,) if len(everything) > 1 else (dataset.name, ""))}
    own |= {path for path in sums if path.startswith(FOR_EVERY_SERIES)}
    tables = {f"{dataset.name}_{stem}.csv": contents.published(table) for stem, (table, _) in contents.SERIES_TABLES.items()}
    tables |= {f"codelists/{table}.csv": contents.published(table) for table in CODE_TABLES}
    files = [_file(folder, path, sums[path], tables) for path in sorted(own, key=_order)]
    listing = whole.listing((path, digest) for path, digest in sums.items() if path in own).encode()
    digest = hashlib.sha256(listing).hexdigest()
    files.append(File(whole.SUMS, listing, len(listing), digest, _words(whole.SUMS)))
    newest = max(str(edition["issued"] or edition["period_end"]) for edition in dataset.editions)
    return Offer(dataset, tuple(files), f"{newest}-{digest[:12]}")


def _open(warehouse: Path) -> duckdb.DuckDBPyConnection:
    if not warehouse.exists():
        raise _nothing(warehouse)
    return duckdb.connect(str(warehouse), read_only=True)


def _nothing(path: Path) -> ShinchokuError:
    return ShinchokuError(
        f"{path}: there is nothing to publish yet. Run `shinchoku run` first.",
        f"{path}：公開するものがまだありません。先に shinchoku run を実行してください。",
    )


def _stale(folder: Path, en: str, ja: str) -> ShinchokuError:
    return ShinchokuError(
        f"{folder}: {en}. Run `shinchoku run` to its end and publish again.",
        f"{folder}：{ja}。shinchoku run を最後まで実行してから、もう一度登録してください。",
    )


def _sums(folder: Path) -> dict[str, str]:
    """The sha256 of each file, which must be what the release's own list says."""
    listing = folder / whole.SUMS
    if not listing.exists():
        raise _nothing(folder)
    sums, listed = whole.checksums(folder), whole.read_list(listing)
    if differing := sorted(path for path in sums.keys() | listed.keys() if listed.get(path) != {sums.get(path)}):
        some = ", ".join(differing[:5])
        raise _stale(folder, f"not what {whole.SUMS} lists ({some})", f"{whole.SUMS} の記載と異なるファイルがあります（{some}）")
    return sums


def _editions(folder: Path, series_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / "codelists" / "edition.json").read_text("utf-8"))
    return [row for row in rows if row["series_id"] == series_id]


def _identities(editions: Sequence[dict[str, Any]]) -> set[tuple[str, ...]]:
    return {tuple(str(edition[name]) for name in ("edition_id", "sha256", "origin", "status")) for edition in editions}


def _admit(edition: dict[str, Any]) -> None:
    name, origin, status = edition["edition_id"], edition["origin"], edition["status"]
    if origin != "original":
        raise ShinchokuError(
            f"{name}: origin is {origin}, not the publisher's own file; it is not sent to a catalogue. "
            "Put the publisher's file in its place (README) and run again.",
            f"{name}：原本ではありません（origin: {origin}）。カタログには登録できません。"
            "READMEの手順で公表元のファイルに差し替えてから実行し直してください。",
        )
    if status != "accepted":
        raise ShinchokuError(
            f"{name}: status is {status}; only accepted editions are sent to a catalogue.",
            f"{name}：状態が {status} です。acceptedの版だけをカタログに登録できます。",
        )


def _order(path: str) -> tuple[int, str]:
    return next(number for number, pattern in enumerate(ORDER) if re.search(pattern, path)), path


def _file(folder: Path, path: str, digest: str, tables: dict[str, Table]) -> File:
    table = tables.get(path)
    described = table or next((tables[csv] for csv in tables if Path(csv).with_suffix("") == Path(path).with_suffix("")), None)
    words = Words(
        f"{described.label.ja}：{described.about.ja}" if described else _words(path).ja,
        f"{described.label.en}: {described.about.en}" if described else _words(path).en,
    )
    return File(path, folder / path, (folder / path).stat().st_size, digest, words, table)


def _words(path: str) -> Words:
    return next(words for pattern, words in WORDS if re.search(pattern, path))


def _tag(word: str) -> str:
    """CKAN's tags are letters, digits, spaces and ``-_.``; no more than 100 characters."""
    return re.sub(r"[^\w\-. ]+", " ", word).strip()[:100]


def dictionary(table: Table) -> list[dict[str, Any]]:
    """The columns as the DataStore gets them; ``type_override`` is what loaders (XLoader, DataPusher) keep to when they reload."""
    types = {
        "string": ("text", "text"),
        "integer": ("int8", "numeric"),
        "decimal": ("numeric", "numeric"),
        "number": ("float8", "numeric"),
        "date": ("date", "timestamp"),
        "boolean": ("bool", "text"),
    }
    return [
        {
            "id": column.name,
            "type": types[column.type][0],
            "info": {
                "label": column.label.ja,
                "label_en": column.label.en,
                "notes": f"{column.about.ja} / {column.about.en}",
                "type_override": types[column.type][1],
            },
        }
        for column in table.columns
    ]


def license_names(spdx: str) -> tuple[str, ...]:
    """The ids, in lower case, that CKAN sites give a licence; the core's have no version."""
    plain = re.sub(r"-\d.*$", "", spdx.lower())
    return (spdx.lower(), *{"cc0": ("cc-zero",)}.get(plain, ()), plain)
