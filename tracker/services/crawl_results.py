"""What came of fetches, written as it comes: the fetch, the target's next date, the numbers.

One transaction for some results of one host, under the host's claim: either a result is in the
database and its target is no longer due, or it is not and the target is fetched again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.crawl_messages import Fetched, Robots
from tracker.db import insert_new
from tracker.domain.crawl_times import back_off
from tracker.domain.plausibility import Doubt
from tracker.models import (
    CrawlDomain,
    CrawlFetch,
    CrawlRun,
    CrawlTarget,
    Listing,
    SocialPost,
)
from tracker.observed import GOOD, RANKING, REFUSALS, FetchStatus, Item, ListingItem, PostItem
from tracker.services.bulk import among, table_of
from tracker.services.crawl_claims import Claim, hold
from tracker.services.crawl_schedule import TRANSIENT, Hours, hours_of, next_fetch
from tracker.services.crawl_targets import watch_posts
from tracker.services.posts import find_removed, refresh_post, remember_posts
from tracker.services.quarantine import keep_aside
from tracker.services.snapshots import Observed, confirm, record

GONE_AFTER = timedelta(hours=20)
"""A page that is "not found" is held for removed when it still is so long after the first time."""


def write_results(
    session: Session, claim: Claim, results: Sequence[Fetched], now: datetime
) -> bool:
    """Write results of one host; see `write_deliveries`. Returns whether the host is still ours."""
    return not write_deliveries(session, [(claim, results)], now)


def write_deliveries(
    session: Session, deliveries: Sequence[tuple[Claim, Sequence[Fetched]]], now: datetime
) -> set[int]:
    """Write results of several hosts, each under its claim.

    Returns the runs whose host is no longer ours: of them nothing was written, and what was
    fetched will be fetched again by whoever holds the host now.
    """
    lost: set[int] = set()
    held: list[_Held] = []
    for claim, results in deliveries:
        domain = hold(session, claim.host, claim.fence, now)
        if domain is None:
            lost.add(claim.run_id)
        else:
            held += [_Held(claim, domain, result) for result in results]
    targets = _targets(session, held)
    known = _known(session, held)
    fresh = [
        one
        for one in held
        if one.result.target_id in targets and (one.claim.run_id, one.result.target_id) not in known
    ]
    doubts = _store_readings(session, fresh, targets, now)
    hours: dict[int, Hours] = {}
    rows = []
    for one in fresh:
        target = targets[one.result.target_id]
        if target.workspace_id not in hours:
            hours[target.workspace_id] = hours_of(session, target.workspace_id, one.result.at)
        if target.id in doubts:
            one.status, one.detail = FetchStatus.QUARANTINED, doubts[target.id].detail
        _move_on(session, target, one, hours[target.workspace_id])
        rows.append(_fetch_row(one))
        _mind_the_host(one)
    insert_new(session, table_of(CrawlFetch), rows, key=["run_id", "target_id"])
    _count(session, rows)
    session.flush()
    return lost


class _Held:
    """A result, the claim that it is written under, and what is made of its status."""

    __slots__ = ("claim", "detail", "domain", "result", "status")

    def __init__(self, claim: Claim, domain: CrawlDomain, result: Fetched) -> None:
        self.claim = claim
        self.domain = domain
        self.result = result
        self.status = result.status
        self.detail = result.detail


def _known(session: Session, held: Sequence[_Held]) -> set[tuple[int, int]]:
    """Runs and targets whose result is written already."""
    if not held:
        return set()
    rows = session.execute(
        select(CrawlFetch.run_id, CrawlFetch.target_id).where(
            among(session, CrawlFetch.run_id, {one.claim.run_id for one in held}),
            among(session, CrawlFetch.target_id, {one.result.target_id for one in held}),
        )
    )
    return {(row[0], row[1]) for row in rows}


def _count(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add to the figures of the runs."""
    for run_id in {row["run_id"] for row in rows}:
        statuses = [row["status"] for row in rows if row["run_id"] == run_id]
        n_ok = sum(status in GOOD for status in statuses)
        session.execute(
            update(CrawlRun)
            .where(CrawlRun.id == run_id)
            .values(n_ok=CrawlRun.n_ok + n_ok, n_failed=CrawlRun.n_failed + len(statuses) - n_ok)
        )


