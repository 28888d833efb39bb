"""Values, periods and comparisons as a reader says them, in Japanese and English. Knows rows of the warehouse, draws nothing."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from warehouse.site.content import Observation

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")

MINUS = "\u2212"
ERAS = ((2019, "令和", 2018), (1989, "平成", 1988), (1926, "昭和", 1925))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
JAPANESE = {"about": "約{}", "over": "{}超", "at_least": "{}以上", "at_most": "{}以下", "under": "{}未満"}
QUALIFIED = {
    "ja": JAPANESE,
    "en": {"about": "about {}", "over": "over {}", "at_least": "at least {}", "at_most": "at most {}", "under": "under {}"},
}
TERSE = {
    "ja": JAPANESE,
    "en": {"about": "~{}", "over": ">{}", "at_least": "≥{}", "at_most": "≤{}", "under": "<{}"},
}
# Units that English writes close to the number, or leaves to the number itself.
CLOSE = {"percent": "%", "times": "×", "proportion": "", "number": ""}
UNSAID = ("proportion", "number")  # whose Japanese name (割合, 単位なし) is no word that follows a number
# A reading keeps the gaps of the print ("30 万枚超"); between Latin words they mean something.
GAP = re.compile(r"(?<![A-Za-z]) | (?![A-Za-z])")


class Parts(NamedTuple):
    """A value cut so that its number can be set larger than the words around it."""

    before: str
    number: str
    after: str

    def __str__(self) -> str:
        return self.before + self.number + self.after


def printed(text: str | None) -> str:
    """What stands on the page, without the gaps of its typesetting."""
    return GAP.sub("", text or "")


def number(value: Decimal, signed: bool = False) -> str:
    """As exact as it is, thousands apart, with a real minus sign."""
    text = f"{abs(value):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    if value < 0:
        return MINUS + text
    return ("+" if value else "±") + text if signed else text


def size(count: int) -> str:
    """Of a file, as it is shown beside its link."""
    told: float = count
    for unit in ("B", "KB", "MB"):
        if told < 1000 or unit == "MB":
            break
        told = round(told / 1000, 1) if told < 100_000 else round(told / 1000)
    return f"{told:,} {unit}"


def parts(row: Observation, language: Language) -> Parts:
    """The value as the report prints it in Japanese (where nobody corrected it), and in words of the same exactness in English."""
    text = printed(row.text)
    if language == "ja" and text and row.is_as_printed:
        cut = re.match(r"(\D*)([\d,，.．]+)(\D*)$", text)
        return Parts(*cut.groups()) if cut else Parts("", text, "")
    if row.value is None:
        return Parts("", text, "")
    return qualified(row.value, row.measure, row.unit_code, _name(row, language), row.qualifier, language)


def qualified(value: Decimal, measure: str, unit_code: str, unit: str, qualifier: str | None, language: Language) -> Parts:
    """A value in words, whatever is printed for it; ``unit`` is the name of its unit in the language."""
    before, _, after = QUALIFIED[language].get(qualifier or "", "{}").partition("{}")
    figure, unit = _figure(value, measure, unit_code, unit, language)
    return Parts(before, figure, unit + after)


def exact(row: Observation, language: Language) -> str:
    """The value that is published, in its base unit."""
    assert row.value is not None
    return "".join(_figure(row.value, row.measure, row.unit_code, _name(row, language), language))


def short(row: Observation, language: Language) -> str:
    """The number as a drawing has room for it: without its unit, in the printed multiplier for those who read it."""
    assert row.value is not None
    multiplier = {4: "万", 8: "億"}.get(row.unit_mult, "") if language == "ja" else ""
    figure = number(row.value.scaleb(-row.unit_mult) if multiplier else row.value) + multiplier
    return TERSE[language].get(row.qualifier or "", "{}").format(figure)


def difference(value: Decimal, row: Observation, signed: bool = True, *, language: Language) -> str:
    """A difference of two values of the row's unit, or how large it is."""
    if row.unit_code == "proportion":
        value = round(value * 100, 2)
    unit = {"ja": "ポイント", "en": " points"}[language] if row.unit_code in ("percent", "proportion") else _unit(row.unit_code, _name(row, language), language)
    return number(value if signed else abs(value), signed) + unit


def _figure(value: Decimal, measure: str, unit_code: str, unit: str, language: Language) -> tuple[str, str]:
    if unit_code == "proportion" and (share := _share(value, language)):
        return share, ""
    is_change = measure == "change" or (measure == "growth" and unit_code == "percent")
    return number(value, signed=is_change), _unit(unit_code, unit, language)


def _share(value: Decimal, language: Language) -> str:
    """A proportion as the simple fraction that it is; nothing where it is none. The view ``progress`` says it likewise."""
    fraction = Fraction(value).limit_denominator(20)
    if fraction.denominator == 1 or abs(fraction - Fraction(value)) >= Fraction(1, 1_000_000):
        return ""
    return f"{fraction.denominator}分の{fraction.numerator}" if language == "ja" else f"{fraction.numerator}/{fraction.denominator}"


def _name(row: Observation, language: Language) -> str:
    return str(row.unit.ja if language == "ja" else row.unit.en)


def _unit(unit_code: str, unit: str, language: Language) -> str:
    if language == "ja":
        return "" if unit_code in UNSAID else unit
    return CLOSE.get(unit_code, f" {unit}")


def year(fiscal: int, era: bool = False, *, language: Language) -> str:
    if language == "en":
        return f"fiscal {fiscal}"
    return f"{fiscal}年度" + (f"（{_era(fiscal)}年度）" if era else "")


def _era(fiscal: int) -> str:
    for first, name, before in ERAS:
        if fiscal >= first:
            return f"{name}{'元' if fiscal - before == 1 else fiscal - before}"
    return f"西暦{fiscal}"


def day(when: date, language: Language) -> str:
    if language == "ja":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def fiscal_year(end: date) -> int:
    return end.year - (end.month < 4)


def period(start: date, end: date, language: Language, era: bool = False) -> str:
    """Fiscal years by their name, a point in time as one, everything else from day to day."""
    ja = language == "ja"
    if start == end:
        return f"{day(end, language)}時点" if ja else f"as of {day(end, language)}"
    after = end + timedelta(days=1)
    if (start.month, start.day, after.month, after.day) == (4, 1, 4, 1):
        first, last = start.year, end.year - 1
        if first == last:
            return year(first, era, language=language)
        return f"{first}～{last}年度" if ja else f"fiscal {first}–{last}"
    return f"{day(start, language)}～{day(end, language)}" if ja else f"{day(start, language)} – {day(end, language)}"


def compared(row: Observation, language: Language) -> str:
    """What a change or a growth is against."""
    if row.base_end is None:
        return ""
    base = fiscal_year(row.base_end)
    if row.base_end.replace(year=1, day=1) == row.end.replace(year=1, day=1) and row.end.year - row.base_end.year == 1:
        return "前年度比" if language == "ja" else "on the year before"
    return f"{base}年度比" if language == "ja" else f"on fiscal {base}"
