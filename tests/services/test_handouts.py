"""Links and codes for many influencers: what a pattern makes, and what stands in its way."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.factories import NOON
from tracker.domain.handouts import Plan, Wanted
from tracker.models import (
    Coupon,
    CouponOwnership,
    Handout,
    Influencer,
    OrderCoupon,
    TrackedLink,
)
from tracker.services import handouts
from tracker.services.errors import RefusedError
from tracker.services.handout_undo import take_back
from tracker.services.handouts import hand_out, lines_of, plan

FROM = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def people(workspace) -> list[int]:
    return [
        factories.InfluencerFactory(workspace=workspace, slug=slug, name=slug.title()).id
        for slug in ("ann", "bob", "林")
    ]


def wanted(people, **changes) -> Wanted:
    given = {
        "people": tuple(people), "on": date(2026, 3, 9), "link_slug": "{slug}-{yy}{mm}",
        "target_url": "https://shop.example/tea", "utm": {"utm_medium": "kol"},
        "code": "{SLUG}{nn}", "valid_from": FROM, **changes,
    }  # fmt: skip
    return Wanted(**given)


def problems(found) -> list[tuple[str, str]]:
    return [(line.link_problem, line.code_problem) for line in found.lines]


def test_a_plan_writes_nothing_and_says_who_cannot_have_what(session, shop, people):
    found = plan(session, shop, wanted(people))
    assert [line.link_slug for line in found.lines] == ["ann-2603", "bob-2603", "林-2603"]
    assert [line.code for line in found.lines] == ["ANN01", "BOB02", "林03"]
    assert problems(found) == [("", ""), ("", ""), ("bad_slug", "")]
    assert (found.n_links, found.n_codes, found.n_left_out) == (2, 3, 1)
    for table in (TrackedLink, Coupon, Handout):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_what_the_plan_says_is_what_is_made_and_kept(session, shop, people):
    planned = plan(session, shop, wanted(people))
    row = hand_out(session, shop, wanted(people), user_id=7)
    assert lines_of(row) == planned.lines
    assert (row.n_links, row.n_codes, row.n_left_out, row.user_id) == (2, 3, 1, 7)
    slugs = session.scalars(select(TrackedLink.slug).order_by(TrackedLink.slug)).all()
    assert slugs == ["ann-2603", "bob-2603"]
    owned = session.execute(
        select(Coupon.code, Coupon.label, CouponOwnership.influencer_id)
        .join(CouponOwnership, CouponOwnership.coupon_id == Coupon.id)
        .order_by(Coupon.id)
    ).all()
    assert sorted(map(tuple, owned)) == sorted(
        zip(("ann01", "bob02", "林03"), ("ANN01", "BOB02", "林03"), people, strict=True)
    )


def test_the_same_again_makes_nothing(session, shop, people):
    hand_out(session, shop, wanted(people))
    again = plan(session, shop, wanted(people))
    assert problems(again) == [
        ("slug_taken", "code_own"), ("slug_taken", "code_own"), ("bad_slug", "code_own"),
    ]  # fmt: skip
    with pytest.raises(RefusedError, match="nothing_made"):
        hand_out(session, shop, wanted(people))
    assert session.scalar(select(func.count()).select_from(Handout)) == 1


def test_nobody_loses_a_code_also_where_the_periods_begin_alike(session, shop, people):
    rival = factories.InfluencerFactory()
    coupon = factories.CouponFactory(shop=shop, code="ann01")
    owned = factories.CouponOwnershipFactory(coupon=coupon, influencer=rival, valid_from=FROM)
    found = plan(session, shop, wanted(people[:1]))
    assert problems(found) == [("", "code_owned")]
    hand_out(session, shop, wanted(people[:1]))
    session.expire_all()
    assert session.get_one(CouponOwnership, owned.id).influencer_id == rival.id
    assert session.scalar(select(func.count()).select_from(CouponOwnership)) == 1


def test_a_code_that_was_somebody_s_before_is_free_again(session, shop, people):
    coupon = factories.CouponFactory(shop=shop, code="ann01")
    factories.CouponOwnershipFactory(
        coupon=coupon, influencer=factories.InfluencerFactory(), valid_until=FROM
    )
    assert problems(plan(session, shop, wanted(people[:1]))) == [("", "")]
    later = wanted(people[:1], valid_from=FROM - timedelta(days=1))
    assert problems(plan(session, shop, later)) == [("", "code_owned")]


@pytest.mark.parametrize(
    ("state", "problem"),
    [({"is_shop_wide": True}, "code_shop_wide"), ({"leaked_at": NOON}, "code_leaked")],
)
def test_a_code_that_is_everybody_s_or_has_leaked_is_not_handed_out(
    session, shop, people, state, problem
):
    factories.CouponFactory(shop=shop, code="ann01", **state)
    assert problems(plan(session, shop, wanted(people[:1]))) == [("", problem)]


def test_two_who_would_get_the_same_both_get_nothing(session, shop, workspace):
    twins = [factories.InfluencerFactory(workspace=workspace, name="Twin").id for _ in range(2)]
    found = plan(session, shop, wanted(twins, link_slug="{name}", code="{name}"))
    assert problems(found) == [("twice", "twice"), ("twice", "twice")]


def test_a_place_that_is_empty_for_somebody_is_said(session, shop, people):
    found = plan(session, shop, wanted(people[:1], link_slug="{handle}", code="{handle}"))
    assert problems(found) == [("bad_slug", "code_missing")]
    for target, problem in (("{platform}", "bad_address"), ("{slug}", "not_http")):
        odd = plan(session, shop, wanted(people[:1], target_url=target, code=""))
        assert problems(odd) == [(problem, "")]


def test_places_are_those_of_the_account_that_most_follow(session, shop, people):
    person = session.get_one(Influencer, people[0])
    factories.SocialAccountFactory(influencer=person, platform="weibo", handle="a", followers=9)
    factories.SocialAccountFactory(influencer=person, platform="douyin", handle="b", followers=10)
    [line] = plan(session, shop, wanted(people[:1], link_slug="{platform}-{handle}", code="")).lines
    assert line.link_slug == "douyin-b"


def test_people_of_another_brand_get_nothing(session, shop):
    foreign = factories.InfluencerFactory()
    with pytest.raises(RefusedError, match="nobody_chosen"):
        plan(session, shop, wanted([foreign.id]))
    assert handouts.people_of_agency(session, shop.workspace_id, "") == ()


def test_more_than_a_list_can_hold_is_refused(session, shop):
    with pytest.raises(RefusedError, match="too_many"):
        plan(session, shop, wanted(range(1, handouts.MAX_PEOPLE + 2)))


def test_what_nobody_used_is_taken_back_and_the_rest_stays(session, shop, people):
    row = hand_out(session, shop, wanted(people))
    ann = session.scalars(select(TrackedLink).where(TrackedLink.slug == "ann-2603")).one()
    factories.HitFactory(kind="click", link_id=ann.id)
    order = factories.OrderFactory(shop=shop, placed_at=NOON)
    session.add(OrderCoupon(order_id=order.id, code="bob02"))
    session.flush()
    done = take_back(session, row, user_id=7)
    assert (done.links, done.codes, done.kept) == (1, 2, 2)
    assert problems(Plan(lines_of(row))) == [
        ("", "taken_back"), ("taken_back", ""), ("bad_slug", "taken_back"),
    ]  # fmt: skip
    assert session.scalars(select(TrackedLink.slug)).all() == ["ann-2603"]
    assert session.scalars(select(Coupon.code)).all() == ["bob02"]
    assert session.scalar(select(CouponOwnership.influencer_id)) == people[1]
    again = take_back(session, row)
    assert (again.links, again.codes, again.kept) == (0, 0, 2)
    anew = hand_out(session, shop, wanted(people[1:2], code=""))
    assert anew.n_links == 1


def test_a_code_that_had_an_owner_or_orders_before_outlives_its_handout(session, shop, people):
    before = factories.InfluencerFactory()
    coupon = factories.CouponFactory(shop=shop, code="ann01")
    factories.CouponOwnershipFactory(coupon=coupon, influencer=before, valid_until=FROM)
    order = factories.OrderFactory(shop=shop, placed_at=FROM - timedelta(days=9))
    session.add(OrderCoupon(order_id=order.id, code="ann01"))
    row = hand_out(session, shop, wanted(people[:1]))
    assert take_back(session, row).codes == 1
    assert session.scalars(select(CouponOwnership.influencer_id)).all() == [before.id]
    assert session.scalars(select(Coupon.code)).all() == ["ann01"]


def test_a_link_that_was_given_to_somebody_else_since_stays(session, shop, people):
    row = hand_out(session, shop, wanted(people[:1], code=""))
    link = session.scalars(select(TrackedLink)).one()
    link.influencer_id = people[1]
    session.flush()
    assert take_back(session, row).links == 0


def test_many_are_made_with_a_handful_of_statements(session, shop, workspace, queries):
    many = [factories.InfluencerFactory(workspace=workspace).id for _ in range(300)]
    queries.clear()
    row = hand_out(session, shop, wanted(many, link_slug="x-{nnn}", code="X{nnn}"))
    assert (row.n_links, row.n_codes) == (300, 300)
    assert len(queries) < 40, "\n".join(q[:80] for q in queries)
