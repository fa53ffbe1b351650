"""Things as schema.org describes them, out of JSON-LD, microdata and RDFa in one shape.

A node is a dict: keys in lower case without prefix, "@type" a list of type names in lower case;
values are text, Decimals, booleans, nodes, or lists of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

Node = dict[str, Any]

MAX_DEPTH = 40
MAX_NODES = 50_000


class Graph:
    """The nodes of one source of one page."""

    def __init__(self, source: str, roots: list[Node]) -> None:
        self.source = source
        """json_ld, microdata or rdfa."""
        self.roots = roots
        self.by_id: dict[str, Node] = {}
        for node in self.walk():
            name = node.get("@id")
            if isinstance(name, str) and len(node) > 2 and name not in self.by_id:
                self.by_id[name] = node

    def walk(self) -> Iterator[Node]:
        """Every node once, parents first."""
        waiting: list[Any] = list(reversed(self.roots))
        seen = 0
        while waiting and seen < MAX_NODES:
            value = waiting.pop()
            if isinstance(value, dict):
                seen += 1
                yield value
                waiting.extend(reversed(list(value.values())))
            elif isinstance(value, list):
                waiting.extend(reversed(value))

    def all(self, node: Node, key: str) -> list[Any]:
        """The values of a key as a list, references to other nodes followed."""
        value = node.get(key)
        values = value if isinstance(value, list) else [value]
        return [self.resolved(item) for item in values if item is not None]

    def nodes(self, node: Node, key: str) -> list[Node]:
        """Those values of a key that are nodes."""
        return [value for value in self.all(node, key) if isinstance(value, dict)]

    def resolved(self, value: Any) -> Any:
        """The node that `{"@id": …}` refers to; anything else as it is."""
        if isinstance(value, dict) and isinstance(value.get("@id"), str) and len(value) <= 2:
            return self.by_id.get(value["@id"], value)
        return value

    def text(self, node: Node, *keys: str) -> str | None:
        """The first text of the first key that has one; of a node, its name."""
        for key in keys:
            for value in self.all(node, key):
                found = self._text_of(value)
                if found:
                    return found
        return None

    def _text_of(self, value: Any) -> str | None:
        if isinstance(value, dict):
            inner = value.get("name") or value.get("@value") or value.get("url") or value.get("@id")
            return self._text_of(inner) if not isinstance(inner, dict) else None
        if isinstance(value, list):
            return self._text_of(value[0]) if value else None
        if isinstance(value, Decimal):
            return format(value, "f")
        return clean_text(value) if isinstance(value, str) else None


def clean_text(text: str, limit: int = 500) -> str | None:
    """A text in one line, cut; None when nothing is left."""
    return re.sub(r"\s+", " ", text[: limit * 4].replace("\x00", "")).strip()[:limit] or None


def short_name(name: str) -> str:
    """The last part of a name: https://schema.org/Product and schema:Product are "product"."""
    return re.split(r"[/#:]", name.strip().rstrip("/"))[-1].strip().lower()


def normalised(value: Any, depth: int = 0) -> Any:
    """A JSON-LD value with keys and types in the shape of nodes; too deep is None."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, list):
        return [normalised(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    node: Node = {}
    for key, inner in value.items():
        name = key.lower() if key.startswith("@") else short_name(key)
        if name in ("@type", "type") and isinstance(inner, str | list):
            types = inner if isinstance(inner, list) else [inner]
            node["@type"] = [short_name(one) for one in types if isinstance(one, str)]
        elif name not in node or node[name] in (None, "", []):
            node[name] = normalised(inner, depth + 1)
    return node


def types_of(node: Node) -> list[str]:
    """Type names in lower case; [] when it has none."""
    found = node.get("@type")
    return found if isinstance(found, list) else []
