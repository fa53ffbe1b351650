"""Open questions: what needs a decision, as a list with a button (overview, 待您处理).

| code | figures | meaning |
|---|---|---|
| coupon_leak_suspected | code since share before orders name | orders without click jumped |
| coupon_conflicts | orders | orders with codes of two influencers (last 60 days) |
| spend_unmapped | spend_minor | paid spend of the period that is of no campaign |
| campaigns_discovered | campaigns | values of utm_campaign that nobody has confirmed |
| visits_unassigned | visits share | visits of the period whose marks no rule explains |
| goods_cost_missing | orders | credited orders of the period with a line of unknown goods cost |
| imports_failed | imports | imports of the last 7 days that failed |
| orders_missing | shop since days | a shop has sent no orders since that day |
| prices_below_ours | listings | competitors' prices below ours |
| promotions_started | listings | competitors' promotions |
| listings_sold_out | listings | watched listings that cannot be bought |
| followers_jumped | accounts | followers of accounts moved by a tenth or more |
| posts_deleted | posts | posts that are gone |
| alerts_open | alerts | what rules that people made have told |
| readings_aside | batches | readings that look like a broken reader |
| script_silent | shop | a shop should have our script, and no visit ever came |
| crawls_stale | pages days | watched pages that were not read well for days |
| webhooks_silent | shop since days | webhooks came from a shop, and none for a week |
| webhooks_absent | shop | a shop has a webhook secret for a day or more, and nothing ever came |

The last three: `tracker.reports.questions_sources`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import BigInteger, ScalarSelect, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind
from tracker.models import (
    Campaign,
    CostDay,
    Coupon,
    CouponOwnership,
    CreditDayChannel,
    ImportBatch,
    Influencer,
    Order,
    OrderCoupon,
    OrderDecision,
    Quarantine,
    Shop,
    TrafficDayChannel,
)
from tracker.models.alert import MADE_KINDS
from tracker.reports.alerts import OF_INFLUENCERS, count_open, open_alerts
from tracker.reports.leaks import LOOK_BACK_DAYS, Leak, find_leaks
from tracker.reports.questions_sources import source_questions
from tracker.reports.rows import Context, OpenQuestion
from tracker.reports.state import ReportState

QUIET_DAYS = 2
"""Days without an order after which a shop that had some is asked about."""

UNASSIGNED_SHARE = 0.02
UNASSIGNED_VISITS = 50
"""Below these nobody needs to look at unexplained marks."""


def open_questions(
    session: Session,
    state: ReportState,
    context: Context,
    leaks: Sequence[Leak] | None = None,
) -> tuple[OpenQuestion, ...]:
    """All open questions, most pressing first. leaks: where they are known already."""
    suspected = find_leaks(session, state) if leaks is None else leaks
    return (
        *_leaks(session, suspected),
        *_conflicts(session, state),
        *_shops(state, context),
        *_counts(session, state),
        *_watched(session, state),
        *source_questions(session, state),
    )


_WATCHED = {
    "price_below_ours": ("prices_below_ours", "listings", "competitors.index"),
    "promotion_started": ("promotions_started", "listings", "competitors.index"),
    "out_of_stock": ("listings_sold_out", "listings", "competitors.index"),
    "follower_jump": ("followers_jumped", "accounts", "influencers.index"),
    "post_deleted": ("posts_deleted", "posts", "influencers.index"),
}
"""Kind of alert -> code of the question, its figure, and where it is settled."""


def _watched(session: Session, state: ReportState) -> Iterator[OpenQuestion]:
    """Alerts that nobody has seen, one question a kind; with a single influencer behind them it
    leads to their page."""
    now = datetime.now(UTC)
    found = count_open(session, state.workspace_id, now)
    for kind, (code, figure, endpoint) in _WATCHED.items():
        if n := found.get(kind):
            args: dict[str, str | int] = {}
            if kind in OF_INFLUENCERS:
                alerts = open_alerts(session, state.workspace_id, now, [kind])
                people = {alert.figures.get("influencer_id") for alert in alerts}
                if len(people) == 1 and (only := people.pop()):
                    endpoint, args = "influencers.show", {"influencer_id": int(only)}
            yield OpenQuestion(code, {figure: n}, endpoint, args)
    if made := sum(found.get(kind, 0) for kind in MADE_KINDS):
        yield OpenQuestion("alerts_open", {"alerts": made}, "alerts.index", {})


def _leaks(session: Session, leaks: Sequence[Leak]) -> Iterator[OpenQuestion]:
    if not leaks:
        return
    ids = [leak.influencer_id for leak in leaks]
    statement = select(Influencer.id, Influencer.name).where(Influencer.id.in_(ids))
    names = {number: name for number, name in session.execute(statement)}  # noqa: C416 - typed rows
    for leak in leaks:
        yield OpenQuestion(
            "coupon_leak_suspected",
            {**leak.figures, "name": names.get(leak.influencer_id, "")},
            "influencers.show",
            {"influencer_id": leak.influencer_id},
        )


def _conflicts(session: Session, state: ReportState) -> Iterator[OpenQuestion]:
    """Orders on which codes of two influencers were used: the newest ownership won."""
    several = (
        select(OrderCoupon.order_id).group_by(OrderCoupon.order_id).having(func.count() > 1)
    )  # an index gives this in order; few orders carry two codes
    decided = select(OrderDecision.id).where(
        OrderDecision.shop_id == Order.shop_id,
        OrderDecision.order_ref == Order.ref,
        OrderDecision.question == "owner",
    )
    in_conflict = (
        select(OrderCoupon.order_id)
        .join(Order, Order.id == OrderCoupon.order_id)
        .join(Shop, Shop.id == Order.shop_id)
        .join(Coupon, (Coupon.shop_id == Order.shop_id) & (Coupon.code == OrderCoupon.code))
        .join(CouponOwnership, CouponOwnership.coupon_id == Coupon.id)
        .where(  # what somebody has decided is settled
            ~decided.exists(),
            OrderCoupon.order_id.in_(several),
            Shop.workspace_id == state.workspace_id,
            Order.ordered_on >= state.today - timedelta(days=LOOK_BACK_DAYS),
            Order.status == "paid",
            Coupon.is_shop_wide.is_(False),
            (Coupon.leaked_at.is_(None)) | (Coupon.leaked_at > Order.placed_at),
            CouponOwnership.valid_from <= Order.placed_at,
            (CouponOwnership.valid_until.is_(None))
            | (CouponOwnership.valid_until > Order.placed_at),
        )
        .group_by(OrderCoupon.order_id)
        .having(func.count(func.distinct(CouponOwnership.influencer_id)) > 1)
        .subquery()
    )
    orders = session.scalar(select(func.count()).select_from(in_conflict)) or 0
    if orders:
        yield OpenQuestion("coupon_conflicts", {"orders": orders}, "conflicts.index", {})


def _shops(state: ReportState, context: Context) -> Iterator[OpenQuestion]:
    for shop in context.shops:
        if shop.last_order_on is not None:
            days = (state.today - shop.last_order_on).days
            if days >= QUIET_DAYS:
                since = shop.last_order_on.isoformat()
                yield OpenQuestion(
                    "orders_missing",
                    {"shop": shop.name, "since": since, "days": days},
                    "imports.index",
                    {},
                )
        if shop.has_script and shop.last_visit_at is None:
            yield OpenQuestion("script_silent", {"shop": shop.name}, "settings.shops", {})


def _counts(session: Session, state: ReportState) -> Iterator[OpenQuestion]:
    """The questions that are a count or a sum, all in one statement."""
    spend, discovered, unassigned, visits, without_cost, failed, aside = (
        int(value or 0)
        for value in session.execute(
            select(
                _unmapped_spend(state),
                _discovered(state),
                _visits(state, Channel.UNASSIGNED),
                _visits(state, None),
                _without_goods_cost(state),
                _failed_imports(state),
                _aside(state),
            )
        ).one()
    )
    period = state.to_args()
    if spend > 0:
        yield OpenQuestion("spend_unmapped", {"spend_minor": spend}, "spend.index", {**period})
    if discovered:
        yield OpenQuestion("campaigns_discovered", {"campaigns": discovered}, "campaigns.index", {})
    if unassigned >= UNASSIGNED_VISITS and unassigned >= UNASSIGNED_SHARE * visits:
        yield OpenQuestion(
            "visits_unassigned",
            {"visits": unassigned, "share": unassigned / visits},
            "channels.index",
            {**period},
        )
    if without_cost:
        orders = round(without_cost / 1_000_000, 1)
        yield OpenQuestion("goods_cost_missing", {"orders": orders}, "imports.index", {})
    if failed:
        yield OpenQuestion("imports_failed", {"imports": failed}, "imports.index", {})
    if aside:
        yield OpenQuestion("readings_aside", {"batches": aside}, "crawling.index", {})


def _unmapped_spend(state: ReportState) -> ScalarSelect[int]:
    return (
        select(cast(func.sum(CostDay.spend_minor), BigInteger))
        .where(
            CostDay.workspace_id == state.workspace_id,
            CostDay.day.between(state.start, state.end),
            CostDay.kind_code == Kind.PAID.code,
            CostDay.campaign_id == 0,
            CostDay.influencer_id == 0,
        )
        .scalar_subquery()
    )


def _discovered(state: ReportState) -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(Campaign.workspace_id == state.workspace_id, Campaign.is_discovered.is_(True))
        .scalar_subquery()
    )


def _visits(state: ReportState, channel: Channel | None) -> ScalarSelect[int]:
    table = TrafficDayChannel
    shops = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    statement = select(cast(func.sum(table.visits), BigInteger)).where(
        table.shop_id.in_(shops), table.day.between(state.start, state.end)
    )
    if channel is not None:
        statement = statement.where(table.channel_code == channel.code)
    return statement.scalar_subquery()


def _without_goods_cost(state: ReportState) -> ScalarSelect[int]:
    table = CreditDayChannel
    shops = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    return (
        select(cast(func.sum(table.orders_without_goods_cost_micro), BigInteger))
        .where(
            table.policy_id == state.policy_id,
            table.model_code == state.model_code,
            table.shop_id.in_(shops),
            table.booked_on.between(state.start, state.end),
        )
        .scalar_subquery()
    )


def _failed_imports(state: ReportState) -> ScalarSelect[int]:
    week_ago = datetime.combine(state.today - timedelta(days=7), time(), UTC)
    return (
        select(func.count())
        .where(
            ImportBatch.workspace_id == state.workspace_id,
            ImportBatch.status == "failed",
            ImportBatch.created_at >= week_ago,
        )
        .scalar_subquery()
    )


def _aside(state: ReportState) -> ScalarSelect[int]:
    return (
        select(func.count())
        .where(Quarantine.workspace_id == state.workspace_id, Quarantine.state == "waiting")
        .scalar_subquery()
    )
