from __future__ import annotations

import pytest

from tests.reports.world import World, singles_day
from tracker.reports.overview import overview


def test_kinds_stand_side_by_side_with_exact_figures(world: World):
    singles_day(world)
    page = overview(world.session, world.state())
    assert page.natural.figures.visits == 150
    assert page.natural.figures.net_revenue_minor == 26_000
    assert page.paid.figures.cost_minor == 50_000
    assert page.paid.figures.roas == 1.2
    assert page.kol.figures.cost_minor == 24_500
    assert page.kol.figures.orders_micro == 4_000_000
    assert page.kol.figures.new_customer_share == pytest.approx(2 / 3)
    assert page.total.figures.visits == 297
