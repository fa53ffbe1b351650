"""What the list of influencers says only when it is asked: cost per engagement, and how far the
models lie apart. Both read more than the daily sums of one model, so nobody pays for them unseen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain import metrics
from tracker.domain.channels import Kind
from tracker.domain.money import convert
from tracker.models import Deal, SocialPost
from tracker.models.credit import MODELS
from tracker.reports.comparison import HIGH_SPREAD, ComparisonRow
from tracker.reports.context import read_context
from tracker.reports.deal_returns import DealReturn, engagements_of
from tracker.reports.facts import read_nets
from tracker.reports.influencers import influencer_report, influencer_rows, usual_order
from tracker.reports.leaks import find_leaks
from tracker.reports.points import latest_points
from tracker.reports.rows import InfluencerReport, InfluencerRow, Tag, total_row
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState
from tracker.services.bulk import among

EXTRAS = {"cpe": "cpe_minor", "spread": "spread"}
"""Key of a column -> the field of a row that it shows and is sorted by."""


def influencer_list(
    session: Session, state: ReportState, *, is_whole: bool = False
) -> InfluencerReport:
    """The report of influencers with the extras that the state shows or sorts by.

    is_whole: with all of them, unless columns are chosen: for files.
    """
    asked = {*state.columns, *(EXTRAS if is_whole and not state.columns else ())}
    sorted_by = state.sort.removeprefix("-")
    wanted = {key for key, name in EXTRAS.items() if key in asked or name == sorted_by}
    if not wanted:
        return influencer_report(session, state)
    context = read_context(session, state)
    rows = influencer_rows(session, state, context, find_leaks(session, state))
    shown = with_extras(session, state, rows, wanted)
    ordered = sort_rows(shown, state.sort, usual_order)
    return InfluencerReport(context=context, rows=tuple(ordered), total=total_row(rows, context))


def with_extras(
    session: Session, state: ReportState, rows: Sequence[InfluencerRow], wanted: set[str]
) -> list[InfluencerRow]:
    """Rows with the extras of EXTRAS that are wanted; a wide spread is tagged too."""
    engaged: dict[int, Engaged] = {}
    models: dict[int, ComparisonRow] = {}
    if "cpe" in wanted:
        engaged = read_engaged(session, state, [row.influencer_id for row in rows])
    if "spread" in wanted:
        models = model_rows(session, state)[1]
    found = []
    for row in rows:
        theirs, under = engaged.get(row.influencer_id), models.get(row.influencer_id)
        spread = None if under is None else under.spread
        tags = row.tags
        if spread is not None and spread >= HIGH_SPREAD:
            tags = (*tags, Tag("models_disagree", {"share": spread}))
        cpe = None if theirs is None else theirs.cpe_minor
        found.append(replace(row, cpe_minor=cpe, spread=spread, tags=tags))
    return found


@dataclass(frozen=True, slots=True)
class Engaged:
    """Fees of the deals posted in the period, and what their posts moved people to do; engagements
    None: no post of theirs shows any."""

    fee_minor: int = 0
    engagements: int | None = None

    @property
    def cpe_minor(self) -> int | None:
        """Fixed fee / engagements; None: no fee, or no count."""
        return metrics.cpe_minor(self.fee_minor or None, self.engagements)


def model_rows(
    session: Session, state: ReportState
) -> tuple[tuple[str, ...], dict[int, ComparisonRow]]:
    """Models that have been computed, and the net revenue of each influencer of the state under
    each: how far they lie apart is how unsure the answer is."""
    kol = state.changed(kind=str(Kind.KOL))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for (code, owner), (net, _orders) in read_nets(session, kol, ("influencer_id",)).items():
        found[owner][MODELS[code - 1]] = net
    models = tuple(model for model in MODELS if any(model in nets for nets in found.values()))
    return models, {
        owner: ComparisonRow(
            {model: nets.get(model, 0) for model in models}, kind=Kind.KOL, influencer_id=owner
        )
        for owner, nets in found.items()
    }


def engaged_of(deals: Sequence[DealReturn], state: ReportState) -> Engaged:
    """The same for one influencer whose deals have been read with their posts."""
    mine = [deal for deal in deals if state.start <= deal.period.start <= state.end]
    known = [deal.engagements for deal in mine if deal.engagements is not None]
    return Engaged(sum(deal.fee_minor for deal in mine), sum(known) if known else None)


def read_engaged(session: Session, state: ReportState, ids: Sequence[int]) -> dict[int, Engaged]:
    """Fees and engagements of the deals whose posts are in the period, by influencer. Three
    statements; one where there is no deal."""
    deals = session.scalars(
        select(Deal).where(
            Deal.workspace_id == state.workspace_id,
            among(session, Deal.influencer_id, ids),
            Deal.posted_on.between(state.start, state.end),
        )
    ).all()
    if not deals:
        return {}
    posts = session.execute(
        select(SocialPost.id, SocialPost.deal_id).where(
            SocialPost.workspace_id == state.workspace_id,
            among(session, SocialPost.influencer_id, {deal.influencer_id for deal in deals}),
            among(session, SocialPost.deal_id, [deal.id for deal in deals]),
        )
    ).all()
    counts = latest_points(session, "post", (post.id for post in posts))
    owner = {deal.id: deal.influencer_id for deal in deals}
    known: dict[int, list[int]] = defaultdict(list)
    for post in posts:
        if (n := engagements_of(counts.get(post.id, {}))) is not None:
            known[owner[post.deal_id]].append(n)
    fees: dict[int, int] = defaultdict(int)
    for deal in deals:
        fees[deal.influencer_id] += convert(
            deal.fee_minor, deal.currency, state.base_currency, deal.fx_e8
        )
    return {
        number: Engaged(fee, sum(known[number]) if number in known else None)
        for number, fee in fees.items()
    }
