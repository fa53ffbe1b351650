"""What a report is asked for: period, comparison, model, filters. It lives in the page's address.

Pages, CSV files, charts and commands take the same `ReportState`, so that two of them that can be
compared show the same totals (SEMANTICS 6).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.domain.channels import Channel, Kind
from tracker.domain.periods import Period, previous, same_weekdays_last_year
from tracker.domain.policy import DEFAULT_MODEL, MODELS, Model

PRESETS = ("7d", "30d", "90d", "this_month", "last_month", "custom")
"""Periods that a reader may ask for by name; the first five move with the day."""

COMPARISONS = ("none", "previous", "last_year", "festival")
BASES = ("booked", "ordered")
"""booked: sales and refunds dated in the period; ordered (下单口径): sales of the period and all of
their refunds, whenever they came (SEMANTICS 2.3)."""

STATUSES = ("paid", "unpaid", "cancelled")
UNITS = ("channel", "influencer")
"""What journeys and the comparison of models are made of."""

MOVED_BY = ("source", "channel", "influencer", "campaign")
"""What a change is divided by; source: channels, and influencers in place of theirs."""

MEASURES = ("net_revenue", "roi")
"""Figures whose change is explained."""

UNATTRIBUTED = "unattributed"
"""Stands for the channel of orders without touchpoint, whose code is 0."""

DEFAULT_PRESET = "30d"
DEFAULT_COMPARISON = "previous"
MAX_DAYS = 1_100
"""Longest period: three years and a festival. A longer one is cut at its start."""

MAX_SEARCH = 100
MAX_PAGE = 100_000
MAX_COLUMNS = 40
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
_SORT = re.compile(r"-?[a-z][a-z_]{0,39}", re.ASCII)
_COLUMN = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_INT32 = 2**31


class WorkspaceLike(Protocol):
    """What of `tracker.models.Workspace` a state is made from."""

    @property
    def id(self) -> int: ...
    @property
    def policy_id(self) -> int: ...
    @property
    def base_currency(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


class PromotionLike(Protocol):
    """What of `tracker.models.Promotion` the festival comparison looks at."""

    @property
    def festival(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


@dataclass(frozen=True, slots=True)
class ReportState:
    """One report as it was asked for. Equal states give equal figures from equal facts.

    today: the day it was asked on, in the workspace's zone. start, end: both included. preset:
    "custom" keeps the days in the address, any other name moves with the day. shop_ids,
    campaign_id, influencer_id and product_id: () and 0 mean all. kind, channel, status: "" means
    all. sort: a column's key, with "-" before it for falling; "" is the table's own order. page:
    from 1. unit: of UNITS. by, of: of MOVED_BY and MEASURES. columns: keys of the table's columns
    in their order; (): its usual ones. agency: of influencers, in lists of them; "" means all.
    who: influencers that stand side by side, by id.
    """

    workspace_id: int
    policy_id: int
    base_currency: str
    time_zone: str
    today: date
    start: date
    end: date
    preset: str = "custom"
    comparison: str = DEFAULT_COMPARISON
    model: Model = DEFAULT_MODEL
    shop_ids: tuple[int, ...] = ()
    basis: str = "booked"
    kind: str = ""
    channel: str = ""
    campaign_id: int = 0
    influencer_id: int = 0
    product_id: int = 0
    status: str = ""
    sort: str = ""
    search: str = ""
    page: int = 1
    unit: str = "channel"
    by: str = "source"
    of: str = "net_revenue"
    columns: tuple[str, ...] = ()
    agency: str = ""
    who: tuple[int, ...] = ()
    people: frozenset[int] | None = None
    """Influencers that a share is about: nothing of anybody else is read. None: of all. It is never
    in an address."""

    @property
    def period(self) -> Period:
        """The days asked for."""
        return Period(self.start, self.end)

    @property
    def model_code(self) -> int:
        """The model as facts store it: 1 + its place in MODELS."""
        return 1 + MODELS.index(self.model)

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter leaves out rows (period, model and basis do not count)."""
        return bool(
            self.shop_ids or self.kind or self.channel or self.campaign_id or self.influencer_id
        )

    @property
    def is_credited(self) -> bool:
        """Whether only orders are asked for that were credited to something."""
        return (
            bool(self.kind or self.channel or self.campaign_id or self.influencer_id)
            or self.people is not None
        )

    def changed(self, **changes: Any) -> ReportState:
        """The same state but for some fields; back on the first page unless it says which."""
        return replace(self, **{"page": 1, **changes})

    def comparison_period(self, promotions: Sequence[PromotionLike] = ()) -> Period | None:
        """The days compared with; None: no comparison, or no earlier festival of that name.

        `festival` moves the period so that the festival in it (the one with most days in it) starts
        where the same festival last started; `promotions` are the workspace's, in any order.
        """
        if self.comparison == "previous":
            return previous(self.period)
        if self.comparison == "last_year":
            return same_weekdays_last_year(self.period)
        if self.comparison == "festival":
            return self._last_festival(promotions)
        return None

    def _last_festival(self, promotions: Sequence[PromotionLike]) -> Period | None:
        def days_inside(promotion: PromotionLike) -> int:
            first, last = max(promotion.starts_on, self.start), min(promotion.ends_on, self.end)
            return (last - first).days + 1

        inside = [p for p in promotions if days_inside(p) > 0]
        if not inside:
            return None
        here = max(inside, key=lambda p: (days_inside(p), p.starts_on))
        earlier = [
            p for p in promotions if p.festival == here.festival and p.starts_on < here.starts_on
        ]
        if not earlier:
            return None
        there = max(earlier, key=lambda p: p.starts_on)
        return self.period.shifted((there.starts_on - here.starts_on).days)

    def stepped(self, direction: int) -> ReportState:
        """The period before (-1) or after (+1), with as many days."""
        moved = self.period.shifted(direction * self.period.n_days)
        if moved.start < _FIRST_DAY or moved.end > _LAST_DAY:
            return self
        return self.changed(preset="custom", start=moved.start, end=moved.end)

    def to_args(self, **changes: Any) -> dict[str, str]:
        """The state as query arguments, defaults left out; `changes` as in `changed`.

        `from_args` of the result gives the state again.
        """
        state = self.changed(**changes) if changes else self
        given: dict[str, str] = {}
        if state.preset == "custom":
            given |= {"from": state.start.isoformat(), "to": state.end.isoformat()}
        elif state.preset != DEFAULT_PRESET:
            given["period"] = state.preset
        plain = {
            "compare": (state.comparison, DEFAULT_COMPARISON),
            "model": (str(state.model), str(DEFAULT_MODEL)),
            "shop": (",".join(map(str, state.shop_ids)), ""),
            "basis": (state.basis, "booked"),
            "kind": (state.kind, ""),
            "channel": (state.channel, ""),
            "campaign": (str(state.campaign_id), "0"),
            "influencer": (str(state.influencer_id), "0"),
            "product": (str(state.product_id), "0"),
            "status": (state.status, ""),
            "sort": (state.sort, ""),
            "q": (state.search, ""),
            "page": (str(state.page), "1"),
            "unit": (state.unit, "channel"),
            "by": (state.by, "source"),
            "of": (state.of, "net_revenue"),
            "cols": (",".join(state.columns), ""),
            "agency": (state.agency, ""),
            "who": (",".join(map(str, state.who)), ""),
        }
        return given | {key: value for key, (value, usual) in plain.items() if value != usual}

    @classmethod
    def from_args(
        cls, args: Mapping[str, str], workspace: WorkspaceLike, today: date | None = None
    ) -> ReportState:
        """The state that query arguments ask for. Never fails: what makes no sense is the default.

        args: `request.args` or any mapping of text. today: for tests; else the day it is now in the
        workspace's zone. Ids of shops, campaigns and influencers are only checked for being
        numbers: the queries themselves are bound to the workspace.
        """
        today = today or today_in(workspace.time_zone)
        preset, start, end = _period(args, today)
        channel = args.get("channel", "")
        model = args.get("model", "")
        return cls(
            workspace_id=workspace.id,
            policy_id=workspace.policy_id,
            base_currency=workspace.base_currency,
            time_zone=workspace.time_zone,
            today=today,
            start=start,
            end=end,
            preset=preset,
            comparison=_one_of(args.get("compare"), COMPARISONS, DEFAULT_COMPARISON),
            model=Model(model) if model in tuple(MODELS) else DEFAULT_MODEL,
            shop_ids=_ids(args, "shop"),
            basis=_one_of(args.get("basis"), BASES, "booked"),
            kind=_one_of(args.get("kind"), tuple(Kind), ""),
            channel=channel if channel == UNATTRIBUTED or channel in tuple(Channel) else "",
            campaign_id=_number(args.get("campaign")),
            influencer_id=_number(args.get("influencer")),
            product_id=_number(args.get("product")),
            status=_one_of(args.get("status"), STATUSES, ""),
            sort=_sort(args.get("sort", "")),
            search=_search(args.get("q", "")),
            page=min(max(1, _number(args.get("page"))), MAX_PAGE),
            unit=_one_of(args.get("unit"), UNITS, "channel"),
            by=_one_of(args.get("by"), MOVED_BY, "source"),
            of=_one_of(args.get("of"), MEASURES, "net_revenue"),
            columns=_columns(args),
            agency=_search(args.get("agency", "")),
            who=_ids(args, "who"),
        )


