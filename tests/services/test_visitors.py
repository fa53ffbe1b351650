from sqlalchemy import func, select

from tests.factories import ShopFactory
from tracker.models import Visitor
from tracker.services.visitors import visitor_ids


def test_visitor_of_a_key_is_made_once_a_shop(session, shop):
    first = visitor_ids(session, shop.id, ["f:1", "f:2", "f:1"])
    assert visitor_ids(session, shop.id, ["f:1"]) == {"f:1": first["f:1"]}
    other = visitor_ids(session, ShopFactory().id, ["f:1"])
    assert other["f:1"] != first["f:1"]
    assert session.scalar(select(func.count()).select_from(Visitor)) == 3
    assert visitor_ids(session, shop.id, []) == {}
