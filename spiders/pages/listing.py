"""One page, whatever it is, as one item: a product, an account, a post, a list, or no answer.

Sources in order of trust: the shop system's own JSON, JSON-LD, microdata, RDFa, meta elements, then
selectors that staff taught. Two sources that contradict each other about the price leave it
null, with both as candidates: a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spiders.pages import blocks
from spiders.pages.charset import Page, decode_page
from spiders.pages.facts import Facts
from spiders.pages.item import PageItem, PageKind, PageStatus
from spiders.pages.json_text import load_json
from spiders.pages.markup import (
    graph_of_json,
    parse_tree,
    read_json_ld,
    read_loose,
    read_meta,
    read_microdata,
    read_rdfa,
    visible_characters,
)
from spiders.pages.merge import merge
from spiders.pages.meta_facts import facts_of_meta
from spiders.pages.nodes import Graph, clean_text
from spiders.pages.platforms import read_shop_json, read_shop_page
from spiders.pages.product import Found, PageHints, read_product
from spiders.pages.profile import Social, read_social
from spiders.pages.taught import read_taught
from tracker.domain.currency_words import currency_code


def read_page(
    body: bytes | str,
    url: str,
    *,
    content_type: str = "",
    selectors: Mapping[str, str] | None = None,
) -> PageItem:
    """Read a page as it came, or as a person saved it.

    Args:
        body: bytes (also gzipped), or text that is decoded already.
        url: the address that was reached; it says which of several products or variants is meant.
        content_type: of the answer's header, if known.
        selectors: CSS selectors taught for the site, by field (`spiders.pages.taught.FIELDS`).

    Returns:
        An item in any case; of a page that is no answer one with a status and no number.

    Raises SelectorError for a taught selector that is none.
    """
    page = Page(body, "unicode", 0) if isinstance(body, str) else decode_page(body, content_type)
    item = _read(page.text, url, dict(selectors or {}))
    item.encoding, item.bad_characters = page.encoding, page.bad_characters
    item.url = item.url or url or None
    return item


def _read(text: str, url: str, selectors: dict[str, str]) -> PageItem:
    start = text[:1_000].lstrip("\ufeff \t\r\n")
    if text[:4_000].count("\x00") > 20 or start.startswith(("%PDF", "\x89PNG", "GIF8", "PK\x03")):
        return PageItem(PageKind.ERROR, PageStatus.BAD_CONTENT)
    if not start.startswith("<"):
        documents = load_json(text)
        if len(documents) == 1 and isinstance(documents[0], dict | list):
            return _read_json(documents[0], url)
    tree = parse_tree(text)
    return PageItem() if tree is None else _read_html(tree, text, url, selectors)


def _read_json(document: Any, url: str) -> PageItem:
    facts, n_listed = read_shop_json(document, url)
    if facts is not None:
        return merge([facts], None)
    if n_listed:
        return PageItem(PageKind.LIST, PageStatus.OK)
    refusal = blocks.judge_json(document)
    if refusal is not None:
        return PageItem(*refusal)
    graph = graph_of_json(document)
    found = read_product(graph, PageHints(url))
    return _item([found.facts] if found.facts else [], [found], read_social(graph))


def _read_html(tree: Any, text: str, url: str, selectors: dict[str, str]) -> PageItem:
    title = clean_text(next((one.text or "" for one in tree.iter("title")), ""))
    refusal = blocks.judge_strongly(title, url)
    if refusal is not None:
        return PageItem(*refusal, title=title)
    meta = read_meta(tree)
    hints = _hints(tree, meta, url, title)
    graphs = _graphs(tree, text)
    found = [read_product(graph, hints) for graph in graphs]
    sources = [read_shop_page(tree, text, url), *(one.facts for one in found)]
    sources.append(facts_of_meta(meta, read_loose(tree) if _has(text, "itemprop") else {}, hints))
    known = [facts for facts in sources if facts is not None]
    if selectors and not any(facts.price or facts.clashing for facts in known):
        known.append(read_taught(tree, selectors, hints.currency))
    item = _item(known, found, _social(graphs))
    item.title = item.title or (hints.title if item.kind is not PageKind.UNKNOWN else title)
    item.url = hints.canonical or item.url
    if item.kind is PageKind.UNKNOWN:
        _explain_emptiness(item, tree, text)
    return item


def _has(text: str, word: str) -> bool:
    """Whether an attribute's name occurs, quickly: a search without regard to case is not."""
    return word in text or word.upper() in text or word.capitalize() in text


def _graphs(tree: Any, text: str) -> list[Graph]:
    """The nodes of each source that the page has at all, most trusted first."""
    graphs = [read_json_ld(tree)]
    if _has(text, "itemscope"):
        graphs.append(read_microdata(tree))
    if _has(text, "typeof"):
        graphs.append(read_rdfa(tree))
    return graphs


def _hints(tree: Any, meta: dict[str, str], url: str, title: str | None) -> PageHints:
    links = (one for one in tree.iter("link") if one.get("rel", "").lower() == "canonical")
    canonical = next((link.get("href", "") for link in links), "")
    currency = next(
        (
            code
            for key in (
                "product:price:currency",
                "og:price:currency",
                "product:sale_price:currency",
            )
            if (code := currency_code(meta.get(key, "")))
        ),
        None,
    )
    return PageHints(
        url=url,
        canonical=clean_text(canonical, 2_000) or meta.get("og:url"),
        title=meta.get("og:title") or title,
        currency=currency,
        is_product=meta.get("og:type", "").lower() in ("product", "og:product", "product.item"),
    )


def _social(graphs: list[Graph]) -> Social | None:
    return next((social for graph in graphs if (social := read_social(graph))), None)


def _item(known: list[Facts], found: list[Found], social: Social | None) -> PageItem:
    """A product if any source has one; else an account or post; else a list; else nothing."""
    if any(facts.price or facts.clashing or facts.source != "meta" for facts in known):
        return merge(known, None)
    if social is not None:
        return merge([], social)
    if any(one.n_listed > 1 for one in found):
        return PageItem(PageKind.LIST, PageStatus.OK)
    return merge(known, None) if known else PageItem()


def _explain_emptiness(item: PageItem, tree: Any, text: str) -> None:
    """Why there is nothing: a wall, or a page that the readers do not know."""
    n_visible = visible_characters(tree, blocks.LITTLE_TEXT)
    has_password = any(one.get("type", "").lower() == "password" for one in tree.iter("input"))
    refusal = blocks.judge_weakly(text, n_visible, has_password=has_password)
    if refusal is not None:
        item.kind, item.status = refusal
