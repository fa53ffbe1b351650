import datetime as dt

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.imports.workbooks import parts, sheet, texts, workbook
from tracker.imports.errors import FileError
from tracker.imports.grids import SheetGrid, open_workbook
from tracker.imports.xlsx_rows import date_text, duration_text, number_text


def rows(path):
    ((_, grid),) = open_workbook(path, "xlsx")
    return list(grid.rows())


def hand_made(tmp_path, sheet_rows, **further):
    return rows(workbook(tmp_path / "a.xlsx", parts(sheet(sheet_rows), **further)))


def test_kinds_of_cells_are_texts(tmp_path):
    cells = (
        '<c r="A1" t="s"><v>0</v></c><c r="B1"><v>12.50</v></c><c r="C1" t="b"><v>1</v></c>'
        '<c r="D1" t="e"><v>#DIV/0!</v></c><c r="E1" t="str"><f>A1&amp;"x"</f><v>sum</v></c>'
        '<c r="F1"><f>SUM(B1:B9)</f><v>3</v></c><c r="G1" t="d"><v>2026-11-11T08:00:00</v></c>'
        '<c r="H1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>'
        '<c r="I1"><f>A1</f></c>'
    )
    found = hand_made(tmp_path, f'<row r="1">{cells}</row>', strings="<si><t>shared</t></si>")
    assert found == [
        (1, ["shared", "12.5", "TRUE", "#DIV/0!", "sum", "3", "2026-11-11 08:00:00", "inline"])
    ]


def test_gaps_and_blank_rows_keep_their_places(tmp_path):
    found = hand_made(
        tmp_path,
        '<row r="2"><c r="C2"><v>1</v></c></row><row r="5"><c r="A5"/></row>'
        "<row><c><v>2</v></c><c><v>3</v></c></row>",
    )
    assert found == [(2, ["", "", "1"]), (6, ["2", "3"])]


def test_prefixed_names_are_the_same(tmp_path):
    xml = sheet('<row r="1"><c r="A1"><v>7</v></c></row>')
    for name in ("worksheet", "sheetData", "row", "c", "v"):
        xml = xml.replace(f"<{name}", f"<x:{name}").replace(f"</{name}", f"</x:{name}")
    xml = xml.replace("xmlns=", "xmlns:x=")
    assert rows(workbook(tmp_path / "a.xlsx", parts(xml))) == [(1, ["7"])]


@pytest.mark.parametrize(
    ("sheet_rows", "error"),
    [
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "not_a_table: column XFD"),
        ('<row r="1"><c r="A"><v>1</v></c><c r="!1"><v>1</v></c></row>', "not_a_table: column"),
        ('<row r="1048577"><c r="A1"><v>1</v></c></row>', "broken_archive: row 1048577"),
        ('<row r="2"/><row r="1"/>', "broken_archive: row 1"),
        ('<row r="1"><c r="A1" t="s"><v>5</v></c></row>', "broken_archive: no shared string"),
        ('<row r="1"><c r="A1" t="s"><v>-1</v></c></row>', "broken_archive: shared string"),
        (f'<row r="1">{texts("x" * 70_000)}</row>', "not_a_table: a cell"),
        ('<row r="1"><c r="A1"><v>1</c></row>', "broken_archive"),
    ],
)
def test_what_no_sheet_has_is_refused(tmp_path, sheet_rows, error):
    with pytest.raises(FileError, match=error):
        hand_made(tmp_path, sheet_rows)


def test_two_cells_at_the_corners_are_two_rows(tmp_path):
    found = hand_made(
        tmp_path,
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="ALL1048576"><v>2</v></c></row>',
    )
    assert [number for number, _ in found] == [1, 1_048_576]
    assert len(found[1][1]) == 1_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", "12"), ("12.50", "12.5"), ("1E-3", "0.001"), ("0", "0"), ("-0.1", "-0.1"),
        ("999999999999999", "999999999999999"), ("6900000000000000000", "6.90000000000000E+18"),
        ("0.30000000000000004", "0.3"), ("007", "7"), ("x", "x"),
    ],
)  # fmt: skip
def test_numbers_have_fifteen_digits(text, expected):
    assert number_text(text) == expected


@pytest.mark.parametrize(
    ("text", "is_1904", "expected"),
    [
        ("46337", False, "2026-11-11"),
        ("46337.333333333336", False, "2026-11-11 08:00:00"),
        ("46337.33333333333", False, "2026-11-11 08:00:00"),
        ("1", False, "1900-01-01"),
        ("60", False, "1900-02-28"),
        ("61", False, "1900-03-01"),
        ("0.5", False, "12:00:00"),
        ("0.99999999999", False, "1900-01-01"),
        ("44875", True, "2026-11-11"),
        ("-1", False, "-1"),
        ("99999999", False, "99999999"),
        ("2958465.9999999999", False, "2958466"),
        ("soon", False, "soon"),
    ],
)
def test_day_numbers_are_dates(text, is_1904, expected):
    assert date_text(text, is_1904) == expected


def test_lengths_of_time_are_as_python_writes_them():
    assert duration_text("1.0416666666666667") == "1 day, 1:00:00"
    assert duration_text("x") == "x"


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e12, 1e12).filter(lambda number: number == 0 or abs(number) > 1e-3),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
    .map(str.strip),
    st.datetimes()
    .filter(lambda at: 1901 < at.year < 2200)
    .map(lambda at: at.replace(microsecond=0)),
    st.dates(dt.date(1901, 1, 1), dt.date(2200, 1, 1)),
)  # fmt: skip


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=6), st.booleans())
def test_sheet_is_read_as_a_reader_of_whole_workbooks_reads_it(tmp_path_factory, table, in_line):
    path = tmp_path_factory.mktemp("xlsx") / "a.xlsx"
    options = {"default_date_format": "yyyy-mm-dd hh:mm", "constant_memory": in_line,
               "strings_to_formulas": False, "strings_to_urls": False}  # fmt: skip
    with xlsxwriter.Workbook(path, options) as book:
        tab = book.add_worksheet()
        for y, cells in enumerate(table):
            for x, cell in enumerate(cells):
                tab.write(y, x, cell)
    known = SheetGrid(CalamineWorkbook.from_path(path).get_sheet_by_index(0))
    assert squared(rows(path)) == squared(known.rows())


def squared(found):
    """Rows without the blank columns around them, which the other reader leaves out."""
    table = [(number, cells) for number, cells in found]
    used = [x for _, cells in table for x, cell in enumerate(cells) if cell]
    if not used:
        return []
    begin, end = min(used), max(used) + 1
    return [(number, (cells + [""] * end)[begin:end]) for number, cells in table]
