"""What belongs to no menu entry: health for load balancers, robots.txt, the menu itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import text

from tracker.i18n import mark
from tracker.web.bar import place_args
from tracker.web.context import all_workspaces, find_workspace, get_session
from tracker.web.identity import caller, role_here
from tracker.web.permissions import ENDPOINTS, Permission, may
from tracker.web.preferences import here

bp = Blueprint("site", __name__)

MENU = (
    (
        mark("Reports"),
        (
            ("overview.index", mark("Overview"), "o"),
            ("channels.index", mark("Channels"), "c"),
            ("campaigns.index", mark("Campaigns"), "a"),
            ("influencers.index", mark("Influencers"), "i"),
            ("orders.index", mark("Orders"), "d"),
            ("products.index", mark("Products"), "r"),
            ("behaviour.index", mark("Behaviour"), "b"),
            ("journeys.index", mark("Journeys"), "j"),
            ("comparison.index", mark("Models"), "v"),
            ("platforms.index", mark("Platforms"), "p"),
            ("competitors.index", mark("Competitors"), "e"),
        ),
    ),
    (
        mark("Data"),
        (
            ("conflicts.index", mark("Unsettled"), "u"),
            ("imports.index", mark("Imports"), "m"),
            ("pages.index", mark("Saved pages"), "y"),
            ("crawling.index", mark("Crawling"), "w"),
            ("alerts.index", mark("Alerts"), "n"),
            ("settlement.index", mark("Settlement"), "t"),
            ("shares.index", mark("Shares"), "h"),
        ),
    ),
    ("", (("settings.index", mark("Settings"), "s"),)),
)
"""Groups of (endpoint, name, letter after `g`)."""


@bp.get("/healthz")
def health() -> Response:
    """204 when the site and its database answer; the database's error is a 503."""
    get_session().execute(text("select 1"))
    return Response(status=204)


@bp.get("/robots.txt")
def robots() -> Response:
    """Nothing here is for search engines."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@bp.app_context_processor
def for_templates() -> dict[str, Any]:
    """`shell()`: what the frame of a page shows; a function, so that error pages pay nothing."""
    return {"shell": shell, "here": here, "can": can}


BELONGS_TO = {
    "mappings": "imports",
    "destinations": "alerts",
    "schedules": "alerts",
    "terms": "settlement",
    "movers": "overview",
    "costs": "overview",
    "first_steps": "overview",
    "pacing": "campaigns",
    "promotions": "campaigns",
    "link_tests": "campaigns",
    "addresses": "campaigns",
    "tags": "campaigns",
    "spend": "campaigns",
}
"""Blueprint without an entry of its own -> the one under whose entry its pages are."""


def shell() -> dict[str, Any]:
    """Menu, user and workspaces of the signed-in caller. Entries of reports keep the period, the
    comparison, the model and the shops of the page."""
    user = caller()
    role = role_here()
    blueprint = request.blueprint or ""
    blueprint = BELONGS_TO.get(blueprint, blueprint)
    place: dict[str, Any] = dict(place_args()) if request.args and find_workspace() else {}
    groups = []
    for title, entries in MENU:
        shown = [
            {
                "url": url_for(e, **(place if ENDPOINTS[e] is Permission.report else {})),
                "name": n,
                "letter": k,
                "is_here": e.split(".")[0] == blueprint,
            }
            for e, n, k in entries
            if may(role, ENDPOINTS[e])
        ]
        if shown:
            groups.append({"title": title, "entries": shown})
    return {
        "groups": groups,
        "user": user,
        "role": role,
        "workspace": find_workspace(),
        "workspaces": all_workspaces(),
    }


def can(permission: str) -> bool:
    """Whether the caller has a permission, so that pages show no button that would be refused."""
    return may(role_here(), Permission(permission))
