from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.spool import ROWS_AT_ONCE, SpooledGrid

CELLS = st.lists(st.text(st.characters()), max_size=4)


@given(st.lists(CELLS, max_size=20))
def test_rows_come_back_as_often_as_they_are_asked_for_equally_wide(table):
    grid = SpooledGrid((number, list(cells)) for number, cells in enumerate(table, 1))
    width = max(map(len, table), default=0)
    wanted = [(n, cells + [""] * (width - len(cells))) for n, cells in enumerate(table, 1)]
    assert list(grid.rows()) == list(grid.rows()) == wanted


def test_walks_do_not_disturb_each_other():
    grid = SpooledGrid((n, [str(n)]) for n in range(3 * ROWS_AT_ONCE + 1))
    both = list(zip(grid.rows(), grid.rows(), strict=True))
    assert len(both) == 3 * ROWS_AT_ONCE + 1
    assert all(one == other for one, other in both)
