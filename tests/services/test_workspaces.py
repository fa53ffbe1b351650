from datetime import timedelta

import pytest

from tests import factories
from tracker.models import Policy
from tracker.services.errors import RefusedError
from tracker.services.workspaces import (
    NotFoundError,
    create_shop,
    create_workspace,
    get_shop,
    get_workspace,
    set_product_prefixes,
)


def test_workspace_comes_with_a_policy_and_is_the_only_one(session):
    with pytest.raises(NotFoundError, match="tracker workspace add"):
        get_workspace(session)
    made = create_workspace(session, slug=" Brand ", base_currency="USD")
    assert session.get_one(Policy, made.policy_id).workspace_id == made.id
    assert get_workspace(session) is made
    create_workspace(session, slug="other")
    with pytest.raises(NotFoundError, match="brand, other"):
        get_workspace(session)
    assert get_workspace(session, "brand") is made


def test_shop_takes_currency_and_zone_of_the_workspace(session, workspace):
    shop = create_shop(
        session, workspace, slug="main", hostnames="https://Shop.Example:443/a, www.shop.example"
    )
    assert (shop.currency, shop.time_zone) == ("CNY", "Asia/Shanghai")
    assert shop.hostnames == "shop.example www.shop.example"
    assert len(shop.site_key) == 24
    assert get_shop(session, workspace) is shop
    with pytest.raises(NotFoundError, match="known: main"):
        get_shop(session, workspace, "else")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"slug": "a b"}, "bad_slug"),
        ({"slug": "taken"}, "slug_taken"),
        ({"platform": "ebay"}, "unknown_platform"),
        ({"currency": "BTC"}, "unknown_currency"),
        ({"time_zone": "Asia/Beijing"}, "unknown_time_zone"),
        ({"time_zone": "../etc/passwd"}, "unknown_time_zone"),
        ({"hostnames": "http://"}, "bad_hostname"),
    ],
)
def test_wrong_shops_are_refused(session, workspace, given, code):
    create_shop(session, workspace, slug="taken")
    with pytest.raises(RefusedError, match=code):
        create_shop(session, workspace, **{"slug": "new", **given})


@pytest.mark.parametrize(
    "given", [{"slug": "taken"}, {"slug": ""}, {"base_currency": "X"}, {"time_zone": "Mars"}]
)
def test_wrong_workspaces_are_refused(session, given):
    create_workspace(session, slug="taken")
    with pytest.raises(RefusedError):
        create_workspace(session, **{"slug": "new", **given})


def test_a_shop_that_says_what_its_products_are_has_its_recent_visits_read_anew(session, shop):
    visitors = {}
    for age in (1, 89, 91):
        visitors[age] = factories.VisitorFactory(shop=shop)
        factories.VisitFactory(
            visitor=visitors[age], mark=factories.MarkFactory(workspace=shop.workspace),
            started_at=factories.NOON - timedelta(days=age),
        )  # fmt: skip
    assert set_product_prefixes(session, shop, " tea/ ", factories.NOON)
    assert shop.product_prefixes == "/tea/"
    for age, visitor in visitors.items():
        session.refresh(visitor)
        assert (visitor.pending_since == factories.NOON) is (age < 90)
    assert not set_product_prefixes(session, shop, "/tea/", factories.NOON)
