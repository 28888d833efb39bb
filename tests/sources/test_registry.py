"""The registry: what is wrong in a file is said with file, line, path and remedy; files of a writable folder come first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sources import registry
from sources.decisions import Acknowledgement, append
from sources.errors import ShinchokuError
from sources.registry import BUNDLED, check_digit, find_edition, load, unit, unit_code
from sources.schemas import FOLDER, MODELS, schema_text

Spoil = Callable[[str, str, str], str]


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """Replace something in a copy of the series; returns the message in both languages."""
    def run(name: str, old: str, new: str) -> str:
        shutil.copytree(BUNDLED / "kitakyushu_dx", tmp_path / "kitakyushu_dx")
        path = tmp_path / "kitakyushu_dx" / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ShinchokuError) as caught:
            load(tmp_path)
        return f"{caught.value}"
    return run


def line_of(name: str, text: str) -> int:
    lines = (BUNDLED / "kitakyushu_dx" / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_the_bundled_series_is_sound() -> None:
    series = load().series["kitakyushu_dx"]
    assert series.meta.area_code == "401005" and series.meta.landing_page is None
    assert [section.number for section in series.sections.values()] == [f"{n:02d}" for n in range(1, 12)] + [""]
    edition = load().edition("kitakyushu_dx-R6")
    assert edition.edition_id == "kitakyushu_dx-R6" and edition.origin == "facsimile" and edition.meta.origin_note
    assert edition.checked_report().name == "report.pdf"
    parts = [i for i in series.indicators.values() if i.component == "part"]
    assert parts and all(i.total in series.indicators for i in parts)


@pytest.mark.parametrize(("five", "digit"), [("40100", "5"), ("40000", "9"), ("01000", "6"), ("13000", "1"), ("27100", "4")])
def test_check_digit(five: str, digit: str) -> None:
    assert check_digit(five) == digit


@pytest.mark.parametrize(("name", "old", "new", "says"), [
    ("indicators.yaml", "section: s06", "section: s66", ["unknown section 's66'", "章「s66」はありません", "s06"]),
    ("indicators.yaml", "unit: map", "unit: mapp", ["unknown unit 'mapp'", "Did you mean 'map'", "単位"]),
    ("indicators.yaml", "total: procedures\n", "total: procedure\n", ["unknown indicator 'procedure'", "procedures"]),
    ("indicators.yaml", "cumulative: true", "cummulative: true", ["unknown key", "Did you mean 'cumulative'", "ではありませんか"]),
    ("indicators.yaml", "direction: down", "direction: sideways", ["'sideways' is not allowed", "使えるのは"]),
    ("indicators.yaml", "id: open_datasets", "id: shared_maps", ["taken already", "使われています"]),
    ("series.yaml", '"401005"', '"401006"', ["check digit", "検査数字"]),
    ("series.yaml", '"401005"', "401005", ["quotes", "引用符"]),
    ("series.yaml", "dataset: 401005_kitaq_dx\n", "", ["dataset", "required", "必須"]),
    ("series.yaml", "area:", "area_code:", ["stands twice", "二度"]),
    ("series.yaml", "frequency: P1Y", "frequency: [P1Y", ["not valid YAML", "YAMLとして読めません"]),
    ("editions/R6/edition.yaml", "edition: R6", "edition: R8", ["name of its folder", "フォルダ名"]),
    ("editions/R6/edition.yaml", "origin: facsimile", "origin: copy", ["'copy' is not allowed", "facsimile"]),
])
def test_what_is_wrong_is_said_with_its_place(spoil: Spoil, name: str, old: str, new: str, says: list[str]) -> None:
    message = spoil(name, old, new)
    assert all(part in message for part in (*says, Path(name).name)), message


def test_the_line_is_named(spoil: Spoil) -> None:
    message = spoil("indicators.yaml", "unit: map", "unit: mapp")
    assert f"indicators.yaml:{line_of('indicators.yaml', 'unit: map')}: " in message


def test_another_file_than_the_edition_says(tmp_path: Path) -> None:
    shutil.copytree(BUNDLED / "kitakyushu_dx", tmp_path / "kitakyushu_dx")
    (tmp_path / "kitakyushu_dx/editions/R6/report.pdf").write_bytes(b"%PDF-1.4 other")
    with pytest.raises(ShinchokuError, match="sha256") as caught:
        load(tmp_path).edition("kitakyushu_dx-R6").checked_report()
    assert "edition.yaml" in caught.value.ja
    (tmp_path / "kitakyushu_dx/editions/R6/report.pdf").unlink()
    assert load(tmp_path).edition("kitakyushu_dx-R6").checked_report().is_relative_to(BUNDLED)


def test_an_unknown_edition_names_those_there_are() -> None:
    with pytest.raises(ShinchokuError, match="kitakyushu_dx-R6"):
        load().edition("R99")


def test_an_edition_is_found_without_reading_the_other_series(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "series.yaml").write_text("id: [")
    found = find_edition("kitakyushu_dx-R6", tmp_path)
    assert found is not None and found.edition_id == "kitakyushu_dx-R6"
    assert find_edition("kitakyushu_dx-R99", tmp_path) is find_edition("nobody-R6", tmp_path) is find_edition("R6", tmp_path) is None
    with pytest.raises(ShinchokuError, match=r"other/series\.yaml"):
        find_edition("other-R6", tmp_path)


def test_decisions_in_a_writable_folder_stand_beside_the_bundled_edition(tmp_path: Path) -> None:
    edition = load(tmp_path).edition("kitakyushu_dx-R6")
    assert edition.decisions.acknowledgements == ()
    decision = Acknowledgement(finding="unit_loose:x", expect="+20件", reason="原文のまま", who="佐藤", when=date(2026, 6, 1))
    append(edition.decisions_file, decision)
    assert edition.decisions_file.is_relative_to(tmp_path)
    assert load(tmp_path).edition("kitakyushu_dx-R6").decisions.acknowledgements == (decision,)
    assert load().edition("kitakyushu_dx-R6").decisions.acknowledgements == ()


def test_a_decision_keeps_the_comments_and_the_others(tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    path.write_text('# 佐藤が確認中\nacknowledgements:\n  - finding: "a:b"  # 電話で確認\n    expect: "1件"\n    reason: r\n    who: w\n'
                    "    when: 2026-06-01\n", encoding="utf-8")
    append(path, Acknowledgement(finding="c:d", expect="2件", reason="r", who="w", when=date(2026, 6, 2)))
    text = path.read_text(encoding="utf-8")
    assert "# 佐藤が確認中" in text and "# 電話で確認" in text and text.count("finding:") == 2
    assert list(tmp_path.iterdir()) == [path]
    append(path, Acknowledgement(finding="c:d", expect="3件", reason="r", who="w", when=date(2026, 6, 3)))
    text = path.read_text(encoding="utf-8")
    decided, former = text.split("former:")
    assert decided.count("finding:") == 2 and "3件" in decided and "2件" not in decided
    assert "until: 2026-06-03" in former and "2件" in former and "who: w" in former, "what was decided before is kept"


def test_a_file_that_would_not_be_valid_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "decisions.yaml"
    path.write_text("acknowledgments: []\n", encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(ShinchokuError, match="acknowledgements"):
        append(path, Acknowledgement(finding="c:d", expect="2件", reason="r", who="w", when=date(2026, 6, 2)))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_units_and_rates() -> None:
    assert (unit_code("人"), unit_code("名"), unit_code("時間/年")) == ("person", "person", "hour_per_year")
    rate = unit("hour_per_year")
    assert rate and (rate.name.ja, rate.name.en, rate.ucum) == ("時間/年", "hours per year", "h/a")
    assert unit("hour_per_fortnight") is None and unit_code("ふわふわ") is None


def test_loading_again_reads_only_what_changed(tmp_path: Path) -> None:
    first = load(tmp_path).series["kitakyushu_dx"]
    assert load(tmp_path).series["kitakyushu_dx"] is first


@pytest.mark.parametrize("name", MODELS)
def test_schemas_are_up_to_date(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == schema_text(name), "run python -m sources.schemas"


def test_every_file_names_its_schema() -> None:
    for path in registry.BUNDLED.rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.partition("=")[2]).resolve().is_file(), path
