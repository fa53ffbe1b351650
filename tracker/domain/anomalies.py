"""What is worth a look in an account's own series: growth and engagement that do not fit the rest.

Never a verdict: each signal carries the figures it was seen in, and a person looks. Everything is
computed from counts that were observed, each known only as well as it was written; a change smaller
than the rounding of its counts is no change.

Source: facts published by others (HypeAuditor, SociaVault, Popular Pays) say where bands lie and
which shapes bought followers leave; the tests and thresholds here are our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import fmean, median, pstdev

MIN_DAYS = 14
MIN_POSTS = 6
"""Below these there is too little to say anything about growth, or about posts."""

LOOK_BACK_DAYS = 60
"""Earlier growth that a day is compared with."""

MAX_Z = 6.0
MIN_GAIN = 500
MIN_GAIN_SHARE = 0.02
"""A jump: so many robust deviations above usual, and more than both of these."""

POST_HOURS_DAYS = 2
"""A post within so many days before explains growth."""

LOST_SHARE = 0.3
LOST_DAYS = 30

ROUND = (10_000, 5_000, 1_000)
ROUND_TOLERANCE = 0.02
"""Packages are sold by the thousand: a jump this near to a multiple, as a share of the step."""

MIN_PEERS = 20
BANDS = {"instagram": (0.01, 0.15), "tiktok": (0.01, 0.15)}
"""Published bands of (likes + comments) / followers, used where there are too few accounts of one's
own to compare with [SociaVault 2026: below 1 % a red flag, 1 to 15 % taken as healthy]."""

LAST_POSTS = 12
MIN_LIKES = 100
ALIKE = 0.05
"""Likes that vary by less than this share from post to post."""

RATIO_DEVIATIONS = 6.0
COLLAPSE = 0.5
MIN_SIDE = 3
MANY_FOLLOWED = 10_000


@dataclass(frozen=True, slots=True)
class DayCount:
    """A count on a day: its true value is in [low, high); high None: no upper bound."""

    day: date
    value: int
    low: int
    high: int | None

    @property
    def step(self) -> int:
        """How coarsely it was written: 1 is exact."""
        return 1 if self.high is None else max(1, self.high - self.low)


@dataclass(frozen=True, slots=True)
class PostCounts:
    """A post's newest counts; None: unknown."""

    day: date
    views: int | None = None
    likes: int | None = None
    comments: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """Something worth a look: a code, the day it is about (None: none), its figures."""

    code: str
    day: date | None
    figures: dict[str, float | int]


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. level: too_little, nothing, note (one signal), look (two or more)."""

    level: str
    signals: tuple[Signal, ...] = ()
    n_days: int = 0
    n_posts: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of an account: followers by day, oldest first, one a day; posts in any order;
    peers: engagement of other accounts of its platform and size."""

    platform: str
    followers: Sequence[DayCount]
    posts: Sequence[PostCounts] = ()
    following: int | None = None
    peers: Sequence[float] = field(default=())


def look_at(account: Account) -> Look:
    """Signals of an account; growth needs MIN_DAYS of counts, the rest MIN_POSTS of posts.

    With too little of both, or too little of one and nothing seen in the other, the level is
    too_little: nothing seen is only said after looking at both.
    """
    posts = sorted(account.posts, key=lambda post: post.day)
    has_days = len(account.followers) >= MIN_DAYS
    has_posts = len(posts) >= MIN_POSTS
    found: list[Signal] = []
    if has_days:
        found += _growth(account.followers, posts)
    if has_posts:
        found += _engagement(account, posts)
        found += _alike(posts)
        found += _comments(posts)
    found += _following(account)
    level = "look" if len(found) > 1 else "note" if found else "nothing"
    if not found and not (has_days and has_posts):
        level = "too_little"
    return Look(level, tuple(found), len(account.followers), len(posts))


