# ruff: noqa: E501 -- a page is one line
"""Shops from the due target to the stored snapshot, with a real child and a real site."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from tests import factories
from tests.support.crawls import crawl, make_due, watch_listing, watched_workspace
from tests.support.site import Answer, Site
from tracker.models import CrawlFetch, ListingSnapshot, MetricPoint, VariantPoint
from tracker.services.selectors import teach

PAGE = """<html><head><title>Mug</title><meta property="og:price:currency" content="EUR">
<script type="application/ld+json">{"@type":"Product","name":"Mug","aggregateRating":{"ratingValue":"4.6","reviewCount":"210"}}</script>
</head><body>Mug</body></html>"""  # fmt: skip


@pytest.fixture
def site():
    made = Site()
    yield made
    made.close()


def rows(database, model):
    with database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def shopify(red=12_900, blue=9_900):
    variants = [
        {"id": 11, "sku": "M-R", "title": "Red", "price": red, "available": True},
        {"id": 12, "sku": "M-B", "title": "Blue", "price": blue, "available": False},
    ]
    return Answer(
        json.dumps({"title": "Mug", "handle": "mug", "options": [], "variants": variants}).encode()
    )


def test_a_shopify_product_is_followed_with_its_variants_through_a_change(database, site):
    site.add("/products/mug.js", shopify())
    site.add("/products/mug", PAGE)
    with database.write() as session, factories.using(session):
        workspace = watched_workspace(session)
        url = site.url("shop.example", "/products/mug")
        watch_listing(session, workspace, url, source="shopify")
    assert crawl(database, site)["ok"] == 1
    site.add("/products/mug.js", shopify(red=11_900))
    make_due(database)
    assert crawl(database, site)["ok"] == 1
    snapshots = rows(database, ListingSnapshot)
    assert [(one.price_minor, one.currency) for one in snapshots] == [(12_900, "EUR"), (11_900, "EUR")]  # fmt: skip
    assert snapshots[0].sources["price"] == "shopify"
    variants = [(one.sku, one.price_minor, one.availability) for one in rows(database, VariantPoint)]  # fmt: skip
    assert sorted(variants) == [
        ("M-B", 9_900, "out_of_stock"), ("M-R", 11_900, "in_stock"), ("M-R", 12_900, "in_stock"),
    ]  # fmt: skip
    assert {(p.metric, p.value) for p in rows(database, MetricPoint)} == {
        ("rating", 4_600), ("review_count", 210),
    }  # fmt: skip


def test_a_shop_that_keeps_its_json_is_read_by_what_was_taught_and_a_wall_stores_nothing(
    database, site
):
    cup = "<html><title>Cup</title><b class='now'>12,50 EUR</b></html>"
    site.add("/products/cup", cup, host="small.example")
    site.add("/products/cup", "<html><title>Just a moment...</title></html>", host="wall.example")
    with database.write() as session, factories.using(session):
        workspace = watched_workspace(session)
        for host in ("small.example", "wall.example"):
            url = site.url(host, "/products/cup")
            watch_listing(session, workspace, url, source="shopify")
        teach(session, workspace, "small.example", {"price": ".now"})
    figures = crawl(database, site)
    assert (figures["ok"], figures["failed"]) == (1, 1)
    (snapshot,) = rows(database, ListingSnapshot)
    assert (snapshot.price_minor, snapshot.currency) == (1_250, "EUR")
    assert snapshot.sources["price"] == "taught"
    assert {one.status for one in rows(database, CrawlFetch)} == {"ok", "challenge"}
