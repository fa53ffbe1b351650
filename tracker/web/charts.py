"""Charts of facts: drawn beside the web process, sent as SVG that pages put in place.

Charts of what was observed are in `curves`; both are asked for here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from flask_babel import gettext

from tracker.domain.channels import Kind
from tracker.i18n import mark
from tracker.reports import lift
from tracker.reports.chart import Chart, daily_chart
from tracker.reports.charts import ChartError, ChartPool
from tracker.reports.context import read_context
from tracker.reports.daily import daily_series
from tracker.reports.facts import read_figures
from tracker.reports.overview import overview_days
from tracker.reports.product import product_days
from tracker.reports.rows import DailySeries
from tracker.reports.state import ReportState
from tracker.reports.versions import read_versions
from tracker.web import curves
from tracker.web.bar import get_state, state_url
from tracker.web.context import get_session
from tracker.web.preferences import locale_name

bp = Blueprint("charts", __name__, url_prefix="/charts")

WIDTHS = (320, 380, 460, 560, 660, 760, 860, 1000, 1180)
"""Widths that are drawn: the script asks for the one that fits, so that texts stay readable."""

USUAL_WIDTH = 860


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart by name. make: from state, locale and width. is_of_facts: all it shows comes from the
    daily facts and the promotions, so their version says whether it is still the same."""

    make: Callable[[ReportState, str, int], Chart]
    is_of_facts: bool = True


def register(app: Flask) -> None:
    """Make the drawing pool; its process starts with the first chart."""
    app.extensions["charts"] = ChartPool()
    app.add_template_global(chart_url)
    app.add_template_global(chart_file_url)


def warm() -> None:
    """Start the processes for drawing and for lift ahead of the first page that needs them: they
    take more than a second to be ready."""
    if not current_app.testing:
        lift.warm()
        cast(ChartPool, current_app.extensions["charts"]).warm()


def chart_url(name: str, changes: dict[str, Any] | None = None, **more: Any) -> str:
    """The address of a chart under the page's state; more: arguments of its own."""
    return _address("charts.show", name, changes, more)


def chart_file_url(name: str, changes: dict[str, Any] | None = None, **more: Any) -> str:
    """The address of the same chart as an image file."""
    return _address("charts.export", name, changes, more)


def _address(endpoint: str, name: str, changes: dict[str, Any] | None, more: Any) -> str:
    args = get_state().to_args(sort="", search="", **(changes or {}))
    return url_for(endpoint, name=name, **cast("dict[str, Any]", args), **more)


@bp.get("/<name>.svg")
def show(name: str) -> Response:
    """A chart as SVG; 304 where the browser has this very drawing."""
    found = CHARTS.get(name)
    if found is None:
        abort(404)
    try:
        drawing = _drawing(name, found, get_state())
    except ChartError:
        current_app.logger.exception("chart %s could not be drawn", name)
        abort(503)
    response = Response(drawing, mimetype="image/svg+xml")
    response.set_etag(hashlib.sha256(drawing.encode()).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    return cast(Response, response.make_conditional(request))


@bp.get("/<name>.png")
def export(name: str) -> Response:
    """The same chart as a PNG with its title and legend, for slides and mails."""
    found = CHARTS.get(name)
    if found is None:
        abort(404)
    pool = cast(ChartPool, current_app.extensions["charts"])
    state = get_state()
    try:
        drawing = pool.png(found.make(state, locale_name(), _width()))
    except ChartError:
        current_app.logger.exception("chart %s could not be drawn", name)
        abort(503)
    response = Response(drawing, mimetype="image/png")
    response.headers.set(
        "Content-Disposition",
        "attachment",
        filename=f"{name}_{state.start.isoformat()}_{state.end.isoformat()}.png",
    )
    return response


def _drawing(name: str, drawn: Drawn, state: ReportState) -> str:
    """A chart as SVG; its rows are read only when the facts are others than when it was drawn."""
    pool = cast(ChartPool, current_app.extensions["charts"])
    locale, width = locale_name(), _width()
    if not drawn.is_of_facts:
        return pool.svg(drawn.make(state, locale, width))
    versions = read_versions(get_session(), state.workspace_id)
    # links on a chart begin with the path that the site is mounted at
    question = repr((name, state, locale, width, request.script_root, versions))
    known = pool.known(question)
    if known is not None:
        return known
    return pool.svg(drawn.make(state, locale, width), question)


def _width() -> int:
    text = request.args.get("w", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else USUAL_WIDTH
    return max((width for width in WIDTHS if width <= wanted), default=WIDTHS[0])


def _by_kind(state: ReportState) -> DailySeries:
    return overview_days(get_session(), state)


def _of_influencer(state: ReportState) -> DailySeries:
    mine = state.changed(kind=str(Kind.KOL), channel="")
    session = get_session()
    context = read_context(session, mine)
    figures = read_figures(session, mine, ("day",), context.before_period)
    return daily_series(figures, mine, context, [(str(Kind.KOL), figures)])


def _of_products(state: ReportState) -> DailySeries:
    return product_days(get_session(), state)


def _daily(
    read: Callable[[ReportState], DailySeries], title: str, endpoint: str
) -> Callable[[ReportState, str, int], Chart]:
    """Draws a daily series; endpoint: the page behind a day."""

    def make(state: ReportState, locale: str, width: int) -> Chart:
        def link(first: date, last: date) -> str:
            return state_url(endpoint, state, preset="custom", start=first, end=last)

        return daily_chart(
            read(state),
            title=gettext(title),
            currency=state.base_currency,
            locale=locale,
            link=link,
            width=width,
        )

    return make


CHARTS: dict[str, Drawn] = {
    "overview": Drawn(
        _daily(_by_kind, mark("Daily net revenue by kind of traffic"), "channels.index")
    ),
    "influencer": Drawn(_daily(_of_influencer, mark("Daily net revenue and cost"), "orders.index")),
    "products": Drawn(
        _daily(_of_products, mark("Daily net revenue by kind of traffic"), "orders.index")
    ),
    "prices": Drawn(curves.prices, is_of_facts=False),
    "followers": Drawn(curves.followers, is_of_facts=False),
    "engagement": Drawn(curves.engagement, is_of_facts=False),
    "side_by_side": Drawn(curves.nets_of_several, is_of_facts=False),
    "side_by_side_sum": Drawn(curves.sums_of_several, is_of_facts=False),
}
"""Name -> how it is drawn."""
