"""Orders, and why each is credited as it is."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template
from sqlalchemy import select

from tracker.models import Order, Shop
from tracker.reports.csv_files import csv_stream
from tracker.reports.explained import EXPLAINED, explained_rows
from tracker.reports.orders import order_page
from tracker.services.explain import explain
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session, get_workspace
from tracker.web.downloads import csv_download
from tracker.web.preferences import locale_name
from tracker.web.routes import ORDER

bp = Blueprint("orders", __name__, url_prefix="/orders")


@bp.get("")
def index() -> str:
    """The orders of the period, newest first."""
    state = get_state()
    page = order_page(get_session(), state)
    return render_template("orders/index.html", page=page, state=state, bar=make_bar(state))


@bp.get("/export.csv")
def export() -> Response:
    """All that match, as a file."""
    return csv_download("orders")


@bp.get(f"/<{ORDER}>")
def show(order_id: int) -> str:
    """One order: touchpoints with evidence and weights, ledger, and what did not qualify."""
    order = _order(order_id)
    why = explain(get_session(), order.id)
    return render_template("orders/show.html", order=order, why=why, state=get_state())


@bp.get(f"/<{ORDER}>/explained.csv")
def explained(order_id: int) -> Response:
    """The touchpoints of one order and the signals that do not count, as a file."""
    why, state, locale = explain(get_session(), _order(order_id).id), get_state(), locale_name()
    content = b"".join(csv_stream(EXPLAINED, explained_rows(why), state, locale))
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"order-{order_id}.csv")
    return response


def _order(order_id: int) -> Order:
    """An order of this workspace; any other is not there."""
    order = get_session().scalar(
        select(Order)
        .join(Shop, Shop.id == Order.shop_id)
        .where(Order.id == order_id, Shop.workspace_id == get_workspace().id)
    )
    if order is None:
        abort(404)
    return order
