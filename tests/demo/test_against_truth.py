"""What the attribution models say beside what really caused the orders of the demo brand.

The demo's causal model is not any attribution model's: people come back through doors that moved
nobody (direct, brand search, retargeting). So every model is wrong in its own way, and the ways are
known. Thresholds hold with room for other seeds (tried: 11, 12, 13 at 0.6 and 1.0).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from scipy.stats import kendalltau, spearmanr
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.databases import Databases
from tracker.config import Settings
from tracker.db import connect
from tracker.demo.load import load_demo
from tracker.demo.truth import Truth, read_truth, truth_file
from tracker.demo.world import OWN_SHOP, TMALL_SHOP
from tracker.domain.channels import Channel
from tracker.models import (
    Credit,
    Hit,
    Influencer,
    Order,
    OrderCoupon,
    OrderVisitor,
    Refund,
    Shop,
    Visitor,
    Workspace,
)
from tracker.models.credit import MODELS
from tracker.models.fit import FIT_MODELS
from tracker.reports.lift import close
from tracker.reports.lifts import Lift, iter_lifts
from tracker.reports.state import ReportState

pytestmark = pytest.mark.timeout(600)
"""The brand takes 15 seconds of processor; a busy machine gives them slowly."""

UNTIL = date(2026, 11, 21)


@dataclass(frozen=True)
class Credited:
    """Net revenue of an order's share: what one touchpoint got under every model."""

    shop: str
    ref: str
    channel: str
    influencer: str
    nets: dict[str, int]


@dataclass(frozen=True)
class Brand:
    session: Session
    credits: list[Credited]
    truths: dict[tuple[str, str], Truth]
    net: dict[tuple[str, str], int]
    """What the ledger says of an order after its refunds."""

    def truth_by(self, field: str, shop: str = "") -> Counter[str]:
        """True net revenue by "channel" or "influencer"; "" stands for no cause."""
        sums: Counter[str] = Counter()
        for key, net in self.net.items():
            if shop in ("", key[0]):
                sums[getattr(self.truths[key], field)] += net
        return sums

    def credit_by(self, field: str, model: str, shop: str = "") -> Counter[str]:
        """Credited net revenue by "channel" or "influencer"; "" stands for unattributed."""
        sums: Counter[str] = Counter()
        for row in self.credits:
            if shop in ("", row.shop):
                sums[getattr(row, field)] += row.nets[model]
        return sums

    def distance(self, model: str) -> float:
        """Sum of a model's errors over the channels that caused orders of the own shop, as a share
        of what these caused."""
        truth = self.truth_by("channel", OWN_SHOP)
        credit = self.credit_by("channel", model, OWN_SHOP)
        causes = [channel for channel in truth if channel]
        wrong = sum(abs(truth[channel] - credit[channel]) for channel in causes)
        return wrong / sum(truth[channel] for channel in causes)


@pytest.fixture(scope="module")
def brand(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brand]:
    """The demo brand on SQLite, made once (120 days at 0.6 of the usual size)."""
    home: Path = tmp_path_factory.mktemp("brand")
    with databases.fresh("sqlite", home) as url:
        database = connect(url)
        settings = Settings(home=home)
        load_demo(
            database, settings, scale=0.6, until=UNTIL, now=datetime(2026, 12, 30, tzinfo=UTC)
        )
        with database.read() as session:
            credited = list(read_credits(session))
            truths = {
                (truth.shop, truth.order_ref): truth
                for truth in read_truth(truth_file(settings.home_dir))
            }
            net: Counter[tuple[str, str]] = Counter()
            for row in credited:
                net[row.shop, row.ref] += row.nets["last"]
            yield Brand(session, credited, truths, net)
        database.dispose()


