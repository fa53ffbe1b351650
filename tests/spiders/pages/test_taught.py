# ruff: noqa: E501 -- tables are read by rows
from decimal import Decimal

import pytest

from spiders.pages.markup import parse_tree
from spiders.pages.taught import SelectorError, check_selectors, read_taught, select

TREE = parse_tree(
    '<h1>Mug</h1><b class="now" data-p="59.9">¥ 59.90</b><b class="old">¥99</b><i>12 reviews</i><u>4.5/5</u>'
)


def test_fields_are_read_with_their_own_readers():
    facts = read_taught(
        TREE, {"price": ".now", "list_price": ".old", "review_count": "i", "rating": "u"}
    )
    assert (facts.price, facts.list_price, facts.currency) == (Decimal("59.90"), Decimal(99), "CNY")
    assert (facts.review_count, facts.rating, facts.rating_best) == (12, Decimal("4.5"), Decimal(5))


def test_attributes_and_texts_can_be_selected():
    assert select(TREE, "price", ".now::attr(data-p)") == ["59.9"]
    assert select(TREE, "title", "h1::text") == ["Mug"]


def test_a_selector_that_finds_nothing_leaves_the_field_unknown():
    assert read_taught(TREE, {"price": ".gone"}).price is None


@pytest.mark.parametrize(("selectors", "code"), [
    ({"price": "..x"}, "not_css"), ({"price": ""}, "not_css"), ({"price": "a:frobnicate"}, "not_css"), ({"price": "a::frobnicate"}, "not_css"),
    ({"colour": "a"}, "unknown_field"), ({"price": "a" * 501}, "too_long"), ({"price": ":not(" * 50}, "not_css"),
])  # fmt: skip
def test_a_selector_that_cannot_be_used_is_refused_with_a_code(selectors, code):
    with pytest.raises(SelectorError) as error:
        check_selectors(selectors)
    assert error.value.code == code
