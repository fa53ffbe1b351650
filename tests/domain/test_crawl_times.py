from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.crawl_times import (
    LADDER,
    LONGEST_WAIT,
    POST_AGES,
    after_quiet,
    back_off,
    is_quiet,
    ladder_wait,
    next_by_age,
    next_regular,
    parse_retry_after,
)

NOW = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
instants = st.integers(0, 6 * 365 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
minutes = st.integers(0, 1_439)


@given(st.integers(1, 10**9), instants, st.integers(900, 10**6), st.integers(0, 100))
def test_the_next_fetch_is_an_interval_later_and_up_to_the_jitter_more(key, at, seconds, jitter):
    interval = timedelta(seconds=seconds)
    after = next_regular(key, at, interval, jitter)
    assert interval <= after - at <= interval * (1 + jitter / 100) + timedelta(microseconds=1)
    assert after == next_regular(key, at, interval, jitter)


def test_targets_that_were_added_together_come_apart():
    day = timedelta(days=1)
    times = {next_regular(key, NOW, day, 10) for key in range(1, 101)}
    assert len(times) == 100
    assert max(times) - min(times) > timedelta(hours=2)


@given(instants, instants)
def test_a_post_is_read_at_its_ages_and_then_never_again(published_at, now):
    after = next_by_age(published_at, now)
    if after is None:
        assert now >= published_at + POST_AGES[-1]
    else:
        assert after > now
        assert after - published_at in POST_AGES


@given(instants, minutes, minutes, st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "UTC"]))
def test_after_the_quiet_hours_comes_the_first_minute_that_is_not_quiet(at, begin, end, name):
    zone = ZoneInfo(name)
    after = after_quiet(at, begin, end, zone)
    assert after >= at
    assert not is_quiet(after, begin, end, zone)
    if after > at:
        assert is_quiet(after - timedelta(minutes=1), begin, end, zone) or after - at < timedelta(
            minutes=1
        )


def test_quiet_hours_over_midnight_and_none():
    night = (23 * 60, 7 * 60)
    assert is_quiet(datetime(2026, 11, 11, 16, 0, tzinfo=UTC), *night, SHANGHAI)  # 00:00 there
    assert not is_quiet(NOW, *night, SHANGHAI)  # noon there
    assert after_quiet(datetime(2026, 11, 11, 16, 0, tzinfo=UTC), *night, SHANGHAI) == datetime(
        2026, 11, 11, 23, 0, tzinfo=UTC
    )
    assert after_quiet(NOW, None, None, SHANGHAI) == NOW
    assert after_quiet(NOW, 720, 720, SHANGHAI) == NOW


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Wed, 11 Nov 2026 04:02:00 GMT", 120.0),
        ("Wed, 11 Nov 2026 03:00:00 GMT", 0.0),  # over already
        ("9" * 5_000, LONGEST_WAIT.total_seconds()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT.total_seconds()),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("１２０", None),  # no ASCII digits
        ("1e9", None),
    ],
)
def test_retry_after_in_seconds_and_as_a_date(text, seconds):
    assert parse_retry_after(text, NOW) == seconds


@given(st.text(max_size=60))
def test_retry_after_never_raises(text):
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_WAIT.total_seconds()


def test_a_host_that_refuses_again_and_again_rests_longer_each_time():
    assert [ladder_wait(n) for n in (1, 2, 3, 4, 99)] == [*LADDER, LADDER[-1]]
    assert back_off(1, None) == timedelta(minutes=15)
    assert back_off(1, timedelta(seconds=30)) == timedelta(seconds=30)  # as it asks
    assert back_off(4, timedelta(seconds=30)) == timedelta(hours=6)  # it has asked in vain
    assert back_off(1, timedelta(days=400)) == LONGEST_WAIT
