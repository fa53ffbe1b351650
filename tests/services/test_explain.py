"""The explanation of an order says what the ledger says, and why."""

import pytest

from tests.services.credit_world import World
from tests.services.test_cost_facts import attributed
from tracker.services import dirty
from tracker.services.explain import explain


@pytest.fixture
def world(session):
    return World(session)


def why(world, order):
    world.session.flush()
    return explain(world.session, order.id)


def test_touchpoints_carry_evidence_weights_and_credits(world):
    influencer, buyer = world.influencer(), world.visitor()
    world.visit(buyer, -3, world.kol_mark(influencer))
    world.visit(buyer, -2, world.kol_mark(influencer))
    order = world.order(0, buyer)
    world.use(order, world.coupon(influencer))
    world.refund(order, 1, 2_000)
    answer = why(world, order)
    assert [t.position for t in answer.touchpoints] == [1, 2]
    assert [t.evidence for t in answer.touchpoints] == [("link",), ("link", "coupon")]
    assert [t.weights_micro["linear"] for t in answer.touchpoints] == [500_000, 500_000]
    assert [t.credits_minor["linear"] for t in answer.touchpoints] == [4_000, 4_000]
    assert [t.signal.influencer for t in answer.touchpoints] == [influencer.name] * 2
    assert [(e.net_minor, e.credits_minor["linear"]) for e in answer.ledger] == [
        (10_000, [5_000, 5_000]),
        (-2_000, [-1_000, -1_000]),
    ]
    assert answer.left_minor == 8_000
    (merged,) = answer.unqualified
    assert (merged.reason, merged.into) == ("merged", 2)


def test_signals_that_do_not_count_are_named_with_their_reason(world):
    influencer, buyer = world.influencer(), world.visitor()
    world.visit(buyer, -40, world.search)
    world.visit(buyer, -1, world.search)
    order = world.order(0, buyer)
    world.use(order, world.coupon(influencer, label="LINA10"))
    world.use(order, world.coupon(influencer, is_shop_wide=True, label="ALL"))
    from tracker.models import OrderCoupon

    world.session.add(OrderCoupon(order_id=order.id, code="typo", raw="TYPO"))
    answer = why(world, order)
    assert [t.signal.label for t in answer.touchpoints] == ["LINA10"]
    assert sorted((u.reason, u.signal.label) for u in answer.unqualified) == [
        ("other_owner", ""),
        ("outside_window", ""),
        ("shop_wide_code", "ALL"),
        ("unknown_code", "TYPO"),
    ]


def test_an_order_without_signals_is_unattributed(world):
    (stand_in,) = why(world, world.order()).touchpoints
    assert (stand_in.position, stand_in.signal.touch_kind, stand_in.signal.channel) == (
        0,
        "none",
        None,
    )


def test_an_unpaid_order_has_no_touchpoints(world):
    answer = why(world, world.order(status="unpaid"))
    assert not answer.is_conversion
    assert answer.touchpoints == answer.ledger == ()


def test_it_says_whether_the_stored_ledger_is_the_same(world):
    order = world.order()
    world.refund(order, 1, 2_000)
    assert not why(world, order).is_stored
    attributed(world, order)
    answer = why(world, order)
    assert answer.is_stored
    assert not answer.is_pending
    world.refund(order, 2, 1)
    dirty.orders_changed(world.session, world.shop, [order.ordered_on])
    answer = why(world, order)
    assert not answer.is_stored
    assert answer.is_pending


def test_claims_are_shown_with_their_verdicts(world):
    order = world.order()
    world.link(order, world.visitor(), "beacon")
    world.link(order, world.visitor(), "beacon", days=0.1)
    world.link(order, world.visitor(), "beacon", days=2)
    answer = why(world, order)
    assert [claim.verdict for claim in answer.claims] == ["linked", "conflict", "late"]
    assert answer.conflicts == ("visitors",)


def test_an_order_that_is_not_there_is_an_error(session):
    with pytest.raises(LookupError, match="no order 999"):
        explain(session, 999)
