"""Tracked links (追踪链接): made by staff; where they lead is never taken from a request."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.models import Shop, TrackedLink, Workspace
from tracker.services.errors import RefusedError
from tracker.services.marks import names_changed

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")
_UNSAFE = re.compile(r"[\x00-\x20\\\x7f]")
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of random slugs: without letters that look like another one on a printed card."""

MAX_URL = 2_000

UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


def check_target(url: str) -> str:
    """A target as stored. Raises RefusedError: value_missing, not_http, bad_address (target_url).

    Refused are also blanks, backslashes and user names in the address: browsers and programs read
    those differently.
    """
    target = url.strip()
    if not target:
        raise RefusedError("value_missing", "target_url")
    if len(target) > MAX_URL or _UNSAFE.search(target):
        raise RefusedError("bad_address", "target_url")
    try:
        parts = urlsplit(target)
        host, _ = parts.hostname, parts.port  # an impossible port only shows when asked for
    except ValueError as error:
        raise RefusedError("bad_address", "target_url") from error
    if parts.scheme not in ("http", "https"):
        raise RefusedError("not_http", "target_url")
    if not host or "@" in parts.netloc:
        raise RefusedError("bad_address", "target_url")
    return target


def is_slug(text: str) -> bool:
    """Whether a link may be called so: lower-case letters, digits, hyphens, at most 64."""
    return _SLUG.fullmatch(text) is not None


def create_link(
    session: Session,
    shop: Shop,
    *,
    target_url: str,
    slug: str = "",
    influencer_id: int = 0,
    campaign_id: int = 0,
    **utm: str,
) -> TrackedLink:
    """Create a link of a shop.

    Args:
        slug: lower-case letters, digits, hyphens; empty: a random one of eight characters.
        utm: utm_source, utm_medium, utm_campaign, utm_content, utm_term to append to the target.

    Raises RefusedError: see `check_target`; bad_slug, slug_taken (slug).
    """
    _check_utm(utm)
    row = TrackedLink(
        workspace_id=shop.workspace_id,
        shop_id=shop.id,
        slug=_chosen_slug(session, slug) if slug else _random_slug(session),
        target_url=check_target(target_url),
        influencer_id=influencer_id,
        campaign_id=campaign_id,
        created_at=datetime.now(UTC),
        **{name: utm.get(name, "").strip() for name in UTM_FIELDS},
    )
    session.add(row)
    session.flush()
    return row


def update_link(
    session: Session,
    link: TrackedLink,
    *,
    target_url: str | None = None,
    influencer_id: int | None = None,
    campaign_id: int | None = None,
    is_active: bool | None = None,
    **utm: str,
) -> None:
    """Change a link; None leaves a field as it is. The slug stays: it is printed somewhere.

    Another owner makes the marks that carry the link be read again.
    Raises RefusedError: see `check_target`.
    """
    _check_utm(utm)
    if target_url is not None:
        link.target_url = check_target(target_url)
    if is_active is not None:
        link.is_active = is_active
    before = (link.influencer_id, link.campaign_id)
    if influencer_id is not None:
        link.influencer_id = influencer_id
    if campaign_id is not None:
        link.campaign_id = campaign_id
    for name, value in utm.items():
        setattr(link, name, value.strip())
    session.flush()
    if before != (link.influencer_id, link.campaign_id):
        names_changed(session, session.get_one(Workspace, link.workspace_id))


def _check_utm(utm: dict[str, str]) -> None:
    unknown = set(utm) - set(UTM_FIELDS)
    if unknown:
        raise TypeError(f"no such field: {', '.join(sorted(unknown))}")


def _chosen_slug(session: Session, slug: str) -> str:
    wanted = slug.strip().lower()
    if not is_slug(wanted):
        raise RefusedError("bad_slug", "slug", slug=wanted[:64])
    if session.scalar(select(TrackedLink.id).where(TrackedLink.slug == wanted)) is not None:
        raise RefusedError("slug_taken", "slug", slug=wanted)
    return wanted


def _random_slug(session: Session) -> str:
    while True:
        slug = "".join(secrets.choice(_ALPHABET) for _ in range(8))
        if session.scalar(select(TrackedLink.id).where(TrackedLink.slug == slug)) is None:
            return slug
