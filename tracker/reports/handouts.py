"""Links and codes that were made at once: the list to send to an agency, and the newest lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.handouts import Line
from tracker.i18n import mark
from tracker.models import Handout, Shop, User
from tracker.reports.columns import Column, TableSpec, at

MOST = 50
"""Lists that the page names."""


@dataclass(frozen=True, slots=True)
class HandoutRow:
    """A list without its lines. author: "" where the user is gone."""

    handout_id: int
    made_at: datetime
    author: str
    shop: str
    n_links: int
    n_codes: int
    n_left_out: int


def newest_handouts(session: Session, workspace_id: int) -> tuple[HandoutRow, ...]:
    """The newest lists of a workspace; one statement."""
    found = session.execute(
        select(
            Handout.id, Handout.made_at, User.name, User.email, Shop.name, Handout.n_links,
            Handout.n_codes, Handout.n_left_out,
        )
        .join(Shop, Shop.id == Handout.shop_id)
        .outerjoin(User, User.id == Handout.user_id)
        .where(Handout.workspace_id == workspace_id)
        .order_by(Handout.made_at.desc(), Handout.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return tuple(
        HandoutRow(
            handout_id=number, made_at=at_, author=name or email or "", shop=shop,
            n_links=n_links, n_codes=n_codes, n_left_out=n_left_out,
        )
        for number, at_, name, email, shop, n_links, n_codes, n_left_out in found
    )  # fmt: skip


def handout_table(site_url: str) -> TableSpec:
    """The lines of a handout as a file; a link is its whole address under `site_url`."""

    def address(line: Line) -> str:
        return f"{site_url}/go/{line.link_slug}" if line.has_link else ""

    return TableSpec(
        "handout",
        (
            Column("influencer", mark("Short name"), "text", at("influencer")),
            Column("name", mark("Influencer"), "text", at("name")),
            Column("agency", mark("Agency"), "text", at("agency")),
            Column("link", mark("Link"), "text", address),
            Column("target_url", mark("Leads to"), "text", at("target_url")),
            Column("code", mark("Code"), "text", lambda line: line.code if line.has_code else ""),
            Column("link_problem", mark("No link because"), "code", at("link_problem"),
                   "handout_problem"),
            Column("code_problem", mark("No code because"), "code", at("code_problem"),
                   "handout_problem"),
        ),
        lambda _session, _state: (),
    )  # fmt: skip
