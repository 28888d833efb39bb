"""The one exception that a person is meant to read, in English and Japanese."""

from __future__ import annotations


class ShinchokuError(Exception):
    """What went wrong with which file or page, and the remedy: one sentence or two in each language."""

    def __init__(self, en: str, ja: str) -> None:
        super().__init__(en)
        self.en = en
        self.ja = ja

    def __str__(self) -> str:
        return f"{self.en}\n{self.ja}"
