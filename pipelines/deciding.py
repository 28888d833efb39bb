"""What `shinchoku decide` does: one decision of a person about a finding, written to the file that holds such decisions."""

from __future__ import annotations

import re
from collections.abc import Mapping as Options
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines import staging
from pipelines.home import Home
from pipelines.open_findings import Item
from sources import amend, decisions
from sources.decisions import Acknowledgement, Correction, Mapping, Signed, Use
from sources.errors import ShinchokuError
from sources.matching import figure_ids
from sources.proposals import propose_indicators, propose_sections
from sources.records import Figure
from sources.registry import Edition, Indicator, Validity, load

M = TypeVar("M", bound=BaseModel)
NEW = ("id", "name_en", "name_ja", "section", "unit", "direction", "covers", "cumulative", "component", "total")


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decides, when and why."""

    who: str
    when: date
    reason: str

    def on(self, kind: type[M], **fields: Any) -> M:
        return _valid(kind, fields | {"who": self.who, "when": self.when, "reason": self.reason})


def chosen(found: Sequence[Item], name: str) -> Item:
    """A finding by its id, or by a part of it that only one finding has; what is open comes before what is settled."""
    exact = [item for item in found if item.id == name]
    part = [item for item in found if name in item.id and not item.settled] or [item for item in found if name in item.id]
    fits = exact or part
    if len(fits) == 1:
        return fits[0]
    if fits:
        listed = "\n  ".join(item.id for item in fits)
        raise ShinchokuError(f"'{name}' fits {len(fits)} findings. Write more of one:\n  {listed}",
                             f"「{name}」に当てはまる所見が{len(fits)}件あります。詳しく指定してください。")
    listed = "\n  ".join(item.id for item in found if not item.settled) or "-"
    raise ShinchokuError(f"there is no finding '{name}'. Open: \n  {listed}", f"所見「{name}」はありません。")


def acknowledge(edition: Edition, item: Item, signature: Signature) -> None:
    """The finding may stand."""
    if item.kind == "stale_decision":
        raise ShinchokuError(f"{item.id}: a decision that no longer holds cannot be acknowledged. Decide anew what it is about, or --remove it.",
                             f"{item.id}: 前提の崩れた決定は確認済みにできません。決め直すか、--remove で取り消してください。")
    _append(edition, signature.on(Acknowledgement, finding=item.id, expect=item.expect))


def correct(edition: Edition, item: Item, use: Options[str, str], home: Home, signature: Signature) -> None:
    """The figure was read or printed wrong; ``use`` is what is right."""
    figure = _read(edition, home).get(item.figure_id or "")
    if figure is None:
        raise ShinchokuError(f"{item.id}: no figure of the report stands behind this, so nothing can be corrected.",
                             f"{item.id}: 対応する数値が報告書にないため、訂正できません。")
    right = _valid(Use, {name: _number(value) if name == "value" else value for name, value in use.items()})
    _append(edition, signature.on(Correction, figure=item.figure_id, expect=figure.raw, use=right))


def map_to(edition: Edition, item: Item, indicator: str, signature: Signature) -> None:
    """The printed label means this indicator; where two labels changed places, both are written."""
    if indicator not in edition.series.indicators:
        import difflib

        near = ", ".join(difflib.get_close_matches(indicator, edition.series.indicators, n=3)) or ", ".join(edition.series.indicators)
        raise ShinchokuError(f"there is no indicator '{indicator}'. Near: {near}.", f"指標「{indicator}」はありません。近いもの: {near}。")
    proposed = _mappings(item)
    if len(proposed) == 1:
        proposed[0]["indicator"] = indicator
    elif indicator not in [one["indicator"] for one in proposed]:
        raise ShinchokuError(f"{item.id}: the two labels can be mapped to {' and '.join(str(one['indicator']) for one in proposed)} only.",
                             f"{item.id}: 対応付けられるのは {'、'.join(str(one['indicator']) for one in proposed)} です。")
    for one in proposed:
        _append(edition, signature.on(Mapping, **one))


def new_indicator(edition: Edition, item: Item, given: Options[str, str], home: Home, signature: Signature) -> Indicator:
    """The label is a new indicator's: registered as proposed from what is printed, but for what is given; signed by a mapping."""
    if unknown := sorted(set(given) - set(NEW)):
        raise ShinchokuError(f"--new-indicator does not take {', '.join(unknown)}. It takes {', '.join(NEW)}.",
                             f"--new-indicator に {', '.join(unknown)} は指定できません。指定できるのは {', '.join(NEW)} です。")
    figures = _figures(edition, item, home)
    label = _mappings(item)[0]
    if not figures or "id" not in given:
        raise ShinchokuError("a new indicator needs an id: --new-indicator id=my_indicator,name_en=\"Its name\"",
                             "新しい指標にはIDが必要です: --new-indicator id=my_indicator,name_en=\"英語名\"")
    if given["id"] in edition.series.indicators:
        raise ShinchokuError(f"the indicator '{given['id']}' is there already. Use another id, or --map {given['id']}.",
                             f"指標「{given['id']}」は既にあります。別のIDにするか、--map {given['id']} で対応付けてください。")
    proposed = propose_indicators(figures, propose_sections(figures))[0]
    fields = proposed.model_dump(exclude_unset=True) | {name: value for name, value in given.items() if name not in ("name_ja", "name_en")}
    fields["name"] = {"ja": given.get("name_ja", proposed.name.ja), "en": given.get("name_en", proposed.name.en)}
    fields["section"] = given.get("section") or item.section or "s00"
    fields["validity"] = Validity(first=edition.fiscal_year)
    _valid(Indicator, fields)  # before a section is written for it
    if not (given.get("section") or item.section):
        first = figures[0]
        fields["section"] = amend.add_section(edition.series, first.section_no, first.section_title or first.section_no or "全体").id
    new = _valid(Indicator, fields)
    amend.add_indicator(load().series[edition.series.id], new)
    _append(edition, signature.on(Mapping, **label | {"indicator": new.id, "unit": _unit(figures)}))
    return new


