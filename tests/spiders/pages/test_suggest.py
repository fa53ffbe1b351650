# ruff: noqa: E501 -- pages are one line each
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.pages.markup import parse_tree
from spiders.pages.suggest import suggest_prices
from spiders.pages.taught import read_taught


def best(body, **kwargs):
    found = suggest_prices(parse_tree(f"<html><body>{body}</body></html>"), **kwargs)
    return [(one.selector, one.price) for one in found]


PAGES = [
    ('<h1>Mug</h1><p class="product-price">¥59.90</p><p>Ships in 3 days</p>', "p.product-price", "59.90"),
    ('<div id="now"><b>12,50 €</b></div><del class="old">15,00 €</del>', "#now", "12.50"),
    ('<span class="css-1x9f3a">$19.99</span><span itemprop="price">19.99</span>', '[itemprop="price"]', "19.99"),
    ('<div class="price-box"><span>¥199</span></div><div class="shipping"><span>¥10</span></div>', "div.price-box", "199"),
    ('<s class="price">¥99</s><strong class="price now">¥79</strong>', "strong.price.now", "79"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "selector", "price"), PAGES)
def test_the_likeliest_comes_first(body, selector, price):
    assert best(body)[0] == (selector, Decimal(price))


def test_every_suggestion_can_be_taught_as_it_is():
    for body, _, price in PAGES:
        tree = parse_tree(f"<html><body>{body}</body></html>")
        first = suggest_prices(tree)[0]
        assert read_taught(tree, {"price": first.selector}).price == Decimal(price)


def test_a_selector_that_finds_more_says_so():
    body = '<p class="price">¥5</p><p class="price">¥7</p>'
    (found,) = suggest_prices(parse_tree(f"<html><body>{body}</body></html>"))
    assert found.finds == 2


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<p>Call us: 010 5555 1234</p>",
        "<p>3 reviews</p>",
        "<script>price = '¥5'</script>",
        "<p>no digits</p>",
    ],
)
def test_where_nothing_looks_like_a_price_nothing_is_suggested(body):
    assert best(body) == []


@given(st.text(max_size=200), st.text(alphabet="abc-_.#[]\"' 123", max_size=30))
def test_any_page_can_be_asked(text, name):
    tree = parse_tree(
        f'<html><body><p class="{name}" id="{name}">¥5 {text}</p>{text}<b id={name}>¥9</b></body></html>'
    )
    if tree is not None:
        for one in suggest_prices(tree):
            assert one.finds >= 1
