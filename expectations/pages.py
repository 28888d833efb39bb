"""Offline pages for people: the Jinja2 environment, and what its templates need to print dates, numbers and periods."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from expectations.rules import RuleResult

# Nothing is fetched, nothing runs: a page about files from outside is only text, its own style and embedded pictures.
POLICY = "default-src 'none'; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"
PLACED = "/* placed */"  # where the rules of a page's places go


@cache
def environment(*packages: str) -> Environment:
    """Templates of these packages and the ones that all pages share, compiled once; whatever comes from a report is escaped."""
    loader = ChoiceLoader([PackageLoader(name, "") for name in (*packages, "expectations")])
    jinja = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    jinja.globals["policy"] = POLICY
    jinja.filters |= {"number": number, "exact": exact, "period": period, "weight": weight}
    return jinja


class Places:
    """Where things lie on a page: a class for each spot, so that no element has a style of its own."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, spot: Any) -> str:
        return self._known.setdefault(spot.style, f"at{len(self._known)}")

    @property
    def rules(self) -> str:
        return "\n".join(f".{name} {{ {style} }}" for style, name in self._known.items())


def styled(html: str, places: Places | None = None) -> str:
    """A finished page whose policy lets its one style sheet count, by its hash, and no other style."""
    html = html.replace(PLACED, places.rules if places else "", 1)
    sheet = html.partition("<style>")[2].partition("</style>")[0]
    return html.replace("{style}", f"'sha256-{base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()}'", 1)


def number(value: Any) -> str:
    """A number with its thousands apart, as exact as it is."""
    if value is None:
        return "—"
    value = Decimal(str(value))
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: Any) -> str:
    """A number as it is typed: digits, no separators, no trailing zeros."""
    return number(value).replace(",", "")


def period(start: date | None, end: date | None) -> str:
    if start is None or end is None:
        return "—"
    if start == end:
        return end.isoformat()
    years = end.year - start.year
    if (start.month, start.day) == (4, 1) and (end + timedelta(days=1)).strftime("%m%d") == "0401":
        return f"{start.year}年度" if years == 1 else f"{start.year}～{end.year - 1}年度"
    return f"{start.isoformat()} ～ {end.isoformat()}"


def weight(result: RuleResult) -> str:
    """How a result looks: error and warning where it fails, settled where people settled it, idle where it had nothing to judge."""
    if not result.passed:
        return result.severity
    if result.settled_count:
        return "settled"
    return "ok" if result.checked else "idle"


def tally(results: Sequence[RuleResult]) -> dict[str, int]:
    """How many results look how."""
    looks = [weight(result) for result in results]
    return {look: looks.count(look) for look in ("error", "warning", "settled", "ok", "idle")}
