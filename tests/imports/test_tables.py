import gzip
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from tests.imports.files import read, told, write
from tracker.imports import container
from tracker.imports.errors import FileError
from tracker.imports.sniff import recognise, sniff
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
