"""Names from outside: no path comes from the name of a file, no address but a web address is linked, nothing is obeyed by a terminal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from pipelines import intake
from pipelines.cli import main
from pipelines.home import Home
from sources.errors import ShinchokuError, visible
from sources.registry import EditionFile, Indicator, Revision, Section, SeriesFile, load
from tests.ingestion import city

EDITION = {
    "edition": "R7", "fiscal_year": 2025, "title": {"ja": "題", "en": "title"}, "sha256": "0" * 64, "origin": "original", "status": "draft",
}  # fmt: skip
FILES = (
    "../report.pdf", "/etc/passwd", "a/b.pdf", "a\\b.pdf", "..", ".", "", ".hidden.pdf", "a\x00.pdf", "a\n.pdf", "C:report.pdf",
    "a\u202efdp.exe", "報" * 100 + ".pdf",
)  # fmt: skip
NAMES = (
    "-rf.pdf", "con.pdf", "NUL.pdf", "a b.pdf", "a\nb.pdf", "\x1b[2J\x1b]0;owned\x07.pdf", "a\u202efdp.pdf", "$(touch owned).pdf", "; touch owned;.pdf",
    "..pdf", "...pdf", "%2e%2e%2f.pdf", "'; DROP TABLE figure; --.pdf", "<script>alert(1)<.pdf", "x" * 251 + ".pdf", "報" * 83 + ".pdf",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(city.series(tmp_path / "series")))
    found = Home.find()
    found.inbox.mkdir(parents=True, exist_ok=True)
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_an_edition_lies_beside_its_yaml(name: str) -> None:
    with pytest.raises(ValidationError):
        EditionFile.model_validate(EDITION | {"file": name})
    with pytest.raises(ValidationError):
        Revision.model_validate({"file": name, "sha256": "0" * 64, "replaced": "2026-01-01"})
    assert EditionFile.model_validate(EDITION | {"file": "報告書 R7.pdf"}).file == "報告書 R7.pdf"


@pytest.mark.parametrize("name", ["..", ".", "", "../R7", "a/b", "R7\n", "R7\x00", "R 7", "R'7", 'R"7', "R7;--", "-R7", "R" * 64, "令和7"])
def test_an_edition_names_one_folder(name: str) -> None:
    with pytest.raises(ValidationError):
        EditionFile.model_validate(EDITION | {"edition": name})
    with pytest.raises(ShinchokuError):
        from sources.editions import recognise

        recognise("", load(), series="kitakyushu_dx", edition=name)


@pytest.mark.parametrize("name", ["../x", "x/y", "X", "x'y", 'x"', "x;--", "x y", "", "x" * 64, "x\n", "系列"])
def test_ids_of_series_and_indicators_are_slugs(name: str) -> None:
    for model in (SeriesFile, Section, Indicator):
        with pytest.raises(ValidationError) as refused:
            model.model_validate({"id": name})
        assert ("id",) in {problem["loc"] for problem in refused.value.errors()}
    with pytest.raises(ValidationError) as refused:
        SeriesFile.model_validate({"dataset": name.replace("x" * 64, "x" * 101)})
    assert ("dataset",) in {problem["loc"] for problem in refused.value.errors() if problem["type"] != "missing"}


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://x/", "//attacker.example", "http://",
     "https://x/\" onclick=\"a", "https://x/<script>", "https://x/ y", "https://x/\ny", " https://x/", "https://x/`a`", "vbscript:x"],
)  # fmt: skip
def test_only_web_addresses_are_linked(address: str) -> None:
    with pytest.raises(ValidationError):
        EditionFile.model_validate(EDITION | {"source_url": address})
    assert EditionFile.model_validate(EDITION | {"source_url": "https://www.city.example.jp/a(1)/報告.pdf?x=1&y=2#p"}).source_url


def test_a_report_of_any_name_is_stored_under_its_checksum_and_put_away_whole(home: Home, tmp_path: Path) -> None:
    pdf = city.report(tmp_path / "R6.pdf")
    outside = set(tmp_path.parent.glob("*"))
    for name in NAMES:
        shutil.copyfile(pdf, home.inbox / name)
    taken = intake.take(intake.waiting(home), home)
    assert {one.outcome for one in taken} == {"draft", "unchanged"} and len(taken) == len(NAMES) - 2  # names that begin with a point are hidden
    edition = load().edition("madeup_city-R6")
    assert sorted(path.name for path in edition.file.parent.iterdir()) == ["edition.yaml", f"report-{edition.sha256[:12]}.pdf"]
    assert all(one.file.parent == home.inbox / intake.DONE and one.file.is_file() for one in taken)
    assert set(tmp_path.parent.glob("*")) == outside
    told = "".join(intake.told(one, home) for one in taken if not one.is_new)
    assert "\\u202e" in told and not any(sign in told for sign in "\x1b\x07\u202e")


def test_a_link_in_the_inbox_is_not_followed(home: Home, tmp_path: Path) -> None:
    secret = city.report(tmp_path / "of_somebody_else.pdf")
    link = home.inbox / "report.pdf"
    link.symlink_to(secret)
    (taken,) = intake.take(intake.waiting(home), home)
    assert taken.outcome == "unreadable" and "it is a link" in str(taken.problem) and "リンクです" in str(taken.problem)
    assert link.is_symlink() and not load().editions.keys() & {"madeup_city-R6"}


def test_a_longest_name_that_is_taken_is_shortened(home: Home, tmp_path: Path) -> None:
    for name in ("x" * 251 + ".pdf", "報" * 83 + ".pdf"):
        done = home.inbox / intake.DONE
        done.mkdir(exist_ok=True)
        (done / name).write_bytes(b"another report")
        (home.inbox / name).write_bytes(b"this report")
        put = intake.put_away(home.inbox / name, done)
        assert put.read_bytes() == b"this report" and put.suffix == ".pdf" and (done / name).read_bytes() == b"another report"


def test_what_a_person_is_told_to_type_is_quoted(home: Home, tmp_path: Path) -> None:
    pdf = city.report(tmp_path / "; touch owned #.pdf", cover=("別の市の計画", "令和6年度"))
    told = CliRunner().invoke(main, ["intake", str(pdf)])
    assert told.exit_code == 2 and "new-series '; touch owned #.pdf' --id" in told.stderr


def test_a_name_is_printed_without_being_obeyed(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["intake", str(tmp_path / "\x1b[2J\u202efdp.pdf")])
    assert told.exit_code == 2 and "\\u001b[2J\\u202efdp.pdf" in told.stderr and "\x1b" not in told.stderr
    assert visible("報告書\n\tR7.pdf") == "報告書\n\tR7.pdf"


def test_a_folder_of_any_name_is_written_to(tmp_path: Path) -> None:
    from warehouse import fields

    for text in ("a'b", 'a"b', "a''; DROP TABLE x; --", "*?[x]"):
        import duckdb

        folder = tmp_path / text
        folder.mkdir()
        duckdb.sql(f"COPY (SELECT 1 AS {fields.identifier(text)}) TO {fields.literal(folder / 'x.csv')} (HEADER)")
        assert (folder / "x.csv").read_text().splitlines()[0].strip('"').replace('""', '"') == text
