"""A workspace in a database of its own, and files for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from tests.services.records import SECRET
from tracker.db import Database
from tracker.imports.run import Request
from tracker.models import Base, Workspace
from tracker.services.workspaces import create_shop, create_workspace

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"

IN_ORDER = ("fx_rates", "influencers", "coupons", "deals", "goods_cost", "orders", "orders.zh",
            "refunds", "affiliate", "touches", "spend")  # fmt: skip
"""The examples in the order in which the guide loads them."""

RAW = ("customer", "order", "order_line", "order_coupon", "order_mark", "order_visitor", "refund",
       "affiliate_row", "affiliate_refund", "platform_figure", "touch", "visitor", "spend",
       "goods_cost", "fx_rate", "influencer",
       "social_account", "coupon", "coupon_ownership", "deal", "campaign", "mark")  # fmt: skip
"""Tables that files fill."""

_CHANGING = {"id", "created_at", "version_at", "batch_id", "order_id", "customer_id", "visitor_id",
             "mark_id", "influencer_id", "campaign_id", "coupon_id"}  # fmt: skip


@dataclass(frozen=True)
class World:
    """One workspace with one shop."""

    database: Database
    workspace_id: int
    shop_id: int

    def request(self, **changes: Any) -> Request:
        values = {"workspace_id": self.workspace_id, "shop_id": self.shop_id, "secret": SECRET}
        return Request(**{**values, **changes})

    def in_currency(self, currency: str) -> World:
        """The same seller, with another base currency."""
        with self.database.write() as session:
            session.get_one(Workspace, self.workspace_id).base_currency = currency
        return self

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All raw facts without row ids and times of loading, sorted."""
        found = {}
        with self.database.read() as session:
            for name in RAW:
                table = Base.metadata.tables[name]
                columns = [c for c in table.c if c.name not in _CHANGING]
                found[name] = sorted(map(tuple, session.execute(select(*columns))), key=repr)
        return found

    def count(self, name: str) -> int:
        with self.database.read() as session:
            query = select(func.count()).select_from(Base.metadata.tables[name])
            return session.scalar(query) or 0


def make_world(database: Database) -> World:
    """Seller "brand" with the shop "shop", both in Shanghai."""
    with database.write() as session:
        workspace = create_workspace(session, slug="brand")
        shop = create_shop(session, workspace, slug="shop")
        return World(database, workspace.id, shop.id)
