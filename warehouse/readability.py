"""The machine-readability rule (行政データにおける機械可読性に関するルール, 2026-03-31) as checks on the files of a release, with a report.

The rule addresses ministries; here it is a yardstick. Each check has the rule's own number.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from warehouse.fields import Column, Table, Words

ROWS = 100_000  # of longer tables so many are looked at
BOM = b"\xef\xbb\xbf"
FORMS = {".csv", ".json", ".jsonl", ".xml", ".ods", ".xlsx", ".parquet"}
NUMERIC = {"integer", "decimal", "number"}
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
SYMBOLS = {
    "…", "...", "‥", "-", "－", "−", "‐", "ー", "―", "x", "X", "ｘ", "Ｘ",
    "*", "***", "p", "r", "#", "△", "▲", "皆増", "皆減", "NA", "N/A", "null", "NULL",
}  # fmt: skip
DITTO = {"〃", "同上", "々", '"', "''", "”", "以下同じ"}
# Circled and parenthesised marks, squared words, Roman numerals, half-width katakana, the wave dash of one platform, private use.
PLATFORM = re.compile(r"[\u2160-\u217f\u2460-\u24ff\u3220-\u3247\u3280-\u32ff\u3300-\u337f\uff5e\uff61-\uff9f\ue000-\uf8ff]")
LAYOUT = re.compile(r"^\s|\s$|[\t\r\n\u3000]|  ")
SEPARATOR = re.compile(r"\s*[;；、,，/／|]\s*")
YEAR = re.compile(r"(19|20)\d\d|(令和|平成|昭和|[RHS])\s?(\d+|元)")
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
NAMELESS = re.compile(r"|unnamed.*|column ?\d*|列\d*|field\d*|項目\d+|[_\d]+|[-－…?？]+", re.IGNORECASE)
ONE_OF_MANY = re.compile(r"その他\s*[（(:：].+")
VALUES = ("value", "actual_value", "target_value", "earlier_value", "later_value")
# The code list that a column refers to by a key, not by the field dictionary.
REFERRED = {
    "unit_code": "unit",
    "indicator_id": "indicator",
    "section_id": "section",
    "edition_id": "edition",
    "series_id": "series",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What breaks a rule, and where: line of the file (1 is the header; 0 the file itself) and column."""

    rule: str
    file: str
    line: int
    column: str
    message: Words

    def __str__(self) -> str:
        place = ", ".join([f"line {self.line}"] * bool(self.line) + [self.column] * bool(self.column))
        return f"{self.rule} {self.file}{f' ({place})' if place else ''}: {self.message}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule on one file: ``pass``, ``fail`` or ``exempt``, with the reason or the first faults. A rule that does not apply to a file has none."""

    rule: str
    title: Words
    file: str
    result: str
    detail: str


