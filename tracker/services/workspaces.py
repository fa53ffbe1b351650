"""Workspaces and shops: made, and found by their slugs."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.domain.hosts import host_of
from tracker.domain.money import is_currency
from tracker.domain.pages import read_prefixes
from tracker.models import Shop, Visit, Visitor, Workspace
from tracker.models.shop import PLATFORMS
from tracker.services import marks, policies
from tracker.services.errors import RefusedError

T = TypeVar("T")

REREAD = timedelta(days=90)
"""How far back visits are read anew when a shop says what its products are."""

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")


class NotFoundError(LookupError):
    """No workspace or shop of that slug, or several and none was named."""


def create_workspace(
    session: Session,
    *,
    slug: str,
    name: str = "",
    base_currency: str = "CNY",
    time_zone: str = "Asia/Shanghai",
    locale: str = "zh_CN",
    is_demo: bool = False,
) -> Workspace:
    """Create a workspace with the default policy.

    Raises RefusedError: bad_slug, slug_taken (slug), unknown_currency (base_currency),
    unknown_time_zone (time_zone).
    """
    slug = _check_slug(slug)
    _check_zone(time_zone)
    if not is_currency(base_currency):
        raise RefusedError("unknown_currency", "base_currency", currency=base_currency)
    if session.scalar(select(Workspace.id).where(Workspace.slug == slug)) is not None:
        raise RefusedError("slug_taken", "slug", slug=slug)
    workspace = Workspace(
        slug=slug, name=name.strip() or slug, base_currency=base_currency, time_zone=time_zone,
        locale=locale, is_demo=is_demo, created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(workspace)
    session.flush()
    policies.ensure_policy(session, workspace)
    return workspace


def create_shop(
    session: Session,
    workspace: Workspace,
    *,
    slug: str,
    name: str = "",
    platform: str = "own",
    currency: str = "",
    time_zone: str = "",
    hostnames: str = "",
    has_script: bool = False,
    product_prefixes: str = "",
) -> Shop:
    """Create a shop with a random public site key.

    Args:
        currency: of orders whose file names none; empty: the workspace's.
        time_zone: IANA name; empty: the workspace's.
        hostnames: the shop's own hosts, separated by blanks or commas.
        product_prefixes: beginnings of paths that are products in this shop, likewise; they add to
            what `tracker.domain.pages` knows.

    Raises RefusedError: bad_slug, slug_taken (slug), unknown_platform (platform),
    unknown_currency (currency), unknown_time_zone (time_zone), bad_hostname (hostnames).
    """
    slug = _check_slug(slug)
    if platform not in PLATFORMS:
        raise RefusedError("unknown_platform", "platform", platform=platform)
    currency = currency or workspace.base_currency
    if not is_currency(currency):
        raise RefusedError("unknown_currency", "currency", currency=currency)
    _check_zone(time_zone or workspace.time_zone)
    if _find_shop(session, workspace, slug) is not None:
        raise RefusedError("slug_taken", "slug", slug=slug)
    shop = Shop(
        workspace_id=workspace.id, slug=slug, name=name.strip() or slug, platform=platform,
        currency=currency, time_zone=time_zone or workspace.time_zone,
        site_key=secrets.token_hex(12), hostnames=clean_hostnames(hostnames),
        has_script=has_script, product_prefixes=" ".join(read_prefixes(product_prefixes)),
        created_at=datetime.now(UTC),
    )  # fmt: skip
    session.add(shop)
    session.flush()
    if shop.hostnames:  # referrers among them are internal from now on
        marks.names_changed(session, workspace)
    return shop


def set_product_prefixes(session: Session, shop: Shop, text: str, now: datetime) -> bool:
    """Say which paths are products in a shop; whether this changed anything.

    Visits of the last REREAD days, and all others of these visitors, are built again by the job:
    how far they came is read anew. What is older keeps its reading.
    """
    wanted = " ".join(read_prefixes(text))
    if wanted == shop.product_prefixes:
        return False
    shop.product_prefixes = wanted
    recent = select(Visit.visitor_id).where(
        Visit.shop_id == shop.id, Visit.started_at >= now - REREAD
    )
    session.execute(
        update(Visitor)
        .where(Visitor.id.in_(recent), Visitor.pending_since.is_(None))
        .values(pending_since=now)
        .execution_options(synchronize_session=False)
    )
    return True


def get_workspace(session: Session, slug: str | None = None) -> Workspace:
    """The workspace of a slug, or the only one. Raises NotFoundError."""
    rows = list(session.scalars(select(Workspace).order_by(Workspace.slug)))
    wanted = [row for row in rows if slug is None or row.slug == slug]
    return _the_only(wanted, "workspace", slug, [row.slug for row in rows])


def get_shop(session: Session, workspace: Workspace, slug: str | None = None) -> Shop:
    """The shop of a slug, or the workspace's only one. Raises NotFoundError."""
    rows = list(
        session.scalars(select(Shop).where(Shop.workspace_id == workspace.id).order_by(Shop.slug))
    )
    wanted = [row for row in rows if slug is None or row.slug == slug]
    return _the_only(wanted, "shop", slug, [row.slug for row in rows])


def _the_only(wanted: list[T], what: str, slug: str | None, all_slugs: list[str]) -> T:
    if len(wanted) == 1:
        return wanted[0]
    if not all_slugs:
        raise NotFoundError(f"there is no {what} yet; `tracker {what} add` makes one")
    names = ", ".join(all_slugs)
    if slug is not None:
        raise NotFoundError(f"there is no {what} {slug!r}; known: {names}")
    raise NotFoundError(f"there are several {what}s; say which one with --{what}: {names}")


def _find_shop(session: Session, workspace: Workspace, slug: str) -> Shop | None:
    return session.scalar(select(Shop).where(Shop.workspace_id == workspace.id, Shop.slug == slug))


def clean_hostnames(text: str) -> str:
    """Host names as stored: lower case, without scheme, path or port, separated by blanks.

    Raises RefusedError: bad_hostname (hostnames).
    """
    hosts = []
    for word in text.replace(",", " ").split():
        host = host_of(word if "//" in word else f"https://{word}")
        if not host:
            raise RefusedError("bad_hostname", "hostnames", hostname=word[:100])
        hosts.append(host)
    return " ".join(dict.fromkeys(hosts))


def _check_slug(slug: str) -> str:
    wanted = slug.strip().lower()
    if not _SLUG.fullmatch(wanted):
        raise RefusedError("bad_slug", "slug", slug=wanted[:64])
    return wanted


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise RefusedError("unknown_time_zone", "time_zone", time_zone=name[:64]) from error
