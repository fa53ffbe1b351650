"""Pages as texts, and how they are read."""

import json

from spiders.pages.listing import read_page

URL = "https://shop.example/products/mug"


def page(head="", body="", title="Mug"):
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    )


def ld(*documents):
    return "".join(
        f'<script type="application/ld+json">{d if isinstance(d, str) else json.dumps(d)}</script>'
        for d in documents
    )


def meta(**values):
    return "".join(
        f'<meta property="{k.replace("__", ":")}" content="{v}">' for k, v in values.items()
    )


def product(**extra):
    return {"@context": "https://schema.org", "@type": "Product", "name": "Mug", **extra}


def offer(price, currency="USD", **extra):
    return {"@type": "Offer", "price": price, "priceCurrency": currency, **extra}


def read(text, url=URL, **kwargs):
    return read_page(text, url, **kwargs).as_document()
