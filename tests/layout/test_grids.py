"""Rules to cells: merged heads, open sides, and rules that are drawn in pieces."""

from sources.layout.grids import ruled_grids
from sources.pdf.document import Rule


def grid_of(xs, ys, gaps=(), vertical_gaps=()):
    """Rules of a table in pieces; ``gaps`` are (column, y index) left out, ``vertical_gaps`` (x index, row)."""
    rules = [Rule(True, y, xs[i], xs[i + 1]) for j, y in enumerate(ys) for i in range(len(xs) - 1) if (i, j) not in gaps]
    return rules + [
        Rule(False, x, ys[j], ys[j + 1]) for i, x in enumerate(xs) for j in range(len(ys) - 1) if (i, j) not in vertical_gaps
    ]


def places(grid):
    return {(c.row, c.row_end, c.col, c.col_end) for c in grid.cells}


def test_every_square_of_a_full_grid_is_a_cell():
    (grid,) = ruled_grids(grid_of([0, 100, 200], [0, 20, 40]), [])
    assert places(grid) == {(0, 0, 0, 0), (0, 0, 1, 1), (1, 1, 0, 0), (1, 1, 1, 1)}


def test_a_head_over_two_columns_is_one_cell():
    (grid,) = ruled_grids(grid_of([0, 100, 200, 300], [0, 20, 40, 60], vertical_gaps={(2, 0)}), [])
    assert (0, 0, 1, 2) in places(grid)
    assert (1, 1, 1, 1) in places(grid) and (1, 1, 2, 2) in places(grid)


def test_a_row_head_over_two_rows_is_one_cell():
    (grid,) = ruled_grids(grid_of([0, 100, 200], [0, 20, 40, 60], gaps={(0, 2)}), [])
    assert (1, 2, 0, 0) in places(grid)


def test_open_outer_sides_are_closed():
    rules = [r for r in grid_of([0, 100, 200], [0, 20, 40]) if r.horizontal or r.at == 100]
    (grid,) = ruled_grids(rules, [])
    assert len(grid.cells) == 4


def test_tables_side_by_side_stay_apart():
    rules = grid_of([0, 100, 200], [0, 20, 40]) + grid_of([260, 360, 460], [0, 20, 40])
    assert len(ruled_grids(rules, [])) == 2


def test_rules_of_other_tables_on_the_same_line_do_not_fill_a_gap():
    upper, lower = grid_of([0, 101, 200], [0, 20, 40]), grid_of([0, 100, 200], [300, 320, 340])
    grids = ruled_grids(lower + upper, [])
    assert sorted(len(g.cells) for g in grids) == [4, 4]


def test_a_lone_frame_is_no_grid():
    assert ruled_grids(grid_of([0, 100], [0, 50]), []) == []
