"""The search box: influencers, codes, links, channels, campaigns and orders by name or number."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import func, or_, select

from tracker.domain.channels import Channel
from tracker.domain.coupons import normalise_code
from tracker.models import (
    Campaign,
    Coupon,
    CouponOwnership,
    Influencer,
    Order,
    Shop,
    SocialAccount,
    TrackedLink,
)
from tracker.web.context import get_session, get_workspace
from tracker.web.filters import label

bp = Blueprint("search", __name__)

MOST = 8
"""Results of each sort."""

MAX_CHARS = 100


@dataclass(frozen=True, slots=True)
class Result:
    """Something found: what to show, what it is, and where it is."""

    text: str
    sort: str
    url: str


@bp.get("/search")
def index() -> str:
    """What matches the text."""
    text = "".join(c for c in request.args.get("q", "") if c.isprintable()).strip()[:MAX_CHARS]
    return render_template("search/index.html", text=text, results=_find(text) if text else [])


def _find(text: str) -> list[Result]:
    return [
        *_influencers(text),
        *_channels(text),
        *_campaigns(text),
        *_codes_and_links(text),
        *_orders(text),
    ]


def _influencers(text: str) -> list[Result]:
    rows = get_session().execute(
        select(Influencer.id, Influencer.name)
        .outerjoin(SocialAccount, SocialAccount.influencer_id == Influencer.id)
        .where(
            Influencer.workspace_id == get_workspace().id,
            or_(
                func.lower(Influencer.name).contains(text.lower(), autoescape=True),
                Influencer.slug.contains(text.lower(), autoescape=True),
                SocialAccount.handle.contains(text.casefold(), autoescape=True),
            ),
        )
        .distinct()
        .order_by(Influencer.name)
        .limit(MOST)
    )
    return [
        Result(name, "influencer", url_for("influencers.show", influencer_id=i)) for i, name in rows
    ]


def _channels(text: str) -> list[Result]:
    names = [(label(channel, "channel"), channel) for channel in Channel]
    return [
        Result(name, "channel", url_for("channels.index", channel=str(channel)))
        for name, channel in names
        if text.casefold() in name.casefold() or text.lower() in channel
    ][:MOST]


def _campaigns(text: str) -> list[Result]:
    rows = get_session().execute(
        select(Campaign.id, Campaign.name)
        .where(
            Campaign.workspace_id == get_workspace().id,
            or_(
                func.lower(Campaign.name).contains(text.lower(), autoescape=True),
                Campaign.utm_campaign.contains(text.lower(), autoescape=True),
            ),
        )
        .order_by(Campaign.name)
        .limit(MOST)
    )
    return [Result(name, "campaign", url_for("channels.index", campaign=i)) for i, name in rows]


def _codes_and_links(text: str) -> list[Result]:
    session = get_session()
    codes = session.execute(
        select(Coupon.label, CouponOwnership.influencer_id)
        .join(CouponOwnership, CouponOwnership.coupon_id == Coupon.id)
        .join(Shop, Shop.id == Coupon.shop_id)
        .where(
            Shop.workspace_id == get_workspace().id,
            Coupon.code.startswith(normalise_code(text), autoescape=True),
        )
        .order_by(Coupon.code)
        .limit(MOST)
    )
    links = session.execute(
        select(TrackedLink.slug, TrackedLink.influencer_id)
        .where(
            TrackedLink.workspace_id == get_workspace().id,
            TrackedLink.influencer_id > 0,
            TrackedLink.slug.startswith(text.lower(), autoescape=True),
        )
        .order_by(TrackedLink.slug)
        .limit(MOST)
    )
    return [
        *(
            Result(code, "code", url_for("influencers.show", influencer_id=i, _anchor="codes"))
            for code, i in codes
        ),
        *(
            Result(
                f"/go/{slug}",
                "link",
                url_for("influencers.show", influencer_id=i, _anchor="links"),
            )
            for slug, i in links
        ),
    ]


def _orders(text: str) -> list[Result]:
    shops = select(Shop.id).where(Shop.workspace_id == get_workspace().id)
    rows = get_session().execute(
        select(Order.id, Order.ref)
        .where(Order.shop_id.in_(shops), Order.ref.in_([text, f"#{text}"]))
        .limit(MOST)
    )
    return [Result(ref, "order", url_for("orders.show", order_id=i)) for i, ref in rows]
