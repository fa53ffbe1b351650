"""The shift between two policies: per channel and influencer, with equal totals."""

from datetime import date

from tests.factories import InfluencerFactory, ShopFactory
from tracker.domain.channels import Channel, Kind
from tracker.domain.policy import Model
from tracker.models import CreditDay
from tracker.reports.policy_shift import policy_shift

DAY = date(2026, 11, 11)


def credit(session, policy_id, shop, channel, influencer_id, net, *, day=DAY, model_code=3):
    session.add(
        CreditDay(
            policy_id=policy_id, shop_id=shop.id, ordered_on=day, model_code=model_code,
            booked_on=day, channel_code=channel.code if channel else 0,
            kind_code=Kind.KOL.code if channel is Channel.KOL else 0, campaign_id=0,
            influencer_id=influencer_id, evidence=0, customer_kind=0, orders_micro=0,
            net_revenue_minor=net, refund_minor=0, refunded_orders_micro=0, goods_cost_minor=0,
            orders_without_goods_cost_micro=0,
        )
    )  # fmt: skip


def shift_of(session, shop):
    session.flush()
    return policy_shift(
        session, shop.workspace_id, before=1, after=2, first=DAY, last=DAY,
        model=Model.last_non_direct,
    )  # fmt: skip


def test_what_one_gains_another_loses(session, shop):
    lin = InfluencerFactory(workspace=shop.workspace, name="Lin")
    credit(session, 1, shop, Channel.KOL, lin.id, 900)
    credit(session, 1, shop, None, 0, 100)
    credit(session, 2, shop, Channel.KOL, lin.id, 400)
    credit(session, 2, shop, Channel.EMAIL, 0, 500)
    credit(session, 2, shop, None, 0, 100)
    shift = shift_of(session, shop)
    channels = {row.channel: (row.before_minor, row.after_minor) for row in shift.channels}
    assert channels == {Channel.KOL: (900, 400), Channel.EMAIL: (0, 500), None: (100, 100)}
    people = {row.name: row.difference_minor for row in shift.influencers}
    assert people == {"Lin": -500, "": 500}
    assert shift.is_of_one_state
    assert (shift.total.before_minor, shift.moved_minor) == (1000, 500)
    assert shift.channels[-1].channel is None


def test_other_days_models_policies_and_brands_do_not_count(session, shop):
    credit(session, 1, shop, Channel.KOL, 0, 7)
    credit(session, 2, shop, Channel.KOL, 0, 7)
    credit(session, 2, shop, Channel.KOL, 0, 50, model_code=1)
    credit(session, 2, shop, Channel.KOL, 0, 50, day=date(2026, 11, 12))
    credit(session, 3, shop, Channel.KOL, 0, 50)
    credit(session, 2, ShopFactory(), Channel.KOL, 0, 50)
    assert shift_of(session, shop).total.after_minor == 7


def test_totals_that_differ_are_told(session, shop):
    credit(session, 1, shop, Channel.KOL, 0, 7)
    assert not shift_of(session, shop).is_of_one_state
    assert policy_shift(
        session, shop.workspace_id, before=8, after=9, first=DAY, last=DAY, model=Model.first
    ).is_of_one_state
