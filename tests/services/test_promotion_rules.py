from datetime import timedelta

import pytest

from tests.factories import TODAY
from tracker.models import PromotionRule
from tracker.services.errors import RefusedError
from tracker.services.promotion_rules import add_rule, delete_rule, update_promotion
from tracker.services.promotions import create_promotion, delete_promotion

LAST = TODAY + timedelta(days=3)


@pytest.fixture
def promotion(session, workspace):
    return create_promotion(
        session, workspace, festival="double11", name="双11", starts_on=TODAY, ends_on=LAST
    )


def refused(call, **values):
    with pytest.raises(RefusedError) as error:
        call(**values)
    return error.value.code, error.value.field


def test_an_offer_holds_on_the_days_of_its_promotion_unless_it_says_others(session, promotion):
    rule = add_rule(
        session, promotion, kind="full_reduction", threshold_minor=30_000, off_minor=5_000
    )
    assert (rule.starts_on, rule.ends_on) == (TODAY, LAST)
    before = TODAY - timedelta(days=14)
    presale = add_rule(session, promotion, kind="presale", deposit_minor=1_000, starts_on=before)
    assert presale.starts_on == before
    delete_rule(session, promotion, rule.id)
    delete_rule(session, promotion, rule.id)
    assert session.get(PromotionRule, rule.id) is None


def test_offers_that_make_no_sense_are_refused(session, promotion):
    def add(**values):
        add_rule(session, promotion, **{"kind": "coupon", "off_minor": 5, **values})

    assert refused(add, kind="gift") == ("unknown_value", "kind")
    assert refused(add, off_minor=-1) == ("negative_amount", "off_minor")
    assert refused(add, off_ppm=1_000_001) == ("out_of_range", "off_ppm")
    assert refused(add, off_minor=None, note=" ") == ("value_missing", "off_minor")
    assert refused(add, ends_on=TODAY - timedelta(days=1)) == ("period_ends_early", "ends_on")


def test_a_promotion_is_changed_and_takes_its_offers_along(session, workspace, promotion):
    create_promotion(
        session, workspace, festival="double11", name="2025",
        starts_on=TODAY - timedelta(days=365), ends_on=LAST - timedelta(days=365),
    )  # fmt: skip
    rule = add_rule(session, promotion, kind="coupon", off_ppm=100_000)
    given = {"name": "D11", "starts_on": TODAY, "ends_on": TODAY}

    def change(**values):
        update_promotion(session, workspace, promotion, **{**given, **values})

    change(budget_minor=7)
    assert (promotion.name, promotion.ends_on, promotion.budget_minor) == ("D11", TODAY, 7)
    assert refused(change, starts_on=TODAY - timedelta(days=365)) == ("out_of_range", "ends_on")
    twin = {"starts_on": TODAY - timedelta(days=365), "ends_on": TODAY - timedelta(days=300)}
    assert refused(change, **twin) == ("promotion_known", "starts_on")
    assert refused(change, budget_minor=-1) == ("negative_amount", "budget_minor")
    rule_id = rule.id
    delete_promotion(session, workspace, promotion.id)
    session.expire_all()
    assert session.get(PromotionRule, rule_id) is None
