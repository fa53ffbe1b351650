from datetime import date, timedelta

import pytest

from tests.factories import (
    NOON,
    TODAY,
    CampaignFactory,
    MarkFactory,
    OrderFactory,
    ShopFactory,
    VisitFactory,
    VisitorFactory,
    WorkspaceFactory,
)
from tracker.models import LinkTestArm, OrderVisitor
from tracker.services.errors import RefusedError
from tracker.services.link_tests import (
    KEEP_COUNTING,
    count_test,
    create_test,
    delete_test,
    end_test,
    is_due,
)

DAY = timedelta(days=1)
PLAN = {"name": "Tin or field", "contents": ["tin", "field"], "starts_on": TODAY,
        "baseline_ppm": 50_000, "uplift_ppm": 300_000}  # fmt: skip


@pytest.fixture
def campaign(session, workspace):
    return CampaignFactory(workspace=workspace)


@pytest.fixture
def test(session, workspace, campaign):
    return create_test(session, workspace, campaign_id=campaign.id, **PLAN)


@pytest.fixture
def come(session, workspace, shop, campaign):
    """A visitor (given or new) comes by an arm; hours after noon."""
    marks = {
        content: MarkFactory(workspace=workspace, campaign_id=campaign.id, content=content)
        for content in ("tin", "field", "other")
    }

    def make(content, hours=0.0, visitor=None, **values):
        visitor = visitor or VisitorFactory(shop=shop)
        VisitFactory(
            visitor=visitor, mark=marks[content], started_at=NOON + timedelta(hours=hours), **values
        )
        return visitor

    return make


def buy(session, shop, visitor, hours, **values):
    order = OrderFactory(shop=shop, placed_at=NOON + timedelta(hours=hours), **values)
    session.add(
        OrderVisitor(
            shop_id=shop.id, order_ref=order.ref, visitor_id=visitor.id, evidence="signed",
            at=order.placed_at,
        )
    )  # fmt: skip
    session.flush()


def counts(session, test, now=NOON + 30 * DAY):
    count_test(session, test, now)
    return [(arm.visitors, arm.counted, arm.buyers, arm.crossed) for arm in test.arms]


def test_the_sample_is_fixed_when_the_test_is_planned(test):
    assert test.planned_n == 3_780
    assert [(arm.position, arm.content) for arm in test.arms] == [(0, "tin"), (1, "field")]


def test_a_visitor_stays_with_the_arm_of_the_first_visit(session, shop, test, come):
    both = come("tin")
    come("field", 1, both)
    come("field", 2, both)
    come("field")
    come("other")
    come("tin", is_bot=True)
    come("tin", -24)
    assert counts(session, test) == [(1, 1, 0, 1), (1, 1, 0, 0)]


def test_a_buyer_ordered_within_the_window_after_the_first_visit(session, shop, test, come):
    buy(session, shop, come("tin"), 7 * 24)  # to the very end of it
    buy(session, shop, come("tin"), 7 * 24 + 0.01)
    buy(session, shop, come("tin"), -1)
    buy(session, shop, come("field"), 1, status="unpaid")
    twice = come("field")
    buy(session, shop, twice, 1)
    buy(session, shop, twice, 2)
    assert counts(session, test) == [(3, 3, 1, 0), (2, 2, 1, 0)]


def test_only_visitors_whose_window_is_over_are_counted(session, shop, test, come):
    come("tin")
    buy(session, shop, come("tin", 24), 25)
    assert counts(session, test, NOON + 7 * DAY)[0] == (2, 1, 0, 0)
    assert counts(session, test, NOON + 8 * DAY)[0] == (2, 2, 1, 0)


def test_later_visitors_change_nothing_once_the_sample_is_full(session, shop, test, come):
    test.planned_n = 2
    buy(session, shop, come("tin", 1), 2)
    come("tin", 2)
    for hour in range(3, 6):
        buy(session, shop, come("tin", hour), hour + 1)
    assert counts(session, test)[0] == (5, 2, 1, 0)


def test_days_are_the_shops_and_the_last_one_is_included(session, shop, test, come):
    end_test(test, TODAY)
    come("tin", 11.99)  # before midnight in Shanghai
    come("tin", 12.01)
    assert counts(session, test)[0][0] == 1


def test_shops_of_others_do_not_count(session, test, come):
    come("tin", visitor=VisitorFactory(shop=ShopFactory()))
    assert counts(session, test)[0][0] == 0


def test_an_ended_test_is_counted_until_late_orders_are_in(session, test):
    assert is_due(test, NOON)
    end_test(test, TODAY)
    assert is_due(test, NOON)
    test.counted_at = NOON
    assert is_due(test, NOON + 20 * DAY)
    assert not is_due(test, NOON + KEEP_COUNTING + 10 * DAY)


def test_ending_never_makes_a_test_longer(test):
    end_test(test, TODAY - DAY)
    assert test.ends_on == TODAY
    end_test(test, date(2030, 1, 1))
    assert test.ends_on == TODAY


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"contents": ["tin"]}, "too_few_arms", "contents"),
        ({"contents": ["tin", " TIN"]}, "value_known", "contents"),
        ({"contents": list("abcdefg")}, "too_many", "contents"),
        ({"name": " "}, "value_missing", "name"),
        ({"ends_on": TODAY - DAY}, "period_ends_early", "ends_on"),
        ({"window_days": 0}, "out_of_range", "window_days"),
        ({"baseline_ppm": 0}, "out_of_range", "baseline_ppm"),
        ({"baseline_ppm": 900_000}, "out_of_range", "uplift_ppm"),
        ({"baseline_ppm": 1, "uplift_ppm": 1}, "out_of_range", "uplift_ppm"),
        ({"campaign_id": 0}, "not_found", "campaign"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(session, workspace, campaign, changes, code, field):
    with pytest.raises(RefusedError) as refused:
        create_test(session, workspace, **{"campaign_id": campaign.id, **PLAN, **changes})
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_test_is_forgotten_with_its_arms(session, workspace, test):
    delete_test(session, WorkspaceFactory(), test.id)
    assert session.query(LinkTestArm).count() == 2
    delete_test(session, workspace, test.id)
    delete_test(session, workspace, test.id)
    assert session.query(LinkTestArm).count() == 0
