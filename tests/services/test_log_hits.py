from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.factories import NOON
from tests.services.records import SECRET
from tracker.domain.events import Event
from tracker.domain.records import HitRecord, Outcome, Reason, Refused
from tracker.models import Base, Hit, Mark, Visit, Visitor
from tracker.models.base import to_micros
from tracker.services.hits import load_events
from tracker.services.log_hits import load_hits
from tracker.services.visits import build_pending_visits

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"


@pytest.fixture
def shop(shop):
    shop.hostnames = ""
    return shop


def record(key="k1", minutes=0, **changes):
    values = {
        "key": key,
        "at": NOON + timedelta(minutes=minutes),
        "url": "https://shop.example/item/1",
        "referrer": "https://www.xiaohongshu.com/explore/1",
        "user_agent": PHONE,
        "address": "203.0.113.9",
        **changes,
    }
    return HitRecord(**values)


def load(session, shop, *records):
    return load_hits(session, shop, records, secret=SECRET).outcomes


def visitor_keys(session):
    query = select(Visitor.key).join(Hit, Hit.visitor_id == Visitor.id).order_by(Hit.at)
    return session.scalars(query).all()


def test_line_becomes_a_page_view_read_like_the_scripts(session, shop):
    url = "https://shop.example/item/1?utm_source=xhs&utm_medium=kol&utm_campaign=11"
    assert load(session, shop, record(url=url)) == (Outcome.LOADED,)
    hit = session.scalars(select(Hit)).one()
    mark = session.get_one(Mark, hit.mark_id)
    assert (hit.kind, hit.at, hit.path, hit.bot) == ("page_view", NOON, "/item/1", "")
    assert (mark.utm_source, mark.referrer_host) == ("xhs", "www.xiaohongshu.com")
    assert build_pending_visits(session) == 1
    assert session.scalars(select(Visit)).one().n_page_views == 1


def test_same_lines_again_change_nothing(session, shop):
    records = [record("a"), record("b", 1), record("b-1", 1)]
    assert load(session, shop, *records) == (Outcome.LOADED,) * 3
    assert load(session, shop, record("z", 2), *records[::-1]) == (
        Outcome.LOADED,
        *(Outcome.UNCHANGED,) * 3,
    )
    assert session.scalar(select(func.count()).select_from(Hit)) == 4


def test_line_that_stands_twice_in_a_batch_under_one_key_is_one_hit(session, shop):
    assert load(session, shop, record(), record()) == (Outcome.LOADED, Outcome.UNCHANGED)


def test_visitor_is_the_same_within_a_day_that_ends_at_night(session, shop):
    midnight = datetime(2026, 11, 11, 16, tzinfo=UTC)  # in Shanghai
    at = [midnight - timedelta(minutes=5), midnight + timedelta(minutes=5),
          midnight + timedelta(hours=5)]  # fmt: skip
    load(session, shop, *(record(str(n), at=instant) for n, instant in enumerate(at)))
    first, second, third = visitor_keys(session)
    assert first == second != third


@pytest.mark.parametrize("change", [{"address": "203.0.113.10"}, {"user_agent": PHONE + " x"}])
def test_another_address_or_agent_is_another_visitor(session, shop, change):
    load(session, shop, record("a"), record("b", 1, **change))
    first, second = visitor_keys(session)
    assert first != second


def test_longer_lived_ids_join_days_and_the_scripts_own_is_kept(session, shop):
    week = 7 * 24 * 60
    load(
        session, shop, record("a", visitor="uid=1"), record("b", week, visitor="uid=1", address="")
    )
    own = "0123456789abcdef"
    load(session, shop, record("c", 2 * week, visitor=own, is_own_id=True))
    first, second, third = visitor_keys(session)
    assert first == second != third == own
    assert "uid" not in first


def test_addresses_ids_and_agents_are_nowhere_in_the_database(session, shop):
    load(session, shop, record(address="203.0.113.77", visitor=""), record("b", visitor="uid=7788"))
    build_pending_visits(session)
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            assert "203.0.113" not in repr(row)
            assert "uid=7788" not in repr(row)
            assert "CPU iPhone" not in repr(row)


def test_agent_that_the_log_does_not_name_is_no_bot(session, shop):
    load(session, shop, record(user_agent=""))
    assert session.scalars(select(Hit.bot)).all() == [""]


def test_lines_of_other_hosts_are_left_out_where_the_shop_has_hosts(session, shop):
    shop.hostnames = "shop.example https://m.shop.example/"
    urls = ["https://shop.example/", "https://m.shop.example/", "https://www.shop.example/a",
            "https://notshop.example/", "/"]  # fmt: skip
    outcomes = load(session, shop, *(record(str(n), url=url) for n, url in enumerate(urls)))
    other = Refused(Reason.OTHER_HOST)
    assert outcomes == (Outcome.LOADED, Outcome.LOADED, Outcome.LOADED, other, Outcome.LOADED)


def test_day_that_the_script_has_counted_is_not_counted_again(session, shop):
    event = Event(str(uuid4()), shop.id, "page_view", "visitor-one", to_micros(NOON),
                  "https://shop.example/", user_agent=PHONE)  # fmt: skip
    load_events(session, [event])
    build_pending_visits(session)
    outcomes = load(session, shop, record("a", 60), record("b", -24 * 60), record("c", 24 * 60))
    assert outcomes == (Refused(Reason.COUNTED_BY_SCRIPT), Outcome.LOADED, Outcome.LOADED)
    build_pending_visits(session)
    assert load(session, shop, record("d", -24 * 60 + 1)) == (Outcome.LOADED,)
    days = {at.date() for at in session.scalars(select(Visit.started_at))}
    assert days == {date(2026, 11, 10), date(2026, 11, 11), date(2026, 11, 12)}
