"""Results as a crawling process would send them, for tests of what is made of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.support.crawls import watch_account, watch_listing, watched_workspace
from tracker.crawl_messages import Fetched
from tracker.observed import AccountItem, Count, FetchStatus, ListingItem, PostItem
from tracker.services.crawl_claims import Claim, claim_host, finish
from tracker.services.crawl_results import write_results

__all__ = ["account", "deliver", "fetched", "listing", "post", "watch_account", "watch_listing",
           "watched_workspace"]  # fmt: skip


def fetched(target: Any, at: datetime, status: str = "ok", **fields: Any) -> Fetched:
    return Fetched(
        run_id=0, target_id=target.id, at=at, status=FetchStatus(status), url=target.url, **fields
    )


def listing(price: str | None = "9.90", **fields: Any) -> ListingItem:
    amount = None if price is None else Decimal(price)
    return ListingItem(price=amount, currency="EUR", parser_version=1, **fields)


def account(followers: int | None = 1_000, **counts: int) -> AccountItem:
    known = {**counts, **({} if followers is None else {"followers": followers})}
    return AccountItem(
        counts={name: Count.exactly(value) for name, value in known.items()}, parser_version=1
    )


def post(ref: str, published_at: datetime | None = None, **counts: int) -> PostItem:
    return PostItem(
        ref=ref,
        published_at=published_at,
        counts={name: Count.exactly(value) for name, value in counts.items()},
        parser_version=1,
    )


def deliver(session: Any, results: list[Fetched], now: datetime) -> Claim:
    """Claim the host, write the results, finish the run: one crawl, without the network."""
    claim = claim_host(session, now)
    assert claim is not None
    assert write_results(session, claim, results, now)
    assert finish(session, claim, "done", now)
    return claim