def today_in(time_zone: str) -> date:
    """The day it is now in a zone; in UTC when there is no such zone."""
    try:
        return datetime.now(ZoneInfo(time_zone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.now(UTC).date()


def period_of(preset: str, today: date) -> Period:
    """The days of a named period that ends today (last_month: with the month before).

    Raises:
        ValueError: the name is "custom" or unknown.
    """
    if preset in ("7d", "30d", "90d"):
        return Period(today - timedelta(days=int(preset[:-1]) - 1), today)
    first = today.replace(day=1)
    if preset == "this_month":
        return Period(first, today)
    if preset == "last_month":
        last = first - timedelta(days=1)
        return Period(last.replace(day=1), last)
    raise ValueError(f"no period is called {preset!r}")


def _period(args: Mapping[str, str], today: date) -> tuple[str, date, date]:
    start, end = _day(args.get("from")), _day(args.get("to"))
    if start is not None and end is not None:
        start, end = min(start, end), max(start, end)
        return "custom", max(start, end - timedelta(days=MAX_DAYS - 1)), end
    named = _one_of(args.get("period"), PRESETS[:-1], DEFAULT_PRESET)
    found = period_of(named, today)
    return named, found.start, found.end


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return day if _FIRST_DAY <= day <= _LAST_DAY else None


def _one_of(text: str | None, known: Sequence[str], usual: str) -> str:
    return str(text) if text is not None and text in known else usual


def _number(text: str | None) -> int:
    digits = (text or "").strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 10 else 0
    return number if number < _INT32 else 0


def _ids(args: Mapping[str, str], key: str) -> tuple[int, ...]:
    # a form with checkboxes sends the key once a shop, our own links once with commas
    getlist = getattr(args, "getlist", None)
    texts = getlist(key) if callable(getlist) else [args.get(key, "")]
    numbers = {_number(part) for text in texts for part in text.split(",")[:1000]}
    return tuple(sorted(numbers - {0}))


def _sort(text: str) -> str:
    return text if _SORT.fullmatch(text) else ""


def _columns(args: Mapping[str, str]) -> tuple[str, ...]:
    """Keys of columns: a list with commas, or one argument each as a form without script sends."""
    getlist = getattr(args, "getlist", None)
    given = getlist("cols") if callable(getlist) else [args.get("cols", "")]
    names = [name for text in given[:MAX_COLUMNS] for name in text.split(",")[:MAX_COLUMNS]]
    return tuple(dict.fromkeys(n for n in names if _COLUMN.fullmatch(n)))[:MAX_COLUMNS]


def _search(text: str) -> str:
    # NUL is refused by PostgreSQL, a lone surrogate by every driver
    kept = "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff")
    return kept.strip()[:MAX_SEARCH]
