import pytest

from tests.imports.files import read, told, write
from tracker.imports.errors import FileError
from tracker.imports.sniff import sniff

HEADER = "order_id{0}placed_at{0}paid\n"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiter_is_the_one_under_which_the_header_makes_sense(tmp_path, delimiter):
    found = sniff(write(tmp_path, HEADER.format(delimiter) + "1;2,3\t4|5\n"))
    assert (found.delimiter, found.preset.name, found.header_line) == (delimiter, "orders", 1)


def test_header_is_found_below_an_explanation(tmp_path):
    text = '导出说明,\n"两行的\n说明"\n\n订单号 ,下单时间,实付金额\n1,2026-11-01,2\n'
    found = sniff(write(tmp_path, text, encoding="gb18030"))
    assert (found.header_line, found.after_header, found.encoding) == (5, 6, "gb18030")
    assert found.columns == {"order_id": 0, "placed_at": 1, "paid": 2}


def test_header_over_two_lines_is_one_row(tmp_path):
    found = sniff(write(tmp_path, '"order\nid",placed_at,paid,"no\nte"\n1,2026-11-01,2,x\n'))
    assert (found.header_line, found.after_header) == (1, 4)


def test_same_column_twice_is_refused(tmp_path):
    for header in ("order_id,placed_at,paid,Paid", "order_id,placed_at,paid,x,X"):
        with pytest.raises(FileError, match="duplicate_column"):
            sniff(write(tmp_path, header + "\n"))


def test_two_headers_of_one_meaning_use_the_first(tmp_path):
    found = sniff(write(tmp_path, "order_id,placed_at,created_at,paid\n"))
    assert found.columns["placed_at"] == 1


def test_unknown_file_is_refused_with_the_nearest_guess(tmp_path):
    with pytest.raises(FileError, match="not_recognised: orders: placed_at"):
        sniff(write(tmp_path, "order_id,paid,freight,tax\n1,2,3,4\n"))
    with pytest.raises(FileError, match="not_recognised"):
        sniff(write(tmp_path, "hello world\n"))


def test_file_of_which_a_preset_knows_little_is_not_taken_for_it(tmp_path):
    header = "platform,influencer,day,impressions,clicks,reach\n"
    path = write(tmp_path, header)
    with pytest.raises(FileError, match="not_recognised: spend: amount"):
        sniff(path)
    path = write(tmp_path, "订单编号,订单创建时间,买家实际支付金额,a,b,c,d,e\n")
    with pytest.raises(FileError, match="--as orders"):
        sniff(path)
    assert sniff(path, "orders").preset.name == "orders"


def test_file_of_one_line_without_end_is_a_header(tmp_path):
    assert sniff(write(tmp_path, "order_id,placed_at,paid")).preset.name == "orders"


def test_broken_row_right_below_the_header_is_not_lost(tmp_path):
    text = 'order_id,placed_at,paid\nA1,2026-11-11,"5\nA2,2026-11-11,5\n'
    units, out = read(write(tmp_path, text))
    assert told(out) == [(2, "unclosed_quote")]
    assert [unit.key for unit in units] == ["A2"]
