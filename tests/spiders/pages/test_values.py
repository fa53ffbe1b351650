# ruff: noqa: E501 -- tables are read by rows
from decimal import Decimal

import pytest

from spiders.pages.values import availability_of, count_of, price_of, rating_of


@pytest.mark.parametrize(("value", "currency", "price"), [
    ("1299.00", None, "1299.00"), ("1299", None, "1299"), (Decimal("5.5"), None, "5.5"), (" 5 ", None, "5"), ("3.350", "EUR", "3.350"),
    ("3.350", "KWD", "3.350"), ("24.990", "CLP", "24990"), ("0.990", "CLP", "0.990"), ("1.299,00", "EUR", "1299.00"), ("$1,299", None, "1299"),
    ("from $5", None, "5"), ("5-9 €", None, "5"),
])  # fmt: skip
def test_prices_of_machines_and_of_people_are_told_apart(value, currency, price):
    assert price_of(value, currency)[0] == Decimal(price)


@pytest.mark.parametrize("value", [None, "", "0", "0.00", 0, Decimal(-1), "-5", "free", "call us", True, ["5"], {"a": 1}, "2 for $5", "N/A"])  # fmt: skip
def test_zero_and_what_is_unclear_are_no_price(value):
    assert price_of(value) is None


def test_a_price_brings_the_currency_that_it_is_written_with():
    assert price_of("5 €") == (Decimal(5), "EUR")
    assert price_of("$5", "CAD") == (Decimal(5), "CAD")
    assert price_of("$5") == (Decimal(5), None)


@pytest.mark.parametrize(("value", "state"), [
    ("InStock", "in_stock"), ("http://schema.org/InStock", "in_stock"), ("https://schema.org/OutOfStock/", "out_of_stock"), ("in stock", "in_stock"),
    ("instock", "in_stock"), ("oos", "out_of_stock"), ("SoldOut", "out_of_stock"), ("PreOrder", "pre_order"), ("PreSale", "pre_order"), ("BackOrder", "back_order"),
    ("onbackorder", "back_order"), ("LimitedAvailability", "limited"), ("Discontinued", "discontinued"), ("InStoreOnly", "in_store_only"), ("out of stock", "out_of_stock"),
    ("schema:InStock", "in_stock"), ("缺货", "out_of_stock"), (True, "in_stock"), (False, "out_of_stock"), ("whatever", None), (None, None), (Decimal(1), None),
])  # fmt: skip
def test_availability_has_one_vocabulary_and_unknown_words_are_unknown(value, state):
    assert availability_of(value) == state


@pytest.mark.parametrize(("value", "best", "rating"), [
    ("4.5", "5", ("4.5", "5")), ("4,5", None, ("4.5", "5")), (Decimal("8.7"), 10, ("8.7", "10")), ("4.5/5", None, ("4.5", "5")), ("4.5 out of 5", None, ("4.5", "5")),
    ("87", "100", ("87", "100")), ("8.7", None, ("8.7", None)), ("6", "5", None), ("0", "5", None), ("", "", None), ("good", "5", None), ("-4", "5", None),
])  # fmt: skip
def test_a_rating_is_on_its_own_scale(value, best, rating):
    found = rating_of(value, best)
    if rating is None:
        assert found is None
    else:
        assert found == (Decimal(rating[0]), None if rating[1] is None else Decimal(rating[1]))


@pytest.mark.parametrize(
    ("value", "count"), [(Decimal(12), 12), ("12", 12), ("1,234", 1234), ("1.2万", 12000), (0, 0)]
)
def test_counts_are_read_as_people_write_them(value, count):
    assert count_of(value).value == count


@pytest.mark.parametrize("value", [None, True, -1, Decimal("1.5"), "", "4.5", "many", "$5", [], {}])
def test_what_is_no_count_is_none(value):
    assert count_of(value) is None
