"""Words of posts that are written as HTML."""

from __future__ import annotations

from spiders.pages.markup import parse_tree
from spiders.pages.nodes import clean_text


def plain_words(markup: str) -> str | None:
    """The words of a text that may be HTML, in one line and cut; None: there are none."""
    tree = parse_tree(markup) if "<" in markup or "&" in markup else None
    return clean_text(markup if tree is None else " ".join(tree.itertext()))
