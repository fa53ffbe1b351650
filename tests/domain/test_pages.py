import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.pages import MAX_PATH, MAX_PREFIXES, Step, page_path, read_prefixes, step_of


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("", "/"),
        ("/", "/"),
        ("/tea/", "/tea"),
        ("//tea///green/", "/tea/green"),
        ("/tea/index.html", "/tea"),
        ("/Default.aspx", "/"),
        ("/tea?x=1#top", "/tea"),
        ("/tea;jsessionid=AB12", "/tea"),
        ("/products/longjing-100", "/products/longjing-100"),
        ("/item/672391823", "/item/672391823"),
        ("/checkouts/8f14e45fceea167a5a36dedd4bea2543/thank_you", "/checkouts/*/thank_you"),
        ("/checkout/order-received/10023/", "/checkout/order-received/*"),
        ("/orders/2026112200017", "/orders/*"),
        ("/a/0b8f4c2e-7d1a-4f6e-9c3b-5a2d1e8f7c60", "/a/*"),
        ("/spring-collection-of-2026-teas", "/spring-collection-of-2026-teas"),
    ],
)
def test_a_page_has_one_spelling_and_names_no_order_or_person(path, page):
    assert page_path(path) == page


@given(st.text(max_size=400))
def test_any_path_becomes_a_short_one_that_stays_as_it_is(path):
    page = page_path(path)
    assert page.startswith("/")
    assert len(page) <= MAX_PATH
    if len(page) < MAX_PATH:  # a part that was cut may read as another word
        assert page_path(page) == page


@pytest.mark.parametrize(
    ("kind", "path", "step"),
    [
        ("page_view", "/", Step.visit),
        ("page_view", "/collections/green", Step.visit),
        ("page_view", "/products", Step.visit),
        ("page_view", "/products/longjing", Step.product),
        ("page_view", "/collections/green/products/longjing", Step.product),
        ("page_view", "/product/longjing/", Step.product),
        ("page_view", "/item.htm", Step.product),
        ("page_view", "/Goods/12", Step.product),
        ("page_view", "/cart", Step.cart),
        ("page_view", "/checkout/onepage", Step.cart),
        ("page_view", "/cartoons", Step.visit),
        ("page_view", "/checkouts/c1/thank_you", Step.order),
        ("page_view", "/checkout/order-received/10023", Step.order),
        ("page_view", "/success-stories", Step.visit),
        ("cart", "/anything", Step.cart),
        ("coupon", "/", Step.cart),
        ("order_placed", "/", Step.order),
        ("click", "/products/x", Step.visit),
    ],
)
def test_how_far_a_visit_has_come_is_read_from_the_hit(kind, path, step):
    assert step_of(kind, path) is step


def test_a_shop_may_name_its_own_products():
    prefixes = read_prefixes("tea/,  /Ware\n/, /tea/")
    assert prefixes == ("/tea/", "/ware")
    assert step_of("page_view", "/tea/longjing", prefixes) is Step.product
    assert step_of("page_view", "/tea/", prefixes) is Step.visit  # the list of them
    assert step_of("page_view", "/ware", prefixes) is Step.product
    assert step_of("page_view", "/ware/gaiwan", prefixes) is Step.product
    assert step_of("page_view", "/warehouse", prefixes) is Step.visit


@given(st.text(max_size=2_000))
def test_prefixes_are_few_and_never_every_page(text):
    prefixes = read_prefixes(text)
    assert len(prefixes) <= MAX_PREFIXES
    assert all(prefix.startswith("/") and prefix != "/" for prefix in prefixes)
    assert read_prefixes(" ".join(prefixes)) == prefixes
