from pathlib import Path

import pytest

from tests.imports.files import read, source, told, write
from tracker.domain.records import FxRateRecord, Outcome
from tracker.imports.dates import DateOrder
from tracker.imports.errors import FileError
from tracker.imports.source import read_chunks

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ORDERS = "order_id,placed_at,paid_at,status,currency,freight,paid,refunded,coupons,sku,quantity\n"


def orders(tmp_path, *rows, **options):
    return read(write(tmp_path, ORDERS + "".join(row + "\n" for row in rows)), **options)


def good(ref="1", **cells):
    values = {
        "order_id": ref,
        "placed_at": "2026-11-01 10:00:00",
        "paid_at": "2026-11-01 10:01:00",
        "status": "paid",
        "paid": "100.00",
    }
    values.update(cells)
    return ",".join(values.get(name, "") for name in ORDERS.strip().split(","))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"paid": "-1.00"}, "negative_amount"),
        ({"paid": "1.005"}, "too_many_digits"),
        ({"paid": "many"}, "not_a_number"),
        ({"paid": ""}, "value_missing"),
        ({"paid": "9" * 20}, "too_large"),
        ({"freight": "100.01"}, "amounts_disagree"),
        ({"currency": "BTC"}, "unknown_currency"),
        ({"status": "whatever"}, "unknown_status"),
        ({"placed_at": "2026-02-30 10:00:00"}, "not_a_date"),
        ({"placed_at": "tomorrow"}, "not_a_date"),
        ({"placed_at": ""}, "value_missing"),
        ({"order_id": "6.91E+18"}, "damaged_id"),
        ({"order_id": ""}, "value_missing"),
        ({"quantity": "-2"}, "negative_amount"),
        ({"refunded": "x"}, "not_a_number"),
    ],
)
def test_bad_value_rejects_its_row_with_line_and_reason(tmp_path, cells, reason):
    units, out = orders(tmp_path, good("1"), good("2", **cells), good("3"))
    assert [unit.key for unit in units] == ["1", "3"]
    assert told(out) == [(3, reason)]


def test_ragged_rows_are_rejected_and_shift_nothing(tmp_path):
    units, out = orders(tmp_path, good("1"), good("2") + ",extra", "3,4", good("5"))
    assert [unit.key for unit in units] == ["1", "5"]
    assert told(out) == [(3, "wrong_width"), (4, "wrong_width")]


def test_unclosed_quote_keeps_the_good_rows_around_it(tmp_path):
    units, out = orders(tmp_path, good("1"), good('"2'), good("3"))
    assert [unit.key for unit in units] == ["1", "3"]
    assert told(out) == [(3, "unclosed_quote")]


def test_ids_and_codes_keep_what_was_written(tmp_path):
    row = good("\t6917926768823643751", coupons="NULL;NA;007")
    units, _ = orders(tmp_path, row, good("007"), good("7"))
    assert [unit.key for unit in units] == ["6917926768823643751", "007", "7"]
    assert units[0].records[0].coupons == ("NULL", "NA", "007")


def test_order_told_again_is_ignored_and_contradicted_is_rejected(tmp_path):
    units, out = orders(
        tmp_path, good("1"), good("2"), good("1"), good("2", paid="5.00"), good("3"), good("3")
    )
    assert [unit.key for unit in units] == ["1", "2", "3"]
    assert sorted(told(out)) == [(4, "duplicate_row"), (5, "duplicate_key"), (7, "duplicate_row")]


def test_repeats_are_found_across_chunks(tmp_path):
    text = ORDERS + "".join(good(str(n % 50)) + "\n" for n in range(120))
    chunks = list(read_chunks(source(write(tmp_path, text)), size=20))
    assert sum(len(chunk.units) for chunk in chunks) == 50
    assert sum(chunk.n_rows for chunk in chunks) == 120


def test_lines_of_an_order_follow_it_with_blank_or_equal_fields(tmp_path):
    rows = [
        good("1", sku="tea", quantity="2"),
        "1,,,,,,,,,cup,1",
        good("1", sku="pot", quantity="1"),
        good("2", sku="tea", quantity="1"),
    ]
    units, out = orders(tmp_path, *rows)
    assert [len(unit.records[0].lines) for unit in units] == [3, 1]
    assert units[0].lines == (2, 3, 4)
    assert out == []


def test_bad_line_rejects_its_whole_order(tmp_path):
    units, out = orders(tmp_path, good("1", sku="tea"), "1,,,,,,,,,cup,x", good("2"))
    assert [unit.key for unit in units] == ["2"]
    assert told(out) == [(2, "not_a_number"), (3, "not_a_number")]


def test_status_without_a_word_follows_the_time_of_payment(tmp_path):
    units, _ = orders(tmp_path, good("1", status="", paid_at="", paid="0"), good("2", status=""))
    assert [unit.records[0].status for unit in units] == ["unpaid", "paid"]
    units, _ = read(write(tmp_path, "order_id,placed_at,paid\n1,2026-11-01,5\n"))
    assert units[0].records[0].status == "paid"


