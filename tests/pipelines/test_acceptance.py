"""Accepting and withdrawing: the public sees accepted editions only, corrections become errata, and no reading changes it in silence."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines import intake, published
from pipelines.cli import main
from pipelines.home import Home
from sources.registry import Edition, load
from tests.ingestion import city

pytestmark = pytest.mark.xdist_group("acceptance")


def shinchoku(*args: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result


def edition(name: str) -> Edition:
    return load().edition(f"madeup_city-{name}")


def values(home: Home) -> dict[tuple[str, str, str], str]:
    """Edition, indicator and end of the period of every published level."""
    text = (home.exports / "latest" / "442020_madeup_observations.csv").read_text(encoding="utf-8-sig")
    return {(row["edition_id"][-2:], row["indicator_id"], row["period_end"]): row["value"] for row in csv.DictReader(text.splitlines())}


def changelog(home: Home) -> str:
    return (home.exports / "latest" / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `home` and `series`, in which R6 is accepted and public."""
    place = tmp_path_factory.mktemp("accepted")
    city.series(place / "series")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHINCHOKU_HOME", str(place / "home"))
        patch.setenv("SHINCHOKU_SERIES", str(place / "series"))
        shinchoku("intake", city.report(place / "R6.pdf"))
        shinchoku("accept", "madeup_city-R6", "--who", "佐藤", "--when", "2025-07-01")
    return place


