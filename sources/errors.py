"""The exceptions that a person is meant to read, in English and Japanese."""

from __future__ import annotations

import re

# What a terminal or a log would obey or hide: control characters other than line breaks and tabs, and marks of direction.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: object) -> str:
    """Text from outside, such as the name of a file, as it may be printed: what would be obeyed or hidden is spelled out."""
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", str(text))


class ShinchokuError(Exception):
    """What went wrong with which file or page, and the remedy: one sentence or two in each language."""

    def __init__(self, en: str, ja: str) -> None:
        self.en, self.ja = visible(en), visible(ja)
        super().__init__(self.en)

    def __str__(self) -> str:
        return f"{self.en}\n{self.ja}"


class PassingError(ShinchokuError):
    """What may be over when the same is tried again a little later: another writer, a server that does not answer."""
