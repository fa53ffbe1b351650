from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.factories import NOON, HitFactory, VisitorFactory
from tracker.domain.marks import RawMark
from tracker.models import DirtyDay, Hit, Visit, Visitor
from tracker.services import dirty
from tracker.services.marks import mark_ids
from tracker.services.visits import build_pending_visits, rebuild_visits

MINUTE = timedelta(minutes=1)

MARKS = {
    "direct": RawMark(),
    "google": RawMark(referrer_host="www.google.com"),
    "kol": RawMark(kol="lina"),
    "ad": RawMark(click_id="gclid"),
}


def marks_of(session, workspace):
    return dict(zip(MARKS, mark_ids(session, workspace.id, list(MARKS.values())), strict=True))


def visits_of(session, *visitors):
    columns = [c for c in Visit.__table__.c if c.name != "id"]
    rows = session.execute(
        select(*columns).where(Visit.visitor_id.in_([visitor.id for visitor in visitors]))
    ).all()
    return sorted(tuple(row) for row in rows)


@pytest.fixture
def visitor(session, shop):
    return VisitorFactory(shop=shop)


@pytest.fixture
def hit(session, workspace, visitor):
    marks = marks_of(session, workspace)

    def make(minute, mark="direct", **values):
        values.setdefault("visitor", visitor)
        at = NOON + minute * MINUTE
        return HitFactory(mark_id=marks[mark], at=at, event_id=f"e{minute:05d}", **values)

    make.marks = marks
    return make


def test_hits_become_visits(session, visitor, hit):
    hit(0, path="/a")
    hit(5, path="/b")
    hit(6, kind="cart", path="/b")
    hit(100, "kol", path="/c", click_event_id="click-1")
    rebuild_visits(session, [visitor.id])
    first, second = session.scalars(select(Visit).order_by(Visit.started_at)).all()
    assert (first.first_event_id, first.mark_id) == ("e00000", hit.marks["direct"])
    assert (first.started_at, first.last_at) == (NOON, NOON + 6 * MINUTE)
    assert (first.n_page_views, first.n_events) == (2, 1)
    assert (first.entry_path, first.exit_path) == ("/a", "/b")
    assert (second.mark_id, second.click_event_id) == (hit.marks["kol"], "click-1")


def test_building_again_changes_nothing(session, visitor, hit):
    hit(0)
    hit(90, "kol")
    assert rebuild_visits(session, [visitor.id]) == 2
    before = session.execute(select(Visit.__table__)).all()
    session.query(DirtyDay).delete()
    assert rebuild_visits(session, [visitor.id]) == 0
    assert session.execute(select(Visit.__table__)).all() == before
    assert session.scalars(select(DirtyDay)).all() == []


def test_a_late_hit_joins_two_visits_into_one(session, visitor, hit):
    hit(0)
    hit(50)
    rebuild_visits(session, [visitor.id])
    hit(25)
    assert rebuild_visits(session, [visitor.id]) == 2
    [visit] = session.scalars(select(Visit)).all()
    assert (visit.first_event_id, visit.n_page_views) == ("e00000", 3)


def test_an_earlier_hit_gives_a_visit_another_key(session, visitor, hit):
    hit(10)
    rebuild_visits(session, [visitor.id])
    hit(0, "google")
    rebuild_visits(session, [visitor.id])
    [visit] = session.scalars(select(Visit)).all()
    assert (visit.first_event_id, visit.mark_id) == ("e00000", hit.marks["google"])


def test_clicks_are_no_hits_of_a_visit_but_dirty_their_day(session, shop, visitor, hit):
    hit(0, "kol", kind="click", link_id=1)
    assert rebuild_visits(session, [visitor.id]) == 0
    assert session.scalars(select(Visit)).all() == []
    [day] = session.scalars(select(DirtyDay)).all()
    assert (day.scope, day.shop_id, str(day.day)) == ("traffic", shop.id, "2026-11-11")


def test_a_flagged_hit_is_a_visit_of_its_own(session, visitor, hit):
    hit(0)
    hit(1, bot="prefetch")
    hit(2)
    rebuild_visits(session, [visitor.id])
    visits = session.scalars(select(Visit).order_by(Visit.started_at)).all()
    assert [(visit.is_bot, visit.n_page_views) for visit in visits] == [(False, 2), (True, 1)]


