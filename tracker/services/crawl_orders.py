"""What the crawling process is told of a claim: the targets, and nothing that they do not need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.crawl_messages import Batch, Robots, Target
from tracker.models import CrawlTarget, Listing, TaughtSelector
from tracker.services.bulk import among
from tracker.services.crawl_claims import Claim

OpenKeys = Callable[[Session, int, str], dict[str, str]]
"""(session, workspace id, source) -> the workspace's keys for that source, by name."""


def batch_of(session: Session, claim: Claim, open_keys: OpenKeys) -> Batch:
    """The order for a claim. A source gets its own workspace's keys, and only its own."""
    selectors = _selectors(session, claim)
    listings = _listings(session, claim.targets)
    keys: dict[tuple[int, str], dict[str, str]] = {}
    targets = []
    for row in claim.targets:
        currency, listing_url = listings.get(row.listing_id, ("", ""))
        whose = (row.workspace_id, row.source)
        if whose not in keys:
            keys[whose] = open_keys(session, *whose)
        targets.append(
            Target(
                id=row.id,
                kind=row.kind,
                source=row.source,
                url=row.url,
                ref=row.ref,
                currency=currency,
                listing_url=listing_url,
                selectors=selectors.get(row.workspace_id, {}),
                secrets=keys[whose],
                validators=_validators(row.validators),
                parser_version=int(row.validators.get("version", 0)),
            )
        )
    return Batch(run_id=claim.run_id, host=claim.host, robots=_robots(claim), targets=targets)


def _selectors(session: Session, claim: Claim) -> dict[int, dict[str, str]]:
    rows = session.execute(
        select(TaughtSelector.workspace_id, TaughtSelector.selectors).where(
            TaughtSelector.host == claim.host
        )
    )
    return {
        workspace_id: {str(name): str(css) for name, css in taught.items()}
        for workspace_id, taught in rows
    }


def _listings(session: Session, targets: list[CrawlTarget]) -> dict[int, tuple[str, str]]:
    """Fixed currency and address by listing."""
    ids = {row.listing_id for row in targets if row.listing_id}
    if not ids:
        return {}
    said = select(Listing.id, Listing.currency, Listing.url)
    rows = session.execute(said.where(among(session, Listing.id, ids)))
    return {row[0]: (row[1], row[2]) for row in rows}


def _validators(kept: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {url: (pair[0], pair[1]) for url, pair in kept.get("urls", {}).items()}


def _robots(claim: Claim) -> Robots | None:
    known = claim.robots
    if known is None:
        return None
    return Robots(
        status=known.robots_status,
        http_status=known.robots_http,
        body=known.robots_body,
        crawl_delay_ms=known.crawl_delay_ms,
    )
