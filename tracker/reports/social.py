"""What was observed of an influencer: accounts, growth, posts, and what their deals brought.

Follower counts never enter ROI; they stand beside it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain import anomalies, metrics
from tracker.domain.anomalies import DayCount, Look, PostCounts
from tracker.domain.periods import Period, period_bounds
from tracker.models import CrawlTarget, SocialAccount, SocialPost
from tracker.models.base import from_micros
from tracker.reports.curves import Curve
from tracker.reports.deal_returns import DealReturn, deal_returns, engagements_of
from tracker.reports.points import Count, Latest, daily_points, latest_points
from tracker.reports.state import ReportState

LOOK_DAYS = 90
"""Days of followers that are looked at for signals."""

MOST_POSTS = 200
MOST_PEERS = 200


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account: newest numbers, what is worth a look, how it is watched (None: it is not).
    engagement_rate: mean (likes + comments) / followers of the newest posts."""

    account: SocialAccount
    counts: Mapping[str, Count]
    look: Look
    engagement_rate: float | None
    target: CrawlTarget | None


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post with its newest counts. engagement_rate: (likes + comments + shares + saves, as far as
    shown) / views. deal: what it was made for; None: nobody has said."""

    post: SocialPost
    counts: Mapping[str, Count]
    engagement_rate: float | None
    deal: DealReturn | None


@dataclass(frozen=True, slots=True)
class Social:
    """All that was observed of an influencer."""

    accounts: tuple[AccountRow, ...]
    posts: tuple[PostRow, ...]
    deals: tuple[DealReturn, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever read."""
        return not self.posts and not any(row.counts for row in self.accounts)


def social(session: Session, state: ReportState) -> Social:
    """What was observed of the influencer that the state names; posts of the period, newest first.

    A handful of statements; three where nothing was observed.
    """
    accounts = _accounts(session, state)
    ids = [account.id for account in accounts]
    counts = latest_points(session, "account", ids)
    posts = _posts(session, state)
    if not posts and not counts:
        return Social(tuple(AccountRow(a, {}, Look("too_little"), None, None) for a in accounts),
                      (), ())  # fmt: skip
    of_posts = latest_points(session, "post", [post.id for post in posts])
    targets = {
        target.social_account_id: target
        for target in session.scalars(
            select(CrawlTarget).where(
                CrawlTarget.workspace_id == state.workspace_id,
                CrawlTarget.kind == "account",
                CrawlTarget.social_account_id.in_(ids),
            )
        )
    }
    looks = _looks(session, state, accounts, posts, of_posts, counts)
    deals = deal_returns(session, state, posts, of_posts)
    by_id = {deal.id: one for one in deals for deal in one.deals}
    return Social(
        tuple(
            AccountRow(a, counts.get(a.id, {}), *looks[a.id], targets.get(a.id)) for a in accounts
        ),
        tuple(
            PostRow(
                post,
                of_posts.get(post.id, {}),
                _rate(of_posts.get(post.id, {})),
                by_id.get(post.deal_id),
            )
            for post in posts
            if _is_in(post, state)
        ),
        tuple(deals),
    )


def _accounts(session: Session, state: ReportState) -> list[SocialAccount]:
    found = session.scalars(
        select(SocialAccount)
        .where(
            SocialAccount.workspace_id == state.workspace_id,
            SocialAccount.influencer_id == state.influencer_id,
        )
        .order_by(func.coalesce(SocialAccount.followers, 0).desc(), SocialAccount.id)
    )
    return list(found)


def _posts(session: Session, state: ReportState) -> list[SocialPost]:
    """The newest posts up to the end of the period."""
    _first, until = period_bounds(state.period, ZoneInfo(state.time_zone))
    found = session.scalars(
        select(SocialPost)
        .where(
            SocialPost.workspace_id == state.workspace_id,
            SocialPost.influencer_id == state.influencer_id,
            (SocialPost.published_at < from_micros(until)) | SocialPost.published_at.is_(None),
        )
        .order_by(SocialPost.published_at.desc().nulls_last(), SocialPost.id.desc())
        .limit(MOST_POSTS)
    )
    return list(found)


def _is_in(post: SocialPost, state: ReportState) -> bool:
    """Whether a post belongs to the period; one without a date always does."""
    day = _day(post, state)
    return day is None or state.start <= day <= state.end


def _day(post: SocialPost, state: ReportState) -> date | None:
    if post.published_at is None:
        return None
    return post.published_at.astimezone(ZoneInfo(state.time_zone)).date()


def _rate(counts: Mapping[str, Count]) -> float | None:
    views = counts.get("views")
    return metrics.ratio(engagements_of(counts), None if views is None else views.value)


