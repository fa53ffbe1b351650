from datetime import date, timedelta

import pytest

from tests import factories
from tests.reports.world import END, MICRO, START, make_world
from tracker.domain.channels import Channel, Kind
from tracker.domain.policy import Model
from tracker.models import Listing, ListingSnapshot, OrderLine, Product, ProductDay
from tracker.reports.orders import order_page
from tracker.reports.product import find_product, product_days, product_page
from tracker.reports.products import ROWS_OF_A_PAGE, product_report, products_of
from tracker.reports.sold import Sold


class Shelf:
    """Products of a world, and what was sold of them, as facts."""

    def __init__(self, session):
        self.session = session
        self.world = make_world(session)

    def product(self, sku, title="", shop=None):
        row = Product(
            shop_id=(shop or self.world.own).id, sku=sku, title=title or sku, titled_on=START
        )
        self.session.add(row)
        self.session.flush()
        return row

    def sell(self, product, net, *, day=START, pieces=1, refund=0, shop=None, who=0,
             channel=Channel.KOL, kind=Kind.KOL, ordered_on=None):  # fmt: skip
        self.session.add(
            ProductDay(
                policy_id=self.world.workspace.policy_id, shop_id=(shop or self.world.own).id,
                ordered_on=ordered_on or day, booked_on=day,
                product_id=product.id if product else 0,
                channel_code=channel.code if channel else 0, kind_code=kind.code if kind else 0,
                campaign_id=0, influencer_id=who, pieces_micro=pieces * MICRO, orders_micro=MICRO,
                net_revenue_minor=net, refund_minor=refund,
            )
        )  # fmt: skip
        self.session.flush()

    def report(self, **changes):
        return product_report(self.session, self.world.state(**changes))

    def rows(self, **changes):
        return [(row.sku, row.figures.net_revenue_minor) for row in self.report(**changes).rows]


@pytest.fixture
def shelf(session):
    return Shelf(session)


def test_products_are_listed_with_what_was_sold_and_by_which_kind(shelf):
    tea, cup = shelf.product("tea"), shelf.product("cup")
    shelf.sell(tea, 900, pieces=3, refund=100)
    shelf.sell(tea, 500, channel=Channel.DIRECT, kind=Kind.NATURAL)
    shelf.sell(cup, 600, channel=None, kind=None)
    shelf.sell(tea, 50, day=START - timedelta(days=2))
    report = shelf.report()
    [first, second] = report.rows
    assert (first.sku, first.figures) == ("tea", Sold(4 * MICRO, 2 * MICRO, 1_400, 100))
    assert first.net_by_kind == {"kol": 900, "natural": 500}
    assert (first.figures.refund_rate, first.figures.price_minor) == (100 / 1_500, 375)
    assert (first.share, second.share) == (0.7, 0.3)
    assert (first.before.net_revenue_minor, first.pieces_more) == (50, 3)
    assert second.net_by_kind == {"": 600}
    assert (report.total.net_revenue_minor, report.total.pieces) == (2_000, 5)
    assert report.most == 1_400


def test_a_product_that_sold_nothing_is_the_slowest_seller(shelf):
    tea = shelf.product("tea")
    shelf.product("never")
    shelf.sell(tea, 900)
    assert shelf.rows(sort="pieces") == [("never", 0), ("tea", 900)]
    assert shelf.rows(sort="-pieces") == [("tea", 900), ("never", 0)]
    assert shelf.rows(kind="kol") == [("tea", 900)]  # it is nobody's, so nobody sold it


def test_rising_and_falling_are_against_the_compared_period(shelf):
    up, down = shelf.product("up"), shelf.product("down")
    before = START - timedelta(days=1)
    shelf.sell(up, 100, pieces=5)
    shelf.sell(down, 900, pieces=6)
    shelf.sell(down, 900, pieces=9, day=before)
    assert [sku for sku, _ in shelf.rows(sort="-pieces_more")] == ["up", "down"]
    assert [sku for sku, _ in shelf.rows(sort="pieces_more")] == ["down", "up"]


