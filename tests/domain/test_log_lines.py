import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.log_lines import is_asset, other_than_page
from tracker.domain.records import Reason


@pytest.mark.parametrize(
    "target",
    ["/", "/item/1", "/item/1?utm_source=xhs", "/index.php", "/a.html", "/v1.2/list", "/blog/",
     "/页面", "/search?q=a.css", "/item.12345", "/rss-kettle", "/feedback", "/statuses",
     "/collections/all?format=grid"],
)  # fmt: skip
def test_pages_are_no_assets(target):
    assert not is_asset(target)
    assert other_than_page("GET", target, 200) == ""
    assert other_than_page("GET", target, 304) == ""


@pytest.mark.parametrize(
    "target",
    ["/style.css", "/A.PNG", "/a/b.js?v=3", "/font.woff2;jsessionid=1", "/robots.txt",
     "/favicon.ico", "/feed/", "/?feed=rss2", "/blog?flav=atom", "/wp-json/wc/v3", "/cart.js",
     "/?wc-ajax=get_cart",
     "/.well-known/acme", "/api/stock", "/file.pdf", "/wp-admin/admin-ajax.php", "/graphql",
     "/products/a.json"],
)  # fmt: skip
def test_parts_of_pages_feeds_and_data_are_assets(target):
    assert is_asset(target)
    assert other_than_page("GET", target, 200) == "asset"


@pytest.mark.parametrize(
    ("method", "target", "status", "expected"),
    [
        ("HEAD", "/", 200, "not_a_page_view"),
        ("POST", "/cart", 200, "not_a_page_view"),
        ("", "", 400, "error_answer"),
        ("", "", 200, "not_a_page_view"),
        ("GET", "*", 200, "not_a_page_view"),
        ("GET", "/", 301, "redirect"),
        ("GET", "/", 206, "not_a_page_view"),
        ("GET", "/", 404, "error_answer"),
        ("GET", "/a.css", 404, "error_answer"),
        ("GET", "/", 503, "error_answer"),
        ("GET", "/", 101, "not_a_page_view"),
    ],
)
def test_only_a_page_that_was_shown_is_a_page_view(method, target, status, expected):
    assert other_than_page(method, target, status) == expected


@given(st.text(max_size=8), st.text(max_size=200), st.integers(0, 999))
def test_any_request_has_an_answer_from_the_closed_list(method, target, status):
    found = other_than_page(method, target, status)
    assert found == "" or found in set(Reason)
