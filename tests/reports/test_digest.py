"""What a mailed report says of the figures that its page shows."""

from __future__ import annotations

import pytest

from tests.reports.world import World, singles_day
from tracker.domain.channels import Channel, Kind
from tracker.reports.digest import TABLES, Digest, digest_lines, read_digest, read_tables


def digest_of(world: World) -> Digest:
    state = world.state()
    tables = read_tables(world.session, state, TABLES)
    return read_digest(world.session, world.workspace, "Week", state, tables)


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_natural_traffic_has_no_roi_though_messages_cost_something(world: World, locale: str):
    singles_day(world)
    world.add_cost(Channel.SMS, Kind.NATURAL, spend_minor=700)
    lines = list(digest_lines(digest_of(world), locale))
    natural, paid = (
        next(line for line in lines if line.startswith(name))
        for name in ({"en": ("Natural", "Paid"), "zh_CN": ("自然", "付费")}[locale])
    )
    assert "ROI" not in natural
    assert "7" in natural  # the cost itself is said
    assert "ROI" in paid
    assert "20%" in paid
