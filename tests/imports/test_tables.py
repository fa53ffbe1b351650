import gzip
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.imports.files import SHANGHAI, read, source, told, write
from tests.imports.workbooks import parts, sheet
from tracker.imports import container
from tracker.imports.errors import FileError
from tracker.imports.sniff import recognise, sniff
from tracker.imports.source import open_source
from tracker.imports.tables import tables_of

CSV = "order_id,placed_at,paid\n6917926768823643751,2026-11-01,5.00\n"


def workbook(**sheets):
    """A workbook with these rows, as bytes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def archive(**members):
    """A zip with these members, as bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "."), content)
    return data.getvalue()


def test_workbook_named_csv_is_a_workbook_and_keeps_every_digit(tmp_path):
    rows = [["导出说明"], [], ["订单号", "下单时间", "实付金额"],
            ["6917926768823643751", datetime(2026, 11, 1, 8, 30), 159.9],  # noqa: DTZ001
            [6917926768823643751, date(2026, 11, 1), 3]]  # fmt: skip
    path = write(tmp_path, workbook(orders=rows, empty=[]), "orders.csv")
    found = sniff(path)
    assert (found.container, found.header_line, found.table.sheet) == ("xlsx", 3, "orders")
    units, out = read(path)
    assert units[0].key == "6917926768823643751"
    assert units[0].amounts["paid"] == 15_990
    assert units[0].day == date(2026, 11, 1)
    assert told(out) == [(5, "damaged_id")]  # a number of 19 digits has lost some of them


def test_sheets_are_tables_of_their_own_and_an_unknown_one_is_named(tmp_path):
    spend = [["平台", "日期", "消耗"], ["千川", "2026-11-01", 5]]
    orders = [["order id", "placed at", "paid"], ["A", "2026-11-01", 5]]
    path = write(tmp_path, workbook(a=spend, b=orders, c=[["hello"]]), "x.xlsx")
    found = recognise(path)
    assert [one.preset.name for one in found.known] == ["spend", "orders"]
    assert [(name, error.code) for name, error in found.unknown] == [("c", "not_recognised")]


def test_table_of_a_web_page_named_xls_is_read(tmp_path):
    page = (
        '<html><head><meta charset="gbk"></head><body><table><tr><td colspan="3">说明</td></tr>'
        "<tr><th>订单号</th><th>下单时间</th><th>实付金额</th></tr>"
        "<tr><td>007</td><td>2026-11-01</td><td>5.00</td></tr></table></body></html>"
    )
    path = write(tmp_path, page, "orders.xls", "gb18030")
    assert sniff(path).container == "html"
    assert [unit.key for unit in read(path)[0]] == ["007"]


def test_members_of_a_zip_are_files_of_their_own(tmp_path):
    inner = workbook(s=[["order id", "placed at", "paid"], ["B", "2026-11-01", 5]])
    path = write(tmp_path, archive(a__csv=CSV, b__xlsx=inner, readme__txt="hello"), "x.zip")
    found = recognise(path)
    assert [one.table.name for one in found.known] == ["a.csv", "b.xlsx / s"]
    assert [name for name, _ in found.unknown] == ["readme.txt"]


def test_archive_within_an_archive_is_not_opened(tmp_path):
    for inner in (archive(a__csv=CSV), gzip.compress(CSV.encode())):
        path = write(tmp_path, archive(inner__bin=inner), "x.zip")
        with pytest.raises(FileError, match="nested_archive"):
            recognise(path)


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "FREE_BYTES", 1_000_000)
    path = write(tmp_path, archive(a__csv=b"\0" * 20_000_000), "x.zip")
    with pytest.raises(FileError, match="unpacked_too_large"):
        tables_of(path)
    many = archive(**{f"f{n}": "x" for n in range(container.MAX_ENTRIES + 1)})
    with pytest.raises(FileError, match="unpacked_too_large"):
        tables_of(write(tmp_path, many, "y.zip"))


def test_size_that_lies_is_a_broken_archive(tmp_path):
    data = bytearray(archive(a__csv=CSV * 1000))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(FileError, match="broken_archive"):
        tables_of(write(tmp_path, bytes(data), "x.zip"))


def test_damaged_workbook_is_an_error_of_the_file(tmp_path):
    data = archive(**{"[Content_Types]__xml": "x", "xl/workbook__xml": "x"})
    with pytest.raises(FileError, match="broken_archive"):
        tables_of(write(tmp_path, data, "x.xlsx"))


LONG = CSV + "".join(f"A{n:07},2026-11-01 08:00:00,{n}.00\n" for n in range(200_000))


def bytes_read():
    """By this process so far, from whatever; 0 where the system does not say."""
    told = Path("/proc/self/io")
    return int(told.read_text().split()[1]) if told.exists() else 0


def stored(members):
    """A zip whose members are not packed, so that what is read of them can be counted."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return data.getvalue()


def long_workbook():
    rows = [line.split(",") for line in LONG.splitlines()[:40_000]]
    strings = "".join(f"<si><t>{cell}</t></si>" for cells in rows for cell in cells)
    table = "".join(
        f'<row r="{y}">'
        + "".join(f'<c t="s"><v>{3 * y + x - 3}</v></c>' for x in range(3))
        + "</row>"
        for y in range(1, len(rows) + 1)
    )
    return stored(parts(sheet(table), strings))


@pytest.mark.parametrize(
    ("make", "n_rows"),
    [
        (lambda: LONG.encode(), 200_001),
        (lambda: LONG.encode("utf-16"), 200_001),
        (lambda: gzip.compress(LONG.encode(), 0), 200_001),
        (lambda: stored({"a.csv": LONG}), 200_001),
        (long_workbook, 39_999),
    ],
    ids=["text", "utf-16", "gzip", "zip", "workbook"],
)
def test_recognising_reads_the_beginning_only_and_opening_the_rest(tmp_path, make, n_rows):
    data = make()
    path = write(tmp_path, data, "a.bin")
    assert len(data) > 3_000_000
    before = bytes_read()
    found = sniff(path)
    assert bytes_read() - before < 1_700_000
    assert found.preset.name == "orders"
    assert open_source(found, "CNY", SHANGHAI).n_rows == n_rows


def test_encoding_of_the_whole_is_what_counts(tmp_path):
    lines = LONG.splitlines(keepends=True)[:20_000]
    late = "".join(lines).replace("paid", "paid,title", 1).replace(".00\n", ".00,x\n")
    path = write(tmp_path, late + "B1,2026-11-01,1.00,\u5c0f\u7ea2\u4e66\n", encoding="gb18030")
    assert sniff(path).encoding == "utf-8"
    assert source(path).sniffed.encoding == "gb18030"
    units, out = read(path)
    assert (len(units), out) == (20_000, [])
    path.write_bytes(path.read_bytes() + b"\xff\xff\n")
    with pytest.raises(FileError, match="unknown_encoding"):
        source(path)
    path.write_bytes(late.encode() + b"a\x00b\n")
    with pytest.raises(FileError, match="binary_file"):
        source(path)


def test_member_that_lies_about_its_size_is_refused_when_it_is_opened(tmp_path):
    lie = (2_000_000).to_bytes(4, "little")
    data = stored({"a.csv": LONG}).replace(len(LONG).to_bytes(4, "little"), lie)
    path = write(tmp_path, data, "a.zip")
    with pytest.raises(FileError, match="broken_archive"):
        source(path)
