"""The names that indicators are printed under, and how a printed label meets them; no values, no units, no decisions on a match."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz

from sources.decisions import Decisions, Mapping
from sources.records import Figure, Statement
from sources.registry import Edition, Indicator, unit_code

# How surely a name was met: a person mapped it, the label, one heading within it, the title. Between the first two stand
# indicators that share a name with the mapped one: the new label is theirs as well.
MAPPED, BY_LABEL, BY_WORDS, BY_TITLE = 5, 3, 2, 1
_SILENT = re.compile(r"[\s・･‧•∙⋅●○◎◆◇■□▶►▷,，、。.．:：;；!！?？「」『』【】\[\]()（）〈〉《》〔〕“”\"'※→~～〜]+")
_PARTICLES = re.compile(r"[のはがをにで]+$")


@lru_cache(maxsize=8192)
def plain_name(text: str) -> str:
    """A label as it is compared: one width, no spaces, brackets or marks, no particle at its end."""
    text = _SILENT.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return _PARTICLES.sub("", text) or text


class Names:
    """The names of indicators: those of indicators.yaml and those that a person mapped to them in any edition."""

    def __init__(self, edition: Edition, indicators: Iterable[Indicator], decisions: Decisions) -> None:
        self.names: dict[str, set[str]] = {i.id: {plain_name(n) for n in (*i.names, i.name.ja)} for i in indicators}
        self.indicators = {i.id: i for i in indicators}
        self.by_name: dict[str, set[str]] = defaultdict(set)
        for indicator_id, names in self.names.items():
            for name in names:
                self.by_name[name].add(indicator_id)
        others = [e.decisions for e in edition.series.editions.values() if e.id != edition.id]
        self.mappings = [m for each in (decisions, *others) for m in each.mappings if m.indicator in self.indicators]

    def of(self, entry: Figure | Statement, section: str | None) -> list[tuple[Indicator, int]]:
        """The indicators that bear the names an entry stands under, and how surely."""
        ranks: dict[str, int] = {}
        for rank, texts in ((BY_LABEL, labels_of(entry)), (BY_WORDS, headings_of(entry)), (BY_TITLE, [entry.title])):
            for text in texts:
                bare, summed = without_asides(text)
                for indicator_id in self.by_name.get(plain_name(text), ()):
                    ranks.setdefault(indicator_id, rank)
                for indicator_id in self.by_name.get(plain_name(bare), ()):
                    if not summed or self.indicators[indicator_id].cumulative:
                        ranks.setdefault(indicator_id, rank)
        mapped = [m.indicator for m in self.mappings if mapping_fits(m, entry, section)]
        if mapped:
            ranks = {indicator_id: rank for indicator_id, rank in ranks.items() if rank == BY_LABEL}
            ranks |= dict.fromkeys((name for each in mapped for name in self.bearers(each)), BY_LABEL + 1)
            ranks |= dict.fromkeys(mapped, MAPPED)
        return [(self.indicators[indicator_id], rank) for indicator_id, rank in ranks.items()]

    def bearers(self, indicator_id: str) -> list[str]:
        """The indicators of the same section that share a name with one: what renames it renames them."""
        mine, section = self.names[indicator_id], self.indicators[indicator_id].section
        return [name for name, names in self.names.items() if mine & names and self.indicators[name].section == section]

    def likeness(self, figure: Figure, indicator: Indicator) -> float:
        """How alike the names are, 0 to 100."""
        texts = [*labels_of(figure), figure.title] if figure.title else labels_of(figure)
        return max((alike(text, name) for text in texts for name in (*indicator.names, indicator.name.ja)), default=0.0)


def alike(text: str, name: str) -> float:
    """How alike two names are; words that both begin or end with (the heading of a group, 達成率) are no evidence."""
    one, other = text.split(), name.split()
    for end in (-1, 0):
        while len(one) > 1 and len(other) > 1 and plain_name(one[end]) == plain_name(other[end]):
            del one[end], other[end]
    return float(fuzz.ratio(plain_name(" ".join(one)), plain_name(" ".join(other))))


_ASIDE = re.compile(r"[（(]([^（）()]*?)(?:[）)]|(?=\s)|$)|[※*＊]\s*\d*$")


@lru_cache(maxsize=8192)
def without_asides(text: str) -> tuple[str, bool]:
    """A label without brackets that only give a unit, a period or a footnote's mark, or say that years are added up, and whether one does."""
    summed = False

    def put(aside: re.Match[str]) -> str:
        nonlocal summed
        words = re.sub(r"^単位[:：]?\s*", "", aside[1] or "")
        if words in ("累計", "延べ", "合計"):
            summed = True
            return ""
        return "" if not words or unit_code(words) or _is_period(words) or re.fullmatch(r"[※注]?\s*\d*", words) else aside[0]

    return _ASIDE.sub(put, text), summed


def _is_period(words: str) -> bool:
    from sources.notation import heading

    said = heading(words)
    return said.period is not None and not said.label.strip()


# Words of a table's heads that say which value of an indicator a column has, not what it counts.
_ROLES = frozenset((
    "基準", "基準値", "当初", "当初値", "策定時", "策定時の値", "現状", "現状値", "現況", "現況値", "実績", "実績値", "目標", "目標値", "計画値",
    "中間目標", "中間目標値", "最終目標", "最終目標値", "値", "前年度比", "対前年度比", "前年比", "対前年比", "前年度差", "前年差", "増減", "増減数", "増減率",
))


def without_role(label: str) -> str:
    """A label without the words that only say whether it is the baseline, the actual value, the target or a change, and no word twice."""
    words = dict.fromkeys(word for word in label.split() if word not in _ROLES)
    return " ".join(words) or label


def labels_of(entry: Figure | Statement) -> list[str]:
    """The texts that name an entry: its label, also without the word of its role, and title and label together."""
    label = entry.label if isinstance(entry, Figure) else entry.text
    bare = without_role(label)
    return list(dict.fromkeys(text for text in (label, bare, f"{entry.title}{label}", f"{entry.title}{bare}") if text))


_BETWEEN = re.compile(r"\s+|(?<=\S)[・‧•](?=\S{8})")  # what headings are joined by: spaces, and the points of a list


def headings_of(entry: Figure | Statement) -> list[str]:
    """The headings joined in a label: its words, taken from the end and from the start."""
    labels = labels_of(entry)
    words = _BETWEEN.split(without_role(labels[0])) if labels else []
    return [" ".join(words[at:]) for at in range(1, len(words))] + [" ".join(words[:at]) for at in range(len(words) - 1, 0, -1)]


def mapping_fits(mapping: Mapping, entry: Figure | Statement, section: str | None) -> bool:
    if plain_name(mapping.label) not in {plain_name(text) for text in labels_of(entry)}:
        return False
    if mapping.title is not None and plain_name(mapping.title) != plain_name(entry.title):
        return False
    if mapping.section is not None and mapping.section != section:
        return False
    return mapping.unit is None or not isinstance(entry, Figure) or mapping.unit in (entry.unit, unit_code(entry.unit))
