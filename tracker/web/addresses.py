"""The builder of addresses: values that a team agreed on, a preview of how visits will be read,
templates, many at once from a list, and tracked links with QR codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from tracker.domain.text import normalise
from tracker.models import AddressTemplate, AllowedValue, Campaign, Shop, TrackedLink, Workspace
from tracker.models.address import FIELDS
from tracker.reports.address_lines import (
    ADDRESSES,
    MOST_LINES,
    AddressLine,
    address_line,
    read_lines,
)
from tracker.reports.csv_files import csv_stream
from tracker.services import addresses, audit, links
from tracker.services.campaigns import known_campaigns
from tracker.services.errors import RefusedError
from tracker.services.links import UTM_FIELDS
from tracker.services.reading import load_rules
from tracker.web import wording
from tracker.web.bar import get_state
from tracker.web.campaign_wording import finding_text
from tracker.web.context import get_session, get_shops, get_workspace, parts, writing
from tracker.web.forms import MAX_TEXT
from tracker.web.identity import user_id
from tracker.web.preferences import locale_name
from tracker.web.routes import LINK, ROW

bp = Blueprint("addresses", __name__, url_prefix="/campaigns/addresses")

MOST_LINKS = 30
MOST_CAMPAIGNS = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form holds. into: the field that each line of a list fills."""

    target_url: str
    utm: Mapping[str, str]
    slug: str = ""
    lines: str = ""
    into: str = "utm_content"

    @property
    def args(self) -> dict[str, str]:
        """The address part as query arguments, so that a preview has an address of its own."""
        given = {"target_url": self.target_url, **self.utm}
        return {name: value for name, value in given.items() if value}


@bp.app_context_processor
def for_templates() -> dict[str, Any]:
    """`finding_text(finding)`: what is to be said about an address."""
    return {"finding_text": finding_text}


@bp.get("")
def index() -> str:
    """The builder; with values in the address a preview of the result."""
    return _page(_draft(request.args))


@bp.post("/link")
def create_link() -> AnyResponse | tuple[str, int]:
    """A tracked link to the address: short, with a QR code."""
    draft = _draft(request.form)
    try:
        with writing() as session:
            line = _line(session, draft)
            if line.is_refused:
                raise RefusedError("value_not_allowed", "utm", value=_refused_value(line))
            link = _make_link(session, draft, draft.slug)
            audit.note(session, "link.created", link.slug, user_id=user_id())
    except RefusedError as error:
        flash(wording.refusal(error))
        return _page(draft), 400
    flash(gettext("The link is ready: copy it below."))
    return redirect(url_for("addresses.index", _anchor="links", **_plain(draft.args)))


@bp.post(f"/links/<{LINK}>")
def update_link(link_id: int) -> AnyResponse:
    """Let a short link lead elsewhere, or switch it off or on again; its name stays."""
    try:
        with writing() as session:
            link = session.get(TrackedLink, link_id)
            if link is None or link.workspace_id != get_workspace().id or link.influencer_id:
                abort(404)
            switched = request.form.get("is_active")
            links.update_link(
                session,
                link,
                target_url=_text(request.form, "target_url", links.MAX_URL) or None,
                is_active=None if switched is None else switched == "1",
            )
            audit.note(session, "link.changed", link.slug, user_id=user_id())
        flash(gettext("Saved."))
    except RefusedError as error:
        flash(wording.refusal(error))
    return redirect(url_for("addresses.index", _anchor="links"))


@bp.post("/bulk")
def bulk() -> AnyResponse | str | tuple[str, int]:
    """Many addresses from a list: shown, as a file, or as tracked links."""
    draft, action = _draft(request.form), request.form.get("action", "preview")
    try:
        given = read_lines(draft.lines)
        if len(given) > MOST_LINES:
            raise RefusedError("too_many_lines", "lines", most=MOST_LINES)
        if not given:
            raise RefusedError("value_missing", "lines")
        lines = _make_lines(draft, given, as_links=action == "links")
    except RefusedError as error:
        flash(wording.refusal(error))
        return _page(draft), 400
    if action == "csv":
        return _csv(lines)
    if action == "links":
        n_made = sum(line.link_id > 0 for line in lines)
        flash(ngettext("%(num)s link was made.", "%(num)s links were made.", n_made))
    return _page(draft, lines)


