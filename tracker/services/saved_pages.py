"""What a person's saved page says, stored at the instant that they saw it.

A person looked at what was read before it comes here, and vouches for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Influencer, Listing, SocialAccount, Workspace
from tracker.observed import AccountItem, ListingItem, PostItem
from tracker.services import audit, marks
from tracker.services.errors import RefusedError
from tracker.services.observations import observed, remember
from tracker.services.people import fold_handle
from tracker.services.snapshots import Observed, record

SOURCE = "saved_page"
LONGEST_AGO = timedelta(days=3_660)


def choose_account(
    session: Session,
    workspace: Workspace,
    *,
    account_id: int = 0,
    influencer_id: int = 0,
    platform: str = "",
    handle: str = "",
    url: str = "",
) -> SocialAccount:
    """The account that a page is of: one that is known, or a new one of an influencer.

    Args:
        platform, handle, url: of a new account, as the page says.

    Raises RefusedError: unknown_account (account), value_missing (influencer; handle),
    handle_taken (account).
    """
    if account_id:
        known = session.get(SocialAccount, account_id)
        if known is None or known.workspace_id != workspace.id:
            raise RefusedError("unknown_account", "account")
        return known
    influencer = session.get(Influencer, influencer_id) if influencer_id else None
    if influencer is None or influencer.workspace_id != workspace.id:
        raise RefusedError("value_missing", "influencer")
    folded = fold_handle(handle)
    if not platform or not folded:
        raise RefusedError("value_missing", "handle")
    taken = select(SocialAccount.id).filter_by(
        workspace_id=workspace.id, platform=platform, handle=folded
    )
    if session.scalar(taken) is not None:
        raise RefusedError("handle_taken", "account", handle=folded)
    row = SocialAccount(
        workspace_id=workspace.id, influencer_id=influencer.id, platform=platform, handle=folded,
        url=url[:500],
    )  # fmt: skip
    session.add(row)
    session.flush()
    marks.names_changed(session, workspace)
    return row


def store_social(
    session: Session,
    account: SocialAccount,
    items: Sequence[AccountItem | PostItem],
    taken_at: datetime,
    *,
    user_id: int = 0,
) -> int:
    """Store the numbers of an account and of its posts; gives how many things were stored.

    Numbers of an account that the page shows beside a post count as the account's. Raises
    RefusedError: out_of_range (taken_at), value_missing (file: there is nothing in it).
    """
    _check_instant(taken_at)
    posts = [one for one in items if isinstance(one, PostItem)]
    ids = remember(session, account, posts, taken_at) if posts else {}
    readings: list[Observed] = []
    for item in items:
        if isinstance(item, PostItem):
            readings.append(observed(account, ("post", ids[item.ref]), item, taken_at, SOURCE))
        elif item.counts:
            readings.append(observed(account, ("account", account.id), item, taken_at, SOURCE))
    if not readings:
        raise RefusedError("value_missing", "file")
    record(session, readings, is_checked=False)
    subject = f"{account.platform} {account.handle}"
    audit.note(session, "saved_page.stored", subject, user_id=user_id, things=len(readings))
    return len(readings)


def store_listing(
    session: Session,
    workspace: Workspace,
    url: str,
    item: ListingItem,
    taken_at: datetime,
    *,
    competitor: str = "",
    user_id: int = 0,
) -> Listing:
    """Store what a listing's page said; a listing that is not known yet becomes a competitor's.

    Args:
        url: in its safe spelling.
        competitor: name of the shop, for a new listing.

    Raises RefusedError: out_of_range (taken_at), value_missing (url), ambiguous (price: a page
    that contradicts itself is not stored).
    """
    _check_instant(taken_at)
    if not url:
        raise RefusedError("value_missing", "url")
    if item.is_ambiguous:
        raise RefusedError("ambiguous", "price")
    listing = session.scalar(select(Listing).filter_by(workspace_id=workspace.id, url=url))
    if listing is None:
        listing = Listing(
            workspace_id=workspace.id, url=url, competitor=competitor[:200],
            title=item.title[:300], created_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(listing)
        session.flush()
    reading = Observed(workspace.id, ("listing", listing.id), item, taken_at, SOURCE)
    record(session, [reading], is_checked=False)
    audit.note(session, "saved_page.stored", url[:200], user_id=user_id, things=1)
    return listing


def _check_instant(taken_at: datetime) -> None:
    now = datetime.now(UTC)
    if not now - LONGEST_AGO <= taken_at <= now + timedelta(minutes=10):
        raise RefusedError("out_of_range", "taken_at")
