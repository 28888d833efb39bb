"""What a person typed into a form, looked at field by field, each refusal naming its field. Decides and writes nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sources.errors import ShinchokuError
from sources.records import MEASURES, PERIOD_KINDS, QUALIFIERS
from sources.registry import Edition, unit

SHORT, LONG = 200, 2000  # characters of a field, and of a reason
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
NAMES = {
    "who": ("担当者", "who"),
    "reason": ("理由", "reason"),
    "value": ("値", "value"),
    "unit": ("単位", "unit"),
    "indicator": ("指標", "indicator"),
    "id": ("ID", "id"),
    "name_ja": ("名称（日本語）", "name in Japanese"),
    "name_en": ("名称（英語）", "name in English"),
    "section": ("章", "section"),
    "direction": ("望ましい向き", "direction"),
    "period_start": ("期間の始め", "start of the period"),
    "period_end": ("期間の終わり", "end of the period"),
    "base_start": ("比較する期間の始め", "start of the period compared with"),
    "base_end": ("比較する期間の終わり", "end of the period compared with"),
}


class FieldError(ShinchokuError):
    """What a person typed cannot be used; ``name`` is the field."""

    def __init__(self, name: str, en: str, ja: str) -> None:
        label_ja, label_en = NAMES.get(name, (name, name))
        super().__init__(f"{label_en}: {en}", f"{label_ja}：{ja}")
        self.name = name


class Form:
    """The fields of one form."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def text(self, name: str, most: int = SHORT, required: bool = True) -> str:
        """One line; line breaks become spaces, so that a decision stays a line of its file."""
        value = " ".join(self.values.get(name, "").split())
        if required and not value:
            raise FieldError(name, "fill it in.", "入力してください。")
        if len(value) > most:
            raise FieldError(name, f"at most {most} characters, these are {len(value)}.", f"{most}字までです（今は{len(value)}字）。")
        if CONTROL.search(value):
            raise FieldError(name, "it holds control characters.", "制御文字が含まれています。")
        return value

    def chosen(self, name: str, allowed: Collection[str], required: bool = True) -> str:
        value = self.values.get(name, "")
        if value not in allowed and (required or value):
            raise FieldError(name, "choose one of the list.", "一覧から選んでください。")
        return value

    def number(self, name: str) -> Decimal:
        text = unicodedata.normalize("NFKC", self.text(name)).replace(",", "").replace("▲", "-").replace("△", "-").replace("−", "-")
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) >= Decimal(10) ** 20 or int(value.as_tuple().exponent) < -9:
            raise FieldError(name, "write a number in digits, 13800000 for 1,380万.", "数字で書いてください（1,380万なら 13800000）。")
        return value

    def day(self, name: str) -> date | None:
        text = self.text(name, required=False)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise FieldError(name, "write a date such as 2026-03-31.", "2026-03-31 のように書いてください。") from None

    def signed(self) -> tuple[str, str]:
        """Who decides, and why."""
        return self.text("who"), self.text("reason", LONG)


def correction(form: Form, figure: Any) -> dict[str, str]:
    """What is right about a figure, by the names that a correction has for it: only what differs from what was read."""
    use: dict[str, Any] = {}
    value = form.number("value")
    if value != figure.value:
        use["value"] = f"{value:f}"
    for name, allowed in (("measure", MEASURES), ("qualifier", QUALIFIERS)):
        if (chosen := form.chosen(name, allowed)) != getattr(figure, name):
            use[name] = chosen
    if (printed := form.text("unit", required=False)) != (figure.unit or ""):
        use["unit"] = printed
    use |= _period(form, "period", figure) | _period(form, "base", figure)
    kind = form.chosen("period_kind", PERIOD_KINDS, required=False)
    if kind and ("period_start" in use or kind != figure.period_kind):
        both = {name: form.text(name) for name in ("period_start", "period_end")}
        use |= {"period_kind": kind} | both
    if not use:
        raise FieldError("value", "nothing differs from what was read. Change what is wrong, or let the finding stand.",
                         "読み取った内容と同じです。違う所を直すか、このままでよければ認めてください。")
    return use


def _period(form: Form, name: str, figure: Any) -> dict[str, str]:
    """Both ends where one of them differs from what was read."""
    start, end = form.day(f"{name}_start"), form.day(f"{name}_end")
    if (start, end) == (getattr(figure, f"{name}_start"), getattr(figure, f"{name}_end")):
        return {}
    if start is None or end is None or start > end:
        raise FieldError(f"{name}_end", "give both ends, the earlier one first.", "始めと終わりの両方を、順に入力してください。")
    return {f"{name}_start": start.isoformat(), f"{name}_end": end.isoformat()}


def indicator(form: Form, edition: Edition) -> dict[str, str]:
    """What a person says of a new indicator; the rest is proposed from what is printed."""
    name = form.text("id", 63)
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise FieldError("id", "small letters, digits and _, a letter first, such as robot_sites.",
                         "英小文字で始まる英小文字・数字・_ で書いてください（例 robot_sites）。")
    if name in edition.series.indicators:
        raise FieldError("id", f"'{name}' is there already.", f"「{name}」は既にあります。")
    code = form.text("unit")
    if unit(code) is None:
        raise FieldError("unit", "choose one of the list.", "一覧から選んでください。")
    given = {
        "id": name,
        "name_ja": form.text("name_ja"),
        "name_en": form.text("name_en"),
        "unit": code,
        "direction": form.chosen("direction", ("up", "down", "none")),
    }
    if section := form.chosen("section", edition.series.sections, required=False):
        given["section"] = section
    if form.values.get("cumulative"):
        given["cumulative"] = "true"
    return given


def words(figure: Any) -> str:
    """What a figure stands under, as a name."""
    return " ".join(dict.fromkeys(part for part in (figure.title, figure.label) if part))
