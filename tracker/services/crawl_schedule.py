"""The schedule of a workspace: on or off, quiet hours, promotions, and what follows a fetch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, and_, cast, or_, select, type_coerce, update
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain import crawl_times
from tracker.models import Campaign, CrawlSetting, CrawlTarget, Promotion, Workspace
from tracker.models.base import UtcDateTime
from tracker.observed import REFUSALS, FetchStatus
from tracker.services.bulk import table_of
from tracker.services.errors import RefusedError

TRANSIENT = REFUSALS | {
    FetchStatus.TIMEOUT,
    FetchStatus.UNREACHABLE,
    FetchStatus.SERVER_ERROR,
    FetchStatus.INTERRUPTED,
}
"""Failures that may pass: tried again after 15 min, 1 h, 6 h, 24 h, but never later than by the
interval. All others are an answer, and the next fetch is the regular one."""


@dataclass(frozen=True, slots=True)
class Hours:
    """How a workspace wants to be watched at an instant."""

    is_on: bool
    quiet_from: int | None
    quiet_until: int | None
    zone: ZoneInfo
    is_promotion: bool
    """Whether a promotion or a dated campaign is on."""

    def is_open(self, now: datetime) -> bool:
        """Whether the schedule fetches at an instant."""
        return self.is_on and not crawl_times.is_quiet(
            now, self.quiet_from, self.quiet_until, self.zone
        )

    def outside_quiet(self, at: datetime) -> datetime:
        """The instant, or the end of the quiet hours that it lies in."""
        return crawl_times.after_quiet(at, self.quiet_from, self.quiet_until, self.zone)


def set_schedule(
    session: Session,
    workspace: Workspace,
    *,
    is_on: bool,
    quiet_from: int | None = None,
    quiet_until: int | None = None,
) -> None:
    """Switch the schedule of a workspace on or off, and set its quiet hours.

    Args:
        quiet_from, quiet_until: minutes of the day in the workspace's zone, both or neither.

    Raises RefusedError: out_of_range (quiet_from, quiet_until), value_missing (one of the two).
    """
    for name, minute in (("quiet_from", quiet_from), ("quiet_until", quiet_until)):
        if minute is not None and not 0 <= minute < 1_440:
            raise RefusedError("out_of_range", name)
    if (quiet_from is None) != (quiet_until is None):
        raise RefusedError("value_missing", "quiet_from" if quiet_from is None else "quiet_until")
    row = {
        "workspace_id": workspace.id,
        "is_on": is_on,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "changed_at": datetime.now(UTC),
    }
    upsert(session, table_of(CrawlSetting), [row], key=["workspace_id"])


def hours_of(session: Session, workspace_id: int, now: datetime) -> Hours:
    """The hours of a workspace; without a setting the schedule is off."""
    workspace = session.get_one(Workspace, workspace_id)
    setting = session.scalars(
        select(CrawlSetting).where(CrawlSetting.workspace_id == workspace_id)
    ).one_or_none()
    zone = ZoneInfo(workspace.time_zone)
    return Hours(
        is_on=setting is not None and setting.is_on,
        quiet_from=setting.quiet_from if setting else None,
        quiet_until=setting.quiet_until if setting else None,
        zone=zone,
        is_promotion=_is_promotion(session, workspace_id, now, zone),
    )


def _is_promotion(session: Session, workspace_id: int, now: datetime, zone: ZoneInfo) -> bool:
    """A campaign without both dates is always on, and therefore says nothing."""
    today = now.astimezone(zone).date()
    promotion = select(Promotion.id).where(
        Promotion.workspace_id == workspace_id,
        Promotion.starts_on <= today,
        Promotion.ends_on >= today,
    )
    campaign = select(Campaign.id).where(
        Campaign.workspace_id == workspace_id,
        Campaign.starts_on <= today,
        Campaign.ends_on >= today,
    )
    return session.scalar(select(or_(promotion.exists(), campaign.exists()))) or False


def open_workspaces(session: Session, now: datetime) -> list[int]:
    """Workspaces whose schedule fetches now. Targets of those in a promotion are drawn nearer."""
    found = []
    for workspace_id in session.scalars(
        select(CrawlSetting.workspace_id).where(CrawlSetting.is_on)
    ).all():
        hours = hours_of(session, workspace_id, now)
        if hours.is_promotion:
            _draw_nearer(session, workspace_id)
        if hours.is_open(now):
            found.append(workspace_id)
    return found


def _draw_nearer(session: Session, workspace_id: int) -> None:
    """A promotion has begun: no target waits longer than its promotion interval any more."""
    micros = type_coerce(CrawlTarget.last_at, BigInteger)
    interval_s = cast(CrawlTarget.promotion_interval_s, BigInteger)  # microseconds need 64 bits
    nearer = micros + interval_s * 1_000_000
    slack = interval_s * CrawlTarget.jitter_percent * 10_000
    session.execute(
        update(CrawlTarget)
        .where(
            CrawlTarget.workspace_id == workspace_id,
            CrawlTarget.is_active,
            CrawlTarget.kind != "post",
            CrawlTarget.failures == 0,
            and_(
                CrawlTarget.last_at.is_not(None),
                type_coerce(CrawlTarget.next_at, BigInteger) > nearer + slack,
            ),
        )
        .values(next_at=type_coerce(nearer, UtcDateTime))
        .execution_options(synchronize_session=False)
    )


def next_fetch(
    target: CrawlTarget,
    hours: Hours,
    at: datetime,
    published_at: datetime | None,
    *,
    is_transient: bool = False,
) -> datetime | None:
    """When a target is due after a fetch; None: never again (a post past its last age).

    Args:
        at: when it was fetched.
        published_at: of a post; None: unknown, then the interval counts.
        is_transient: it failed in a way that may pass.

    `target.failures` is the number of failures in a row with this one.
    """
    seconds = target.promotion_interval_s if hours.is_promotion else target.interval_s
    interval = timedelta(seconds=min(seconds, target.interval_s))
    if target.kind == "post" and published_at is not None:
        regular = crawl_times.next_by_age(published_at, at)
    else:
        regular = crawl_times.next_regular(target.id, at, interval, target.jitter_percent)
    is_given_up = target.kind == "post" and target.failures > len(crawl_times.LADDER)
    if is_transient and not is_given_up:
        again = at + crawl_times.ladder_wait(target.failures)
        regular = again if regular is None else min(regular, again)
    return None if regular is None else hours.outside_quiet(regular)
