"""A page's tree, and what its markup says: JSON-LD, microdata, RDFa Lite, meta elements."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from lxml import etree

from spiders.pages.json_text import load_json
from spiders.pages.nodes import Graph, Node, clean_text, normalised, short_name

MAX_ITEMS = 5_000
"""Scopes and properties of one page that are read."""

MAX_SCRIPTS = 200
"""Scripts of JSON-LD of one page that are read."""

MAX_DEPTH = 400
"""Ancestors that are searched for the scope of a property."""

_LINKED = {"a": "href", "area": "href", "link": "href", "img": "src", "source": "src",
           "iframe": "src", "embed": "src", "audio": "src", "video": "src", "object": "data",
           "data": "value", "meter": "value", "time": "datetime"}  # fmt: skip
_UNSEEN = frozenset({"script", "style", "title", "template"})
_UNREAD = frozenset({"isrelatedto", "issimilarto", "isaccessoryorsparepartfor", "isconsumablefor"})


MAX_ATTRIBUTES = 1_000
"""Attributes of one element; libxml2 compares each with all others of its element."""

_LONG_TAG = re.compile(r"<[^<]{8000,}")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def _without_endless_tags(text: str) -> str:
    """With elements that have thousands of attributes emptied: they would take minutes."""

    def emptied(match: re.Match[str]) -> str:
        head, _, rest = _QUOTED.sub('""', match[0]).partition(">")
        return match[0] if len(head.split()) <= MAX_ATTRIBUTES else f"<p>{rest}"

    return _LONG_TAG.sub(emptied, text)


def parse_tree(text: str) -> Any | None:
    """The tree of an HTML page; None when there is no element in it."""
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True,
        huge_tree=True,
    )  # fmt: skip
    data = _without_endless_tags(text.replace("\x00", "")).encode("utf-8", "replace")
    if not data.strip():
        return None
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, AssertionError):  # libxml2 gives up on some bytes
        return None


def read_json_ld(tree: Any) -> Graph:
    """The nodes of all scripts of JSON-LD; one that is broken costs only itself."""
    roots: list[Node] = []
    scripts = (one for one in tree.iter("script") if "ld+json" in one.get("type", "").lower())
    for script in islice(scripts, MAX_SCRIPTS):
        for document in load_json(script.text or ""):
            _add_roots(normalised(document), roots)
    return Graph("json_ld", roots)


def _add_roots(value: Any, roots: list[Node]) -> None:
    if isinstance(value, list):
        for item in value:
            _add_roots(item, roots)
    elif isinstance(value, dict):
        _add_roots(value.get("@graph"), roots)
        if len(value) > 2 or "@graph" not in value:
            roots.append({key: inner for key, inner in value.items() if key != "@graph"})


def graph_of_json(document: Any) -> Graph:
    """The nodes of a document that is JSON-LD itself."""
    roots: list[Node] = []
    _add_roots(normalised(document), roots)
    return Graph("json_ld", roots)


class _Vocabulary:
    """The attribute names of microdata, or of RDFa Lite."""

    def __init__(self, source: str, scope: str, kind: str, prop: str, name: str) -> None:
        self.source, self.scope, self.kind, self.prop, self.name = source, scope, kind, prop, name


_MICRODATA = _Vocabulary("microdata", "itemscope", "itemtype", "itemprop", "itemid")
_RDFA = _Vocabulary("rdfa", "typeof", "typeof", "property", "resource")


def read_microdata(tree: Any) -> Graph:
    """The items of microdata."""
    return _read_scopes(tree, _MICRODATA)


def read_rdfa(tree: Any) -> Graph:
    """The nodes of RDFa Lite: elements with typeof, and their properties."""
    return _read_scopes(tree, _RDFA)


def _read_scopes(tree: Any, words: _Vocabulary) -> Graph:
    # One step along the descendant axis: "//" merges results pair by pair, which takes minutes.
    scopes = tree.xpath(f"/descendant::*[@{words.scope}]")[:MAX_ITEMS]
    nodes: dict[Any, Node] = {element: _new_node(element, words) for element in scopes}
    inner: set[Any] = set()
    references = _references(tree, scopes) if words is _MICRODATA else {}
    properties = tree.xpath(f"/descendant::*[@{words.prop}]")[:MAX_ITEMS] if nodes else []
    for element in properties:
        owner = _owner(element, nodes, references)
        names = [short_name(name) for name in element.get(words.prop, "").split()]
        if owner is None or not names:
            continue
        value = nodes.get(element)
        if value is not None:
            inner.add(element)
        for name in names:
            _add(owner, name, _value(element) if value is None else value)
    roots = [node for element, node in nodes.items() if element not in inner]
    return Graph(words.source, roots)


def _new_node(element: Any, words: _Vocabulary) -> Node:
    node: Node = {"@type": [short_name(name) for name in element.get(words.kind, "").split()]}
    if element.get(words.name):
        node["@id"] = element.get(words.name)
    return node


def _references(tree: Any, scopes: list[Any]) -> dict[Any, Any]:
    """Element -> the scope that names it by itemref."""
    wanted = {name: scope for scope in scopes for name in scope.get("itemref", "").split()[:50]}
    if not wanted:
        return {}
    return {
        element: wanted[element.get("id")]
        for element in tree.xpath("/descendant::*[@id]")
        if element.get("id") in wanted
    }


def _owner(element: Any, nodes: dict[Any, Node], references: dict[Any, Any]) -> Node | None:
    """The node of the nearest scope around a property."""
    current = element
    for _ in range(MAX_DEPTH):
        if current in references and references[current] is not element:
            return nodes.get(references[current])
        current = current.getparent()
        if current is None:
            return None
        if current in nodes:
            return nodes[current]
    return None


def _value(element: Any) -> str:
    content = element.get("content")
    if content is not None:
        return str(content)
    attribute = _LINKED.get(element.tag)
    if attribute is not None and element.get(attribute) is not None:
        return str(element.get(attribute))
    return clean_text("".join(element.itertext()), limit=2_000) or ""


def _add(node: Node, name: str, value: Any) -> None:
    if name in _UNREAD:
        return
    if name not in node:
        node[name] = value
    elif isinstance(node[name], list):
        node[name].append(value)
    else:
        node[name] = [node[name], value]


def read_meta(tree: Any) -> dict[str, str]:
    """Meta elements by property or name in lower case; of several, the first that is not empty."""
    found: dict[str, str] = {}
    for element in islice(tree.iter("meta"), MAX_ITEMS):
        name = (element.get("property") or element.get("name") or "").strip().lower()
        content = clean_text(element.get("content", ""), limit=2_000)
        if name and content and name not in found:
            found[name] = content
    return found


def read_loose(tree: Any) -> dict[str, list[str]]:
    """Microdata properties of prices outside of any scope: name in lower case -> values."""
    found: dict[str, list[str]] = {}
    wanted = "@itemprop='price' or @itemprop='priceCurrency' or @itemprop='availability'"
    for element in tree.xpath(f"/descendant::*[{wanted}][not(ancestor::*[@itemscope])]")[:200]:
        found.setdefault(element.get("itemprop").lower(), []).append(_value(element))
    return found


def visible_characters(tree: Any, limit: int) -> int:
    """How many characters a page shows, blanks squeezed; counting stops above the limit."""
    count = 0
    for element in tree.iter():
        if element.tag not in _UNSEEN and element.text:
            count += len(" ".join(element.text.split()))
        if element.tail:
            count += len(" ".join(element.tail.split()))
        if count > limit:
            break
    return count
