"""What stands in the way of links and codes that are made for many at once. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.coupons import normalise_code, periods_overlap
from tracker.domain.handouts import Line, Wanted
from tracker.models import Coupon, CouponOwnership, Shop, TrackedLink
from tracker.models.base import EPOCH, to_micros
from tracker.services import links
from tracker.services.bulk import among
from tracker.services.errors import RefusedError


def with_link_clashes(session: Session, lines: Sequence[Line]) -> list[Line]:
    """Lines that want a link, with what stands in its way."""
    wanted = {line.link_slug for line in lines if line.link_slug}
    taken = set(
        session.scalars(
            select(TrackedLink.slug).where(among(session, TrackedLink.slug, sorted(wanted)))
        )
    )
    twice = _twice(line.link_slug for line in lines)
    return [replace(line, link_problem=_link_problem(line, taken, twice)) for line in lines]


def _link_problem(line: Line, taken: set[str], twice: set[str]) -> str:
    if not links.is_slug(line.link_slug):
        return "bad_slug"
    if line.link_slug in taken:
        return "slug_taken"
    if line.link_slug in twice:
        return "twice"
    try:
        links.check_target(line.target_url)
    except RefusedError as error:
        return "bad_address" if error.code == "value_missing" else error.code
    return ""


def with_code_clashes(
    session: Session, shop: Shop, lines: Sequence[Line], wanted: Wanted
) -> list[Line]:
    """Lines with what stands in the way of their codes; some may want none."""
    keys = {normalise_code(line.code) for line in lines if line.code}
    known = {
        coupon.code: coupon
        for coupon in session.scalars(
            select(Coupon).where(
                Coupon.shop_id == shop.id, among(session, Coupon.code, sorted(keys))
            )
        )
    }
    owners = _owners(session, [coupon.id for coupon in known.values()], wanted)
    twice = _twice(normalise_code(line.code) for line in lines)
    return [
        line
        if not line.code or line.code_problem
        else replace(
            line,
            code_problem="twice"
            if normalise_code(line.code) in twice
            else _code_problem(line, known.get(normalise_code(line.code)), owners),
        )
        for line in lines
    ]


def _owners(session: Session, coupon_ids: Sequence[int], wanted: Wanted) -> dict[int, set[int]]:
    """Coupon -> who owns it at some instant of the time wanted."""
    owners: dict[int, set[int]] = {}
    start = to_micros(wanted.valid_from or EPOCH)
    until = None if wanted.valid_until is None else to_micros(wanted.valid_until)
    for owned in session.scalars(
        select(CouponOwnership).where(among(session, CouponOwnership.coupon_id, coupon_ids))
    ):
        end = None if owned.valid_until is None else to_micros(owned.valid_until)
        if periods_overlap(start, until, to_micros(owned.valid_from), end):
            owners.setdefault(owned.coupon_id, set()).add(owned.influencer_id)
    return owners


def _code_problem(line: Line, coupon: Coupon | None, owners: Mapping[int, set[int]]) -> str:
    if coupon is None:
        return ""
    if coupon.is_shop_wide:
        return "code_shop_wide"
    if coupon.leaked_at is not None:
        return "code_leaked"
    rivals = owners.get(coupon.id, set())
    if not rivals:
        return ""
    return "code_own" if rivals == {line.influencer_id} else "code_owned"


def _twice(names: Iterable[str]) -> set[str]:
    """Names that stand more than once in a list."""
    seen: set[str] = set()
    found: set[str] = set()
    for name in names:
        if name and name in seen:
            found.add(name)
        seen.add(name)
    return found
