"""Reading platform figures of a period: days summed, ranges whole or not at all.

Nothing is counted twice: rows that are another level's detail are left out; a range is left out
where shorter reports of the same tell of a part of its days; the parts of a split are left out
where its whole is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.money import MoneyError, convert
from tracker.models import PlatformFigure
from tracker.models.platform_figure import METRICS
from tracker.reports.platform_rows import Claim, LeftOut, added
from tracker.reports.state import ReportState

_MONEY = ("gmv_minor", "refund_minor", "spend_minor")


@dataclass(frozen=True, slots=True)
class Subject:
    """What figures are about and on which basis: all that is equal may be summed over days."""

    shop_id: int
    platform: str
    report: str
    account: str
    subject: str
    subject_ref: str
    channel_code: int
    influencer: str
    handle_platform: str
    scope: str
    basis: str
    kind: str

    @property
    def place(self) -> tuple[Any, ...]:
        """Where reports of other days may tell of the same."""
        return self.shop_id, self.platform, self.report, self.account, self.subject


SUBJECT_FIELDS = tuple(one.name for one in fields(Subject))


@dataclass(frozen=True, slots=True)
class Said:
    """Figures of one subject within the period."""

    about: Subject
    name: str
    first: date
    last: date
    claim: Claim
    influencer_name: str = ""


def read_said(session: Session, state: ReportState) -> tuple[list[Said], list[LeftOut]]:
    """What platforms say of the period, and the reports whose days are not within it."""
    days = _read(session, state, is_range=False)
    ranges = _read(session, state, is_range=True)
    kept, out = _fitting(days, ranges, state)
    return _wholes(_summed([*days, *kept])), out


def _read(session: Session, state: ReportState, *, is_range: bool) -> list[Said]:
    """Days are summed by the database; ranges come one by one, with those that reach outside."""
    figure = PlatformFigure
    by = [getattr(figure, name) for name in SUBJECT_FIELDS]
    by += [figure.currency, figure.fx_e8]
    by += [figure.starts_on, figure.ends_on] if is_range else []
    ends = (
        [figure.starts_on, figure.ends_on]
        if is_range
        else [func.min(figure.starts_on), func.max(figure.ends_on)]
    )
    statement = (
        select(
            *(getattr(figure, name) for name in SUBJECT_FIELDS),
            figure.currency,
            figure.fx_e8,
            *ends,
            func.max(figure.subject_name),
            func.max(figure.influencer_name),
            *(cast(func.sum(getattr(figure, name)), BigInteger) for name in METRICS),
        )
        .where(
            figure.workspace_id == state.workspace_id,
            figure.ends_on >= state.start,
            figure.starts_on <= state.end,
            figure.is_detail.is_(False),
            (figure.starts_on < figure.ends_on) if is_range else
            (figure.starts_on == figure.ends_on),
        )
        .group_by(*by)
    )  # fmt: skip
    if state.shop_ids:
        statement = statement.where(figure.shop_id.in_(state.shop_ids))
    return [said for row in session.execute(statement) if (said := _said(row, state)) is not None]


def _said(row: Any, state: ReportState) -> Said | None:
    n = len(SUBJECT_FIELDS)
    currency, rate, first, last, name, influencer_name, *sums = row[n:]
    figures = dict(zip(METRICS, sums, strict=True))
    try:
        for metric in _MONEY:
            if figures[metric] is not None:
                figures[metric] = convert(int(figures[metric]), currency, state.base_currency, rate)
    except MoneyError:  # a claim in money that has no rate is left out, like any unknown
        return None
    return Said(Subject(*row[:n]), name or row[5], first, last, Claim(**figures), influencer_name)


def _fitting(
    days: Sequence[Said], ranges: Sequence[Said], state: ReportState
) -> tuple[list[Said], list[LeftOut]]:
    """Ranges that lie within the period and of whose days nothing shorter tells."""
    taken: dict[tuple[Any, ...], set[tuple[date, date]]] = defaultdict(set)
    for said in days:
        taken[said.about.place].add((said.first, said.last))
    kept: list[Said] = []
    out: set[LeftOut] = set()
    for said in sorted(ranges, key=lambda one: (one.last - one.first, one.first)):
        span, known = (said.first, said.last), taken[said.about.place]
        is_inside = state.start <= said.first and said.last <= state.end
        overlaps = any(
            first <= said.last and said.first <= last
            for first, last in known
            if (first, last) != span
        )
        if is_inside and not overlaps:
            known.add(span)
            kept.append(said)
        else:
            out.add(LeftOut(said.about.platform, said.about.report, *span))
    return kept, sorted(out, key=lambda one: (one.platform, one.report, one.first, one.last))


def _summed(said: Iterable[Said]) -> list[Said]:
    groups: dict[Subject, list[Said]] = defaultdict(list)
    for one in said:
        groups[one.about].append(one)
    return [
        replace(
            of[-1],
            first=min(one.first for one in of),
            last=max(one.last for one in of),
            claim=added(one.claim for one in of),
        )
        for of in groups.values()
    ]


def _wholes(said: Sequence[Said]) -> list[Said]:
    """Without carriers where the whole shop is said: they are parts of it."""
    whole = {
        (one.about.shop_id, one.about.platform, one.about.report)
        for one in said
        if one.about.subject == "source" and not one.about.account
    }
    return [
        one
        for one in said
        if not (
            one.about.subject == "source"
            and one.about.account
            and (one.about.shop_id, one.about.platform, one.about.report) in whole
        )
    ]
