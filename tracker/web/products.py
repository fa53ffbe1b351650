"""Products: hot and slow sellers, and who sells them."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from tracker.domain.policy import DEFAULT_MODEL
from tracker.reports.product import product_page
from tracker.reports.product_tables import PRODUCT_SELLERS, PRODUCTS
from tracker.reports.products import product_report
from tracker.web.bar import get_state, make_bar
from tracker.web.context import get_session
from tracker.web.downloads import csv_download
from tracker.web.routes import PRODUCT

bp = Blueprint("products", __name__, url_prefix="/products")


@bp.get("")
def index() -> str:
    """What was sold of each product in the period, and by which kind of traffic."""
    state = get_state()
    return render_template(
        "products/index.html",
        report=product_report(get_session(), state),
        state=state,
        bar=make_bar(state),
        model=DEFAULT_MODEL,
    )


@bp.get("/export.csv")
def export() -> Response:
    """The same rows as a file."""
    return csv_download(PRODUCTS)


@bp.get(f"/<{PRODUCT}>")
def show(product_id: int) -> str:
    """One product: day by day, and everybody who sold it."""
    state = get_state()
    page = product_page(get_session(), state, product_id)
    if page is None:
        abort(404)
    return render_template(
        "products/show.html", page=page, state=state, bar=make_bar(state), model=DEFAULT_MODEL
    )


@bp.get(f"/<{PRODUCT}>/sellers.csv")
def export_sellers(product_id: int) -> Response:
    """Who sold the product, as a file."""
    if product_page(get_session(), get_state(), product_id) is None:
        abort(404)
    return csv_download(PRODUCT_SELLERS, product_id=product_id)
