"""`shinchoku intake`: a report is recognised, stored and read up to its review page; no file is lost and none overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.home import Home
from sources import registry
from sources.registry import Edition, load
from tests.ingestion import city


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(city.series(tmp_path / "series")))
    return Home.find()


def shinchoku(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def edition(name: str) -> Edition:
    return load().edition(f"madeup_city-{name}")


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_report_becomes_a_draft_with_findings_and_a_review_page(home: Home, tmp_path: Path) -> None:
    pdf = city.report(tmp_path / "R6.pdf", more="# 相談窓口\n! |7|か所\n(R6年度)")
    result = shinchoku("intake", pdf)
    assert result.exit_code == 0, result.output
    assert (edition("R6").status, edition("R6").fiscal_year) == ("draft", 2024)
    assert edition("R6").checked_report().read_bytes() == pdf.read_bytes()
    assert home.review("madeup_city-R6").exists() and str(home.review("madeup_city-R6")) in result.stdout
    assert "new:01:" in result.stdout and "相談窓口" in result.stdout and "--new-indicator" in result.stdout
    assert "shinchoku accept madeup_city-R6" in result.stdout
    before = files(tmp_path / "series")
    again = shinchoku("intake", pdf)
    assert (again.exit_code, files(tmp_path / "series")) == (0, before)
    assert "unchanged" in again.stdout and "変更なし" in again.stdout


@pytest.mark.parametrize(
    "cover",
    [
        ("架 空 市 デ ジ タ ル 計 画", "令 和 7 年 度", "進 捗 状 況"),
        ("架空市", "デジタル", "計画", "進捗", "状況", "令和", "7", "年度"),
        ("架空市デジタル計画（令和4～9年度）", "令和７年度の進捗状況", "令和8年6月"),
    ],
)
def test_a_cover_is_known_however_its_words_are_set(cover: tuple[str, ...], home: Home, tmp_path: Path) -> None:
    from pipelines.intake import Named, read_cover

    found, pages = read_cover(city.report(tmp_path / "a.pdf", "R7", cover=cover), load(), Named())
    assert found and (found.series.id, found.edition, found.fiscal_year, pages) == ("madeup_city", "R7", 2025, 2)


def test_a_report_of_no_known_series_stays_where_it_is(home: Home, tmp_path: Path) -> None:
    pdf = city.report(tmp_path / "other.pdf", cover=("別の市の計画", "令和6年度"))
    result = shinchoku("intake", pdf)
    assert result.exit_code == 2 and pdf.exists()
    assert "shinchoku new-series other.pdf --id" in result.stderr and "表紙がどの系列にも当てはまりません" in result.stderr


@pytest.mark.parametrize("cover", [("架空市デジタル計画", "進捗状況"), ()])
def test_a_cover_without_year_or_words_asks_for_them(cover: tuple[str, ...], home: Home, tmp_path: Path) -> None:
    pdf = city.report(tmp_path / "scan.pdf", "R7", cover=cover)
    result = shinchoku("intake", pdf)
    assert result.exit_code == 2
    assert "--fiscal-year" in result.stderr and "指定してください" in result.stderr
    from pipelines.intake import Named, take

    (taken,) = take([pdf], home, Named("madeup_city", 2025))
    assert taken.edition and taken.edition.id == "R7"
    assert shinchoku("intake", pdf).exit_code == 0, "a file that is known needs no options"


def test_a_corrected_file_is_a_revision_and_going_back_is_not_done_in_silence(home: Home, tmp_path: Path) -> None:
    from pipelines.intake import Named, take

    first, second = city.report(tmp_path / "a.pdf"), city.report(tmp_path / "b.pdf", courses="31")
    assert [one.outcome for one in take([first, second], home, Named(reason="講座数の訂正"))] == ["draft", "revision"]
    now = edition("R6")
    assert now.checked_report().read_bytes() == second.read_bytes()
    (old,) = now.meta.revisions
    assert (old.reason, old.status) == ("講座数の訂正", "draft")
    assert now.file.with_name(old.file).read_bytes() == first.read_bytes()
    before = files(tmp_path / "series")
    result = shinchoku("intake", first)
    assert result.exit_code == 0 and "taken the place" in result.stdout
    assert files(tmp_path / "series") == before


def test_a_file_belongs_to_one_edition(home: Home, tmp_path: Path) -> None:
    from pipelines.intake import take

    pdf = city.report(tmp_path / "a.pdf")
    take([pdf], home)
    result = shinchoku("intake", pdf, "--edition", "R9")
    assert result.exit_code == 2 and "madeup_city-R6" in result.stderr
    assert shinchoku("intake", city.report(tmp_path / "b.pdf", "R7"), "--edition", "../R7").exit_code == 2
    conflict = shinchoku("intake", tmp_path / "b.pdf", "--edition", "R6", "--fiscal-year", "2025")
    assert conflict.exit_code == 2 and "fiscal 2024" in conflict.stderr


def test_the_inbox_is_emptied_and_nothing_in_it_is_lost(home: Home, tmp_path: Path) -> None:
    home.prepare()
    known = city.report(home.inbox / "R6.pdf")
    other = city.report(home.inbox / "other.pdf", cover=("別の市の計画", "令和6年度"))
    broken = home.inbox / "broken.pdf"
    broken.write_bytes(b"%PDF-1.4 half of a")
    kept = {path.name: path.read_bytes() for path in (known, other, broken)}
    result = shinchoku("intake")
    assert result.exit_code == 2, result.output
    assert edition("R6").status == "draft" and home.review("madeup_city-R6").exists()
    assert (home.inbox / "done" / "R6.pdf").read_bytes() == kept["R6.pdf"]
    assert (home.inbox / "unknown" / "other.pdf").read_bytes() == kept["other.pdf"]
    assert broken.read_bytes() == kept["broken.pdf"] and "broken.pdf" in result.stderr
    broken.unlink()
    empty = shinchoku("intake")
    assert empty.exit_code == 0 and "取り込むPDFはありません" in empty.stdout


def test_people_write_to_the_folder_named_then_the_checkout_then_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHINCHOKU_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHINCHOKU_SERIES", str(tmp_path / "named"))
    assert registry.roots() == (tmp_path / "named", registry.BUNDLED)
    monkeypatch.delenv("SHINCHOKU_SERIES")
    assert registry.roots() == (registry.BUNDLED,)
    monkeypatch.setattr("os.access", lambda *_: False)
    assert registry.roots() == (tmp_path / "home" / "series", registry.BUNDLED)


def test_what_is_dropped_into_the_inbox_becomes_a_partition_and_a_run_without_a_restart(home: Home) -> None:
    import os
    import time

    import dagster as dg

    from pipelines.inbox import take_in_what_waits
    from pipelines.resources import Series, Storage

    home.prepare()
    pdf = city.report(home.inbox / "R6.pdf")
    (home.inbox / "broken.pdf").write_bytes(b"%PDF-1.4 half of a")
    with dg.DagsterInstance.ephemeral() as instance:
        def tick(cursor: str | None = None) -> object:
            return take_in_what_waits(dg.build_sensor_context(instance=instance, cursor=cursor), Series(), Storage())

        assert tick().skip_message, "a file that may still be being copied waits"  # type: ignore[attr-defined]
        for file in home.inbox.glob("*.pdf"):
            os.utime(file, (time.time() - 60,) * 2)
        result = tick()
        (run,), (added,) = result.run_requests, result.dynamic_partitions_requests  # type: ignore[attr-defined]
        assert run.partition_key == "madeup_city-R6" and list(added.partition_keys) == ["madeup_city-R6"]
        assert edition("R6").status == "draft" and not pdf.exists() and (home.inbox / "done" / "R6.pdf").exists()
        assert tick(result.cursor).skip_message and (home.inbox / "broken.pdf").exists()  # type: ignore[attr-defined]
