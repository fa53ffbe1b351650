"""Links and codes for many influencers at once, named by a pattern (`tracker.domain.patterns`).

`plan` says what would be made and what stands in the way; `hand_out` makes the rest, and keeps what
it made as a `Handout`, so that the list can be sent to an agency later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.coupons import normalise_code
from tracker.domain.handouts import Line, Plan, Wanted
from tracker.domain.patterns import (
    PatternError,
    fill,
    tells_people_apart,
    values_of_day,
    values_of_number,
)
from tracker.domain.records import CouponRecord, Refused
from tracker.models import (
    Campaign,
    Handout,
    Influencer,
    Shop,
    SocialAccount,
    TrackedLink,
)
from tracker.models.base import EPOCH, to_micros
from tracker.services import audit, coupons, links
from tracker.services.bulk import among, one_loader_at_a_time, table_of
from tracker.services.errors import RefusedError
from tracker.services.handout_clashes import with_code_clashes, with_link_clashes

MAX_PEOPLE = 2_000
"""Influencers at once."""

UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_content")


def lines_of(handout: Handout) -> tuple[Line, ...]:
    """The lines of a handout that was kept."""
    return tuple(Line(**line) for line in handout.lines)


def people_of_agency(session: Session, workspace_id: int, agency: str) -> tuple[int, ...]:
    """The influencers of an agency, by name."""
    return tuple(
        session.scalars(
            select(Influencer.id)
            .where(Influencer.workspace_id == workspace_id, Influencer.agency == agency)
            .order_by(Influencer.name, Influencer.id)
        )
    )


def plan(session: Session, shop: Shop, wanted: Wanted) -> Plan:
    """What a pattern would make, and what stands in the way. Nothing is written.

    Raises RefusedError: nobody_chosen (people), too_many (people; detail `most`), nothing_wanted
    (link_slug), pattern_same (link_slug, code: it gives everybody the same), unknown_place (the
    field; detail `place`), lone_brace (the field), value_missing (target_url, valid_from),
    period_ends_early (valid_until), unknown_campaign (campaign).
    """
    _check(session, shop, wanted)
    lines = [
        _line(n, person, platform_of, wanted)
        for n, (person, platform_of) in enumerate(_people(session, shop, wanted.people), 1)
    ]
    if not lines:
        raise RefusedError("nobody_chosen", "people")
    if wanted.link_slug:
        lines = with_link_clashes(session, lines)
    return Plan(tuple(with_code_clashes(session, shop, lines, wanted)))


def hand_out(session: Session, shop: Shop, wanted: Wanted, *, user_id: int = 0) -> Handout:
    """Make the links and give the codes that nothing stands in the way of.

    Raises RefusedError: as `plan`; nothing_made (link_slug): something stands in the way of all.
    """
    one_loader_at_a_time(session, "coupons", shop.id)
    planned = plan(session, shop, wanted)
    if not planned.n_links and not planned.n_codes:
        raise RefusedError("nothing_made", "link_slug")
    now = datetime.now(UTC)
    _make_links(session, shop, planned, wanted, now)
    lines = _give_codes(session, shop, planned.lines, wanted)
    made = Plan(tuple(lines))
    row = Handout(
        workspace_id=shop.workspace_id, shop_id=shop.id, user_id=user_id, made_at=now,
        n_links=made.n_links, n_codes=made.n_codes, n_left_out=made.n_left_out,
        lines=[asdict(line) for line in lines],
    )  # fmt: skip
    session.add(row)
    session.flush()
    audit.note(
        session, "handout.made", str(row.id), user_id=user_id, links=made.n_links,
        codes=made.n_codes, left_out=made.n_left_out,
    )  # fmt: skip
    return row


# --- what is asked for ----------------------------------------------------------------------------


def _check(session: Session, shop: Shop, wanted: Wanted) -> None:
    if not wanted.people:
        raise RefusedError("nobody_chosen", "people")
    if len(wanted.people) > MAX_PEOPLE:
        raise RefusedError("too_many", "people", most=MAX_PEOPLE)
    if not wanted.link_slug and not wanted.code:
        raise RefusedError("nothing_wanted", "link_slug")
    for name in ("link_slug", "code"):
        pattern = getattr(wanted, name)
        _try(name, pattern)
        if pattern and len(wanted.people) > 1 and not tells_people_apart(pattern):
            raise RefusedError("pattern_same", name)
    if wanted.link_slug and not wanted.target_url.strip():
        raise RefusedError("value_missing", "target_url")
    for name, pattern in {"target_url": wanted.target_url, **wanted.utm}.items():
        _try(name, pattern)
    _check_terms(session, shop, wanted)


def _check_terms(session: Session, shop: Shop, wanted: Wanted) -> None:
    if wanted.code and wanted.valid_from is None:
        raise RefusedError("value_missing", "valid_from")
    if wanted.valid_from and wanted.valid_until and wanted.valid_until <= wanted.valid_from:
        raise RefusedError("period_ends_early", "valid_until")
    if wanted.campaign_id and not session.scalar(
        select(Campaign.id).where(
            Campaign.id == wanted.campaign_id, Campaign.workspace_id == shop.workspace_id
        )
    ):
        raise RefusedError("unknown_campaign", "campaign")


def _try(name: str, pattern: str) -> None:
    try:
        fill(pattern, {})
    except PatternError as error:
        raise RefusedError(error.code, name, place=error.detail) from error


def _people(
    session: Session, shop: Shop, ids: Sequence[int]
) -> list[tuple[Influencer, SocialAccount | None]]:
    """The influencers of the shop's workspace in the order asked for, with the account that most
    follow."""
    people = {
        row.id: row
        for row in session.scalars(
            select(Influencer).where(
                Influencer.workspace_id == shop.workspace_id, among(session, Influencer.id, ids)
            )
        )
    }
    accounts: dict[int, SocialAccount] = {}
    for account in session.scalars(
        select(SocialAccount)
        .where(
            SocialAccount.workspace_id == shop.workspace_id,
            among(session, SocialAccount.influencer_id, ids),
        )
        .order_by(SocialAccount.id)
    ):
        before = accounts.get(account.influencer_id)
        if before is None or (account.followers or 0) > (before.followers or 0):
            accounts[account.influencer_id] = account
    return [(people[i], accounts.get(i)) for i in dict.fromkeys(ids) if i in people]


def _line(number: int, person: Influencer, account: SocialAccount | None, wanted: Wanted) -> Line:
    values = {
        "slug": person.slug,
        "SLUG": person.slug.upper(),
        "name": person.name,
        "agency": person.agency,
        "platform": account.platform if account else "",
        "handle": account.handle if account else "",
        **values_of_day(wanted.on),
        **values_of_number(number),
    }
    line = Line(person.id, person.slug, person.name, person.agency)
    if wanted.link_slug:
        line = replace(
            line,
            link_slug=fill(wanted.link_slug, values).strip().lower(),
            target_url=fill(wanted.target_url, values).strip(),
            utm={name: fill(pattern, values).strip() for name, pattern in wanted.utm.items()},
        )
    if wanted.code:
        code = fill(wanted.code, values).strip()
        line = replace(
            line,
            code=code,
            code_problem="" if normalise_code(code) else "code_missing",
            code_since=to_micros(wanted.valid_from or EPOCH),
        )
    return line


# --- making it ------------------------------------------------------------------------------------


def _make_links(session: Session, shop: Shop, planned: Plan, wanted: Wanted, now: datetime) -> None:
    rows: list[dict[str, Any]] = [
        {
            "workspace_id": shop.workspace_id, "shop_id": shop.id, "slug": line.link_slug,
            "target_url": line.target_url, "influencer_id": line.influencer_id,
            "campaign_id": wanted.campaign_id, "is_active": True, "created_at": now,
            **{name: line.utm.get(name, "") for name in links.UTM_FIELDS},
        }
        for line in planned.lines
        if line.has_link
    ]  # fmt: skip
    if rows and insert_new(session, table_of(TrackedLink), rows, ["slug"]) != len(rows):
        # somebody took one of the names since they were looked at: better none than another one's
        raise RefusedError("slugs_taken_meanwhile", "link_slug")


def _give_codes(session: Session, shop: Shop, lines: Sequence[Line], wanted: Wanted) -> list[Line]:
    campaign = ""
    if wanted.campaign_id:
        campaign = session.get_one(Campaign, wanted.campaign_id).utm_campaign
    given = [n for n, line in enumerate(lines) if line.has_code]
    records = [
        CouponRecord(
            code=lines[n].code, influencer=lines[n].influencer, valid_from=wanted.valid_from,
            valid_until=wanted.valid_until, campaign=campaign,
        )
        for n in given
    ]  # fmt: skip
    found = list(lines)
    if records:
        outcomes = coupons.load_coupons(session, shop, records).outcomes
        for n, outcome in zip(given, outcomes, strict=True):
            if isinstance(outcome, Refused):
                found[n] = replace(found[n], code_problem="code_owned")
    return found