def read_credits(session: Session) -> Iterator[Credited]:
    names = {0: "", **dict(session.execute(select(Influencer.id, Influencer.slug)).all())}
    found = session.execute(
        select(
            Shop.slug, Order.ref, Credit.channel_code, Credit.influencer_id,
            *(getattr(Credit, f"net_{model}") for model in MODELS),
        )
        .join(Shop, Shop.id == Credit.shop_id)
        .join(Order, Order.id == Credit.order_id)
    )  # fmt: skip
    for shop, ref, code, influencer_id, *nets in found:
        channel = Channel.from_code(code).value if code else ""
        by_model = dict(zip(MODELS, nets, strict=True))
        yield Credited(shop, ref, channel, names[influencer_id], by_model)


def test_every_paid_order_has_a_known_cause_and_is_in_the_ledger(brand: Brand):
    assert set(brand.net) == set(brand.truths)


@pytest.mark.parametrize("model", MODELS)
def test_credited_and_unattributed_add_up_to_net_revenue_to_the_fen(brand: Brand, model: str):
    orders = brand.session.execute(
        select(Shop.slug, Order.ref, Order.net_base_minor, Order.currency)
        .join(Shop, Shop.id == Order.shop_id)
        .where(Order.status == "paid")
    ).all()
    refunded: Counter[str] = Counter()
    for ref, amount in brand.session.execute(select(Refund.order_ref, Refund.amount_minor)):
        refunded[ref] += amount
    credited: Counter[tuple[str, str]] = Counter()
    for row in brand.credits:
        credited[row.shop, row.ref] += row.nets[model]
    for shop, ref, net, currency in orders:
        if currency == "CNY" or not refunded[ref]:
            assert credited[shop, ref] == net - refunded[ref]
    by_channel = brand.credit_by("channel", model)
    assert sum(by_channel.values()) == sum(credited.values()) == sum(brand.net.values())


@pytest.mark.parametrize("model", MODELS)
def test_every_model_ranks_influencers_much_as_the_truth_does(brand: Brand, model: str):
    truth, credit = brand.truth_by("influencer"), brand.credit_by("influencer", model)
    slugs = sorted({*truth, *credit} - {""})
    assert len(slugs) == 60
    real, said = [truth[s] for s in slugs], [credit[s] for s in slugs]
    assert spearmanr(real, said).statistic > 0.65
    assert kendalltau(real, said).statistic > 0.48


@pytest.mark.parametrize("model", MODELS)
def test_every_model_ranks_channels_better_than_chance(brand: Brand, model: str):
    truth = brand.truth_by("channel", OWN_SHOP)
    credit = brand.credit_by("channel", model, OWN_SHOP)
    causes = sorted(set(truth) - {""})
    assert spearmanr([truth[c] for c in causes], [credit[c] for c in causes]).statistic > 0.45


def test_models_that_look_back_are_nearer_to_the_truth_than_the_last_click(brand: Brand):
    distance = {model: brand.distance(model) for model in MODELS}
    assert distance["first"] < distance["position_based"] < distance["linear"]
    assert distance["linear"] < distance["last_non_direct"]


def test_fitted_models_stand_between_the_first_touch_and_the_last_click(brand: Brand):
    for model in FIT_MODELS:
        assert brand.distance("first") < brand.distance(model) < brand.distance("last_non_direct")


def test_removing_a_channel_that_closes_orders_costs_more_than_its_equal_share(brand: Brand):
    # Mails and text messages close orders by themselves; what opens journeys is seldom alone.
    markov = brand.credit_by("channel", "markov", OWN_SHOP)
    shapley = brand.credit_by("channel", "shapley", OWN_SHOP)
    for channel in ("email", "sms"):
        assert markov[channel] > 1.15 * shapley[channel]
    assert markov["paid_social"] < shapley["paid_social"]


def test_the_last_click_flatters_retargeting_and_brand_search(brand: Brand):
    truth = brand.truth_by("channel", OWN_SHOP)
    last = brand.credit_by("channel", "last_non_direct", OWN_SHOP)
    first = brand.credit_by("channel", "first", OWN_SHOP)
    assert last["display"] > 4 * truth["display"]
    assert last["paid_search"] > 1.4 * truth["paid_search"]
    for opener in ("paid_social", "paid_video", "organic_video", "affiliate"):
        assert last[opener] < 0.8 * truth[opener]
        assert last[opener] < first[opener]


