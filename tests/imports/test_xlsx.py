import zipfile

import pytest

from tests.imports.workbooks import parts, sheet, workbook
from tracker.imports.errors import FileError
from tracker.imports.xlsx import SharedStrings, format_kind, open_xlsx, unescaped
from tracker.imports.xlsx_rows import XlsxSheet


@pytest.mark.parametrize(
    ("number", "code", "expected"),
    [
        ("0", "", ""), ("14", "", "date"), ("22", "", "date"), ("31", "", "date"),
        ("46", "", "duration"), ("57", "", "date"), ("44", "", ""), ("164", "yyyy-mm-dd", "date"),
        ("164", "General", ""),
        ("164", "[h]:mm:ss", "duration"), ("164", '#,##0.00"days"', ""), ("164", "[Red]0.00", ""),
        ("164", '[$-804]yyyy"年"m"月"', "date"), ("164", "0.00E+00", ""), ("164", r"0\d", ""),
        ("164", '0.00;"m"', ""), ("164", "@", ""), ("164", "h:mm AM/PM", "date"),
        ("164", "¥#,##0", ""),
    ],
)  # fmt: skip
def test_formats_say_what_is_a_date(number, code, expected):
    assert format_kind(number, code) == expected


def test_structure_is_followed_and_not_guessed(tmp_path):
    book = open_xlsx(workbook(tmp_path / "a.xlsx", parts(sheet(""))))
    assert book.sheets == [("One", "xl/worksheets/a.xml")]
    assert (book.strings_part, book.styles_part) == ("xl/strings.xml", "xl/styles.xml")
    assert not book.is_1904
    old = parts(sheet(""), properties='<workbookPr date1904="1"/>')
    assert open_xlsx(workbook(tmp_path / "b.xlsx", old)).is_1904


def test_workbook_of_another_make_is_left_to_others(tmp_path):
    path = workbook(tmp_path / "a.ods", {"mimetype": "x", "content.xml": "<x/>"})
    assert open_xlsx(path) is None


def test_shared_strings_are_read_as_far_as_they_are_asked_for(tmp_path):
    items = "".join(f"<si><t>text {n}</t></si>" for n in range(100_000))
    path = workbook(tmp_path / "a.xlsx", parts(sheet(""), items))
    strings = SharedStrings(path, "xl/strings.xml")
    assert strings.get(3) == "text 3"
    assert len(strings._ends) < 20_000
    assert strings.get(99_999) == "text 99999"
    assert strings.get(3) == "text 3"
    with pytest.raises(FileError, match="broken_archive: no shared string"):
        strings.get(100_000)
    with pytest.raises(FileError, match="no shared string"):
        SharedStrings(path, "").get(0)


def test_rich_texts_are_joined_and_readings_left_out(tmp_path):
    items = (
        "<si><r><t>a</t></r><r><rPr><b/></rPr><t xml:space='preserve'> b</t></r></si>"
        "<si><t>店</t><rPh sb='0' eb='1'><t>mise</t></rPh><phoneticPr fontId='1'/></si>"
        "<si/><si><t>x_x000D_y</t></si>"
    )
    path = workbook(tmp_path / "a.xlsx", parts(sheet(""), items))
    strings = SharedStrings(path, "xl/strings.xml")
    assert [strings.get(n) for n in range(4)] == ["a b", "店", "", "x\ry"]
    assert unescaped("_x005F_x000D_") == "_x000D_"


def test_document_types_are_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    members = parts(sheet(""))
    members["xl/workbook.xml"] = bomb + members["xl/workbook.xml"]
    with pytest.raises(FileError, match="document type"):
        open_xlsx(workbook(tmp_path / "a.xlsx", members))


def test_broken_xml_is_an_error_of_the_file(tmp_path):
    members = parts(sheet(""))
    members["xl/workbook.xml"] = "<workbook><sheets>"
    with pytest.raises(FileError, match="broken_archive"):
        open_xlsx(workbook(tmp_path / "a.xlsx", members))
    path = tmp_path / "b.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"x" * 100)
    with pytest.raises(FileError, match="broken_archive"):
        open_xlsx(path)


def test_sheet_that_is_not_there_is_left_out(tmp_path):
    members = parts(sheet(""))
    del members["xl/worksheets/a.xml"]
    assert open_xlsx(workbook(tmp_path / "a.xlsx", members)).sheets == []


def test_members_are_unpacked_no_further_than_they_say(tmp_path):
    path = workbook(tmp_path / "a.xlsx", parts(sheet("<row/>" * 1_000)))
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/a.xml").file_size
    lie = (40).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), lie))
    book = open_xlsx(path)
    with pytest.raises(FileError, match="broken_archive"):
        list(XlsxSheet(book, "xl/worksheets/a.xml").rows())
