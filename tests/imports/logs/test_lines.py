import io

from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.logs.lines import MAX_LINE, decoded, raw_lines


def lines(data, cap=MAX_LINE):
    return list(raw_lines(io.BufferedReader(io.BytesIO(data)), cap))


def test_line_ends_and_the_mark_of_utf_8_are_no_part_of_a_line():
    assert lines(b"\xef\xbb\xbfa\r\nb\n\nc") == [b"a", b"b", b"", b"c"]


def test_line_that_is_too_long_is_read_over_and_the_next_one_is_whole():
    assert lines(b"a" * 11 + b"\nb\n", cap=10) == [None, b"b"]
    assert lines(b"a" * 10 + b"\nb\n", cap=10) == [b"a" * 10, b"b"]
    assert lines(b"a" * 10 + b"\r\nb\n", cap=10) == [b"a" * 10, b"b"]
    assert lines(b"x\n" + b"a" * 1_000, cap=10) == [b"x", None]


@given(st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line)), st.integers(1, 20))
def test_as_many_lines_come_out_as_went_in(given_lines, cap):
    data = b"".join(line + b"\n" for line in given_lines)
    found = lines(data, cap)
    assert len(found) == len(given_lines)
    for number, (line, one) in enumerate(zip(given_lines, found, strict=True)):
        content = line if number else line.removeprefix(b"\xef\xbb\xbf")
        assert one in (None, content.rstrip(b"\r"))
        assert one is None or len(one) <= cap
        assert one is not None or len(content) > cap


def test_line_is_utf_8_or_gb18030_or_nothing():
    assert decoded("页面".encode()) == decoded("页面".encode("gb18030")) == "页面"
    assert decoded(b"\xff\xff") is None
    assert decoded(b"a\x00b") is None
