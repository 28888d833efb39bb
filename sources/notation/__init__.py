"""Text to quantities and periods. Knows Japanese, knows no PDF.

The way of a text: normalize (characters) → tokens (numerals, units, periods, what is no figure) → statements (what they say
together). Start reading at ``statements`` for the rules, at ``nofigures.RULES`` for what is no figure.
"""

from sources.notation.headings import heading
from sources.notation.model import Context, Heading, Mark, Quantity, Read
from sources.notation.normalize import normalize, plain_kanji
from sources.notation.statements import class_limits, read
from sources.notation.units import UNITS, UnitEntry, unit_of

__all__ = [
    "UNITS", "Context", "Heading", "Mark", "Quantity", "Read", "UnitEntry", "class_limits", "heading", "normalize", "plain_kanji", "read", "unit_of",
]  # fmt: skip
