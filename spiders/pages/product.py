"""Which product a page is about, and what one source's nodes say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from spiders.pages.facts import Facts
from spiders.pages.item import Candidate
from spiders.pages.nodes import MAX_NODES, Graph, Node, types_of
from spiders.pages.offers import as_variant, read_offers, settle
from spiders.pages.values import count_of, rating_of

_PRODUCTS: Final = frozenset(
    """
    product productgroup productmodel individualproduct someproducts vehicle car motorcycle
    dietarysupplement drug
    """.split()  # noqa: SIM905 -- a table
)
_SOLD_WITH_OFFERS: Final = frozenset(
    """
    book audiobook movie musicalbum softwareapplication mobileapplication webapplication videogame
    course event service creativework game hotelroom trip
    """.split()  # noqa: SIM905 -- a table
)
_LISTS: Final = frozenset({"itemlist", "offercatalog", "collectionpage", "searchresultspage"})
_ASIDE: Final = frozenset(
    """
    isrelatedto issimilarto isaccessoryorsparepartfor isconsumablefor isvariantof hasvariant review
    reviews itemreviewed about mentions offers itemoffered subjectof ispartof
    """.split()  # noqa: SIM905 -- a table
)
"""Properties below which a product is another one, or the same again."""


@dataclass(frozen=True, slots=True)
class PageHints:
    """What the page says of itself, to tell its product from others on it."""

    url: str
    canonical: str | None = None
    title: str | None = None
    currency: str | None = None
    is_product: bool = False
    """Whether the page calls itself a product page."""


MAX_UNDECIDED = 3
"""Products up to which a page is a product page that cannot tell which; with more it is a list."""


@dataclass(slots=True)
class Found:
    """The products of one source."""

    facts: Facts | None = None
    n_listed: int = 0
    """Products in lists."""


def read_product(graph: Graph, hints: PageHints) -> Found:
    """The page's own product in one source; without facts when there is none or no telling."""
    everything, listed = _products(graph)
    found = Found(n_listed=len(listed))
    if not everything and hints.is_product and len(listed) == 1:
        everything = listed
    own = _without_variants(graph, everything)
    if len(own) > 1 and not _is_one(graph, own):
        own = _same_address(graph, own, hints) or own
        own = _with_price(graph, own) or own
        own = _same_name(graph, own, hints) if len(own) > 1 else own
    if not own:
        return found
    if len(own) == 1 or _is_one(graph, own):
        found.facts = _facts(graph, own, hints)
        _complete(graph, found.facts, everything)
    elif hints.is_product or len(own) <= MAX_UNDECIDED:
        found.facts = _undecided(graph, own, hints)
    else:
        found.n_listed += len(own)
    return found


def _without_variants(graph: Graph, products: list[Node]) -> list[Node]:
    """Without the products that another one names as its variants."""
    variants = {id(one) for group in products for one in graph.nodes(group, "hasvariant")}
    return [node for node in products if id(node) not in variants]


def _complete(graph: Graph, facts: Facts, products: list[Node]) -> None:
    """Add what other nodes of the same product say: reviews often come in a node of their own."""
    for node in products:
        if facts.rating is None and _name(graph, node) == (facts.title or "").lower():
            other = Facts(graph.source)
            _describe(graph, node, other)
            facts.rating, facts.rating_best = other.rating, other.rating_best
            facts.review_count = facts.review_count or other.review_count


def _products(graph: Graph) -> tuple[list[Node], list[Node]]:
    """(products of the page, products in its lists); variants and related ones are in neither."""
    own: list[Node] = []
    listed: list[Node] = []
    waiting: list[tuple[object, bool]] = [(root, False) for root in reversed(graph.roots)]
    steps = 0
    while waiting and steps < MAX_NODES:
        value, is_listed = waiting.pop()
        steps += 1
        if isinstance(value, list):
            waiting += [(item, is_listed) for item in reversed(value)]
        if not isinstance(value, dict):
            continue
        types = set(types_of(value))
        if types & _PRODUCTS or (types & _SOLD_WITH_OFFERS and "offers" in value):
            if len(value) > 2 and not _is_known(value, own + listed):
                (listed if is_listed else own).append(value)
            continue
        is_listed = is_listed or bool(types & _LISTS) or "itemlistelement" in value
        waiting += [(item, is_listed) for key, item in reversed(value.items()) if key not in _ASIDE]
    return own, listed


def _is_known(node: Node, known: list[Node]) -> bool:
    name = node.get("@id")
    return isinstance(name, str) and any(other.get("@id") == name for other in known)