# --- what is worth a look -------------------------------------------------------------------------


def _looks(
    session: Session,
    state: ReportState,
    accounts: Sequence[SocialAccount],
    posts: Sequence[SocialPost],
    of_posts: Latest,
    counts: Latest,
) -> dict[int, tuple[Look, float | None]]:
    zone = ZoneInfo(state.time_zone)
    period = Period(state.end - timedelta(days=LOOK_DAYS - 1), state.end)
    series = daily_points(session, "account", (a.id for a in accounts), ["followers"], period, zone)
    found = {}
    for account in accounts:
        mine = [
            _counts(post, of_posts.get(post.id, {}), state)
            for post in posts
            if post.social_account_id == account.id and post.published_at is not None
        ]
        followers = [
            DayCount(day, c.value, c.low, c.high)
            for day, c in sorted(series[account.id]["followers"].items())
        ]
        latest = counts.get(account.id, {})
        following = latest["following"].value if "following" in latest else None
        now = latest["followers"].value if "followers" in latest else account.followers
        peers = _peers(session, account, now) if len(mine) >= anomalies.MIN_POSTS and now else ()
        look = anomalies.look_at(
            anomalies.Account(account.platform, followers, mine, following, peers)
        )
        found[account.id] = look, anomalies.engagement_by_followers(mine, now)
    return found


def _counts(post: SocialPost, counts: Mapping[str, Count], state: ReportState) -> PostCounts:
    def value(name: str) -> int | None:
        return counts[name].value if name in counts else None

    day = _day(post, state)
    assert day is not None  # asked of dated posts only
    return PostCounts(day, value("views"), value("likes"), value("comments"))


def _peers(session: Session, account: SocialAccount, followers: int) -> list[float]:
    """Engagement of other accounts of the platform and size in the workspace."""
    others = {
        number: count
        for number, count in session.execute(
            select(SocialAccount.id, SocialAccount.followers)
            .where(
                SocialAccount.workspace_id == account.workspace_id,
                SocialAccount.platform == account.platform,
                SocialAccount.id != account.id,
                SocialAccount.followers > 0,
            )
            .order_by(SocialAccount.id)
            .limit(MOST_PEERS)
        )
        if count and anomalies.tier_of(count) == anomalies.tier_of(followers)
    }
    if len(others) < anomalies.MIN_PEERS:
        return []
    made: dict[int, list[SocialPost]] = defaultdict(list)
    for post in session.scalars(
        select(SocialPost)
        .where(SocialPost.social_account_id.in_(others), SocialPost.published_at.is_not(None))
        .order_by(SocialPost.published_at.desc())
        .limit(MOST_PEERS * anomalies.LAST_POSTS)
    ):
        if len(made[post.social_account_id]) < anomalies.LAST_POSTS:
            made[post.social_account_id].append(post)
    counts = latest_points(session, "post", (p.id for some in made.values() for p in some))
    rates = []
    for number, some in made.items():
        known = [
            PostCounts(
                post.first_seen_at.date(),
                None,
                *(
                    counts[post.id][name].value if name in counts.get(post.id, {}) else None
                    for name in ("likes", "comments")
                ),
            )
            for post in some
        ]
        rate = anomalies.engagement_by_followers(known, others[number])
        if rate is not None:
            rates.append(rate)
    return rates


# --- curves ---------------------------------------------------------------------------------------


Name = Callable[[SocialAccount], str]
"""What a curve is called."""


def follower_curves(session: Session, state: ReportState, name: Name) -> list[Curve]:
    """Followers by day, a curve an account of the influencer that the state names."""
    accounts = _accounts(session, state)
    found = daily_points(
        session, "account", (a.id for a in accounts), ["followers"], state.period,
        ZoneInfo(state.time_zone),
    )  # fmt: skip
    return [
        Curve(
            name(account),
            {day: c.value for day, c in found[account.id]["followers"].items()},
        )
        for account in accounts
    ]


def engagement_curves(session: Session, state: ReportState, name: Name) -> list[Curve]:
    """Engagements of the posts of each day, as counted last, a curve an account."""
    accounts = _accounts(session, state)
    posts = [post for post in _posts(session, state) if _is_in(post, state)]
    counts = latest_points(session, "post", (post.id for post in posts))
    values: dict[int, dict[date, float]] = defaultdict(dict)
    for post in posts:
        day, n = _day(post, state), engagements_of(counts.get(post.id, {}))
        if day is not None and n is not None:
            mine = values[post.social_account_id]
            mine[day] = mine.get(day, 0) + n
    return [Curve(name(account), values[account.id]) for account in accounts]
