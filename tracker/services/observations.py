"""Numbers of accounts and posts that people bring: files of metrics, pages that they saved.

They go into the same history as what is crawled, at the instant that they are of. A person vouches
for them, so nothing is held back for looking odd.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.records import LoadResult, MetricRecord, Outcome, Reason, Refused
from tracker.domain.social_urls import post_name, read_social_url
from tracker.models import CrawlTarget, MetricPoint, SocialAccount, Workspace
from tracker.observed import AccountItem, PostItem, counts_of
from tracker.services import marks
from tracker.services.bulk import among
from tracker.services.history import Subject, last_points
from tracker.services.people import People, canonical_platform, fold_handle
from tracker.services.posts import remember_posts
from tracker.services.snapshots import Observed, record

SOURCE = "csv"
FILE_VERSION = 1
"""Parser version of numbers that a file gives."""


@dataclass(frozen=True, slots=True)
class Named:
    """An account as a file or page names it."""

    platform: str
    """Canonical; "": not known."""
    handle: str
    """Folded; "": not said."""
    url: str = ""


def name_account(platform: str, text: str, url: str = "") -> Named:
    """What is meant by a platform's name and a handle or address.

    Args:
        text: a handle, with or without @, or the address of the account.
        url: an address of the account or of one of its posts; "": none.
    """
    is_url = text.lower().startswith(("http://", "https://"))
    place = text if is_url else url
    found = read_social_url(place)
    known = canonical_platform(platform) if platform.strip() else ""
    handle = "" if is_url else fold_handle(text)
    if not handle and found.network in (known or found.network, ""):
        handle = fold_handle(found.account)
    return Named(known or found.network, handle, text if is_url else "")


class Accounts:
    """The accounts of a workspace, read once, to be found by what files and pages call them."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        rows = session.scalars(
            select(SocialAccount).where(SocialAccount.workspace_id == workspace_id)
        ).all()
        self._by_handle = {(row.platform, row.handle): row for row in rows}
        self._by_url = {_plain(row.url): row for row in rows if row.url}
        for row in rows:
            place = read_social_url(row.url)
            if place.account:
                key = (row.platform, fold_handle(place.account))
                self._by_handle.setdefault(key, row)

    def find(self, named: Named, *more: str) -> SocialAccount | None:
        """The account of that handle, of that address, or of one of the other names (its number
        on the platform, its address's last part)."""
        for name in (named.handle, *more):
            found = self._by_handle.get((named.platform, fold_handle(name))) if name else None
            if found is not None:
                return found
        return self._by_url.get(_plain(named.url)) if named.url else None

    def add(self, row: SocialAccount) -> None:
        """A new account."""
        self._by_handle[row.platform, row.handle] = row


def _plain(url: str) -> str:
    """An address as it is compared."""
    text = url.strip().partition("#")[0].partition("?")[0].rstrip("/").lower()
    return text.partition("://")[2].removeprefix("www.")


def load_metrics(
    session: Session, workspace: Workspace, records: Sequence[MetricRecord]
) -> LoadResult:
    """Load numbers of accounts and posts, each at its own instant.

    An account that is not known yet is added to the influencer whom the record names. Refused:
    `unknown_influencer` (nobody has this account, and the record names nobody), `unknown_value`
    (the platform is neither said nor to be read from an address).
    """
    accounts = Accounts(session, workspace.id)
    people = People(session, workspace.id)
    outcomes: list[Outcome | Refused] = []
    owned: dict[SocialAccount, list[tuple[int, MetricRecord]]] = defaultdict(list)
    for number, one in enumerate(records):
        account = _account_of(session, workspace, one, accounts, people)
        outcomes.append(account if isinstance(account, Refused) else Outcome.UNCHANGED)
        if isinstance(account, SocialAccount):
            owned[account].append((number, one))
    observed = [pair for owner, rows in owned.items() for pair in _observed(session, owner, rows)]
    for number in _store(session, observed):
        outcomes[number] = Outcome.LOADED
    return LoadResult(tuple(outcomes))


