"""Files that nobody exports: each is an error that says what is wrong, or exactly what it says, and
in no case does memory grow with what the file claims to be."""

import gzip
import io
import struct
import zipfile

import pytest

from tests.imports.files import read, told, write
from tests.imports.logs.test_grid import line
from tests.imports.measured import outcomes
from tests.imports.workbooks import parts, sheet, texts, workbook
from tracker.imports.errors import FileError
from tracker.imports.run import import_file

HEAD = "order_id,placed_at,paid,coupons\n"
GOOD = "A1,2026-11-11 08:00:00,5.00,LINA10\n"
MOST_MIB = 120


def bytes_of_zip(members, **options):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return data.getvalue()


# --- memory ---------------------------------------------------------------------------------------


def gzip_bomb(path):
    with gzip.open(path, "wb", 9) as file:
        file.write(HEAD.encode())
        for _ in range(80):
            file.write(b"A1,2026-11-11,5.00,\n" * 52_429)
    return "unpacked_too_large"


def zip_bomb(path):
    path.write_bytes(bytes_of_zip([("a.csv", HEAD + "x" * 80_000_000)]))
    return "unpacked_too_large"


def line_without_end(path):
    path.write_text(HEAD + GOOD + "y" * 20_000_000)
    return "not_a_table: line"


def row_without_end(path):
    path.write_text(HEAD + GOOD + '"x\n' + '","x\n' * 400_000)
    return "not_a_table: 400001 of 400002 rows"


def shared_string_without_end(path):
    workbook(path, parts(sheet('<row r="1"><c t="s"><v>0</v></c></row>'),
                         f"<si><t>{'a' * 10_000_000}</t></si>"))  # fmt: skip
    return "not_a_table: a cell"


def sheet_of_two_corners(path):
    rows = f'<row r="1">{texts("order_id", "placed_at", "paid")}</row>' + (
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )
    workbook(path, parts(sheet('<dimension ref="A1:XFD1048576"/>' + rows)))
    return "not_a_table: column XFD"


def row_of_endless_cells(path):
    workbook(path, parts(sheet("<row>" + "<c><v>1</v></c>" * 300_000 + "</row>")))
    return "not_a_table: more than"


def billion_laughs(path):
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    members = parts(sheet("<row><c t='inlineStr'><is><t>&a11;</t></is></c></row>"))
    members["xl/worksheets/a.xml"] = f"<!DOCTYPE x [{entities}]>" + members["xl/worksheets/a.xml"]
    workbook(path, members)
    return "document type"


def wide_web_page(path):
    path.write_text("<table><tr>" + "<td colspan=9999>" * 100_000 + "</table>")
    return "not_a_table: more than"


def web_page_of_empty_cells(path):
    path.write_text("<table><tr>" + "<td>" * 3_000_000 + "</table>")
    return "unpacked_too_large"


def log_of_long_lines(path):
    path.write_text(line("/a") + ("/" + "x" * 10_000_000 + "\n") * 3 + line("/b"))
    return "2 units, 3 out"


BOMBS = (
    gzip_bomb, zip_bomb, line_without_end, row_without_end, shared_string_without_end,
    sheet_of_two_corners, row_of_endless_cells, billion_laughs, wide_web_page,
    web_page_of_empty_cells, log_of_long_lines,
)  # fmt: skip


def test_bombs_are_named_and_cost_little_memory(tmp_path):
    paths = {bomb: tmp_path / bomb.__name__ for bomb in BOMBS}
    expected = {bomb.__name__: bomb(path) for bomb, path in paths.items()}
    found = outcomes(*paths.values())
    for name, text in expected.items():
        assert text in found[name]["told"], (name, found[name])
        assert found[name]["grown_mib"] < MOST_MIB, (name, found[name])


# --- errors ---------------------------------------------------------------------------------------


def lying_zip(path):
    data = bytes_of_zip([("a.csv", HEAD + GOOD * 9)])
    size = struct.pack("<I", len(HEAD + GOOD * 9))
    path.write_bytes(data.replace(size, struct.pack("<I", len(HEAD))))


def truncated_gzip(path):
    path.write_bytes(gzip.compress((HEAD + GOOD * 9).encode())[:-9])


def gzip_with_garbage(path):
    path.write_bytes(gzip.compress((HEAD + GOOD).encode()) + b"garbage")


def zip_with_password_flag(path):
    data = bytearray(bytes_of_zip([("a.csv", HEAD + GOOD)]))
    data[6] |= 1
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    path.write_bytes(bytes(data))


def damaged_member(path):
    data = bytearray(bytes_of_zip([("a.csv", HEAD + GOOD * 999)]))
    data[60] ^= 0xFF
    path.write_bytes(bytes(data))


