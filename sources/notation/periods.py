"""Dates, years and periods as Japanese reports print them, to ISO dates; no quantities.

Grammar, on repaired text (~ is any wave dash):

    period   = point [suffix] [(~|から|-|→|・) point [suffix]] [open] [as of] [role]
    point    = year [month [day]] | month [day] | quarter | half | relative
    year     = (令和|平成|昭和|大正|明治|R|H|S|T|M) (元|6|六) | 2024 | '24 | FY2024    followed by 年度, 年 or nothing
    month    = 3月 | .3 | /3            day = 31日 | .31 | /31
    relative = 前年度 | 昨年 | 今年度 | 前年同月 | 前回調査 | 前月 | 翌年度 ...
    suffix   = 末 | 当初 | 第1四半期 | 上半期 | 3月末
    open     = ~ | 以降 | から累計      as of = 現在 | 時点      role = 比 | と比較 | に比べ | まで | 施行 ...

R6, H29 and the like without 年 are fiscal years, 2019 alone is a calendar year, unless the surroundings count otherwise.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date

from sources.notation.numerals import integer
from sources.records import Period

_ERAS = {"令": 2018, "平": 1988, "昭": 1925, "大": 1911, "明": 1867, "R": 2018, "H": 1988, "S": 1925, "T": 1911, "M": 1867}
_LAST = {"令": 40, "平": 31, "昭": 64, "大": 15, "明": 45, "R": 40, "H": 31, "S": 64, "T": 15, "M": 45}

_NUM = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_ERA = r"令 ?和|平 ?成|昭 ?和|大 ?正|明 ?治|(?<![A-Za-z0-9])[RHSTM]"
_GLOSS = r"(?: ?\((?:(?:令和|平成|昭和|[RHS]) ?(?:元|\d{1,2})|\d{4})(?: ?年度?)?\))?"
_OF_MONTHS = r"(?: ?\((?:1 ?月(?: ?1 ?日)? ?[~-] ?12 ?月(?: ?31 ?日)?|4 ?月(?: ?1 ?日)? ?[~-] ?(?:翌年? ?)?3 ?月(?: ?31 ?日)?)\))?"
_YEAR = (
    rf"(?:西暦 ?)?(?:(?P<era>{_ERA}) ?\.?(?P<eyear>元|{_NUM})|(?<![\d.,])(?P<wyear>(?:1[89]|20)\d\d|"
    rf"[一二][〇九八][〇一二三四五六七八九]{{2}})"
    rf"(?![\d,])|(?<!\d)['’‘](?P<short>\d\d)(?!\d)|(?<![A-Za-z])FY ?'?(?P<fy>(?:20)?\d\d)(?!\d)){_GLOSS}(?: ?(?P<word>年 ?度|"
    rf"年(?!間|代|計画|齢|ぶり)))?{_GLOSS}{_OF_MONTHS}"
)
_MONTH_DAY = (
    r"(?:(?<=[年度]) ?の? ?(?P<m5>\d{1,2})(?= ?[~・-] ?\d{1,2} ?月(?!間))"
    rf"|(?<=[年度]) ?の? ?(?P<m>{_NUM}) ?月(?!間|平均|額)(?: ?(?P<d>{_NUM}) ?日(?!間))?"
    r"|(?<=[0-9元)]) ?[./] ?(?P<m2>\d{1,2})(?!\d)(?: ?[./] ?(?P<d2>\d{1,2})(?!\d))?(?: ?月(?!間|"
    r"平均)(?: ?(?P<d3>\d{1,2}) ?日)?)?"
    r"|(?<=\d)-(?P<m4>\d\d)-(?P<d4>\d\d)(?!\d))?"
)
_PART = (
    r"(?: ?の? ?(?:第? ?(?P<quarter>[1-4一二三四]) ?・? ?四半期|(?<![A-Za-z0-9])(?P<q1>[1-4]) ?Q(?![A-Za-z0-9])|"
    r"(?<![A-Za-z])Q(?P<q2>[1-4])(?!\d)"
    r"|(?P<half>上半期|下半期|上期|下期|前半(?!戦)|後半(?!戦))))?"
)
_EDGE = r"(?: ?(?P<edge>末日?|月末|当初(?!予算|計画|目標|見込|値)|初頭|初め))?"
_ABSOLUTE = re.compile(_YEAR + _MONTH_DAY + _PART + _EDGE)
_MONTH = re.compile(
    rf"(?<![\d.,かヶカヵケ箇個])(?P<near>同年|翌年|前年|昨年|今年|本年|翌|同|去る)? ?(?P<m>{_NUM}) ?月(?!間|"
    rf"平均|額|分の支給|あたり|当たり|[数齢程例別])"
    rf"(?: ?(?P<d>{_NUM}) ?日(?!間))?{_EDGE}"
)
_MONTH_OF_RANGE = re.compile(r"(?<![\d.,/-])(?P<m5>\d{1,2})(?= ?(?:~|・|-|から) ?\d{1,2} ?月(?!間|額))")
_SLASH = re.compile(r"(?<![\d/.])(?P<m>\d{1,2})/(?P<d>\d{1,2})(?= ?(?:\([日月火水木金土][・祝)]|現在|時点|~))")
_LONE_PART = re.compile(_PART[:-1] + _EDGE)
_SHORT_YEAR = re.compile(rf"(?<![\d.,第期])(?P<n>元|{_NUM}) ?(?P<word>年 ?度)(?!目|計画){_MONTH_DAY}{_PART}{_EDGE}")
_RELATIVE = re.compile(
    r"(?P<far>前々|一昨)(?P<unit1>年度|年|回)|(?P<back>前|昨|先|前回|直近)(?P<unit>年度|年(?!齢|"
    r"代)|回(?:調査|計画|策定時|値|実績)?|月(?!日)|四半期|期(?!高齢|基本|計画|課程))"
    r"|(?P<now>今|本|当|同)(?P<unit2>年度|年(?!代|齢)|月(?!末日)|期間)|(?P<next>来|翌|次)(?P<unit3>年度|年(?!度))(?!(?:へ|に)?の?繰)"
)
_AFTER_RELATIVE = re.compile(
    rf"(?:度)?(?: ?の? ?(?P<m>{_NUM}) ?月(?: ?(?P<d>{_NUM}) ?日)?)?(?P<same>度?同(?:月|期|時期|"
    rf"日|四半期))?(?P<edge>末日?|当初)?(?:実績|値)?")
_TO = re.compile(r" ?(?P<how>~|から|-(?!\d{2}-)|→|⇒|➡|・|、|,|及び|と|より) ?")
_BARE_YEAR = re.compile(rf"(?P<n>元|\d{{4}}|{_NUM}) ?(?P<word>年 ?度|年(?!間|代)){_MONTH_DAY}{_EDGE}")
_BARE_MONTH = re.compile(rf"(?P<m>{_NUM}) ?(?P<word>月)(?!間|額)(?: ?(?P<d>{_NUM}) ?日)?{_EDGE}")
_BARE_DAY = re.compile(rf"(?P<d>{_NUM}) ?日(?!間|以内)")
_BARE_DOTTED = re.compile(r"(?P<m>\d{1,2})[./](?P<d>\d{1,2})(?![\d.])")
_BARE_NUMBER = re.compile(r"(?P<n>(?:20)?\d\d|\d)(?=[ )\]】、]|$|\n)")
_OPEN = re.compile(
    r" ?(?:~(?! ?(?:[RHS令平昭]|\d{1,4} ?[年月日./]))|以降|以来|から(?= ?(?:[)\]】]|$)| ?の?(?:累計|"
    r"延べ|のべ|通算|これまで|現在まで|今日まで|今まで|[ 、]?約?\d)))")
_AS_OF = re.compile(r" ?(?:の)?(?:現 ?在(?!の課題|、課題)|時 ?点|時(?=[)\]】 ]|$))")
_SPAN = re.compile(
    r" ?(?:末)?の?(?:実績値?|見込み?値?|分(?=[)\]】 ])|中(?=[のにはで、 ]|$)|"
    r"期(?=[)\]】 ]|$)|度分)?")
_VERSUS = re.compile(
    r" ?(?:の?(?:実績値?|値|平均|同期|同月|同時期|末|度末|水準|数値|件数|総量))?(?:[ \n]?(?:対比|"
    r"比(?![率較重例]|べ)|差(?!引|異|別)|との差|との比較|増減率?|伸び率|を(?:基準|100))|(?:と|"
    r"に)? ?比較|(?:と|に) ?(?:比べ|くらべ|対し)|と ?の ?比較|に ?比し)"
)
_PIVOT = re.compile(r"(?:の?(?:実績|値|数値|水準))?[ \n]?(?:から|より|を)")
_UNTIL = re.compile(r" ?まで(?:に|の)?")
_HAPPENED = (
    "施行|改定|改訂|改正|策定|開始|導入|開設|設置|新設|設立|公表|制定|稼働|リリース|オープン|"
    "スタート|立上げ|立ち上げ|締結|発足|創設|開館|開校|開業|供用"
)
_EVENT = re.compile(rf" ?(?:(?:に|より|から|付けで?)[、 ]?[^\d\n。、()\[\]【】]{{0,14}}?)?(?:{_HAPPENED})| [^\s\d。、()]{{0,8}}(?:{_HAPPENED}|拡大|廃止|統合)(?=\n|$)")
_AGAINST = re.compile(r"対 ?$")


@dataclass(slots=True)
class Dated:
    """A period as printed: where it stands, what it is, and its part in the sentence.

    ``back`` counts years before the governing period for 前年度 and its like (``months`` months for 前月), and then ``period``
    is what it is when nothing else governs. ``role``: "" governs, "base" is compared with, "pivot" may be compared with
    (前年度から), "event" dates something that happened, "until" is a deadline.
    """

    start: int
    end: int
    period: Period | None
    back: int | None = None
    months: int = 0
    base: Period | None = None
    role: str = ""
    note: str = ""
    local: bool = False  # printed in brackets with a number of its own


def fiscal(year: int) -> Period:
    """April of a year to March of the next."""
    return Period("fiscal_year", date(year, 4, 1), date(year + 1, 3, 31))


def calendar_year(year: int) -> Period:
    return Period("calendar_year", date(year, 1, 1), date(year, 12, 31))


def month_of(year: int, month: int) -> Period:
    return Period("month", date(year, month, 1), _month_end(year, month))


def as_of(day: date) -> Period:
    return Period("as_of", day, day)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _years_before(day: date, years: int) -> date:
    year = day.year - years
    if day.day == calendar.monthrange(day.year, day.month)[1]:
        return _month_end(year, day.month)
    return day.replace(year=year)


def back(period: Period, years: int) -> Period:
    """The same period so many years earlier; a span of years and one that is still open keep their beginning."""
    if years == 0:
        return period
    try:
        end = _years_before(period.end, years)
        if period.kind in ("fiscal_years", "since") and period.start <= end:
            return replace(period, end=end)
        return Period(period.kind, _years_before(period.start, years), end)
    except ValueError:
        return period


def back_months(period: Period, months: int) -> Period | None:
    """The month, or the point in time, so many months earlier; None for longer periods."""
    if period.kind not in ("month", "as_of"):
        return None
    index = period.start.year * 12 + period.start.month - 1 - months
    year, month = divmod(index, 12)
    if period.kind == "month":
        return month_of(year, month + 1)
    last = period.start == _month_end(period.start.year, period.start.month)
    end = _month_end(year, month + 1)
    return as_of(end if last else date(year, month + 1, min(period.start.day, end.day)))


@dataclass(slots=True)
class _Point:
    """One end of a period before it is known what the other end adds: which year, month, day, part."""

    start: int
    end: int
    year: int | None = None
    era: str = ""
    fiscal: bool | None = None  # None: no 年 and no 年度 printed
    month: int | None = None
    day: int | None = None
    quarter: int = 0
    half: str = ""
    edge: str = ""
    note: str = ""
    unfinished: bool = False  # 7 in 7~9月

    def period(self, report_year: int | None, bare: str) -> Period | None:
        fiscal_count = self.fiscal if self.fiscal is not None else (bare == "fiscal" or (bona_fide(self.era) and bare != "year"))
        year = self.year
        try:
            if self.month is not None:
                if year is None:
                    if report_year is None:
                        return None
                    year, fiscal_count = report_year, True
                elif self.fiscal is None or not self.fiscal:
                    fiscal_count = False
                if fiscal_count and self.month <= 3:
                    year += 1
                return self._in_month(year)
            if year is None:
                if report_year is None:
                    return None
                year, fiscal_count = report_year, True
            if self.quarter or self.half:
                part = self._in_part(year, fiscal_count)
                return as_of(part.end) if self.edge.startswith("末") else part
            whole = fiscal(year) if fiscal_count else calendar_year(year)
        except ValueError:
            return None
        if self.edge.startswith(("末", "月末")):
            return as_of(whole.end)
        return as_of(whole.start) if self.edge else whole

    def _in_month(self, year: int) -> Period:
        assert self.month is not None
        if self.day is not None:
            return as_of(date(year, self.month, self.day))
        if self.edge.startswith(("末", "月末")):
            return as_of(_month_end(year, self.month))
        return as_of(date(year, self.month, 1)) if self.edge else month_of(year, self.month)

    def _in_part(self, year: int, fiscal_count: bool) -> Period:
        length = 3 if self.quarter else 6
        index = self.quarter - 1 if self.quarter else int(self.half in ("下半期", "下期", "後半"))
        first = year * 12 + (3 if fiscal_count else 0) + index * length
        last = first + length - 1
        return Period("interval", date(first // 12, first % 12 + 1, 1), _month_end(last // 12, last % 12 + 1))


def bona_fide(era: str) -> bool:
    return era != ""


def _point(match: re.Match[str]) -> _Point | None:
    """A year with its month, day and part."""
    groups = match.groupdict()
    point = _Point(match.start(), match.end())
    if groups["era"]:
        point.era = groups["era"][0]
        number = integer(groups["eyear"])
        if number > _LAST[point.era] and groups["m2"]:
            return _slipped(match, number, point)
        if number > _LAST[point.era] and point.era not in "令R":
            point.note = f"{match['era']}{number} is after the era's end"
        point.year = _ERAS[point.era] + number
        if point.era in "STM" and not groups["word"] and not (groups["m2"] or groups["d2"]):
            point.note = "bare"
    elif groups["wyear"]:
        point.year = integer(groups["wyear"])
    else:
        point.year = 2000 + int((groups["short"] or groups["fy"])[-2:])
    if groups["word"] or groups["fy"]:
        point.fiscal = bool(groups["fy"]) or "度" in groups["word"]
    return point if _fill(point, groups) else None


def _slipped(match: re.Match[str], number: int, point: _Point) -> _Point | None:
    """R64.1 is R6.4.1 with the point left out: certain where the era has no such year and the rest is a date."""
    month = match["m2"] or match["m"]
    if not month or match["d2"] or number < 10:
        return None
    point.year = _ERAS[point.era] + number // 10
    point.month, point.day = number % 10, int(month)
    point.note = f"{match[0]} read as {point.era}{number // 10}.{number % 10}.{month}"
    return point if 1 <= point.month <= 12 and 1 <= point.day <= 31 else None


def _fill(point: _Point, groups: dict[str, str | None]) -> bool:
    """Month, day, quarter, half and edge; False where the numbers are no date."""
    month = groups.get("m") or groups.get("m2") or groups.get("m4") or groups.get("m5")
    day = groups.get("d") or groups.get("d2") or groups.get("d3") or groups.get("d4")
    if month:
        point.month = integer(month)
        if not 1 <= point.month <= 12:
            return False
    if day:
        point.day = integer(day)
        if not 1 <= point.day <= 31:
            return False
    quarter = groups.get("quarter") or groups.get("q1") or groups.get("q2")
    point.quarter = integer(quarter) if quarter else 0
    point.unfinished = bool(groups.get("m5"))
    point.half = groups.get("half") or ""
    point.edge = groups.get("edge") or ""
    return True


def _nearest_year(number: int, report_year: int | None) -> tuple[int, str]:
    """6年度 without an era: the year of an era, or of this century, nearest to the report's own."""
    around = report_year or 2024
    choices = [(2018 + number, "R"), (2000 + number, ""), (1988 + number, "H")]
    return min(choices, key=lambda choice: abs(choice[0] - around))


