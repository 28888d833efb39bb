"""What is made of one series alone: made once, from exactly what it says, and to the same bytes as when everything is made anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import made_up
import pytest

from sources import whole
from warehouse.build import build_warehouse
from warehouse.exports import write_exports
from warehouse.parts import Parts, lay

OTHER = "435015_plan"


class Country:
    """Two series, each with an edition, in one warehouse."""

    def __init__(self, root: Path) -> None:
        self.root, self.warehouse, self.parts = root, root / "w.duckdb", root / "parts"
        figures, observations, indicators = made_up.rows()
        self.lists = made_up.code_lists(indicators, [made_up.edition()])
        self.staged = [made_up.stage(root / "kitakyushu_dx-R6", figures, observations)]
        for name in ("indicator", "section"):
            self.lists[name] += [row | {"series_id": "sagara_plan"} for row in self.lists[name]]
        self.lists["series"].append(made_up.series("sagara_plan", dataset=OTHER, area_code="435015", standard_area_code="43501"))
        self.add("sagara_plan-R5", 2023)

    def add(self, edition: str, fiscal_year: int) -> None:
        """One more edition of the second series."""
        _, observations, _ = made_up.rows()
        rows = [{**row, "edition_id": edition, "figure_id": None, "area_code": "435015", "standard_area_code": "43501"} for row in observations]
        self.lists["edition"].append(made_up.edition(edition, fiscal_year))
        self.staged.append(made_up.stage(self.root / edition, [], rows))
        self.build()

    def build(self) -> None:
        build_warehouse(self.staged, self.lists, self.warehouse)

    def publish(self, out: Path, parts: Path | None) -> Path:
        return write_exports(self.warehouse, None, out, parts=parts).path


@pytest.fixture
def country(tmp_path: Path) -> Country:
    return Country(tmp_path)


def test_a_release_made_step_by_step_is_that_made_from_nothing(country: Country, tmp_path: Path) -> None:
    first = country.publish(tmp_path / "steps", country.parts)
    country.add("sagara_plan-R6", 2024)
    second = country.publish(tmp_path / "steps", country.parts)
    anew = country.publish(tmp_path / "anew", None)
    assert whole.checksums(second) == whole.checksums(anew) and second.name == anew.name
    own = [name for name in whole.checksums(first) if name.startswith("401005_kitaq_dx")]
    assert len(own) > 20 and all((first / name).samefile(second / name) for name in own)
    assert whole.checksums(first) != whole.checksums(second)


@pytest.mark.parametrize(
    ("table", "change"), [("series", {"title_ja": "別の題"}), ("indicator", {"name_en": "Another name"}), ("edition", {"source_url": "https://x.example/"})]
)
def test_what_is_said_of_a_series_makes_its_part_anew_and_no_other(country: Country, tmp_path: Path, table: str, change: dict[str, Any]) -> None:
    country.publish(tmp_path / "out", country.parts)
    before = {path.name for path in country.parts.iterdir()}
    country.lists[table][0] = {**country.lists[table][0], **change}
    country.build()
    release = country.publish(tmp_path / "out", country.parts)
    assert len(before & {path.name for path in country.parts.iterdir()}) == 1, "the other's is the same"
    assert whole.checksums(release) == whole.checksums(country.publish(tmp_path / "anew", None))


def test_a_release_of_several_leads_to_each_and_what_describes_it(country: Country, tmp_path: Path) -> None:
    release = country.publish(tmp_path / "out", None)
    index = json.loads((release / "datapackage.json").read_text("utf-8"))
    assert [entry["path"] for entry in index["packages"]] == ["401005_kitaq_dx.datapackage.json", f"{OTHER}.datapackage.json"]
    for entry in index["packages"]:
        package = json.loads((release / entry["path"]).read_text("utf-8"))
        assert package["name"] == entry["name"] and all((release / resource["path"]).is_file() for resource in package["resources"])
        own = {resource["path"]: resource.get("hash") for resource in package["resources"]}
        sums = whole.checksums(release)
        assert all(said == f"sha256:{sums[name]}" for name, said in own.items() if not name.startswith("codelists/"))
    catalogue = json.loads((release / "dcat.jsonld").read_text("utf-8"))["@graph"][0]
    for name, _, dataset in (node["@id"].partition("#") for node in catalogue["dcat:dataset"]):
        assert any(node["@id"] == f"#{dataset}" for node in json.loads((release / name).read_text("utf-8"))["@graph"])
    assert (release / f"{OTHER}.CHANGELOG.md").is_file() and OTHER in (release / "README.txt").read_text("utf-8")


def test_a_part_that_was_damaged_or_left_half_done_is_made_anew(tmp_path: Path) -> None:
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        (folder / "table.csv").write_text("value\n1\n")

    parts = Parts(tmp_path / "parts")
    part = parts.of("one", make)
    assert parts.of("one", make) == part and len(made) == 1
    (part / "table.csv").write_text("value\n2\n")
    assert (parts.of("one", make) / "table.csv").read_text() == "value\n1\n"
    (part / whole.SUMS).unlink()
    parts.of("one", make)
    assert len(made) == 3

    def stop(folder: Path) -> None:
        (folder / "table.csv").write_text("half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        parts.of("two", stop)
    assert {path.name for path in parts.folder.iterdir()} == {part.name}


def test_parts_that_nobody_asked_for_are_forgotten_and_what_was_laid_stays(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        (folder / "deep").mkdir()
        (folder / "deep" / "table.csv").write_text("1")

    before = Parts(tmp_path / "parts")
    lay(before.of("old", make), tmp_path / "release")
    after = Parts(tmp_path / "parts")
    kept = after.of("new", make)
    after.forget_others()
    assert [path.name for path in after.folder.iterdir()] == [kept.name]
    assert {path.relative_to(tmp_path / "release").as_posix() for path in (tmp_path / "release").rglob("*") if path.is_file()} == {"deep/table.csv"}