def engagement_by_followers(posts: Sequence[PostCounts], followers: int | None) -> float | None:
    """Mean of (likes + comments) / followers over the newest posts that show both; None: no post
    does, or nobody follows. Source: HypeAuditor's definition."""
    known = [
        post.likes + post.comments
        for post in sorted(posts, key=lambda post: post.day)[-LAST_POSTS:]
        if post.likes is not None and post.comments is not None
    ]
    return fmean(known) / followers if known and followers else None


def tier_of(followers: int) -> int:
    """The size class in which accounts are compared: 0 below 1,000, then below 5, 20, 100 thousand,
    a million, and 5 above [HypeAuditor's tiers]."""
    limits = (1_000, 5_000, 20_000, 100_000, 1_000_000)
    return sum(followers >= limit for limit in limits)


# --- growth ---------------------------------------------------------------------------------------


def _growth(days: Sequence[DayCount], posts: Sequence[PostCounts]) -> list[Signal]:
    """The largest unexplained jump, and what belongs to it."""
    jumps = [j for i in range(1, len(days)) if (j := _jump(days, i, posts)) is not None]
    if not jumps:
        return []
    at, jump = max(jumps, key=lambda pair: pair[1].figures["gained"])
    return [
        jump,
        *_round(days, at, jump),
        *_lost(days, at, jump),
        *_collapse(days, at, posts),
    ]


def _jump(
    days: Sequence[DayCount], at: int, posts: Sequence[PostCounts]
) -> tuple[int, Signal] | None:
    """Growth from one count to the next that neither the past nor a post explains.

    z = (g - median) / max(1.4826 MAD, rounding) of the growth a day, as a share, over the days
    before and after it: a jump among the first counts is seen by those that follow.
    """
    before, now = days[at - 1], days[at]
    gained = now.low - (before.value if before.high is None else before.high - 1)
    if gained <= max(MIN_GAIN, MIN_GAIN_SHARE * before.value) or before.value <= 0:
        return None
    others = [
        _rate(days[i - 1], days[i])
        for i in range(1, len(days))
        if i != at and days[i - 1].value > 0 and abs((days[i].day - now.day).days) <= LOOK_BACK_DAYS
    ]
    if len(others) < MIN_DAYS - 2:
        return None
    usual = median(others)
    spread = 1.4826 * median(abs(g - usual) for g in others)
    floor = max(before.step, now.step) / before.value
    z = (_rate(before, now) - usual) / max(spread, floor)
    if z <= MAX_Z or _explained(now.day, before.day, posts):
        return None
    figures: dict[str, float | int] = {
        "gained": now.value - before.value,
        "followers": before.value,
        "usual": round(usual * before.value),
        "days": (now.day - before.day).days,
        "z": round(z, 1),
    }
    return at, Signal("follower_jump", now.day, figures)


def _rate(before: DayCount, now: DayCount) -> float:
    """Growth a day as a share."""
    return (now.value - before.value) / before.value / max(1, (now.day - before.day).days)


def _explained(day: date, since: date, posts: Sequence[PostCounts]) -> bool:
    """Whether a post came shortly before, or one that was seen far more than others."""
    if any(since - timedelta(days=POST_HOURS_DAYS) <= post.day <= day for post in posts):
        return True
    views = [post.views for post in posts if post.views is not None]
    if len(views) < MIN_POSTS:
        return False
    usual = median(views)
    spread = max(1.4826 * median(abs(v - usual) for v in views), 0.1 * usual, 1.0)
    return any(
        (post.views - usual) / spread > 3
        for post in posts
        if post.views is not None and since - timedelta(days=14) <= post.day <= day
    )


def _round(days: Sequence[DayCount], at: int, jump: Signal) -> list[Signal]:
    gained = int(jump.figures["gained"])
    step = max(days[at - 1].step, days[at].step)
    for unit in ROUND:
        near = round(gained / unit) * unit
        # a count that is itself written in thousands always looks round
        if near and step <= ROUND_TOLERANCE * unit >= abs(gained - near):
            return [Signal("round_jump", jump.day, {"gained": gained, "near": near})]
    return []


