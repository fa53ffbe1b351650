"""What came in: every utm_source, utm_medium and utm_campaign of the period, how it is read, and
which are nobody's word.

| status | meaning |
|---|---|
| known | a name that the built-in tables or the workspace's lists have, or a confirmed campaign |
| alias | read as another word |
| not_allowed | the field has a list of values, and this is not on it |
| unknown | nobody's word; `suggestion` is what it probably means |
| missing | visits whose address said something else, but not this |

Counted are visits whose address said anything, from daily facts: the commonest tags of a day are
known one by one, the rest of a day (a flood of made-up values) only in number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from tracker.domain.mediums import Medium, is_kol_source, read_medium
from tracker.domain.metrics import share_of
from tracker.domain.referrers import source_of_name
from tracker.domain.rules import Rules
from tracker.domain.spelling import Speller
from tracker.domain.text import normalise
from tracker.models import Campaign, FormerName, Influencer, Mark, Shop, TagDay
from tracker.reports.sorting import sort_rows
from tracker.reports.state import ReportState
from tracker.services.addresses import allowed_values
from tracker.services.reading import load_rules

DIMENSIONS = ("source", "medium", "campaign")
OPEN = ("missing", "not_allowed", "unknown")
"""Statuses that ask for a decision."""

COMMON_SHARE = 0.01
"""From this share of visits on an unknown value is itself a word that others may be slips of."""

MOST_SUGGESTED = 150
"""Values of a dimension for which a likely meaning is looked for, the commonest first."""

_USUAL_MEDIUMS = ("cpc", "cpm", "email", "kol", "affiliate", "banner", "display", "organic",
                  "referral", "sms", "social", "video", "paid-social", "retargeting")  # fmt: skip
_USUAL_SOURCES = ("xiaohongshu", "douyin", "wechat", "weibo", "bilibili", "zhihu", "kuaishou",
                  "taobao", "tmall", "jd", "baidu", "google", "bing", "facebook", "instagram",
                  "youtube", "tiktok", "newsletter", "email", "sms")  # fmt: skip


@dataclass(frozen=True, slots=True)
class TagRow:
    """A value of one dimension. source: with campaigns, the source it came with; else empty.
    read_as: empty where it is itself. suggestion: empty where nothing is likely. share: of all
    visits with tags."""

    dimension: str
    value: str
    source: str
    visits: int
    share: float | None
    status: str
    read_as: str = ""
    suggestion: str = ""
    campaign_id: int = 0

    @property
    def is_open(self) -> bool:
        """Whether somebody should decide about it."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class TagReport:
    """rows: those that need a decision first, by visits. visits: with any tag; rare_visits and
    rare_values: of them, those that had no row of their own on their day."""

    rows: tuple[TagRow, ...]
    visits: int
    rare_visits: int
    rare_values: int

    def of(self, dimension: str) -> tuple[TagRow, ...]:
        """The rows of one dimension."""
        return tuple(row for row in self.rows if row.dimension == dimension)

    @property
    def open_visits(self) -> int:
        """Visits of the values that need a decision, by source (each visit has one)."""
        return sum(row.visits for row in self.of("source") if row.is_open)


@dataclass(frozen=True, slots=True)
class _Words:
    """Everything that values are compared with."""

    rules: Rules
    allowed: Mapping[str, Sequence[str]]
    campaigns: Mapping[str, tuple[int, bool]]
    """utm_campaign, now or formerly -> id, whether nobody has confirmed it."""
    people: frozenset[str]
    """Slugs of influencers: teams write them as sources."""


def tag_report(session: Session, state: ReportState) -> TagReport:
    """What came in during the period, in the shops asked for (eight statements)."""
    found = _read(session, state)
    rare_visits, rare_values = _read_rare(session, state)
    words = _words(session, state)
    counts: dict[str, dict[tuple[str, str], int]] = {name: defaultdict(int) for name in DIMENSIONS}
    for source, medium, campaign, visits in found:
        counts["source"][source, ""] += visits
        counts["medium"][medium, ""] += visits
        if campaign:
            counts["campaign"][campaign, source] += visits
    visits = sum(row[3] for row in found) + rare_visits
    rows = [
        *_rows("source", counts["source"], visits, words),
        *_rows("medium", counts["medium"], visits, words),
        *_rows("campaign", counts["campaign"], visits, words),
    ]
    wanted = state.search.casefold()
    shown = [row for row in rows if wanted in f"{row.value} {row.source} {row.read_as}"]
    ordered = sort_rows(shown, state.sort, _usual, _value)
    return TagReport(tuple(ordered), visits, rare_visits, rare_values)


def tag_rows(session: Session, state: ReportState) -> tuple[TagRow, ...]:
    """The rows alone, for files."""
    return tag_report(session, state).rows


def _usual(row: TagRow) -> tuple[int, bool, int, str, str]:
    return (DIMENSIONS.index(row.dimension), not row.is_open, -row.visits, row.value, row.source)


def _value(row: TagRow, key: str) -> object:
    known = ("value", "source", "visits", "share", "status", "read_as", "suggestion")
    return getattr(row, key) if key in known else None


def _shops(state: ReportState) -> object:
    mine = select(Shop.id).where(Shop.workspace_id == state.workspace_id)
    return mine.where(Shop.id.in_(state.shop_ids)) if state.shop_ids else mine


