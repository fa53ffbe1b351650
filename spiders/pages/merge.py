"""Several sources' facts as one item: the most trusted speaks first, contradictions are kept."""

from __future__ import annotations

from dataclasses import fields

from spiders.pages.facts import Facts, nearly
from spiders.pages.item import Candidate, PageItem, PageKind, PageStatus
from spiders.pages.profile import Social
from spiders.pages.values import count_of

_PRICE_FIELDS = {"price", "price_high", "list_price", "currency", "variants", "clashing", "source"}
_TOGETHER = {"rating", "rating_best"}


def merge(sources: list[Facts], social: Social | None) -> PageItem:
    """One item of a product's sources, most trusted first, or of an account or post.

    The price is the first source's, if no other that decides for itself contradicts it: they may
    differ by rounding, or one may give a price between the other's lowest and highest, or one
    may know both the reduced price and the list price that the other takes for the price.
    """
    if social is not None:
        return _of_social(social)
    item = PageItem(PageKind.PRODUCT, PageStatus.OK)
    for field in fields(Facts):
        if field.name not in _PRICE_FIELDS | _TOGETHER:
            _take(item, sources, field.name)
    _take_rating(item, sources)
    sold = count_of(item.sold)
    if sold is not None:
        item.counts["sold"] = sold
    _settle_price(item, sources)
    item.variants = next((facts.variants for facts in sources if facts.variants), [])
    return item


def _take(item: PageItem, sources: list[Facts], name: str) -> None:
    for facts in sources:
        value = getattr(facts, name)
        if value is not None:
            setattr(item, name, int(value) if name == "review_count" else value)
            item.sources[name] = facts.source
            return


def _take_rating(item: PageItem, sources: list[Facts]) -> None:
    for facts in sources:
        if facts.rating is not None:
            item.rating, item.rating_best = facts.rating, facts.rating_best
            item.sources["rating"] = facts.source
            return


def _settle_price(item: PageItem, sources: list[Facts]) -> None:
    deciding = [facts for facts in sources if facts.price is not None]
    undecided = [candidate for facts in sources for candidate in facts.clashing]
    first = sources[0] if sources else None
    trusted_is_torn = (
        first is not None and bool(first.clashing) and not _is_settled(deciding, first)
    )
    if trusted_is_torn or (undecided and not deciding):
        _leave_open(item, [*undecided, *_candidates(deciding)])
        return
    chosen = _chosen(deciding)
    if chosen is None:
        if deciding:
            _leave_open(item, _candidates(deciding))
        else:
            item.currency = _shared_currency(sources)
        return
    item.price, item.price_high = chosen.price, chosen.price_high
    item.sources["price"] = chosen.source
    item.currency = chosen.currency or _shared_currency(sources)
    before = [facts.list_price for facts in [chosen, *sources] if facts.list_price is not None]
    item.list_price = next((p for p in before if item.price and p > item.price), None)


def _is_settled(deciding: list[Facts], torn: Facts) -> bool:
    """Whether all sources that decide agree on one of the prices that another is torn between."""
    prices = {facts.price for facts in deciding}
    return len(prices) == 1 and any(candidate.price in prices for candidate in torn.clashing)


def _candidates(deciding: list[Facts]) -> list[Candidate]:
    return [Candidate(f.source, f.price, f.currency) for f in deciding if f.price is not None]


def _leave_open(item: PageItem, candidates: list[Candidate]) -> None:
    item.status = PageStatus.AMBIGUOUS
    item.candidates = list(dict.fromkeys(candidates))
    codes = {candidate.currency for candidate in candidates}
    item.currency = codes.pop() if len(codes) == 1 else None


def _chosen(deciding: list[Facts]) -> Facts | None:
    """The source whose price nobody contradicts; None: there is a contradiction, or no price."""
    if not deciding:
        return None
    chosen = deciding[0]
    for other in deciding[1:]:
        if _agree(chosen, other):
            continue
        if not _knows_reduction(other, chosen):
            return None
        chosen = other
    return chosen


def _agree(one: Facts, other: Facts) -> bool:
    if one.price is None or other.price is None:
        return True
    if one.currency and other.currency and one.currency != other.currency:
        return False
    if one.holds(other.price) or other.holds(one.price):
        return True
    return _knows_reduction(one, other)


def _knows_reduction(one: Facts, other: Facts) -> bool:
    """Whether one source has a reduced price, and the other only the price before it."""
    return (
        one.list_price is not None
        and one.price is not None
        and other.price is not None
        and one.list_price > one.price
        and nearly(one.list_price, other.price)
    )


def _shared_currency(sources: list[Facts]) -> str | None:
    codes = {facts.currency for facts in sources if facts.currency}
    return codes.pop() if len(codes) == 1 else None


def _of_social(social: Social) -> PageItem:
    item = PageItem(social.kind, PageStatus.AMBIGUOUS if social.clashing else PageStatus.OK)
    item.title, item.handle, item.url = social.title, social.handle, social.url
    item.image, item.published_at = social.image, social.published_at
    item.counts = dict(social.counts)
    return item
