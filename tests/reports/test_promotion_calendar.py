from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from tests.reports.world import END, START, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.models import Promotion
from tracker.reports.promotion_calendar import calendar_rows, promotion_calendar


def test_each_promotion_has_the_figures_of_its_days(world: World):
    singles_day(world)
    world.add_promotion("618", date(2026, 6, 15), date(2026, 6, 18))
    world.add_promotion("double11", START, END)
    world.add_promotion("double11", date(2025, 11, 10), date(2025, 11, 11))
    world.add_credit(Channel.DIRECT, Kind.NATURAL, date(2025, 11, 11), orders=1,
                     net_revenue_minor=88_000)  # fmt: skip
    festival = world.session.scalars(select(Promotion).where(Promotion.starts_on == START)).one()
    festival.budget_minor = 149_000

    calendar = promotion_calendar(world.session, world.state())

    assert (calendar.year, calendar.years) == (2026, (2026, 2025))
    assert [row.promotion.festival for row in calendar.rows] == ["618", "double11"]
    summer, singles = calendar.rows
    assert (summer.figures.net_revenue_minor, summer.before) == (0, None)
    assert singles.figures.net_revenue_minor == 176_000
    assert singles.before is not None
    assert singles.before.net_revenue_minor == 88_000
    assert singles.change().share == 1.0
    assert singles.budget_share == 0.5
    assert (singles.n_days, singles.days_over) == (3, 3)
    assert [r.promotion.starts_on.year for r in calendar_rows(
        world.session, world.state(start=date(2025, 1, 1), end=date(2025, 12, 31)))
    ] == [2025]  # fmt: skip


def test_another_year_is_shown_when_it_is_asked_for_and_exists(world: World):
    world.add_promotion("618", date(2024, 6, 15), date(2024, 6, 18))
    world.add_promotion("spring_festival", date(2024, 12, 30), date(2025, 1, 2))
    session, state = world.session, world.state()
    assert promotion_calendar(session, state).year == 2025
    assert [r.promotion.festival for r in promotion_calendar(session, state, 2024).rows] == [
        "618", "spring_festival",
    ]  # fmt: skip
    assert promotion_calendar(session, state, 1999).year == 2025


def test_an_empty_calendar_is_empty(world: World):
    assert promotion_calendar(world.session, world.state()).rows == ()


def test_a_promotion_to_come_has_no_day_over(world: World):
    tomorrow = world.state().today + timedelta(days=1)
    world.add_promotion("double12", tomorrow, tomorrow)
    [row] = promotion_calendar(world.session, world.state()).rows
    assert row.days_over == 0
