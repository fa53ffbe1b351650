"""The reader of listings beside extruct's plain output, on pages made in 40 shapes.

    tracker bench listings --json

Both get the same pages in the same run. extruct's output is taken as its handbook shows: of the
first product that has offers, in the order JSON-LD, microdata, OpenGraph, its first offer's price,
currency and availability as they stand, and its rating. A value that is there and true counts as
found; one that is wrong, or where the page says none, as wrong; nothing where the page says
something, as missed. "narrow" gives extruct the three syntaxes that it is asked for here; "all" its
default.

We wrote the shapes and know our reader, so the figures say where the two differ and not what pages
in the wild hold. One rule was changed after the first measure: a currency is read though the price
beside it is none (recall of the currency was 0.974 before).
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib.util import find_spec
from typing import Any

from benchmarks import support
from benchmarks.listing_pages import SHAPES, Case, cases
from spiders.pages.listing import read_page

FIELDS = ("price", "currency", "availability", "rating")
NARROW = ("json-ld", "microdata", "opengraph")
_STATES = {"InStock": "in_stock", "OutOfStock": "out_of_stock", "PreOrder": "pre_order"}


@dataclass(slots=True)
class Answer:
    """What a reader says of a page."""

    price: Decimal | None = None
    currency: str | None = None
    availability: str | None = None
    rating: Decimal | None = None


Reader = Callable[[Case], Answer]


def main(pages: int = 5, repeats: int = 3) -> dict[str, Any]:
    """Read `pages` pages of every shape with each reader; speed is the median of `repeats`."""
    made = list(cases(pages))
    result: dict[str, Any] = {
        "shapes": len(SHAPES),
        "pages": len(made),
        "mean_characters": sum(len(one.page) for one in made) // len(made),
        **support.surroundings(("extruct", "lxml", "parsel")),
        "ours": measured(read_ours, made, repeats),
    }
    if find_spec("extruct") is None:
        result["extruct"] = {"skipped": "extruct is not installed (it is a development package)"}
        return result
    logging.getLogger("rdflib").setLevel(logging.ERROR)
    result["extruct"] = {
        "narrow": measured(lambda case: read_extruct(case, NARROW), made, repeats),
        "all": measured(lambda case: read_extruct(case, None), made, 1),
    }
    result["times_extruct_narrow_pages_per_second"] = support.ratio(
        result["ours"]["pages_per_second"], result["extruct"]["narrow"]["pages_per_second"]
    )
    return result


def measured(reader: Reader, made: Sequence[Case], repeats: int) -> dict[str, Any]:
    """Precision, recall and F1 by field; pages a second; the shapes that were not read right."""
    answers: list[Answer] = []
    speeds = []
    for _ in range(repeats):
        began = time.perf_counter()
        answers = [reader(case) for case in made]
        speeds.append(len(made) / (time.perf_counter() - began))
    found: dict[str, Any] = {name: score(name, answers, made) for name in FIELDS}
    found["pages_per_second"] = support.median(speeds)
    wrong = Counter(
        case.shape
        for case, answer in zip(made, answers, strict=True)
        if any(getattr(case.truth, name) != getattr(answer, name) for name in FIELDS)
    )
    found["pages_not_wholly_right"] = sum(wrong.values())
    found["shapes_not_wholly_right"] = sorted(wrong)
    return found


def score(field: str, answers: Sequence[Answer], made: Sequence[Case]) -> dict[str, float | None]:
    """Precision, recall, F1 of one field."""
    pairs = [
        (getattr(answer, field), getattr(case.truth, field))
        for answer, case in zip(answers, made, strict=True)
    ]
    right = sum(1 for said, true in pairs if said is not None and said == true)
    said = sum(1 for one, _ in pairs if one is not None)
    true = sum(1 for _, one in pairs if one is not None)
    precision, recall = support.ratio(right, said), support.ratio(right, true)
    both = (precision or 0.0) + (recall or 0.0)
    f1 = round(2 * (precision or 0.0) * (recall or 0.0) / both, 3) if both else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def read_ours(case: Case) -> Answer:
    """Our reader, as a crawl uses it."""
    item = read_page(case.page.encode(), case.url)
    return Answer(item.price, item.currency, item.availability, item.rating)


def read_extruct(case: Case, syntaxes: Sequence[str] | None) -> Answer:
    """Extruct's output, taken as it stands."""
    import extruct  # a development package, absent where the program only runs

    wanted = {} if syntaxes is None else {"syntaxes": list(syntaxes)}
    data = extruct.extract(case.page, base_url=case.url, uniform=True, errors="log", **wanted)
    for syntax in NARROW[:2]:
        for node in data.get(syntax, []):
            if node.get("@type") == "Product" and node.get("offers"):
                return _of_product(node)
    return _of_opengraph(data.get("opengraph", []))


def _of_product(node: dict[str, Any]) -> Answer:
    offers = node["offers"]
    offer = offers[0] if isinstance(offers, list) else offers
    offer = offer if isinstance(offer, dict) else {}
    rating = node.get("aggregateRating")
    return Answer(
        _decimal(offer.get("price")),
        _text(offer.get("priceCurrency")),
        _state(offer.get("availability")),
        _decimal(rating.get("ratingValue")) if isinstance(rating, dict) else None,
    )


def _of_opengraph(nodes: Sequence[dict[str, Any]]) -> Answer:
    for node in nodes:
        price = _decimal(node.get("product:price:amount"))
        if price is not None:
            currency = _text(node.get("product:price:currency"))
            return Answer(price, currency, _state(node.get("product:availability")))
    return Answer()


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _state(value: Any) -> str | None:
    word = str(value).rpartition("/")[2] if value else ""
    return _STATES.get(word, word or None)


if __name__ == "__main__":
    print(json.dumps(main(), indent=2))