def end(edition: Edition, item: Item, signature: Signature) -> None:
    """The indicator was last reported in the edition before; who said so and why stands beside it in indicators.yaml."""
    if item.kind not in ("vanished", "missing", "unnamed") or item.indicator_id is None:
        raise ShinchokuError(f"{item.id}: only an indicator that is not found can have ended.", f"{item.id}: 終了にできるのは、見つからない指標だけです。")
    amend.end_indicator(edition.series, item.indicator_id, edition.fiscal_year - 1, f"{signature.reason} ({signature.who}, {signature.when})")


def remove(edition: Edition, item: Item) -> None:
    """Take a decision that no longer holds out of decisions.yaml."""
    kind, _, place = item.id.partition(":")
    if kind != "stale_decision":
        raise ShinchokuError(f"{item.id}: --remove is for stale_decision only.", f"{item.id}: --remove は stale_decision だけに使えます。")
    path = edition.decisions_file
    what, _, about = place.partition(":")
    key, name = {"correction": ("corrections", "figure"), "mapping": ("mappings", "label")}.get(what, ("acknowledgements", "finding"))
    wanted = about if key != "acknowledgements" else place
    decisions.remove(path, key, lambda entry: str(entry[name]) in (wanted, wanted.removeprefix(f"{edition.edition_id}-")), _known(edition))


def parsed(texts: Sequence[str]) -> dict[str, str]:
    """``value=1,320,unit=件`` as a mapping; a comma within a value stays."""
    out: dict[str, str] = {}
    for part in (part for text in texts for part in re.split(r",(?=\s*[a-z_]+=)", text)):
        name, equals, value = part.partition("=")
        if not equals or not value.strip():
            raise ShinchokuError(f"'{part}' does not have the form name=value.", f"「{part}」は 名前=値 の形ではありません。")
        out[name.strip()] = value.strip()
    return out


def _figures(edition: Edition, item: Item, home: Home) -> list[Figure]:
    """The figures that a finding speaks of."""
    read = _read(edition, home)
    return [read[name] for name in item.figures or (item.figure_id or "",) if name in read]


def _read(edition: Edition, home: Home) -> dict[str, Figure]:
    """Every figure as it was read, by its id."""
    figures = staging.read_reading(home.staging(edition.edition_id) / "reading.json").figures
    return dict(zip(figure_ids(edition, figures), figures, strict=True))


def _unit(figures: Sequence[Figure]) -> str | None:
    """The printed unit of what is counted; that of a growth is another one."""
    return next((figure.unit for figure in figures if figure.measure != "growth"), figures[0].unit) or None


def _mappings(item: Item) -> list[dict[str, Any]]:
    """The mappings that a finding proposes, unsigned."""
    proposed = (yaml.safe_load(item.remedy) or {}).get("mappings", ()) if item.remedy else ()
    if not proposed:
        raise ShinchokuError(f"{item.id}: this is not about a label, so nothing can be mapped.", f"{item.id}: 名称についての所見ではないため、対応付けられません。")
    return [{name: value for name, value in one.items() if name not in Signed.model_fields} for one in proposed]


def _number(text: str) -> str:
    return text.replace(",", "")


def _append(edition: Edition, decision: Acknowledgement | Correction | Mapping) -> None:
    decisions.append(edition.decisions_file, decision, _known(edition))


def _known(edition: Edition) -> Any:
    return edition.series.find(f"editions/{edition.id}/decisions.yaml")


def _valid(kind: type[M], fields: dict[str, Any]) -> M:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        problems = [(".".join(map(str, item["loc"])), item["msg"]) for item in error.errors()]
        listed = "; ".join(f"{place}: {what}" for place, what in problems)
        raise ShinchokuError(f"this cannot be written: {listed}.", f"このままでは書けません: {listed}") from None
