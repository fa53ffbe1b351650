# ruff: noqa: E501 -- tables are read by rows
from datetime import UTC, datetime

import pytest

from tests.imports.files import read, told, write
from tests.imports.world import EXAMPLES, make_world
from tests.services.test_undo import load, undo
from tracker.imports.run import import_file
from tracker.imports.sniff import sniff
from tracker.models import MetricPoint, SocialAccount, SocialPost

HEADER = "平台,主页链接,达人,采集时间,粉丝数,作品链接,发布时间,播放量,点赞数,评论数\n"


@pytest.fixture
def world(database):
    found = make_world(database)
    import_file(database, EXAMPLES / "influencers.csv", found.request())
    return found


def points(world):
    with world.database.read() as session:
        return {
            (p.subject_kind, p.metric, p.taken_at.isoformat()[:16]): (p.value, p.low, p.high)
            for p in session.query(MetricPoint)
        }


def test_the_example_is_recognised_and_loaded(world):
    assert sniff(EXAMPLES / "metrics.csv").preset.name == "metrics"
    result = import_file(world.database, EXAMPLES / "metrics.csv", world.request())
    assert result.counts["loaded"] == 3
    found = points(world)
    assert found["account", "followers", "2026-10-20T01:00"] == (15_000, 14_500, 16_000)
    assert found["account", "likes", "2026-10-20T01:00"] == (100_000, 100_000, None)
    assert found["post", "comments", "2026-10-21T01:00"] == (10, 10, None)
    assert ("post", "shares", "2026-10-21T01:00") not in found
    with world.database.read() as session:
        (post,) = session.query(SocialPost).all()
        assert (post.ref, post.platform) == ("65a1b2c3000000000d00e001", "xiaohongshu")
        assert post.published_at == datetime(2026, 10, 20, 12, tzinfo=UTC)
        accounts = {(a.platform, a.handle): a.followers for a in session.query(SocialAccount)}
    assert accounts["douyin", "ms4wljabaaaatea"] == 1_203_344


def test_the_same_file_twice_changes_nothing(world):
    import_file(world.database, EXAMPLES / "metrics.csv", world.request())
    before = points(world)
    again = import_file(world.database, EXAMPLES / "metrics.csv", world.request())
    assert (again.counts["loaded"], again.counts["unchanged"]) == (0, 3)
    assert points(world) == before


def test_older_numbers_that_come_later_do_not_become_the_newest(world, tmp_path):
    import_file(world.database, EXAMPLES / "metrics.csv", world.request())
    text = f"{HEADER}抖音,https://www.douyin.com/user/MS4wLjABAAAAtea,,2025-01-01 08:00,500,,,,,\n"
    result = import_file(world.database, write(tmp_path, text), world.request())
    assert result.counts["loaded"] == 1
    with world.database.read() as session:
        account = session.query(SocialAccount).filter_by(handle="ms4wljabaaaatea").one()
        assert account.followers == 1_203_344


@pytest.mark.parametrize(("row", "reason"), [
    ("抖音,https://www.douyin.com/user/x,nobody,2026-10-20,1,,,,,", "unknown_influencer"),
    (",somebody,lina,2026-10-20,1,,,,,", "unknown_value"),
])  # fmt: skip
def test_numbers_of_nobody_are_refused(world, tmp_path, row, reason):
    result = import_file(world.database, write(tmp_path, f"{HEADER}{row}\n"), world.request())
    assert [one.reason for one in result.notes] == [reason]
    assert points(world) == {}


@pytest.mark.parametrize(("row", "reason"), [
    ("抖音,a,lina,,1,,,,,", "value_missing"), ("抖音,,lina,2026-10-20,1,,,,,", "value_missing"), ("抖音,a,lina,2026-10-20,,,,,,", "value_missing"),
    ("抖音,a,lina,2026-10-20,many,,,,,", "not_a_number"), ("抖音,a,lina,2026-10-20,-5,,,,,", "not_a_number"), ("抖音,a,lina,2026-10-20,,,,5,,", "value_missing"),
    ("抖音,a,lina,2026-10-20,,javascript:x,,5,,", "unknown_value"),
])  # fmt: skip
def test_rows_that_cannot_be_read_say_why(tmp_path, row, reason):
    units, out = read(write(tmp_path, f"{HEADER}{row}\n"))
    assert (units, told(out)) == ([], [(2, reason)])


def test_a_blank_and_a_dash_are_not_known_and_a_zero_is_a_zero(tmp_path):
    text = f"{HEADER}抖音,a,lina,2026-10-20,--,https://www.douyin.com/video/7,,0,,—\n"
    (unit,), _ = read(write(tmp_path, text))
    record = unit.records[0]
    assert (dict(record.account_counts), list(record.post_counts)) == ({}, ["views"])
    assert record.post_counts["views"].value == 0


def test_a_file_that_is_undone_leaves_what_was_there_before(world, tmp_path):
    load(world, EXAMPLES / "metrics.csv")
    before = points(world)
    row = "抖音,https://www.douyin.com/user/MS4wLjABAAAAtea,,2026-10-22 08:00,130万,,,,,"
    second = load(world, write(tmp_path, f"{HEADER}{row}\n"))
    assert followers(world) == 1_300_000
    assert undo(world, second) == 0
    assert points(world) == before
    assert followers(world) == 1_203_344


def followers(world):
    with world.database.read() as session:
        return session.query(SocialAccount).filter_by(handle="ms4wljabaaaatea").one().followers