def test_absent_amounts_are_zero_and_absent_marks_are_no_values(tmp_path):
    units, out = orders(tmp_path, good("1", freight="--", refunded="-", coupons="-"))
    assert out == []
    order = units[0].records[0]
    assert (order.freight_minor, order.coupons, len(units[0].records)) == (0, (), 1)


def test_empty_rows_are_ignored_and_blank_lines_are_no_rows(tmp_path):
    units, out = orders(tmp_path, good("1"), "", ",,,,,,,,,,", good("2"))
    assert len(units) == 2
    assert told(out) == [(4, "empty_row")]


def test_other_date_format_than_the_column_is_rejected(tmp_path):
    units, out = orders(tmp_path, good("1"), good("2"), good("3", placed_at="03/04/2026"))
    assert len(units) == 2
    assert told(out) == [(4, "mixed_date_formats")]


def test_ambiguous_dates_are_refused_until_somebody_says(tmp_path):
    path = write(tmp_path, "order_id,placed_at,paid\n1,03/04/2026,5\n2,05/04/2026,5\n")
    with pytest.raises(FileError, match="ambiguous_date: placed_at"):
        source(path)
    units, _ = read(path, dates=DateOrder.DMY)
    assert str(units[0].day) == "2026-04-03"
    path = write(tmp_path, "order_id,placed_at,paid\n1,03/04/2026,5\n2,13/04/2026,5\n")
    assert str(read(path)[0][0].day) == "2026-04-03"


def test_equal_touches_are_different_contacts_with_the_same_keys_every_time(tmp_path):
    header = "customer_id,time,interaction,conversion,conversion_value,channel\n"
    row = "C1,2018-07-22T20:40:41Z,impression,0,0,Facebook\n"
    bought = "C1,2018-07-23T20:40:41Z,conversion,1,7.5,Paid Search\n"
    path = write(tmp_path, header + row + row + bought + bought)
    units, out = read(path)
    keys = [record.key for unit in units for record in unit.records if hasattr(record, "key")]
    refs = [record.ref for unit in units for record in unit.records if hasattr(record, "ref")]
    assert out == []
    assert len(set(keys)) == 4
    assert len(set(refs)) == 2
    again = [record.key for unit in read(path)[0] for record in unit.records[:1]]
    assert again == keys
    order = units[2].records[1]
    assert (order.paid_minor, order.visitor_key, order.buyer.platform_id) == (750, "f:C1", "C1")
    assert order.placed_at == units[2].records[0].at


def test_total_rows_of_spend_are_not_counted(tmp_path):
    text = "日期,平台,消耗\n2026-11-01,qianchuan,10.00\n总计,-,10.00\nTotal: Campaigns,,10.00\n"
    units, out = read(write(tmp_path, text))
    assert len(units) == 1
    assert told(out) == [(3, "total_row"), (4, "total_row")]


def test_coupon_called_total_is_a_coupon(tmp_path):
    units, out = read(write(tmp_path, "code,owner\nTOTAL,lina\nNULL,lina\n"))
    assert [unit.records[0].code for unit in units] == ["TOTAL", "NULL"]
    assert out == []


def test_day_as_the_end_of_a_coupon_is_its_last_day(tmp_path):
    text = "code,owner,valid_from,valid_until\na,lina,2026-11-01,2026-11-11\n"
    coupon = read(write(tmp_path, text))[0][0].records[0]
    assert coupon.valid_from.isoformat() == "2026-10-31T16:00:00+00:00"
    assert coupon.valid_until.isoformat() == "2026-11-11T16:00:00+00:00"
    text = text.replace("2026-11-01,2026-11-11", "2026-11-01 00:00,2026-11-11 12:00")
    coupon = read(write(tmp_path, text))[0][0].records[0]
    assert coupon.valid_until.isoformat() == "2026-11-11T04:00:00+00:00"


def test_rate_without_a_second_currency_is_into_the_base(tmp_path):
    units, out = read(write(tmp_path, "date,currency,rate\n2026-11-01,USD,7.1\n2026-11-01,CNY,1\n"))
    assert units[0].records[0] == FxRateRecord(units[0].day, "USD", "CNY", 710_000_000)
    assert told(out) == [(3, "unknown_value")]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.csv")), ids=lambda path: path.name)
def test_examples_of_the_guide_are_read_whole(path):
    units, out = read(path)
    assert out == []
    assert units
    assert source(path).sniffed.preset.name == path.name.split(".")[0]


def test_amounts_are_what_the_readers_say(tmp_path):
    units, _ = orders(tmp_path, good("1", freight="8.00", refunded="5.00"))
    assert units[0].amounts == {
        "gross": 0, "freight": 800, "tax": 0, "paid": 10_000, "refunded": 500,
    }  # fmt: skip
    assert units[0].currency == "CNY"
    assert list(Outcome) == ["loaded", "updated", "unchanged"]  # the order that load relies on
