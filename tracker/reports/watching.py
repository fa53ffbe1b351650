"""What is fetched: every target with its last and next fetch, and the evidence of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.models import (
    CrawlDomain,
    CrawlFetch,
    CrawlSetting,
    CrawlTarget,
    Influencer,
    Listing,
    Quarantine,
    QuarantineItem,
    SocialAccount,
    SocialPost,
)
from tracker.observed import GOOD

PAGE_ROWS = 50
MOST_FETCHES = 50
MOST_ITEMS = 20
MOST_DOMAINS = 100


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target, what it is of, and the host it is asked from. name: as people call it; "": nothing
    of it is known yet. influencer_id, listing_id: where it leads; 0: nowhere."""

    target: CrawlTarget
    name: str
    influencer_id: int
    domain: CrawlDomain | None

    @property
    def is_good(self) -> bool | None:
        """Whether the last fetch gave numbers; None: there was none."""
        return self.target.last_status in GOOD if self.target.last_status else None


@dataclass(frozen=True, slots=True)
class Aside:
    """A batch of readings that waits for a person, with the first few of them."""

    batch: Quarantine
    n_items: int
    items: tuple[QuarantineItem, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The page of all that is fetched. n_rows: that match; counts: targets by last status."""

    setting: CrawlSetting | None
    rows: tuple[TargetRow, ...]
    n_rows: int
    n_targets: int
    counts: Mapping[str, int]
    domains: tuple[CrawlDomain, ...]
    aside: tuple[Aside, ...]


def schedule(
    session: Session, workspace_id: int, *, status: str = "", search: str = "", page: int = 1
) -> Schedule:
    """Targets of a workspace, those that are due next first.

    status: of the last fetch; "": all. search: in address and name.
    """
    mine = CrawlTarget.workspace_id == workspace_id
    by_status = session.execute(
        select(CrawlTarget.last_status, func.count()).where(mine).group_by(CrawlTarget.last_status)
    )
    counts = {row[0]: row[1] for row in by_status}
    wanted = [mine]
    if status:
        wanted.append(CrawlTarget.last_status == status)
    if search:
        wanted.append(_contains(search))
    n_rows = session.scalar(select(func.count()).select_from(CrawlTarget).where(*wanted)) or 0
    targets = session.scalars(
        select(CrawlTarget)
        .where(*wanted)
        .order_by(
            CrawlTarget.is_active.desc(), CrawlTarget.next_at.asc().nulls_last(), CrawlTarget.id
        )
        .offset((page - 1) * PAGE_ROWS)
        .limit(PAGE_ROWS)
    ).all()
    return Schedule(
        setting=session.get(CrawlSetting, workspace_id),
        rows=tuple(_rows(session, targets)),
        n_rows=n_rows,
        n_targets=sum(counts.values()),
        counts=counts,
        domains=tuple(_refusing(session, workspace_id)),
        aside=tuple(_aside(session, workspace_id)),
    )


@dataclass(frozen=True, slots=True)
class TargetPage:
    """One target and its last fetches, newest first."""

    row: TargetRow
    fetches: tuple[CrawlFetch, ...]


def target_page(session: Session, workspace_id: int, target_id: int) -> TargetPage | None:
    """A target of the workspace; None: it has none such."""
    target = session.get(CrawlTarget, target_id)
    if target is None or target.workspace_id != workspace_id:
        return None
    fetches = session.scalars(
        select(CrawlFetch)
        .where(CrawlFetch.target_id == target.id)
        .order_by(CrawlFetch.at.desc())
        .limit(MOST_FETCHES)
    ).all()
    return TargetPage(_rows(session, [target])[0], tuple(fetches))


def _contains(search: str) -> ColumnElement[bool]:
    text = search.casefold()
    names = [
        select(SocialAccount.id).join(Influencer).where(
            SocialAccount.id == CrawlTarget.social_account_id,
            func.lower(Influencer.name).contains(text, autoescape=True),
        ).exists(),
        select(Listing.id).where(
            Listing.id == CrawlTarget.listing_id,
            func.lower(Listing.title).contains(text, autoescape=True),
        ).exists(),
    ]  # fmt: skip
    return or_(func.lower(CrawlTarget.url).contains(text, autoescape=True), *names)


def _rows(session: Session, targets: Sequence[CrawlTarget]) -> list[TargetRow]:
    """The targets with names and hosts: four statements however many."""
    accounts = {
        number: (name, influencer_id)
        for number, name, influencer_id in session.execute(
            select(SocialAccount.id, Influencer.name, Influencer.id)
            .join(Influencer, Influencer.id == SocialAccount.influencer_id)
            .where(SocialAccount.id.in_({t.social_account_id for t in targets}))
        )
    }
    posts = {
        number: (title, influencer_id)
        for number, title, influencer_id in session.execute(
            select(SocialPost.id, SocialPost.title, SocialPost.influencer_id).where(
                SocialPost.id.in_({t.post_id for t in targets})
            )
        )
    }
    titles = session.execute(
        select(Listing.id, Listing.title).where(Listing.id.in_({t.listing_id for t in targets}))
    )
    listings = {row[0]: row[1] for row in titles}
    domains = {
        domain.host: domain
        for domain in session.scalars(
            select(CrawlDomain).where(CrawlDomain.host.in_({t.host for t in targets}))
        )
    }
    rows = []
    for target in targets:
        if target.kind == "listing":
            name, owner = listings.get(target.listing_id, ""), 0
        else:
            known = accounts if target.kind == "account" else posts
            number = target.social_account_id if target.kind == "account" else target.post_id
            name, owner = known.get(number, ("", 0))
        rows.append(TargetRow(target, name, owner, domains.get(target.host)))
    return rows


def _refusing(session: Session, workspace_id: int) -> list[CrawlDomain]:
    """Hosts of the workspace that asked to be left alone for a while."""
    hosts = select(CrawlTarget.host).where(CrawlTarget.workspace_id == workspace_id)
    found = session.scalars(
        select(CrawlDomain)
        .where(CrawlDomain.host.in_(hosts), CrawlDomain.last_status != "")
        .order_by(CrawlDomain.next_allowed_at.desc())
        .limit(MOST_DOMAINS)
    )
    return list(found)


def _aside(session: Session, workspace_id: int) -> list[Aside]:
    batches = session.scalars(
        select(Quarantine)
        .where(Quarantine.workspace_id == workspace_id, Quarantine.state == "waiting")
        .order_by(Quarantine.created_at.desc())
        .limit(MOST_ITEMS)
    ).all()
    found = []
    for batch in batches:
        items = session.scalars(
            select(QuarantineItem)
            .where(QuarantineItem.quarantine_id == batch.id)
            .order_by(QuarantineItem.id)
            .limit(MOST_ITEMS)
        ).all()
        n_items = session.scalar(
            select(func.count())
            .select_from(QuarantineItem)
            .where(QuarantineItem.quarantine_id == batch.id)
        )
        found.append(Aside(batch, n_items or 0, tuple(items)))
    return found


def is_waiting(domain: CrawlDomain, now: datetime) -> bool:
    """Whether a host is left alone at an instant."""
    return domain.next_allowed_at is not None and domain.next_allowed_at > now
