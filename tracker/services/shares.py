"""Shares: links for people outside (agencies) to some influencers' results.

The token of a link is an HMAC of the share's number and nonce under the program's key: it can be
shown again to whoever may share, and the database alone gives it to nobody.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.domain.policy import MODELS
from tracker.models import Influencer, Share, ShareVisit, Shop, Workspace
from tracker.models.share import SHARED
from tracker.services import audit
from tracker.services.errors import RefusedError
from tracker.services.users import UserError, hash_password, matches_password

KEEP_VISITS = timedelta(days=365)
MAX_TITLE = 120
MAX_PEOPLE = 500
"""Influencers that one share can name; an agency's are not counted."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a share shows, as asked for by a form."""

    title: str
    table_name: str
    columns: tuple[str, ...]
    model: str
    agency: str = ""
    influencer_ids: tuple[int, ...] = ()
    shop_id: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    expires_at: datetime | None = None
    password: str = ""
    """Empty: none."""


def create_share(
    session: Session,
    workspace: Workspace,
    terms: Terms,
    known_columns: Collection[str],
    key: str,
    *,
    user_id: int = 0,
) -> Share:
    """Make a share.

    Args:
        known_columns: keys that the table has; `terms.columns` are some of them.
        key: the program's signing key.

    Raises:
        RefusedError: nobody_shared, unknown_influencer, unknown_shop, no_columns, bad_period,
            already_over, password_short.
    """
    _check(session, workspace, terms, known_columns)
    nonce = secrets.token_hex(16)
    share = Share(
        workspace_id=workspace.id, token_hash=f"new:{nonce}", nonce=nonce,
        title=terms.title.strip()[:MAX_TITLE], table_name=terms.table_name,
        columns=[column for column in known_columns if column in terms.columns],
        agency=terms.agency, influencer_ids=sorted(set(terms.influencer_ids)),
        shop_id=terms.shop_id, model=terms.model, starts_on=terms.starts_on,
        ends_on=terms.ends_on, expires_at=terms.expires_at,
        password_hash=_hash(terms.password), user_id=user_id, created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(share)
    session.flush()
    share.token_hash = hash_token(token_of(share, key))
    session.flush()
    audit.note(session, "share.created", share.title, user_id=user_id, share=share.id)
    return share


def renew_link(session: Session, share: Share, key: str, *, user_id: int = 0) -> None:
    """Give a share another link; the old one shows nothing from now on."""
    share.nonce = secrets.token_hex(16)
    share.token_hash = hash_token(token_of(share, key))
    session.flush()
    audit.note(session, "share.renewed", share.title, user_id=user_id, share=share.id)


def end_share(session: Session, share: Share, *, user_id: int = 0) -> None:
    """End a share. It stays in the list with what was looked at; `resume_share` takes it back."""
    share.ended_at = datetime.now(UTC)
    session.flush()
    audit.note(session, "share.ended", share.title, user_id=user_id, share=share.id)


def resume_share(session: Session, share: Share, *, user_id: int = 0) -> None:
    """Let a share that was ended work again, under the same link."""
    share.ended_at = None
    session.flush()
    audit.note(session, "share.resumed", share.title, user_id=user_id, share=share.id)


def find_share(session: Session, token: str, now: datetime) -> Share | None:
    """The share of a link; None: there is none, it ended or is over: strangers learn not which."""
    share = session.scalar(select(Share).where(Share.token_hash == hash_token(token)))
    if share is None or share.ended_at is not None:
        return None
    return None if share.expires_at is not None and share.expires_at <= now else share


def check_password(share: Share, password: str) -> bool:
    """Whether a password opens the share."""
    return not share.password_hash or matches_password(share.password_hash, password)


def people_of(session: Session, share: Share) -> frozenset[int]:
    """Ids of the influencers that a share is about, at this moment."""
    query = select(Influencer.id).where(Influencer.workspace_id == share.workspace_id)
    if share.agency:
        query = query.where(Influencer.agency == share.agency)
    else:
        query = query.where(Influencer.id.in_(share.influencer_ids))
    return frozenset(session.scalars(query))


def note_visit(
    session: Session,
    share: Share,
    action: str,
    *,
    address: str,
    user_agent: str = "",
    days: tuple[date, date] | None = None,
) -> None:
    """Write down that somebody looked (action: seen, downloaded or refused)."""
    session.add(
        ShareVisit(
            share_id=share.id, at=datetime.now(UTC), action=action,
            address=shorten_address(address), user_agent=_printable(user_agent)[:200],
            detail={} if days is None else {"from": str(days[0]), "to": str(days[1])},
        )
    )  # fmt: skip


def visits_of(session: Session, share: Share, most: int) -> Sequence[ShareVisit]:
    """The newest visits of a share."""
    query = select(ShareVisit).where(ShareVisit.share_id == share.id)
    return session.scalars(query.order_by(ShareVisit.id.desc()).limit(most)).all()


def list_shares(session: Session, workspace: Workspace) -> list[tuple[Share, int, datetime | None]]:
    """Shares of a workspace, newest first, with how often each was opened and when last."""
    visits = (
        select(ShareVisit.share_id, func.count().label("n"), func.max(ShareVisit.at).label("last"))
        .where(ShareVisit.action != "refused")
        .group_by(ShareVisit.share_id)
        .subquery()
    )
    query = (
        select(Share, func.coalesce(visits.c.n, 0), visits.c.last)
        .outerjoin(visits, visits.c.share_id == Share.id)
        .where(Share.workspace_id == workspace.id)
        .order_by(Share.id.desc())
    )
    return [(share, n, last) for share, n, last in session.execute(query)]


def shares_of_agency(
    session: Session, workspace_id: int, agency: str, now: datetime
) -> list[Share]:
    """Shares that work and are about an agency: what its members find on their account page."""
    if not agency:
        return []
    query = (
        select(Share)
        .where(
            Share.workspace_id == workspace_id,
            Share.agency == agency,
            Share.ended_at.is_(None),
            Share.expires_at.is_(None) | (Share.expires_at > now),
        )
        .order_by(Share.title, Share.id)
    )
    return list(session.scalars(query))


def drop_old_visits(session: Session, now: datetime) -> int:
    """Delete visits that are older than a year; returns how many."""
    gone = session.execute(delete(ShareVisit).where(ShareVisit.at < now - KEEP_VISITS))
    return int(getattr(gone, "rowcount", 0))


def token_of(share: Share, key: str) -> str:
    """The token in a share's link: 32 characters, 192 bits."""
    text = f"share:{share.id}:{share.nonce}".encode()
    return urlsafe_b64encode(hmac.digest(key.encode(), text, "sha256")[:24]).decode()


def hash_token(token: str) -> str:
    """As the database keeps it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def shorten_address(address: str) -> str:
    """The network of an address: IPv4 /24, IPv6 /48; empty when it is none."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return ""
    return str(ip_network((found, 24 if found.version == 4 else 48), strict=False))


def _check(
    session: Session, workspace: Workspace, terms: Terms, known_columns: Collection[str]
) -> None:
    if terms.table_name not in SHARED or terms.model not in tuple(MODELS):
        raise RefusedError("not_found", "table_name")
    if not set(terms.columns) & set(known_columns):
        raise RefusedError("no_columns", "columns")
    if not terms.agency and not terms.influencer_ids:
        raise RefusedError("nobody_shared", "influencer_ids")
    if terms.starts_on and terms.ends_on and terms.ends_on < terms.starts_on:
        raise RefusedError("bad_period", "ends_on")
    if terms.expires_at is not None and terms.expires_at <= datetime.now(UTC):
        raise RefusedError("already_over", "expires_at")
    _check_scope(session, workspace, terms)


def _check_scope(session: Session, workspace: Workspace, terms: Terms) -> None:
    """Influencers, agency and shop are the workspace's."""
    mine = select(func.count()).where(Influencer.workspace_id == workspace.id)
    wanted = set(terms.influencer_ids)
    if len(wanted) > MAX_PEOPLE or session.scalar(mine.where(Influencer.id.in_(wanted))) != len(
        wanted
    ):
        raise RefusedError("unknown_influencer", "influencer_ids")
    if terms.agency and not session.scalar(mine.where(Influencer.agency == terms.agency)):
        raise RefusedError("unknown_influencer", "agency")
    shop = session.get(Shop, terms.shop_id) if terms.shop_id else None
    if terms.shop_id and (shop is None or shop.workspace_id != workspace.id):
        raise RefusedError("unknown_shop", "shop_id")


def _hash(password: str) -> str:
    if not password:
        return ""
    try:
        return hash_password(password)
    except UserError as error:
        raise RefusedError(error.code, "password") from error


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff")
