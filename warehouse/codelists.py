"""The rows of the code-list tables (series, edition, section, indicator, unit, code), taken from the registry and the field dictionary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from warehouse import fields

if TYPE_CHECKING:
    from sources.registry import Edition, Indicator, Registry, Series

Row = Mapping[str, Any]
CodeLists = Mapping[str, list[Row]]
CODE_TABLES = ("series", "edition", "section", "indicator", "unit", "code")


def code_lists_from(registry: Registry) -> dict[str, list[Row]]:
    """Every row that the registry can fill, whatever an edition's status; the builder keeps those that are published."""
    from sources.notation.units import UNITS

    indicators = [(series, indicator) for series in registry for indicator in series.indicators.values()]
    codes = {entry.code: None for entry in UNITS}
    for _, indicator in indicators:
        for measure in fields.codelist("measure").codes:
            codes |= dict.fromkeys(indicator.units_of(measure.code))
    return {
        "series": [_series(series) for series in registry],
        "section": [
            {
                "series_id": series.id,
                "section_id": section.id,
                "section_no": section.number,
                "name_ja": section.name.ja,
                "name_en": section.name.en,
            }
            for series in registry
            for section in series.sections.values()
        ],
        "unit": unit_rows(codes),
        "indicator": [_indicator(series, indicator) for series, indicator in indicators],
        "edition": [_edition(edition) for edition in registry.editions.values()],
        "code": list(code_rows()),
    }


def unit_rows(codes: Iterable[str]) -> list[Row]:
    """The units of these codes; what is no unit is left out."""
    from sources.registry import unit

    return [
        {"unit_code": found.code, "name_ja": found.name.ja, "name_en": found.name.en, "ucum": found.ucum, "unece": found.unece}
        for found in map(unit, codes) if found
    ]  # fmt: skip


def code_rows() -> Iterable[Row]:
    """The code lists of the field dictionary as rows."""
    for codelist in fields.dictionary().codelists.values():
        for code in codelist.codes:
            yield {
                "codelist": codelist.name,
                "code": code.code,
                "name_ja": code.label.ja,
                "name_en": code.label.en,
                "description_ja": code.about.ja if code.about else None,
                "description_en": code.about.en if code.about else None,
            }


def _series(series: Series) -> Row:
    meta = series.meta
    return {
        "series_id": series.id,
        "dataset": meta.dataset,
        "title_ja": meta.title.ja,
        "title_en": meta.title.en,
        "description_ja": meta.description.ja,
        "description_en": meta.description.en,
        "plan_ja": meta.plan.ja,
        "plan_en": meta.plan.en,
        "publisher_ja": meta.publisher.ja,
        "publisher_en": meta.publisher.en,
        "area_code": meta.area_code,
        "standard_area_code": meta.standard_area_code,
        "area_ja": meta.area.ja,
        "area_en": meta.area.en,
        "license": meta.license.spdx,
        "license_url": meta.license.url,
        "landing_page": meta.landing_page,
        "contact": meta.contact,
        "frequency": meta.frequency,
    }


def _indicator(series: Series, indicator: Indicator) -> Row:
    return {
        "series_id": series.id,
        "indicator_id": indicator.id,
        "section_id": indicator.section,
        "name_ja": indicator.name.ja,
        "name_en": indicator.name.en,
        "description_ja": indicator.description.ja if indicator.description else None,
        "description_en": indicator.description.en if indicator.description else None,
        "unit_code": indicator.unit,
        "direction": indicator.direction,
        "component": indicator.component,
        "total_id": indicator.total,
    }


def _edition(edition: Edition) -> Row:
    meta = edition.meta
    return {
        "edition_id": edition.edition_id,
        "series_id": edition.series.id,
        "edition": edition.id,
        "title_ja": meta.title.ja,
        "title_en": meta.title.en,
        "fiscal_year": edition.fiscal_year,
        "period_start": edition.period_start,
        "period_end": edition.period_end,
        "issued": meta.issued,
        "status": edition.status,
        "origin": edition.origin,
        "origin_note_ja": meta.origin_note.ja if meta.origin_note else None,
        "origin_note_en": meta.origin_note.en if meta.origin_note else None,
        "file": meta.file,
        "sha256": edition.sha256,
        "page_count": meta.page_count,
        "source_url": meta.source_url,
    }
