"""Tests of links and creatives (A/B): planned, counted, ended.

Who is counted, and how (SEMANTICS 6):

- A visitor belongs to the arm of their first visit of the test; what they click later changes
  nothing (it is counted as crossed).
- They are a buyer when an order of theirs was placed within the window after that visit.
- The verdict is read off the first visitors of each arm, in the order they came, up to the planned
  sample, once the window of each of them is over. Later visitors are shown and change nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.experiments import planned_sample
from tracker.domain.periods import day_bounds
from tracker.domain.text import normalise
from tracker.models import (
    Campaign,
    LinkTest,
    LinkTestArm,
    Mark,
    Order,
    OrderVisitor,
    Shop,
    Visit,
    Workspace,
)
from tracker.models.base import from_micros
from tracker.services.bulk import among, chunks
from tracker.services.errors import RefusedError

MOST_ARMS = 6
LONGEST_WINDOW = 60
MOST_TESTS = 200
KEEP_COUNTING = timedelta(days=45)
"""So long after the last window of an ended test, orders that come late still count."""

_CHUNK = 5_000
_PPM = 1_000_000


def create_test(
    session: Session,
    workspace: Workspace,
    *,
    campaign_id: int,
    name: str,
    contents: Sequence[str],
    starts_on: date,
    baseline_ppm: int,
    uplift_ppm: int,
    ends_on: date | None = None,
    window_days: int = 7,
) -> LinkTest:
    """Plan a test; the sample follows from the expected share of buyers and the smallest difference
    worth seeing, and stands from now on.

    Args:
        contents: values of utm_content, 2 to 6; the first is what the others are compared with.

    Raises RefusedError: not_found (campaign), value_missing (name), too_few_arms, too_many,
    value_known (contents), period_ends_early (ends_on), out_of_range (window_days, baseline_ppm,
    uplift_ppm).
    """
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.workspace_id != workspace.id:
        raise RefusedError("not_found", "campaign")
    if not name.strip():
        raise RefusedError("value_missing", "name")
    if ends_on is not None and ends_on < starts_on:
        raise RefusedError("period_ends_early", "ends_on")
    if not 1 <= window_days <= LONGEST_WINDOW:
        raise RefusedError("out_of_range", "window_days")
    arms = _arms(contents)
    _refuse_too_many(session, workspace.id)
    row = LinkTest(
        workspace_id=workspace.id,
        campaign_id=campaign_id,
        name=name.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        window_days=window_days,
        baseline_ppm=baseline_ppm,
        uplift_ppm=uplift_ppm,
        planned_n=_sample(baseline_ppm, uplift_ppm, len(arms)),
        created_at=datetime.now(UTC),
        arms=[
            LinkTestArm(position=n, content=content, visitors=0, counted=0, buyers=0, crossed=0)
            for n, content in enumerate(arms)
        ],
    )
    session.add(row)
    session.flush()
    return row


def _arms(contents: Sequence[str]) -> list[str]:
    arms = [normal for content in contents if (normal := normalise(content))]
    if len(arms) < 2:
        raise RefusedError("too_few_arms", "contents")
    if len(arms) > MOST_ARMS:
        raise RefusedError("too_many", "contents", most=MOST_ARMS)
    if len(set(arms)) < len(arms):
        raise RefusedError("value_known", "contents")
    return arms


def _sample(baseline_ppm: int, uplift_ppm: int, n_arms: int) -> int:
    if not 0 < baseline_ppm < _PPM:
        raise RefusedError("out_of_range", "baseline_ppm")
    try:
        needed = planned_sample(baseline_ppm / _PPM, uplift_ppm / _PPM, n_arms)
    except ValueError as error:
        raise RefusedError("out_of_range", "uplift_ppm") from error
    if needed > 2**31 - 1:
        raise RefusedError("out_of_range", "uplift_ppm")
    return needed


def _refuse_too_many(session: Session, workspace_id: int) -> None:
    known = session.scalars(select(LinkTest.id).where(LinkTest.workspace_id == workspace_id)).all()
    if len(known) >= MOST_TESTS:
        raise RefusedError("too_many", "name", most=MOST_TESTS)


def end_test(test: LinkTest, last_day: date) -> None:
    """Take no more visitors after a day; a test that has ended earlier stays as it is."""
    if test.ends_on is None or test.ends_on > last_day:
        test.ends_on = max(test.starts_on, last_day)


def delete_test(session: Session, workspace: Workspace, test_id: int) -> None:
    """Forget a test; one that is gone already is no error."""
    row = session.get(LinkTest, test_id)
    if row is not None and row.workspace_id == workspace.id:
        session.delete(row)
        session.flush()


def is_due(test: LinkTest, now: datetime) -> bool:
    """Whether counting a test again may change anything: it runs, or ended not long ago."""
    if test.ends_on is None or test.counted_at is None:
        return True
    last = datetime.combine(test.ends_on, datetime.min.time(), UTC) + timedelta(days=2)
    return now < last + timedelta(days=test.window_days) + KEEP_COUNTING


def count_test(session: Session, test: LinkTest, now: datetime) -> None:
    """Count the arms of a test anew, from visits and orders as they are."""
    arms = {arm.content: arm for arm in test.arms}
    arrivals, crossed = _arrivals(session, test, arms)
    window = timedelta(days=test.window_days)
    sample: dict[int, datetime] = {}
    for content, arm in arms.items():
        mine = arrivals[content]
        ripe = [(at, visitor) for at, visitor in mine[: test.planned_n] if at + window <= now]
        arm.visitors, arm.counted, arm.crossed = len(mine), len(ripe), crossed[content]
        sample |= {visitor: at for at, visitor in ripe}
    buyers = _buyers(session, sample, window)
    for content, arm in arms.items():
        arm.buyers = sum(visitor in buyers for _, visitor in arrivals[content][: arm.counted])
    test.counted_at = now
    session.flush()


Arrivals = dict[str, list[tuple[datetime, int]]]


def _arrivals(
    session: Session, test: LinkTest, contents: dict[str, LinkTestArm]
) -> tuple[Arrivals, dict[str, int]]:
    """Visitors by the arm of their first visit, in the order they came; and how many of them came
    by another arm as well."""
    marks: dict[int, str] = {
        mark_id: content
        for mark_id, content in session.execute(
            select(Mark.id, Mark.content).where(
                Mark.workspace_id == test.workspace_id,
                Mark.campaign_id == test.campaign_id,
                Mark.content.in_(list(contents)),
            )
        )
        if content is not None
    }
    first: dict[int, tuple[datetime, str]] = {}
    strayed: set[int] = set()
    shops = session.scalars(select(Shop).where(Shop.workspace_id == test.workspace_id)).all()
    for shop in shops if marks else ():
        for visitor, at, mark_id in _visits(session, test, shop, list(marks)):
            content = marks[mark_id]
            if visitor not in first:
                first[visitor] = (at, content)
            elif first[visitor][1] != content:
                strayed.add(visitor)
    found: Arrivals = {content: [] for content in contents}
    crossed: dict[str, int] = defaultdict(int)
    for visitor, (at, content) in first.items():
        found[content].append((at, visitor))
        crossed[content] += visitor in strayed
    for arrived in found.values():
        arrived.sort()
    return found, crossed


def _visits(
    session: Session, test: LinkTest, shop: Shop, marks: list[int]
) -> list[tuple[int, datetime, int]]:
    zone = ZoneInfo(shop.time_zone)
    conditions = [
        Visit.shop_id == shop.id,
        Visit.started_at >= from_micros(day_bounds(test.starts_on, zone)[0]),
        among(session, Visit.mark_id, marks),
        Visit.is_bot.is_(False),
    ]
    if test.ends_on is not None:
        conditions.append(Visit.started_at < from_micros(day_bounds(test.ends_on, zone)[1]))
    rows = session.execute(
        select(Visit.visitor_id, Visit.started_at, Visit.mark_id)
        .where(*conditions)
        .order_by(Visit.started_at, Visit.first_event_id)
    )
    return [(visitor, at, mark_id) for visitor, at, mark_id in rows]


def _buyers(session: Session, first: dict[int, datetime], window: timedelta) -> set[int]:
    """Visitors who ordered within the window after their first visit."""
    found: set[int] = set()
    for ids in chunks(sorted(first), _CHUNK):
        rows = session.execute(
            select(OrderVisitor.visitor_id, Order.placed_at)
            .join(
                Order,
                (Order.shop_id == OrderVisitor.shop_id) & (Order.ref == OrderVisitor.order_ref),
            )
            .where(
                among(session, OrderVisitor.visitor_id, ids),
                Order.status == "paid",
                Order.paid_minor > 0,
            )
        )
        found |= {v for v, at in rows if first[v] <= at <= first[v] + window}
    return found
