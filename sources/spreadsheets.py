"""Text in CSV that a spreadsheet would compute: which text that is, and how it is written so that it is only shown. Knows no table.

Excel and its like compute a cell that begins with = + - or @, quoted or not, and a formula can fetch an address or start a program.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class _Words(NamedTuple):
    ja: str
    en: str


CONVENTION = _Words(
    "CSVでは、表計算ソフトが数式とみなす文字列（= + - @ とその全角、前の空白を含む）の前に ' を一つ付ける。+3万枚 のような数値の表記には付けない。"
    "' の後がそのような文字列なら、' を一つ外すと元の値になる。JSON・JSON Lines・Parquet・xlsx では値はそのままで、xlsx に数式はない。",
    "In CSV one ' stands before text that a spreadsheet would take for a formula (= + - @ and their full-width forms, blanks before them "
    "included), not before printed numbers such as +3万枚. Where such text follows a ', take one ' away to have the value. JSON, JSON Lines, "
    "Parquet and xlsx hold the values as they are; the xlsx holds no formula.",
)
# Written for Python's re and for DuckDB's RE2 alike.
FORMULA = r"^'*[\x00-\x20\x{a0}\x{3000}\x{200b}\x{feff}]*[=+\-@＝＋－＠]"
# A sign alone, and a number with its sign and unit: nothing in it calls a function, another program or another sheet.
HARMLESS = r"^([=+\-@＝＋－＠]|[+\-＋－][0-9０-９]([^=+@|!(（＝＋＠｜！]|[^=+@|!(（＝＋＠｜！A-Za-zＡ-Ｚａ-ｚ._][(（])*)$"
_formula = re.compile(re.sub(r"\\x\{(\w+)\}", lambda code: chr(int(code[1], 16)), FORMULA))
_harmless = re.compile(HARMLESS)


def guarded(text: str) -> str:
    """The text as it stands in a CSV."""
    return f"'{text}" if _formula.match(text) and not _harmless.match(text) else text


def unguarded(text: str) -> str:
    """The text that a CSV means."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text