def read_period(text: str, at: int, report_year: int | None, bare: str, lowest: int = 0) -> Dated | None:
    """The period that begins at this place of a repaired text, or None."""
    first = _read_point(text, at, report_year, bare)
    if first is None:
        return _read_relative(text, at, report_year, lowest)
    if first.note == "bare":
        first.note = ""
        if not (_TO.match(text, first.end) and _second(text, _TO.match(text, first.end), first, report_year)):  # type: ignore[arg-type]
            return None
    end = first.end
    dated = Dated(at, end, None, note=first.note)
    joint = _TO.match(text, end)
    second = _second(text, joint, first, report_year) if joint else None
    if joint and second:
        _settle(first, second)
        start_of, end_of = first.period(report_year, bare), second.period(report_year, bare)
        if start_of and end_of and start_of.start <= end_of.end:
            end = second.end
            if joint["how"] in "→⇒➡":
                dated.base, dated.period = start_of, end_of
            else:
                dated.period = _join(start_of, end_of)
    if dated.period is None:
        dated.period = first.period(report_year, bare)
        if dated.period is None:
            dated.end = end
            dated.note = dated.note or "no fiscal year to place it in"
    opened = _OPEN.match(text, end)
    if opened and dated.period and not dated.base:
        end = opened.end()
        last = max(date((report_year or dated.period.start.year) + 1, 3, 31), dated.period.start)
        dated.period = Period("since", dated.period.start, last)
        if text.startswith("から", end - 2):
            dated.role = "pivot"
    pointed = _AS_OF.match(text, end)
    if pointed:
        end = pointed.end()
        if dated.period and dated.period.kind in ("month", "interval"):
            dated.period = as_of(dated.period.end)
    dated.end = end
    return _with_role(text, dated, lowest)


