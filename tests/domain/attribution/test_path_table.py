import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.attribution.path_table import PathTableError, read_path_table


def read(text):
    return read_path_table(text.splitlines(keepends=True))


def as_rows(table):
    journeys = table.journeys
    bounds = journeys.offsets.tolist()
    paths = [
        tuple(table.channels[unit] for unit in journeys.unit[a:b])
        for a, b in itertools.pairwise(bounds)
    ]
    return dict(zip(paths, zip(journeys.conversions.tolist(), journeys.nulls.tolist(),
                               strict=True), strict=True))  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "path,total_conversions,total_conversion_value,total_null\na > b,2,10.5,3\n",
        "\ufeffpath;total_conversions;total_conversion_value;total_null\r\na>b;2;10.5;3\r\n",
        "Total Null\tTotal  Conversion-Value\tOther\tPATH \t Total_Conversions\n3\t10.5\tx\ta>b\t2",
        '\n"path","conversions","value","null"\n"a >b","1","10","1"\n"a>b",1.0,0.5,2e0\n\n',
    ],
)
def test_a_table_is_read_whatever_its_delimiter_column_names_and_spelling(text):
    table = read(text)
    assert table.channels == ("a", "b")
    assert table.rejected == ()
    rows = as_rows(table)
    assert rows.keys() == {("a", "b")}
    assert table.journeys.conversions.sum() == 2
    assert table.journeys.nulls.sum() == 3
    assert table.value.sum() == 10.5


def test_value_and_null_may_be_missing_and_blank_cells_are_0():
    table = read("path,total_conversions\nx,1.9\ny,\n")
    assert as_rows(table) == {("x",): (1.9, 0), ("y",): (0, 0)}
    assert table.value is None


def test_equal_paths_in_several_rows_are_summed():
    table = read("path;total_conversions;total_null\nb>a;1;2\nc;5;0\nb>a;0.5;1\n")
    assert as_rows(table) == {("b", "a"): (1.5, 3), ("c",): (5, 0)}
    assert table.channels == ("a", "b", "c")
    assert table.rows == 3


def test_names_may_be_quoted_and_hold_anything_but_the_separator():
    table = read('path,total_conversions\n"小红书, KOL > a ""b""\nc",1\n微信,2\n')
    assert table.channels == ('a "b"\nc', "小红书, KOL", "微信")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",1,0", "the path is empty"),
        ("  ,1,0", "the path is empty"),
        (" > ,1,0", "the path is empty"),
        (",,", "the path is empty"),
        ("a>>b,1,0", "the path has an empty step"),
        ("a>,1,0", "the path has an empty step"),
        ("a,x,0", "'x' is no number"),
        ("a,nan,0", "'nan' is no number"),
        ("a,1_0,0", "'1_0' is no number"),
        ("a,1,inf", "'inf' is no number"),
        ("a,-1,0", "a number of journeys is not negative, got -1"),
        ("a,1,-0.5", "a number of journeys is not negative, got -0.5"),
        ("a", "1 cells where the header has 3"),
    ],
)
def test_a_row_that_cannot_be_read_is_left_out_and_named_with_its_first_line(row, reason):
    table = read(f'path,total_conversions,total_null\n"k\nl",1,0\n{row}\nm,2,0\n')
    assert [(r.line, r.reason) for r in table.rejected] == [(4, reason)]
    assert as_rows(table) == {("k\nl",): (1, 0), ("m",): (2, 0)}
    assert table.rows == 3


def test_an_empty_path_is_rejected_every_time():
    table = read("path,total_conversions\na,1\n,1\n,1\n")
    assert [r.line for r in table.rejected] == [3, 4]
    assert table.journeys.conversions.tolist() == [1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "a,b\n1,2\n",
        "path,total_null\na,1\n",
        "path,total_conversions,Path\na,1,b\n",
        "path total_conversions\na 1\n",
    ],
)
def test_what_is_no_path_table_is_refused(text):
    with pytest.raises(PathTableError):
        read(text)


def test_a_header_without_rows_is_an_empty_table():
    table = read("path,total_conversions\n")
    assert (len(table.journeys), table.rows, table.channels) == (0, 0, ())


cells = st.sampled_from(["a", "a>b", "a>", " ", "", "1", "-1", " 2 ", "nan", "-inf", "1_0", "x"])


@given(st.lists(st.lists(cells, max_size=4), max_size=8))
def test_any_row_is_taken_or_rejected_with_a_reason(rows):
    table = read("path,total_conversions,value\n" + "".join(",".join(r) + "\n" for r in rows))
    blank = sum(len(row) < 2 and not any(cell.strip() for cell in row) for row in rows)
    assert table.rows == len(rows) - blank
    assert all(rejected.reason for rejected in table.rejected)
    assert len(table.journeys) + len(table.rejected) <= table.rows


def test_blank_cells_of_blanks_are_0_too():
    assert as_rows(read("path;conversions;null\na; ;3\n")) == {("a",): (0, 3)}