def _read(session: Session, state: ReportState) -> list[tuple[str, str, str, int]]:
    """Normalised source, medium and campaign with their visits."""
    said = (Mark.utm_source, Mark.utm_medium, Mark.utm_campaign)
    sums = (
        select(TagDay.mark_id, cast(func.sum(TagDay.visits), BigInteger).label("visits"))
        .where(
            TagDay.shop_id.in_(_shops(state)),  # type: ignore[arg-type] # a select of ids
            TagDay.day.between(state.start, state.end),
            TagDay.mark_id > 0,
        )
        .group_by(TagDay.mark_id)
        .subquery()
    )
    rows = session.execute(
        select(*said, cast(func.sum(sums.c.visits), BigInteger))
        .join_from(sums, Mark, Mark.id == sums.c.mark_id)
        .group_by(*said)
    )
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for source, medium, campaign, visits in rows:
        found[normalise(source), normalise(medium), normalise(campaign)] += int(visits)
    return [(*key, visits) for key, visits in found.items()]


def _read_rare(session: Session, state: ReportState) -> tuple[int, int]:
    visits, values = session.execute(
        select(
            func.coalesce(func.sum(TagDay.visits), 0), func.coalesce(func.max(TagDay.n_values), 0)
        ).where(
            TagDay.shop_id.in_(_shops(state)),  # type: ignore[arg-type] # a select of ids
            TagDay.day.between(state.start, state.end),
            TagDay.mark_id == 0,
        )
    ).one()
    return int(visits), int(values)


def _words(session: Session, state: ReportState) -> _Words:
    mine = state.workspace_id
    campaigns = {
        value: (row_id, bool(is_discovered))
        for value, row_id, is_discovered in session.execute(
            select(Campaign.utm_campaign, Campaign.id, Campaign.is_discovered).where(
                Campaign.workspace_id == mine
            )
        )
    }
    former = session.execute(
        select(FormerName.value, FormerName.campaign_id).where(FormerName.workspace_id == mine)
    )
    for value, row_id in former:
        campaigns.setdefault(value, (row_id, False))
    people = session.scalars(select(Influencer.slug).where(Influencer.workspace_id == mine))
    return _Words(
        rules=load_rules(session, mine),
        allowed=allowed_values(session, mine),
        campaigns=campaigns,
        people=frozenset(people),
    )


def _rows(
    dimension: str, counts: Mapping[tuple[str, str], int], visits: int, words: _Words
) -> Iterable[TagRow]:
    totals: dict[str, int] = defaultdict(int)
    for (value, _), n in counts.items():
        totals[value] += n
    common = {value for value, n in totals.items() if value and n >= COMMON_SHARE * visits}
    allowed = words.allowed.get(dimension)
    speller = Speller(_known_words(dimension, words, common) if allowed is None else allowed)
    suggested = 0
    for (value, source), n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        status, read_as, campaign_id = _status(dimension, value, source, words)
        suggestion = ""
        if status in ("unknown", "not_allowed") and suggested < MOST_SUGGESTED:
            suggested += 1
            suggestion = speller.nearest(value) or ""
            is_rarer = suggestion in totals and totals[suggestion] <= totals[value]
            if allowed is None and is_rarer:  # then it is the other one that is the slip
                suggestion = ""
        yield TagRow(
            dimension=dimension,
            value=value,
            source=source,
            visits=n,
            share=share_of(n, visits),
            status=status,
            read_as=read_as,
            suggestion=suggestion,
            campaign_id=campaign_id,
        )


def _known_words(dimension: str, words: _Words, common: set[str]) -> set[str]:
    listed = set(words.allowed.get(dimension, ()))
    if dimension == "campaign":
        return listed | common | {v for v, (_, found) in words.campaigns.items() if not found}
    if dimension == "medium":
        return listed | common | set(_USUAL_MEDIUMS) | set(words.rules.medium_aliases.values())
    aliases = set(words.rules.source_aliases.values())
    return listed | common | set(_USUAL_SOURCES) | aliases | words.people


def _status(dimension: str, value: str, source: str, words: _Words) -> tuple[str, str, int]:
    """Status, what it is read as (empty: itself), and the campaign (0: none)."""
    if not value:
        return "missing", "", 0
    read, campaign_id, is_word = _READERS[dimension](value, source, words)
    read_as = "" if read == value else read
    if read_as:
        return "alias", read_as, campaign_id
    if dimension in words.allowed:
        return ("known" if value in words.allowed[dimension] else "not_allowed"), "", campaign_id
    return ("known" if is_word else "unknown"), "", campaign_id


def _read_source(value: str, _source: str, words: _Words) -> tuple[str, int, bool]:
    aliased = words.rules.source_aliases.get(value, value)
    named = source_of_name(aliased)
    is_word = named.type is not None or aliased in words.people or is_kol_source(aliased)
    return named.name, 0, is_word


def _read_medium(value: str, _source: str, words: _Words) -> tuple[str, int, bool]:
    read = words.rules.medium_aliases.get(value, value)
    return read, 0, read_medium(read) != Medium()


def _read_campaign(value: str, source: str, words: _Words) -> tuple[str, int, bool]:
    aliased = words.rules.source_aliases.get(source, source)
    named = source_of_name(aliased).name if aliased else ""
    mapped = words.rules.campaign_aliases
    read = mapped.get((named, value)) or mapped.get((aliased, value)) or value
    row_id, is_discovered = words.campaigns.get(read, (0, True))
    return read, row_id, not is_discovered


_READERS = {"source": _read_source, "medium": _read_medium, "campaign": _read_campaign}
