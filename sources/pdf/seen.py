"""What of a page's text a reader sees: text drawn invisibly, under a picture or in the colour of its ground is found here.

Also whether what is seen is what the text says: a broken character map names digits that the picture does not show.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pdfminer.layout import LTChar, LTContainer, LTImage
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfplumber.page import PDFPageAggregatorWithMarkedContent
from pdfplumber.utils.exceptions import PdfminerException

if TYPE_CHECKING:
    from PIL.Image import Image

    from sources.pdf.document import Glyph, Page

# PDF 32000-1, table 106: neither filled nor stroked; and only added to the clipping path.
INVISIBLE = (3, 7)
# The least difference in grey between type and ground that an eye can make out (of 255).
VISIBLE = 24
# A digit is compared with its picture where it is drawn at least so high (pixels).
LEGIBLE = 18
# The closed counters of each digit in any face: 4 may be open.
HOLES: dict[str, tuple[int, ...]] = {
    "0": (1, 2), "1": (0,), "2": (0,), "3": (0,), "4": (0, 1), "5": (0,), "6": (1,), "7": (0,), "8": (2,), "9": (1,),
}  # fmt: skip


class _Device(PDFPageAggregatorWithMarkedContent):
    """pdfplumber's device, which also keeps how each character is drawn."""

    mode = 0

    def render_string(self, textstate: Any, *args: Any, **more: Any) -> None:
        self.mode = textstate.render
        super().render_string(textstate, *args, **more)

    def render_char(self, *args: Any, **more: Any) -> float:
        advance = super().render_char(*args, **more)
        if self.mode in INVISIBLE and self.cur_item._objs:
            self.cur_item._objs[-1].invisible = True  # type: ignore[attr-defined]
        return advance


def lay_out(page: Any) -> None:
    """Have pdfplumber's page keep what :func:`hidden` needs; its characters and shapes stay as they are."""
    device = _Device(page.pdf.rsrcmgr, pageno=page.page_number, laparams=page.pdf.laparams)
    try:
        PDFPageInterpreter(page.pdf.rsrcmgr, device).process_page(page.page_obj)
    except Exception as error:
        raise PdfminerException(error) from error
    page._layout = device.get_result()


def _drawn(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, LTContainer):
            yield from _drawn(item)
        else:
            yield item


def hidden(page: Any) -> set[int]:
    """The characters of a laid out page (by their place in ``page.chars``) that are drawn invisibly or lie under an opaque picture."""
    out: set[int] = set()
    chars: list[LTChar] = []
    for item in _drawn(page.layout):
        if isinstance(item, LTChar):
            if getattr(item, "invisible", False):
                out.add(len(chars))
            chars.append(item)
        elif isinstance(item, LTImage) and chars and _opaque(item):
            x0, y0, x1, y1 = item.bbox
            out.update(
                n for n, c in enumerate(chars) if x0 <= (c.x0 + c.x1) / 2 <= x1 and y0 <= (c.y0 + c.y1) / 2 <= y1
            )
    return out


def _opaque(image: LTImage) -> bool:
    attributes = getattr(image.stream, "attrs", {})
    return not any(name in attributes for name in ("SMask", "Mask")) and not getattr(image, "imagemask", False)


def blended(glyphs: Sequence[Glyph], image: Image, scale: float) -> list[Glyph]:
    """The glyphs whose type does not stand out from its ground on the page's picture."""
    gray = image.convert("L")
    out = []
    for g in glyphs:
        if _contrast(_crop(gray, g, scale)) < VISIBLE:
            out.append(g)
    return out


def _crop(gray: Image, g: Glyph, scale: float) -> Image:
    """A glyph's picture from its baseline up: the boxes of fonts are often set too high or too low."""
    top, bottom = (g.baseline - 0.9 * g.size, g.baseline + 0.08 * g.size) if g.turn == 0 else (g.top, g.bottom)
    x0, y0 = max(0, int(g.x0 * scale)), max(0, int(top * scale))
    return gray.crop((x0, y0, max(x0 + 1, int(g.x1 * scale) + 1), max(y0 + 1, int(bottom * scale) + 1)))


def _contrast(gray: Image) -> int:
    shades = gray.getcolors(256) or [(0, 0)]
    tones = [int(tone) for _, tone in shades]  # type: ignore[arg-type]
    return max(tones) - min(tones)


def mistaken_fonts(page: Page, image: Image, known: dict[str, bool]) -> list[str]:
    """The fonts whose digits are not, on the picture, what their character map says; what is found out of a font goes to ``known``."""
    scale = image.width / page.width
    samples: dict[str, dict[str, list[Glyph]]] = defaultdict(lambda: defaultdict(list))
    for g in page.glyphs:
        if g.text in HOLES and g.turn == 0 and g.font not in known and (g.bottom - g.top) * scale >= LEGIBLE:
            samples[g.font][g.text].append(g)
    gray = image.convert("L") if samples else image
    for font, digits in samples.items():
        looks = {digit: Counter(_looks_like(digit, _crop(gray, g, scale)) for g in drawn[:3]) for digit, drawn in digits.items()}
        judged = [digit for digit, votes in looks.items() if votes[True] or votes[False]]
        if len(judged) >= 3:
            wrong = [digit for digit in judged if looks[digit][False] > looks[digit][True]]
            # Thin type can lose a counter, but none gains one: a digit without any must be among those that are wrong.
            known[font] = len(wrong) >= max(2, 0.4 * len(judged)) and any(HOLES[digit] == (0,) for digit in wrong)
    return sorted({g.font for g in page.glyphs if known.get(g.font)})


def _looks_like(digit: str, gray: Image) -> bool | None:
    """Whether a picture has the closed counters of a digit, and where; None where it cannot be told."""
    import numpy as np

    if _contrast(gray) < 4 * VISIBLE or not 4 < gray.width < 400 or gray.height > 400:
        return None
    tones = np.asarray(gray).astype(int)
    edge = sorted([*tones[:, 0].tolist(), *tones[:, -1].tolist()])
    ground = edge[len(edge) // 2]
    away = np.abs(tones - ground)
    # Nearer to the ground than to the ink: thin strokes are grey, and a counter must not leak through them.
    ink = away > 0.3 * away.max()
    rows = ink.any(axis=1).nonzero()[0]
    if rows.size == 0 or rows[-1] - rows[0] < 0.6 * LEGIBLE:
        return None
    holes = _counters(np.pad(ink[rows[0] : rows[-1] + 1], 1))
    if len(holes) not in HOLES[digit]:
        return False
    return (holes[0] > 0.5) == (digit == "6") if digit in "69" else True


def _counters(ink: Any) -> list[float]:
    """The heights (0 top, 1 bottom) of the middles of the patches that ink encloses; specks are left out."""
    high, wide = ink.shape
    seen = ink.copy()
    out = []
    for start in zip(*(~ink).nonzero(), strict=True):
        if seen[start]:
            continue
        seen[start] = True
        patch = [start]
        for y, x in patch:
            for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                if 0 <= near[0] < high and 0 <= near[1] < wide and not seen[near]:
                    seen[near] = True
                    patch.append(near)
        if (0, 0) not in patch[:1] and len(patch) >= 0.012 * high * wide:
            ys = [y for y, _ in patch]
            out.append((min(ys) + max(ys)) / 2 / high)
    return out
