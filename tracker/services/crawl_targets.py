"""Targets: what is watched. People add, change, pause, delete, and ask for a fetch now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.domain.crawl_times import first_fetch, next_by_age
from tracker.models import (
    CrawlTarget,
    Listing,
    MetricPoint,
    SocialAccount,
    SocialPost,
    Workspace,
)
from tracker.services import audit
from tracker.services.errors import RefusedError

DEFAULT_INTERVALS: Final = {
    "account": (timedelta(days=1), timedelta(hours=12)),
    "post": (timedelta(days=1), timedelta(days=1)),
    "listing": (timedelta(days=1), timedelta(hours=6)),
}
"""Kind -> usual interval, and the one during a promotion (facts on politeness: accounts once or
twice a day, listings one to four times)."""

SHORTEST: Final = timedelta(minutes=15)
LONGEST: Final = timedelta(days=30)

MOST_TARGETS: Final = 20_000
"""Targets of one workspace."""

SPREAD: Final = timedelta(minutes=10)
"""Targets added together are first fetched within this time."""


def add_target(
    session: Session,
    workspace: Workspace,
    *,
    kind: str,
    source: str,
    url: str,
    host: str,
    social_account_id: int = 0,
    post_id: int = 0,
    listing_id: int = 0,
    interval: timedelta | None = None,
    promotion_interval: timedelta | None = None,
    user_id: int = 0,
    now: datetime | None = None,
) -> CrawlTarget:
    """Watch an account, a post or a listing.

    Args:
        kind: account, post or listing; the id of that kind must be given, and be the workspace's.
        source: name of the source that reads it.
        url: judged by `spiders.net.check_url`, in its safe spelling: services know no spiders, so
            the caller has done that.
        host: the host that is really asked (`spiders.sources.base.host_of`).
        interval: None: the kind's usual one.

    Raises RefusedError: value_missing (url, host, source, or the kind's id), unknown_account,
    unknown_post, unknown_listing, out_of_range (interval, promotion_interval), target_known (url),
    too_many (url).
    """
    now = now or datetime.now(UTC)
    for name, value in (("source", source), ("url", url), ("host", host)):
        if not value:
            raise RefusedError("value_missing", name)
    ids = {"account": social_account_id, "post": post_id, "listing": listing_id}
    _check_subject(session, workspace, kind, ids[kind])
    _check_room(session, workspace, kind, source, url)
    usual, during_promotion = DEFAULT_INTERVALS[kind]
    target = CrawlTarget(
        workspace_id=workspace.id,
        kind=kind,
        source=source,
        url=url,
        host=host.lower(),
        **{_column(name): ids[name] if name == kind else 0 for name in ids},
        interval_s=_seconds(interval or usual, "interval"),
        promotion_interval_s=_seconds(
            promotion_interval or min(interval or during_promotion, during_promotion),
            "promotion_interval",
        ),
        next_at=now,
        user_id=user_id,
        created_at=now,
    )
    session.add(target)
    session.flush()
    target.next_at = first_fetch(target.id, now, SPREAD)
    audit.note(session, "crawl_target.added", url[:200], user_id=user_id, kind=kind, source=source)
    session.flush()
    return target


def edit_target(
    session: Session,
    workspace: Workspace,
    target_id: int,
    *,
    interval: timedelta,
    promotion_interval: timedelta,
) -> CrawlTarget:
    """Change how often a target is fetched; a fetch that is due later than that is drawn nearer.

    Raises RefusedError: unknown_target, out_of_range (interval, promotion_interval).
    """
    target = get_target(session, workspace, target_id)
    target.interval_s = _seconds(interval, "interval")
    target.promotion_interval_s = _seconds(promotion_interval, "promotion_interval")
    if target.kind != "post" and target.next_at is not None and target.last_at is not None:
        target.next_at = min(target.next_at, target.last_at + interval)
    session.flush()
    return target


def pause_target(
    session: Session, workspace: Workspace, target_id: int, *, is_active: bool
) -> CrawlTarget:
    """Pause a target, or go on with it. Raises RefusedError: unknown_target."""
    target = get_target(session, workspace, target_id)
    target.is_active = is_active
    if is_active and target.next_at is None and target.kind != "post":
        target.next_at = datetime.now(UTC)
    session.flush()
    return target


def delete_target(
    session: Session, workspace: Workspace, target_id: int, *, user_id: int = 0
) -> None:
    """Stop watching; what was read stays. One that is gone already is no error."""
    target = session.get(CrawlTarget, target_id)
    if target is None or target.workspace_id != workspace.id:
        return
    audit.note(session, "crawl_target.deleted", target.url[:200], user_id=user_id)
    session.delete(target)
    session.flush()


def fetch_now(
    session: Session, workspace: Workspace, target_id: int, now: datetime | None = None
) -> CrawlTarget:
    """Make a target due at once, whatever the schedule and its quiet hours say.

    A host that asked to be left alone still is: then the fetch comes when that time is over.
    Enqueue `jobs.crawling.crawl_due` after the commit. Raises RefusedError: unknown_target.
    """
    target = get_target(session, workspace, target_id)
    target.is_asked = True
    target.next_at = now or datetime.now(UTC)
    session.flush()
    return target


def forget_account(
    session: Session, workspace: Workspace, social_account_id: int, *, user_id: int = 0
) -> None:
    """Delete all that was observed of an account: its targets, posts and numbers.

    The account itself stays, as people entered it. Raises RefusedError: unknown_account.
    """
    _check_subject(session, workspace, "account", social_account_id)
    posts = select(SocialPost.id).where(
        SocialPost.workspace_id == workspace.id,
        SocialPost.social_account_id == social_account_id,
    )
    post_ids = posts.scalar_subquery()
    session.execute(
        delete(MetricPoint).where(
            MetricPoint.subject_kind == "post", MetricPoint.subject_id.in_(post_ids)
        )
    )
    session.execute(
        delete(MetricPoint).where(
            MetricPoint.subject_kind == "account", MetricPoint.subject_id == social_account_id
        )
    )
    session.execute(
        delete(CrawlTarget)
        .where(
            CrawlTarget.workspace_id == workspace.id,
            (CrawlTarget.social_account_id == social_account_id)
            | CrawlTarget.post_id.in_(post_ids),
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(SocialPost).where(
            SocialPost.workspace_id == workspace.id,
            SocialPost.social_account_id == social_account_id,
        )
    )
    session.get_one(SocialAccount, social_account_id).followers = None
    audit.note(session, "account.forgotten", str(social_account_id), user_id=user_id)
    session.flush()


def get_target(session: Session, workspace: Workspace, target_id: int) -> CrawlTarget:
    """A target of the workspace. Raises RefusedError: unknown_target."""
    target = session.get(CrawlTarget, target_id)
    if target is None or target.workspace_id != workspace.id:
        raise RefusedError("unknown_target", "target_id")
    return target


def watch_posts(
    session: Session,
    account_target: CrawlTarget,
    posts: dict[str, SocialPost],
    wanted: list[tuple[str, str, str]],
    now: datetime,
) -> int:
    """Watch posts that an account's page showed, at their ages; known targets stay as they are.

    Args:
        posts: by their ref.
        wanted: (ref, url, host) of posts that can be read by themselves.

    Returns how many targets are new. Posts past their last age, or without a date, get none.
    """
    n_new = 0
    known = set(
        session.scalars(
            select(CrawlTarget.post_id).where(
                CrawlTarget.workspace_id == account_target.workspace_id,
                CrawlTarget.post_id.in_([post.id for post in posts.values()]),
            )
        )
    )
    for ref, url, host in wanted:
        post = posts.get(ref)
        if post is None or post.id in known or post.published_at is None:
            continue
        next_at = next_by_age(post.published_at, now)
        if next_at is None:
            continue
        session.add(
            CrawlTarget(
                workspace_id=account_target.workspace_id,
                kind="post",
                source=account_target.source,
                url=url,
                host=host.lower(),
                ref=ref,
                post_id=post.id,
                interval_s=int(DEFAULT_INTERVALS["post"][0].total_seconds()),
                promotion_interval_s=int(DEFAULT_INTERVALS["post"][1].total_seconds()),
                next_at=next_at,
                created_at=now,
            )
        )
        known.add(post.id)
        n_new += 1
    session.flush()
    return n_new


def _check_room(session: Session, workspace: Workspace, kind: str, source: str, url: str) -> None:
    known = select(CrawlTarget.id).filter_by(
        workspace_id=workspace.id, kind=kind, source=source, url=url
    )
    if session.scalar(known) is not None:
        raise RefusedError("target_known", "url")
    count = select(func.count()).where(CrawlTarget.workspace_id == workspace.id)
    if (session.scalar(count) or 0) >= MOST_TARGETS:
        raise RefusedError("too_many", "url", most=MOST_TARGETS)


def _column(kind: str) -> str:
    return {"account": "social_account_id", "post": "post_id", "listing": "listing_id"}[kind]


def _check_subject(session: Session, workspace: Workspace, kind: str, subject_id: int) -> None:
    if subject_id <= 0:
        raise RefusedError("value_missing", _column(kind))
    row: SocialAccount | SocialPost | Listing | None
    if kind == "account":
        row = session.get(SocialAccount, subject_id)
    elif kind == "post":
        row = session.get(SocialPost, subject_id)
    else:
        row = session.get(Listing, subject_id)
    if row is None or row.workspace_id != workspace.id:
        raise RefusedError(f"unknown_{kind}", _column(kind))


def _seconds(interval: timedelta, field: str) -> int:
    if not SHORTEST <= interval <= LONGEST:
        raise RefusedError("out_of_range", field)
    return int(interval.total_seconds())
