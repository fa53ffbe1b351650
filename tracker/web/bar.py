"""The bar of controls on every report page: what it offers, and where each choice leads.

Everything it holds is in the address (`ReportState`), so a page can be bookmarked, shared and used
without a script.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import g, request, url_for
from sqlalchemy import select

from tracker.models import Campaign, Influencer, Shop
from tracker.models.credit import MODELS
from tracker.reports.product import find_product
from tracker.reports.state import BASES, COMPARISONS, PRESETS, ReportState
from tracker.web.context import get_session, get_shops, get_workspace, today
from tracker.web.view_links import Views, read_views

CONTROL_ARGS = frozenset({"from", "to", "period", "compare", "model", "shop", "basis", "page"})
"""Arguments that the bar's own fields send; the others travel with them in hidden fields."""

PLACE_ARGS = ("from", "to", "period", "compare", "model", "shop", "basis")
"""Arguments that stay when somebody goes to another report by the menu."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a control."""

    value: str
    is_chosen: bool
    url: str = ""
    name: str = ""
    """Set for what has a name of its own (a shop); the rest is labelled by its value."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bar shows for a state."""

    state: ReportState
    earlier_url: str
    later_url: str
    presets: tuple[Choice, ...]
    comparisons: tuple[Choice, ...]
    models: tuple[Choice, ...]
    bases: tuple[Choice, ...]
    shops: tuple[Choice, ...]
    hidden: tuple[tuple[str, str], ...]
    period_args: tuple[tuple[str, str], ...]
    """The period as the other controls must carry it."""
    chips: tuple[tuple[str, str, str], ...]
    """Filters in force: (field, value, address without it); campaigns and influencers by name."""
    views: Views
    """Addresses that were kept under a name."""


def get_state() -> ReportState:
    """What this request asks for."""
    if "state" not in g:
        g.state = ReportState.from_args(request.args, get_workspace(), today())
    return cast(ReportState, g.state)


def state_url(endpoint: str | None = None, state: ReportState | None = None, **changes: Any) -> str:
    """The address of a page under the request's state, with some fields changed.

    endpoint: None is this page. `id=` and other parts of a route are passed as `route_<name>`.
    """
    route = {k.removeprefix("route_"): v for k, v in changes.items() if k.startswith("route_")}
    changes = {k: v for k, v in changes.items() if not k.startswith("route_")}
    if endpoint is None:
        endpoint, route = str(request.endpoint), {**(request.view_args or {}), **route}
    args = (state or get_state()).to_args(**changes)
    return url_for(endpoint, **route, **cast("dict[str, Any]", args))


def place_args() -> dict[str, str]:
    """The request's period, comparison, model, shops and basis, as arguments."""
    args = get_state().to_args()
    return {name: args[name] for name in PLACE_ARGS if name in args}


def make_bar(state: ReportState) -> Bar:
    """The bar for a state. One statement for the saved views, and one for each name in force."""
    args = state.to_args()
    return Bar(
        state=state,
        earlier_url=state_url(state=state.stepped(-1)),
        later_url=state_url(state=state.stepped(1)),
        presets=tuple(
            Choice(name, name == state.preset, _preset_url(name)) for name in PRESETS[:-1]
        ),
        comparisons=tuple(Choice(name, name == state.comparison) for name in COMPARISONS),
        models=tuple(Choice(name, name == state.model) for name in MODELS),
        bases=tuple(Choice(name, name == state.basis) for name in BASES),
        shops=_shop_choices(state, get_shops()),
        hidden=tuple((k, v) for k, v in args.items() if k not in CONTROL_ARGS),
        period_args=tuple((k, v) for k, v in args.items() if k in {"from", "to", "period"}),
        chips=_chips(state),
        views=read_views(state_url(state=state.changed())),
    )


def _preset_url(name: str) -> str:
    workspace = get_workspace()
    moved = ReportState.from_args({"period": name}, workspace, today())
    state = get_state()
    return state_url(state=state.changed(preset=name, start=moved.start, end=moved.end))


def _shop_choices(state: ReportState, shops: list[Shop]) -> tuple[Choice, ...]:
    choices = [Choice(str(s.id), state.shop_ids == (s.id,), name=s.name) for s in shops]
    if len(state.shop_ids) > 1:
        names = [s.name for s in shops if s.id in state.shop_ids]
        choices.insert(0, Choice(",".join(map(str, state.shop_ids)), True, name=" + ".join(names)))
    return tuple(choices)


def _chips(state: ReportState) -> tuple[tuple[str, str, str], ...]:
    chips: list[tuple[str, str, str]] = []
    for field in ("kind", "channel", "status", "search"):
        if value := getattr(state, field):
            chips.append((field, value, state_url(state=state.changed(**{field: ""}))))
    for field, named in _NAMED.items():
        if value := getattr(state, field):
            name = _name(named, value)
            chips.append((field, name, state_url(state=state.changed(**{field: 0}))))
    if state.product_id:
        product = find_product(get_session(), state, state.product_id)
        name = "" if product is None else product.title or product.sku
        chips.append(("product_id", name, state_url(state=state.changed(product_id=0))))
    return tuple(chips)


_NAMED: dict[str, type[Campaign] | type[Influencer]] = {
    "campaign_id": Campaign,
    "influencer_id": Influencer,
}


def _name(named: type[Campaign] | type[Influencer], row_id: int) -> str:
    """The name of a row of this workspace; "" where there is none."""
    query = select(named.name).where(named.id == row_id, named.workspace_id == get_workspace().id)
    return get_session().scalar(query) or ""
