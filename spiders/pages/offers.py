"""The price of a product node: offers, aggregate offers, price specifications, variants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from spiders.pages.facts import Facts
from spiders.pages.item import Candidate, Variant
from spiders.pages.nodes import Graph, Node, types_of
from spiders.pages.values import availability_of, price_of
from tracker.domain.currency_words import currency_code

MAX_OFFERS = 500
MAX_NESTING = 4

_LIST_PRICE = ("list", "strikethrough", "srp", "msrp", "regular", "suggested")
_NOT_THE_PRICE = frozenset({"deliverychargespecification", "paymentchargespecification"})


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to buy a product."""

    price: Decimal | None
    high: Decimal | None
    list_price: Decimal | None
    currency: str | None
    availability: str | None
    identity: tuple[str, ...]
    """What tells it from the other offers: sku, address, name, seller."""
    sku: str | None
    name: str | None
    seller: str | None
    url: str | None
    is_new: bool
    clashing: tuple[Decimal, ...] = ()
    """Several prices of this very offer."""


def read_offers(graph: Graph, product: Node) -> list[Offer]:
    """All offers of a product and of its variants, in the page's order."""
    offers = list(_offers_of(graph, product, "offers", 0))
    if "price" in product or "pricespecification" in product:
        offers.append(_offer(graph, product, product))
    for variant in graph.nodes(product, "hasvariant")[:MAX_OFFERS]:
        inner = list(_offers_of(graph, variant, "offers", 0))
        offers += [as_variant(graph, offer, variant) for offer in inner]
    return offers[:MAX_OFFERS]


def _offers_of(graph: Graph, node: Node, key: str, depth: int) -> Iterator[Offer]:
    if depth > MAX_NESTING:
        return
    for offer in graph.nodes(node, key)[:MAX_OFFERS]:
        read = _offer(graph, offer, node)
        inner = list(_offers_of(graph, offer, "offers", depth + 1))
        if read.price is not None or not inner:
            yield read
        if read.price is None or "aggregateoffer" in types_of(offer):
            yield from inner


def as_variant(graph: Graph, offer: Offer, variant: Node) -> Offer:
    """An offer with the sku, name and address of the product that it is of."""
    sku = offer.sku or graph.text(variant, "sku", "productid", "mpn", "gtin13")
    name = graph.text(variant, "name") or offer.name
    identity = (*offer.identity, sku or "", name or "", graph.text(variant, "url", "@id") or "")
    return Offer(
        offer.price, offer.high, offer.list_price, offer.currency, offer.availability, identity,
        sku, name, offer.seller, offer.url or graph.text(variant, "url"), offer.is_new,
        offer.clashing,
    )  # fmt: skip


def _offer(graph: Graph, node: Node, owner: Node) -> Offer:
    currency = currency_code(graph.text(node, "pricecurrency", "currency") or "")
    specified, listed, clashing, their_currency = _specified(graph, node, currency)
    currency = currency or their_currency
    prices = [found for value in graph.all(node, "price") if (found := price_of(value, currency))]
    low = [found for value in graph.all(node, "lowprice") if (found := price_of(value, currency))]
    high = [found for value in graph.all(node, "highprice") if (found := price_of(value, currency))]
    stated = prices or low
    distinct = tuple(dict.fromkeys(price for price, _ in prices))
    price = stated[0][0] if stated else specified
    if len(distinct) > 1:
        price, clashing = None, distinct
    condition = (graph.text(node, "itemcondition") or "new").lower()
    sku = graph.text(node, "sku", "mpn", "gtin13", "gtin", "serialnumber")
    url = graph.text(node, "url", "@id")
    item = graph.text(node, "itemoffered", "name")
    seller = graph.text(node, "seller", "offeredby")
    return Offer(
        price=price,
        high=max((found for found, _ in high), default=None),
        list_price=listed,
        currency=currency or next((code for _, code in stated if code), None),
        availability=_availability(graph, node) or _availability(graph, owner),
        identity=tuple(part or "" for part in (sku, url, item, seller)),
        sku=sku,
        name=item,
        seller=seller,
        url=url,
        is_new="new" in condition,
        clashing=() if price is not None else clashing,
    )


def _availability(graph: Graph, node: Node) -> str | None:
    for value in graph.all(node, "availability"):
        word = value.get("@id") or value.get("name") if isinstance(value, dict) else value
        found = availability_of(word)
        if found is not None:
            return found
    return None


