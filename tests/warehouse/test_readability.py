"""Each rule of the machine-readability rule is broken once in a sound release, and seen."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse import readability
from warehouse.codelists import CODE_TABLES
from warehouse.exports import contents, write_exports

OBSERVATIONS = "401005_kitaq_dx_observations.csv"
WIDE, BOOK = "401005_kitaq_dx_wide_ja.csv", "401005_kitaq_dx.xlsx"


@pytest.fixture(scope="module")
def sound(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_exports(warehouse, None, tmp_path_factory.mktemp("exports")).path


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "release"))


def faults(folder: Path, previous: Path | None = None) -> list[readability.Fault]:
    described = {
        f"{stem}{form}": contents.published(table)
        for stem, table in [
            *((f"401005_kitaq_dx_{name}", table) for name, (table, _) in contents.SERIES_TABLES.items()),
            *((f"codelists/{table}", table) for table in CODE_TABLES),
        ]
        for form in (".csv", ".json", ".doc")
    }
    return readability.check(readability.read(folder, described, [WIDE, BOOK], previous))[1]


def swap(old: str, new: str, name: str = OBSERVATIONS) -> Callable[[Path], None]:
    def break_it(folder: Path) -> None:
        text = (folder / name).read_bytes().decode()
        assert old in text
        (folder / name).write_bytes(text.replace(old, new, 1).encode())

    return break_it


def add(line: str, name: str = OBSERVATIONS) -> Callable[[Path], None]:
    def break_it(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes() + line.encode() + b"\r\n")

    return break_it


def in_book(part: str, old: str, new: str) -> Callable[[Path], None]:
    def break_it(folder: Path) -> None:
        with zipfile.ZipFile(folder / BOOK) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        if part in parts:
            assert old.encode() in parts[part]
        parts[part] = parts.get(part, b"").replace(old.encode(), new.encode(), 1) if part in parts else new.encode()
        with zipfile.ZipFile(folder / BOOK, "w") as book:
            for name, content in parts.items():
                book.writestr(name, content)

    return break_it


def drop_zero(folder: Path) -> None:
    text = (folder / OBSERVATIONS).read_bytes().decode().split("\r\n")
    number = next(n for n, line in enumerate(text) if ",O," in line)
    text[number] = text[number].replace(",,,,percent", ",,,0,percent")
    (folder / OBSERVATIONS).write_bytes("\r\n".join(text).encode())


def as_document(folder: Path) -> None:
    (folder / OBSERVATIONS).write_bytes((folder / OBSERVATIONS).read_bytes().replace("枚".encode(), "枚".encode("cp932"), 1))


SHEET = "xl/worksheets/sheet2.xml"
BROKEN: dict[str, Callable[[Path], None]] = {
    "L1-01": as_document,
    "L1-02": add("\r\nedition,name,colour"),
    "L1-03": add("," * 22),
    "L1-04": add("出典：北九州市"),
    "L1-05": swap(",obs_note,", ",列19,"),
    "L1-06": swap("第01章", "第 01　章", "codelists/section.csv"),
    "L1-07": swap(",300000,", ",300000、270000,"),
    "L1-08": swap("第01章", "第①章", "codelists/section.csv"),
    "L1-09": drop_zero,
    "L1-10": in_book("xl/media/image1.png", "", "picture"),
    "L1-11": in_book(SHEET, "</worksheet>", "<conditionalFormatting/></worksheet>"),
    "L1-12": in_book(SHEET, "</worksheet>", '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells></worksheet>'),
    "L1-13": in_book(SHEET, '<row r="3"', '<row r="3" hidden="1"'),
    "L1-14": swap("30 万枚超", '"30 \n万枚超"'),
    "L1-15": swap("30 万枚超", "30,万枚超"),
    "L2-01": swap(",300000,", ",300000枚,"),
    "L2-02": swap(",枚,", ",〃,"),
    "L2-03": swap(",obs_note,", ",value,"),
    "L2-04": swap(",level,", ",Level,"),
    "L2-05": swap("第01章", "その他（雑）", "codelists/section.csv"),
    "L2-06": in_book(SHEET, "</c>", "<f>A1+1</f></c>"),
    "L3-01": swap("\ufeff", "\ufeff令和6年度の進捗状況\r\n"),
    "L3-02": lambda folder: (folder / "codelists" / "unit.csv").unlink(),
    "L3-03": swap(",300000,", ",…,"),
    "L3-04": swap(",300000,sheet,", ",300000,,"),
    "L3-05": swap(",2025-03-31,", ",令和7年3月31日,"),
    "L3-06": swap(",401005,", ",401006,"),
    "L3-07": swap(",obs_note,", ",obs_remark,"),
    "L3-08": lambda folder: (folder / "CHANGELOG.md").unlink(),
    "L3-09": swap(",value,unit_code,", ",FY2023,FY2024,"),
}


def test_a_release_breaks_no_rule(sound: Path) -> None:
    assert faults(sound) == []


def test_there_is_a_fault_for_every_rule() -> None:
    assert sorted(BROKEN) == sorted(rule.id for rule in readability.RULES)
    assert len(readability.RULES) == 15 + 6 + 9


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_a_broken_rule_is_seen_where_it_is_broken(folder: Path, rule: str) -> None:
    BROKEN[rule](folder)
    found = [fault for fault in faults(folder) if fault.rule == rule]
    assert found and all(fault.message.ja and fault.message.en for fault in found)


def test_the_same_rules_hold_for_json(folder: Path) -> None:
    name = OBSERVATIONS.replace(".csv", ".json")
    swap('"value":300000', '"value":"300,000"', name)(folder)
    assert [(fault.rule, fault.file, fault.column) for fault in faults(folder)] == [("L2-01", name, "value")]


def test_columns_may_change_only_with_a_change_on_record(folder: Path, sound: Path, tmp_path: Path) -> None:
    before = Path(shutil.copytree(sound, tmp_path / "before"))
    package = json.loads((before / "datapackage.json").read_text())
    [entry] = [entry for entry in package["resources"] if entry["path"] == OBSERVATIONS]
    del entry["schema"]["fields"][-1]
    (before / "datapackage.json").write_text(json.dumps(package))
    assert [fault.rule for fault in faults(folder, before / "datapackage.json")] == ["L3-07"]
    package["fieldsVersion"] -= 1
    (before / "datapackage.json").write_text(json.dumps(package))
    assert faults(folder, before / "datapackage.json") == []


def test_exemptions_stand_in_the_report_with_their_reason(sound: Path) -> None:
    text = (sound / "machine_readability.md").read_text("utf-8")
    assert f"L3-09 {WIDE}: 人が読むための表" in text and "source_text" in text and "| L1-01 |" in text
    assert "does not bind a city" in text
