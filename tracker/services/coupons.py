"""Coupon codes: who owns one when, which are shop-wide, which have leaked (SEMANTICS 3.4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import upsert
from tracker.domain.coupons import normalise_code, periods_overlap
from tracker.domain.records import CouponRecord, LoadResult, Outcome, Reason, Refused
from tracker.models import Coupon, CouponOwnership, Shop
from tracker.models.base import EPOCH, to_micros
from tracker.services import dirty
from tracker.services.bulk import among, one_loader_at_a_time, table_of
from tracker.services.campaigns import campaign_ids
from tracker.services.errors import RefusedError
from tracker.services.people import People


@dataclass(slots=True)
class _Period:
    """One period of ownership."""

    influencer_id: int
    campaign_id: int
    valid_from: datetime
    valid_until: datetime | None

    def overlaps(self, other: _Period) -> bool:
        return periods_overlap(
            to_micros(self.valid_from), _micros(self.valid_until),
            to_micros(other.valid_from), _micros(other.valid_until),
        )  # fmt: skip


@dataclass(slots=True)
class _Code:
    """A code as known or as it shall be."""

    label: str
    is_shop_wide: bool = False
    leaked_at: datetime | None = None
    periods: dict[datetime, _Period] = field(default_factory=dict)
    """By their beginning."""
    since: datetime | None = None
    """From when on orders with the code must be looked at again; None: nothing changed."""

    def touch(self, instant: datetime) -> None:
        self.since = instant if self.since is None else min(self.since, instant)


def _micros(instant: datetime | None) -> int | None:
    return None if instant is None else to_micros(instant)


def load_coupons(session: Session, shop: Shop, records: Sequence[CouponRecord]) -> LoadResult:
    """Load codes and periods of ownership; a period is known by its code and its beginning.

    Refused: `unknown_influencer`, `period_ends_early`, `ownership_overlaps` (another owner's
    period, or another period of the same owner, shares an instant with it).
    """
    one_loader_at_a_time(session, "coupons", shop.id)
    codes = _read(session, shop.id, {normalise_code(record.code) for record in records})
    people = People(session, shop.workspace_id)
    campaigns = campaign_ids(session, shop.workspace_id, (record.campaign for record in records))
    outcomes: list[Outcome | Refused] = []
    for record in records:
        period = _period(record, people, campaigns.get(record.campaign, 0))
        if isinstance(period, Refused):
            outcomes.append(period)
        else:
            outcomes.append(_put(codes, record, period))
    _write(session, shop, codes)
    return LoadResult(tuple(outcomes))


def _period(record: CouponRecord, people: People, campaign_id: int) -> _Period | Refused | None:
    if not normalise_code(record.code):
        return Refused(Reason.NAME_REQUIRED)
    if not record.influencer:
        return None
    influencer_id = people.find(record.influencer)
    if influencer_id is None:
        return Refused(Reason.UNKNOWN_INFLUENCER, record.influencer[:100])
    start = record.valid_from or EPOCH
    if record.valid_until is not None and record.valid_until <= start:
        return Refused(Reason.PERIOD_ENDS_EARLY, record.code[:100])
    return _Period(influencer_id, campaign_id, start, record.valid_until)


def _put(
    codes: dict[str, _Code], record: CouponRecord, period: _Period | None
) -> Outcome | Refused:
    key = normalise_code(record.code)
    code = codes.get(key)
    if code and period and (rival := _rival(code, period)):
        return Refused(Reason.OWNERSHIP_OVERLAPS, f"{record.code} {rival.valid_from:%Y-%m-%d}")
    is_new = code is None
    code = codes.setdefault(key, _Code(record.code.strip()))
    changed = is_new
    if (record.is_shop_wide, record.leaked_at or code.leaked_at) != (
        code.is_shop_wide, code.leaked_at,
    ):  # fmt: skip
        first = [at for at in (record.leaked_at, code.leaked_at) if at]
        code.touch(min(first) if record.is_shop_wide == code.is_shop_wide else EPOCH)
        code.is_shop_wide = record.is_shop_wide
        code.leaked_at = record.leaked_at or code.leaked_at
        changed = True
    if period is not None and code.periods.get(period.valid_from) != period:
        code.periods[period.valid_from] = period
        code.touch(period.valid_from)
        changed = True
    if is_new:
        code.touch(EPOCH)
        return Outcome.LOADED
    return Outcome.UPDATED if changed else Outcome.UNCHANGED


def _rival(code: _Code, period: _Period) -> _Period | None:
    return next(
        (
            other
            for start, other in sorted(code.periods.items())
            if start != period.valid_from and other.overlaps(period)
        ),
        None,
    )


def _read(session: Session, shop_id: int, keys: set[str]) -> dict[str, _Code]:
    found = session.execute(
        select(Coupon, CouponOwnership)
        .join(CouponOwnership, CouponOwnership.coupon_id == Coupon.id, isouter=True)
        .where(Coupon.shop_id == shop_id, among(session, Coupon.code, keys))
    )
    codes: dict[str, _Code] = {}
    for coupon, owned in found:
        code = codes.setdefault(
            coupon.code, _Code(coupon.label, coupon.is_shop_wide, coupon.leaked_at)
        )
        if owned is not None:
            code.periods[owned.valid_from] = _Period(
                owned.influencer_id, owned.campaign_id, owned.valid_from, owned.valid_until
            )
    session.expire_all()  # what follows writes past the identity map
    return codes


def _write(session: Session, shop: Shop, codes: dict[str, _Code]) -> None:
    changed = {key: code for key, code in sorted(codes.items()) if code.since is not None}
    if not changed:
        return
    rows = [
        {"shop_id": shop.id, "code": key, "label": code.label, "is_shop_wide": code.is_shop_wide,
         "leaked_at": code.leaked_at}
        for key, code in changed.items()
    ]  # fmt: skip
    upsert(session, table_of(Coupon), rows, ["shop_id", "code"])
    ids: dict[str, int] = dict(
        session.execute(
            select(Coupon.code, Coupon.id).where(
                Coupon.shop_id == shop.id, among(session, Coupon.code, changed)
            )
        ).all()
    )
    periods: list[dict[str, Any]] = [
        {"coupon_id": ids[key], "influencer_id": one.influencer_id,
         "campaign_id": one.campaign_id, "valid_from": one.valid_from,
         "valid_until": one.valid_until}
        for key, code in changed.items()
        for one in code.periods.values()
    ]  # fmt: skip
    upsert(session, table_of(CouponOwnership), periods, ["coupon_id", "valid_from"])
    since: dict[datetime, list[int]] = defaultdict(list)
    for key, code in changed.items():
        since[code.since or EPOCH].append(ids[key])
    for instant, coupon_ids in since.items():
        dirty.coupons_changed(session, coupon_ids, instant)


def find_coupon(session: Session, shop: Shop, code: str) -> Coupon | None:
    """The coupon of a code as typed; None: the shop has none."""
    return session.scalar(
        select(Coupon).where(Coupon.shop_id == shop.id, Coupon.code == normalise_code(code))
    )


def create_coupon(session: Session, shop: Shop, *, code: str, is_shop_wide: bool = False) -> Coupon:
    """Create a code without an owner.

    Raises RefusedError: value_missing (code), code_taken (code).
    """
    if not normalise_code(code):
        raise RefusedError("value_missing", "code")
    if find_coupon(session, shop, code) is not None:
        raise RefusedError("code_taken", "code", label=code.strip())
    row = Coupon(
        shop_id=shop.id, code=normalise_code(code), label=code.strip(), is_shop_wide=is_shop_wide
    )
    session.add(row)
    session.flush()
    dirty.coupons_changed(session, [row.id])
    return row


def give_coupon(
    session: Session,
    coupon: Coupon,
    *,
    influencer_id: int,
    valid_from: datetime,
    valid_until: datetime | None = None,
    campaign_id: int = 0,
) -> CouponOwnership:
    """Give a code to an influencer for a period; the end is the first instant not included.

    Raises RefusedError: period_ends_early (valid_until), ownership_overlaps (valid_from; detail
    `since`: the beginning of the period in the way). An earlier owner's open period has to be
    ended first (`end_ownership`), so that nobody loses a code unseen.
    """
    if valid_until is not None and valid_until <= valid_from:
        raise RefusedError("period_ends_early", "valid_until")
    wanted = _Period(influencer_id, campaign_id, valid_from, valid_until)
    for other in coupon.ownerships:
        period = _Period(0, 0, other.valid_from, other.valid_until)
        if period.overlaps(wanted):
            raise RefusedError(
                "ownership_overlaps", "valid_from", since=other.valid_from.isoformat()
            )
    row = CouponOwnership(
        coupon=coupon, influencer_id=influencer_id, campaign_id=campaign_id,
        valid_from=valid_from, valid_until=valid_until,
    )  # fmt: skip
    session.add(row)
    session.flush()
    dirty.coupons_changed(session, [coupon.id], valid_from, valid_until)
    return row


def end_ownership(session: Session, ownership: CouponOwnership, at: datetime) -> None:
    """Let a period of ownership end; `at` is the first instant that no longer counts.

    Raises RefusedError: period_ends_early (at).
    """
    if at <= ownership.valid_from:
        raise RefusedError("period_ends_early", "at")
    before = ownership.valid_until
    ownership.valid_until = at
    session.flush()
    since = at if before is None else min(at, before)
    coupon = ownership.coupon
    dirty.coupons_changed(session, [coupon.id], since)


def mark_leaked(session: Session, coupon: Coupon, leaked_at: datetime | None) -> None:
    """Say when a code leaked (None: it did not); orders since then fall back to other signals."""
    since = min((at for at in (leaked_at, coupon.leaked_at) if at), default=None)
    coupon.leaked_at = leaked_at
    session.flush()
    if since is not None:
        dirty.coupons_changed(session, [coupon.id], since)


def set_shop_wide(session: Session, coupon: Coupon, is_shop_wide: bool) -> None:
    """Put a code on the exclusion list, or take it off."""
    if coupon.is_shop_wide != is_shop_wide:
        coupon.is_shop_wide = is_shop_wide
        session.flush()
        dirty.coupons_changed(session, [coupon.id])