def _lost(days: Sequence[DayCount], at: int, jump: Signal) -> list[Signal]:
    gained, top = int(jump.figures["gained"]), days[at]
    after = [d for d in days[at + 1 :] if (d.day - top.day).days <= LOST_DAYS]
    if not after:
        return []
    least = min(after, key=lambda d: d.value)
    lost = top.low - (least.value if least.high is None else least.high - 1)
    if lost < LOST_SHARE * gained:
        return []
    figures: dict[str, float | int] = {
        "lost": top.value - least.value, "gained": gained, "share": lost / gained,
        "days": (least.day - top.day).days,
    }  # fmt: skip
    return [Signal("jump_lost", least.day, figures)]


def _collapse(days: Sequence[DayCount], at: int, posts: Sequence[PostCounts]) -> list[Signal]:
    """Views for each follower before and after a jump."""
    day, before, after = days[at].day, days[at - 1].value, days[at].value
    seen = [(post.day, post.views) for post in posts if post.views is not None]
    earlier = [views / before for when, views in seen if when < day][-LAST_POSTS:]
    later = [views / after for when, views in seen if when > day][:LAST_POSTS]
    if min(len(earlier), len(later)) < MIN_SIDE:
        return []
    was, is_now = median(earlier), median(later)
    if not was or is_now >= COLLAPSE * was:
        return []
    return [Signal("views_collapsed", day, {"before": was, "after": is_now})]


# --- posts ----------------------------------------------------------------------------------------


def _engagement(account: Account, posts: Sequence[PostCounts]) -> list[Signal]:
    followers = account.followers[-1].value if account.followers else None
    rate = engagement_by_followers(posts, followers)
    if rate is None:
        return []
    peers = sorted(account.peers)
    if len(peers) >= MIN_PEERS:
        low, high, n = _quantile(peers, 0.1), _quantile(peers, 0.99), len(peers)
    elif account.platform in BANDS:
        (low, high), n = BANDS[account.platform], 0
    else:
        return []
    if low <= rate <= high:
        return []
    code = "engagement_low" if rate < low else "engagement_high"
    return [Signal(code, None, {"rate": rate, "low": low, "high": high, "peers": n})]


def _quantile(ordered: Sequence[float], share: float) -> float:
    """By linear interpolation between the values around it."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _alike(posts: Sequence[PostCounts]) -> list[Signal]:
    """Nearly the same likes on every post."""
    likes = [post.likes for post in posts if post.likes is not None][-LAST_POSTS:]
    if len(likes) < MIN_POSTS or min(likes) < MIN_LIKES:
        return []
    variation = pstdev(likes) / fmean(likes)
    if variation >= ALIKE:
        return []
    figures: dict[str, float | int] = {"variation": variation, "posts": len(likes)}
    return [Signal("likes_alike", None, figures | {"least": min(likes), "most": max(likes)})]


def _comments(posts: Sequence[PostCounts]) -> list[Signal]:
    """The newest post whose comments for a like are far from the account's own."""
    known = [
        (post.day, post.comments / post.likes)
        for post in posts
        if post.likes is not None and post.comments is not None and post.likes >= MIN_LIKES
    ][-4 * LAST_POSTS :]
    for i in range(len(known) - 1, max(-1, len(known) - 1 - LAST_POSTS), -1):
        day, ratio = known[i]
        others = [other for j, (_day, other) in enumerate(known) if j != i]
        if len(others) < MIN_POSTS:
            return []
        usual = median(others)
        spread = max(median(abs(other - usual) for other in others), 0.1 * usual, 1e-4)
        if abs(ratio - usual) > RATIO_DEVIATIONS * spread:
            return [Signal("comments_unusual", day, {"ratio": ratio, "usual": usual})]
    return []


def _following(account: Account) -> list[Signal]:
    if account.following is None or not account.followers:
        return []
    followers = account.followers[-1].value
    if followers <= MANY_FOLLOWED or account.following <= followers:
        return []
    figures: dict[str, float | int] = {"following": account.following, "followers": followers}
    return [Signal("follows_many", None, figures)]
