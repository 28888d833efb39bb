"""`shinchoku new-series`: from the first report of an unknown city to published data, with no code and no edited file."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.home import Home
from sources.registry import load
from tests.ingestion import city

GIVEN = ["--id", "second_city", "--title-ja", "架空市デジタル計画", "--publisher-ja", "架空市", "--area-code", "442020"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(tmp_path / "series"))
    monkeypatch.setenv("SHINCHOKU_WHO", "鈴木")
    return Home.find()


def shinchoku(*args: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result


@pytest.mark.slow
def test_an_unknown_city_is_published_and_its_next_report_known(home: Home, tmp_path: Path) -> None:
    home.prepare()
    pdf = city.report(home.inbox / "R6.pdf")
    shinchoku("intake", code=2)
    waiting = home.inbox / "unknown" / "R6.pdf"
    told = shinchoku("new-series", waiting, *GIVEN)
    assert "2 indicators" in told.stdout and "CC-BY-4.0" in told.stdout and "shinchoku accept second_city-R6" in told.stdout
    assert not waiting.exists() and (home.inbox / "done" / "R6.pdf").exists() and not pdf.exists()
    series = load().series["second_city"]
    assert series.meta.recognise.all == ("架空市", "架空市デジタル計画") and series.meta.dataset == "442020_second_city"
    shinchoku("accept", "second_city-R6")
    assert (home.exports / "latest" / "442020_second_city_observations.csv").read_text(encoding="utf-8-sig").count("second_city-R6,") == 3
    next_year = shinchoku("intake", city.report(tmp_path / "R7.pdf", "R7", applications="150", before="120"))
    assert "second_city-R7 [draft]" in next_year.stdout and "0 error" in next_year.stdout
    shinchoku("new-series", tmp_path / "R7.pdf", *GIVEN, code=2)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"--area-code": "442021"}, ["check digit", "検査数字", "44202 takes 0"]),
        ({"--area-code": "44202"}, ["442020"]),
        ({"--id": "Second City"}, ["my_city"]),
        ({"--id": "kitakyushu_dx"}, ["there already", "既にあります"]),
        ({"--title-ja": "別の名前"}, ["--recognise", "架空市デジタル計画"]),
        ({"--recognise": "別の名前"}, ["not on the first page", "架空市デジタル計画"]),
        ({"--dataset": "名前"}, ["dataset"]),
        ({"--area-code": ""}, ["--area-code"]),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(changed: dict[str, str], says: list[str], home: Home, tmp_path: Path) -> None:
    options = dict(zip(GIVEN[::2], GIVEN[1::2], strict=True)) | changed
    pdf = city.report(tmp_path / "R6.pdf")
    result = shinchoku("new-series", pdf, *[word for pair in options.items() if pair[1] for word in pair], code=2)
    assert all(part in result.stderr for part in says), result.stderr
    assert not (tmp_path / "series").exists()


def test_the_year_of_a_title_is_no_word_to_know_the_next_report_by(home: Home, tmp_path: Path) -> None:
    from pipelines.new_series import start

    pdf = city.report(tmp_path / "R6.pdf", cover=("架空市デジタル計画", "令和6年度 進捗状況"))
    given = {"id": "a", "title_ja": "架空市デジタル計画 令和6年度", "publisher_ja": "別の名", "area_code": "442020", "license": "CC-BY-4.0"}
    taken = start(pdf, given, home)
    assert taken.edition and taken.edition.series.meta.recognise.all == ("架空市デジタル計画",)
