"""Repair of characters before anything is read: one width, no compatibility forms, no look-alikes; every character keeps its place.

Certain repairs are made and reported; uncertain ones are only reported. Nothing here knows numbers, units or dates.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MINUS = "▲"  # the one character that stands for every printed minus that cannot be a dash
_MINUS_SIGNS = set("▲△▼▽−")
_DASHES = set("-－‐‑‒–—―﹣⁻")
_WAVES = set("~～〜∼˜")
_MIDDLE_DOTS = set("‧·∙⋅")  # a font may draw them by the glyph of ・, and a PDF then name any of them
# Kept as they are: folding ㎡ or ² gives digits that nobody printed as a number; a circled number is a list mark.
_KEEP = set("㎡㎥㎢㎠㎝㎜㎞㎏㎎㏄㎖㍑℃℉²³…‥½⅓¼¾⅔％№℡™") - set("％")
_CIRCLED = {chr(c) for c in [*range(0x2460, 0x249C), *range(0x2776, 0x2794), *range(0x24EA, 0x2500), *range(0x3251, 0x3260),
                            *range(0x32B1, 0x32C0)]}
# Radicals that Unicode does not fold by itself.
_RADICALS = str.maketrans("⺟⻑⻄⻘⻩⻫⻲⺠⻝⻤⻯⻭⻨⻆⻁⻬⻮⻳⻣⺝⻢⻥⻦⻖⺡", "母長西青黄斉亀民食鬼竜歯麦角虎斉歯亀骨月馬魚鳥阝氵")
_CYRILLIC = dict(zip("АВЕЅІЈКМНОРСТХаеосрху", "ABESIJKMHOPCTXaeocpxy", strict=True))
_GREEK = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧ", "ABEZHIKMNOPTX", strict=True))
# Between two katakana these are certainly the katakana that they look like; the doubtful ones also make words (デジタル力アップ).
_KATAKANA_TWINS = {"й": "イ", "一": "ー", "―": "ー", "—": "ー", "二": "ニ", "夕": "タ", "卜": "ト"}
_DOUBTFUL = set("力口工八")
_KATAKANA = re.compile(r"[ァ-ヺー]")
_PLAIN = re.compile(r"[\n0-9A-Za-z,.%()+/:ぁ-んァ-ヺー一-龥、。「」【】・]*\Z")


@dataclass(frozen=True, slots=True)
class Normal:
    """``text`` repaired; ``origin[i]`` is where its character i stands in the given text (one more entry for the end)."""

    text: str
    origin: tuple[int, ...]
    notes: tuple[tuple[int, str], ...]  # place in ``text``, what was repaired or is doubtful there

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the given text of a piece of the repaired text."""
        return self.origin[start], self.origin[end - 1] + 1 if end > start else self.origin[start]

    def notes_in(self, start: int, end: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(note for place, note in self.notes if start <= place < end)) if self.notes else ()


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    if char in _KEEP or char in _CIRCLED:
        return char
    if char in _MINUS_SIGNS:
        return MINUS
    if char in _DASHES:
        return "-"
    if char in _WAVES:
        return "~"
    if char in _MIDDLE_DOTS:
        return "・"
    if char in "⁄∕":
        return "/"
    return unicodedata.normalize("NFKC", char.translate(_RADICALS)).replace("⁄", "/")


def _is_repair(char: str) -> bool:
    """Whether folding this character mends something worth telling (widths are not)."""
    return "\u2e80" <= char <= "\u2fd5" or "\uf900" <= char <= "\ufaff"


def plain_kanji(text: str) -> str:
    """A text with the kanji that stand in it as radicals or compatibility forms, and middle dots by whatever name as ・; all else as it is printed."""
    return "".join("・" if char in _MIDDLE_DOTS else _fold(char) if _is_repair(char) else char for char in text)


def normalize(text: str) -> Normal:
    """Fold widths and compatibility forms, put one space for many, repair look-alikes; offsets are kept."""
    if _PLAIN.match(text):
        return _twins(text, list(range(len(text) + 1)), [])
    out: list[str] = []
    origin: list[int] = []
    notes: list[tuple[int, str]] = []
    for place, char in enumerate(text):
        if char in "゙゚ﾞﾟ" and out:
            joined = unicodedata.normalize("NFC", out[-1] + ("゙" if char in "゙ﾞ" else "゚"))
            if len(joined) == 1:
                out[-1] = joined
                continue
        folded = _fold(char)
        if char.isspace() or folded.isspace():
            folded = "\n" if char in "\n\r\x0b\x0c\x85\u2028\u2029" else " "
            if out and out[-1] in " \n":
                if folded == "\n":
                    out[-1] = "\n"
                continue
        elif not folded or unicodedata.category(char) in ("Cc", "Cf"):
            continue
        elif folded in "・." and _full_width_digits_around(text, place):
            folded = "."
        if _is_repair(char) and folded != char:
            notes.append((len(out), f"{char} (U+{ord(char):04X}) read as {folded}"))
        for piece in folded:  # a spacing accent folds to a blank and a combining one
            if piece == " " and out and out[-1] in " \n":
                continue
            out.append(" " if piece.isspace() and piece != "\n" else piece)
            origin.append(place)
    origin.append(len(text))
    return _twins("".join(out), origin, notes)


def _full_width_digits_around(text: str, place: int) -> bool:
    if not (0 < place < len(text) - 1 and text[place - 1] in "０１２３４５６７８９" and text[place + 1] in "０１２３４５６７８９"):
        return False
    # ４・５月 lists two months; ６２・０％ has a point.
    rest = text[place + 1 : place + 5].lstrip("０１２３４５６７８９")
    return text[place] in ".．" or not rest.startswith(("月", "年", "日"))


def _twins(text: str, origin: list[int], notes: list[tuple[int, str]]) -> Normal:
    """Repair look-alikes where their neighbours make it certain; elsewhere only tell of them."""
    chars = list(text)
    for match in _SUSPECT.finditer(text):
        place, char = match.start(), match[0]
        fixed = _twin(char, text[place - 1 : place], text[place + 1 : place + 2])
        if fixed:
            chars[place] = fixed
            notes.append((place, f"{char} (U+{ord(char):04X}) read as {fixed}"))
        elif fixed is not None:
            notes.append((place, f"{char} (U+{ord(char):04X}) may be a look-alike of another letter"))
    return Normal("".join(chars), tuple(origin), tuple(sorted(notes)))


def _twin(char: str, before: str, after: str) -> str | None:
    """What a suspect stands for; "" where that is not certain, None where it is itself."""
    if char in _CYRILLIC or char in _GREEK:
        in_latin = any(c.isascii() and c.isalnum() for c in before + after)
        return (_CYRILLIC.get(char) or _GREEK[char]) if in_latin else ""
    if char in "Oo〇":
        return "0"
    inside = bool(_KATAKANA.match(before)) and (bool(_KATAKANA.match(after)) or char in "й卜")
    if char in _DOUBTFUL:
        return "" if inside else None
    return _KATAKANA_TWINS[char] if inside else "" if char == "й" else None


_SUSPECT = re.compile(
    "[" + "".join(_CYRILLIC) + "".join(_GREEK) + "й]|(?<=[ァ-ヺー])[一二夕卜―—力口工八](?=[ァ-ヺー])|(?<=[ァ-ヺー])卜|(?<=[0-9])[Oo〇](?=[0-9])"
)
