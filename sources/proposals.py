"""A first draft of a series from what was read of one report: its sections and indicators, for a person to name and to correct.

A label gives one indicator for each unit, component and kind of period that it is printed with. Ids are numbers and English names are
the printed words until a person gives better ones; nothing is guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sources.decisions import plain, write_document
from sources.errors import ShinchokuError
from sources.matching import period_covers
from sources.names import plain_name, without_role
from sources.notation.units import canonical
from sources.records import Figure, Reading
from sources.registry import BARE, Indicator, IndicatorsFile, Section, Series, SeriesFile, Words, load, unit, unit_code

_GROUP = re.compile(r"^[（(]?(?:[0-9０-９]+|[①-⑳]|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+)[)）.．]?\s+\S+\s+(?=\S)")  # a numbered heading of a group of rows
_SUMMED = re.compile("累計|延べ")
_NAMELESS = re.compile("(?:累計|延べ|合計|小計|総?計|総数|全体|平均)(?:[数値])?")  # what a number is, not of what
_Group = tuple[str, str, str, str, str, str]  # section id, title, label, component, unit, kind of period


def propose_sections(figures: Sequence[Figure]) -> list[Section]:
    """The headed parts that figures stand under, in printed order."""
    seen: dict[tuple[str, str], Section] = {}
    for figure in figures:
        place = (figure.section_no, plain_name(figure.section_title))
        if place not in seen:
            title = figure.section_title or figure.section_no or "全体"
            seen[place] = Section(id=f"s{len(seen) + 1:02d}", number=figure.section_no, name=Words(ja=title, en=title))
    return list(seen.values())


def propose_indicators(figures: Sequence[Figure], sections: Sequence[Section]) -> list[Indicator]:
    """An indicator for each thing that figures count, in printed order; figures without any words over them give none."""
    ids = {(section.number, plain_name("" if section.name.ja in (section.number, "全体") else section.name.ja)): section.id for section in sections}
    groups: dict[_Group, list[Figure]] = defaultdict(list)
    growths: list[tuple[_Group, Figure]] = []
    for figure in figures:
        if not (figure.title or figure.label):
            continue
        section = ids[figure.section_no, plain_name(figure.section_title)]
        words = (section, plain_name(figure.title), plain_name(without_role(figure.label)), figure.component)
        group = (*words, _unit(figure), "" if figure.measure == "target" else period_covers(figure.period))
        if figure.measure == "growth":
            growths.append((group, figure))
        else:
            groups[group].append(figure)
    for group, figure in growths:
        home = next((known for known in groups if known[:4] == group[:4]), group)
        groups[home].append(figure)
    _join_targets(groups)
    labels: dict[tuple[str, str], set[str]] = defaultdict(set)
    for section, title, label, *_ in groups:
        labels[section, label].add(title)
    return [_indicator(f"i{number:03d}", group, found, len(labels[group[0], group[2]]) > 1 or bool(_NAMELESS.fullmatch(group[2])))
            for number, (group, found) in enumerate(groups.items(), 1)]


def _join_targets(groups: dict[_Group, list[Figure]]) -> None:
    """A target belongs to the one indicator of the same words and unit that has numbers of a period."""
    for group in [group for group in groups if not group[5]]:
        actual = [known for known in groups if known[:5] == group[:5] and known[5]]
        if len(actual) == 1:
            groups[actual[0]] += groups.pop(group)


def _unit(figure: Figure) -> str:
    """The printed unit that tells indicators apart; points belong to their percentages."""
    return "%" if unit_code(figure.unit) == "percentage_point" else canonical(figure.unit)


def _indicator(name: str, group: _Group, figures: Sequence[Figure], title_tells: bool) -> Indicator:
    section, _, _, component, printed, covers = group
    code = unit_code(printed)
    first = figures[0]
    label = without_role(first.label)
    words = _GROUP.sub("", " ".join(dict.fromkeys(part for part in ("" if label and not title_tells else first.title, label) if part)).replace("\n", " "))
    measures = dict.fromkeys(figure.measure for figure in figures)
    names = (f"{first.title} {label}".strip(),) if title_tells else tuple(dict.fromkeys((label or first.title, words)))
    fields: dict[str, Any] = {
        "id": name, "name": Words(ja=words, en=words), "section": section, "unit": code or BARE.code,
        "names": names, "direction": "none", "expected_measures": tuple(measures),
    }
    if _SUMMED.search(words) and component == "whole":
        fields["cumulative"] = True
    if code is None:
        fields["nominal_units"] = (printed,)
    elif (entry := unit(code)) and entry.name.ja != printed and printed:
        fields["unit_printed"] = printed
    if set(measures) == {"growth"}:
        fields["units"] = {"growth": (code or BARE.code,)}
    if component != "whole":
        fields["component"] = component
    if covers:
        fields["covers"] = covers
    return Indicator(**fields)


def start_series(root: Path, meta: SeriesFile, reading: Reading) -> Series:
    """Write series.yaml and indicators.yaml of a new series, proposed from what was read of its first report."""
    folder = root / meta.id
    if (folder / "series.yaml").exists():
        raise ShinchokuError(f"{folder}: this series is there already. Use another id, or edit its files.",
                             f"{folder}: この系列は既にあります。別のIDにするか、ファイルを編集してください。")
    sections = propose_sections(reading.figures)
    proposed = meta.model_copy(update={"sections": tuple(sections)})
    indicators = IndicatorsFile(indicators=tuple(propose_indicators(reading.figures, sections)))
    hint = f"# Proposed from {Path(reading.file).name}: give ids, English names and directions, and join what is one thing.\n"
    write_document(folder / "indicators.yaml", plain(indicators), IndicatorsFile, "indicators", hint)
    write_document(folder / "series.yaml", plain(proposed), SeriesFile, "series")
    return load(root).series[meta.id]
