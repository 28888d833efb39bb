"""What a font does not say is no text: the numbers that a library puts in its place were printed by nobody."""

from __future__ import annotations

from sources.notation import Context, read
from sources.pdf.document import NO_CHARACTER, _glyphs
from sources.records import Box


def char(text: str, x: float) -> dict[str, object]:
    return {"text": text, "x0": x, "x1": x + 10, "top": 10.0, "bottom": 20.0, "size": 10.0, "fontname": "A", "matrix": (1, 0, 0, 1, x, 180)}


def test_glyphs_without_a_character_hold_no_digits() -> None:
    glyphs, _, _, unreadable = _glyphs([char(text, 10.0 * n) for n, text in enumerate(("(cid:12)", "7", "\ue012"), 1)], Box(0, 0, 200, 200), 200, set())
    assert [glyph.text for glyph in glyphs] == [NO_CHARACTER, "7", NO_CHARACTER] and unreadable == 2


def test_a_number_beside_one_is_not_believed() -> None:
    for text in (f"1{NO_CHARACTER}4件", f"{NO_CHARACTER}7人"):
        found = read(text, Context(fiscal_year=2024))
        assert found.figures == [] and {mark.kind for mark in found.marks} == {"not_read"}
