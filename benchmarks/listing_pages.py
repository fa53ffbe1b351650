# ruff: noqa: E501 -- a page's shape is read in one piece
"""Product pages in 40 shapes, each with what is true of it. Seeded: the same pages every time."""

from __future__ import annotations

import html
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

SEED = 20261122
CURRENCIES = ("EUR", "USD", "GBP", "CNY", "CHF", "SEK", "PLN", "BRL")
STATES = {"in_stock": "InStock", "out_of_stock": "OutOfStock", "pre_order": "PreOrder"}


@dataclass(frozen=True)
class Truth:
    """What a careful person reads on the page. None: the page does not say, or says two things."""

    title: str
    price: Decimal | None
    currency: str | None
    availability: str | None
    rating: Decimal | None


@dataclass(frozen=True)
class Case:
    """A page and its truth."""

    shape: str
    url: str
    page: str
    truth: Truth


@dataclass(frozen=True)
class Product:
    """What a page is made of."""

    title: str
    price: Decimal
    before: Decimal
    dearer: Decimal
    currency: str
    state: str
    rating: Decimal
    reviews: int

    @property
    def offer(self) -> dict[str, Any]:
        """A plain Offer."""
        return {
            "@type": "Offer",
            "price": f"{self.price}",
            "priceCurrency": self.currency,
            "availability": f"https://schema.org/{STATES[self.state]}",
        }

    @property
    def rated(self) -> dict[str, Any]:
        """An AggregateRating."""
        return {
            "aggregateRating": {
                "@type": "AggregateRating",
                "ratingValue": f"{self.rating}",
                "reviewCount": f"{self.reviews}",
            }
        }

    def node(self, **extra: Any) -> dict[str, Any]:
        """A Product without offers."""
        return {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": self.title,
            **self.rated,
            **extra,
        }


def product_of(dice: random.Random) -> Product:
    """An invented product."""
    price = Decimal(dice.randint(200, 250_000)) / 100
    return Product(
        title=f"{dice.choice(['Mug', 'Lamp', 'Kettle', 'Scarf', '茶壶', 'Chaise'])} {dice.randint(10, 999)}",
        price=price,
        before=(price * Decimal("1.4")).quantize(Decimal("0.01")),
        dearer=(price * Decimal("1.25")).quantize(Decimal("0.01")),
        currency=dice.choice(CURRENCIES),
        state=dice.choice(list(STATES)),
        rating=Decimal(dice.randint(20, 49)) / 10,
        reviews=dice.randint(1, 4_000),
    )


def page(title: str, head: str = "", body: str = "") -> str:
    """A page with the usual furniture around it: about 50,000 characters, as a small shop has."""
    links = "".join(
        f"<li class='menu-item menu-item-{n}'><a href='/c/{n}'>Category {n}</a></li>"
        for n in range(300)
    )
    cards = "".join(
        f"<div class='card'><a href='/p/{n}'><img src='/i/{n}.jpg' alt=''></a><p>Made by hand, one at a time.</p></div>"
        for n in range(120)
    )
    code = (
        "<script>"
        + "window.dataLayer=window.dataLayer||[];dataLayer.push({event:'view',n:1});" * 200
        + "</script>"
    )
    return f"<!doctype html><html><head><meta charset='utf-8'><title>{html.escape(title)}</title>{head}</head><body><ul>{links}</ul>{body}{cards}{code}</body></html>"


def ld(*documents: Any) -> str:
    """Scripts of JSON-LD."""
    return "".join(
        f"<script type='application/ld+json'>{d if isinstance(d, str) else json.dumps(d)}</script>"
        for d in documents
    )


def meta(**values: Any) -> str:
    """Meta elements; two underscores are a colon."""
    return "".join(
        f"<meta property='{k.replace('__', ':')}' content='{v}'>" for k, v in values.items()
    )


def micro(p: Product, price: str, *, inner: str = "") -> str:
    """A microdata product with an offer."""
    return (
        f"<div itemscope itemtype='https://schema.org/Product'><h1 itemprop='name'>{p.title}</h1><div itemprop='offers' itemscope itemtype='https://schema.org/Offer'>{price}"
        f"<meta itemprop='priceCurrency' content='{p.currency}'><link itemprop='availability' href='https://schema.org/{STATES[p.state]}'></div>"
        f"<div itemprop='aggregateRating' itemscope itemtype='https://schema.org/AggregateRating'><span itemprop='ratingValue'>{p.rating}</span><span itemprop='reviewCount'>{p.reviews}</span></div>{inner}</div>"
    )


def continental(amount: Decimal) -> str:
    """1.299,00"""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def other(p: Product, name: str = "Another thing") -> dict[str, Any]:
    """A product that the page is not about."""
    return {
        "@type": "Product",
        "name": name,
        "url": "/products/another",
        "offers": {"@type": "Offer", "price": f"{p.dearer}", "priceCurrency": p.currency},
    }


ALL = ("price", "currency", "availability", "rating")
Made = tuple[str, str, tuple[str, ...]]
"""Head, body, and the fields that the page says."""