def _place(url: str | None, base: str) -> str:
    """Host and path of an address, for comparing."""
    try:
        parts = urlsplit(urljoin(base, url or ""))
    except ValueError:
        return ""
    return f"{parts.netloc.lower().removeprefix('www.')}{unquote(parts.path).rstrip('/').lower()}"


def _same_address(graph: Graph, products: list[Node], hints: PageHints) -> list[Node]:
    """Products whose own address is the page's."""
    places = {_place(hints.url, hints.url)}
    if hints.canonical:
        places.add(_place(hints.canonical, hints.url))
    places = {place for place in places if place.rpartition("/")[2]}
    named = []
    for product in products:
        offers = graph.nodes(product, "offers")
        urls = [graph.text(product, "url", "mainentityofpage"), product.get("@id")]
        urls += [graph.text(offer, "url") for offer in offers[:50]]
        if any(
            isinstance(u, str) and _place(u.partition("#")[0] or None, hints.url) in places
            for u in urls
            if u
        ):
            named.append(product)
    return named if len(named) < len(products) else []


def _with_price(graph: Graph, products: list[Node]) -> list[Node]:
    return [
        node for node in products if any(o.price or o.clashing for o in read_offers(graph, node))
    ]


def _same_name(graph: Graph, products: list[Node], hints: PageHints) -> list[Node]:
    """The products whose name the page's title begins with, the longest name; all if none."""
    title = (hints.title or "").lower()
    names = [name for node in products if (name := _name(graph, node)) and title.startswith(name)]
    longest = max(names, key=len, default=None)
    return [node for node in products if longest in (None, _name(graph, node))]


def _name(graph: Graph, node: Node) -> str:
    return (graph.text(node, "name") or "").lower()


def _is_one(graph: Graph, products: list[Node]) -> bool:
    """Whether several nodes are one product: of one name or group, with skus or addresses that
    differ."""
    names = {_name(graph, node) for node in products}
    groups = {_group(graph, node) for node in products}
    identities = {
        (graph.text(node, "sku", "mpn", "gtin13"), graph.text(node, "url"), node.get("@id"))
        for node in products
    }
    is_same = (len(names) == 1 and "" not in names) or (len(groups) == 1 and None not in groups)
    return is_same and len(identities) == len(products)


def _group(graph: Graph, node: Node) -> str | None:
    """What names the group that a variant is of, or that the node itself is."""
    if "productgroup" in types_of(node):
        return graph.text(node, "productgroupid") or node.get("@id")
    for group in graph.nodes(node, "isvariantof"):
        return graph.text(group, "productgroupid") or group.get("@id")
    return graph.text(node, "inproductgroupwithid")


def _facts(graph: Graph, products: list[Node], hints: PageHints) -> Facts:
    offers = [
        as_variant(graph, offer, product) if len(products) > 1 else offer
        for product in products
        for offer in read_offers(graph, product)
    ]
    facts = settle(offers, graph.source, hints.url, hints.currency)
    groups = [node for node in products if "productgroup" in types_of(node)]
    _describe(graph, (groups or products)[0], facts)
    return facts


def _undecided(graph: Graph, products: list[Node], hints: PageHints) -> Facts:
    """Several products, none of which is the page's: their prices clash unless they are one."""
    each = [_facts(graph, [product], hints) for product in products]
    prices = {facts.price for facts in each if facts.price is not None}
    if len(prices) <= 1:
        return next((facts for facts in each if facts.price is not None), each[0])
    facts = Facts(graph.source)
    facts.clashing = [
        Candidate(graph.source, one.price, one.currency) for one in each if one.price is not None
    ]
    return facts


def _describe(graph: Graph, node: Node, facts: Facts) -> None:
    """Everything but the price."""
    facts.title = graph.text(node, "name")
    facts.sku = graph.text(node, "sku", "productid") or facts.sku
    facts.gtin = graph.text(node, "gtin13", "gtin", "gtin14", "gtin12", "gtin8", "isbn", "ean")
    facts.mpn = graph.text(node, "mpn")
    facts.brand = graph.text(node, "brand", "manufacturer")
    facts.image = graph.text(node, "image")
    facts.url = graph.text(node, "url")
    for rating in graph.nodes(node, "aggregaterating")[:1]:
        found = rating_of(graph.text(rating, "ratingvalue"), graph.text(rating, "bestrating"))
        if found is not None:
            facts.rating, facts.rating_best = found
        for key in ("reviewcount", "ratingcount"):
            count = count_of(graph.text(rating, key))
            if count is not None and facts.review_count is None:
                facts.review_count = count.value
    if facts.review_count is None:
        count = count_of(graph.text(node, "reviewcount"))
        facts.review_count = count.value if count else None
