"""Limits of classes (80％以上100％未満) and of the classes beside them (100％以上, 80％未満), which are no figures: they say what a mark or a colour means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from sources.notation.quantities import Number
from sources.notation.tokens import Token

Limit = tuple[str, Decimal, str]  # qualifier, value and unit of the number at which a class next to another begins or ends
_BETWEEN = re.compile(r" ?[、~]? ?\Z")


def limits_of(text: str, tokens: Sequence[Token]) -> frozenset[Limit]:
    """Where the classes that a text sets by both ends meet their neighbours."""
    return frozenset(limit for low, high in _classes(text, tokens) for limit in (("at_least", high.value, high.unit), ("under", low.value, high.unit)))


def without_limits(text: str, tokens: list[Token], known: frozenset[Limit]) -> list[Token]:
    """The tokens, with the limits of classes no longer numbers but definitions."""
    both = [number for pair in _classes(text, tokens) for number in pair]
    known |= limits_of(text, tokens)

    def is_limit(number: Number | None) -> bool:
        return number is not None and (any(number is one for one in both) or (number.qualifier, number.value, number.unit) in known)

    return [replace(t, kind="skip", number=None, text="definition", reason="a class limit") if is_limit(t.number) else t for t in tokens]


def _classes(text: str, tokens: Sequence[Token]) -> Iterator[tuple[Number, Number]]:
    numbers = [token.number for token in tokens if token.number is not None]
    for low, high in zip(numbers, numbers[1:], strict=False):
        ends = low.qualifier == "at_least" and high.qualifier in ("under", "at_most") and low.unit in ("", high.unit) and low.value < high.value
        if ends and _BETWEEN.match(text[low.end : high.start]):
            yield low, high
