"""Listings that people want to be watched: competitors' and our own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from tracker.domain.money import is_currency
from tracker.models import CrawlTarget, Listing, MetricPoint, Shop, Workspace
from tracker.services import audit
from tracker.services.errors import RefusedError


def create_listing(
    session: Session,
    workspace: Workspace,
    *,
    url: str,
    title: str = "",
    shop_id: int = 0,
    competitor: str = "",
    product_group: str = "",
    sku: str = "",
    currency: str = "",
    now: datetime,
    user_id: int = 0,
) -> Listing:
    """Enter a listing.

    Args:
        url: judged by the guard and in its safe spelling already.
        shop_id: our own shop that it is in; 0: it is a competitor's, who then needs a name.

    Raises RefusedError: listing_known (url), and as `update_listing`.
    """
    known = select(Listing.id).where(Listing.workspace_id == workspace.id, Listing.url == url)
    if session.scalar(known) is not None:
        raise RefusedError("listing_known", "url")
    row = Listing(workspace_id=workspace.id, url=url, created_at=now)
    _fill(session, workspace, row, title, shop_id, competitor, product_group, sku, currency)
    session.add(row)
    session.flush()
    audit.note(session, "listing.created", url[:200], user_id=user_id)
    return row


def update_listing(
    session: Session,
    workspace: Workspace,
    listing: Listing,
    *,
    title: str,
    shop_id: int,
    competitor: str,
    product_group: str,
    sku: str,
    currency: str,
    user_id: int = 0,
) -> None:
    """Change what people said of a listing; its address and its history stay.

    Raises RefusedError: value_missing (competitor), not_found (shop_id), unknown_currency.
    """
    _fill(session, workspace, listing, title, shop_id, competitor, product_group, sku, currency)
    session.flush()
    audit.note(session, "listing.changed", listing.url[:200], user_id=user_id)


def delete_listing(
    session: Session, workspace: Workspace, listing_id: int, *, user_id: int = 0
) -> None:
    """Forget a listing with all that was read of it; one that is gone already is no error."""
    row = session.get(Listing, listing_id)
    if row is None or row.workspace_id != workspace.id:
        return
    session.execute(
        delete(MetricPoint).where(
            MetricPoint.subject_kind == "listing", MetricPoint.subject_id == row.id
        )
    )
    session.execute(
        delete(CrawlTarget)
        .where(CrawlTarget.workspace_id == workspace.id, CrawlTarget.listing_id == row.id)
        .execution_options(synchronize_session=False)
    )
    audit.note(session, "listing.deleted", row.url[:200], user_id=user_id)
    session.execute(
        delete(Listing).where(Listing.id == row.id).execution_options(synchronize_session=False)
    )


def _fill(
    session: Session,
    workspace: Workspace,
    row: Listing,
    title: str,
    shop_id: int,
    competitor: str,
    product_group: str,
    sku: str,
    currency: str,
) -> None:
    if shop_id:
        shop = session.get(Shop, shop_id)
        if shop is None or shop.workspace_id != workspace.id:
            raise RefusedError("not_found", "shop_id")
    elif not competitor.strip():
        raise RefusedError("value_missing", "competitor")
    if currency and not is_currency(currency):
        raise RefusedError("unknown_currency", "currency")
    row.is_own, row.shop_id = bool(shop_id), shop_id
    row.competitor = "" if shop_id else competitor.strip()
    row.title, row.sku, row.currency = title.strip(), sku.strip(), currency
    row.product_group = product_group.strip()