Shape = Callable[[Product], Made]

SHAPES: dict[str, Shape] = {
    # --- as the handbook has it
    "plain JSON-LD": lambda p: (ld(p.node(offers=p.offer)), "", ALL),
    "plain microdata": lambda p: ("", micro(p, f"<span itemprop='price' content='{p.price}'>{p.price}</span>"), ALL),
    "plain OpenGraph": lambda p: (meta(og__type="product", og__title=p.title, product__price__amount=p.price, product__price__currency=p.currency, product__availability=STATES[p.state]), "", ("price", "currency", "availability")),
    "JSON-LD and OpenGraph": lambda p: (ld(p.node(offers=p.offer)) + meta(og__type="product", product__price__amount=p.price, product__price__currency=p.currency), "", ALL),
    "RDFa": lambda p: ("", f"<div vocab='https://schema.org/' typeof='Product'><span property='name'>{p.title}</span><div property='offers' typeof='Offer'><meta property='price' content='{p.price}'><meta property='priceCurrency' content='{p.currency}'><link property='availability' href='https://schema.org/{STATES[p.state]}'></div></div>", ("price", "currency", "availability")),
    # --- where the price is kept
    "offers in a list": lambda p: (ld(p.node(offers=[p.offer])), "", ALL),
    "an aggregate offer": lambda p: (ld(p.node(offers={"@type": "AggregateOffer", "lowPrice": f"{p.price}", "highPrice": f"{p.dearer}", "priceCurrency": p.currency, "availability": STATES[p.state]})), "", ALL),
    "an aggregate offer around offers": lambda p: (ld(p.node(offers={"@type": "AggregateOffer", "priceCurrency": p.currency, "offers": [{**p.offer, "sku": "a"}, {**p.offer, "sku": "b"}]})), "", ALL),
    "a price specification": lambda p: (ld(p.node(offers={"@type": "Offer", "availability": STATES[p.state], "priceSpecification": {"@type": "UnitPriceSpecification", "price": f"{p.price}", "priceCurrency": p.currency}})), "", ALL),
    "a list price beside the price": lambda p: (ld(p.node(offers={**p.offer, "priceSpecification": [{"priceType": "https://schema.org/StrikethroughPrice", "price": f"{p.before}", "priceCurrency": p.currency}]})), "", ALL),
    "a graph with references": lambda p: (ld({"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "@id": "#w"}, {"@id": "#p", **p.node(offers={"@id": "#o"})}, {"@id": "#o", **p.offer}]}), "", ALL),
    "a product below its page": lambda p: (ld({"@context": "https://schema.org", "@type": "ItemPage", "mainEntity": p.node(offers=p.offer)}), "", ALL),
    "a product group": lambda p: (ld({"@context": "https://schema.org", "@type": "ProductGroup", "name": p.title, **p.rated, "hasVariant": [{"@type": "Product", "name": f"{p.title} {n}", "sku": n, "offers": p.offer} for n in "ab"]}), "", ALL),
    "microdata by reference": lambda p: ("", f"<div itemscope itemtype='https://schema.org/Product' itemref='o'><h1 itemprop='name'>{p.title}</h1></div><p id='o'><span itemprop='offers' itemscope itemtype='https://schema.org/Offer'><b itemprop='price'>{p.price}</b><i itemprop='priceCurrency'>{p.currency}</i><link itemprop='availability' href='https://schema.org/{STATES[p.state]}'></span></p>", ("price", "currency", "availability")),
    "microdata outside of any scope": lambda p: ("", f"<span itemprop='price' content='{p.price}'></span><span itemprop='priceCurrency' content='{p.currency}'></span>", ("price", "currency")),
    "JSON of Shopify's theme": lambda p: (f"<script>Shopify.currency = {{\"active\":\"{p.currency}\",\"rate\":\"1.0\"}};</script>", f"<script type='application/json' data-product-json>{json.dumps({'title': p.title, 'handle': 'thing', 'vendor': 'A', 'variants': [{'id': 1, 'sku': 's', 'price': int(p.price * 100), 'compare_at_price': int(p.before * 100), 'available': p.state == 'in_stock'}]})}</script>", ("price", "currency", "stock")),
    "variations of WooCommerce": lambda p: (meta(og__type="product", og__title=p.title, product__price__currency=p.currency), f"<form class='variations_form' data-product_variations='{html.escape(json.dumps([{'sku': 'a', 'display_price': float(p.price), 'is_in_stock': p.state == 'in_stock', 'attributes': {}}, {'sku': 'b', 'display_price': float(p.price), 'is_in_stock': p.state == 'in_stock', 'attributes': {}}]), quote=True)}'></form>", ("price", "currency", "stock")),
    # --- how it is written
    "a number for a price": lambda p: (ld(p.node(offers={**p.offer, "price": float(p.price)})), "", ALL),
    "a price for people": lambda p: (ld(p.node(offers={**p.offer, "price": f"{continental(p.price)} {p.currency}"})), "", ALL),
    "a price with thousands": lambda p: (ld(p.node(offers={**p.offer, "price": f"{p.price + 1000:,.2f}"})), "", ("price+1000", "currency", "availability", "rating")),
    "a price in the element's text": lambda p: ("", micro(p, f"<b itemprop='price'>{continental(p.price)} {p.currency}</b>"), ALL),
    "a rating out of ten, with a comma": lambda p: (ld({**p.node(offers=p.offer), "aggregateRating": {"ratingValue": f"{p.rating * 2}".replace(".", ","), "bestRating": "10", "ratingCount": p.reviews}}), "", ("price", "currency", "availability", "rating*2")),
    "bare and odd words for the state": lambda p: (ld(p.node(offers={**p.offer, "availability": {"in_stock": "in stock", "out_of_stock": "sold out", "pre_order": "PreOrder"}[p.state]})), "", ALL),
    "a capital in a key": lambda p: (ld({"@type": "Product", "name": p.title, "Offers": p.offer}), "", ("price", "currency", "availability")),
    "types in a list": lambda p: (ld({**p.node(offers=p.offer), "@type": ["Product", "IndividualProduct"]}), "", ALL),
    "prefixed keys": lambda p: (ld({"@type": "schema:Product", "schema:name": p.title, "schema:offers": {"@type": "schema:Offer", "schema:price": f"{p.price}", "schema:priceCurrency": p.currency}}), "", ("price", "currency")),
    "the old http and www": lambda p: (ld({**p.node(offers={**p.offer, "@type": "http://www.schema.org/Offer", "availability": f"http://schema.org/{STATES[p.state]}"}), "@type": "http://www.schema.org/Product"}), "", ALL),
    # --- broken in ways that browsers never see
    "a comma too many": lambda p: (ld(json.dumps(p.node(offers=p.offer))[:-1] + ",}"), "", ALL),
    "comments in the JSON": lambda p: (ld("/* by a plugin */" + json.dumps(p.node(offers=p.offer))), "", ALL),
    "a broken script beside a good one": lambda p: (ld('{"@type":"Organization","name":"Shop', p.node(offers=p.offer)), "", ALL),
    "control characters in a text": lambda p: (ld(json.dumps(p.node(offers=p.offer, description="TAB")).replace("TAB", "one\n\ttwo")), "", ALL),
    # --- other things on the page
    "related products below": lambda p: (ld(p.node(offers=p.offer, isRelatedTo=[other(p)])), "", ALL),
    "another product's script before": lambda p: (ld(other(p), p.node(url="/products/thing", offers=p.offer)), "", ALL),
    "a carousel before": lambda p: (ld({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": other(p, f"Other {n}")} for n in range(4)]}, p.node(offers=p.offer)), "", ALL),
    "a variant that is sold out and cheaper": lambda p: (ld(p.node(offers=[{**p.offer, "sku": "a", "price": f"{p.price - 1}", "availability": "OutOfStock"}, {**p.offer, "sku": "b", "availability": "InStock"}])), "", ("price", "currency", "in_stock", "rating")),
    "only the sale knows the price": lambda p: (meta(og__type="product", product__price__amount=p.before, product__sale_price__amount=p.price, product__price__currency=p.currency), "", ("price", "currency")),
    # --- no price that could be given
    "two prices that nothing tells apart": lambda p: (ld(p.node(offers=[{"@type": "Offer", "price": f"{p.price}", "priceCurrency": p.currency}, {"@type": "Offer", "price": f"{p.dearer}", "priceCurrency": p.currency}])), "", ("currency", "rating")),
    "a zero in place of a price": lambda p: (ld(p.node(offers={**p.offer, "price": "0.00"})), "", ("currency?", "availability", "rating")),
    "a list of products": lambda p: (ld({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": n, "item": other(p, f"Other {n}")} for n in range(6)]}), "", ()),
    "a wall with the shop's markup left in": lambda p: (ld(p.node(offers=p.offer)), "<div id='challenge-form'>Checking your browser</div>", ("wall",)),
}  # fmt: skip


def cases(each: int, seed: int = SEED) -> Iterator[Case]:
    """`each` pages of every shape."""
    for number, (name, shape) in enumerate(SHAPES.items()):
        dice = random.Random(f"{seed}:{name}")
        for _ in range(each):
            product = product_of(dice)
            head, body, says = shape(product)
            title = "Just a moment..." if "wall" in says else f"{product.title} - Shop"
            yield Case(
                name,
                f"https://shop{number}.example/products/thing",
                page(title, head, body),
                truth_of(product, says),
            )


def truth_of(p: Product, says: tuple[str, ...]) -> Truth:
    """What is true of a page that says so much."""
    price = p.price if "price" in says else None
    if "price+1000" in says:
        price = p.price + 1000
    availability = p.state if "availability" in says else None
    if "stock" in says:
        availability = "in_stock" if p.state == "in_stock" else "out_of_stock"
    if "in_stock" in says:
        availability = "in_stock"
    rating = p.rating if "rating" in says else None
    if "rating*2" in says:
        rating = p.rating * 2
    currency = p.currency if "currency" in says or "currency?" in says else None
    return Truth(p.title, price, currency, availability, rating)
