"""A product and a page of the golden files: names that would be formulas, a refund, a rest."""

from __future__ import annotations

from tests.reports.world import MICRO, START, World
from tracker.models import Page, PageDay, Product, ProductDay
from tracker.models.page import SLICES


def add_goods(world: World, influencer_id: int) -> None:
    product = Product(shop_id=world.own.id, sku="=1+1", title="龙井 100g", titled_on=START)
    page = Page(shop_id=world.own.id, path="/products/=龙井")
    world.session.add_all([product, page])
    world.session.flush()
    for product_id, who, kind, net, refund in (
        (product.id, influencer_id, 3, 6_000, 1_000), (product.id, 0, 0, 4_000, 0),
        (0, 0, 0, 250, 0),
    ):  # fmt: skip
        world.session.add(
            ProductDay(
                policy_id=world.workspace.policy_id, shop_id=world.own.id, ordered_on=START,
                booked_on=START, product_id=product_id, channel_code=21 if kind else 0,
                kind_code=kind, campaign_id=0, influencer_id=who, pieces_micro=MICRO // 2,
                orders_micro=MICRO // 2, net_revenue_minor=net, refund_minor=refund,
            )
        )  # fmt: skip
    for page_id, views in ((page.id, 12), (0, 7)):
        world.session.add(
            PageDay(
                shop_id=world.own.id, slice_code=SLICES["all"], slice_id=0, day=START,
                page_id=page_id, views=views, entries=4, exits=3, bounces=1, entry_page_views=9,
                entry_seconds=300, entry_orders=1,
            )
        )  # fmt: skip
    world.session.flush()
