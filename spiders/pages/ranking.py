"""At which place a listing stands on a public page of results: a search, or a category.

Two sources: schema.org's ItemList, else the links to products in the order of the page. A place is
said only where it can be counted; all else is a status, or "not among the first N".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from spiders.pages import blocks
from spiders.pages.charset import decode_page
from spiders.pages.item import PageStatus
from spiders.pages.markup import parse_tree, read_json_ld, read_microdata, visible_characters
from spiders.pages.nodes import Graph, Node, clean_text, types_of
from tracker.observed import NOT_AMONG

PARSER_VERSION: Final = 1

MOST: Final = 1_000
"""Products of one page that are counted."""

_MAX_LINKS: Final = 20_000

_FOLDERS: Final = frozenset(
    {
        "products", "product", "produkt", "produkte", "produit", "produits", "producto",
        "productos", "prodotto", "prodotti", "goods", "item", "items", "itm", "dp", "p", "listing",
        "detail", "offer",
    }
)  # fmt: skip
"""Parts of a path after which a product is named. Other shops need an ItemList: which of their
links are products cannot be told."""

_ID_FIELDS: Final = ("id", "itemid", "item_id", "goods_id", "product_id")
_NUMBER: Final = re.compile(r"(\d{4,20})(?:\.html?)?")

_ASIDE: Final = frozenset({"nav", "aside", "dialog", "template", "noscript"})
_BESIDE: Final = re.compile(
    r"(?:^|[-_\s])(?:related|recommend(?:ed|ations?)?|recently|upsells?|cross-?sells?|"
    r"mega-?menu|minicart|cart-drawer|predictive|sponsored-brands)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Class names and ids of what stands beside the results."""

Name = tuple[str, str, str]
"""What tells products apart: host, form of the address, and the product in it."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a page says of one listing's place.

    place: from 1; None: not on it, or the status is not ok. n_listed: different products that were
    counted. source: item_list, links, or "" for neither.
    """

    status: PageStatus
    place: int | None = None
    n_listed: int = 0
    source: str = ""
    detail: str = ""


def read_ranking(body: bytes, url: str, listing_url: str, *, content_type: str = "") -> Ranking:
    """The place of a listing on a page of results.

    Args:
        body: as it came.
        url: the address that was reached.
        listing_url: the listing's own address.

    Returns:
        ok with a place, or with none and the number of products that it is not among; ambiguous
        when two lists of equal length disagree; else why there is nothing to count.
    """
    tree = parse_tree(decode_page(body, content_type).text)
    if tree is None:
        return Ranking(PageStatus.EMPTY, detail="no page")
    title = clean_text(next((one.text or "" for one in tree.iter("title")), "")) or ""
    wall = blocks.judge_strongly(title or None, url)
    if wall is not None:
        return Ranking(wall[1], detail=title)
    if product_name(url) is not None:
        return Ranking(PageStatus.EMPTY, detail="the page is a product, no list")
    own = product_name(listing_url) or _plain_name(listing_url)
    base = _base(tree, url)
    listed, linked = _in_lists(tree, base, own), _in_links(tree, base, own)
    return _agreed(listed, linked) or _nothing(tree, body, title)


def _agreed(listed: Ranking | None, linked: Ranking | None) -> Ranking | None:
    """The list, if it can be that of the results: one of less than half of what the page links to
    may be of something beside them, and then both must say the same."""
    if listed is None or linked is None or listed.place == linked.place:
        return listed or linked
    if listed.n_listed * 2 < linked.n_listed:
        return Ranking(PageStatus.AMBIGUOUS, detail="a short list and the links disagree")
    return listed


def product_name(url: str) -> Name | None:
    """A product's address without what differs between two links to it (collection, language,
    marks of the search); None: it does not look like a product's."""
    read = _split(url)
    if read is None:
        return None
    host, path, query = read
    parts = [part for part in path.split("/") if part]
    for at in range(len(parts) - 2, -1, -1):
        folder, rest = parts[at].lower(), parts[at + 2 :]
        if folder in _FOLDERS and all(part.startswith("ref=") for part in rest):
            return host, folder, parts[at + 1]
    fields = {name.lower(): value for name, value in query}
    number = next((fields[name] for name in _ID_FIELDS if fields.get(name)), "")
    if number and parts and "." in parts[-1]:
        return host, path.lower(), number
    whole = _NUMBER.fullmatch(parts[0]) if len(parts) == 1 else None
    return (host, "number", whole[1]) if whole else None


def _split(url: str) -> tuple[str, str, list[tuple[str, str]]] | None:
    try:
        parts = urlsplit(url.strip())
        host, query = parts.hostname or "", parse_qsl(parts.query, max_num_fields=100)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return host.removeprefix("www."), unquote(parts.path), query


def _plain_name(url: str) -> Name | None:
    """An address of no known form: by its path and query as they stand."""
    read = _split(url)
    if read is None:
        return None
    return read[0], "address", f"{read[1].rstrip('/')}?{sorted(read[2])}"


