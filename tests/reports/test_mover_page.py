"""A page of contributions of thousands is the same as if all had been read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import factories
from tests.reports.world import START, World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.reports import mover_page as module
from tracker.reports.mover_page import mover_page
from tracker.reports.movers import mover_report


@pytest.mark.parametrize("page", [1, 2, 3, 9])
def test_rows_of_the_page_are_whole_and_the_sum_is_that_of_all(
    world: World, monkeypatch: pytest.MonkeyPatch, page: int
):
    singles_day(world)
    for n in range(9):
        who = factories.InfluencerFactory(workspace=world.workspace, name=f"P{n}")
        for day, net in ((START, 100 * n), (START - timedelta(days=3), 300)):
            world.add_credit(
                Channel.KOL, Kind.KOL, day, orders=1, net_revenue_minor=net,
                influencer_id=who.id, evidence="link",
            )  # fmt: skip
    state = world.state(page=page)
    whole = mover_report(world.session, state).movers
    monkeypatch.setattr(module, "MANY", 0)
    some = mover_page(world.session, state, 4).movers
    assert [row.change for row in some.rows] == [row.change for row in whole.rows]
    last = (len(whole.rows) - 1) // 4 + 1
    first = 4 * (min(page, last) - 1)
    for row in some.rows[first : first + 4]:
        assert row in whole.rows
    assert whole.whole is not None
    assert some.whole is not None
    assert some.whole.change == whole.whole.change
    for asked in ({"of": "roi"}, {"by": "influencer"}, {"sort": "-change"}, {"comparison": "none"}):
        other = world.state(**asked)
        assert mover_page(world.session, other, 4) == mover_report(world.session, other)
