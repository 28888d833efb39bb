"""What people read in a release: README, change log, data dictionary, the row for a city's list of open data. Dates are the editions'."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sources.spreadsheets import CONVENTION, guarded
from warehouse import fields
from warehouse.codelists import CODE_TABLES
from warehouse.exports.contents import SERIES_TABLES, Dataset, Resource, published, rows
from warehouse.exports.tables import BOM

if TYPE_CHECKING:
    import duckdb

    from sources.registry import Edition, Registry

DICTIONARY = (
    "table",
    "column",
    "type",
    "label_ja",
    "label_en",
    "description_ja",
    "description_en",
    "required",
    "codelist",
    "sdmx",
)
# Columns of 自治体標準オープンデータセット A-06 that can be filled without inventing an address.
LISTED = (
    "全国地方公共団体コード", "ID", "地方公共団体名", "データセット名", "データセット概要", "キーワード", "分類", "更新頻度", "ライセンス",
    "ファイル名", "ファイル形式", "備考",
)  # fmt: skip
FREQUENCIES = {"P1Y": "年次"}


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def write_rows(path: Path, header: Sequence[str], lines: Sequence[Sequence[object]]) -> None:
    """A small CSV in the form of the large ones."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(["" if cell is None else guarded(str(cell)) for cell in row] for row in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((BOM + buffer.getvalue()).encode())


def dictionary_rows() -> list[tuple[object, ...]]:
    """One row a published column."""
    names = (*(table for table, _ in SERIES_TABLES.values()), *CODE_TABLES)
    return [
        (
            table.name, column.name, column.type, column.label.ja, column.label.en, column.about.ja, column.about.en,
            "true" if column.required else "false", column.codelist.name if column.codelist else None, column.sdmx,
        )
        for table in map(published, names)
        for column in table.columns
    ]  # fmt: skip


def write_dictionary(folder: Path) -> None:
    described = dictionary_rows()
    write_rows(folder / "data_dictionary.csv", DICTIONARY, described)
    records = [dict(zip(DICTIONARY, row, strict=True)) for row in described]
    write_text(folder / "data_dictionary.json", json.dumps(records, ensure_ascii=False, indent=1) + "\n")


def write_open_data_list(dataset: Dataset, folder: Path) -> None:
    """The row for the city's オープンデータ一覧; what is not known is left empty."""
    series = dataset.series
    row = (
        series["area_code"], dataset.name, series["area_ja"], series["title_ja"], series["description_ja"], "進捗、計画、KPI", "行財政",
        FREQUENCIES.get(str(series["frequency"]), series["frequency"]), series["license"], f"{dataset.name}_observations.csv", "CSV",
        dataset.notice.ja,
    )  # fmt: skip
    write_rows(folder / f"{dataset.name}_open_data_list.csv", LISTED, [row])


def readme(dataset: Dataset, resources: Sequence[Resource], version: str) -> str:
    series, name = dataset.series, dataset.name
    tables = [resource for resource in resources if resource.dataset]
    return "\n".join([
        f"{series['title_ja']}", f"{series['title_en']}", "", f"版 / Version: {version}", "",
        *([f"※ {dataset.notice.ja}", f"  {dataset.notice.en}", ""] if dataset.facsimiles else []),
        str(series["description_ja"]), str(series["description_en"]), "",
        "出典 / How to cite", f"  {dataset.citation.ja}", f"  {dataset.citation.en}", "",
        "もとの報告書 / Source reports",
        *[f"  {e['edition_id']}  {e['title_ja']}  sha256 {e['sha256']}  公表日 {e['issued'] or '不明 (unknown)'}" for e in dataset.editions], "",
        "表 / Tables",
        *[f"  {resource.stem}.csv .json  {resource.rows} 行 rows  {resource.table.about}" for resource in tables],
        f"  {name}_observations.jsonl .parquet, {name}_figures.jsonl .parquet  同じ内容 / the same",
        f"  {name}_wide_ja.csv  年度を横に並べた表（人が読むため） / fiscal years across, for people",
        f"  {name}.xlsx  Excelブック / workbook", "",
        "読み込み方 / Loading",
        *[f"  {program}: {line.format(file=f'{name}_observations')}" for program, line in LOADING.items()], "",
        README_TAIL,
    ])  # fmt: skip


def index(datasets: Sequence[Dataset], version: str) -> str:
    """The README of a release of several: where to find each, and what they have in common."""
    return "\n".join([
        "進捗報告のオープンデータ / Open data of progress reports", "", f"版 / Version: {version}", "",
        "データセット / Datasets",
        "  説明は <名前>.README.txt、記述は <名前>.datapackage.json など。 / <name>.README.txt explains each, <name>.datapackage.json and others describe it.",
        *[f"  {dataset.name}  {dataset.series['title_ja']} / {dataset.series['title_en']}" for dataset in datasets], "",
        README_TAIL,
    ])  # fmt: skip