REFUSED = {
    "empty": (b"", "empty_file"),
    "pdf": (b"%PDF-1.7\n", "binary_file"),
    "png": (b"\x89PNG\r\n", "binary_file"),
    "nul": ((HEAD + GOOD).encode() + b"A2,2026-11-11,5.00,\x00\n", "binary_file"),
    "utf-32": ((HEAD + GOOD).encode("utf-32"), "unknown_encoding"),
    "surrogate": ((HEAD + GOOD).encode() + b"A2,2026-11-11,5.00,\xed\xa0\x80\n", "encoding"),
    "cut utf-16": ((HEAD + GOOD).encode("utf-16") + b"A", "unknown_encoding"),
    "half a mark": (b"\xff\xfe", "not_a_table"),
    "duplicate header": (b"order_id,placed_at,paid,Paid\n", "duplicate_column"),
    "many entries": (bytes_of_zip([(f"{n}.csv", "a") for n in range(1_001)]), "unpacked_too_large"),
    "nested zip": (bytes_of_zip([("a.zip", bytes_of_zip([("a.csv", HEAD)]))]), "nested_archive"),
    "gzip in zip": (bytes_of_zip([("a.gz", gzip.compress(HEAD.encode()))]), "nested_archive"),
    "empty zip": (bytes_of_zip([]), "empty_file"),
    "lying zip": (lying_zip, "broken_archive"),
    "truncated gzip": (truncated_gzip, "broken_archive"),
    "garbage behind gzip": (gzip_with_garbage, "broken_archive"),
    "password": (zip_with_password_flag, "broken_archive"),
    "damaged member": (damaged_member, "broken_archive"),
    "prose": (b"Dear customer,\nyour order is on its way.\n", "not_recognised"),
    "script": (b"<html><script>alert(1)</script></html>", "not_a_table"),
    "ambiguous dates": (HEAD.encode() + b"A1,03/04/2026,5.00,\n", "ambiguous_date"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_said_and_leaves_no_trace(world, tmp_path, name):
    content, code = REFUSED[name]
    path = tmp_path / "file.csv"
    if callable(content):
        content(path)
    else:
        path.write_bytes(content)
    before = world.rows()
    with pytest.raises(FileError) as caught:
        import_file(world.database, path, world.request())
    assert code in caught.value.code, caught.value
    assert world.rows() == before
    assert world.count("import_batch") == 0


def test_names_within_an_archive_are_only_names(world, tmp_path):
    names = [
        "../../evil.csv",
        "/etc/cron.d/evil.csv",
        "C:\\evil.csv",
        "a/\x07b.csv",
    ]
    members = [(name, HEAD + f"A{n},2026-11-11,5.00,\n") for n, name in enumerate(names)]
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16  # a symbolic link
    path = write(tmp_path / "", bytes_of_zip([*members, (link, "/etc/passwd")]), "a.zip")
    before = sorted(tmp_path.parent.rglob("*evil*"))
    result = import_file(world.database, path, world.request())
    assert result.counts["loaded"] == len(names)
    assert [name for name, _ in result.unknown] == ["link.csv"]
    assert sorted(tmp_path.parent.rglob("*evil*")) == before


# --- exact values ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code", ["NULL", "NA", "nan", "None", "N/A", "1E5", "007", "TRUE", "=1+1", "@x", "+1", "é" * 50]
)
def test_codes_that_readers_break_come_through_as_they_are(tmp_path, code):
    path = write(tmp_path, HEAD + f"6917926768823643751,2026-11-11,5.00,{code}\n,,,\n")
    units, out = read(path)
    assert told(out) == [(3, "empty_row")]
    order = units[0].records[0]
    assert (order.ref, order.coupons) == ("6917926768823643751", (code,))


def test_rows_of_another_width_are_rejected_and_never_shifted(tmp_path):
    text = HEAD + "A1,2026-11-11,5.00\nA2,2026-11-11,5.00,X,Y\n" + GOOD
    units, out = read(write(tmp_path, text))
    assert told(out) == [(2, "wrong_width"), (3, "wrong_width")]
    assert [unit.key for unit in units] == ["A1"]


def test_unclosed_quote_takes_no_other_row_with_it(tmp_path):
    text = HEAD + 'A1,2026-11-11,5.00,"X\n' + GOOD.replace("A1", "A2") + GOOD.replace("A1", "A3")
    units, out = read(write(tmp_path, text))
    assert told(out) == [(2, "unclosed_quote")]
    assert [unit.key for unit in units] == ["A2", "A3"]


def test_blank_headers_are_columns_that_are_not_read(tmp_path):
    units, out = read(write(tmp_path, "order_id,,placed_at,,paid\nA1,x,2026-11-11,y,5.00\n"))
    assert (len(units), out) == (1, [])


def test_cell_that_is_too_long_costs_its_row_only(tmp_path):
    text = HEAD + f"A1,2026-11-11,5.00,{'x' * 70_000}\n" + GOOD.replace("A1", "A2")
    units, out = read(write(tmp_path, text))
    assert told(out) == [(2, "cell_too_long")]
    assert [unit.key for unit in units] == ["A2"]


def test_scripts_entities_and_odd_spans_of_a_web_page_are_no_content(tmp_path):
    page = (
        '<!DOCTYPE html [<!ENTITY a "9">]><table><tr><td>order_id<td>placed_at<td>paid'
        '<td colspan="²">x<tr><td>A1<script>alert(1)</script><td>2026-11-11<!-- 1 -->'
        "<td>5&#46;00<style>x</style><td></table>"
    )
    units, out = read(write(tmp_path, page, "orders.xls"))
    assert out == []
    order = units[0].records[0]
    assert (order.ref, order.paid_minor) == ("A1", 500)


def test_formulas_count_as_their_results(tmp_path):
    rows = (
        f'<row r="1">{texts("order_id", "placed_at", "paid")}</row>'
        f'<row r="2">{texts("A1", "2026-11-11")}<c><f>2+3</f><v>5</v></c></row>'
        f'<row r="3">{texts("A2", "2026-11-11")}<c><f>1/0</f><v/></c></row>'
        f'<row r="4">{texts("A3", "2026-11-11")}<c t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    )
    units, out = read(workbook(tmp_path / "a.xlsx", parts(sheet(rows))))
    assert [(unit.key, unit.records[0].paid_minor) for unit in units] == [("A1", 500)]
    assert told(out) == [(3, "value_missing"), (4, "not_a_number")]