def _read_point(text: str, at: int, report_year: int | None, bare: str) -> _Point | None:
    match = _ABSOLUTE.match(text, at)
    if match:
        if match["wyear"] and not match["word"] and (bare == "none" or not _bare_year_is_year(text, match)):
            return None
        point = _point(match)
        if point is None and match["m2"]:
            return None
        return point
    match = _SHORT_YEAR.match(text, at)
    if match:
        year, era = _nearest_year(integer(match["n"]), report_year)
        point = _Point(at, match.end(), year, era, True)
        return point if _fill(point, match.groupdict()) else None
    match = _MONTH.match(text, at) or _MONTH_OF_RANGE.match(text, at) or _SLASH.match(text, at)
    if match:
        point = _Point(at, match.end())
        near = match.groupdict().get("near") or ""
        if near in ("翌", "同", "去る"):
            near = ""
        if near and report_year is not None:
            point.year = report_year + {"同年": 0, "今年": 0, "本年": 0, "翌年": 1, "前年": -1, "昨年": -1}[near]
            point.fiscal = True
        return point if _fill(point, match.groupdict()) else None
    match = _LONE_PART.match(text, at)
    if match and match.end() > at:
        point = _Point(at, match.end())
        return point if _fill(point, match.groupdict()) else None
    return None


