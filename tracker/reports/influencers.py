"""Influencers side by side: what each brought, by which evidence, and what they cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.channels import Kind
from tracker.models import Deal, Influencer, SocialAccount
from tracker.models.credit import EVIDENCE
from tracker.reports.context import REFUND_WINDOW_DAYS, read_context
from tracker.reports.facts import BEFORE, NOW, Key, read_figures
from tracker.reports.figures import Figures, total
from tracker.reports.leaks import Leak, find_leaks
from tracker.reports.rows import Context, InfluencerReport, InfluencerRow, Tag, total_row
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState


@dataclass(slots=True)
class Person:
    """An influencer as rows show them, with the account that has most followers."""

    influencer_id: int
    slug: str
    name: str
    agency: str
    newest_post_on: date | None
    is_discovered: bool = False
    platform: str = ""
    handle: str = ""
    followers: int | None = None
    handles: str = ""
    """Names on all platforms, for searching."""

    def add_account(self, platform: str, handle: str, followers: int | None) -> None:
        """Show this account if it has more followers than the one shown."""
        self.handles += f" {handle}"
        if not self.platform or (followers or 0) > (self.followers or 0):
            self.platform, self.handle, self.followers = platform, handle, followers


def influencer_report(session: Session, state: ReportState) -> InfluencerReport:
    """All influencers of the workspace, also those without anything in the period; with a filter,
    only those with something. The total is of the rows shown."""
    context = read_context(session, state)
    rows = influencer_rows(session, state, context, find_leaks(session, state))
    ordered = sort_rows(rows, state.sort, usual_order)
    return InfluencerReport(context, tuple(ordered), total_row(rows, context))


def usual_order(row: InfluencerRow) -> tuple[int, int, str, int]:
    """Most net revenue first, then most cost, then by name."""
    figures = row.figures
    return (-figures.net_revenue_minor, -figures.cost_minor, row.name, row.influencer_id)


def influencer_rows(
    session: Session,
    state: ReportState,
    context: Context,
    leaks: Sequence[Leak] = (),
    *,
    with_evidence: bool = True,
) -> list[InfluencerRow]:
    """Rows of kind KOL by influencer, in no order. None where another kind is asked for.

    with_evidence: whether rows say by what their orders were won; without, thousands of rows are
    read in half the time, and all their orders are "by other".
    """
    if state.kind not in ("", Kind.KOL):
        return []
    kol = state.changed(kind=str(Kind.KOL))
    compared = context.before_period is not None
    parts: dict[int, dict[Key, Figures]] = defaultdict(dict)
    by = ("influencer_id", "evidence") if with_evidence else ("influencer_id",)
    for key, row in read_figures(session, kol, by, context.before_period).items():
        parts[key[1]][key if with_evidence else (*key, 0)] = row
    people = read_people(session, state)
    is_open = not state.is_narrowed or state.people is not None
    suspected = {leak.influencer_id: leak for leak in leaks}
    rows: list[InfluencerRow] = []
    for i in {*parts, *(people if is_open else ())}:
        person = people.get(i)
        if _is_found(person, state):
            tags = tags_of(person, state, suspected)
            rows.append(influencer_row(i, person, parts.get(i, {}), tags, compared))
    return rows


def read_people(session: Session, state: ReportState) -> dict[int, Person]:
    """All influencers of the workspace (or the one asked for), by id; one statement."""
    newest = (
        select(func.max(Deal.posted_on))
        .where(Deal.influencer_id == Influencer.id, Deal.posted_on <= state.today)
        .correlate(Influencer)
        .scalar_subquery()
    )
    account = SocialAccount
    statement = (
        select(
            Influencer.id,
            Influencer.slug,
            Influencer.name,
            Influencer.agency,
            newest,
            Influencer.is_discovered,
            account.platform,
            account.handle,
            account.followers,
        )
        .outerjoin(account, account.influencer_id == Influencer.id)
        .where(Influencer.workspace_id == state.workspace_id)
        .order_by(Influencer.id, account.id)
    )
    if state.influencer_id:
        statement = statement.where(Influencer.id == state.influencer_id)
    if state.people is not None:
        statement = statement.where(Influencer.id.in_(state.people))
    found: dict[int, Person] = {}
    for (
        number,
        slug,
        name,
        agency,
        posted_on,
        is_found,
        platform,
        handle,
        followers,
    ) in session.execute(statement):
        person = found.setdefault(number, Person(number, slug, name, agency, posted_on, is_found))
        if platform is not None:
            person.add_account(platform, handle, followers)
    return found


def read_names(session: Session, state: ReportState) -> dict[int, str]:
    """Names of the workspace's influencers by id; one statement."""
    statement = select(Influencer.id, Influencer.name).where(
        Influencer.workspace_id == state.workspace_id
    )
    return {row.id: row.name for row in session.execute(statement)}


def influencer_row(
    influencer_id: int,
    person: Person | None,
    figures: Mapping[Key, Figures],
    tags: tuple[Tag, ...],
    compared: bool,
) -> InfluencerRow:
    """The row of one influencer from their sums by (slot, influencer, evidence)."""
    by_evidence: dict[int, int] = defaultdict(int)
    for (slot, _owner, evidence), row in figures.items():
        if slot == NOW:
            by_evidence[evidence] += row.orders_micro
    known = person or Person(influencer_id, "", "", "", None)
    return InfluencerRow(
        figures=total(row for key, row in figures.items() if key[0] == NOW),
        before=total(row for key, row in figures.items() if key[0] == BEFORE) if compared else None,
        influencer_id=influencer_id,
        slug=known.slug,
        name=known.name,
        agency=known.agency,
        platform=known.platform,
        handle=known.handle,
        followers=known.followers,
        orders_by_link_micro=by_evidence.pop(EVIDENCE["link"], 0),
        orders_by_code_micro=by_evidence.pop(EVIDENCE["coupon"], 0),
        orders_by_affiliate_micro=by_evidence.pop(EVIDENCE["affiliate"], 0),
        orders_by_other_micro=sum(by_evidence.values()),
        tags=tags,
    )


def tags_of(
    person: Person | None, state: ReportState, suspected: Mapping[int, Leak]
) -> tuple[Tag, ...]:
    """Doubts about an influencer's figures."""
    if person is None:
        return (Tag("unknown_influencer"),)
    tags: list[Tag] = [Tag("found_in_file")] if person.is_discovered else []
    leak = suspected.get(person.influencer_id)
    if leak is not None:
        tags.append(Tag("leak_suspected", leak.figures))
    if person.newest_post_on is not None:
        age = (state.today - person.newest_post_on).days
        if age < REFUND_WINDOW_DAYS:
            tags.append(Tag("immature", {"days": age}))
    return tuple(tags)


def _is_found(person: Person | None, state: ReportState) -> bool:
    if person is None:
        return not state.search and not state.agency
    text = f"{person.name} {person.slug} {person.agency}{person.handles}"
    is_theirs = state.agency in ("", person.agency)
    return is_theirs and state.search.casefold() in text.casefold()


def read_agencies(session: Session, workspace_id: int) -> tuple[str, ...]:
    """The agencies that anybody in the list belongs to, by name."""
    return tuple(
        session.scalars(
            select(Influencer.agency)
            .where(Influencer.workspace_id == workspace_id, Influencer.agency != "")
            .distinct()
            .order_by(Influencer.agency)
        )
    )