def _specified(
    graph: Graph, node: Node, currency: str | None
) -> tuple[Decimal | None, Decimal | None, tuple[Decimal, ...], str | None]:
    """(price, list price, clashing prices, currency) of the price specifications of an offer."""
    plain: list[Decimal] = []
    taxed: list[Decimal] = []
    listed: Decimal | None = None
    for spec in graph.nodes(node, "pricespecification")[:50]:
        currency = currency or currency_code(graph.text(spec, "pricecurrency") or "")
        value = spec.get("price", spec.get("minprice"))
        found = price_of(value[0] if isinstance(value, list) and value else value, currency)
        if found is None or not _is_for_everybody(graph, spec):
            continue
        kind = (graph.text(spec, "pricetype") or graph.text(spec, "name") or "").lower()
        if any(word in kind for word in _LIST_PRICE):
            listed = found[0]
        else:
            plain.append(found[0])
            if str(graph.text(spec, "valueaddedtaxincluded")).lower() == "true" or (
                spec.get("valueaddedtaxincluded") is True
            ):
                taxed.append(found[0])
    distinct = tuple(dict.fromkeys(taxed or plain))
    if len(distinct) > 1:
        return None, listed, distinct, currency
    return (distinct[0] if distinct else None), listed, (), currency


def _is_for_everybody(graph: Graph, spec: Node) -> bool:
    """Whether it is a price of the thing itself, for one piece, without a membership."""
    if _NOT_THE_PRICE & set(types_of(spec)) or spec.get("validformembertier"):
        return False
    for quantity in graph.nodes(spec, "eligiblequantity"):
        least = price_of(quantity.get("minvalue", quantity.get("value")))
        if least is not None and least[0] > 1:
            return False
    return True


def settle(offers: list[Offer], source: str, url: str, page_currency: str | None) -> Facts:
    """One price, a range over variants, or the prices that clash."""
    facts = Facts(source)
    facts.variants = _variants(offers)
    priced = [offer for offer in offers if offer.price is not None or offer.clashing]
    facts.availability = _together([o.availability for o in (priced or offers)])
    priced = _asked_for(priced, url) or priced
    priced = [offer for offer in priced if offer.is_new] or priced
    currencies = {offer.currency for offer in priced if offer.currency}
    if len(currencies) > 1 and page_currency in currencies:
        priced = [offer for offer in priced if offer.currency == page_currency]
        currencies = {page_currency}
    clashing = [price for offer in priced for price in offer.clashing]
    prices = [offer.price for offer in priced if offer.price is not None]
    distinct = set(prices)
    are_variants = len({offer.identity for offer in priced if any(offer.identity)}) == len(priced)
    contradict = len(distinct) > 1 and not are_variants and _has_frame(priced) is None
    if len(currencies) > 1 or clashing or contradict:
        facts.clashing = [
            Candidate(source, price, offer.currency)
            for offer in priced
            for price in (offer.clashing or ([offer.price] if offer.price else []))
        ]
        return facts
    if not prices:
        named = {offer.currency for offer in offers if offer.currency}
        facts.currency = named.pop() if len(named) == 1 else page_currency
        return facts
    _set_price(facts, priced, next(iter(currencies), None))
    return facts


def _has_frame(offers: list[Offer]) -> Offer | None:
    """The aggregate offer that spans the others, when there is one."""
    return next((offer for offer in offers if offer.high is not None), None)


def _set_price(facts: Facts, offers: list[Offer], currency: str | None) -> None:
    buyable = [o for o in offers if o.price is not None and o.availability != "out_of_stock"]
    pool = buyable or [offer for offer in offers if offer.price is not None]
    frame = _has_frame(offers)
    cheapest = frame or min(pool, key=lambda offer: offer.price or Decimal(0))
    facts.price = cheapest.price
    highest = max([o.high or o.price or Decimal(0) for o in ([frame] if frame else pool)])
    facts.price_high = highest if facts.price is not None and highest > facts.price else None
    facts.list_price = cheapest.list_price
    facts.currency = currency
    facts.seller = cheapest.seller if len({offer.seller for offer in offers}) == 1 else None
    facts.availability = _together([offer.availability for offer in offers]) or facts.availability
    if len(offers) == 1:
        facts.sku = cheapest.sku


def _variants(offers: list[Offer]) -> list[Variant]:
    found = [offer for offer in offers if offer.high is None and (offer.sku or offer.name)]
    if len(found) < 2:
        return []
    return [Variant(o.sku, o.name, o.price, o.list_price, o.availability) for o in found]


def _together(states: list[str | None]) -> str | None:
    """Of several offers: what one can buy now decides; otherwise what they agree on."""
    known = [state for state in states if state]
    for state in ("in_stock", "limited", "pre_order", "back_order", "made_to_order"):
        if state in known:
            return state
    return known[0] if known else None


def _asked_for(offers: list[Offer], url: str) -> list[Offer]:
    """The offers of the variant that the page's address names, if it names one."""
    asked = {(k, v) for k, v in parse_qsl(urlsplit(url).query) if k in ("variant", "sku", "vid")}
    if not asked:
        return []
    return [
        offer
        for offer in offers
        if (offer.url and asked & set(parse_qsl(urlsplit(offer.url).query)))
        or any(offer.sku == value for _, value in asked)
    ]
