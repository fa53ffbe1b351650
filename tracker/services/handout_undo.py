"""Taking back links and codes that were made for many at once, as far as nobody has used them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.domain.coupons import normalise_code
from tracker.domain.handouts import Line, Plan
from tracker.models import Coupon, CouponOwnership, Handout, Hit, Order, OrderCoupon, TrackedLink
from tracker.models.base import to_micros
from tracker.services import audit, dirty
from tracker.services.bulk import among, one_loader_at_a_time
from tracker.services.handouts import lines_of

TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What went and what stayed because somebody has clicked the link or used the code."""

    links: int
    codes: int
    kept: int


def take_back(session: Session, handout: Handout, *, user_id: int = 0) -> TakenBack:
    """Delete the links of a handout that nobody has clicked, and end, as if it had never begun,
    the ownership of its codes that nobody has used. What was used stays, with its orders.

    A second time finds what is left. The handout keeps its lines, marked as taken back.
    """
    one_loader_at_a_time(session, "coupons", handout.shop_id)
    lines = lines_of(handout)
    link_ids = _unused_links(session, handout, lines)
    used = _last_uses(session, handout, lines)
    owned = _unused_codes(session, handout, lines, used)
    session.execute(
        delete(TrackedLink).where(among(session, TrackedLink.id, sorted(link_ids.values())))
    )
    _delete_ownerships(session, owned, used)
    after = [
        replace(
            line,
            link_problem=TAKEN_BACK if line.link_slug in link_ids else line.link_problem,
            code_problem=TAKEN_BACK if line.influencer_id in owned else line.code_problem,
        )
        for line in lines
    ]
    left = Plan(tuple(after))
    handout.lines = [asdict(line) for line in after]
    handout.n_links, handout.n_codes = left.n_links, left.n_codes
    session.flush()
    done = TakenBack(links=len(link_ids), codes=len(owned), kept=left.n_links + left.n_codes)
    audit.note(session, "handout.taken_back", str(handout.id), user_id=user_id, **asdict(done))
    return done


def _unused_links(session: Session, handout: Handout, lines: Sequence[Line]) -> dict[str, int]:
    """Slug -> id of the links that are still as they were made and were never clicked."""
    owner = {line.link_slug: line.influencer_id for line in lines if line.has_link}
    found = session.execute(
        select(TrackedLink.slug, TrackedLink.id, TrackedLink.influencer_id).where(
            TrackedLink.workspace_id == handout.workspace_id,
            among(session, TrackedLink.slug, sorted(owner)),
            ~select(Hit.id).where(Hit.link_id == TrackedLink.id, Hit.kind == "click").exists(),
        )
    )
    return {slug: number for slug, number, person in found if owner[slug] == person}


def _unused_codes(
    session: Session,
    handout: Handout,
    lines: Sequence[Line],
    used: Mapping[str, datetime],
) -> dict[int, CouponOwnership]:
    """Influencer -> their ownership of the code, where no order has used it since it began."""
    wanted = {
        (normalise_code(line.code), line.influencer_id, line.code_since)
        for line in lines
        if line.has_code
    }
    found = session.execute(
        select(Coupon.code, CouponOwnership)
        .join(CouponOwnership, CouponOwnership.coupon_id == Coupon.id)
        .where(
            Coupon.shop_id == handout.shop_id,
            among(session, Coupon.code, sorted({code for code, _, _ in wanted})),
        )
    )
    return {
        owned.influencer_id: owned
        for code, owned in found
        if (code, owned.influencer_id, to_micros(owned.valid_from)) in wanted
        and (code not in used or used[code] < owned.valid_from)
    }


def _last_uses(session: Session, handout: Handout, lines: Sequence[Line]) -> dict[str, datetime]:
    """Code -> when the newest order with it was placed; codes without any order are not there.
    One pass over the codes used on orders, however many codes are asked for."""
    codes = sorted({normalise_code(line.code) for line in lines if line.has_code})
    found = session.execute(
        select(OrderCoupon.code, func.max(Order.placed_at).label("newest"))
        .join(Order, Order.id == OrderCoupon.order_id)
        .where(among(session, OrderCoupon.code, codes), Order.shop_id == handout.shop_id)
        .group_by(OrderCoupon.code)
    )
    return {row.code: row.newest for row in found}


def _delete_ownerships(
    session: Session, owned: Mapping[int, CouponOwnership], used: Mapping[str, datetime]
) -> None:
    """Without their owner, codes that nobody ever used go too."""
    coupon_ids = sorted({one.coupon_id for one in owned.values()})
    gone = sorted(one.id for one in owned.values())
    if owned:  # while the codes are there: an order of this very moment falls back
        dirty.coupons_changed(session, coupon_ids, min(one.valid_from for one in owned.values()))
    session.execute(delete(CouponOwnership).where(among(session, CouponOwnership.id, gone)))
    session.execute(
        delete(Coupon).where(
            among(session, Coupon.id, coupon_ids),
            ~among(session, Coupon.code, sorted(used)),
            Coupon.is_shop_wide.is_(False),
            Coupon.leaked_at.is_(None),
            ~select(CouponOwnership.id).where(CouponOwnership.coupon_id == Coupon.id).exists(),
        )
    )
    session.expire_all()  # written past the identity map
