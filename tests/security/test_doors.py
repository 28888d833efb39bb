"""Nothing that is a copy, or that nobody accepted, gets to the catalogue or into an export, by whichever door it is tried."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from pipelines import published
from pipelines.cli import main
from pipelines.home import Home
from sources.errors import ShinchokuError
from sources.registry import load
from tests.catalogue.conftest import NAME, ORIGINAL, made, made_up, offered
from tests.catalogue.double import ORGANIZATION, TOKEN, Double
from tests.ingestion import city
from warehouse.build import build_warehouse
from warehouse.codelists import code_lists_from

pytestmark = pytest.mark.xdist_group("catalogue")
SEEN = ("edition", "figure", "observation", "statement", "ledger", "indicator", "section")


@pytest.fixture
def ckan(monkeypatch: pytest.MonkeyPatch) -> Double:
    with Double() as double:
        for name, value in (("URL", double.url), ("TOKEN", TOKEN), ("ORGANIZATION", ORGANIZATION)):
            monkeypatch.setenv(f"SHINCHOKU_CKAN_{name}", value)
        yield double  # type: ignore[misc]


def rows(warehouse: Path) -> dict[str, int]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in SEEN}  # type: ignore[index]


def test_a_facsimile_does_not_reach_the_network(tmp_path: Path, ckan: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    home = made(tmp_path / "home", made_up.edition())
    monkeypatch.setenv("SHINCHOKU_HOME", str(home.root))
    for options in ([], ["--apply"], ["--apply", "--series", "kitakyushu_dx"]):
        told = CliRunner().invoke(main, ["publish", *options])
        assert told.exit_code == 2 and "origin is facsimile" in told.stderr
    assert ckan.calls == [] and ckan.packages == {}


def test_the_asset_refuses_a_facsimile_as_the_command_does(tmp_path: Path, ckan: Double) -> None:
    import dagster as dg

    from pipelines.assets.catalogue import Catalogue, catalogue
    from pipelines.resources import Storage

    home = made(tmp_path / "home", made_up.edition())
    done = dg.materialize(
        [catalogue], resources={"storage": Storage(root=str(home.root)), "ckan": Catalogue.from_environment()},
        run_config={"ops": {"catalogue": {"config": {"apply": True}}}}, raise_on_error=False, instance=dg.DagsterInstance.ephemeral(),
    )  # fmt: skip
    assert not done.success and ckan.calls == []


def test_one_facsimile_among_originals_keeps_the_series_back(tmp_path: Path) -> None:
    home = made(tmp_path / "home", made_up.edition(**ORIGINAL), made_up.edition("kitakyushu_dx-R7", 2025))
    with pytest.raises(ShinchokuError, match="kitakyushu_dx-R7: origin is facsimile"):
        offered(home)


@pytest.mark.parametrize("field", ["origin", "status"])
def test_a_release_that_was_made_to_say_otherwise_is_refused(tmp_path: Path, field: str) -> None:
    """The list of editions of the release is changed, and the checksums with it: warehouse and release no longer agree."""
    from sources import whole

    home = made(tmp_path / "home", made_up.edition(**(ORIGINAL if field == "status" else {})))
    latest = (home.exports / "latest").resolve()
    listed = latest / "codelists" / "edition.json"
    listed.chmod(0o644)
    records = json.loads(listed.read_text("utf-8"))
    records[0][field] = {"origin": "original", "status": "draft"}[field]
    listed.write_text(json.dumps(records), encoding="utf-8")
    sums = "".join(f"{digest}  {name}\n" for name, digest in whole.checksums(latest).items())
    (latest / whole.SUMS).chmod(0o644)
    (latest / whole.SUMS).write_text(sums, encoding="utf-8")
    with pytest.raises(ShinchokuError, match="origin is facsimile|status is draft|not those of the warehouse"):
        offered(home)


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_tables_of_an_edition_that_is_not_accepted_stay_out_of_the_warehouse(tmp_path: Path, status: str) -> None:
    figures, observations, indicators = made_up.rows()
    staged = made_up.stage(tmp_path / "kitakyushu_dx-R6", figures, observations, made_up.STATEMENTS, made_up.LEDGER)
    lists = made_up.code_lists(indicators, [made_up.edition(**ORIGINAL, status=status)])
    build_warehouse([staged], lists, tmp_path / "x.duckdb")
    assert set(rows(tmp_path / "x.duckdb").values()) == {0}
    with pytest.raises(ShinchokuError, match="no such series"):
        from warehouse.catalogue import offer

        offer(tmp_path / "x.duckdb", tmp_path, "kitakyushu_dx")


def test_a_forged_folder_of_accepted_tables_makes_nothing_public(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry says who is accepted. Tables put where accepted ones lie, with a record that claims so, are not looked at."""
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(city.series(tmp_path / "series")))
    pdf = city.report(tmp_path / "R6.pdf")
    assert CliRunner().invoke(main, ["intake", str(pdf)]).exit_code == 0
    home, edition = Home.find(), load().edition("madeup_city-R6")
    assert edition.status == "draft"
    staging, accepted = home.staging(edition.edition_id), home.accepted(edition.edition_id)
    accepted.parent.mkdir(parents=True, exist_ok=True)
    staging.rename(accepted)
    forged = edition.meta.model_copy(update={"status": "accepted", "origin": "original"})
    record = {"meta": forged.model_dump(mode="json"), "decisions": {}}
    (accepted / published.NAME).write_text(json.dumps(record), encoding="utf-8")
    public = published.registry(load(), home)
    assert public.editions == {} and published.folders(public, home) == []
    build_warehouse([accepted], code_lists_from(public), home.warehouse)
    assert rows(home.warehouse)["observation"] == rows(home.warehouse)["edition"] == 0


@pytest.mark.slow
def test_a_status_typed_into_the_yaml_does_not_pass_the_audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(city.series(tmp_path / "series")))
    pdf = city.report(tmp_path / "R6.pdf", more="# 相談窓口\n! |7|か所\n(R6年度)")  # an indicator that nobody knows: an error
    assert CliRunner().invoke(main, ["intake", str(pdf)]).exit_code == 0
    home, edition = Home.find(), load().edition("madeup_city-R6")
    document = yaml.safe_load(edition.file.read_text("utf-8")) | {"status": "accepted"}
    edition.file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    told = CliRunner().invoke(main, ["run", "--edition", "madeup_city-R6"])
    assert told.exit_code == 1 and "not published" in told.output
    assert not home.accepted(edition.edition_id).exists() and not (home.exports / "latest").exists()
    with pytest.raises(ShinchokuError, match="nothing to publish|no such series"):
        offered(home, "madeup_city")


def test_bytes_that_are_not_those_of_the_accepted_file_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(city.series(tmp_path / "series")))
    assert CliRunner().invoke(main, ["intake", str(city.report(tmp_path / "R6.pdf"))]).exit_code == 0
    edition = load().edition("madeup_city-R6")
    edition.report.write_bytes(edition.report.read_bytes() + b"\n")
    with pytest.raises(ShinchokuError, match="sha256 is"):
        edition.checked_report()
    assert NAME
