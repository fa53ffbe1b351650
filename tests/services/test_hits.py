from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from tests import factories
from tests.factories import NOON
from tracker.domain.events import Event, new_click_id
from tracker.models import DirtyDay, Hit, Mark, Order, OrderVisitor, Visitor
from tracker.models.base import to_micros
from tracker.services.hits import link_of, load_events, path_of

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"


@pytest.fixture
def event(shop):
    """Makes a page view of the shop, a second after the one before."""
    clock = iter(range(1_000_000))

    def make(**changes):
        values = {
            "event_id": str(uuid4()),
            "shop_id": shop.id,
            "kind": "page_view",
            "visitor_key": "visitor-one",
            "at_micros": to_micros(NOON) + next(clock) * 1_000_000,
            "url": "https://shop.example/item/1?utm_source=xhs&utm_medium=kol",
            "user_agent": PHONE,
            **changes,
        }
        return Event(**values)

    return make


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_an_event_becomes_a_hit_with_mark_and_pending_visitor(session, event):
    before = datetime.now(UTC)
    loaded = load_events(session, [event()])
    assert (loaded.new, loaded.known, loaded.refused) == (1, 0, [])
    hit = session.scalars(select(Hit)).one()
    visitor = session.get_one(Visitor, hit.visitor_id)
    assert (hit.kind, hit.at, hit.path, hit.bot) == ("page_view", NOON, "/item/1", "")
    assert visitor.key == "visitor-one"
    assert visitor.created_at == NOON
    assert visitor.pending_since >= before
    assert session.get_one(Mark, hit.mark_id).utm_source == "xhs"


def test_the_same_events_again_change_nothing(session, event):
    events = [event(), event(kind="order_placed", order_ref="1001"), event(visitor_key="other-one")]
    load_events(session, events)
    session.execute(Visitor.__table__.update().values(pending_since=None))
    again = load_events(session, [*events, *events])
    assert (again.new, again.known) == (0, 6)
    assert count(session, Hit) == 3
    assert count(session, OrderVisitor) == 1
    assert session.scalars(select(Visitor.pending_since)).all() == [None, None]


def test_an_id_that_stands_twice_in_a_batch_is_the_earlier_event(session, event):
    first = event(url="https://shop.example/first")
    second = event(event_id=first.event_id, url="https://shop.example/second")
    loaded = load_events(session, [second, first])
    assert (loaded.new, loaded.known) == (1, 1)
    assert session.scalars(select(Hit.path)).all() == ["/first"]


def test_the_same_id_in_another_shop_is_another_event(session, event, workspace):
    other = factories.ShopFactory(workspace=workspace)
    one = event()
    two = event(event_id=one.event_id, shop_id=other.id)
    assert load_events(session, [one, two]).new == 2
    assert count(session, Visitor) == 2  # a key belongs to a shop


def test_events_of_a_deleted_shop_or_unknown_kind_are_refused_and_the_rest_stored(session, event):
    lost, strange, good = event(shop_id=999_999), event(kind="purchase"), event()
    loaded = load_events(session, [lost, strange, good])
    assert loaded.new == 1
    assert {(e.event_id, reason) for e, reason in loaded.refused} == {
        (lost.event_id, "unknown shop"),
        (strange.event_id, "unknown kind"),
    }


def test_a_click_and_its_landing_carry_the_link_in_whatever_order_they_come(session, event, shop):
    link = factories.TrackedLinkFactory(shop=shop)
    click_id = new_click_id(link.id)
    landing = event(url=f"https://shop.example/?utm_source=xhs&tk={click_id}")
    load_events(session, [landing])
    click = event(event_id=click_id, kind="click", link_id=link.id, link_slug="lina",
                  url=landing.url, visitor_key="g:someone")  # fmt: skip
    load_events(session, [click])
    hits = {hit.kind: hit for hit in session.scalars(select(Hit))}
    assert hits["page_view"].click_event_id == click_id
    assert hits["page_view"].link_id == 0
    assert hits["click"].click_event_id == ""
    assert (hits["click"].link_id, hits["click"].path) == (link.id, "/go/lina")
    assert hits["click"].mark_id == hits["page_view"].mark_id
    assert session.get_one(Mark, hits["click"].mark_id).link_id == link.id


def test_a_forged_click_cannot_name_another_brands_link(session, event):
    foreign = factories.TrackedLinkFactory()
    forged = event(url=f"https://shop.example/?tk={new_click_id(foreign.id)}")
    assert link_of(forged) == foreign.id
    load_events(session, [forged])
    assert session.scalars(select(Mark.link_id)).all() == [0]


