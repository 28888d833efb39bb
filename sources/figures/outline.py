"""Headings and the sections that they open: numbered (第4章, 01, 1, (1), ①, ア) or set in larger type than what follows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sources.figures.saying import heading
from sources.notation import Context, Heading
from sources.records import Box, Period

# Ranks of numbering from the outside in, as 公用文作成の考え方 and common practice order them.
_RANKS = (
    (re.compile(r"^第\s*[0-9一二三四五六七八九十]+\s*[編部]"), 0),
    (re.compile(r"^第\s*[0-9一二三四五六七八九十]+\s*章"), 1),
    (re.compile(r"^第\s*[0-9一二三四五六七八九十]+\s*節"), 2),
    (re.compile(r"^[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ]+\s*[.．、 ]?"), 2),
    (
        re.compile(
            r"^(?:基本目標|重点施策|重点|事例|ケース|トピックス?|コラム|重点目標|施策|目標|柱|取組|戦略|テーマ|分野)\s*[0-9]{1,2}(?:[-－][0-9]{1,2})?(?=[\s:：.．、　])"
        ),
        3,
    ),
    (re.compile(r"^(?:0[0-9]|[1-9][0-9]?)[-－‐.．][0-9]{1,2}(?:[-－‐.．][0-9]{1,2})?[.．、]?(?=\s*[^\d\s.%、])"), 4),
    (re.compile(r"^0[0-9](?=\s*\D)|^[1-9][0-9]?(?=\s*[.．、:：]\s*\D|\s+(?:\D|[0-9]{2,3}\s?歳(?:以上|以下|未満|代|の|児)|(?:19|20)[0-9]{2}\s?年))"), 3),
    (re.compile(r"^[(（]\s*[0-9]{1,2}\s*[)）]"), 5),
    (re.compile(r"^[①-⑳]"), 6),
    (re.compile(r"^[ア-ン](?=[\s.．、　])|^[(（][ア-ンa-z][)）]"), 7),
)
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def numbering(text: str) -> tuple[str, int] | None:
    """The number that a heading begins with, as printed, and its rank; None where it begins with words."""
    plain = text.strip().translate(_WIDE_DIGITS)
    for pattern, rank in _RANKS:
        if match := pattern.match(plain):
            number = match[0].strip(" .．、:：　")
            return re.sub(r"\s+", "", number), rank
    return None


def _after(number: str, text: str) -> str:
    """What a heading says after its number; blanks may stand in that, and are no part of ``number``."""
    left, cut = len(number), 0
    while left and cut < len(text):
        left -= not text[cut].isspace()
        cut += 1
    return text[cut:].lstrip(" .．、:：　") if number else text


@dataclass(slots=True)
class Section:
    number: str
    rank: int | None
    title: str
    size: float
    box: Box
    page: int
    says: Heading


@dataclass(slots=True)
class Outline:
    """The headings that govern the place that the reader has come to, outermost first; ``dated`` is what stands over all of the page."""

    fiscal_year: int | None
    dated: Period | None = None
    path: list[Section] = field(default_factory=list)

    def open(self, text: str, size: float, box: Box, page: int) -> Section:
        found = numbering(text)
        number, rank = found if found else ("", None)
        title = _after(number, text.strip())
        if self.path and not number:
            last = self.path[-1]
            beside = last.page == page and not last.title and min(last.box.bottom, box.bottom) - max(last.box.top, box.top) > 0
            if beside:
                last.title, last.says = title, heading(title, Context(fiscal_year=self.fiscal_year))
                return last
        while self.path and self._closes(self.path[-1], rank, size):
            self.path.pop()
        section = Section(number, rank, title, size, box, page, heading(title, Context(fiscal_year=self.fiscal_year)))
        self.path.append(section)
        return section

    @staticmethod
    def _closes(last: Section, rank: int | None, size: float) -> bool:
        if rank is None or last.rank is None:
            return last.size <= size * 1.06
        return last.rank >= rank

    @property
    def number(self) -> str:
        return "".join(s.number for s in self.path)

    @property
    def title(self) -> str:
        return next((s.title for s in reversed(self.path) if s.title), "")
