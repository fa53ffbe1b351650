"""What platforms claim beside what we credit, and why the two differ (SEMANTICS 3.6, 4.2).

Neither is added to the other. A claim on several bases (windows, direct and indirect, placed and
paid) stands once for each, because they are different numbers about the same orders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.channels import Channel, Kind, kind_of
from tracker.domain.platform_bases import read_basis
from tracker.domain.text import normalise
from tracker.models import Campaign, Shop, Spend
from tracker.reports.context import read_context
from tracker.reports.facts import NOW, Key, channel_code, read_figures
from tracker.reports.figures import Figures, total
from tracker.reports.platform_facts import Said, read_said
from tracker.reports.platform_rows import ALL_PLATFORMS, PlatformReport, PlatformRow, added
from tracker.reports.platform_why import why
from tracker.reports.rows import Context
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState
from tracker.services.people import People

SCOPE_ORDER = ("total", "net", "direct", "indirect", "focus", "ordered", "settled")
"""In which order claims on one subject stand."""


def platform_report(session: Session, state: ReportState) -> PlatformReport:
    """Everything that platforms say of the period, beside ours under the state's filters."""
    context = read_context(session, state)
    said, left_out = read_said(session, state)
    world = _World(session, state, context)
    media = [one for one in said if one.about.channel_code and world.is_asked(one)]
    rest = [one for one in said if not one.about.channel_code]
    return PlatformReport(
        context,
        advertising=_sorted(_advertising(world, media), state),
        campaigns=_sorted(_campaigns(world, media), state),
        influencers=_sorted(_influencers(world, said), state),
        kinds=_sorted(_kinds(world, rest), state),
        sources=_sorted(_sources(world, rest), state),
        left_out=tuple(left_out),
    )


class _World:
    """What claims are put beside; figures of ours are read when a section needs them."""

    def __init__(self, session: Session, state: ReportState, context: Context) -> None:
        self.session, self.state, self.context = session, state, context
        self.shops = {
            shop.id: shop
            for shop in session.scalars(select(Shop).where(Shop.workspace_id == state.workspace_id))
        }

    @cached_property
    def people(self) -> People:
        """Influencers to be found by what claims call them: read when one is named."""
        return People(self.session, self.state.workspace_id)

    def ours(self, *by: str, **changes: Any) -> dict[Key, Figures]:
        """Our figures by some keys (without the slot)."""
        found = read_figures(self.session, self.state.changed(**changes), by)
        return {key[1:]: figures for key, figures in found.items() if key[0] == NOW}

    def is_asked(self, said: Said) -> bool:
        """Whether the state's filter on channels lets it through."""
        channel = self.state.channel
        return not channel or channel_code(channel) == said.about.channel_code

    def influencer_of(self, said: Said) -> int:
        """Whom a claim names; 0: nobody whom we know."""
        about = said.about
        found = self.people.find(about.influencer, about.handle_platform)
        if found is None and said.influencer_name:
            found = self.people.find(said.influencer_name)
        return found or 0


def _is_narrowed(state: ReportState) -> bool:
    """Whether a filter asks for a part that sources are not split into."""
    return bool(state.kind or state.channel or state.campaign_id or state.influencer_id)


def _sorted(rows: Iterable[PlatformRow], state: ReportState) -> tuple[PlatformRow, ...]:
    """Rows by their group, the greatest claim first; only the first of a group shows ours."""
    groups: dict[tuple[Any, ...], list[PlatformRow]] = defaultdict(list)
    for row in rows:
        groups[_group(row)].append(row)
    found: list[PlatformRow] = []
    for group in sorted(groups.values(), key=_greatest):
        group.sort(key=_within)
        found.append(group[0])  # a row is made as the first of its group
        found += [replace(row, is_first=False) for row in group[1:]]
    if not state.sort:
        return tuple(found)
    flat = [row if row.is_first else replace(row, is_first=True) for row in found]
    return tuple(sort_rows(flat, state.sort, _within))


def _group(row: PlatformRow) -> tuple[Any, ...]:
    if row.section == "advertising":
        return (row.channel,)
    return row.influencer_id, row.campaign_id, row.platform, row.shop, row.name, row.kind or ""


