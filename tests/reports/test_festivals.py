from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.factories import NOON, TODAY, WorkspaceFactory
from tests.reports.world import END, START, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.models import Promotion, PromotionRule
from tracker.reports.festivals import (
    all_promotions,
    festival_days,
    festival_report,
    festival_rows,
    festival_state,
    newest_promotion,
)
from tracker.reports.figures import total
from tracker.reports.state import ReportState

LAST_YEAR = date(2025, 11, 10)


@pytest.fixture
def ids(world: World) -> dict[str, int]:
    """双11 of three days; last year's had two, a day later in the month."""
    found = singles_day(world)
    world.add_promotion("double11", START, END)
    world.add_promotion("double11", LAST_YEAR, LAST_YEAR + timedelta(days=1))
    world.add_promotion("618", date(2026, 6, 15), date(2026, 6, 18))
    kol = {"influencer_id": found["lin"], "evidence": "link"}
    world.add_credit(Channel.KOL, Kind.KOL, LAST_YEAR, orders=1, net_revenue_minor=50_000, **kol)
    world.add_credit(Channel.DIRECT, Kind.NATURAL, LAST_YEAR + timedelta(days=1), orders=1,
                     net_revenue_minor=10_000)  # fmt: skip
    world.add_credit(Channel.DIRECT, Kind.NATURAL, LAST_YEAR + timedelta(days=2), orders=1,
                     net_revenue_minor=700)  # fmt: skip
    return found


def test_days_stand_beside_the_same_days_of_the_festival(world: World, ids: dict[str, int]):
    rows = festival_days(world.session, world.state())
    assert [(row.number, row.day, row.before_day) for row in rows] == [
        (1, START, LAST_YEAR),
        (2, START + timedelta(days=1), LAST_YEAR + timedelta(days=1)),
        (3, END, LAST_YEAR + timedelta(days=2)),
    ]
    assert [row.is_over for row in rows] == [False, False, True]
    assert [row.before.net_revenue_minor for row in rows if row.before] == [50_000, 10_000, 700]
    assert sum(row.figures.net_revenue_minor for row in rows) == 176_000


def test_kinds_and_channels_and_influencers_add_up_to_both_editions(
    world: World, ids: dict[str, int]
):
    report = festival_report(world.session, world.state())
    assert report.promotion is not None
    assert report.before is not None
    assert report.before.starts_on == LAST_YEAR
    for rows in (report.kinds, report.channels, report.influencers, report.days):
        assert total(row.figures for row in rows) == report.total.figures
        assert total(row.before for row in rows if row.before) == report.total.before
    lin = next(row for row in report.influencers if row.influencer_id == ids["lin"])
    assert (lin.figures.net_revenue_minor, lin.before and lin.before.net_revenue_minor) == (
        65_000, 50_000,
    )  # fmt: skip
    assert lin.change().share == pytest.approx(0.3)
    assert report.influencers[-1].influencer_id == 0
    assert len(festival_rows(world.session, world.state())) == sum(
        map(len, (report.kinds, report.channels, report.influencers))
    )


def test_a_festival_without_an_earlier_one_is_compared_with_nothing(world: World):
    singles_day(world)
    world.add_promotion("double11", START, END)
    world.add_promotion("618", date(2025, 6, 15), date(2025, 6, 18))
    report = festival_report(world.session, world.state())
    assert report.before is None
    assert {row.before for row in report.days} == {None}
    assert festival_report(world.session, world.state(end=START, start=date(2026, 1, 1))).promotion


def test_a_period_without_festival_has_none(world: World):
    assert festival_report(world.session, world.state()).promotion is None


def test_offers_of_both_editions_are_told(world: World, ids: dict[str, int]):
    for row in world.session.scalars(select(Promotion).where(Promotion.festival == "double11")):
        world.session.add(
            PromotionRule(
                promotion_id=row.id, kind="coupon", starts_on=row.starts_on, ends_on=row.ends_on,
                off_minor=row.starts_on.year, note="",
            )
        )  # fmt: skip
    world.session.flush()
    report = festival_report(world.session, world.state())
    assert [rule.off_minor for rule in report.rules] == [2026]
    assert [rule.off_minor for rule in report.rules_before] == [2025]


def test_the_address_of_an_edition_leads_back_to_it(world: World, ids: dict[str, int]):
    newest, *_, oldest = all_promotions(world.session, world.workspace.id)
    state = festival_state(world.state(), oldest)
    again = ReportState.from_args(state.to_args(), world.workspace, state.today)
    assert again.period == state.period
    assert festival_report(world.session, again).promotion is oldest
    assert newest_promotion([newest, oldest], TODAY) is newest
    assert newest_promotion([newest, oldest], date(2020, 1, 1)) is oldest
    assert newest_promotion([], TODAY) is None


def test_promotions_of_others_are_not_there(world: World, ids: dict[str, int]):
    other = WorkspaceFactory()
    world.session.add(
        Promotion(
            workspace_id=other.id, festival="double11", name="theirs", starts_on=START,
            ends_on=END, created_at=NOON,
        )
    )  # fmt: skip
    world.session.flush()
    names = [row.name for row in all_promotions(world.session, world.workspace.id)]
    assert "theirs" not in names
    assert len(names) == 3
