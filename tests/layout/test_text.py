"""Glyphs to spans: what a reader sees as one run of text is one, however it was set."""

import random

from sources.layout.text import columns_of_vertical_text, spans
from sources.pdf.document import Glyph, Rule


def setting(text, x, baseline, size=10.0, pitch=None, order=0):
    """Glyphs of a text set from x on a baseline; ``pitch`` is the distance of their left edges."""
    out = []
    for n, char in enumerate(text):
        width = size * (0.5 if ord(char) < 0x2000 else 1.0)
        out.append(Glyph(char, x, baseline - 0.88 * size, x + width, baseline + 0.12 * size, baseline, size, False, order + n))
        x += pitch or width
    return out


def texts(glyphs, rules=()):
    return [span.text for span in spans(glyphs, rules)]


def test_a_line_is_read_whatever_the_order_in_which_it_was_drawn():
    glyphs = setting("公開データセット数646件", 50, 100)
    random.Random(7).shuffle(glyphs)
    assert texts(glyphs) == ["公開データセット数646件"]


def test_a_big_number_and_its_small_unit_are_one_span():
    assert [t.replace(" ", "") for t in texts(setting("30", 50, 100, 40) + setting("倍", 96, 100, 16))] == ["30倍"]


def test_a_small_unit_set_at_mid_height_joins_its_number():
    assert texts(setting("27", 50, 100, 40) + setting("%", 92, 88, 18)) == ["27%"]


def test_two_small_lines_beside_a_big_number_do_not_join_it():
    found = texts(setting("27", 50, 100, 40) + setting("うち市内", 95, 82, 10) + setting("うち市外", 95, 96, 10))
    assert "27" in found and "うち市内" in found and "うち市外" in found


def test_columns_are_parted_by_white_space():
    assert texts(setting("令和5年度", 50, 100) + setting("令和6年度", 150, 100)) == ["令和5年度", "令和6年度"]


def test_a_vertical_rule_parts_what_nearly_touches():
    glyphs = setting("1,200", 50, 100) + setting("1,300", 80, 100)
    assert texts(glyphs, [Rule(False, 77.5, 80, 120)]) == ["1,200", "1,300"]


def test_letters_spread_over_a_cell_are_one_word():
    assert [t.replace(" ", "") for t in texts(setting("給与費", 50, 100, 9, pitch=60))] == ["給与費"]


def test_a_list_number_stays_with_its_heading():
    assert texts(setting("１", 50, 100, 12) + setting("総括", 78, 100, 12)) == ["１ 総括"]


def test_vertical_text_is_read_from_right_to_left():
    first = [Glyph(c, 200, 50 + 11 * n, 210, 60 + 11 * n, 60 + 11 * n, 10, False, n) for n, c in enumerate("人口十二万人")]
    second = [Glyph(c, 180, 50 + 11 * n, 190, 60 + 11 * n, 60 + 11 * n, 10, False, n) for n, c in enumerate("世帯数は五万")]
    columns, rest = columns_of_vertical_text(second + first)
    assert [c.text for c in columns] == ["人口十二万人", "世帯数は五万"]
    assert rest == []


def test_horizontal_text_is_not_taken_for_vertical():
    lines = [g for n in range(6) for g in setting("市民サービスの向上を図る", 50, 100 + 16 * n)]
    columns, rest = columns_of_vertical_text(lines)
    assert columns == [] and len(rest) == len(lines)
