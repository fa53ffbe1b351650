import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.factories import ShopFactory
from tests.services.records import SECRET
from tracker.domain.records import Buyer
from tracker.models import Customer
from tracker.services.customers import buyer_scope, customer_ids, customer_key


def key(scope="taobao", **told):
    return customer_key(SECRET, Buyer(**told), scope)


def test_platform_id_goes_before_phone_and_phone_before_email():
    everything = key(platform_id="7", phone="13800001234", email="a@b.cn")
    assert everything == key(platform_id="7")
    assert key(phone="13800001234", email="a@b.cn") == key(phone="13800001234")


@pytest.mark.parametrize(
    "spelling", ["+86 138-0000-1234", "0086 13800001234", "１３８００００１２３４"]
)
def test_spellings_of_one_mainland_phone_are_one_buyer(spelling):
    assert key(phone=spelling) == key(phone="13800001234")


def test_email_is_compared_without_case_and_blanks():
    assert key(email=" Lina@Example.COM ") == key(email="lina@example.com")


@pytest.mark.parametrize(
    "masked", [{"phone": "138****1234"}, {"platform_id": "t**8"}, {"email": "x"}, {"phone": "0"}]
)
def test_masked_or_meaningless_values_identify_nobody(masked):
    assert key(**masked) is None


def test_buyer_ids_of_two_own_shops_are_two_buyers_and_of_tmall_and_taobao_one(session):
    own = [buyer_scope(ShopFactory(platform="own")) for _ in range(2)]
    assert own[0] != own[1]
    both = {buyer_scope(ShopFactory(platform=name)) for name in ("tmall", "taobao")}
    assert both == {"taobao"}


def test_another_secret_gives_another_key():
    other = customer_key(b"another secret" * 3, Buyer(platform_id="7"), "taobao")
    assert other != key(platform_id="7")


@given(st.text(), st.text(), st.text())
def test_any_text_gives_a_key_or_none(platform_id, phone, email):
    made = key(platform_id=platform_id, phone=phone, email=email)
    assert made is None or len(made) == 64


def test_customers_are_made_once(session, workspace):
    first = customer_ids(session, workspace.id, ["a", "b", "a"])
    assert customer_ids(session, workspace.id, ["b", "c"])["b"] == first["b"]
    assert session.scalar(select(func.count()).select_from(Customer)) == 3
    assert customer_ids(session, workspace.id, []) == {}
