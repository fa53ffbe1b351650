import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.records import Reason
from tracker.imports import rows as module
from tracker.imports.errors import FileError
from tracker.imports.rows import MAX_CELL, BrokenRow, read_rows


def rows(text, delimiter=","):
    lines = io.StringIO(text, newline="")
    return [
        (row.line, row.reason.value) if isinstance(row, BrokenRow) else row
        for row in read_rows(lines, delimiter)
    ]


def test_rows_carry_their_first_physical_line():
    text = 'a,b\n"x\ny",2\n\n3,4\r\n5,6'
    assert rows(text) == [
        (1, ["a", "b"]),
        (2, ["x\ny", "2"]),
        (5, ["3", "4"]),
        (6, ["5", "6"]),
    ]


def test_unclosed_quote_costs_its_own_line_only():
    text = 'a,b\n1,2\n3,"oops\n4,5\n6,7\n'
    assert rows(text) == [
        (1, ["a", "b"]),
        (2, ["1", "2"]),
        (3, "unclosed_quote"),
        (4, ["4", "5"]),
        (5, ["6", "7"]),
    ]


def test_quote_in_the_wrong_place_costs_its_own_line_only():
    assert rows('1,"a"b\n2,c\n') == [(1, "unclosed_quote"), (2, ["2", "c"])]
    text = '1,"open\n2,"close" x\n3,d\n'
    assert rows(text) == [(1, "unclosed_quote"), (2, "unclosed_quote"), (3, ["3", "d"])]


def test_endless_cell_does_not_swallow_the_file():
    text = '1,"' + "x" * 50 + "\n" + "2,y\n" * (MAX_CELL // 4 + 100)
    found = rows(text)
    assert found[0] == (1, "cell_too_long")
    assert len(found) == MAX_CELL // 4 + 101
    assert found[-1] == (len(found), ["2", "y"])


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@given(
    table=st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
            min_size=2,
            max_size=4,
        )
    )
)
def test_what_csv_writes_is_read_back(delimiter, table):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    found = rows(buffer.getvalue(), delimiter)
    assert [cells for _, cells in found] == table
    assert [line for line, _ in found] == sorted({line for line, _ in found})


def test_row_that_goes_on_from_line_to_line_is_given_up_at_a_size(monkeypatch):
    monkeypatch.setattr(module, "MAX_ROW", 100)
    taken = 0

    def lines():
        nonlocal taken
        for text in ['"x\n', *['","x\n'] * 1_000]:
            taken += 1
            yield text

    first = next(read_rows(lines(), ","))
    assert first == BrokenRow(1, Reason.UNCLOSED_QUOTE)
    assert taken < 30


def test_line_without_an_end_is_no_table(monkeypatch):
    monkeypatch.setattr(module, "MAX_LINE", 10)
    lines = module.bounded(io.StringIO("a,b\n" + "x" * 50))
    assert next(lines) == "a,b\n"
    with pytest.raises(FileError, match="not_a_table: line 2"):
        next(lines)
