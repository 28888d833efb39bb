"""The child process that reads one PDF: an order as JSON on standard input, a line of JSON a page on standard output."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from sources.errors import ShinchokuError
from sources.figures import Reader
from sources.layout.page import Layout, Region, Table, analyse
from sources.layout.turn import prevailing_turn, turned_box, turned_page
from sources.notation import Context, heading
from sources.pdf import ocr
from sources.pdf.document import Page, open_pdf, read_page
from sources.reading import sha256_of
from sources.records import Box, Figure, LedgerEntry, Period, Statement


class TooLongError(Exception):
    """A page took more than its time."""


def _limit_memory(mebibytes: int) -> None:
    try:
        import resource

        size = mebibytes << 20
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    except (ImportError, ValueError, OSError):
        # macOS takes no limit on address space; the limit on time still stands.
        pass


@contextlib.contextmanager
def _within(seconds: int) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


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


def cover_fiscal_year(layout: Layout) -> int | None:
    """The fiscal year that a cover names: in its largest type first, a 年度 before anything else."""
    lines = [(box.bottom - box.top, text) for kind, box, text in traced(layout) if kind == "span"]
    for _, text in sorted(lines, key=lambda pair: -pair[0]):
        plain = unicodedata.normalize("NFKC", text)
        for match in re.finditer(r"(?:令和|平成|[RH])\s*(?:元|[0-9]{1,2})\s*年度|(?:19|20)[0-9]{2}\s*年度", plain):
            period = heading(match[0], Context()).period
            if period is not None:
                return period.start.year
    return None


def run(order: dict[str, Any]) -> None:
    path, limits = Path(order["path"]), order["limits"]
    _limit_memory(limits["memory"])
    with _within(limits["page_seconds"]):
        pdf = open_pdf(path)
        count = len(pdf.pages)
    numbers = order["pages"] or list(range(1, count + 1))
    if beyond := [n for n in numbers if not 1 <= n <= count]:
        raise ShinchokuError(
            f"{path}: there is no page {beyond[0]}; the file has {count}.",
            f"{path}: {beyond[0]}ページはありません（全{count}ページ）。",
        )
    if len(numbers) > limits["pages"]:
        raise ShinchokuError(
            f"{path}: {len(numbers)} pages are more than the limit of {limits['pages']}. Choose pages with --pages.",
            f"{path}: {len(numbers)}ページは上限{limits['pages']}を超えています。--pages で絞ってください。",
        )
    first: Layout | None = None
    text, fiscal_year = "", order["fiscal_year"]
    with contextlib.suppress(TooLongError, Exception), _within(limits["page_seconds"]):
        first = analyse(read_page(pdf.pages[0], 1))
        pdf.pages[0].close()
        text = " ".join("".join(g.text for g in first.page.glyphs).split())[:4000]
        fiscal_year = fiscal_year or cover_fiscal_year(first)
    wants_ocr = order["ocr"] != "off" and ocr.available()
    _say({"head": {"sha256": sha256_of(path), "page_count": count, "text": text}})
    reader = Reader(fiscal_year)
    for done, number in enumerate(numbers, start=1):
        _say(
            {
                "page": _read(reader, pdf, path, number, first, limits, wants_ocr, order["trace"])
                | {"done": done, "of": len(numbers)}
            }
        )
    _say({"end": True})


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


def _needs_ocr(page: Page) -> str:
    """Why the text of a page cannot be trusted; empty where it can."""
    inked = sum(1 for g in page.glyphs if not g.text.isspace())
    pictured = sum((b.x1 - b.x0) * (b.bottom - b.top) for b in page.pictures)
    if inked < 8 and pictured > 0.3 * page.width * page.height:
        return "a picture without text"
    if page.unreadable > 0.15 * max(inked, 1):
        return f"{page.unreadable} of {inked} characters have no meaning in the font's character map"
    return ""


def _mark_ocr(figures: list[Figure], page: Page, angle: float, sure: dict[int, float]) -> None:
    """Say of each figure that it was recognised, how surely, and where it stands on the picture as it is."""
    for figure in figures:
        box = figure.box
        scores = [
            sure[g.order]
            for g in page.glyphs
            if box.x0 - 0.1 <= (g.x0 + g.x1) / 2 <= box.x1 + 0.1 and box.top - 0.1 <= (g.top + g.bottom) / 2 <= box.bottom + 0.1
        ]
        figure.source = "ocr"
        figure.confidence = round(min(scores), 3) if scores else 0.0
        figure.box = ocr.turned_back(box, page, angle)


def _read(
    reader: Reader, pdf: Any, path: Path, number: int, first: Layout | None, limits: dict[str, int], wants_ocr: bool, trace: bool
) -> dict[str, Any]:
    out: dict[str, Any] = {"size": None, "figures": [], "statements": [], "ledger": [], "warnings": []}
    page = pdf.pages[number - 1]
    try:
        with _within(limits["page_seconds"]):
            layout = first if first is not None and number == 1 else analyse(read_page(page, number))
            out["size"] = [number, layout.page.width, layout.page.height]
            why = _needs_ocr(layout.page)
            angle = 0.0
            sure: dict[int, float] = {}
            printed, turn = layout.page, prevailing_turn(layout.page)
            if turn and not why:
                layout = analyse(turned_page(layout.page, turn))
            if why and wants_ocr:
                picture, angle, sure = ocr.read_picture(path, layout.page)
                layout = analyse(picture)
            elif why:
                out["warnings"].append(
                    f"page {number}: not read, {why}; install the ocr extra to read it: .venv/bin/pip install -c constraints.txt -e '.[ocr]'"
                )
            result = reader.read_page(layout)
            if sure:
                _mark_ocr(result.figures, layout.page, angle, sure)
            if turn and not why:
                records: list[Figure | Statement | LedgerEntry] = [*result.figures, *result.statements, *result.ledger]
                for record in records:
                    record.box = turned_box(record.box, printed.width, printed.height, turn)
            if trace:
                out["trace"] = [[kind, list(box), text] for kind, box, text in traced(layout)]
                out["reasons"] = result.reasons
            out["figures"] = [_row(f) for f in result.figures]
            out["statements"] = [_row(s) for s in result.statements]
            out["ledger"] = [_row(e) for e in result.ledger]
    except TooLongError:
        out["warnings"].append(f"page {number}: not read, it took longer than {limits['page_seconds']} s")
    except MemoryError:
        out["warnings"].append(f"page {number}: not read, it needs more than {limits['memory']} MiB")
    except RecursionError:
        out["warnings"].append(f"page {number}: not read, its objects are nested without end")
    except Exception as error:  # one damaged page loses no other
        out["warnings"].append(f"page {number}: not read ({type(error).__name__}: {str(error)[:120]})")
    finally:
        with contextlib.suppress(Exception):
            page.close()
    return out


def main() -> None:
    order = json.load(sys.stdin)
    try:
        run(order)
    except ShinchokuError as error:
        _say({"error": [error.en, error.ja]})
    except (TooLongError, MemoryError, RecursionError) as error:
        path, limits = order["path"], order["limits"]
        cause = {"TooLongError": "time", "MemoryError": "memory", "RecursionError": "nesting"}[type(error).__name__]
        _say(
            {
                "error": [
                    f"{path}: opening the file exceeds the limit on {cause} ({limits['page_seconds']} s, {limits['memory']} MiB).",
                    f"{path}: 開くだけで上限（{limits['page_seconds']}秒、{limits['memory']} MiB）を超えます。",
                ]
            }
        )


if __name__ == "__main__":
    main()