def test_an_order_beacon_is_a_claim_and_changes_no_revenue(session, event, shop):
    order = factories.OrderFactory(shop=shop, ref="1001", paid_minor=10_000)
    placed = event(kind="order_placed", order_ref="1001", order_token_hash="h" * 64)
    unknown = event(kind="order_placed", order_ref="forged-order", visitor_key="a-stranger")
    load_events(session, [placed, unknown, event(kind="order_placed", order_ref="1001")])
    claims = {claim.order_ref: claim for claim in session.scalars(select(OrderVisitor))}
    assert claims.keys() == {"1001", "forged-order"}
    assert (claims["1001"].evidence, claims["1001"].at) == ("beacon", NOON)
    assert claims["1001"].token_hash == "h" * 64
    assert count(session, Order) == 1
    session.refresh(order)
    assert (order.paid_minor, order.net_base_minor) == (10_000, 10_000)
    dirty = session.execute(select(DirtyDay.scope, DirtyDay.day)).all()
    assert ("credit", order.ordered_on) in [tuple(row) for row in dirty]


def test_a_coupon_is_normalised(session, event):
    load_events(session, [event(kind="coupon", coupon_code=" ＬＩＮＡ10 ")])
    assert session.scalars(select(Hit.coupon_code)).all() == ["lina10"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user_agent": ""}, "empty_agent"),
        ({"user_agent": "curl/8.5"}, "agent_list"),
        ({"method": "HEAD"}, "head"),
        ({"purpose": "prefetch;prerender"}, "prefetch"),
        ({"flag": "rate"}, "rate"),
        ({}, ""),
    ],
)
def test_bots_are_flagged_and_kept(session, event, changes, reason):
    load_events(session, [event(**changes)])
    assert session.scalars(select(Hit.bot)).all() == [reason]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://shop.example", "/"),
        ("https://shop.example/%E5%95%86%E5%93%81?a=b#c", "/商品"),
        ("https://shop.example/a%00b%0a", "/ab"),
        ("https://shop.example/%ff", "/�"),
        ("https://shop.example/" + "x" * 400, "/" + "x" * 299),
        ("https://[broken/", ""),
    ],
)
def test_a_path_is_kept_as_a_person_reads_it(url, path):
    assert path_of(url) == path


def test_a_large_batch_costs_no_more_statements_than_a_small_one(session, event, queries):
    load_events(session, [event(visitor_key=f"visitor-{n}") for n in range(5)])
    queries.clear()
    load_events(session, [event(visitor_key=f"other-{n}") for n in range(5)])
    few = len(queries)
    queries.clear()
    load_events(session, [event(visitor_key=f"more-{n}") for n in range(90)])
    assert len(queries) == few


keys = st.sampled_from(["visitor-a", "visitor-b", "c:0001", "g:clicker"])


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_order_batches_and_repeats_store_the_same_rows(session, shop, data):
    events = [
        Event(
            event_id=f"{n:08d}",
            shop_id=shop.id,
            kind=data.draw(st.sampled_from(["page_view", "cart", "order_placed"])),
            visitor_key=data.draw(keys),
            at_micros=to_micros(NOON + timedelta(seconds=n)),
            url=data.draw(st.sampled_from(["https://shop.example/a", "https://shop.example/?utm_source=b"])),
            user_agent=PHONE,
            order_ref="1001",
        )
        for n in range(8)
    ]  # fmt: skip
    tables = ("hit", "order_visitor", "visitor", "mark")

    def stored(batches):
        for table in tables:
            session.execute(text(f"DELETE FROM {table}"))
        session.expunge_all()
        for batch in batches:
            load_events(session, batch)
        hits = session.execute(
            select(Hit.event_id, Visitor.key, Hit.at, Hit.kind, Hit.path, Mark.key)
            .join(Visitor, Visitor.id == Hit.visitor_id)
            .join(Mark, Mark.id == Hit.mark_id)
            .order_by(Hit.event_id)
        ).all()
        claims = session.execute(
            select(OrderVisitor.order_ref, Visitor.key).join(
                Visitor, Visitor.id == OrderVisitor.visitor_id
            )
        )
        return hits, sorted(map(tuple, claims))

    shuffled = data.draw(st.permutations(events))
    cut = data.draw(st.integers(0, 8))
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=5))
    assert stored([events]) == stored([shuffled[:cut], repeated, shuffled[cut:]])