def _account_of(
    session: Session,
    workspace: Workspace,
    one: MetricRecord,
    accounts: Accounts,
    people: People,
) -> SocialAccount | Refused:
    named = name_account(one.platform, one.account, one.post_url)
    if not named.platform:
        return Refused(Reason.UNKNOWN_VALUE, "platform")
    found = accounts.find(named)
    if found is not None:
        return found
    influencer_id = people.find(one.influencer, named.platform) if one.influencer else None
    if influencer_id is None or not named.handle:
        return Refused(Reason.UNKNOWN_INFLUENCER, (one.influencer or one.account)[:100])
    row = SocialAccount(
        workspace_id=workspace.id, influencer_id=influencer_id, platform=named.platform,
        handle=named.handle, url=named.url,
    )  # fmt: skip
    session.add(row)
    session.flush()
    accounts.add(row)
    marks.names_changed(session, workspace)
    return row


def _observed(
    session: Session, account: SocialAccount, rows: Sequence[tuple[int, MetricRecord]]
) -> list[tuple[int, Observed]]:
    """What an account's records say of it, and of its posts."""
    posts = [(number, one.taken_at, _post(one)) for number, one in rows if one.post_url]
    found = []
    if posts:
        seen_at = max(taken_at for _, taken_at, _ in posts)
        ids = remember(session, account, [item for _, _, item in posts], seen_at)
        found += [
            (number, observed(account, ("post", ids[item.ref]), item, taken_at, SOURCE))
            for number, taken_at, item in posts
        ]
    for number, one in rows:
        if one.account_counts:
            counts = counts_of(one.account_counts)
            item = AccountItem(counts=counts, parser_version=FILE_VERSION)
            subject = ("account", account.id)
            found.append((number, observed(account, subject, item, one.taken_at, SOURCE)))
    return found


def _post(one: MetricRecord) -> PostItem:
    return PostItem(
        ref=post_name(one.post_url),
        url=one.post_url[:2_048],
        title=one.post_title[:300],
        published_at=one.published_at,
        counts=counts_of(one.post_counts),
        parser_version=FILE_VERSION,
    )


def observed(
    account: SocialAccount,
    subject: Subject,
    item: AccountItem | PostItem,
    taken_at: datetime,
    source: str,
) -> Observed:
    """Numbers of an account or of one of its posts, ready to be recorded."""
    return Observed(account.workspace_id, subject, item, taken_at, source)


def remember(
    session: Session, account: SocialAccount, items: Sequence[PostItem], seen_at: datetime
) -> dict[str, int]:
    """The ids of an account's posts by their names; new ones are made."""
    owner = CrawlTarget(  # never added: it only says whose posts they are
        workspace_id=account.workspace_id, social_account_id=account.id, source=account.platform
    )
    rows = remember_posts(session, owner, items, seen_at)
    return {ref: row.id for ref, row in rows.items()}


def show_newest_followers(session: Session, account_ids: Collection[int]) -> None:
    """Let accounts show the newest number of followers that is there; None when there is none."""
    if not account_ids:
        return
    newest = last_points(session, {("account", account_id) for account_id in account_ids})
    rows = session.scalars(
        select(SocialAccount).where(among(session, SocialAccount.id, account_ids))
    )
    for row in rows:
        point = newest.get(("account", row.id), {}).get("followers")
        row.followers = None if point is None else point.value
    session.flush()


def _store(session: Session, observed: Sequence[tuple[int, Observed]]) -> set[int]:
    """Record readings in the order of time; gives the numbers of those that were news."""
    ordered = sorted(observed, key=lambda pair: pair[1].taken_at)
    readings = [one for _, one in ordered]
    before = _known(session, readings)
    record(session, readings, is_checked=False)
    new = _known(session, readings) - before
    return {
        number
        for number, one in ordered
        if any((one.subject, metric, one.taken_at) in new for metric in one.item.counts)
    }


def _known(session: Session, observed: Sequence[Observed]) -> set[tuple[Subject, str, datetime]]:
    """Points that are there at the instants of readings."""
    found: set[tuple[Subject, str, datetime]] = set()
    for kind in ("account", "post"):
        own = [one for one in observed if one.subject[0] == kind]
        ids, instants = {one.subject[1] for one in own}, {one.taken_at for one in own}
        if not ids:
            continue
        rows = session.execute(
            select(MetricPoint.subject_id, MetricPoint.metric, MetricPoint.taken_at).where(
                MetricPoint.subject_kind == kind,
                among(session, MetricPoint.subject_id, ids),
                MetricPoint.taken_at >= min(instants),
                MetricPoint.taken_at <= max(instants),
            )
        )
        found |= {((kind, subject_id), metric, at) for subject_id, metric, at in rows}
    return found