@pytest.fixture
def home(accepted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    shutil.copytree(accepted, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(tmp_path / "series"))
    monkeypatch.setenv("SHINCHOKU_WHO", "鈴木")
    return Home.find()


def test_an_accepted_edition_is_public_with_its_date_and_without_its_clerk(home: Home) -> None:
    assert values(home) == {
        ("R6", "applications", "2025-03-31"): "120", ("R6", "applications", "2024-03-31"): "100", ("R6", "courses", "2025-03-31"): "30",
    }  # fmt: skip
    assert edition("R6").meta.history[-1].who == "佐藤"
    assert "承認 / accepted 2025-07-01" in changelog(home) and "佐藤" not in changelog(home)


def test_errors_stop_acceptance_and_each_is_listed_with_what_settles_it(home: Home, tmp_path: Path) -> None:
    shinchoku("intake", city.report(tmp_path / "R7.pdf", "R7", applications="150", before="110", courses="31"))
    before = (home.exports / "latest").resolve()
    result = shinchoku("accept", "R7", code=1)
    assert "restated:applications" in result.stderr and "shinchoku decide madeup_city-R7" in result.stderr
    assert edition("R7").status == "draft"
    assert "1 errors open" in shinchoku("run", "--edition", "R7").stdout
    assert (home.exports / "latest").resolve() == before, "errors of a draft hold nothing back, and a draft is not published"


def test_a_next_edition_its_difference_and_its_withdrawal(home: Home, tmp_path: Path) -> None:
    shinchoku("intake", city.report(tmp_path / "R7.pdf", "R7", applications="150", before="120", courses="28"))
    would = json.loads(shinchoku("diff", "madeup_city-R6", "R7", "--json").stdout)
    assert [(row["kind"], row["indicator_id"], row["before"], row["after"]) for row in would] == [
        ("added", "applications", "", "150 cases (150件)"), ("added", "courses", "", "28 occasions (28回)"),
    ]  # fmt: skip
    assert ("R7", "courses", "2026-03-31") not in values(home)
    shinchoku("accept", "R7")
    assert values(home)["R7", "courses", "2026-03-31"] == "28"
    assert json.loads(shinchoku("diff", "R7", "--json").stdout) == []
    assert json.loads(shinchoku("diff", "madeup_city-R6", "R7", "--json").stdout) == would
    shinchoku("withdraw", "R7", code=2)
    shinchoku("withdraw", "R7", "--reason", "集計誤り", "--when", "2026-08-01")
    assert {name for name, _, _ in values(home)} == {"R6"}
    assert "取下げ / withdrawn 2026-08-01: 集計誤り" in changelog(home)
    shinchoku("withdraw", "madeup_city-R6", "--reason", "集計誤り")
    assert not (home.exports / "latest").exists() and not home.warehouse.exists()


def test_a_corrected_file_stays_out_of_sight_until_accepted_and_then_leaves_errata(home: Home, tmp_path: Path) -> None:
    shinchoku("intake", city.report(tmp_path / "b.pdf", courses="32"), "--reason", "講座数の誤り")
    assert edition("R6").status == "draft"
    before = (home.exports / "latest").resolve()
    from pipelines.run import publish, running

    with running(home) as execute:
        assert publish(home, execute) == ""
    assert (home.exports / "latest").resolve() == before, "what is public stays, byte for byte"
    (change,) = json.loads(shinchoku("diff", "madeup_city-R6", "--json").stdout)
    assert (change["kind"], change["before"], change["after"]) == ("changed", "30 occasions (30回)", "32 occasions (32回)")
    result = shinchoku("accept", "madeup_city-R6", "--reason", "市の訂正による", "--when", "2025-09-01")
    assert "Errata / 正誤" in result.stdout
    assert values(home)["R6", "courses", "2025-03-31"] == "32"
    assert "正誤 / erratum 2025-09-01: 講座開催 / Courses held" in changelog(home) and "市の訂正による" in changelog(home)
    (erratum,) = edition("R6").errata
    assert (erratum.indicator, erratum.before, erratum.after) == ("courses", change["before"], change["after"])


def test_a_reading_that_says_otherwise_is_not_published_in_silence(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from sources import reading

    read = reading.read_report

    def newer_code(*args: object, **options: object) -> reading.Reading:
        found = read(*args, **options)  # type: ignore[arg-type]
        for figure in found.figures:
            if figure.raw == "30回":
                figure.qualifier = "about"
        return found

    monkeypatch.setattr(reading, "read_report", newer_code)
    before = (home.exports / "latest").resolve()
    result = CliRunner().invoke(main, ["run", "--edition", "madeup_city-R6"])
    assert result.exit_code == 1
    assert "shinchoku accept madeup_city-R6" in result.stderr and "30 occasions (30回)" in result.stderr and "about 30 occasions / 約30回" in result.stderr
    assert (home.exports / "latest").resolve() == before
    assert {row["what"] for row in json.loads(shinchoku("diff", "madeup_city-R6", "--json").stdout)} == {"level", "figure"}, "as run says"
    shinchoku("accept", "madeup_city-R6", "--reason", "読み取りの改善")
    assert "30 occasions (30回) → about 30 occasions / 約30回 (30回)" in changelog(home)
    again = shinchoku("accept", "madeup_city-R6")
    assert "nothing has changed" in again.stdout and len(edition("R6").meta.history) == 2


def test_a_fresh_data_folder_accepts_what_is_registered_as_accepted(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (home.exports / "latest").resolve().name
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "fresh"))
    shinchoku("run", "--edition", "madeup_city-R6")
    assert (Home.find().exports / "latest").resolve().name == before, "the same release, byte for byte"


def test_an_older_edition_read_later_takes_its_place_in_time(home: Home, tmp_path: Path) -> None:
    shinchoku("intake", city.report(tmp_path / "R5.pdf", "R5", applications="99", before="80", courses="20"))
    shinchoku("accept", "R5")
    assert edition("R6").series.previous(edition("R6")) is edition("R6").series.editions["R5"]
    import duckdb

    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        query = "SELECT period_end, value, edition_id FROM latest WHERE indicator_id = 'applications' ORDER BY ALL"
        latest = [(str(end), int(value), name[-2:]) for end, value, name in connection.execute(query).fetchall()]
    assert latest == [("2023-03-31", 80, "R5"), ("2024-03-31", 100, "R6"), ("2025-03-31", 120, "R6")], "the newer edition's word of 2023 stays"
    result = shinchoku("findings", "madeup_city-R6", code=1)
    assert "restated:applications" in result.stdout, "what the newer edition restated is to be looked at"


def test_what_a_draft_brings_is_not_public(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "series/madeup_city/indicators.yaml"
    new = "  - {id: coming, name: {ja: 予定, en: Coming}, section: s01, unit: case, names: [予定], direction: up, validity: {first: 2025}}\n"
    path.write_text(path.read_text(encoding="utf-8") + new, encoding="utf-8")
    public = published.registry(load(), home).series["madeup_city"]
    assert set(public.indicators) == {"applications", "courses"}
    (taken,) = intake.take([city.report(tmp_path / "R7.pdf", "R7")], home)
    assert taken.is_new and set(published.registry(load(), home).series["madeup_city"].editions) == {"R6"}


def test_findings_and_differences_say_when_a_file_was_edited_since(home: Home, tmp_path: Path) -> None:
    name, told = "madeup_city-R6", "shinchoku run --edition madeup_city-R6"
    commands = (("findings", name, "--json"), ("diff", name, "--json"))
    assert not any(told in shinchoku(*words).stderr for words in commands)
    path = tmp_path / "series/madeup_city/indicators.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Courses held", "Lessons held"), encoding="utf-8")
    for words in commands:
        said = shinchoku(*words)
        assert told in said.stderr and "編集前" in said.stderr and json.loads(said.stdout) is not None
    shinchoku("run", "--edition", name)
    assert not any(told in shinchoku(*words).stderr for words in commands)