def _greatest(group: Sequence[PlatformRow]) -> tuple[int, int, str]:
    gmv = max(row.claim.gmv_minor or 0 for row in group)
    return -gmv, -max(row.claim.visitors or row.claim.visits or 0 for row in group), group[0].name


def _within(row: PlatformRow) -> tuple[bool, str, int, int, str]:
    place = SCOPE_ORDER.index(row.scope)
    return row.platform == ALL_PLATFORMS, row.platform, place, -(row.basis.days or 0), row.name


def _headline(said: Sequence[Said]) -> list[Said]:
    """The claim of a platform that stands for all of them: total, else direct; longest window."""
    claims = [one for one in said if one.about.scope in ("total", "direct") and not one.about.kind]
    by_basis: dict[tuple[str, str], list[Said]] = defaultdict(list)
    for one in claims:
        by_basis[one.about.scope, one.about.basis].append(one)
    if not by_basis:
        return []
    return min(
        by_basis.items(),
        key=lambda item: (item[0][0] != "total", -_days(item[1][0]), item[0][1]),
    )[1]


def _days(said: Said) -> int:
    return read_basis(said.about.basis).days or 0


def _row(world: _World, section: str, said: Sequence[Said], **more: Any) -> PlatformRow:
    """One row of all that is said on one basis."""
    about = said[0].about
    known: dict[str, Any] = {
        "section": section,
        "platform": about.platform,
        "report": about.report if len({one.about.report for one in said}) == 1 else "",
        "name": "",
        "scope": about.scope,
        "basis_code": about.basis,
        "claim": added(one.claim for one in said),
        "first": min(one.first for one in said),
        "last": max(one.last for one in said),
        "kind": Kind(about.kind) if about.kind else None,
    }
    row = PlatformRow(**{**known, **more})
    reasons = why(row, world.context.lookback_days, is_live=about.subject == "live")
    return replace(row, why=reasons) if reasons else row


def _by(said: Iterable[Said], key: Any) -> dict[Any, list[Said]]:
    groups: dict[Any, list[Said]] = defaultdict(list)
    for one in said:
        groups[key(one)].append(one)
    return groups


def _basis(one: Said) -> tuple[str, str, str]:
    return one.about.scope, one.about.basis, one.about.kind


def _advertising(world: _World, media: Sequence[Said]) -> list[PlatformRow]:
    """By channel and platform; where several platforms sell one channel, their sum too."""
    state = world.state
    if not media or state.campaign_id or state.influencer_id or state.kind == str(Kind.KOL):
        return []  # ours would be a part, and the platforms' claims the whole
    ours = world.ours("channel_code", "kind_code", channel="", kind="")
    rows: list[PlatformRow] = []
    for code, of_channel in _by(media, lambda one: one.about.channel_code).items():
        channel = Channel.from_code(code)
        kind = kind_of(channel, has_influencer=False, has_paid_medium=True)
        mine = ours.get((code, kind.code if kind else 0), Figures())
        platforms = _by(of_channel, lambda one: one.about.platform)
        alone = len(platforms) == 1
        rows += [
            _row(world, "advertising", same, channel=channel, ours=mine, is_comparable=alone)
            for of_platform in platforms.values()
            for same in _by(of_platform, _basis).values()
        ]
        if not alone:
            heads = [_headline(of) for of in platforms.values()]
            together = [one for head in heads for one in head]
            if together:
                rows.append(_all_row(world, together, channel, mine))
    return rows


def _all_row(world: _World, said: Sequence[Said], channel: Channel, mine: Figures) -> PlatformRow:
    is_mixed = len({_basis(one) for one in said}) > 1
    row = _row(
        world, "advertising", said, channel=channel, ours=mine, platform=ALL_PLATFORMS,
        report="", basis_code="" if is_mixed else said[0].about.basis,
    )  # fmt: skip
    return replace(row, why=(*row.why, "mixed_bases")) if is_mixed else row


