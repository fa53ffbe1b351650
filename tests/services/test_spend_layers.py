from itertools import permutations

import pytest
from sqlalchemy import func, select, update

from tests.factories import TODAY
from tracker.domain.platform_records import PlatformFigureRecord
from tracker.domain.records import SpendRecord
from tracker.models import PlatformFigure, Spend
from tracker.services.cost_facts import day_costs
from tracker.services.platform_figures import load_platform_figures
from tracker.services.spend import load_spend


def spend(ref, amount, layer, **changes):
    values = {
        "platform": "万相台",
        "spent_on": TODAY,
        "channel": "paid_shopping",
        "currency": "CNY",
        "amount_minor": amount,
        "campaign_ref": ref,
        "layer": layer,
    }
    return SpendRecord(**{**values, **changes})


PLANS = (spend("1", 6_000, "campaign"), spend("2", 4_000, "campaign"))
ITEMS = (spend("", 10_000, "item"),)
ACCOUNT = (spend("", 10_000, "account"),)


def counted(session):
    return session.scalar(select(func.sum(Spend.amount_minor)).where(Spend.is_detail.is_(False)))


@pytest.mark.parametrize("files", list(permutations((PLANS, ITEMS, ACCOUNT))))
def test_money_counts_once_in_whatever_order_its_reports_come(session, workspace, files):
    for records in files:
        load_spend(session, workspace, records)
    assert counted(session) == 10_000
    assert session.scalar(select(func.count()).select_from(Spend)) == 4
    costs = day_costs(session, workspace, TODAY)
    assert sum(one.spend_minor for one in costs.values()) == 10_000
    kept = session.scalars(select(Spend.campaign_ref).where(Spend.is_detail.is_(False)))
    assert sorted(kept) == ["1", "2"]


def test_report_that_is_kept_as_detail_is_told(session, workspace):
    assert load_spend(session, workspace, PLANS).notices == ()
    later = load_spend(session, workspace, ITEMS)
    assert later.notices == (("spend_detail", f"万相台 {TODAY}"),)
    assert later.loaded == 1


def test_more_complete_report_counts_from_the_day_it_is_more_complete(session, workspace):
    load_spend(session, workspace, PLANS)
    load_spend(session, workspace, [spend("", 12_000, "account")])
    assert counted(session) == 12_000
    load_spend(session, workspace, [*PLANS, spend("3", 2_000, "campaign")])
    assert counted(session) == 12_000
    assert session.scalars(select(Spend.layer).where(Spend.is_detail)).all() == ["account"]


def test_figures_of_a_platform_count_with_the_spend_they_came_with(session, workspace):
    def figure(layer, subject):
        return PlatformFigureRecord(
            "万相台", "alimama_wanxiangtai", subject, TODAY, TODAY, "CNY", layer=layer,
            gmv_minor=50_000,
        )  # fmt: skip

    load_spend(session, workspace, ITEMS)
    load_platform_figures(session, workspace, [figure("item", "account")])
    load_spend(session, workspace, PLANS)
    load_platform_figures(session, workspace, [figure("campaign", "campaign")])
    session.expire_all()
    counts = session.scalars(
        select(PlatformFigure.layer).where(PlatformFigure.is_detail.is_(False))
    )
    assert counts.all() == ["campaign"]


def test_figures_that_come_after_their_spend_are_detail_like_it(session, workspace):
    for records in (PLANS, ITEMS):
        load_spend(session, workspace, records)
    late = PlatformFigureRecord(
        "万相台", "alimama_wanxiangtai", "account", TODAY, TODAY, "CNY", layer="item", gmv_minor=5
    )
    load_platform_figures(session, workspace, [late])
    session.expire_all()
    assert session.scalars(select(PlatformFigure.is_detail)).all() == [True]


def test_amount_that_changes_may_change_what_counts(session, workspace):
    load_spend(session, workspace, [*PLANS, *ACCOUNT])
    load_spend(session, workspace, [spend("2", 40, "campaign")])
    assert counted(session) == 10_000
    assert session.scalars(select(Spend.layer).where(~Spend.is_detail)).all() == ["account"]
    session.execute(update(Spend).values(is_detail=False))
    load_spend(session, workspace, ACCOUNT)
    assert counted(session) == 10_000  # a file that says nothing new settles its days too
