"""Numbers as Japanese reports print them: 1,339, 37 544, 3兆8,165億, 5445万2千, 三百二十一, 二〇二四; no units, no signs.

Grammar, on repaired text (see normalize):

    number   = digits [multiplier {digits multiplier} [digits]]  |  kanji
    digits   = 1,339 | 37 544 | 0.9 | 0 . 9 | 1 2 3 (evenly spaced) | 544
    multiplier = [十百千][万億兆京]          2千万, 2百万, 3億, 5千
    kanji    = 三百二十一 | 二〇二四 | 十二万三千 | 〇・五
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

SMALL = {"十": 1, "百": 2, "千": 3, "拾": 1}
LARGE = {"万": 4, "億": 8, "兆": 12, "京": 16}
KANJI_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "壱": 1, "弐": 2, "参": 3}

_GROUPED = r"\d{1,3}(?: ?, ?\d{3})+(?!\d)|\d{1,3}(?: ?, ?\d \d \d)+(?! ?\d)|\d{1,3}(?: \d{3})+(?![\d,])"
_SPACED = r"(?<![\d.,] )(?<![\d.,])\d(?: \d){2,}(?! ?[\d,])"
_POINT = r"(?:\.\d+| \. ?\d+|(?<=\b0)\. \d+)(?!\.\d)"
_DIGITS = rf"(?:{_GROUPED}|{_SPACED}|\d+)(?:{_POINT})?"
_MULTIPLIER = r"(?:[十百千](?![分年葉代])(?: ?[万億兆])?|[万億兆]|京(?=円))"
_KANJI_CHARS = "〇零一二三四五六七八九十百千万億兆壱弐参拾"
DIGITAL = rf"{_DIGITS}(?: ?{_MULTIPLIER}(?: ?{_DIGITS}(?= ?{_MULTIPLIER}) ?{_MULTIPLIER})*(?:{_DIGITS}(?![.,\d]))?)?"
KANJI = rf"[〇零一二三四五六七八九十壱弐参百千][{_KANJI_CHARS}]{{0,24}}(?:[・.][〇零一二三四五六七八九]+)?"
_PIECE = re.compile(rf"({_DIGITS})? ?([十百千])? ?([万億兆京])?")
_KANJI_PIECE = re.compile(r"[〇零一二三四五六七八九壱弐参]|[十百千拾]|[万億兆]")


@dataclass(frozen=True, slots=True)
class Number:
    """A value in base units, the power of ten of its last multiplier, and the digits printed after the point."""

    value: Decimal
    scale: int
    decimals: int


def digital(text: str) -> Number:
    """Read what ``DIGITAL`` matched."""
    total = Decimal(0)
    below = Decimal(0)  # what still waits for 万, 億 or 兆
    scale = decimals = 0
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None or not piece[0].strip():
            at += 1
            continue
        at = piece.end()
        digits = re.sub(r"[ ,]", "", piece[1] or "")
        small = SMALL.get(piece[2] or "", 0)
        large = LARGE.get(piece[3] or "", 0)
        if digits:
            decimals = len(digits.partition(".")[2])
        number = (Decimal(digits) if digits else Decimal(0 if large and not small else 1)).scaleb(small)
        scale = small + large
        below += number
        if large:
            total += below.scaleb(large)
            below = Decimal(0)
    return Number(total + below, scale, decimals)


def kanji(text: str) -> Number:
    """Read a number written in kanji; both 三百二十一 and 三二一."""
    whole, _, fraction = text.replace(".", "・").partition("・")
    total = section = digit = 0
    seen = False
    for char in _KANJI_PIECE.findall(whole):
        if char in KANJI_DIGITS:
            digit = digit * 10 + KANJI_DIGITS[char]
            seen = True
        elif char in SMALL:
            section += (digit if seen else 1) * 10 ** SMALL[char]
            digit, seen = 0, False
        else:
            total += (section + digit or 1) * 10 ** LARGE[char]
            section = digit = 0
            seen = False
    value = Decimal(total + section + digit)
    if fraction:
        value += Decimal("0." + "".join(str(KANJI_DIGITS[c]) for c in fraction))
    return Number(value, LARGE.get(whole[-1:], 0), len(fraction))


def integer(text: str) -> int:
    """A small whole number in digits or kanji; 元 is the first year of an era."""
    text = text.replace(" ", "")
    if text == "元":
        return 1
    return int(text) if text.isdecimal() else int(kanji(text).value)


def plain(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros after the point."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
