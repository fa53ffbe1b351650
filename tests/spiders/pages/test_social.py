# ruff: noqa: E501 -- tables are read by rows
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.pages import bluesky, instagram, mastodon, reddit, telegram, twitch, x, youtube
from spiders.pages.item import COUNTS
from spiders.pages.social import instant_of, rounded_to, total_of
from spiders.pages.values import count_of
from tests.spiders.pages.saved_files import FOLDER, load


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-11-19T09:30:00.000Z", datetime(2026, 11, 19, 9, 30, tzinfo=UTC)),
    ("2026-11-18T10:00:00+0000", datetime(2026, 11, 18, 10, tzinfo=UTC)),
    ("2026-11-18T10:00:00+08:00", datetime(2026, 11, 18, 2, tzinfo=UTC)),
    ("Thu Nov 19 12:34:56 +0800 2026", datetime(2026, 11, 19, 4, 34, 56, tzinfo=UTC)),
    ("Thu, 19 Nov 2026 12:34:56 GMT", datetime(2026, 11, 19, 12, 34, 56, tzinfo=UTC)),
    (Decimal(1763600000), datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)),
    (Decimal(1763600000000), datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)),
    ("1763600000", datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)),
    ("2026-11-18T10:00:00", None), ("2026-11-18", None), ("Thu Xxx 19 12:34:56 +0800 2026", None), ("Thu Nov 39 12:34:56 +0800 2026", None),
    ("3小时前", None), ("", None), (None, None), (True, None), (Decimal(0), None), ("1601-01-01T00:00:00Z", None), ("9999-12-31T23:59:59-23:59", None),
])  # fmt: skip
def test_instants_are_read_when_they_are_clear(text, expected):
    assert instant_of(text) == expected


def test_a_total_is_as_vague_as_its_parts():
    exact = total_of([count_of("10"), count_of("5")])
    assert (exact.value, exact.low, exact.high, exact.precision) == (15, 15, 16, "exact")
    least = total_of([count_of("10"), count_of("10万+")])
    assert (least.value, least.high, least.precision) == (100_010, None, "at_least")
    assert total_of([]) is None


@given(st.integers(0, 10**12), st.integers(1, 4))
def test_a_rounded_count_encloses_all_that_could_have_been_cut_to_it(number, digits):
    step = 10 ** max(0, len(str(number)) - digits)
    shown = number // step * step
    reading = rounded_to(count_of(Decimal(shown)), digits)
    assert reading.low <= number < reading.high


READERS = [
    bluesky.read_profiles, bluesky.read_feed, bluesky.read_posts, mastodon.read_account, mastodon.read_statuses, mastodon.read_object,
    telegram.read_card, telegram.read_channel, telegram.read_embed, youtube.read_feed, youtube.read_channels, youtube.read_videos,
    instagram.read_discovery, x.read_users, x.read_tweets, reddit.read_thing, reddit.read_listing, twitch.read_users, twitch.read_videos,
    lambda body: mastodon.read_actor(body)[0], lambda body: youtube.read_uploads(body)[0],
    lambda body: twitch.read_followers(body, "1"), lambda body: mastodon.read_collection(body, "followers", "1"),
]  # fmt: skip
SHAPES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.*"))

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "id", "error", "profiles", "did", "items", "kind", "feed", "post", "code", "errors", "statistics", "media"]),
            inner, max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.binary(max_size=200), st.sampled_from(READERS))
def test_no_reader_fails_on_any_bytes(body, read):
    _is_sound(read(body))


@given(_JSON, st.sampled_from(READERS))
def test_no_reader_fails_on_any_document(document, read):
    _is_sound(read(json.dumps(document)))


@given(st.sampled_from(SHAPES), st.sampled_from(READERS), st.data())
def test_no_reader_fails_on_a_damaged_answer_or_on_anothers(name, read, data):
    body = bytearray(load(name))
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6))
        body = body or bytearray(b"x")
    _is_sound(read(bytes(body)))


@pytest.mark.parametrize("digits", ["１２４８０", "١٢٤٨٠", "१२४८०"])
def test_digits_of_other_scripts_are_digits(digits):
    body = load("bluesky/profiles.json").decode().replace("12480", f'"{digits}"')
    assert bluesky.read_profiles(body).accounts[0].counts["followers"].value == 12_480


def _is_sound(page):
    for thing in [*page.accounts, *page.posts]:
        assert set(thing.counts) <= set(COUNTS)
        for reading in thing.counts.values():
            assert reading.value >= 0
            assert reading.high is None or reading.low < reading.high
    if page.status not in ("ok", "empty", "ambiguous"):
        assert not page.is_answer