_YEAR_ALONE = re.compile(r"[(\[【〈<]? ?$")
_AFTER_YEAR_ALONE = re.compile(r" ?(?:[)\]】〉>]|~|→|⇒|-(?:20|19)\d\d(?!\d)|$|末|時点|現在|\n|比(?!率))")


def _bare_year_is_year(text: str, match: re.Match[str]) -> bool:
    """2019 is a year alone in brackets or on its line, beside a dash or an arrow, or with a month."""
    if match["m4"] or match["d2"] or match["edge"] or match["quarter"] or match["half"]:
        return True
    if match["m2"]:
        return bool(_AFTER_YEAR_ALONE.match(text, match.end()))
    before = text[max(0, match.start() - 2) : match.start()]
    opens = not before or before[-1] in "([【〈<\n~→⇒-" or (before[-1] == " " and before[:-1] in ("", "\n", "(", "~", "→"))
    return opens and bool(_AFTER_YEAR_ALONE.match(text, match.end()))


def _second(text: str, joint: re.Match[str], first: _Point, report_year: int | None) -> _Point | None:
    """The other end of a range, which may leave out what the first end has said."""
    at, how = joint.end(), joint["how"]
    listing = how in "・、,及びとより"
    match = _ABSOLUTE.match(text, at)
    if match and not (match["wyear"] and not match["word"] and first.year is None):
        point = _point(match)
        if point and point.note != "bare" and not (listing and (point.month or first.month or first.fiscal is False)):
            return point
        if point and point.note == "bare":
            point.note = ""
            return point
    if first.year is not None and first.month is None:
        match = _BARE_YEAR.match(text, at)
        if match and not (listing and how not in "・、,"):
            number = integer(match["n"])
            year = number if number > 99 else _like(first, number, report_year)
            point = _Point(at, match.end(), year, first.era, "度" in match["word"])
            return point if _fill(point, match.groupdict()) else None
        match = _BARE_NUMBER.match(text, at)
        if match and how in "~-→" and first.fiscal is None:
            number = int(match["n"])
            return _Point(at, match.end(), number if number > 99 else _like(first, number, report_year), first.era)
    if listing and not first.unfinished:
        return None
    if first.month is not None or first.year is None:
        match = _BARE_MONTH.match(text, at)
        if match is None and text.startswith("翌", at):
            match = _BARE_MONTH.match(text, at + 1)
        if match:
            point = _Point(at, match.end(), first.year, first.era, first.fiscal)
            if not _fill(point, match.groupdict()) or point.month is None:
                return None
            if first.year is not None and first.month is not None and point.month < first.month and not first.fiscal:
                point.year = first.year + 1
            return point
        match = _BARE_DAY.match(text, at)
        if match and first.day is not None:
            point = replace(first, start=at, end=match.end(), edge="", note="")
            point.day = integer(match["d"])
            return point if 1 <= point.day <= 31 else None
        match = _BARE_DOTTED.match(text, at)
        if match and first.day is not None:
            point = replace(first, start=at, end=match.end(), edge="", note="")
            return point if _fill(point, match.groupdict()) else None
    return None


