"""The child process that reads one PDF: an order as JSON on standard input, a line of JSON a page on standard output."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sources.child import Limits, TooLongError, answer, serve, within
from sources.errors import ShinchokuError
from sources.figures import Reader
from sources.figures.reader import PageResult
from sources.layout.page import Layout, Region, Table, analyse
from sources.layout.text import Span, spans
from sources.layout.turn import prevailing_turn, turned_box, turned_page
from sources.notation import Context, heading, read
from sources.pdf import ocr, seen
from sources.pdf.document import Page, Panel, open_pdf, read_page
from sources.pdf.render import page_image
from sources.pdf.wordless import is_wordless
from sources.reading import sha256_of
from sources.records import Box, Figure, LedgerEntry, Period, Statement


def _plain(value: Any) -> Any:
    if isinstance(value, Period):
        return [value.kind, value.start.isoformat(), value.end.isoformat()]
    if isinstance(value, Box):
        return [round(v, 2) for v in value]
    if value is None or isinstance(value, (int, float, str)):
        return value
    return str(value)


def _row(record: Any) -> dict[str, Any]:
    return {f.name: _plain(getattr(record, f.name)) for f in fields(record)}


# 対象期間：2024年4月～2025年3月
_APRIL_TO_MARCH = re.compile(
    r"((?:(?:令和|平成)\s*(?:元|[0-9]{1,2})|(?:19|20)[0-9]{2})\s*年)\s*4\s*月(?:\s*1\s*日)?\s*(?:から|[~〜～-])\s*[^\s]{0,6}年?\s*3\s*月")


_YEAR = re.compile(
    r"(?:(?:令和|平成|[RH])\s*(?:元|[0-9]{1,2})|(?:19|20)[0-9]{2})(?:\s*\([^()]{2,6}\))?\s*年度(?!\s*(?:末|当初|まで|以降|目標|に向け))(\s*(?:版|の?実績|決算))?"
)
_TITLE = 1.15  # a title is set larger than most of the page, by this factor or more


def cover_fiscal_year(layout: Layout) -> int | None:
    """The fiscal year that a cover names: in its largest type first, else in what stands highest, and not the year in which something is to end
    (R7年度末まで). Of several in one line it is the one that was done or published: 令和7年度 施策評価（令和6年度実績）."""
    lines = [(box.bottom - box.top, box.top, unicodedata.normalize("NFKC", text)) for kind, box, text in traced(layout) if kind == "span"]
    heights = sorted(height for height, _, text in lines for _ in text)
    usual = heights[len(heights) // 2] if heights else 0
    for _, _, plain in sorted(lines, key=lambda line: (-line[0], 0) if line[0] > _TITLE * usual else (0, line[1])):
        for match in sorted(_YEAR.finditer(plain), key=lambda match: match[1] is None):
            period = heading(match[0].removesuffix(match[1] or ""), Context()).period
            if period is not None:
                return period.start.year
    for _, _, plain in lines:
        if (whole := _APRIL_TO_MARCH.search(plain)) and (period := heading(whole[1] + "度", Context()).period):
            return period.start.year
    return None


def run(order: dict[str, Any], limits: Limits) -> None:
    path = Path(order["path"])
    with within(limits.page_seconds):
        pdf = open_pdf(path)
        count = len(pdf.pages)
    numbers = order["pages"] or list(range(1, count + 1))
    if beyond := [n for n in numbers if not 1 <= n <= count]:
        raise ShinchokuError(
            f"{path}: there is no page {beyond[0]}; the file has {count}.",
            f"{path}: {beyond[0]}ページはありません（全{count}ページ）。",
        )
    if len(numbers) > limits.pages:
        raise ShinchokuError(
            f"{path}: {len(numbers)} pages are more than the limit of {limits.pages}. Choose pages with --pages or raise SHINCHOKU_READ_PAGES.",
            f"{path}: {len(numbers)}ページは上限{limits.pages}を超えています。--pages で絞るか、SHINCHOKU_READ_PAGESを上げてください。",
        )
    eyes = Eyes(path, order["ocr"] != "off" and ocr.available(), limits.pixels)
    first: Sight | BaseException | None = None
    text, fiscal_year = "", order["fiscal_year"]
    try:
        with within(limits.page_seconds):
            first = eyes.look(pdf.pages[0], 1)
            pdf.pages[0].close()
            text = " ".join("".join(g.text for g in first.layout.page.glyphs).split())[:4000]
            fiscal_year = fiscal_year or cover_fiscal_year(first.layout)
    except (TooLongError, Exception) as error:
        first = error  # told of the page itself, if it was asked for
    answer({"head": {"sha256": sha256_of(path), "page_count": count, "text": text}})
    reader = Reader(fiscal_year)
    for done, number in enumerate(numbers, start=1):
        page = _read(reader, pdf, eyes, number, first if number == 1 else None, limits, order["trace"])
        answer({"page": page | {"done": done, "of": len(numbers)}})


def traced(layout: Layout) -> list[tuple[str, Box, str]]:
    """What is seen on a page, from the whole to the parts: panels, tables and their cells, blocks, spans."""
    seen: list[tuple[str, Box, str]] = []

    def walk(region: Region) -> None:
        for item in region.items:
            if isinstance(item, Region):
                seen.append(("panel", item.box, "panel"))
                walk(item)
            elif isinstance(item, Table):
                seen.append(("table", item.box, f"table {item.grid.rows} x {item.grid.cols}"))
                seen.extend(("cell", cell.box, cell.text) for cell in item.grid.cells)
            else:
                seen.append(("heading" if item.strip else "block", item.box, item.text))
                seen.extend(("span", span.box, f"{span.text} ({span.size:.1f} pt)") for span in item.spans)

    walk(layout.root)
    return seen


@dataclass(slots=True)
class Sight:
    """A page as it is read: its layout, what was recognised on pictures, and what could not be."""

    layout: Layout
    printed: Page
    turn: int = 0  # degrees that the page was turned to be read
    angle: float = 0.0  # radians that its picture was turned to stand level
    sure: dict[int, float] = field(default_factory=dict)  # confidence of recognised glyphs, by their order
    hidden: list[Span] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def recognised(self) -> bool:
        """Whether the whole page comes from its picture."""
        return bool(self.sure) and min(self.sure) < ocr.BESIDE


class Eyes:
    """Looks at the pages of one file: takes out what nobody sees, and reads from the picture what the text does not say."""

    INSTALL = "install the ocr extra to read it: .venv/bin/pip install -c constraints.txt -e '.[ocr]'"

    def __init__(self, path: Path, wants_ocr: bool, pixels: int) -> None:
        self.path = path
        self.pixels = pixels
        self.wants_ocr = wants_ocr
        self.fonts: dict[str, bool] = {}  # whether the digits of a font are mistaken
        self.pictures: set[tuple[int, ...]] = set()  # a picture, or drawn writing, on the same spot of page after page is furniture

    def look(self, source: Any, number: int) -> Sight:
        if is_wordless(source, self.path):
            blank = Page(number, float(source.width), float(source.height))
            return Sight(analyse(blank), blank)
        page = read_page(source, number)
        why, warnings = _distrust(page), []
        bare, drawn = self._new(ocr.bare_pictures(page)), self._new(page.drawn)
        written: list[Box] = []
        digits = Counter(g.font for g in page.glyphs if g.text in seen.HOLES and g.font not in self.fonts)
        if not why and (page.pale or bare or any(count >= 3 for count in digits.values())):
            image = page_image(self.path, number, 170, self.pixels)
            if blended := {id(g) for g in seen.blended(page.pale, image, image.width / page.width)}:
                page.hidden += [g for g in page.glyphs if id(g) in blended]
                page.glyphs = [g for g in page.glyphs if id(g) not in blended]
            if mistaken := seen.mistaken_fonts(page, image, self.fonts):
                why = f"the digits of its font {mistaken[0]} are not those that its character map names"
            written = [box for box in bare if not why and ocr.looks_written(box, page, image)]
        if why and self.wants_ocr:
            picture, angle, sure = ocr.read_picture(self.path, page, self.pixels)
            return Sight(analyse(picture), page, angle=angle, sure=sure)
        if why:
            warnings.append(f"page {number}: not read, {why}; {self.INSTALL}")
            drawn = []
        sure = {}
        if (written or drawn) and self.wants_ocr:
            glyphs, sure, left = ocr.read_pictures(self.path, page, [*drawn, *written], self.pixels)
            page.glyphs += glyphs
            page.panels += [Panel(box, True, False) for box in written]
            if left:
                warnings.append(f"page {number}: {left} of its pictures were not read: at most {ocr.MOST} a page are, for {ocr.PATIENCE:.0f} s")
        else:
            for boxes, what in ((written, "pictures on it"), (drawn, "pieces of writing on it that are drawn as shapes")):
                if boxes:
                    warnings.append(f"page {number}: {len(boxes)} {what} were not read; {self.INSTALL}")
        turn = prevailing_turn(page)
        layout = analyse(turned_page(page, turn) if turn else page)
        return Sight(layout, page, turn, sure=sure, hidden=spans(page.hidden), warnings=warnings)

    def _new(self, boxes: Sequence[Box]) -> list[Box]:
        """Those that were on no page before."""
        found = [box for box in boxes if tuple(map(round, box)) not in self.pictures]
        self.pictures.update(tuple(map(round, box)) for box in found)
        return found


def _distrust(page: Page) -> str:
    """Why the text of a page cannot be trusted; empty where it can."""
    inked = sum(1 for g in page.glyphs if not g.text.isspace())
    pictured = sum((b.x1 - b.x0) * (b.bottom - b.top) for b in page.pictures)
    if inked < 8 and pictured > 0.3 * page.width * page.height:
        return "a picture without text"
    if inked < 8 and page.drawn:
        return "its writing is drawn as shapes, without text"
    if page.unreadable > 0.15 * max(inked, 1):
        return f"{page.unreadable} of {inked} characters have no meaning in the font's character map"
    return ""


def _mark_recognised(result: PageResult, sight: Sight) -> None:
    """Say of each figure that comes from a picture how sure it is, and where it stands on the picture as it is.

    A number in a picture beside text is a figure only with its unit: signs, ticks and drawings hold bare ones.
    """
    page = sight.layout.page
    kept: list[int] = []
    for n, figure in enumerate(result.figures):
        box = figure.box
        scores = [
            sight.sure[g.order]
            for g in page.glyphs
            if g.order in sight.sure
            and box.x0 - 0.1 <= (g.x0 + g.x1) / 2 <= box.x1 + 0.1
            and box.top - 0.1 <= (g.top + g.bottom) / 2 <= box.bottom + 0.1
        ]
        if scores or sight.recognised:
            if not figure.unit and not sight.recognised:
                continue
            figure.source = "ocr"
            figure.confidence = round(min(scores), 3) if scores else 0.0
            figure.box = ocr.turned_back(box, page, sight.angle)
        kept.append(n)
    place = {n: k for k, n in enumerate(kept)}
    result.figures = [result.figures[n] for n in kept]
    result.reasons = [result.reasons[n] for n in kept]
    for entry in result.ledger:
        if entry.figure is not None:
            if entry.figure not in place:
                entry.kind, entry.reason = "axis", "a bare number in a picture"
            entry.figure = place.get(entry.figure)


def _read(
    reader: Reader, pdf: Any, eyes: Eyes, number: int, sight: Sight | BaseException | None, limits: Limits, trace: bool
) -> dict[str, Any]:
    out: dict[str, Any] = {"size": None, "figures": [], "statements": [], "ledger": [], "warnings": []}
    page = pdf.pages[number - 1]
    try:
        with within(limits.page_seconds):
            if isinstance(sight, BaseException):
                raise sight
            sight = sight or eyes.look(page, number)
            printed = sight.printed
            out["size"] = [number, printed.width, printed.height]
            out["warnings"] += sight.warnings
            result = reader.read_page(sight.layout)
            if sight.sure:
                _mark_recognised(result, sight)
            if sight.turn:
                records: list[Figure | Statement | LedgerEntry] = [*result.figures, *result.statements, *result.ledger]
                for record in records:
                    record.box = turned_box(record.box, printed.width, printed.height, sight.turn)
            result.ledger += _unseen(number, sight.hidden)
            if trace:
                out["trace"] = [[kind, list(box), text] for kind, box, text in traced(sight.layout)]
                out["reasons"] = result.reasons
            out["figures"] = [_row(f) for f in result.figures]
            out["statements"] = [_row(s) for s in result.statements]
            out["ledger"] = [_row(e) for e in result.ledger]
    except TooLongError:
        out["warnings"].append(f"page {number}: not read, it took longer than {limits.page_seconds} s")
    except MemoryError:
        out["warnings"].append(f"page {number}: not read, it needs more than {limits.memory} MiB")
    except RecursionError:
        out["warnings"].append(f"page {number}: not read, its objects are nested without end")
    except Exception as error:  # one damaged page loses no other
        out["warnings"].append(f"page {number}: not read ({type(error).__name__}: {str(error)[:120]})")
    finally:
        with contextlib.suppress(Exception):
            page.close()
    return out


def _unseen(number: int, lines: Sequence[Span]) -> list[LedgerEntry]:
    """The number words of text that nobody sees."""
    return [
        LedgerEntry(number, line.text[mark.start : mark.end], "furniture", "drawn so that it is not seen", line.box)
        for line in lines
        for mark in read(line.text, Context()).marks
    ]


if __name__ == "__main__":
    serve(run, "numpy", "PIL.Image", "pypdfium2")
