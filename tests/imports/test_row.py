import pytest

from tests.imports.files import SHANGHAI
from tracker.imports.errors import RowError
from tracker.imports.row import Row, Sheet


def row(**cells):
    sheet = Sheet({name: n for n, name in enumerate(cells)}, {}, "CNY", SHANGHAI)
    return Row(sheet, 7, list(cells.values()))


def test_absent_columns_and_blank_cells_say_nothing():
    one = row(blank=" ", dash="-")
    for column in ("blank", "dash", "no such"):
        assert (one.text(column), one.ident(column)) == ("", "")
        assert one.amount(column, "CNY") is one.count(column) is one.instant(column) is None
        assert one.day(column) is None
        assert one.yes(column) is False
        assert one.currency(column) == "CNY"


@pytest.mark.parametrize("column", ["blank", "no such"])
def test_what_has_to_be_there_is_named(column):
    one = row(blank="")
    for read in (one.needed_ident, one.needed_text, one.needed_instant, one.needed_day):
        with pytest.raises(RowError, match="value_missing") as error:
            read(column)
        assert error.value.detail == column
    with pytest.raises(RowError, match="value_missing"):
        one.needed_amount(column, "CNY")


def test_zero_is_a_value():
    assert row(a="0").needed_amount("a", "CNY") == 0


def test_amounts_below_zero_are_taken_only_where_they_make_sense():
    one = row(a="-5.00")
    assert one.signed_amount("a", "CNY") == -500
    with pytest.raises(RowError, match="negative_amount"):
        one.amount("a", "CNY")


def test_row_knows_whether_any_of_some_columns_says_something():
    one = row(a=" ", b="x", c="")
    assert one.has_any(frozenset({"a", "b"}))
    assert not one.has_any(frozenset({"a", "c", "d"}))


def test_value_at_fault_is_cut(tmp_path):
    with pytest.raises(RowError) as error:
        row(a="x" * 1_000).count("a")
    assert len(error.value.detail) == 200