@dataclass(slots=True)
class Sheet:
    """A file as the rules see it. ``table`` is what the field dictionary says of it, None for a file that is not in it."""

    name: str
    path: Path
    table: Table | None = None
    raw: bytes = b""
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    for_people: bool = False
    columns: dict[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        self.columns = {column.name: column for column in self.table.columns} if self.table else {}

    @property
    def is_csv(self) -> bool:
        return self.path.suffix == ".csv"

    @property
    def is_table(self) -> bool:
        return self.path.suffix in (".csv", ".json", ".jsonl")

    @property
    def is_xlsx(self) -> bool:
        return self.path.suffix == ".xlsx"

    def column(self, name: str) -> Column | None:
        return self.columns.get(name)

    def is_numeric(self, name: str) -> bool:
        column = self.columns.get(name)
        return column.type in NUMERIC if column else bool(re.fullmatch(r"\d{4}年度", name))

    def cells(self) -> Iterator[tuple[int, str, str]]:
        """Line, column and text of every cell that is not blank."""
        for line, row in enumerate(self.rows, 2):
            for name, cell in zip(self.header, row, strict=False):
                if cell != "":
                    yield line, name, cell


@dataclass(slots=True)
class Folder:
    """A release as a whole: its sheets, the codes its code lists define, and the columns that the release before had."""

    path: Path
    sheets: list[Sheet]
    codes: dict[str, set[str]]
    previous: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_changed_on_record: bool = False


Found = Iterator[tuple[int, str, Words]]
Check = Callable[[Sheet, Folder], Found]


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    title: Words
    check: Check
    applies: Callable[[Sheet], bool]


RULES: list[Rule] = []


def _rule(rule_id: str, ja: str, en: str, applies: Callable[[Sheet], bool] | None = None) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        RULES.append(Rule(rule_id, Words(ja, en), check, applies or (lambda sheet: sheet.is_table)))
        return check

    return register


def _any(sheet: Sheet) -> bool:
    return True


def _csv(sheet: Sheet) -> bool:
    return sheet.is_csv


def _book(sheet: Sheet) -> bool:
    return sheet.is_xlsx


PEOPLE = Words("人が読むための表で、縦持ちの同じデータが別にある", "for people; the same data stands beside it in long format")
PRINTED = Words("報告書に印刷されたままの文字を保つ列", "the column keeps characters as the report prints them")
EXEMPTIONS: dict[str, Words] = {"L3-08": PEOPLE, "L3-09": PEOPLE}
PRINTED_FOR_PEOPLE = ("章番号", "章", "指標", "注記", "データセット概要", "備考")
PRINTED_RULES = ("L1-06", "L1-08")


@_rule("L1-01", "機械判読に適したファイル形式", "A format that machines read", _any)
def _format(sheet: Sheet, _: Folder) -> Found:
    if sheet.path.suffix not in FORMS:
        yield 0, "", Words(f"形式 {sheet.path.suffix or '不明'}", f"format {sheet.path.suffix or 'unknown'}")
    elif sheet.is_table:
        try:
            sheet.raw.decode("utf-8")
        except UnicodeDecodeError:
            yield 0, "", Words("UTF-8でない", "not UTF-8")


@_rule("L1-02", "一つのファイルに一つの表", "One table a file")
def _one_table(sheet: Sheet, _: Folder) -> Found:
    for line, row in enumerate(sheet.rows, 2):
        before = sheet.rows[line - 3] if line > 2 else [""]
        is_after_gap = line > 2 and not any(before)
        if row == sheet.header or (
            is_after_gap and len(row) > 1 and all(row) and not any(NUMBER.fullmatch(cell) for cell in row)
        ):
            yield line, "", Words("二つ目の表の見出し", "the header of a second table")


@_rule("L1-03", "空の行・列を入れない", "No empty rows or columns")
def _no_gaps(sheet: Sheet, _: Folder) -> Found:
    for line, row in enumerate(sheet.rows, 2):
        if not any(cell.strip() for cell in row):
            yield line, "", Words("空の行", "an empty row")
    for number, name in enumerate(sheet.header):
        if not name.strip() and not any(row[number].strip() for row in sheet.rows if len(row) > number):
            yield 1, f"#{number + 1}", Words("空の列", "an empty column")


@_rule("L1-04", "表の外に何も書かない", "Nothing outside the table")
def _nothing_outside(sheet: Sheet, _: Folder) -> Found:
    for line, row in enumerate(sheet.rows, 2):
        if row and 0 < len(row) < len(sheet.header) and any(row):
            yield line, "", Words(f"表に属さない行「{row[0][:30]}」", f"a line outside the table: {row[0][:30]!r}")


@_rule("L1-05", "すべての列に意味のある名前", "Every column has a meaningful name")
def _names(sheet: Sheet, _: Folder) -> Found:
    for number, name in enumerate(sheet.header, 1):
        if NAMELESS.fullmatch(name.strip()):
            yield 1, f"#{number}", Words(f"名前「{name}」", f"name {name!r}")


@_rule("L1-06", "体裁のための空白・改行を入れない", "No spaces or line breaks for layout")
def _no_layout(sheet: Sheet, _: Folder) -> Found:
    for name in sheet.header:
        if LAYOUT.search(name):
            yield 1, name, Words("列名の空白", "space in the name")
    for line, name, cell in sheet.cells():
        if not _is_printed(sheet, name) and LAYOUT.search(cell):
            yield line, name, Words(f"空白・改行「{cell[:30]}」", f"space or break in {cell[:30]!r}")


@_rule("L1-07", "一つのセルに一つのデータ", "One datum a cell")
def _one_datum(sheet: Sheet, folder: Folder) -> Found:
    for line, name, cell in sheet.cells():
        if not SEPARATOR.search(cell):
            continue
        parts = SEPARATOR.split(cell)
        if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", cell):
            continue
        known = _codes(sheet, name, folder)
        if (sheet.is_numeric(name) and all(NUMBER.fullmatch(part) for part in parts)) or (known and set(parts) <= known):
            yield line, name, Words(f"複数のデータ「{cell[:30]}」", f"several data in {cell[:30]!r}")


@_rule("L1-08", "機種依存文字を使わない", "No platform-dependent characters")
def _portable(sheet: Sheet, _: Folder) -> Found:
    for name in sheet.header:
        if PLATFORM.search(name):
            yield 1, name, Words("列名の機種依存文字", "platform-dependent character in the name")
    for line, name, cell in sheet.cells():
        if not _is_printed(sheet, name) and (found := PLATFORM.search(cell)):
            yield line, name, Words(f"機種依存文字「{found[0]}」", f"platform-dependent {found[0]!r}")


@_rule("L1-09", "空欄と0を区別する", "Blank and zero are distinct")
def _blank_is_not_zero(sheet: Sheet, _: Folder) -> Found:
    if not {"value", "obs_status"} <= set(sheet.header):
        return
    value, status = sheet.header.index("value"), sheet.header.index("obs_status")
    for line, row in enumerate(sheet.rows, 2):
        if len(row) <= max(value, status):
            continue
        is_missing = row[status] in {"H", "L", "M", "O", "Q"}
        if is_missing and row[value] != "":
            yield line, "value", Words(f"欠測なのに値 {row[value]}", f"missing by its status, yet {row[value]}")
        elif not is_missing and row[value] == "":
            yield line, "value", Words("欠測の状態がない空欄", "blank without a status that says why")


@_rule("L1-10", "オブジェクトを使わない", "No objects", _book)
def _no_objects(sheet: Sheet, _: Folder) -> Found:
    for part in _parts(sheet):
        if re.match(r"xl/(drawings|charts|media|embeddings)/", part):
            yield 0, "", Words(f"オブジェクト {part}", f"object {part}")


@_rule("L1-11", "書式で意味を表さない", "No meaning by format", _book)
def _no_meaning_by_format(sheet: Sheet, _: Folder) -> Found:
    # Cells of data may differ in number format and wrapping only: a fill or a struck or coloured font would say something.
    styles = _part(sheet, "xl/styles.xml")
    if re.search(r"<strike ?/?>|<color rgb=", styles.partition("<fills")[0]) or len(re.findall(r"<fgColor", styles)) > 1:
        yield 0, "", Words("色や取り消し線", "colours or strike-through")
    for part in _parts(sheet):
        if part.startswith("xl/worksheets/") and "<conditionalFormatting" in _part(sheet, part):
            yield 0, part, Words("条件付き書式", "conditional format")


@_rule("L1-12", "セルを結合しない", "No merged cells", _book)
def _no_merges(sheet: Sheet, _: Folder) -> Found:
    yield from _in_worksheets(sheet, "<mergeCell", Words("結合されたセル", "merged cells"))


@_rule("L1-13", "行・列を隠さない", "No hidden rows or columns", _book)
def _nothing_hidden(sheet: Sheet, _: Folder) -> Found:
    yield from _in_worksheets(sheet, 'hidden="1"', Words("隠れた行・列", "hidden rows or columns"))
    if re.search(r'state="(very)?[hH]idden"', _part(sheet, "xl/workbook.xml")):
        yield 0, "", Words("隠れたシート", "hidden sheet")


@_rule("L1-14", "1レコードは1行", "One record is one line", _csv)
def _one_line(sheet: Sheet, _: Folder) -> Found:
    for number, row in enumerate([sheet.header, *sheet.rows], 1):
        for cell in row:
            if "\n" in cell or "\r" in cell:
                yield number, "", Words(f"項目の中の改行「{cell[:20]!r}」", f"line break inside a field: {cell[:20]!r}")


@_rule("L1-15", "コンマを含む項目は引用符で囲む", "Fields with a comma are quoted", _csv)
def _quoted(sheet: Sheet, _: Folder) -> Found:
    for line, row in enumerate(sheet.rows, 2):
        if len(row) > len(sheet.header):
            yield (
                line,
                "",
                Words(f"項目が{len(row)}個（列は{len(sheet.header)}）", f"{len(row)} fields under {len(sheet.header)} columns"),
            )


@_rule("L2-01", "数値は数値だけ", "Numbers are bare")
def _bare_numbers(sheet: Sheet, _: Folder) -> Found:
    for line, name, cell in sheet.cells():
        if sheet.is_numeric(name) and not NUMBER.fullmatch(cell) and cell.strip() not in SYMBOLS:
            yield line, name, Words(f"数値でない「{cell[:30]}」", f"not a bare number: {cell[:30]!r}")


@_rule("L2-02", "「〃」「同上」で省略しない", "Nothing is abbreviated to ditto")
def _no_ditto(sheet: Sheet, _: Folder) -> Found:
    for line, name, cell in sheet.cells():
        if cell.strip() in DITTO:
            yield line, name, Words(f"省略「{cell}」", f"ditto {cell!r}")


@_rule("L2-03", "見出しは1行で、重複しない", "Headers are one row and unique")
def _one_header(sheet: Sheet, _: Folder) -> Found:
    for name, count in Counter(sheet.header).items():
        if count > 1:
            yield 1, name, Words(f"同じ列名が{count}つ", f"the name stands {count} times")
    numeric = [number for number, name in enumerate(sheet.header) if sheet.is_numeric(name)]
    first = sheet.rows[0] if sheet.rows else []
    words = [first[number] for number in numeric if number < len(first) and first[number]]
    if len(words) > 1 and not any(NUMBER.fullmatch(word) or word in SYMBOLS for word in words):
        yield 2, "", Words("2行目も見出し", "line 2 is a header too")


@_rule("L2-04", "符号の表記を揃える", "Coded values are spelt one way")
def _one_spelling(sheet: Sheet, folder: Folder) -> Found:
    spelt: dict[tuple[str, str], str] = {}
    known: dict[str, set[str] | None] = {}
    for line, name, cell in sheet.cells():
        if name not in known:
            known[name] = _codes(sheet, name, folder)
        codes = known[name]
        if not codes:
            continue
        if cell not in codes:
            yield line, name, Words(f"符号表にない「{cell[:30]}」", f"{cell[:30]!r} is not in the code list")
        folded = unicodedata.normalize("NFKC", cell).strip().casefold()
        if spelt.setdefault((name, folded), cell) != cell:
            yield line, name, Words(f"表記の揺れ「{cell}」", f"{cell!r} is spelt in two ways")


@_rule("L2-05", "「その他」の内訳は別の列", "What 'other' stands for has a column of its own")
def _other(sheet: Sheet, _: Folder) -> Found:
    for line, name, cell in sheet.cells():
        if not _is_printed(sheet, name) and ONE_OF_MANY.fullmatch(cell):
            yield line, name, Words(f"「{cell[:30]}」", f"{cell[:30]!r}")


@_rule("L2-06", "数式を残さない", "No formulas", _book)
def _no_formulas(sheet: Sheet, _: Folder) -> Found:
    yield from _in_worksheets(sheet, "<f>", Words("数式", "a formula"))


@_rule("L3-01", "1行目が見出し、2行目からデータ", "The header is line 1, data from line 2")
def _header_first(sheet: Sheet, _: Folder) -> Found:
    if not any(sheet.header) or len(sheet.header) < 2 or any(NUMBER.fullmatch(name) for name in sheet.header):
        yield 1, "", Words("1行目が見出しでない", "line 1 is not a header")
    elif sheet.table and not set(sheet.header) & set(sheet.table.names):
        yield 1, "", Words("1行目に列名がない", "line 1 holds no name of a column")


@_rule("L3-02", "符号表を添える", "Code lists are attached", lambda sheet: sheet.is_table and sheet.table is not None)
def _code_lists(sheet: Sheet, folder: Folder) -> Found:
    for name in sheet.header:
        column = sheet.column(name)
        wanted = column.codelist.name if column and column.codelist else REFERRED.get(name)
        if wanted and wanted not in folder.codes:
            yield 1, name, Words(f"符号表 {wanted} がない", f"code list {wanted} is not there")


@_rule("L3-03", "数値列の記号は定義を付ける", "Symbols in a numeric column are defined")
def _symbols(sheet: Sheet, _: Folder) -> Found:
    for line, name, cell in sheet.cells():
        if sheet.is_numeric(name) and cell.strip() in SYMBOLS:
            yield line, name, Words(f"定義のない記号「{cell}」", f"undefined symbol {cell!r}")


@_rule("L3-04", "すべての数値に単位", "Every number has a unit")
def _units(sheet: Sheet, _: Folder) -> Found:
    years = [number for number, name in enumerate(sheet.header) if re.fullmatch(r"\d{4}年度", name)]
    values = [sheet.header.index(name) for name in VALUES if name in sheet.header] + years
    if not values or "unit" in sheet.header:  # `unit` is the unit as printed: an index has none
        return
    unit = next((sheet.header.index(name) for name in ("unit_code", "単位") if name in sheet.header), None)
    if unit is None:
        yield 1, sheet.header[values[0]], Words("単位の列がない", "no column for its unit")
        return
    for line, row in enumerate(sheet.rows, 2):
        if len(row) > max(*values, unit) and not row[unit] and any(row[number] for number in values):
            yield line, sheet.header[unit], Words("単位のない数値", "a number without a unit")


@_rule("L3-05", "標準的な時間の表し方", "Standard time axis")
def _time(sheet: Sheet, _: Folder) -> Found:
    for line, name, cell in sheet.cells():
        column = sheet.column(name)
        is_day = column.type == "date" if column else False
        if (is_day and not DATE.fullmatch(cell)) or (name == "fiscal_year" and not re.fullmatch(r"(19|20|21)\d\d", cell)):
            yield line, name, Words(f"ISO 8601・西暦でない「{cell[:20]}」", f"{cell[:20]!r} is not ISO 8601")


@_rule("L3-06", "標準的な地域の表し方", "Standard area codes")
def _area(sheet: Sheet, _: Folder) -> Found:
    for name, pattern in (("area_code", r"\d{6}"), ("standard_area_code", r"\d{5}"), ("全国地方公共団体コード", r"\d{6}")):
        if name not in sheet.header:
            continue
        number = sheet.header.index(name)
        for line, row in enumerate(sheet.rows, 2):
            code = row[number] if number < len(row) else ""
            if not re.fullmatch(pattern, code) or (len(code) == 6 and not _checks(code)):
                yield line, name, Words(f"標準の符号でない「{code}」", f"{code!r} is not a standard code")


@_rule("L3-07", "毎年同じ列、違うときは変更履歴", "The same columns each year, else a change log")
def _same_columns(sheet: Sheet, folder: Folder) -> Found:
    if sheet.table and not set(sheet.header) ^ set(sheet.table.names) and list(sheet.table.names) != sheet.header:
        yield 1, "", Words("列の順が項目辞書と違う", "columns are not in the order of the dictionary")
    elif sheet.table and list(sheet.table.names) != sheet.header:
        yield 1, "", Words("列が項目辞書と違う", "columns are not those of the dictionary")
    before = folder.previous.get(sheet.name)
    if sheet.table and before is not None and list(before) != sheet.header and not folder.is_changed_on_record:
        yield 1, "", Words("前回と列が違い、変更履歴がない", "columns differ from the last release without a change on record")


@_rule(
    "L3-08", "定義・作成方法・更新・変更履歴・文字コードを示す", "Definitions, method, updates, history and encoding are stated"
)
def _documented(sheet: Sheet, folder: Folder) -> Found:
    for name in sheet.header:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
            yield 1, name, Words("英数字でない列名", "the name is not alphanumeric")
    if sheet.raw.startswith(BOM) != sheet.is_csv:
        yield 0, "", Words("BOMの有無が説明と違う", "whether there is a BOM is not as stated")
    for name in ("README.txt", "CHANGELOG.md", "data_dictionary.csv", "datapackage.json"):
        if not (folder.path / name).is_file():
            yield 0, "", Words(f"{name} がない", f"{name} is not there")


@_rule("L3-09", "縦持ち", "Long format")
def _long(sheet: Sheet, _: Folder) -> Found:
    years = [name for name in sheet.header if YEAR.search(name)]
    if len(years) > 1:
        yield 1, "、".join(years[:3]), Words("時間が横に並ぶ", "time runs across the columns")


def read(folder: Path, tables: Mapping[str, Table], for_people: Sequence[str] = (), previous: Path | None = None) -> Folder:
    """The machine-readable files of a release; ``tables`` says which of them the field dictionary describes, ``previous`` is the descriptor of the last one."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in FORMS and path.is_file())
    sheets = [
        _sheet(folder, name, tables.get(name), name in for_people) for name in names if name in tables or name in for_people
    ]
    codes: dict[str, set[str]] = {}
    for sheet in sheets:
        if sheet.name == "codelists/code.csv":
            for row in sheet.rows:
                codes.setdefault(row[0], set()).add(row[1])
        elif sheet.name.startswith("codelists/") and sheet.is_csv and sheet.table:
            key = sheet.table.primary_key[-1]
            if key in sheet.header:
                codes[sheet.table.name] = {row[sheet.header.index(key)] for row in sheet.rows}
    found = Folder(folder, sheets, codes)
    if previous and previous.is_file():
        before, now = _package(previous), _package(folder / "datapackage.json")
        found.previous = {
            entry["path"]: [column["name"] for column in entry["schema"]["fields"]] for entry in before["resources"]
        }
        found.is_changed_on_record = now.get("fieldsVersion") != before.get("fieldsVersion")
    return found


def check(folder: Folder) -> tuple[list[Outcome], list[Fault]]:
    """Every rule on every file."""
    outcomes: list[Outcome] = []
    faults: list[Fault] = []
    for sheet in folder.sheets:
        for rule in RULES:
            if not rule.applies(sheet):
                continue
            if sheet.for_people and rule.id in EXEMPTIONS:
                outcomes.append(Outcome(rule.id, rule.title, sheet.name, "exempt", str(EXEMPTIONS[rule.id])))
                continue
            found = [Fault(rule.id, sheet.name, line, column, words) for line, column, words in rule.check(sheet, folder)]
            faults += found
            detail = "; ".join(str(fault) for fault in found[:3])
            if (
                not found
                and rule.id in PRINTED_RULES
                and (printed := [name for name in sheet.header if _is_printed(sheet, name)])
            ):
                detail = f"{', '.join(printed)}: {PRINTED}"
            outcomes.append(Outcome(rule.id, rule.title, sheet.name, "fail" if found else "pass", detail))
    outcomes.sort(key=lambda outcome: (outcome.rule, outcome.file))
    return outcomes, faults


def report(outcomes: Sequence[Outcome], title: str) -> str:
    """The outcomes as a page that a catalogue officer can attach."""
    counts = Counter(outcome.result for outcome in outcomes)
    lines = [
        f"# 機械可読性の検査 / Machine readability: {title}",
        "",
        "「行政データにおける機械可読性に関するルール」（2026-03-31）を物差しとした検査。",
        "The rule addresses ministries and does not bind a city; it is used here as a yardstick.",
        "",
        "、".join(f"{name}: {counts[name]}" for name in ("pass", "fail", "exempt")),
        "",
        "| ルール | 内容 | 適合 | 不適合 | 除外 |",
        "|---|---|---|---|---|",
    ]
    for rule in sorted({outcome.rule: outcome for outcome in outcomes}.values(), key=lambda outcome: outcome.rule):
        results = Counter(outcome.result for outcome in outcomes if outcome.rule == rule.rule)
        lines.append(f"| {rule.rule} | {rule.title} | {results['pass']} | {results['fail']} | {results['exempt']} |")
    lines += ["", "## 除外と理由 / Exemptions", ""]
    noted = sorted({(o.rule, o.file, o.detail) for o in outcomes if o.result == "exempt" or (o.result == "pass" and o.detail)})
    lines += [f"- {rule} {file}: {detail}" for rule, file, detail in noted] or ["- なし / none"]
    lines += ["", "## 不適合 / Faults", ""]
    lines += [f"- {o.detail}" for o in outcomes if o.result == "fail"] or ["- なし / none"]
    return "\n".join(lines) + "\n"


def _sheet(folder: Path, name: str, table: Table | None, for_people: bool) -> Sheet:
    path = folder / name
    sheet = Sheet(name, path, table, for_people=for_people)
    if sheet.is_table:
        with path.open("rb") as file:
            sheet.raw = b"".join(islice(file, ROWS + 1))
    text = sheet.raw.decode("utf-8-sig", errors="replace")
    if sheet.is_csv:
        records = list(csv.reader(io.StringIO(text, newline="")))
        sheet.header, sheet.rows = (records[0], records[1:]) if records else ([], [])
    elif sheet.is_table:
        # One record a line, also in an array: what follows the part that was read would not parse.
        objects = [json.loads(line) for part in text.splitlines() if (line := part.strip().rstrip(",")) not in ("", "[", "]")]
        sheet.header = list(objects[0]) if objects else list(table.names if table else ())
        sheet.rows = [[_cell(sheet, key, entry[key]) for key in entry] for entry in objects]
    return sheet


def _cell(sheet: Sheet, name: str, value: object) -> str:
    """A JSON value as the text of a cell; a number that is written as text does not pass for one."""
    if value is None:
        return ""
    return f'"{value}"' if isinstance(value, str) and sheet.is_numeric(name) else str(value)


def _package(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return loaded


def _is_printed(sheet: Sheet, name: str) -> bool:
    column = sheet.column(name)
    return column.printed if column else name in PRINTED_FOR_PEOPLE


def _codes(sheet: Sheet, name: str, folder: Folder) -> set[str] | None:
    column = sheet.column(name)
    if column and column.codelist:
        return {code.code for code in column.codelist.codes}
    return folder.codes.get(REFERRED[name]) if sheet.table and name in REFERRED else None


def _checks(code: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return int(code[5]) == (11 - total % 11 if total >= 11 else 11 - total) % 10


def _parts(sheet: Sheet) -> list[str]:
    with zipfile.ZipFile(sheet.path) as book:
        return book.namelist()


def _part(sheet: Sheet, name: str) -> str:
    with zipfile.ZipFile(sheet.path) as book:
        return book.read(name).decode("utf-8")


def _in_worksheets(sheet: Sheet, needle: str, message: Words) -> Found:
    for part in _parts(sheet):
        if part.startswith("xl/worksheets/") and part.endswith(".xml") and needle in _part(sheet, part):
            yield 0, part, message
