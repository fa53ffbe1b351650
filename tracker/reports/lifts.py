"""Lift of posts and of campaigns, beside what the models credit for the same days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.domain.periods import Period
from tracker.models import Campaign
from tracker.reports.facts import ALL_MODELS, read_nets
from tracker.reports.influencers import read_names
from tracker.reports.lift import (
    BASELINE_DAYS,
    MOST_EVENT_DAYS,
    POST_DAYS,
    Event,
    Measured,
    measure_events,
)
from tracker.reports.lift_days import Days, Post, Posting, read_days, read_posts
from tracker.reports.state import ReportState

_SPREAD = timedelta(days=POST_DAYS - 1)


@dataclass(frozen=True, slots=True)
class Lift:
    """A post, posts whose days overlap (they cannot be told apart), or a campaign.

    kind: post or campaign. name: of the influencer or campaign. refs: of the deals. first_on,
    last_on: its days, whether they count or not (`measured.days` do). credited_minor: net revenue
    that the chosen model gives it in the days that count; credited_low, credited_high: least and
    most that any model gives it, None where only the chosen one was asked.
    """

    kind: str
    owner_id: int
    name: str
    deal_ids: tuple[int, ...]
    refs: tuple[str, ...]
    first_on: date
    last_on: date
    measured: Measured
    credited_minor: int = 0
    credited_low: int | None = None
    credited_high: int | None = None

    @property
    def days(self) -> int:
        """Days that count."""
        return len(self.measured.days)


@dataclass(frozen=True, slots=True)
class InfluencerLift:
    """whole: all posts of the period as one event; None: there is none. runs: posts whose days
    overlap together, the others alone, oldest first."""

    whole: Lift | None
    runs: tuple[Lift, ...]

    def of_deal(self, deal_id: int) -> Lift | None:
        """The run that a deal's post is in; None: it is not of this period."""
        return next((lift for lift in self.runs if deal_id in lift.deal_ids), None)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An event before it is measured: the days it has, and whose posts are its own."""

    kind: str
    owner_id: int
    name: str
    days: tuple[date, ...]
    posts: tuple[Post, ...] = ()


def influencer_lift(session: Session, state: ReportState, influencer_id: int) -> InfluencerLift:
    """Lift of the posts of one influencer in the period. Four statements with posts, else one."""
    posts = read_posts(session, state, state.period, influencer_id)
    if not posts:
        return InfluencerLift(None, ())
    runs = [_posts_event(run, "") for run in _overlapping(posts)]
    wanted = runs if len(runs) == 1 else [*runs, _posts_event(posts, "")]
    lifts = _measure(session, state, wanted)
    return InfluencerLift(lifts[-1], tuple(lifts[: len(runs)]))


def campaign_lifts(session: Session, state: ReportState) -> dict[int, Lift]:
    """Lift of the campaigns with a first day, by id, as far as their days touch the period; with
    credits of the chosen model only, since no index leads from a campaign to its own."""
    wanted = _campaigns(session, state)
    models = (state.model_code,)
    return {lift.owner_id: lift for lift in _measure(session, state, wanted, models)}


def iter_lifts(session: Session, state: ReportState) -> Iterator[Lift]:
    """Lift of all posts of the period (of one influencer under that filter), then of its
    campaigns. For files: every row is measured."""
    by_owner: dict[int, list[Post]] = defaultdict(list)
    for post in read_posts(session, state, state.period, state.influencer_id):
        by_owner[post.influencer_id].append(post)
    names = read_names(session, state)
    wanted = [
        _posts_event(run, names.get(owner, ""))
        for owner, posts in by_owner.items()
        for run in _overlapping(posts)
    ]
    if not state.influencer_id:
        wanted += _campaigns(session, state)
    yield from _measure(session, state, wanted)


def _overlapping(posts: Sequence[Post]) -> list[list[Post]]:
    """Posts of one influencer, oldest first, in runs whose days overlap."""
    runs: list[list[Post]] = []
    for post in posts:
        if runs and post.posted_on <= runs[-1][-1].posted_on + _SPREAD:
            runs[-1].append(post)
        else:
            runs.append([post])
    return runs


def _posts_event(posts: Sequence[Post], name: str) -> _Wanted:
    days = {post.posted_on + timedelta(days=n) for post in posts for n in range(POST_DAYS)}
    return _Wanted("post", posts[0].influencer_id, name, tuple(sorted(days)), tuple(posts))


def _campaigns(session: Session, state: ReportState) -> list[_Wanted]:
    statement = select(Campaign).where(
        Campaign.workspace_id == state.workspace_id,
        Campaign.starts_on <= state.end,
        Campaign.ends_on.is_(None) | (Campaign.ends_on >= state.start),
    )
    if state.campaign_id:
        statement = statement.where(Campaign.id == state.campaign_id)
    found = []
    for row in session.scalars(statement.order_by(Campaign.starts_on, Campaign.id)):
        if row.starts_on is None:
            continue
        # one without an end is looked at as long as a baseline reaches
        longest = row.starts_on + timedelta(days=MOST_EVENT_DAYS - 1)
        end = row.ends_on or min(state.end, longest)
        n_days = min((end - row.starts_on).days + 1, MOST_EVENT_DAYS + 1)
        days = tuple(row.starts_on + timedelta(days=n) for n in range(n_days))
        found.append(_Wanted("campaign", row.id, row.name, days))
    return found


def _measure(
    session: Session,
    state: ReportState,
    wanted: Sequence[_Wanted],
    models: Sequence[int] = ALL_MODELS,
) -> list[Lift]:
    """Four statements, and the statistics for what has not been asked before."""
    if not wanted:
        return []
    first = min(event.days[0] for event in wanted) - timedelta(days=BASELINE_DAYS)
    last = max(event.days[-1] for event in wanted)
    period = Period(first, last)
    series = read_days(session, state, period)
    posts = read_posts(session, state, Period(first - _SPREAD, last))
    posting = Posting(posts, series, POST_DAYS)
    measured = measure_events(series, [_event(item, series, posting) for item in wanted])
    credited = _credited(session, state, wanted, models)
    return [
        _lift(item, found, credited, state, models)
        for item, found in zip(wanted, measured, strict=True)
    ]


def _event(wanted: _Wanted, series: Days, posting: Posting) -> Event:
    numbers = tuple(series.number(day) for day in wanted.days)
    is_post = wanted.kind == "post"
    owner = wanted.owner_id
    mine = posting.of_influencer(owner) if is_post else posting.of_campaign(owner)
    return Event(
        days=numbers,
        own=posting.days_of(mine) if is_post else frozenset(),
        others=tuple(posting.running(~mine).tolist()),
        may_skip=not is_post,
        n_others=posting.count_on(numbers, ~mine),
    )


Credited = dict[tuple[str, int, int], dict[date, int]]
"""(kind, owner, model code) -> net revenue a day."""


def _credited(
    session: Session, state: ReportState, wanted: Sequence[_Wanted], models: Sequence[int]
) -> Credited:
    """What some models give the influencers and campaigns, by day: a statement a kind."""
    found: Credited = defaultdict(dict)
    for kind, key in (("post", "influencer_id"), ("campaign", "campaign_id")):
        events = [event for event in wanted if event.kind == kind]
        if not events:
            continue
        owners = {event.owner_id for event in events}
        alone = min(owners) if len(owners) == 1 else 0
        asked = state.changed(
            start=min(event.days[0] for event in events),
            end=max(event.days[-1] for event in events),
            kind=str(Kind.KOL) if kind == "post" else "",
            channel="",
            campaign_id=alone if kind == "campaign" else 0,
            influencer_id=alone if kind == "post" else 0,
        )
        nets = read_nets(session, asked, (key, "day"), models)
        for (model, owner, day), (net, _orders) in nets.items():
            found[kind, owner, model][day] = net
    return found


def _lift(
    wanted: _Wanted,
    measured: Measured,
    credited: Mapping[tuple[str, int, int], Mapping[date, int]],
    state: ReportState,
    models: Sequence[int],
) -> Lift:
    counted = measured.days or wanted.days
    sums = [
        sum(by_day.get(day, 0) for day in counted)
        for code in models
        if (by_day := credited.get((wanted.kind, wanted.owner_id, code))) is not None
    ]
    chosen = credited.get((wanted.kind, wanted.owner_id, state.model_code), {})
    return Lift(
        kind=wanted.kind,
        owner_id=wanted.owner_id,
        name=wanted.name,
        deal_ids=tuple(post.deal_id for post in wanted.posts),
        refs=tuple(post.ref for post in wanted.posts),
        first_on=wanted.days[0],
        last_on=wanted.days[-1],
        measured=measured,
        credited_minor=sum(chosen.get(day, 0) for day in counted),
        credited_low=min(sums, default=0) if len(models) > 1 else None,
        credited_high=max(sums, default=0) if len(models) > 1 else None,
    )