@bp.post("/templates")
def save_template() -> AnyResponse | tuple[str, int]:
    """Keep the address under a name."""
    draft = _draft(request.form)
    try:
        with writing() as session:
            row = addresses.save_template(
                session,
                session.get_one(Workspace, get_workspace().id),
                name=_text(request.form, "name"),
                target_url=draft.target_url,
                **draft.utm,
            )
            audit.note(session, "template.saved", row.name, user_id=user_id())
    except RefusedError as error:
        flash(wording.refusal(error))
        return _page(draft), 400
    flash(gettext("Saved."))
    return redirect(url_for("addresses.index", **_plain(draft.args)))


@bp.post(f"/templates/<{ROW}>/delete")
def delete_template(row_id: int) -> AnyResponse:
    """Forget a template."""
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        addresses.delete_template(session, workspace, row_id)
        audit.note(session, "template.deleted", str(row_id), user_id=user_id())
    return redirect(url_for("addresses.index", _anchor="templates"))


@bp.post("/values")
def allow() -> AnyResponse:
    """Put a value on the list of a field."""
    value = _text(request.form, "value")
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            addresses.allow_value(
                session, workspace, field=_text(request.form, "field"), value=value
            )
            audit.note(session, "value.allowed", value, user_id=user_id())
        flash(gettext("Saved."))
    except RefusedError as error:
        flash(wording.refusal(error))
    return redirect(url_for("addresses.index", _anchor="values"))


@bp.post(f"/values/<{ROW}>/delete")
def disallow(row_id: int) -> AnyResponse:
    """Take a value off its list."""
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        addresses.disallow_value(session, workspace, row_id)
        audit.note(session, "value.disallowed", str(row_id), user_id=user_id())
    return redirect(url_for("addresses.index", _anchor="values"))


# --- what is behind -------------------------------------------------------------------------------


def _text(given: Mapping[str, str], name: str, most: int = MAX_TEXT) -> str:
    text = given.get(name, "")[: most * 4]
    return "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff").strip()[
        :most
    ]


def _draft(given: Mapping[str, str]) -> Draft:
    into = given.get("into", "")
    lines = given.get("lines", "")[: MOST_LINES * MAX_TEXT]
    return Draft(
        target_url=_text(given, "target_url", links.MAX_URL),
        utm={name: _text(given, name) for name in UTM_FIELDS},
        slug=_text(given, "slug", 64),
        lines="".join(c for c in lines if c.isprintable() or c in "\r\n\t"),
        into=into if into in UTM_FIELDS else "utm_content",
    )


def _plain(args: dict[str, str]) -> dict[str, Any]:
    return dict(args)


def _line(session: Session, draft: Draft) -> AddressLine:
    """The address of the form, read. Raises RefusedError: see `links.check_target`."""
    mine = get_workspace().id
    return address_line(
        links.check_target(draft.target_url),
        draft.utm,
        addresses.allowed_values(session, mine),
        load_rules(session, mine),
        draft.slug,
    )


def _refused_value(line: AddressLine) -> str:
    return next(finding.value for finding in line.findings if finding.is_refused)


def _make_lines(draft: Draft, given: list[tuple[str, str]], *, as_links: bool) -> list[AddressLine]:
    """The addresses of a list; all links or none are made. Raises RefusedError."""
    target, mine = links.check_target(draft.target_url), get_workspace().id
    with writing() as session:
        allowed, rules = addresses.allowed_values(session, mine), load_rules(session, mine)
        lines = [
            address_line(target, {**draft.utm, draft.into: value}, allowed, rules, slug)
            for value, slug in given
        ]
        if as_links:
            for line in lines:
                if line.is_refused:
                    raise RefusedError("value_not_allowed", "lines", value=_refused_value(line))
            lines = [_with_link(session, draft, line) for line in lines]
            audit.note(session, "links.created", str(len(lines)), user_id=user_id())
    return lines