def test_filters_choose_who_sold_it(shelf):
    tea = shelf.product("tea")
    shelf.sell(tea, 100, who=7)
    shelf.sell(tea, 30, who=8)
    shelf.sell(tea, 5, channel=Channel.DIRECT, kind=Kind.NATURAL)
    shelf.sell(tea, 1_000, shop=shelf.world.tmall)
    assert shelf.rows() == [("tea", 1_135)]
    assert shelf.rows(influencer_id=7) == [("tea", 100)]
    assert shelf.rows(kind="natural") == [("tea", 5)]
    assert shelf.rows(channel="kol", shop_ids=(shelf.world.own.id,)) == [("tea", 130)]
    assert shelf.rows(people=frozenset({8})) == [("tea", 30)]


def test_refunds_count_on_their_day_or_on_the_day_of_their_order(shelf):
    tea = shelf.product("tea")
    shelf.sell(tea, 100)
    shelf.sell(tea, -100, day=END + timedelta(days=3), ordered_on=START, pieces=0, refund=100)
    assert shelf.rows(basis="booked") == [("tea", 100)]
    assert shelf.rows(basis="ordered") == [("tea", 0)]


def test_the_model_of_the_address_changes_nothing(shelf):
    tea = shelf.product("tea")
    shelf.sell(tea, 100)
    shelf.world.add_credit(Channel.KOL, Kind.KOL, orders=1, net_revenue_minor=100)
    for model in (Model.first, Model.shapley):
        report = shelf.report(model=model)
        assert (report.total.net_revenue_minor, report.total.orders_micro) == (100, MICRO)


def test_orders_without_lines_are_a_row_of_their_own_at_the_end(shelf):
    tea = shelf.product("tea")
    shelf.sell(tea, 100)
    shelf.sell(None, 5_000)
    assert shelf.rows() == [("tea", 100), ("", 5_000)]
    assert shelf.rows(search="e") == [("tea", 100)]


def test_products_are_searched_by_sku_and_name(shelf):
    shelf.product("SY-LJ-100", "明前龙井 100g")
    shelf.product("SY_PE", "100% puer")
    assert [sku for sku, _ in shelf.rows(search="龙井")] == ["SY-LJ-100"]
    assert [sku for sku, _ in shelf.rows(search="y-lj")] == ["SY-LJ-100"]
    assert [sku for sku, _ in shelf.rows(search="_")] == ["SY_PE"]
    assert [sku for sku, _ in shelf.rows(search="%")] == ["SY_PE"]


def test_many_products_have_pages_and_one_total(shelf):
    for n in range(ROWS_OF_A_PAGE + 5):
        shelf.sell(shelf.product(f"sku{n:03}"), 1_000 - n)
    first, second = shelf.report(), shelf.report(page=2)
    assert (len(first.rows), len(second.rows), first.n_pages) == (ROWS_OF_A_PAGE, 5, 2)
    assert first.total == second.total
    assert first.total.net_revenue_minor == sum(1_000 - n for n in range(ROWS_OF_A_PAGE + 5))
    assert shelf.report(page=9).page == 2


def test_our_own_listing_says_what_is_in_stock(shelf):
    tea = shelf.product("tea")
    shelf.sell(tea, 100)
    listing = Listing(
        workspace_id=shelf.world.workspace.id, shop_id=shelf.world.own.id, is_own=True, sku="tea",
        url="https://shop.example/tea", created_at=factories.NOON,
    )  # fmt: skip
    shelf.session.add(listing)
    shelf.session.flush()
    for days, availability in ((1, "in_stock"), (2, "out_of_stock")):
        shelf.session.add(
            ListingSnapshot(
                listing_id=listing.id, taken_at=factories.NOON + timedelta(days=days),
                availability=availability, parser_version=1,
            )
        )  # fmt: skip
    shelf.session.flush()
    [row] = shelf.report().rows
    assert (row.stock.availability, row.stock.listing_id) == ("out_of_stock", listing.id)
    assert row.sold_until == START


