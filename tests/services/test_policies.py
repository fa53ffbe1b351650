import pytest
from sqlalchemy import func, select

from tests.factories import OrderFactory, ShopFactory, WorkspaceFactory
from tracker.domain.policy import Policy
from tracker.models import Policy as PolicyRow
from tracker.services import dirty
from tracker.services.claims import count_dirty
from tracker.services.policies import (
    apply_policy,
    content_of,
    current_policy,
    ensure_policy,
    save_policy,
)


def test_a_workspace_gets_the_default_policy_once(session, workspace):
    made = ensure_policy(session, workspace)
    assert ensure_policy(session, workspace) is made
    assert current_policy(session, workspace) == (made.id, Policy())


def test_equal_content_is_one_row(session, workspace):
    rows = [save_policy(session, workspace, Policy(lookback_days=n)) for n in (7, 7, 8)]
    assert rows[0].id == rows[1].id != rows[2].id
    assert content_of(rows[2]) == Policy(lookback_days=8)
    assert session.scalar(select(func.count()).select_from(PolicyRow)) == 2


def test_applying_a_policy_makes_all_order_days_dirty(session, shop, workspace):
    ensure_policy(session, workspace)
    OrderFactory(shop=shop)
    OrderFactory(shop=ShopFactory())
    other = save_policy(session, workspace, Policy(lookback_days=7))
    apply_policy(session, workspace, other)
    assert current_policy(session, workspace)[0] == other.id
    assert count_dirty(session, dirty.CREDIT) == 1


def test_a_policy_belongs_to_its_workspace(session, workspace):
    foreign = save_policy(session, WorkspaceFactory(), Policy())
    with pytest.raises(ValueError, match="belongs"):
        apply_policy(session, workspace, foreign)


def test_a_workspace_without_a_policy_says_so(session, workspace):
    with pytest.raises(LookupError, match="no policy"):
        current_policy(session, workspace)
