"""Changes that a decision makes to a series' own files: an indicator that is new or has ended, a heading that is new. Comments stay."""

from __future__ import annotations

from sources.decisions import load_document, plain, write_document
from sources.errors import ShinchokuError
from sources.registry import Indicator, IndicatorsFile, Section, Series, SeriesFile, unit


def add_indicator(series: Series, new: Indicator) -> None:
    """Write a new indicator at the end of indicators.yaml."""
    if new.id in series.indicators:
        raise ShinchokuError(f"the indicator '{new.id}' is there already. Use another id, or map the label to it.",
                             f"指標「{new.id}」は既にあります。別のIDにするか、名称をその指標に対応付けてください。")
    if new.section not in series.sections:
        known = ", ".join(series.sections)
        raise ShinchokuError(f"there is no section '{new.section}'. Known: {known}.", f"章「{new.section}」はありません。あるのは {known} です。")
    if unit(new.unit) is None:
        raise ShinchokuError(f"there is no unit '{new.unit}'. Use a code of sources/notation/units.yaml, such as case or person.",
                             f"単位「{new.unit}」はありません。sources/notation/units.yaml のコード（caseやpersonなど）を使ってください。")
    document = load_document(series.find("indicators.yaml"))
    document.setdefault("indicators", []).append(plain(new))
    write_document(series.writable / "indicators.yaml", document, IndicatorsFile, "indicators")


def end_indicator(series: Series, name: str, last: int, why: str) -> None:
    """Write the last fiscal year of an indicator, with the reason as a comment."""
    document = load_document(series.find("indicators.yaml"))
    entry = next((entry for entry in document.get("indicators", ()) if entry["id"] == name), None)
    if entry is None:
        raise ShinchokuError(f"there is no indicator '{name}'.", f"指標「{name}」はありません。")
    entry.setdefault("validity", {})["last"] = last
    entry.yaml_add_eol_comment(" ".join(why.split()), "validity")
    write_document(series.writable / "indicators.yaml", document, IndicatorsFile, "indicators")


def add_section(series: Series, number: str, title: str) -> Section:
    """Write a new section at the end of those in series.yaml, under the next free id."""
    new = Section(id=next(name for n in range(1, 1000) if (name := f"s{n:02d}") not in series.sections), number=number,
                  name={"ja": title, "en": title})  # type: ignore[arg-type]
    document = load_document(series.find("series.yaml"))
    document.setdefault("sections", []).append(plain(new))
    write_document(series.writable / "series.yaml", document, SeriesFile, "series")
    return new