def test_days_of_visits_are_cut_in_the_zone_of_the_shop(session, shop, visitor, hit):
    hit(11 * 60)  # 23:00 in Shanghai
    hit(13 * 60)  # 01:00 on the next day, which is still the same day in UTC
    rebuild_visits(session, [visitor.id])
    days = session.scalars(select(DirtyDay.day).order_by(DirtyDay.day)).all()
    assert [str(day) for day in days] == ["2026-11-11", "2026-11-12"]


def test_a_page_view_more_changes_no_credit(session, visitor, hit, monkeypatch):
    hit(0)
    rebuild_visits(session, [visitor.id])
    seen = []
    monkeypatch.setattr(dirty, "touches_changed", lambda *arguments: seen.append(arguments))
    hit(1)
    rebuild_visits(session, [visitor.id])
    assert seen == []
    hit(200)
    rebuild_visits(session, [visitor.id])
    [(_, _, since)] = seen
    assert since == {visitor.id: NOON + 200 * MINUTE}


def test_pending_visitors_are_built_and_no_longer_pending(session, shop, visitor, hit):
    hit(0)
    noise = VisitorFactory(shop=shop)
    hit(1, visitor=noise)
    session.execute(update(Visitor).where(Visitor.id == visitor.id).values(pending_since=NOON))
    assert build_pending_visits(session) == 1
    assert [visit.visitor_id for visit in session.scalars(select(Visit))] == [visitor.id]
    assert build_pending_visits(session) == 0


def test_those_who_wait_longest_come_first(session, shop, hit):
    early, late = VisitorFactory(shop=shop), VisitorFactory(shop=shop)
    early.pending_since, late.pending_since = NOON, NOON + MINUTE
    hit(0, visitor=late)
    hit(1, visitor=early)
    session.flush()
    assert build_pending_visits(session, limit=1) == 1
    assert [visit.visitor_id for visit in session.scalars(select(Visit))] == [early.id]


def test_building_costs_the_same_number_of_queries_however_many(session, shop, hit, queries):
    def build(n, start):
        visitors = [VisitorFactory(shop=shop) for _ in range(n)]
        for i, one in enumerate(visitors):
            hit(start + i, visitor=one)
        queries.clear()
        rebuild_visits(session, [one.id for one in visitors])
        return len(queries)

    assert build(2, 0) == build(40, 100)


some_hits = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 40).map(lambda n: n * 7),
        st.sampled_from([*MARKS]),
        st.sampled_from(["page_view", "cart", "click"]),
        st.sampled_from(["", "", "", "head"]),
    ),
    max_size=14,
)


@settings(max_examples=25)
@given(hits=some_hits, cuts=st.lists(st.integers(0, 14), max_size=3), random=st.randoms())
def test_hits_in_any_order_and_any_batches_give_the_same_visits(
    session, workspace, shop, hits, cuts, random
):
    marks = marks_of(session, workspace)
    numbered = list(enumerate(hits))

    def arrive(batches):
        """Visits after all batches, for visitors of their own, as if these were the same."""
        pair = [VisitorFactory(shop=shop) for _ in range(2)]
        for batch in batches:
            for n, (who, minute, mark, kind, bot) in batch:
                HitFactory(
                    visitor=pair[who], at=NOON + minute * MINUTE, mark_id=marks[mark],
                    kind=kind, bot=bot, event_id=f"{pair[who].id}-{n:03d}",
                )  # fmt: skip
            rebuild_visits(session, [one.id for one in pair])
        order = {one.id: n for n, one in enumerate(pair)}
        return sorted(
            (order[row.visitor_id], row.first_event_id.partition("-")[2], row.started_at,
             row.last_at, row.mark_id, row.n_page_views, row.n_events, row.is_bot)
            for row in session.scalars(select(Visit).where(Visit.visitor_id.in_(order)))
        )  # fmt: skip

    shuffled = list(numbered)
    random.shuffle(shuffled)
    edges = [0, *sorted(cuts), len(shuffled)]
    batches = [shuffled[a:b] for a, b in pairwise(edges)]
    assert arrive(batches) == arrive([numbered])
    session.query(Hit).delete()
