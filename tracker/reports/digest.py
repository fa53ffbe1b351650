"""The report that is sent by itself: a period in one page of figures, as text and as PDF.

The same rows as the overview and the tables of channels, campaigns and influencers: equal states
give equal figures (SEMANTICS 6).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from tracker import i18n
from tracker.domain.channels import Kind
from tracker.domain.metrics import ChangeKind
from tracker.i18n import mark
from tracker.models import Workspace
from tracker.reports import format as numbers
from tracker.reports.campaigns import campaign_report
from tracker.reports.channels import channel_report
from tracker.reports.chart import daily_chart
from tracker.reports.columns import TableSpec
from tracker.reports.influencers import influencer_report
from tracker.reports.overview import overview
from tracker.reports.pdf import Block, Document, Drawn, Facts, Head, Heading, Paragraph, Table
from tracker.reports.pdf_tables import table_block
from tracker.reports.rows import CampaignRow, ChannelRow, InfluencerRow, KindRow, Overview
from tracker.reports.state import ReportState
from tracker.reports.tables import CAMPAIGNS, CHANNELS, INFLUENCERS

TOP = 10
"""Rows of each table in the PDF; the files have all of them."""

LINES = 5
"""Influencers that the text names."""

_TABLE_KEYS = ("visits", "orders", "net_revenue", "cost", "roas", "roi", "refund_rate")


@dataclass(frozen=True, slots=True)
class Digest:
    """What a report says. Rows are in their usual order, all of them."""

    brand: str
    title: str
    state: ReportState
    overview: Overview
    channels: Sequence[ChannelRow]
    campaigns: Sequence[CampaignRow]
    influencers: Sequence[InfluencerRow]

    @property
    def kinds(self) -> tuple[tuple[str, KindRow], ...]:
        """Natural, paid, KOL and unattributed, with the names of their cards."""
        page = self.overview
        return (
            (mark("Natural"), page.natural),
            (mark("Paid"), page.paid),
            (mark("KOL"), page.kol),
            (mark("Unattributed"), page.unattributed),
        )


def read_digest(
    session: Session,
    workspace: Workspace,
    title: str,
    state: ReportState,
    tables: Mapping[str, Sequence[Any]],
) -> Digest:
    """Read a report under a state; tables: as `read_tables` gives them, those that are there."""
    return Digest(
        brand=workspace.name,
        title=title,
        state=state,
        overview=overview(session, state),
        channels=tables.get(CHANNELS.name, ()),
        campaigns=tables.get(CAMPAIGNS.name, ()),
        influencers=tables.get(INFLUENCERS.name, ()),
    )


def read_tables(
    session: Session, state: ReportState, names: Collection[str]
) -> dict[str, Sequence[Any]]:
    """Rows of some of the tables of a report (TABLES), in their usual order."""
    return {name: list(read(session, state)) for name, read in _READ.items() if name in names}


def _campaign_rows(session: Session, state: ReportState) -> Iterator[CampaignRow]:
    return (row for row in campaign_report(session, state).rows if row.campaign_id)


def _influencer_rows(session: Session, state: ReportState) -> Iterator[InfluencerRow]:
    return (row for row in influencer_report(session, state).rows if row.influencer_id)


TABLES: dict[str, TableSpec] = {spec.name: spec for spec in (CHANNELS, INFLUENCERS, CAMPAIGNS)}
"""The tables that go with a report as files, with all of their rows."""

_READ: dict[str, Callable[[Session, ReportState], Iterable[Any]]] = {
    CHANNELS.name: lambda session, state: channel_report(session, state).rows,
    INFLUENCERS.name: _influencer_rows,
    CAMPAIGNS.name: _campaign_rows,
}


def digest_lines(digest: Digest, locale: str) -> Iterator[str]:
    """The report as lines of text, for a mail or a chat."""
    currency = digest.state.base_currency

    def say(message: str, **values: str) -> str:
        return i18n.gettext(locale, message, **values)

    yield f"{digest.brand} · {days_text(digest.state)}"
    yield ""
    yield " · ".join(f"{name} {value}" for name, value in headline(digest, locale))
    for name, row in digest.kinds:
        if not row.figures.is_empty:
            yield f"{say(name)}: {_row_text(row, currency, locale)}"
    best = [row for row in digest.overview.influencers if row.influencer_id][:LINES]
    if best:
        yield ""
        yield say(mark("Influencers by net revenue:"))
        yield from (
            f"{place}. {row.name}: {_row_text(row, currency, locale)}"
            for place, row in enumerate(best, 1)
        )
    if digest.overview.questions:
        yield ""
        yield say(
            mark("Open questions: %(n)s"), n=numbers.count(len(digest.overview.questions), locale)
        )


def digest_document(digest: Digest, locale: str) -> Document:
    """The report as a PDF document."""
    state = digest.state

    def say(message: str) -> str:
        return i18n.gettext(locale, message)

    blocks: list[Block] = [Facts(tuple(headline(digest, locale)))]
    if not digest.overview.total.figures.is_empty:
        title = say(mark("Daily net revenue by kind of traffic"))
        chart = daily_chart(
            digest.overview.days, title=title, currency=state.base_currency, locale=locale
        )
        blocks += [Heading(title), Drawn(chart)]
    blocks += [Heading(say(mark("By kind of traffic"))), _kinds_table(digest, locale)]
    for heading, spec, rows, first in (
        (mark("Channels"), CHANNELS, digest.channels, ("channel", "kind")),
        (mark("Influencers"), INFLUENCERS, digest.influencers, ("influencer",)),
        (mark("Campaigns"), CAMPAIGNS, digest.campaigns, ("campaign",)),
    ):
        if rows:
            keys = (*first, *_TABLE_KEYS)
            block = table_block(spec, list(rows[:TOP]), state, locale, keys=keys)
            blocks += [Heading(say(heading)), block]
            if len(rows) > TOP:
                blocks.append(Paragraph(_left_out(len(rows), locale), is_quiet=True))
    blocks.append(Paragraph(_notes(digest, locale), is_quiet=True))
    return Document(
        title=digest.title, locale=locale, blocks=tuple(blocks),
        note=f"{digest.brand} · {days_text(state)}", foot=digest.brand,
    )  # fmt: skip


def days_text(state: ReportState) -> str:
    """The days of a report."""
    if state.start == state.end:
        return state.start.isoformat()
    return f"{state.start.isoformat()} – {state.end.isoformat()}"


def headline(digest: Digest, locale: str) -> list[tuple[str, str]]:
    """The figures that come first: name and value, with the change where one is compared."""
    row, currency = digest.overview.total, digest.state.base_currency
    figures = row.figures
    roi = mark("ROI before goods cost") if figures.is_roi_before_goods_cost else mark("ROI")
    values = [
        (mark("Net revenue"), numbers.money(figures.net_revenue_minor, currency, locale),
         "net_revenue_minor"),
        (mark("Cost"), numbers.money(figures.cost_minor, currency, locale), "cost_minor"),
        (roi, numbers.percent(figures.roi, locale), ""),
        (mark("ROAS"), numbers.ratio(figures.roas, locale), ""),
        (mark("Orders"), numbers.count(round(figures.orders), locale), "orders_micro"),
    ]  # fmt: skip
    return [
        (i18n.gettext(locale, name), value + _change_text(row, field, locale))
        for name, value, field in values
    ]


def _change_text(row: KindRow, field: str, locale: str) -> str:
    if not field:
        return ""
    change = row.change(field)
    if change.kind is ChangeKind.changed:
        return f" ({numbers.percent(change.share, locale, signed=True)})"
    return f" ({i18n.gettext(locale, mark('new'))})" if change.kind is ChangeKind.new else ""


def _row_text(row: KindRow | InfluencerRow, currency: str, locale: str) -> str:
    figures = row.figures
    cost = numbers.money(figures.cost_minor, currency, locale)
    parts = [
        numbers.money(figures.net_revenue_minor, currency, locale) + _money_change(row, locale),
        f"{i18n.gettext(locale, mark('Cost'))} {cost}",
    ]
    if (roi := _roi_of(row)) is not None:
        parts.append(f"ROI {numbers.percent(roi, locale)}")
    return " · ".join(parts)


def _roi_of(row: KindRow | InfluencerRow) -> float | None:
    """ROI as a share; None also for natural traffic: a few text messages did not buy what came by
    itself."""
    is_natural = isinstance(row, KindRow) and row.kind is Kind.NATURAL
    return None if is_natural else row.figures.roi


def _money_change(row: KindRow | InfluencerRow, locale: str) -> str:
    change = row.change("net_revenue_minor")
    if change.kind is ChangeKind.changed:
        return f" ({numbers.percent(change.share, locale, signed=True)})"
    return ""


def _kinds_table(digest: Digest, locale: str) -> Table:
    currency = digest.state.base_currency

    def line(name: str, row: KindRow) -> tuple[str, ...]:
        figures = row.figures
        return (
            i18n.gettext(locale, name),
            numbers.money(figures.net_revenue_minor, currency, locale, compact=False),
            numbers.money(figures.cost_minor, currency, locale, compact=False),
            numbers.percent(_roi_of(row), locale),
            numbers.count(round(figures.orders, 1), locale, compact=False),
            numbers.percent(figures.new_customer_share, locale),
        )

    heads = (
        mark("Kind"), mark("Net revenue"), mark("Cost"), mark("ROI"), mark("Orders"),
        mark("New customers"),
    )  # fmt: skip
    return Table(
        heads=tuple(
            Head(i18n.gettext(locale, text), "right" if place else "left")
            for place, text in enumerate(heads)
        ),
        rows=tuple(line(name, row) for name, row in digest.kinds),
        total=line(mark("Total"), digest.overview.total),
    )


def _left_out(n_rows: int, locale: str) -> str:
    return i18n.gettext(
        locale, mark("The first %(shown)s of %(all)s; the files have all of them."),
        shown=str(TOP), all=numbers.count(n_rows, locale, compact=False),
    )  # fmt: skip


def _notes(digest: Digest, locale: str) -> str:
    """What every report says beside its figures."""
    model = i18n.label(locale, "model", str(digest.state.model))
    notes = [
        i18n.gettext(
            locale,
            mark("Attribution model: %(model)s. Net revenue = paid − freight − tax − refunds."),
            model=model,
        ),
        i18n.gettext(locale, mark("ROI = (net revenue − goods cost − cost) ÷ cost.")),
    ]  # fmt: skip
    if digest.overview.context.is_immature:
        notes.append(
            i18n.gettext(
                locale,
                mark("Part of this period is younger than its attribution or refund window: "
                     "figures will still move."),
            )
        )  # fmt: skip
    return " ".join(notes)
