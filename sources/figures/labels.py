"""What a number counts: the words on its line, above, beside or under it, in the order in which a reader looks for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sources.figures.charts import Category
from sources.figures.lines import Text
from sources.figures.saying import NOTE, SENTENCE_END, heading
from sources.figures.scene import Scene
from sources.figures.tiles import Tile
from sources.layout.page import Block, Region
from sources.layout.text import Span, overlap
from sources.notation import Quantity
from sources.records import Box, Period, union

# What follows a number can name what was done (参加, 採用); a particle or 中 does not.
_NOUN = re.compile(r"^(?!前[年回月期]|[上下]回|昨年|対前|目標|実績|計画)[一-龥ァ-ヺ]{2}")
# 送付し, 採用した: the noun is what was done; that something rose or fell is the number's own measure.
_DOING = re.compile(
    r"^(?:上昇|低下|増加|減少|増|減)?(?:し(?:て|た)?|しました|され(?:た|ました)?)$|(?<=[一-龥]{2})(?<![越直通])(?:し(?:て|た|ました)?|され(?:た|ました)?)$"
)
_PARTICLES = "のにをはがとで"
_NAME = re.compile(r"[一-龥ぁ-んァ-ヺA-Za-z]")
_POLITE = re.compile(r"(?:ました|ます|です|でした|ません)$")
_PROSE = re.compile(r"[、。]")
_ENCLOSED = re.compile(r"[(（]([^()（）]*)[)）]")
MEASURE = re.compile(r"(?:目標|計画|実績|基準|現状|現在|当初)値?|(?:計画)?策定時")
# What follows is of something else than the figures before it, also where it does not say of what.
_NEW_TOPIC = re.compile(r"[。\n]\s*(?:また|さらに|加えて|一方|このほか|そのほか|なお)[、,]|[一-龥ァ-ヺ]{2}し[、,]|[①-⑳]")


@dataclass(frozen=True, slots=True)
class Labels:
    scene: Scene

    def of(
        self, text: Text, lines: Sequence[Sequence[Span]], quantities: Sequence[Quantity], block: Block, region: Region, tile: Tile | None,
        title: str, over: str, category: Category | None,
    ) -> Iterator[tuple[str, str]]:
        """The label of each quantity of a text, and in words where it was found.

        ``title`` serves where there is no other, the heading ``over`` its frame where nothing stands beside the number.
        """
        heads = self._head_lines(text, lines, quantities, tile)
        before = ""
        of_unit: dict[str, tuple[str, Period | None]] = {}
        end, line_before = 0, -1
        for q in quantities:
            if _NEW_TOPIC.search(text.string, end, q.start):
                before, of_unit = "", {}
            end = q.end
            counted, period = of_unit.get(q.unit, ("", None))
            if counted and q.measure == "change" or period and q.period and q.period.start < period.start:
                before = counted  # 152回 … 2,236人、前年度 98回 1,407人; 52,314人（人口比41.2％、前年同月比＋8,102人）
            n = max(n for n, start in enumerate(text.starts[:-1]) if start <= q.start)
            head = next((heads[m] for m in range(n - 1, -1, -1) if m in heads), "")
            own = q.subject.strip()
            if (before or title) and MEASURE.fullmatch(own):
                own = ""  # 13.8日（目標15日）: of the same
            why = "words of its own line" if own else "the figure before it"
            if own:
                label = f"{head} {own}" if head and head not in own and len(head) <= 40 else own
            elif before and (n - 1 not in heads or n == line_before):
                bare = n != line_before and not re.search(r"[^\W\d_]", text.string[text.starts[n] : q.start])
                label = bare and self._beside(q, text, region, block, left=True) or before
            else:
                below = "" if head or before else self._title_below(text, lines, q, n, heads, tile)
                found = {"the line above": head, "the figure before it": before, "the category under it": category.text if category else ""}
                why, label = next(((why, words) for why, words in found.items() if words), ("beside or under it", below))
                if title and tile is not None and any(id(line[0]) in tile.title_lines for line in lines):
                    label = label or title  # it stands over the number, nearer than what is beside
                label = label or self._beside(q, text, region, block) or over or self._under_it(q, text, region, alone=not title)
            row, series = ("", "") if own else self._in_legend(text.box(q.start, q.end), label, title, over)
            if series:
                named = heading(row, self.scene.context).label if row else ""  # a row named 令和4年度 is of that year, and so are its numbers
                why, label = "the colour of a legend", f"{named and row} {series}".strip()
            label = _with_what_was_done(label or title, q)
            if not re.sub(rf"[{_PARTICLES}\W]", "", label):
                label = self._rest(text, q, quantities) or self.scene.outline.title
            if category is not None and category.text not in label:
                label = f"{category.text} {label}".strip()
            before, line_before = row if series else label, n
            of_unit[q.unit] = label, q.period
            yield label or title, why if label else "the title"

    def _in_legend(self, box: Box | None, label: str, title: str, over: str) -> tuple[str, str]:
        """The row and the series of a bar's label; the row is what its ``label`` says otherwise, where that is no more than a title."""
        legends = self.scene.charts.legends
        series = legends.series_of(box) if box is not None else None
        if series is None:
            return "", ""
        said = label == over or title.startswith(label) or legends.names(label)
        return series.row or ("" if said else label), series.name

    @staticmethod
    def _title_below(
        text: Text, lines: Sequence[Sequence[Span]], q: Quantity, n: int, heads: dict[int, str], tile: Tile | None
    ) -> str:
        """The line under a number that stands on its line alone, or first: 11名採用, and under it what they were taken on for."""
        if q.predicate and (n or text.starts[1] - 1 - q.end > 4):
            return ""
        skipped = n + 1 < len(lines) and tile is not None and id(lines[n + 1][0]) in tile.title_lines
        return heads.get(n + 1 + skipped, "")

    def _head_lines(
        self, text: Text, lines: Sequence[Sequence[Span]], quantities: Sequence[Quantity], tile: Tile | None
    ) -> dict[int, str]:
        """Lines without a figure that can name the figures beneath them."""
        out: dict[int, str] = {}
        for n, line in enumerate(lines):
            begin, end = text.starts[n], text.starts[n + 1] - 1
            if any(q.start < end and q.end > begin for q in quantities):
                continue
            if tile is not None and id(line[0]) in tile.title_lines:
                continue
            words = " ".join(s.text for s in line).strip()
            if len(words) > 45 or SENTENCE_END.search(words) or NOTE.match(words):
                continue
            label = heading(words, self.scene.context).label.strip(" 　・:：")
            if inner := _ENCLOSED.fullmatch(label):
                label = inner[1]
            if label and not MEASURE.fullmatch(label) and not _POLITE.search(words) and not label.startswith(("から", "より", "まで")):
                out[n] = label
        return out

    def _beside(self, q: Quantity, text: Text, region: Region, block: Block, *, left: bool = False) -> str:
        """Words on the same row, or straight above, in a block of their own; the nearest. Only at the ``left`` on the row, where that is asked."""
        box = text.box(q.start, q.end)
        if box is None:
            return ""
        best, least = "", 1e9
        for other in region.blocks():
            if other is block or other.vertical:
                continue
            whole = other.text.replace("\n", "")
            one = len(whole) <= 40 and not left
            lines = [(whole, other.box)] if one else [("".join(s.text for s in line), union(s.box for s in line)) for line in other.lines]
            for words, place in lines:
                distance = self._distance(place, box, above=words is whole)
                at_left = place.x1 <= box.x0 + 2 and overlap(place.top, place.bottom, box.top, box.bottom) > 0
                if left and not (at_left and _NAME.search(words) and not _PROSE.search(words)):
                    continue
                if distance < least and not SENTENCE_END.search(words) and len(words) <= 40 and not self.scene.has_figure(words):
                    label = heading(words, self.scene.context).label
                    if label.strip():
                        best, least = label, distance
        return best

    @staticmethod
    def _distance(place: Box, box: Box, *, above: bool) -> float:
        """How far words are from a number on their row, or straight above it; none where they are neither or too far."""
        beside = overlap(place.top, place.bottom, box.top, box.bottom) > 0.4 * min(place.bottom - place.top, box.bottom - box.top)
        distance = 1e9
        if beside and place.x1 <= box.x0 + 2:
            distance = box.x0 - place.x1
        elif beside and place.x0 >= box.x1 - 2:
            distance = place.x0 - box.x1 + 6
        elif above and overlap(place.x0, place.x1, box.x0, box.x1) > 0 and place.bottom <= box.top + 2:
            distance = box.top - place.bottom
        return distance if distance < (200 if beside else 150) else 1e9

    def _under_it(self, q: Quantity, text: Text, region: Region, *, alone: bool) -> str:
        """The words straight below a number that has none before it; out of its frame only where no title names it."""
        box = text.box(q.start, q.end)
        if box is None:
            return ""
        best, least = "", 60.0
        blocks = [*region.blocks(), *(region.parent.blocks() if region.parent and alone else [])]
        for other in blocks:
            distance = other.box.top - box.bottom
            if 0 <= distance < least and overlap(other.box.x0, other.box.x1, box.x0, box.x1) > 0:
                words = " ".join(s.text for s in other.lines[0])
                if len(words) <= 40 and not SENTENCE_END.search(words) and not self.scene.has_figure(words):
                    best, least = heading(words, self.scene.context).label or "", distance
        return best

    @staticmethod
    def _rest(text: Text, q: Quantity, quantities: Sequence[Quantity]) -> str:
        """All words of the lines that a number stands in: better than none to tell what it counts."""
        begin = max(s for s in text.starts if s <= q.start)
        end = next((s for s in text.starts if s > q.start and s > q.end), len(text.string))
        clause = max(text.string.rfind(mark, begin, q.start) for mark in "、。") + 1
        begin = max(begin, clause)
        words = text.string[begin:end]
        for other in sorted(quantities, key=lambda o: -o.start):
            if begin <= other.start < end:
                words = words[: other.start - begin] + words[max(other.end - begin, 0) :]
        return re.sub(r"\s+", "", words).strip(_PARTICLES + "、。・()（）")[:40]


def _with_what_was_done(label: str, q: Quantity) -> str:
    """A label with the noun that follows the number, where that says what was done."""
    after = re.split("[をがは]|と(?=[なしす])", q.predicate.strip().removeprefix("の"), maxsplit=1)[0]
    after = _DOING.sub("", after.rstrip(_PARTICLES + "の")) if _NOUN.match(after) else ""
    return f"{label} {after}".strip() if after and after not in label and len(label) + len(after) < 56 else label
