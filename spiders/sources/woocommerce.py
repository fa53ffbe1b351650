"""Shops of WooCommerce: the Store API, which is official and needs no key, else the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import quote, unquote, urlsplit

from spiders.pages.item import PARSER_VERSION
from spiders.pages.listing import read_page
from spiders.pages.taught import SelectorError
from spiders.sources.base import Page, PageRequest, Reading, Source, Target
from spiders.sources.shop_reading import NOT_THERE, read_product, reading_of_listing
from spiders.sources.social_reading import step

_PATH = re.compile(r"(?P<root>(?:/[\w-]{1,60}){0,3}?)/product/(?P<slug>[^/]{1,255})/?")


class WooCommerceSource(Source):
    """One product. Amounts are texts of minor units, whose number the answer says itself."""

    name: ClassVar[str] = "woocommerce"
    kinds: ClassVar[frozenset[str]] = frozenset({"listing"})
    parser_version: ClassVar[int] = PARSER_VERSION

    def matches(self, url: str) -> bool:
        """…/product/<slug>/: also of other shop systems, whose page is read then."""
        return bool(api_address(url))

    def requests(self, target: Target) -> Sequence[PageRequest]:
        """The product by its slug."""
        url = api_address(target.url)
        if target.kind != "listing" or not url:
            return []
        return [PageRequest(url, {"Accept": "application/json"}, tag="json", accepts=NOT_THERE)]

    def read(self, target: Target, page: Page) -> Reading:
        """The answer if it is one product; else the page."""
        if page.request.tag == "json":
            item = read_product(page, target.url) if page.status == 200 else None
            if item is not None:
                return reading_of_listing(target, item)
            return step(PageRequest(target.url, tag="page"))
        content_type = page.headers.get("content-type", "")
        try:
            item = read_page(
                page.body, target.url, content_type=content_type, selectors=target.selectors
            )
        except SelectorError:
            item = read_page(page.body, target.url, content_type=content_type)
        return reading_of_listing(target, item)


def api_address(url: str) -> str:
    """Where the Store API has a product; "": the address is none of a product.

    A shop below a path (/shop/product/mug) has its API below the same path, but a language in
    front (/en/product/mug) is no such path.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    match = _PATH.fullmatch(parts.path)
    if match is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    root = re.sub(r"^/[a-z]{2}(?:-[a-z]{2})?$", "", match["root"], flags=re.IGNORECASE)
    slug = quote(unquote(match["slug"]), safe="")
    return f"{parts.scheme}://{parts.netloc}{root}/wp-json/wc/store/v1/products?slug={slug}"
