"""When a report is called late and when it is not: by the schedule on fixed days, and by the check of the warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import timezone as tz
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from pipelines import due
from pipelines.definitions import defs
from pipelines.notices import Notices
from pipelines.resources import Series
from sources.errors import ShinchokuError
from sources.registry import Registry, load
from tests.ingestion import city

JST = tz(timedelta(hours=9))


def registry(tmp_path: Path, month: int | str | None, *, years: tuple[int, ...] = (2024,), more: str = "") -> Registry:
    folder = tmp_path / "series"
    city.series(folder)
    file = folder / "madeup_city" / "series.yaml"
    file.write_text(file.read_text("utf-8") + (f"expected_month: {month}\n" if month is not None else "") + more, encoding="utf-8")
    found = load(folder).series["madeup_city"]
    editions: Any = {str(year): SimpleNamespace(fiscal_year=year, status="accepted") for year in years}
    return Registry({"madeup_city": replace(found, editions=editions)})


def late(tmp_path: Path, month: int | None, on: date, **what: Any) -> int | None:
    (series,) = registry(tmp_path, month, **what)
    found = due.due(series, series.editions.values(), on)
    return found and found.fiscal_year


@pytest.mark.parametrize(
    ("month", "on", "expected"),
    [
        (4, date(2026, 3, 31), None),  # the fiscal year 2025 ends on this day
        (4, date(2026, 4, 1), 2025),
        (7, date(2026, 6, 30), None),
        (7, date(2026, 7, 1), 2025),
        (7, date(2027, 6, 30), 2025),
        (7, date(2027, 7, 1), 2026),
        (2, date(2027, 1, 31), None),  # printed ten months after the year's end
        (2, date(2027, 2, 1), 2025),
        (None, date(2099, 1, 1), None),  # not known, never late
    ],
)
def test_a_report_is_late_from_its_month_on(tmp_path: Path, month: int | None, on: date, expected: int | None) -> None:
    assert late(tmp_path, month, on) == expected


def test_a_series_that_reports_every_other_year_is_not_late_in_between(tmp_path: Path) -> None:
    assert late(tmp_path, 7, date(2026, 7, 1), more="frequency: P2Y\n") is None
    assert late(tmp_path / "then", 7, date(2027, 7, 1), more="frequency: P2Y\n") == 2026


@pytest.mark.parametrize("wrong", ["13", "0", "July"])
def test_a_month_that_is_none_is_named_with_its_line(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ShinchokuError) as caught:
        registry(tmp_path, wrong)
    assert "expected_month" in caught.value.en and "series.yaml" in caught.value.en


class Known(Series):
    """The registry that a test made."""

    month: int = 7
    newest: int = 2024
    place: str = ""

    def registry(self) -> Registry:
        return registry(Path(self.place) / f"{self.month}-{self.newest}", self.month, years=(2023, self.newest))


def tick(series: Known, at: datetime) -> Any:
    context = dg.build_schedule_context(scheduled_execution_time=at, resources={"series": series})
    return defs.resolve_schedule_def("edition_due").evaluate_tick(context)


def test_the_schedule_reminds_once_a_month_until_the_edition_is_taken_in(tmp_path: Path) -> None:
    def at(year: int, month: int) -> datetime:
        return datetime(year, month, 1, 9, tzinfo=JST)

    series = Known(place=str(tmp_path / "a"))
    assert tick(series, at(2026, 6)).skip_message
    (july,) = tick(Known(place=str(tmp_path / "b")), at(2026, 7)).run_requests
    (august,) = tick(Known(place=str(tmp_path / "c")), at(2026, 8)).run_requests
    assert july.tags["series"] == "madeup_city" and july.tags["fiscal_year"] == "2025"
    assert july.run_key != august.run_key, "a reminder that was not heeded comes again"
    assert tick(Known(place=str(tmp_path / "d"), newest=2025), at(2026, 8)).skip_message


def test_the_first_of_april_is_the_one_in_japan(tmp_path: Path) -> None:
    schedule = defs.resolve_schedule_def("edition_due")
    assert schedule.execution_timezone == "Asia/Tokyo" and schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    in_utc = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)  # 9:00 in Japan
    assert tick(Known(place=str(tmp_path / "a"), month=4), in_utc).run_requests
    still_march_there = datetime(2026, 3, 31, 14, 59, tzinfo=UTC)
    assert tick(Known(place=str(tmp_path / "b"), month=4), still_march_there).skip_message
    already_april_there = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)
    assert tick(Known(place=str(tmp_path / "c"), month=4), already_april_there).run_requests


def test_the_bundled_series_is_never_late_because_its_month_is_not_known() -> None:
    series = Series().registry().series["kitakyushu_dx"]
    assert due.due(series, series.editions.values(), date(2099, 7, 1)) is None


def test_the_reminder_says_where_to_look_and_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(Notices, "send", lambda self, title, text, log: told.append((title, text)))
    (request,) = tick(Known(place=str(tmp_path / "a")), datetime(2026, 7, 1, 9, tzinfo=JST)).run_requests
    run = due.remind.execute_in_process(
        run_config=request.run_config, resources={"series": Known(place=str(tmp_path / "b")), "notices": Notices()}
    )
    assert run.success
    ((title, text),) = told
    assert "2025年度" in title and "fiscal year 2025 is due" in title
    assert "landing_page in" in text and "shinchoku intake" in text and "受付フォルダ" in text and "2026年7月" in text and "July 2026" in text
    series = registry(tmp_path / "c", 7, more="landing_page: https://example.com/dx\n")
    assert "https://example.com/dx" in due.Due(next(iter(series)), 2025, date(2026, 7, 1)).text()


def test_the_warehouse_is_warned_about_by_series(tmp_path: Path) -> None:
    known = registry(tmp_path, 7)
    fine, missing = due.check(known, date(2026, 6, 30)), due.check(known, date(2026, 7, 1))
    assert fine.passed and not missing.passed and missing.severity == dg.AssetCheckSeverity.WARN
    assert "2025年度" in str(missing.description) and "架空市デジタル計画" in str(missing.description)
    next(iter(known)).editions["2025"] = SimpleNamespace(fiscal_year=2025, status="withdrawn")  # type: ignore[assignment]
    assert not due.check(known, date(2026, 7, 1)).passed, "what was taken back is not public"
