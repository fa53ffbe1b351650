"""Tracked links by themselves, whoever they belong to: their QR codes."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from sqlalchemy import select

from tracker.models import TrackedLink
from tracker.web.context import get_session, get_workspace, parts
from tracker.web.qr import qr_png, qr_svg
from tracker.web.routes import LINK

bp = Blueprint("links", __name__, url_prefix="/links")


@bp.get(f"/<{LINK}>/qr.svg")
def qr_image(link_id: int) -> Response:
    """The QR code of a link, for the page."""
    response = Response(qr_svg(_address(link_id)), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, max-age=3600"  # a link's address never changes
    response.vary.add("Cookie")
    return response


@bp.get(f"/<{LINK}>/qr.png")
def qr_file(link_id: int) -> Response:
    """The QR code of a link as a file for print."""
    address = _address(link_id)
    response = Response(qr_png(address), mimetype="image/png")
    name = address.rsplit("/", 1)[-1]
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.png")
    return response


def _address(link_id: int) -> str:
    """What the QR code of a link says; a link of another workspace is not there."""
    slug = get_session().scalar(
        select(TrackedLink.slug).where(
            TrackedLink.id == link_id, TrackedLink.workspace_id == get_workspace().id
        )
    )
    if slug is None:
        abort(404)
    return f"{parts().settings.site_url}/go/{slug}"
