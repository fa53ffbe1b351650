"""Shops of Shopify: a product's own JSON, and its page for the currency, which that lacks.

/products/<handle>.js is documented and gives hundredths in the currency that the visitor sees,
without naming it; the shop's /cart.js, which would, is closed to robots by Shopify's own
robots.txt. A shop that does not give its JSON is read by its page; nothing is asked elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final
from urllib.parse import urlsplit

from spiders.pages.charset import decode_page
from spiders.pages.item import PARSER_VERSION
from spiders.pages.listing import read_page
from spiders.pages.taught import SelectorError
from spiders.sources.base import Page, PageRequest, Reading, Source, Target
from spiders.sources.shop_reading import (
    MAX_CARRIED,
    NOT_THERE,
    read_product,
    reading_of_listing,
)
from spiders.sources.social_reading import step

_PATH = re.compile(
    r"(?P<root>(?:/[a-z]{2}(?:-[a-z]{2})?)?)(?:/collections/[^/]{1,200})?/products/(?P<handle>[^/.]{1,255})/?",
    re.IGNORECASE,
)
NOT_SHOPIFY: Final = ("amazon.", "jd.com", "taobao.com", "tmall.com", "aliexpress.")
"""Parts of hosts that use the same word in their addresses."""


class ShopifySource(Source):
    """One product with its variants."""

    name: ClassVar[str] = "shopify"
    kinds: ClassVar[frozenset[str]] = frozenset({"listing"})
    parser_version: ClassVar[int] = PARSER_VERSION

    def matches(self, url: str) -> bool:
        """…/products/<handle>: also of other shop systems, whose page is read then."""
        return bool(json_address(url))

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The product's JSON."""
        url = json_address(target.url)
        if target.kind != "listing" or not url:
            return []
        return [
            PageRequest(
                url,
                {"Accept": "application/json"},
                must_come_whole=not target.currency,
                tag="json",
                accepts=NOT_THERE,
            )
        ]

    def read(self, target: Target, page: Page) -> Reading:
        """The JSON if it names the currency, or a person did; else the page as well."""
        if page.request.tag == "json":
            item = read_product(page, target.url) if page.status == 200 else None
            if item is not None and (item.currency or target.currency):
                return reading_of_listing(target, item)
            text = decode_page(page.body).text if item is not None else ""
            data = {"json": text} if len(text) <= MAX_CARRIED else {}
            return step(PageRequest(target.url, tag="page", data=data))
        return self._with_page(target, page)

    def _with_page(self, target: Target, page: Page) -> Reading:
        try:
            item = read_page(
                page.body,
                target.url,
                content_type=page.headers.get("content-type", ""),
                selectors=target.selectors,
            )
        except SelectorError:
            item = read_page(page.body, target.url)
        carried = page.request.data.get("json", "")
        if not carried:
            return reading_of_listing(target, item)
        product = read_page(carried, target.url)
        product.currency = item.currency
        if item.currency:
            product.sources["currency"] = item.sources.get("price", "meta")
        for name in ("rating", "rating_best", "review_count", "promotion", "sold", "seller"):
            if getattr(product, name) is None:
                setattr(product, name, getattr(item, name))
                if name in item.sources:
                    product.sources[name] = item.sources[name]
        product.counts = {**item.counts, **product.counts}
        return reading_of_listing(target, product)


def json_address(url: str) -> str:
    """Where a product's JSON is; "": the address is none of a product."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    match = _PATH.fullmatch(parts.path)
    host = (parts.hostname or "").lower()
    if match is None or parts.scheme not in ("http", "https") or not host:
        return ""
    if any(word in host for word in NOT_SHOPIFY):
        return ""
    return f"{parts.scheme}://{parts.netloc}{match['root']}/products/{match['handle']}.js"