# One line each; codes stay text. The tests run those of Python and SQL as they stand here.
LOADING = {
    "pandas": 'pandas.read_csv("{file}.csv", dtype={{"area_code": str, "standard_area_code": str}})',
    "polars": 'polars.read_parquet("{file}.parquet")',
    "DuckDB": "SELECT * FROM '{file}.parquet'",
    "R": 'readr::read_csv("{file}.csv", col_types = readr::cols(area_code = "c", standard_area_code = "c"))',
    "Excel": "{file}.csv を開く（BOM付きのため文字化けしない）。コードを文字のまま見るには xlsx を使う / open it; for codes as text use the xlsx",
}

README_TAIL = f"""共通 / In common
  codelists/              コードリスト / code lists
  data_dictionary.csv     項目の説明 / what each column means
  datapackage.json        Data Package v2
  csv-metadata.json       CSV on the Web
  dcat.jsonld dcat.ttl    DCAT 3
  *.schema_org.jsonld     schema.org Dataset
  prov.jsonld             PROV-O: 値ごとの出どころ / where each value came from
  CHANGELOG.md            変更履歴と理由 / changes with reasons
  machine_readability.csv 機械可読性ルールの検査結果 / results of the machine-readability checks
  SHA256SUMS              全ファイルのSHA-256

形式 / Form
  CSV: UTF-8（BOMあり）、改行CRLF、RFC 4180。JSON・JSON Lines: UTF-8（BOMなし）。
  CSV: UTF-8 with BOM, CRLF, RFC 4180. JSON and JSON Lines: UTF-8 without BOM.
  {CONVENTION.ja}
  {CONVENTION.en}
  空欄は「値なし」で、0ではない。理由は obs_status（SDMX CL_OBS_STATUS）にある。数値欄に記号は使わない。
  Empty is no value and never zero; obs_status (SDMX CL_OBS_STATUS) says why. Numeric columns hold no symbols.
  area_code などのコードは文字であり、数として読まない。 / Codes such as area_code are text.
  日付は西暦のISO 8601。年度は4月1日から翌年3月31日。 / Dates are ISO 8601; a fiscal year runs from 1 April to 31 March.

作り方 / Method
  報告書のPDFに印刷された数値をすべて読み取り、指標・期間・単位に結び付け、検査したもの。読まなかった数字は ledger に理由を記す。
  Every number that the report's PDF prints is read, matched to indicator, period and unit, and checked; ledger says why a number is not here.
  更新は報告書の公表ごと。 / Updated when a new report is published.
"""


Revisions = Mapping[str, Sequence[str]]


def revisions(connection: duckdb.DuckDBPyConnection) -> Revisions:
    """What each edition, by its id, says otherwise than the one before."""
    found: dict[str, list[str]] = {}
    kinds = fields.codelist("revision_kind")
    for edition_id, ja, en, end, old, new, kind in connection.execute(
        "SELECT later_edition_id, indicator_ja, indicator_en, period_end, earlier_text, later_text, revision_kind FROM revision ORDER BY ALL"
    ).fetchall():
        found.setdefault(edition_id, []).append(f"{ja} / {en}（{end}）: {old} → {new}: {kinds[kind].label}")
    return found


def changelog(dataset: Dataset, registry: Registry | None, revised: Revisions) -> str:
    """What each edition brought, what later editions say otherwise, what a person corrected and why, errata and withdrawals."""
    lines = [CHANGES, "", f"## {dataset.name}", ""]
    parts = [(edition["fiscal_year"], _published(edition, registry, revised)) for edition in dataset.editions]
    parts += [(edition.fiscal_year, _withdrawn(edition)) for edition in _withdrawn_editions(registry, dataset)]
    for _, part in sorted(parts, key=lambda pair: pair[0], reverse=True):
        lines += [*part, ""]
    return "\n".join([*lines, *_columns()]) + "\n"


CHANGES = "# 変更履歴 / Change log"


def common_changelog() -> str:
    """What changed for every dataset of a release of several."""
    told = "各データセットの変更は <名前>.CHANGELOG.md にある。 / <name>.CHANGELOG.md tells the changes of each dataset."
    return "\n".join([CHANGES, "", _words(told), "", *_columns()]) + "\n"


def _columns() -> list[str]:
    return ["## 列の変更 / Changes of columns", "", *(f"- {change.version}: {change.words}" for change in reversed(fields.dictionary().changes))]


def _words(text: object) -> str:
    """Text from a report or a registry file in Markdown: no HTML, no link, no picture, no code of its own."""
    return re.sub(r"[\\`*~\[\]<>&]", lambda sign: f"\\{sign[0]}", " ".join(str(text).split()))


def _published(row: Mapping[str, Any], registry: Registry | None, revised: Revisions) -> list[str]:
    issued = f"（公表 / issued {row['issued']}）" if row["issued"] else ""
    lines = [f"### {row['edition']}: {_words(row['title_ja'])} / {_words(row['title_en'])}{issued}", ""]
    if row["origin"] == "facsimile":
        lines.append(f"- 【再現版 / facsimile】{_words(row['origin_note_ja'])} / {_words(row['origin_note_en'])}")
    lines += [f"- {_words(line)}" for line in revised.get(str(row["edition_id"]), ())]
    edition = registry.editions.get(str(row["edition_id"])) if registry else None
    if edition:
        lines += [f"- {_words(line)}" for line in (*_decisions(edition), *_errata(edition), *_history(edition))]
    return [*lines, "- 収録 / added"]


