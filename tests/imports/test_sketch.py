"""A table that nobody knows: its delimiter and its header are found, or said."""

import pytest

from tests.imports.files import write
from tracker.imports.errors import FileError
from tracker.imports.sketch import sketch
from tracker.imports.tables import tables_of


def drawn(folder, text, line=0):
    return sketch(tables_of(write(folder, text))[0], line)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_and_header_are_found_below_a_preamble(tmp_path, delimiter):
    rows = ["报表", "2026-11", "甲;乙;丙".replace(";", delimiter)]
    rows += [delimiter.join((f"2026-11-0{n}", f"{n}.50", "x")) for n in range(1, 6)]
    seen = drawn(tmp_path, "\n".join(rows) + "\n")
    assert (seen.delimiter, seen.header_line, seen.header) == (delimiter, 3, ("甲", "乙", "丙"))
    assert seen.rows[0] == (4, ("2026-11-01", "1.50", "x"))


def test_a_person_may_say_where_the_header_stands(tmp_path):
    text = "a,b\nc,d\n1,2\n"
    assert drawn(tmp_path, text).header == ("a", "b")
    assert drawn(tmp_path, text, 2).header == ("c", "d")
    assert [line for line, _ in drawn(tmp_path, text).candidates] == [1, 2, 3]


def test_a_text_is_no_table(tmp_path):
    with pytest.raises(FileError, match="not_a_table"):
        drawn(tmp_path, "hello\nworld\n")