def test_what_an_influencer_sold_adds_up_to_their_revenue(shelf):
    tea, cup = shelf.product("tea"), shelf.product("cup")
    shelf.sell(tea, 100, who=7)
    shelf.sell(cup, 300, who=7)
    shelf.sell(tea, 999, who=8)
    rows = products_of(shelf.session, shelf.world.state(), 7)
    assert [(row.sku, row.figures.net_revenue_minor, row.share) for row in rows] == [
        ("cup", 300, 0.75), ("tea", 100, 0.25),
    ]  # fmt: skip


def test_a_product_names_everybody_who_sold_it(shelf):
    tea, cup = shelf.product("tea"), shelf.product("cup")
    mia = factories.InfluencerFactory(workspace=shelf.world.workspace, name="Mia")
    shelf.sell(tea, 100, who=mia.id)
    shelf.sell(tea, 300, channel=Channel.DIRECT, kind=Kind.NATURAL)
    shelf.sell(tea, 50, channel=None, kind=None)
    shelf.sell(cup, 999)
    page = product_page(shelf.session, shelf.world.state(), tea.id)
    assert [
        (str(row.channel), row.influencer, row.figures.net_revenue_minor) for row in page.sellers
    ] == [("direct", "", 300), ("kol", "Mia", 100), ("None", "", 50)]
    assert page.row.figures.net_revenue_minor == 450
    assert [row.share for row in page.sellers] == [300 / 450, 100 / 450, 50 / 450]
    nothing = product_page(shelf.session, shelf.world.state(influencer_id=99), tea.id)
    assert (nothing.sellers, nothing.row.figures) == ((), Sold())


def test_a_product_of_somebody_else_is_not_there(shelf):
    theirs = shelf.product("theirs", shop=factories.ShopFactory())
    state = shelf.world.state()
    assert find_product(shelf.session, state, theirs.id) is None
    assert product_page(shelf.session, state, theirs.id) is None
    assert shelf.rows() == []


def test_days_of_a_product_are_split_by_kind(shelf):
    tea, cup = shelf.product("tea"), shelf.product("cup")
    shelf.sell(tea, 100)
    shelf.sell(tea, 40, day=END, channel=None, kind=None)
    shelf.sell(cup, 7, day=END)
    shelf.sell(tea, 3, day=START - timedelta(days=3))
    state = shelf.world.state()
    days = product_days(shelf.session, state.changed(product_id=tea.id))
    assert {series.key: series.values for series in days.bars} == {
        "natural": (0, 0, 0), "paid": (0, 0, 0), "kol": (100, 0, 0), "unattributed": (0, 0, 40),
    }  # fmt: skip
    assert days.cost is None
    assert days.before.values == (3, 0, 0)
    assert sum(map(sum, (s.values for s in product_days(shelf.session, state).bars))) == 147


def test_orders_can_be_asked_for_by_product(shelf):
    tea, named = shelf.product("tea"), shelf.product("", "cup")
    named.title_key = "cup"
    for n, (sku, title) in enumerate((("tea", "x"), ("", "cup"), ("", "bowl"))):
        order = factories.OrderFactory(shop=shelf.world.own, ref=f"T{n}", ordered_on=START)
        shelf.session.add(
            OrderLine(order_id=order.id, line_ref="1", sku=sku, title=title, quantity=1,
                      amount_minor=1)
        )  # fmt: skip
    shelf.session.flush()
    for product, ref in ((tea, "T0"), (named, "T1")):
        page = order_page(shelf.session, shelf.world.state(product_id=product.id))
        assert [row.ref for row in page.rows] == [ref]


def test_the_state_keeps_the_product_in_the_address(shelf):
    state = shelf.world.state(product_id=12)
    assert state.to_args()["product"] == "12"
    again = type(state).from_args(state.to_args(), shelf.world.workspace, date(2026, 11, 22))
    assert again.product_id == 12
