from __future__ import annotations

import io
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from tracker.reports import xlsx_files
from tracker.reports.tables import Column, TableSpec
from tracker.reports.xlsx_files import TooManyRowsError, write_xlsx

STATE: Any = SimpleNamespace(base_currency="CNY", time_zone="Asia/Shanghai")
SPEC = TableSpec(
    "orders/of [a] day",
    (
        Column("text", "Name", "text", lambda row: row[0]),
        Column("amount", "Net revenue", "money", lambda row: row[1]),
        Column("share", "ROAS", "ratio", lambda row: row[2]),
        Column("orders", "Orders", "orders", lambda row: row[3]),
        Column("day", "Day", "date", lambda row: row[4]),
        Column("at", "Placed at", "instant", lambda row: row[5]),
    ),
    lambda _session, _state: (),
)
AT = datetime(2026, 11, 10, 16, 30, 0, 999, tzinfo=UTC)
ROW = ("林小满", -123_456, 2.5, 1_500_000, date(2026, 11, 11), AT)


def written(*rows: tuple[Any, ...], locale: str | None = None) -> list[list[Any]]:
    file = io.BytesIO()
    write_xlsx(SPEC, rows, STATE, file, locale)
    sheet = openpyxl.load_workbook(file).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_values_arrive_with_their_types_and_the_sellers_clock():
    assert [str(value) for value in written(ROW)[1]] == [
        "林小满", "-1234.56", "2.5", "1.5", "2026-11-11 00:00:00", "2026-11-11 00:30:00", "CNY",
    ]  # fmt: skip


def test_unknown_is_an_empty_cell_and_zero_is_zero():
    assert written(("", None, None, 0, None, None))[1][1:6] == [None, None, 0, None, None]


@pytest.mark.parametrize("text", ["=1+1", "+1", "@SUM(A1)", "https://evil.example/", "{=A1}"])
def test_text_is_text_and_never_a_formula_or_a_link(text: str):
    file = io.BytesIO()
    write_xlsx(SPEC, [(text, *ROW[1:])], STATE, file)
    cell = openpyxl.load_workbook(file).active["A2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_characters_that_a_workbook_cannot_hold_do_not_stop_it():
    assert written(("a\x00b\ud800c", *ROW[1:]))[1][0] == "ab?c"


def test_headings_are_keys_or_words_of_a_language():
    assert written()[0] == ["text", "amount", "share", "orders", "day", "at", "currency"]
    assert "净成交额" in written(locale="zh_CN")[0]


def test_a_table_that_no_sheet_holds_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(xlsx_files, "MAX_ROWS", 1)
    with pytest.raises(TooManyRowsError):
        written(ROW, ROW)
