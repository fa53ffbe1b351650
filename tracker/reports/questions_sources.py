"""Open questions about sources: pages that are not read, webhooks that fell silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from tracker.models import CrawlSetting, CrawlTarget, Delivery, Shop, WebhookSecret
from tracker.reports.rows import OpenQuestion
from tracker.reports.state import ReportState
from tracker.services.webhook_checks import SILENT_AFTER

STALE_DAYS = 3
"""Days without a good reading after which a watched page is asked about."""

NEW_SECRET = timedelta(days=1)
"""So long nobody is told that nothing has come yet."""


def source_questions(session: Session, state: ReportState) -> Iterator[OpenQuestion]:
    """Questions about sources; two statements."""
    now = datetime.now(UTC)
    yield from _crawls(session, state, now)
    yield from _webhooks(session, state, now)


def _crawls(session: Session, state: ReportState, now: datetime) -> Iterator[OpenQuestion]:
    """Pages that the schedule should have read; nothing while it is off or a page is paused."""
    since = now - timedelta(days=STALE_DAYS)
    pages = session.scalar(
        select(func.count())
        .select_from(CrawlTarget)
        .join(CrawlSetting, CrawlSetting.workspace_id == CrawlTarget.workspace_id)
        .where(
            CrawlTarget.workspace_id == state.workspace_id,
            CrawlSetting.is_on.is_(True),
            CrawlTarget.is_active.is_(True),
            CrawlTarget.next_at.is_not(None),
            func.coalesce(CrawlTarget.last_ok_at, CrawlTarget.created_at) < since,
        )
    )
    if pages:
        yield OpenQuestion(
            "crawls_stale", {"pages": pages, "days": STALE_DAYS}, "crawling.index", {}
        )


def _webhooks(session: Session, state: ReportState, now: datetime) -> Iterator[OpenQuestion]:
    """Shops with a secret whose deliveries stopped, or never began."""
    last = (
        select(func.max(Delivery.received_at))
        .where(Delivery.shop_id == Shop.id, Delivery.outcome != "refused")
        .correlate(Shop)
        .scalar_subquery()
    )
    secrets = (
        select(func.min(WebhookSecret.created_at))
        .where(
            WebhookSecret.shop_id == Shop.id,
            or_(WebhookSecret.valid_until.is_(None), WebhookSecret.valid_until > now),
        )
        .correlate(Shop)
        .scalar_subquery()
    )
    statement = (
        select(Shop.id, Shop.name, last, secrets)
        .where(Shop.workspace_id == state.workspace_id)
        .order_by(Shop.id)
    )
    rows: list[tuple[int, str, datetime | None, datetime | None]] = [
        (row[0], row[1], row[2], row[3]) for row in session.execute(statement)
    ]
    for shop_id, name, came, given in rows:
        if given is None:
            continue
        if came is None and given < now - NEW_SECRET:
            yield OpenQuestion(
                "webhooks_absent", {"shop": name}, "settings.webhook", {"shop_id": shop_id}
            )
        elif came is not None and came < now - SILENT_AFTER:
            shown: dict[str, str | int | float] = {
                "shop": name, "since": came.date().isoformat(), "days": (now - came).days,
            }  # fmt: skip
            yield OpenQuestion("webhooks_silent", shown, "settings.webhook", {"shop_id": shop_id})