def test_mailings_that_win_buyers_back_are_seen_by_the_last_click_only(brand: Brand):
    truth = brand.truth_by("channel", OWN_SHOP)
    for channel in ("email", "sms"):
        last = brand.credit_by("channel", "last", OWN_SHOP)[channel]
        first = brand.credit_by("channel", "first", OWN_SHOP)[channel]
        assert last == pytest.approx(truth[channel], rel=0.2)
        assert first < 0.6 * truth[channel]


def test_orders_of_the_shop_without_script_are_credited_by_affiliate_rows_only(brand: Brand):
    tmall = brand.credit_by("channel", "last_non_direct", TMALL_SHOP)
    assert set(tmall) == {"", "kol"}
    assert tmall["kol"] < brand.truth_by("channel", TMALL_SHOP)["kol"]


def test_the_leaked_code_is_used_without_a_click_from_the_day_it_leaks(brand: Brand):
    session = brand.session
    clicked = (
        select(Hit.id)
        .join(Visitor, Visitor.id == Hit.visitor_id)
        .join(OrderVisitor, OrderVisitor.visitor_id == Visitor.id)
        .where(OrderVisitor.order_ref == Order.ref, Hit.click_event_id != "")
        .exists()
    )
    uses = session.execute(
        select(Order.ordered_on, clicked)
        .join(OrderCoupon, OrderCoupon.order_id == Order.id)
        .where(OrderCoupon.code == "dajiang20")
    ).all()
    leak_on = date(2026, 10, 26)
    before = [has_click for day, has_click in uses if day < leak_on]
    after = [has_click for day, has_click in uses if day >= leak_on]
    assert len(after) > 2 * len(before)
    assert 1 - sum(after) / len(after) > 0.75
    reasons = Counter(
        brand.truths[row.shop, row.ref].reason
        for row in brand.credits
        if row.influencer == "dajiang" and row.shop == OWN_SHOP
    )
    assert reasons["leaked_code"] > 10  # credited to the owner until somebody marks the leak


def test_the_lift_of_posts_holds_what_they_really_brought(brand: Brand):
    """The interval of a post's lift holds the net revenue that the influencer truly caused on its
    days, nearly as often as the 95 % it says (seeds 11, 12, 13 tried: 0.8 to 1.0)."""
    workspace = brand.session.scalars(select(Workspace)).one()
    args = {"from": "2026-07-25", "to": UNTIL.isoformat()}
    state = ReportState.from_args(args, workspace, UNTIL + timedelta(days=1))
    caused: Counter[tuple[int, date]] = Counter()
    ids = {
        row.slug: row.id for row in brand.session.execute(select(Influencer.slug, Influencer.id))
    }
    days = {
        (row.slug, row.ref): row.ordered_on
        for row in brand.session.execute(
            select(Shop.slug, Order.ref, Order.ordered_on).join(Shop, Shop.id == Order.shop_id)
        )
    }
    for key, net in brand.net.items():
        if influencer := brand.truths[key].influencer:
            caused[ids[influencer], days[key]] += net
    lifts = [row for row in iter_lifts(brand.session, state) if row.kind == "post"]
    close()
    judged = [row for row in lifts if row.measured.net is not None]
    assert len(judged) > 25
    true = {id(row): sum(caused[row.owner_id, day] for day in row.measured.days) for row in judged}

    def held(rows: list[Lift]) -> float:
        estimates = [(row.measured.net, true[id(row)]) for row in rows]
        return sum(e.low <= t <= e.high for e, t in estimates if e) / len(rows)

    biggest = sorted(judged, key=lambda row: -true[id(row)])[:12]
    assert held(judged) >= 0.8
    assert held(biggest) >= 0.75
    # and a post that nobody can tell from the festival beside it gets no figure
    peak = date(2026, 11, 8)
    for row in lifts:
        if row.first_on <= peak <= row.last_on:
            assert row.measured.reason == "promotion"
