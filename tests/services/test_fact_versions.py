from __future__ import annotations

from datetime import date

import pytest

from tests import factories
from tracker.models import FactVersion
from tracker.reports.versions import read_versions
from tracker.services.cost_facts import refresh_cost_day
from tracker.services.fact_versions import (
    SCOPES,
    raise_version,
    raise_versions_of_shops,
)
from tracker.services.promotions import create_promotion, delete_promotion
from tracker.services.traffic_facts import refresh_traffic_day

DAY = date(2026, 11, 11)


@pytest.mark.parametrize("scope", SCOPES)
def test_every_change_gives_a_version_that_was_never_there(session, workspace, scope):
    seen = [dict(read_versions(session, workspace.id)).get(scope, 0)]
    for _ in range(5):
        raise_version(session, workspace.id, scope)
        seen.append(dict(read_versions(session, workspace.id))[scope])
    assert seen == sorted(set(seen))


def test_a_clock_that_goes_back_takes_no_version_back(session, workspace):
    far = 1 << 60
    session.add(FactVersion(workspace_id=workspace.id, scope="cost", version=far))
    session.flush()
    raise_version(session, workspace.id, "cost")
    assert read_versions(session, workspace.id) == (("cost", far + 1),)


def test_a_change_concerns_its_own_workspace_and_scope(session, workspace, shop):
    other = factories.ShopFactory()
    raise_versions_of_shops(session, [shop.id, shop.id], "credit")
    assert [scope for scope, _ in read_versions(session, workspace.id)] == ["credit"]
    assert read_versions(session, other.workspace_id) == ()


def test_whoever_writes_facts_raises_the_version(session, workspace, shop):
    def raised(scope: str, write) -> bool:
        before = dict(read_versions(session, workspace.id)).get(scope, 0)
        write()
        return dict(read_versions(session, workspace.id)).get(scope, 0) > before

    assert raised("traffic", lambda: refresh_traffic_day(session, shop, DAY))
    assert raised("cost", lambda: refresh_cost_day(session, workspace, DAY))
    made = []

    def enter() -> None:
        made.append(
            create_promotion(
                session, workspace, festival="618", name="618", starts_on=DAY, ends_on=DAY
            )
        )

    assert raised("promotion", enter)
    assert raised("promotion", lambda: delete_promotion(session, workspace, made[0].id))