def _base(tree: Any, url: str) -> str:
    said = next((one.get("href") or "" for one in tree.iter("base")), "")
    return _joined(url, said) or url


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link.strip())
    except ValueError:
        return ""


def _place(names: list[Name], own: Name | None, source: str) -> Ranking:
    place = names.index(own) + 1 if own is not None and own in names else None
    detail = "" if place else f"{NOT_AMONG}{len(names)}"
    return Ranking(PageStatus.OK, place, len(names), source, detail)


# --- ItemList -------------------------------------------------------------------------------------


def _in_lists(tree: Any, base: str, own: Name | None) -> Ranking | None:
    """By the longest ItemList that has a link of the listing's form; None: there is none."""
    if own is None:
        return None
    rankings = []
    for graph in (read_json_ld(tree), read_microdata(tree)):
        for node in graph.walk():
            if "itemlist" not in types_of(node):
                continue
            names = _names_of(graph, node, base)
            if any(name[:2] == own[:2] for name in names):
                rankings.append(_place(names, own, "item_list"))
        if rankings:
            break  # microdata repeats what JSON-LD says
    longest = max((one.n_listed for one in rankings), default=0)
    best = [one for one in rankings if one.n_listed == longest]
    if len({one.place for one in best}) > 1:
        return Ranking(PageStatus.AMBIGUOUS, detail="two lists give two places")
    return best[0] if best else None


def _names_of(graph: Graph, node: Node, base: str) -> list[Name]:
    """The different things of an ItemList in the order of their positions; of none that has no
    address it can be said that it is the same as another."""
    elements = list(islice(graph.nodes(node, "itemlistelement"), MOST))
    places = [_number(graph.text(one, "position")) for one in elements]
    if None not in places and len(set(places)) == len(places):
        elements = [one for _, one in sorted(zip(places, elements, strict=True), key=_first)]
    names: dict[Name, None] = {}
    for at, element in enumerate(elements):
        address = _joined(base, _address(graph, element))
        names[product_name(address) or _plain_name(address) or ("", "unnamed", str(at))] = None
    return list(names)


def _first(pair: tuple[Decimal | None, Node]) -> Decimal:
    return pair[0] or Decimal(0)


def _number(text: str | None) -> Decimal | None:
    return (
        Decimal(text) if text and text.isascii() and text[:9].isdigit() and len(text) < 9 else None
    )


def _address(graph: Graph, element: Node) -> str:
    """The address of an element, or of the thing in it."""
    for one in (*graph.nodes(element, "item"), element):
        for key in ("url", "@id"):
            said = one.get(key)
            if isinstance(said, str) and said and not said.startswith("#"):
                return said
    said = element.get("item")
    return said if isinstance(said, str) else ""


# --- links ----------------------------------------------------------------------------------------


def _in_links(tree: Any, base: str, own: Name | None) -> Ranking | None:
    """By links of the listing's own form, where the page shows its main content; None: there are
    none, or the listing's own address does not say which links are products."""
    if own is None or own[1] == "address":
        return None
    names: dict[Name, None] = {}
    for link in islice(_links(_main(tree)), _MAX_LINKS):
        name = product_name(_joined(base, link))
        if name is not None and name[:2] == own[:2]:
            names[name] = None
        if len(names) >= MOST:
            break
    return _place(list(names), own, "links") if names else None


def _main(tree: Any) -> Any:
    found = tree.xpath("/descendant::main | /descendant::*[@role='main']")
    return found[0] if len(found) == 1 else tree


def _links(top: Any) -> Iterator[str]:
    """Addresses of links in the order of the page, without those of what stands beside the main
    thing: menus, baskets, "you may also like"."""
    waiting = [top]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str) or (element is not top and _is_beside(element)):
            continue
        if element.tag == "a" and element.get("href"):
            yield element.get("href")
        waiting.extend(reversed(element))


def _is_beside(element: Any) -> bool:
    if element.tag in _ASIDE or element.get("role") in ("navigation", "complementary"):
        return True
    if element.tag in ("header", "footer"):  # the page's, but not those of a product's card
        around = islice(element.iterancestors(), 20)
        return not any(one.tag in ("article", "li") for one in around)
    if element.tag == "body":
        return False
    words = f"{element.get('class') or ''} {element.get('id') or ''}"[:500]
    return bool(_BESIDE.search(words))


def _nothing(tree: Any, body: bytes, title: str) -> Ranking:
    """Why nothing could be counted: a wall, or a page that is filled by a script."""
    n_visible = visible_characters(tree, blocks.LITTLE_TEXT)
    has_password = any(one.get("type", "").lower() == "password" for one in tree.iter("input"))
    text = body[:400_000].decode("utf-8", "replace")
    wall = blocks.judge_weakly(text, n_visible, has_password=has_password)
    if wall is not None:
        return Ranking(wall[1], detail=title)
    return Ranking(PageStatus.EMPTY, detail="no list of products in it")