def _like(first: _Point, number: int, report_year: int | None) -> int:
    if first.era:
        year = _ERAS[first.era] + number
        # H29～5年度: the second end belongs to the next era.
        return year if first.year is not None and year >= first.year else _ERAS["R"] + number
    return (first.year or report_year or 2000) // 100 * 100 + number


def _settle(first: _Point, second: _Point) -> None:
    """R4～6年度: what is printed once holds for both ends."""
    if first.fiscal is None and first.month is None:
        first.fiscal = second.fiscal if second.month is None else first.fiscal
    if second.fiscal is None and second.month is None:
        second.fiscal = first.fiscal
    if first.month is None and second.month is not None and first.year is None:
        first.month = second.month


def _join(first: Period, second: Period) -> Period:
    if first == second:
        return first
    kinds = {first.kind, second.kind}
    return Period("fiscal_years" if kinds == {"fiscal_year"} else "interval", first.start, second.end)


def _read_relative(text: str, at: int, report_year: int | None, lowest: int) -> Dated | None:
    match = _RELATIVE.match(text, at)
    if match is None:
        return None
    if at > lowest and text[at - 1] in "同以事直手生目空駅人" and not match["now"]:
        return None
    unit = next(filter(None, (match["unit1"], match["unit"], match["unit2"], match["unit3"])))
    years = 2 if match["far"] else 1 if match["back"] else 0 if match["now"] else -1
    months = 0
    if unit.startswith("月") or unit == "四半期":
        months, years = (years if unit.startswith("月") else 3 * years), 0
    after = _AFTER_RELATIVE.match(text, match.end())
    assert after is not None
    end = after.end()
    period: Period | None = None
    relative: int | None = years
    if report_year is not None and not months:
        period = fiscal(report_year - years)
        if after["m"] and 1 <= integer(after["m"]) <= 12:
            point = _Point(at, end, report_year - years, "", True, integer(after["m"]), integer(after["d"]) if after["d"] else None, edge=after["edge"] or "")
            period, relative = point.period(report_year, ""), None
        elif after["edge"] and unit.endswith("度"):
            period, relative = as_of(period.end if after["edge"].startswith("末") else period.start), relative
    dated = Dated(at, end, period, relative, months)
    pointed = _AS_OF.match(text, end)
    if pointed:
        dated.end = pointed.end()
    return _with_role(text, dated, lowest)


def _with_role(text: str, dated: Dated, lowest: int) -> Dated:
    """What follows (or 対 before it) tells whether the period governs or is compared with."""
    against = bool(_AGAINST.search(text, max(lowest, dated.start - 2), dated.start))
    versus = _VERSUS.match(text, dated.end)
    if versus or against:
        dated.role = "base"
        if versus:
            dated.end = versus.end()
        if against:
            dated.start = text.rindex("対", 0, dated.start)
        return dated
    spanned = _SPAN.match(text, dated.end)
    until = _UNTIL.match(text, spanned.end() if spanned else dated.end)
    if until:
        dated.role, dated.end = "until", until.end()
        return dated
    pivot = _PIVOT.match(text, dated.end)
    if pivot:
        dated.role = "pivot"
    elif dated.back is None and (_EVENT.match(text, dated.end) or text.startswith("版", dated.end)):
        dated.role = "event"  # 令和7年版 names an edition, and tells of the years before
    elif spanned:
        dated.end = spanned.end()
    return dated
