"""When the next report of a series should be out: what is looked for in the warehouse, and what a person is reminded of.

``expected_month`` in series.yaml is the month in which the publisher usually issues the report on the fiscal year that ended last
(31 March). A series without one is never called late: an unknown date is no date.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
from pydantic import Field

from pipelines.describe import escape
from pipelines.notices import Notices
from pipelines.resources import Series as SeriesResource
from pipelines.resources import explained
from sources.registry import Edition, Series

JAPAN = ZoneInfo("Asia/Tokyo")
ON_THE_FIRST = "0 9 1 * *"
CHECK = "latest_fiscal_year_present"


@dataclass(frozen=True, slots=True)
class Due:
    """The report on a fiscal year that should have been issued from ``since`` on."""

    series: Series
    fiscal_year: int
    since: date

    def title(self) -> str:
        return f"{self.series.meta.title.ja}：{self.fiscal_year}年度の報告書の時期です / the report on fiscal year {self.fiscal_year} is due"

    def text(self) -> str:
        """Where to look and what to do, in Japanese and in English."""
        page, folder = self.series.meta.landing_page, self.series.writable / "series.yaml"
        ja = f"掲載ページを確かめてください：{page}" if page else f"掲載ページは未登録です（{folder} の landing_page）。発行者のサイトで探してください。"
        en = f"Look at its page: {page}" if page else f"No page is registered (landing_page in {folder}); look for it at the publisher's site."
        return (
            f"{self.series.meta.title.ja}（{self.series.meta.publisher.ja}）の{self.fiscal_year}年度の報告書は"
            f"{self.since.year}年{self.since.month}月ごろの公表が見込まれますが、まだ取り込まれていません。{ja} "
            "PDFが出ていれば受付フォルダに置くか、shinchoku intake ファイル.pdf で取り込みます。時期が違うときは expected_month を直してください。\n"
            f"{self.series.meta.title.en} ({self.series.meta.publisher.en}): the report on fiscal year {self.fiscal_year} was to be expected from "
            f"{self.since:%B %Y} on and has not been taken in. {en} If it is out, drop the PDF into the inbox or run shinchoku intake FILE.pdf; "
            "if it comes at another time of the year, correct expected_month."
        )


def today() -> date:
    return datetime.now(JAPAN).date()


def due(series: Series, editions: Iterable[Edition], on: date) -> Due | None:
    """The newest report that should be out on a day and is not among these editions; earlier gaps are part of the same visit."""
    month = series.meta.expected_month
    if month is None:
        return None
    newest = max((edition.fiscal_year for edition in editions), default=None)
    last = on.year - (1 if month >= 4 else 2) - (on.month < month)
    step = _years(series.meta.frequency)
    if newest is not None:
        last = newest + (last - newest) // step * step
        if last <= newest:
            return None
    return Due(series, last, date(last + (1 if month >= 4 else 2), month, 1))


def _years(frequency: str) -> int:
    """How many fiscal years lie between two reports; those of less than a year are looked for yearly."""
    number, unit = int(frequency[1:-1]), frequency[-1]
    return max(1, number if unit == "Y" else number // 12)


# -- the check of the warehouse

SPEC = dg.AssetCheckSpec(
    name=CHECK,
    asset="warehouse",
    description=(
        "**最新年度の公開**　（注意）\\\nThe latest fiscal year is public (warning)\n\n"
        "**見つけるもの / Catches**　公表時期（series.yamlのexpected_month）を過ぎても最新年度が公開されていない系列\\\n"
        "A series whose latest fiscal year is not public although its month (expected_month in series.yaml) has come\n\n"
        "**対応 / What to do**　掲載ページを確かめ、報告書を取り込み、承認してください。時期が違うときは expected_month を直してください\\\n"
        "Look at its page, take the report in and accept it; if it comes at another time of the year, correct expected_month"
    ),
)


def check(public: Iterable[Series], on: date) -> dg.AssetCheckResult:
    """Whether each series' latest expected fiscal year is public."""
    every = list(public)
    late = [
        found for series in every if (found := due(series, (e for e in series.editions.values() if e.status == "accepted"), on)) is not None
    ]
    dated = sum(series.meta.expected_month is not None for series in every)
    said = [f"{dated}系列の最新年度が公開されています（時期の指定がない系列：{len(every) - dated}）\\\nThe latest fiscal year of {dated} series is "
            f"public ({len(every) - dated} without expected_month)"]  # fmt: skip
    if late:
        said = [f"**{len(late)}系列の最新年度が公開されていません**\\\nThe latest fiscal year of {len(late)} series is not public"]
        said += ["\n".join(f"- {escape(one.title())}\\\n  {escape(one.text())}" for one in late)]
    return dg.AssetCheckResult(
        asset_key="warehouse",
        check_name=CHECK,
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n\n".join(said),
        metadata={"検査した数 / checked": dated, "不適合 / unexpected": len(late), "基準日 / on": on.isoformat()},
    )


# -- the reminder

class Reminder(dg.Config):
    """Of which series a person is reminded."""

    series: str = Field(default="", description="Id of the series; empty means every series that has a report due.")
    on: str = Field(default="", description="Day to judge by, as 2026-07-01; empty means today in Japan.")


@dg.op(description="督促：次の報告書の取込時期を知らせます。\n\nSays that the next report of a series is due, in the log and to whom notices go.")
def say_what_is_due(context: dg.OpExecutionContext, config: Reminder, series: SeriesResource, notices: Notices) -> None:
    with explained():
        on = date.fromisoformat(config.on) if config.on else today()
        for one in series.registry():
            if config.series in ("", one.id) and (found := due(one, one.editions.values(), on)):
                context.log.warning(found.text())
                notices.send(found.title(), found.text(), context.log)


@dg.job(
    tags={"stage": "remind"},
    executor_def=dg.in_process_executor,
    description=(
        "**督促** 次の報告書の公表時期が来て、まだ取り込まれていない系列を、ログと通知先に知らせます。毎月1日の予定 `edition_due` が実行します。"
        "データは変わりません。\n\n"
        "Says which series have a report due that was not taken in, in the log and to whom notices go. The schedule `edition_due` starts it on "
        "the first of the month. Use it to try out a notice. Nothing is changed."
    ),
)
def remind() -> None:
    say_what_is_due()


@dg.schedule(
    job=remind,
    cron_schedule=ON_THE_FIRST,
    execution_timezone="Asia/Tokyo",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description=(
        "年1回の報告書の公表月（series.yamlの expected_month）から、その年度の版が取り込まれるまで、毎月1日9時（日本時間）に知らせます。\n\n"
        "From the month in which a series' yearly report is expected (expected_month in series.yaml) until that year's edition is taken in: a "
        "reminder on the first of the month, 9:00 in Japan."
    ),
)
def edition_due(context: dg.ScheduleEvaluationContext, series: SeriesResource) -> list[dg.RunRequest] | dg.SkipReason:
    on = context.scheduled_execution_time.astimezone(JAPAN).date()
    late = [found for one in series.registry() if (found := due(one, one.editions.values(), on)) is not None]
    if not late:
        return dg.SkipReason(f"no report is due on {on} that was not taken in / 取込待ちの報告書はありません")
    return [
        dg.RunRequest(
            run_key=f"{found.series.id}:{found.fiscal_year}:{on}",
            run_config=dg.RunConfig(ops={"say_what_is_due": Reminder(series=found.series.id, on=on.isoformat())}),
            tags={"series": found.series.id, "fiscal_year": str(found.fiscal_year)},
        )
        for found in late
    ]