def _with_link(session: Session, draft: Draft, line: AddressLine) -> AddressLine:
    link = _make_link(session, replace(draft, utm=line.utm), line.slug)
    short = f"{parts().settings.site_url}/go/{link.slug}"
    return replace(line, slug=link.slug, short_url=short, link_id=link.id)


def _make_link(session: Session, draft: Draft, slug: str) -> TrackedLink:
    shops = {shop.id for shop in get_shops()}
    chosen = request.form.get("shop", "")
    shop_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    if shop_id not in shops:
        raise RefusedError("unknown_shop", "shop")
    campaign = normalise(draft.utm["utm_campaign"])
    known = known_campaigns(session, get_workspace().id, [campaign]) if campaign else {}
    utm: dict[str, Any] = dict(draft.utm)
    return links.create_link(
        session,
        session.get_one(Shop, shop_id),
        target_url=draft.target_url,
        slug=slug,
        campaign_id=known.get(campaign, 0),
        **utm,
    )


def _csv(lines: list[AddressLine]) -> Response:
    body = b"".join(csv_stream(ADDRESSES, lines, get_state(), locale_name()))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="addresses.csv")
    return response


def _page(draft: Draft, lines: list[AddressLine] | None = None) -> str:
    session, mine = get_session(), get_workspace().id
    template = request.args.get("template", "")
    templates = session.scalars(
        select(AddressTemplate)
        .where(AddressTemplate.workspace_id == mine)
        .order_by(AddressTemplate.name)
    ).all()
    if template:
        draft = _from_template(draft, templates, template)
    line, trouble = _preview(session, draft)
    return render_template(
        "addresses/index.html",
        draft=draft,
        line=line,
        trouble=trouble,
        lines=lines,
        templates=templates,
        fields=FIELDS,
        utm_fields=UTM_FIELDS,
        allowed=addresses.allowed_values(session, mine),
        values=_values(session, mine),
        shops=get_shops(),
        links=_links(session, mine),
        campaigns=_campaigns(session, mine),
        site_url=parts().settings.site_url,
        most_lines=MOST_LINES,
    )


def _from_template(draft: Draft, templates: Any, wanted: str) -> Draft:
    row = next((row for row in templates if str(row.id) == wanted), None)
    if row is None:
        abort(404)
    return replace(
        draft, target_url=row.target_url, utm={name: getattr(row, name) for name in UTM_FIELDS}
    )


def _preview(session: Session, draft: Draft) -> tuple[AddressLine | None, str]:
    """The address read, and what is wrong with its target; nothing for an empty form."""
    if not draft.target_url:
        return None, ""
    try:
        return _line(session, draft), ""
    except RefusedError as error:
        return None, wording.refusal(error)


def _values(session: Session, mine: int) -> dict[str, list[AllowedValue]]:
    rows = session.scalars(
        select(AllowedValue)
        .where(AllowedValue.workspace_id == mine)
        .order_by(AllowedValue.field, AllowedValue.value)
    )
    found: dict[str, list[AllowedValue]] = {field: [] for field in FIELDS}
    for row in rows:
        found[row.field].append(row)
    return found


def _links(session: Session, mine: int) -> list[TrackedLink]:
    """The newest links that are no influencer's."""
    return list(
        session.scalars(
            select(TrackedLink)
            .where(TrackedLink.workspace_id == mine, TrackedLink.influencer_id == 0)
            .order_by(TrackedLink.id.desc())
            .limit(MOST_LINKS)
        )
    )


def _campaigns(session: Session, mine: int) -> list[str]:
    """Values of utm_campaign to choose from: confirmed campaigns, the newest first."""
    return list(
        session.scalars(
            select(Campaign.utm_campaign)
            .where(Campaign.workspace_id == mine, Campaign.is_discovered.is_(False))
            .order_by(Campaign.id.desc())
            .limit(MOST_CAMPAIGNS)
        )
    )
