"""`shinchoku decide`: each kind of decision settles its finding, is signed, keeps the files' comments, and is refused where it cannot hold."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.home import Home
from pipelines.open_findings import Item, items
from sources.decisions import Correction, append
from sources.registry import Edition, load
from tests.ingestion import city

pytestmark = pytest.mark.xdist_group("deciding")


def shinchoku(*args: object, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    return result


def edition(name: str = "R7") -> Edition:
    return load().edition(f"madeup_city-{name}")


def blocking(home: Home) -> list[str]:
    return sorted(item.kind for item in items(edition(), home) if item.blocks)


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """R6 is accepted; R7 restates a value, renames an indicator and has a new one."""
    place = tmp_path_factory.mktemp("taken_in")
    city.series(place / "series")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHINCHOKU_HOME", str(place / "home"))
        patch.setenv("SHINCHOKU_SERIES", str(place / "series"))
        shinchoku("intake", city.report(place / "R6.pdf"))
        shinchoku("accept", "madeup_city-R6", "--who", "佐藤", "--no-publish")
        shutil.copytree(place / "home/staging/madeup_city-R6", place / "home/accepted/madeup_city-R6")
        new = "# 相談窓口\n! |7|か所\n(R7年度)"
        shinchoku("intake", city.report(place / "R7.pdf", "R7", applications="150", before="110", courses_label="講座の開催数", more=new))
    return place


@pytest.fixture
def home(taken_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    shutil.copytree(taken_in, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(tmp_path / "series"))
    monkeypatch.setenv("SHINCHOKU_WHO", "鈴木")
    return Home.find()


@pytest.mark.slow
def test_every_error_can_be_settled_from_the_command_line_and_then_the_edition_accepted(home: Home) -> None:
    assert blocking(home) == ["new", "renamed", "restated"]
    told = shinchoku("decide", "R7", "restated:", "--acknowledge", "--reason", "市の訂正", "--when", "2026-06-20")
    assert "1 settled" in told.stdout and "decide madeup_city-R7 'new:" in told.stdout and "'restated:" not in told.stdout
    (acknowledged,) = edition().decisions.acknowledgements
    assert (acknowledged.who, acknowledged.when, acknowledged.reason) == ("鈴木", date(2026, 6, 20), "市の訂正")
    shinchoku("decide", "R7", "renamed:", "--map", "courses", "--reason", "名称変更", "--who", "佐藤")
    shinchoku("decide", "R7", "new:", "--new-indicator", "id=counters,name_en=Counters, all,direction=up", "--reason", "新設")
    new = edition().series.indicators["counters"]
    assert (new.name.en, new.unit, new.section, new.direction, new.validity.first) == ("Counters, all", "place", "s01", "up", 2025)
    assert {(d.indicator, d.who) for d in edition().decisions.mappings} == {("courses", "佐藤"), ("counters", "鈴木")}
    text = (edition().series.writable / "indicators.yaml").read_text(encoding="utf-8")
    assert "# 架空市の指標" in text and "# 講座は年度ごと" in text
    assert blocking(home) == []
    shinchoku("findings", "R7")
    shinchoku("accept", "R7", "--no-publish")


def test_a_vanished_indicator_ends_with_the_reason_beside_it(home: Home) -> None:
    shinchoku("decide", "R7", "new:", "--new-indicator", "id=counters", "--reason", "新設")
    shinchoku("decide", "R7", "renamed:", "--new-indicator", "id=other_courses", "--reason", "別の事業")
    assert "vanished" in blocking(home)
    shinchoku("decide", "R7", "vanished:courses", "--ended", "--reason", "事業終了")
    assert edition().series.indicators["courses"].validity.last == 2024
    assert "事業終了 (鈴木, " in (edition().series.writable / "indicators.yaml").read_text(encoding="utf-8")
    assert blocking(home) == ["restated"]


def test_a_correction_is_used_and_one_that_no_longer_holds_is_taken_back(home: Home) -> None:
    restated = next(item for item in items(edition(), home) if item.kind == "restated")
    shinchoku("decide", "R7", restated.id, "--correct", "value=120", "--reason", "市に確認")
    (correction,) = edition().decisions.corrections
    assert (correction.figure, correction.expect, str(correction.use.value)) == (restated.figure_id, "110件", "120")
    assert "restated" not in blocking(home)
    stale = Correction(figure=correction.figure, expect="111件", use=correction.use, reason="r", who="w", when=date(2026, 6, 1))
    append(edition().decisions_file, stale)
    shinchoku("findings", "R7", code=1)
    shinchoku("decide", "R7", "renamed:", "--map", "courses", "--reason", "名称変更")
    assert "stale_decision" in blocking(home)
    shinchoku("decide", "R7", "stale_decision", "--acknowledge", "--reason", "x", code=2)
    shinchoku("decide", "R7", "stale_decision", "--remove")
    assert edition().decisions.corrections == () and "stale_decision" not in blocking(home)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["nothing:like-this", "--acknowledge", "--reason", "x"], "no finding"),
        (["new:", "--acknowledge"], "--reason"),
        (["new:", "--reason", "x"], "one of"),
        (["new:", "--acknowledge", "--ended", "--reason", "x"], "one of"),
        (["new:", "renamed:", "--map", "courses", "--reason", "x"], "several"),
        ([":", "--acknowledge", "--reason", "x"], "fits"),
        (["renamed:", "--map", "course", "--reason", "x"], "courses"),
        (["restated:", "--map", "courses", "--reason", "x"], "not about a label"),
        (["restated:", "--correct", "value=many", "--reason", "x"], "cannot be written"),
        (["restated:", "--correct", "worth=1", "--reason", "x"], "worth"),
        (["restated:", "--correct", "100", "--reason", "x"], "name=value"),
        (["restated:", "--ended", "--reason", "x"], "not found"),
        (["restated:", "--remove"], "stale_decision"),
        (["new:", "--new-indicator", "name_en=Counters", "--reason", "x"], "id"),
        (["new:", "--new-indicator", "id=courses", "--reason", "x"], "already"),
        (["new:", "--new-indicator", "id=Not An Id", "--reason", "x"], "cannot be written"),
        (["new:", "--new-indicator", "id=a,section=s77", "--reason", "x"], "s01"),
        (["new:", "--new-indicator", "id=a,unit=sheeet", "--reason", "x"], "sheeet"),
        (["new:", "--new-indicator", "id=a,colour=red", "--reason", "x"], "colour"),
    ],
)
def test_what_cannot_be_decided_is_refused_and_nothing_is_written(args: list[str], says: str, home: Home, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / "series").rglob("*.yaml")}
    result = shinchoku("decide", "R7", *args, code=2)
    assert says in result.stderr and not result.stderr.isascii()
    assert {path: path.read_bytes() for path in (tmp_path / "series").rglob("*.yaml")} == before


def test_nobody_decides_without_a_name(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHINCHOKU_WHO")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    monkeypatch.chdir(tmp_path)
    assert "SHINCHOKU_WHO" in shinchoku("decide", "R7", "restated:", "--acknowledge", "--reason", "x", code=2).stderr


def test_the_list_names_for_each_kind_the_command_that_settles_it(home: Home) -> None:
    from pipelines.open_findings import command

    found: dict[str, Item] = {item.kind: item for item in items(edition(), home)}
    assert command(edition(), found["new"]).endswith("--new-indicator id=ID,name_en=NAME --reason WHY")
    assert "--map courses" in command(edition(), found["renamed"])
    assert "--acknowledge" in command(edition(), found["restated"])


def test_a_rule_that_fails_is_told_with_the_number_that_breaks_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines import audit
    from pipelines.open_findings import told

    result = next(iter(audit.stored_results(edition(), home) or ()))
    example = {"finding": "unit_is_known:p02-017", "expect": "1,180鉢", "settled": None, "page": 2, "label": "街路の草花", "unit": "鉢"}
    failed = replace(result, rule_id="unit_is_known", severity="warning", examples=(example,))
    monkeypatch.setattr(audit, "stored_results", lambda *_: [failed])
    found = [item for item in items(edition(), home) if item.kind == "unit_is_known"]
    assert "街路の草花 1,180鉢 (p2)" in told(edition(), found)


def test_an_accepted_edition_is_held_against_what_is_public_before_it_is_accepted_anew(home: Home) -> None:
    from pipelines.intake import next_steps

    assert "shinchoku diff madeup_city-R6 madeup_city-R7" in next_steps(edition(), items(edition(), home))
    steps = next_steps(edition("R6"), items(edition("R6"), home))
    assert steps.index("shinchoku diff madeup_city-R6 ") < steps.index("shinchoku accept madeup_city-R6")