def _withdrawn_editions(registry: Registry | None, dataset: Dataset) -> list[Edition]:
    series = registry.series.get(dataset.series["series_id"]) if registry else None
    return [edition for edition in series.editions.values() if edition.status == "withdrawn"] if series else []


def _withdrawn(edition: Edition) -> list[str]:
    title = edition.meta.title
    lines = [f"### {edition.id}: {_words(title.ja)} / {_words(title.en)}【取下げ / withdrawn】", ""]
    return [*lines, *(f"- {_words(line)}" for line in _history(edition))]


def _decisions(edition: Edition) -> list[str]:
    decisions = edition.decisions
    lines = [
        f"訂正 / corrected {entry.figure}: {entry.expect}: {entry.reason}（{entry.when}）" for entry in decisions.corrections
    ]
    lines += [f"確認 / acknowledged {entry.finding}: {entry.reason}（{entry.when}）" for entry in decisions.acknowledgements]
    lines += [f"差し替え / file replaced {entry.file}: {entry.reason}（{entry.replaced}）" for entry in edition.meta.revisions]
    return lines


def _errata(edition: Edition) -> list[str]:
    """What was published of the edition otherwise before."""
    lines = []
    for erratum in sorted(edition.errata, key=lambda erratum: erratum.when, reverse=True):
        indicator = edition.series.indicators.get(erratum.indicator)
        name = f"{indicator.name.ja} / {indicator.name.en}" if indicator else erratum.indicator
        span = f"（{erratum.period_start}～{erratum.period_end}）" if erratum.period_end else ""
        lines.append(f"正誤 / erratum {erratum.when}: {name}{span}: {erratum.before or '－'} → {erratum.after or '－'}")
    return lines


STATUSES = {"accepted": "承認 / accepted", "withdrawn": "取下げ / withdrawn"}


def _history(edition: Edition) -> list[str]:
    """When the edition was accepted or withdrawn and why, the latest first; who did it is not the public's."""
    changes = [change for change in reversed(edition.meta.history) if change.status in STATUSES]
    return [f"{STATUSES[change.status]} {change.when}{f': {change.reason}' if change.reason else ''}" for change in changes]


def wide(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> tuple[list[str], list[list[object]]]:
    """Fiscal years across, indicators down, Japanese headers; what its value is read with stands in the last columns."""
    records = rows(connection, WIDE, [dataset.series["series_id"]])
    years = sorted({int(record["fiscal_year"]) for record in records if record["fiscal_year"] is not None})
    measures = [code.code for code in fields.codelist("measure").codes]
    grouped: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
    for record in records:
        place = (record["section_no"] or "", record["indicator_id"], measures.index(record["measure"]), record["base"] or "", record["span"])
        grouped.setdefault((*place, record["unit_code"], str(record["obs_status"] == "O")), []).append(record)
    origin = "再現版（facsimile）" if dataset.facsimiles else "原本"
    across = [f"{year}年度" for year in years]
    header = ["章番号", "章", "指標ID", "指標", "測り方", "期間", "比較", "単位", *across, "注記", "原本の別"]
    return header, [[*_wide_row(group, years), origin] for _, group in sorted(grouped.items(), key=lambda item: item[0])]


WIDE = """
    SELECT l.*, s.section_no,
        CASE WHEN period_start = period_end THEN strftime(period_end, '%m-%d') || '時点'
            WHEN period_start = make_date(fiscal_year, 4, 1) AND period_end = make_date(fiscal_year + 1, 3, 31) THEN '年度'
            ELSE strftime(period_start, '%Y-%m-%d') || 'から' END AS span,
        CASE WHEN base_end IS NULL THEN NULL
            WHEN datediff('month', base_end, period_end) = 12 THEN '前年度比'
            ELSE year(base_end - INTERVAL 3 MONTH) || '年度比' END AS base
    FROM latest AS l JOIN indicator AS i USING (series_id, indicator_id)
    LEFT JOIN section AS s ON s.series_id = i.series_id AND s.section_id = i.section_id
    WHERE l.series_id = ? ORDER BY ALL
"""


def _wide_row(group: Sequence[Mapping[str, Any]], years: Sequence[int]) -> list[object]:
    """One indicator and measure over the years; a value that is not exact, or is missing, is quoted as it is printed."""
    first, by_year = group[0], {record["fiscal_year"]: record for record in group}
    remarks = [
        f"{record['fiscal_year']}年度は「{record['source_text']}」"
        for record in group
        if record["value"] is None or record["qualifier"] not in (None, "exact")
    ]
    return [
        first["section_no"], first["section_ja"], first["indicator_id"], first["indicator_ja"],
        fields.codelist("measure")[first["measure"]].label.ja, first["span"], first["base"], first["unit_ja"],
        *[number(by_year[year]["value"]) if year in by_year else None for year in years], "、".join(remarks),
    ]  # fmt: skip


def number(value: Any) -> str | None:
    """A decimal as it is printed in a CSV."""
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
