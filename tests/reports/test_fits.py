"""What a report under a fitted model says about its fits."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tests.reports.world import World
from tracker.domain.policy import Model
from tracker.models import CreditDayChannel, Fit
from tracker.reports.context import read_context
from tracker.reports.fits import FitQuality, read_fit_quality

WEEKS = [date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9)]


def credit(world: World, day: date, orders_micro: int = 1_000_000) -> None:
    world.session.add(
        CreditDayChannel(
            policy_id=world.state().policy_id, model_code=7, shop_id=world.own.id, booked_on=day,
            channel_code=1, kind_code=1, customer_kind=0, orders_micro=orders_micro,
            net_revenue_minor=1, refund_minor=0, refunded_orders_micro=0, goods_cost_minor=0,
            orders_without_goods_cost_micro=0,
        )
    )  # fmt: skip


def fit(
    world: World, week: date, gap: float = 0.0, outcome: str = "fitted", version: int = 1,
    model: str = "markov",
) -> None:  # fmt: skip
    world.session.add(
        Fit(
            policy_id=world.state().policy_id, week_start=week, model=model, version=version,
            window_from=week, window_until=week, outcome=outcome, n_converting=1, n_null=0,
            gap=gap, factors={}, document={}, made_at=datetime(2026, 11, 20, tzinfo=UTC),
        )
    )  # fmt: skip


def quality(world: World, model: Model = Model.markov) -> FitQuality:
    world.session.flush()
    state = world.state(model=model, start=date(2026, 10, 28), end=date(2026, 11, 15))
    return read_fit_quality(world.session, state)


def test_weeks_with_orders_and_without_a_fit_are_counted(world: World):
    for week in WEEKS:
        credit(world, week.replace(day=week.day + 3))
    assert quality(world) == FitQuality(3, None)
    fit(world, WEEKS[0], gap=0.5)
    fit(world, WEEKS[0], gap=0.25, version=2)
    fit(world, WEEKS[1], outcome="not_enough")
    fit(world, WEEKS[2], model="shapley")
    assert quality(world) == FitQuality(2, 0.25)


def test_weeks_without_orders_are_not_missed(world: World):
    credit(world, WEEKS[1], orders_micro=0)  # a refund
    fit(world, WEEKS[2], gap=0.1)
    assert quality(world) == FitQuality(0, None)


@pytest.mark.parametrize("model", [Model.linear, Model.last_non_direct])
def test_models_without_fits_have_nothing_to_say_and_ask_nothing(
    world: World, model: Model, queries: list[str]
):
    world.session.flush()
    queries.clear()
    assert quality(world, model) == FitQuality(0, None)
    assert queries == []


def test_every_report_says_it(world: World):
    credit(world, WEEKS[2])
    credit(world, WEEKS[1])
    fit(world, WEEKS[2], gap=0.03)
    world.session.flush()
    state = world.state(model=Model.markov, start=WEEKS[1], end=date(2026, 11, 12))
    context = read_context(world.session, state)
    assert (context.unfitted_weeks, context.fit_gap) == (1, 0.03)
