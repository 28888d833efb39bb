"""Nothing but the publisher's own, accepted reports may go to a catalogue, and it goes whole and described."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import made_up
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.home import Home
from sources.errors import ShinchokuError
from warehouse.catalogue import Offer
from warehouse.catalogue.offer import dictionary

from .conftest import NAME, ORIGINAL, made, message, offered

pytestmark = pytest.mark.xdist_group("catalogue")  # so that the releases are made once


@pytest.fixture
def copy(home: Home, tmp_path: Path) -> Home:
    shutil.copytree(home.root, tmp_path / "copy", symlinks=True)
    return Home.find(tmp_path / "copy")


def test_a_facsimile_is_refused_and_nothing_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facsimile = made(tmp_path / "home", made_up.edition())
    monkeypatch.setenv("SHINCHOKU_HOME", str(facsimile.root))
    monkeypatch.delenv("SHINCHOKU_CKAN_URL", raising=False)
    result = CliRunner().invoke(main, ["publish"])
    assert result.exit_code == 2 and result.stdout == ""
    assert "kitakyushu_dx-R6: origin is facsimile" in result.stderr and "原本ではありません" in result.stderr


def test_a_facsimile_of_another_series_does_not_matter_and_its_files_stay_out(tmp_path: Path) -> None:
    both = made(
        tmp_path / "home",
        made_up.edition(**ORIGINAL),
        made_up.edition("other-R6"),
        series=[made_up.series(), made_up.series("other", dataset=f"{NAME}_other")],
    )
    paths = {file.path for file in offered(both).files}
    assert f"{NAME}_observations.csv" in paths and "codelists/unit.csv" in paths and "SHA256SUMS" in paths
    assert not any("other" in path for path in paths) and "prov.jsonld" not in paths
    with pytest.raises(ShinchokuError, match="other-R6: origin is facsimile"):
        offered(both, "other")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE edition SET status = 'withdrawn'", "status is withdrawn"),
        ("UPDATE edition SET origin = 'facsimile'", "origin is facsimile"),
        ("UPDATE edition SET sha256 = repeat('0', 64)", "not those of the warehouse"),
    ],
)
def test_warehouse_and_release_must_agree(copy: Home, change: str, said: str) -> None:
    with duckdb.connect(str(copy.warehouse)) as connection:
        connection.execute(change)
    with pytest.raises(ShinchokuError, match=said) as caught:
        offered(copy)
    message(caught.value)


def test_a_file_that_is_not_what_the_sums_say_is_named(copy: Home) -> None:
    with (copy.exports / "latest" / "README.txt").open("a") as file:
        file.write("!")
    with pytest.raises(ShinchokuError, match=r"SHA256SUMS.*README\.txt"):
        offered(copy)


def test_before_the_first_run_there_is_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(ShinchokuError, match="shinchoku run"):
        offered(Home.find(tmp_path))


def test_an_unknown_series_is_named_with_the_known(home: Home) -> None:
    with pytest.raises(ShinchokuError, match="nowhere.*kitakyushu_dx"):
        offered(home, "nowhere")


def test_every_file_goes_with_its_sum_and_the_sums_come_last(home: Home, first: Offer) -> None:
    listing = (home.exports / "latest" / "SHA256SUMS").read_bytes()
    assert first.files[0].path == f"{NAME}_observations.csv"
    assert first.files[-1].path == "SHA256SUMS" and first.files[-1].read() == listing
    assert {f"{file.sha256}  {file.path}" for file in first.files[:-1]} == set(listing.decode().splitlines())


def test_words_are_those_of_series_and_field_dictionary(first: Offer) -> None:
    package = first.package("cc-by", "org", fixed=False)
    assert package["name"] == NAME and package["title"].startswith("北九州市") and "PDFから機械抽出し加工して作成" in package["notes"]
    extras = {entry["key"]: entry["value"] for entry in package["extras"]}
    assert extras["area_code"] == "401005" and extras["identifier"] == NAME and "sha256:" in extras["source_R6"]
    resource = first.files[0].described
    assert resource["format"] == "CSV" and resource["mimetype"] == "text/csv"
    assert "観測値" in resource["description"] and "Observations" in resource["description"]
    assert all(not file.described["description"].startswith("公開ファイル") for file in first.files)


def test_the_fixed_dataset_is_named_by_its_content(first: Offer, second: Offer) -> None:
    assert first.fixed_name.startswith(f"{NAME}_2025-03-31-") and second.fixed_name.startswith(f"{NAME}_2026-03-31-")
    package = second.package("cc-by", "org", fixed=True)
    assert {"key": "is_version_of", "value": NAME} in package["extras"] and len(package["name"]) <= 100


def test_codes_are_text_in_the_data_dictionary(first: Offer) -> None:
    table = first.files[0].table
    assert table is not None
    columns = {entry["id"]: entry for entry in dictionary(table)}
    assert columns["area_code"]["type"] == "text" and columns["area_code"]["info"]["type_override"] == "text"
    assert columns["value"]["type"] == "numeric" and columns["area_code"]["info"]["label"] == "全国地方公共団体コード"


def test_without_a_site_the_files_are_listed_and_apply_says_what_is_missing(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", str(home.root))
    monkeypatch.delenv("SHINCHOKU_CKAN_URL", raising=False)
    result = CliRunner().invoke(main, ["publish"])
    assert result.exit_code == 0 and f"{NAME}_observations.csv" in result.stdout and "SHA256SUMS" in result.stdout
    result = CliRunner().invoke(main, ["publish", "--apply"])
    assert result.exit_code == 2 and "SHINCHOKU_CKAN_URL" in result.stderr
