"""Rejected rows as a file: recognised again, and loaded once they are mended."""

import csv
import io
import zipfile

import pytest

from tests.imports.files import write
from tracker.imports.run import import_file

ORDERS = "order_id,placed_at,paid,email\n"


def rejected(world, path, folder, **asked):
    target = folder / "rejected"
    result = import_file(world.database, path, world.request(**asked), rejects=target)
    return result, target


def test_rows_stand_as_in_the_file_with_the_reason_in_front(world, tmp_path):
    text = ORDERS + "A,2026-11-01,1.00,a@x.com\nB,never,2.00,b@x.com\nC,2026-11-02,x,c@x.com\n"
    result, target = rejected(world, write(tmp_path, text), tmp_path)
    assert result.counts == {"loaded": 1, "rejected": 2}
    rows = list(csv.reader(io.StringIO(target.read_text("utf-8-sig"))))
    assert rows[0] == ["#line", "#reason", "order_id", "placed_at", "paid", "email"]
    assert rows[1][0] == "3"
    assert rows[1][2:] == ["B", "never", "2.00", "b@x.com"]
    assert rows[2][0] == "4"


def test_mended_rows_are_recognised_and_loaded(world, tmp_path):
    text = ORDERS + "A,2026-11-01,1.00,\nB,never,2.00,\n"
    _, target = rejected(world, write(tmp_path, text), tmp_path)
    mended = write(tmp_path, target.read_text("utf-8-sig").replace("never", "2026-11-02"), "m.csv")
    result = import_file(world.database, mended, world.request())
    assert result.counts == {"loaded": 1}
    assert world.count("order") == 2
    assert import_file(world.database, mended, world.request()).counts == {"unchanged": 1}


def test_rows_that_nobody_mended_are_rejected_for_the_same_reason(world, tmp_path):
    text = ORDERS + 'A,2026-11-01,1.00\nB,never,2.00,\n"C,2026-11-01,1.00,\nD,2026-11-01,x,y,z\n'
    first, target = rejected(world, write(tmp_path, text), tmp_path)
    again = import_file(world.database, target, world.request())
    assert again.counts == {"rejected": first.counts["rejected"]}
    reasons = [[note.reason for note in one.notes if note.outcome == "rejected"]
               for one in (first, again)]  # fmt: skip
    wide = {"wrong_width", "unclosed_quote", "not_a_date"}
    assert {str(reason) for reason in reasons[0]} <= wide
    assert len(reasons[0]) == len(reasons[1]) == 4


def test_what_stands_above_the_header_comes_along(world, tmp_path):
    text = "下载时间：2026-11-22\n店铺：山野\n" + ORDERS + "A,never,1.00,\n"
    _, target = rejected(world, write(tmp_path, text), tmp_path)
    assert target.read_text("utf-8-sig").startswith("下载时间：2026-11-22\n店铺：山野\n#line")
    mended = write(tmp_path, target.read_text("utf-8-sig").replace("never", "2026-11-02"), "m.csv")
    assert import_file(world.database, mended, world.request()).counts == {"loaded": 1}


def test_rows_of_several_tables_are_a_zip(world, tmp_path):
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("o.csv", ORDERS + "A,never,1.00,\n")
        archive.writestr("r.csv", "order_id,refund_id,refunded_at,amount\nA,R,never,1.00\n")
    _, target = rejected(world, path, tmp_path)
    with zipfile.ZipFile(target) as archive:
        assert sorted(archive.namelist()) == ["1-o.csv", "2-r.csv"]
    again = import_file(world.database, target, world.request())
    assert again.counts == {"rejected": 2}


def test_nothing_is_written_when_nothing_was_rejected(world, tmp_path):
    _, target = rejected(world, write(tmp_path, ORDERS + "A,2026-11-01,1.00,\n"), tmp_path)
    assert not target.exists()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_rows_of_any_encoding_come_back_as_utf8(world, tmp_path, encoding):
    text = "订单号,下单时间,实付金额\n甲1,从不,1.00\n"
    _, target = rejected(world, write(tmp_path, text, encoding=encoding), tmp_path)
    assert "甲1,从不,1.00" in target.read_text("utf-8-sig")
