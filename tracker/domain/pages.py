"""Pages of a shop by their path: one spelling for each page, and how far a visit has come on it.

What pages are called is what the usual shop systems call them: Shopify (`/products/…`, `/cart`,
`/checkouts/…/thank_you`), WooCommerce (`/product/…`, `/cart`, `/checkout/order-received/…`),
Magento (`/checkout/onepage/success`), and the paths that Chinese shop systems and hand-made shops
use (`/item/…`, `/goods/…`, `/detail/…`, `item.htm`). A shop whose paths say nothing of it names its
own beginnings (`product_prefixes`).
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

MAX_PATH = 200
"""Characters kept of a path."""

PLACEHOLDER = "*"
"""Stands for a part of a path that is an order, a person or a session."""

MAX_PREFIXES = 20


class Step(IntEnum):
    """How far a visit came. Each step counts for the steps before it too: whoever put something in
    the cart has come past a product, wherever the page let them do it."""

    visit = 0
    product = 1
    cart = 2
    order = 3


_PRODUCT = re.compile(
    r"/(?:products?|items?|goods|details?|shangpin|p)/[^/]|/(?:item|detail)\.html?$"
)
_CART = re.compile(r"/(?:cart|basket|bag|gouwuche|checkouts?|jiesuan)(?:/|$|\.)")
_ORDER = re.compile(r"/(?:thank[_-]?you|order-received|success|order-complete)(?:/|$)")

_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_TOKEN = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_=]{16,}")
"""Letters and digits without a hyphen, too long for a word or an article number."""

_NUMBERED = re.compile(r"orders?|checkouts?|order-received|account|users?|customers?|members?")
"""What is followed by the number of an order or of a person."""


@lru_cache(maxsize=20_000)
def page_path(path: str) -> str:
    """One spelling of a page's path: no query, no trailing or doubled slash, no index file.

    Parts that name an order, a person or a session become "*", so that a checkout is one page and
    nobody's order number is in a report; product numbers stay. Empty gives "/".
    """
    parts = [part for part in re.split(r"[?#;]", path, maxsplit=1)[0].split("/") if part]
    if parts and re.fullmatch(r"(?:index|default)\.\w{2,5}", parts[-1], re.IGNORECASE):
        parts.pop()
    kept = [
        PLACEHOLDER if _is_private(part, parts[i - 1] if i else "") else part
        for i, part in enumerate(parts)
    ]
    return ("/" + "/".join(kept))[:MAX_PATH]


def _is_private(part: str, before: str) -> bool:
    if _UUID.fullmatch(part) or _TOKEN.fullmatch(part):
        return True
    return part.isdigit() and _NUMBERED.fullmatch(before.lower()) is not None


@lru_cache(maxsize=20_000)
def step_of(kind: str, path: str, product_prefixes: tuple[str, ...] = ()) -> Step:
    """How far a visit has come with one hit.

    Args:
        kind: of `tracker.domain.events.KINDS`. A coupon is typed in at the cart.
        path: of the page.
        product_prefixes: beginnings of paths that are products in this shop, as
            `read_prefixes` gives them; they add to the usual ones.
    """
    if kind == "order_placed":
        return Step.order
    if kind in ("cart", "coupon"):
        return Step.cart
    if kind != "page_view":
        return Step.visit
    low = path.lower()
    if _ORDER.search(low):
        return Step.order
    if _CART.search(low):
        return Step.cart
    if _PRODUCT.search(low) or any(_begins(low, prefix) for prefix in product_prefixes):
        return Step.product
    return Step.visit


def _begins(path: str, prefix: str) -> bool:
    """Whether a path is below a prefix; one without a slash at its end may also be the page."""
    folder = prefix if prefix.endswith("/") else prefix + "/"
    return (path.startswith(folder) and path != folder) or path == prefix != folder


def read_prefixes(text: str) -> tuple[str, ...]:
    """Beginnings of product paths as a person writes them: by commas, spaces or lines.

    Each gets a slash before it and keeps the one after it; lower case, each once, at most
    MAX_PREFIXES. "/" alone is left out: then every page would be a product.
    """
    found = dict.fromkeys(
        "/" + word.lstrip("/") for word in re.split(r"[\s,，、;；]+", text.lower()) if word
    )
    return tuple(prefix[:MAX_PATH] for prefix in found if prefix != "/")[:MAX_PREFIXES]
