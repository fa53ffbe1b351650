import inspect

import pytest
from sqlalchemy import inspect as inspect_row

from tests import factories

ALL = [
    made
    for name, made in inspect.getmembers(factories, inspect.isclass)
    if name.endswith("Factory") and made.__module__ == factories.__name__ and name != "_Factory"
]


@pytest.mark.parametrize("made", ALL, ids=lambda made: made.__name__)
def test_a_factory_makes_a_row_that_the_database_takes(session, made):
    row = made()
    session.expire_all()
    assert inspect_row(row).persistent


def test_a_coupon_is_given_to_an_influencer_by_name(session):
    coupon = factories.CouponFactory(influencer__name="Li Na")
    owner = session.get_one(factories.models.Influencer, coupon.ownerships[0].influencer_id)
    assert owner.name == "Li Na"


def test_a_factory_without_a_session_says_what_to_do():
    with pytest.raises(LookupError, match="ask for the fixture"):
        factories.WorkspaceFactory()


def test_the_smallest_world_is_one_shop_of_one_workspace(shop, workspace):
    assert shop.workspace_id == workspace.id