def write_robots(session: Session, claim: Claim, robots: Robots, now: datetime) -> bool:
    """Remember a host's robots.txt. Returns False when the host is no longer ours."""
    domain = hold(session, claim.host, claim.fence, now)
    if domain is None:
        return False
    domain.robots_status = robots.status
    domain.robots_http = robots.http_status
    domain.robots_body = robots.body.replace("\x00", "")
    domain.robots_at = now
    domain.crawl_delay_ms = robots.crawl_delay_ms
    session.flush()
    return True


def _targets(session: Session, held: Sequence[_Held]) -> dict[int, CrawlTarget]:
    """The targets that are still there (one may be deleted while it is fetched)."""
    if not held:
        return {}
    rows = session.scalars(
        select(CrawlTarget)
        .where(among(session, CrawlTarget.id, {one.result.target_id for one in held}))
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


# --- readings -------------------------------------------------------------------------------------


def _store_readings(
    session: Session, fresh: Sequence[_Held], targets: dict[int, CrawlTarget], now: datetime
) -> dict[int, Doubt]:
    """Store what was read; gives the doubts about the targets' own items, by target."""
    observed: list[Observed] = []
    for one in fresh:
        target = targets[one.result.target_id]
        if one.status in (FetchStatus.OK, FetchStatus.AMBIGUOUS):
            observed += _observed(session, target, one.result, one.claim.run_id)
        elif one.status is FetchStatus.UNCHANGED:
            at, run_id = one.result.at, one.claim.run_id
            confirm(session, target.workspace_id, _subject(target), at, run_id)
    if not observed:
        return {}
    answers = record(session, observed)
    doubted = [
        (one, doubt) for one, doubt in zip(observed, answers, strict=True) if doubt is not None
    ]
    keep_aside(session, doubted, now)
    return {
        one.target_id: doubt
        for one, doubt in doubted
        if one.subject == _subject(targets[one.target_id])
    }


def _subject(target: CrawlTarget) -> tuple[str, int]:
    ids = {
        "account": target.social_account_id,
        "post": target.post_id,
        "listing": target.listing_id,
    }
    return target.kind, ids[target.kind]


def _observed(
    session: Session, target: CrawlTarget, result: Fetched, run_id: int
) -> list[Observed]:
    """The target's own item, and of an account the posts that its page shows."""
    found: list[Observed] = []
    posts = [item for item in result.items if isinstance(item, PostItem)]
    own = _own_item(target, result)
    if own is not None:
        found.append(_as_observed(target, _subject(target), own, result, run_id))
        if isinstance(own, PostItem):
            refresh_post(session, target.post_id, own, result.at)
    if target.kind == "account" and (posts or result.covers_since is not None):
        rows = remember_posts(session, target, posts, result.at)
        for item in posts:
            subject = ("post", rows[item.ref].id)
            found.append(_as_observed(target, subject, item, result, run_id))
        if result.is_complete and result.covers_since is not None:
            find_removed(session, target, set(rows), result.covers_since, result.at)
        wanted = [(one.ref, one.url, one.host) for one in result.post_targets]
        watch_posts(session, target, rows, wanted, result.at)
    return found


def _own_item(target: CrawlTarget, result: Fetched) -> Item | None:
    kind = "rank" if target.source == RANKING else target.kind
    mine = [item for item in result.items if item.kind == kind]
    if target.kind == "post" and target.ref:
        mine = [item for item in mine if item.ref == target.ref] or mine[:1]
    return mine[0] if mine else None


def _as_observed(
    target: CrawlTarget,
    subject: tuple[str, int],
    item: Item,
    result: Fetched,
    run_id: int,
) -> Observed:
    return Observed(
        workspace_id=target.workspace_id,
        subject=subject,
        item=item,
        taken_at=result.at,
        source=target.source,
        run_id=run_id,
        target_id=target.id,
    )


# --- target and host ------------------------------------------------------------------------------


def _move_on(session: Session, target: CrawlTarget, one: _Held, hours: Hours) -> None:
    """The target's state after a fetch, and its next date."""
    result, status = one.result, one.status
    is_good = status in GOOD
    target.last_at = result.at
    target.last_status = status.value
    target.last_detail = one.detail
    target.failures = 0 if is_good or status is FetchStatus.QUARANTINED else target.failures + 1
    target.is_asked = False
    target.ref = result.ref or target.ref
    if is_good:
        target.last_ok_at = result.at
    if status in (FetchStatus.OK, FetchStatus.AMBIGUOUS):
        urls = {url: list(pair) for url, pair in result.validators.items()}
        target.validators = {"version": result.parser_version, "urls": urls}
    _note_absence(session, target, status, result.at)
    published_at = None
    if target.kind == "post":
        post = session.get(SocialPost, target.post_id)
        published_at = post.published_at if post else None
    robots_failed = status is FetchStatus.ROBOTS and one.domain.robots_status == "disallow_all"
    target.next_at = next_fetch(
        target, hours, result.at, published_at, is_transient=status in TRANSIENT or robots_failed
    )


def _note_absence(session: Session, target: CrawlTarget, status: FetchStatus, at: datetime) -> None:
    """Removed: the server says "gone", or says "not found" a day later still. Never from a fetch
    that was blocked, broken or cut short, nor because a page of results is gone."""
    if target.source == RANKING:
        return
    if status in GOOD or status is FetchStatus.QUARANTINED:
        if target.missing_since is not None:
            target.missing_since = None
            _set_removed(session, target, None)
    elif status in (FetchStatus.GONE, FetchStatus.NOT_FOUND):
        target.missing_since = target.missing_since or at
        if status is FetchStatus.GONE or at - target.missing_since >= GONE_AFTER:
            _set_removed(session, target, target.missing_since)


def _set_removed(session: Session, target: CrawlTarget, at: datetime | None) -> None:
    row: SocialPost | Listing | None = None
    if target.kind == "post":
        row = session.get(SocialPost, target.post_id)
    elif target.kind == "listing":
        row = session.get(Listing, target.listing_id)
    if row is not None and (at is None or row.removed_at is None):
        row.removed_at = at


def _mind_the_host(one: _Held) -> None:
    """A refusal leaves the host alone for a while, each time longer; a good answer forgives."""
    domain, result = one.domain, one.result
    if one.status in REFUSALS:
        domain.failures += 1
        asked = result.retry_after_s
        wait = back_off(domain.failures, None if asked is None else timedelta(seconds=asked))
        domain.next_allowed_at = result.at + wait
        domain.last_status = one.status.value
        domain.last_detail = result.detail
    elif one.status in GOOD:
        domain.failures = 0
        domain.last_status = domain.last_detail = ""


def _fetch_row(one: _Held) -> dict[str, Any]:
    result = one.result
    return {
        "run_id": one.claim.run_id,
        "target_id": result.target_id,
        "at": result.at,
        "status": one.status.value,
        "http_status": result.http_status,
        "url": result.url,
        "detail": one.detail,
        "n_requests": result.n_requests,
        "n_bytes": result.n_bytes,
        "took_ms": result.took_ms,
        "read": _evidence(result),
    }


def _evidence(result: Fetched) -> dict[str, str]:
    """What was read, as it was written: of the first item that is not a post among posts."""
    if not result.items:
        return {}
    item = next((one for one in result.items if one.kind != "post"), result.items[0])
    evidence = {str(metric): count.raw for metric, count in item.counts.items()}
    if isinstance(item, ListingItem):
        for name in ("price", "list_price", "availability", "currency"):
            value = getattr(item, name)
            if value not in (None, ""):
                evidence[name] = str(value)
    n_posts = sum(one.kind == "post" for one in result.items)
    if n_posts and item.kind != "post":
        evidence["posts_seen"] = str(n_posts)
    return evidence
