from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.dates import DateEvidence, DateOrder, parse_day, parse_instant
from tracker.imports.errors import FileError, RowError

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
YMD, DMY, MDY = DateOrder.YMD, DateOrder.DMY, DateOrder.MDY


def decide(*cells, told=None):
    evidence = DateEvidence()
    for cell in cells:
        evidence.see(cell)
    return evidence.decide("placed_at", told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-11 08:00:00", datetime(2026, 11, 11, 0, tzinfo=UTC)),
        ("2026-11-11T08:00:00", datetime(2026, 11, 11, 0, tzinfo=UTC)),
        ("2026/11/1 8:05", datetime(2026, 11, 1, 0, 5, tzinfo=UTC)),
        ("2026年11月11日 08:00:30", datetime(2026, 11, 11, 0, 0, 30, tzinfo=UTC)),
        ("2026.11.11", datetime(2026, 11, 10, 16, tzinfo=UTC)),
        ("20261111", datetime(2026, 11, 10, 16, tzinfo=UTC)),
        ("2026-11-11T08:00:00Z", datetime(2026, 11, 11, 8, tzinfo=UTC)),
        ("2026-11-11T08:00:00.250Z", datetime(2026, 11, 11, 8, 0, 0, 250_000, tzinfo=UTC)),
        ("2023-11-04 12:19:55 -0700", datetime(2023, 11, 4, 19, 19, 55, tzinfo=UTC)),
        ("2023-11-05 12:19:55 -0800", datetime(2023, 11, 5, 20, 19, 55, tzinfo=UTC)),
        ("2026-11-11 08:00:00+05:30", datetime(2026, 11, 11, 2, 30, tzinfo=UTC)),
    ],
)
def test_year_first_in_all_spellings(text, expected):
    assert parse_instant(text, YMD, SHANGHAI, "at") == expected


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("13/04/2026 09:30", DMY, datetime(2026, 4, 13, 1, 30, tzinfo=UTC)),
        ("04/13/26", MDY, datetime(2026, 4, 12, 16, tzinfo=UTC)),
        ("4/13/2026 12:30 AM", MDY, datetime(2026, 4, 12, 16, 30, tzinfo=UTC)),
        ("4/13/2026 1:30 PM", MDY, datetime(2026, 4, 13, 5, 30, tzinfo=UTC)),
    ],
)
def test_year_last_is_read_as_decided(text, order, expected):
    assert parse_instant(text, order, SHANGHAI, "at") == expected


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-13-01",
        "2026-02-30",
        "45234.5",
        "2026-11-11 25:00:00",
        "08/22",
        "0000-00-00 00:00:00",
        "1066-01-01",
        "9999-01-01 00:00:00",
        "2026-W01-1",
        "１",
    ],
)
def test_anything_else_is_no_date(text):
    with pytest.raises(RowError, match="not_a_date"):
        parse_instant(text, YMD, SHANGHAI, "at")


def test_other_format_than_the_columns_is_rejected():
    for text, order in (("03/04/2026", YMD), ("2026-04-03", DMY), ("2026-04-03 10:00:00", MDY)):
        with pytest.raises(RowError, match="mixed_date_formats"):
            parse_instant(text, order, SHANGHAI, "at")


def test_time_that_the_zone_skips_or_has_twice_is_still_one_instant():
    skipped = parse_instant("2026-03-08 02:30:00", YMD, NEW_YORK, "at")
    assert skipped == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    twice = parse_instant("2026-11-01 01:30:00", YMD, NEW_YORK, "at")
    assert twice == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_one_value_above_12_decides_for_the_column():
    assert decide("03/04/2026", "13/04/2026") is DMY
    assert decide("03/04/2026", "04/13/2026", "") is MDY
    assert decide("2026-03-04", "2026-03-05", "03/04/2026") is YMD
    assert decide() is YMD


def test_column_that_nothing_decides_is_refused_until_somebody_says():
    with pytest.raises(FileError, match="ambiguous_date: placed_at"):
        decide("03/04/2026", "05/06/2026")
    assert decide("03/04/2026", told=DMY) is DMY
    assert decide("2026-03-04", told=DMY) is YMD
    assert decide("03/03/2026", "04/04/2026") in (DMY, MDY)


def test_column_of_two_orders_is_refused():
    with pytest.raises(FileError, match="mixed_date_formats"):
        decide("13/04/2026", "04/13/2026")


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.sampled_from("-/."))
def test_every_day_is_read_back_in_every_order(day, separator):
    formats = {YMD: "%Y-%m-%d", DMY: "%d-%m-%Y", MDY: "%m-%d-%Y"}
    for order, form in formats.items():
        text = day.strftime(form).replace("-", separator)
        assert parse_day(text, order, "day") == day


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)), st.integers(-12, 14))  # noqa: DTZ001
def test_offset_in_the_value_wins_over_the_zone(at, hours):
    text = f"{at:%Y-%m-%d %H:%M:%S} {'-' if hours < 0 else '+'}{abs(hours):02}00"
    expected = at.replace(microsecond=0, tzinfo=UTC) - timedelta(hours=hours)
    assert parse_instant(text, YMD, SHANGHAI, "at") == expected