def _campaigns(world: _World, media: Sequence[Said]) -> list[PlatformRow]:
    """By campaign of the platform, beside the campaign of ours that bears its name."""
    named = [one for one in media if one.about.subject == "campaign"]
    if not named:
        return []
    joined = _joined(world)
    ours = world.ours("campaign_id", kind="", channel="")
    rows: list[PlatformRow] = []
    for key, of in _by(named, lambda one: (*one.about.place, one.about.subject_ref)).items():
        _, platform, _, account, _, ref = key
        campaign_id = (
            joined.get((platform, account, ref), 0)
            or joined.get(("", "", normalise(of[0].name)), 0)
            or joined.get(("", "", normalise(ref)), 0)
        )
        if world.state.campaign_id and campaign_id != world.state.campaign_id:
            continue
        mine = ours.get((campaign_id,), Figures()) if campaign_id else None
        rows += [
            _row(world, "campaign", same, name=of[0].name, campaign_id=campaign_id, ours=mine,
                 channel=Channel.from_code(same[0].about.channel_code))
            for same in _by(of, _basis).values()
        ]  # fmt: skip
    return rows


def _joined(world: _World) -> Mapping[tuple[str, str, str], int]:
    """Platform, account and campaign -> campaign of ours; our names stand under two blanks."""
    mine = Campaign.workspace_id == world.state.workspace_id
    names = world.session.execute(select(Campaign.utm_campaign, Campaign.id).where(mine))
    found = {("", "", name): row_id for name, row_id in names}
    spent = world.session.execute(
        select(Spend.platform, Spend.account, Spend.campaign_ref, Spend.campaign_id)
        .where(Spend.workspace_id == world.state.workspace_id, Spend.campaign_id != 0)
        .distinct()
    )
    return found | {(row[0], row[1], row[2]): row[3] for row in spent}


def _influencers(world: _World, said: Sequence[Said]) -> list[PlatformRow]:
    """By influencer and platform."""
    named = [one for one in said if one.about.influencer]
    if not named:
        return []
    ours = world.ours("influencer_id", kind=str(Kind.KOL), channel="")

    def person(one: Said) -> tuple[int, str, str]:
        number = world.influencer_of(one)
        told = "" if number else one.influencer_name or one.about.influencer
        return number, told, one.about.platform

    rows: list[PlatformRow] = []
    for (number, told, _), of in _by(named, person).items():
        if world.state.influencer_id and number != world.state.influencer_id:
            continue
        mine = ours.get((number,), Figures()) if number else None
        name = told or of[0].influencer_name or of[0].about.influencer
        rows += [
            _row(world, "influencer", same, name=name, influencer_id=number, ours=mine)
            for same in _by(of, _basis).values()
        ]
    return rows


def _kinds(world: _World, rest: Sequence[Said]) -> list[PlatformRow]:
    """Traffic of a shop as its platform splits it, beside what is credited to the kind."""
    split = [one for one in rest if one.about.kind and one.about.subject == "source"]
    if not split or _is_narrowed(world.state):
        return []
    ours = world.ours("shop_id", "kind_code")
    rows: list[PlatformRow] = []
    for key, of in _by(
        split, lambda one: (one.about.shop_id, one.about.report, _basis(one))
    ).items():
        shop_id, kind = key[0], Kind(of[0].about.kind)
        mine = total(
            figures
            for (shop, code), figures in ours.items()
            if code == kind.code and shop_id in (0, shop)
        )
        shop = world.shops.get(shop_id)
        row = _row(world, "kind", of, ours=mine, shop=shop.name if shop else "")
        if shop is not None and not shop.has_script:
            row = replace(row, why=(*row.why, "no_script"))
        rows.append(row)
    return rows


def _sources(world: _World, rest: Sequence[Said]) -> list[PlatformRow]:
    """What is about neither advertising nor a person: sources, terms, days of a site."""
    plain = [one for one in rest if not one.about.influencer]
    if _is_narrowed(world.state):
        return []
    rows: list[PlatformRow] = []
    for of in _by(plain, lambda one: (one.about, one.name)).values():
        shop = world.shops.get(of[0].about.shop_id)
        rows.append(_row(world, "source", of, name=of[0].name, shop=shop.name if shop else ""))
    return rows
