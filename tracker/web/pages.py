"""Saved pages: upload what your browser saved, see what is read in it, store it, or teach the site.

Nothing is fetched here. The file is kept for an hour or so under a name that nobody can guess, and
is read anew at every step.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from spiders.items import item_of_page
from spiders.net import check_url
from spiders.pages.charset import MAX_BYTES
from spiders.pages.saved import SavedPage
from spiders.pages.taught import SelectorError, check_selectors
from spiders.sources.social_reading import account_item, post_item
from tracker.models import Influencer, SocialAccount, Workspace
from tracker.observed import AccountItem, ListingItem, PostItem
from tracker.services import saved_pages, selectors
from tracker.services.errors import RefusedError
from tracker.services.observations import Accounts, Named
from tracker.services.people import fold_handle
from tracker.web import page_words
from tracker.web.context import get_session, get_workspace, now, parts, writing
from tracker.web.forms import MAX_TEXT, choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.page_preview import Preview, plain, preview, shown

bp = Blueprint("pages", __name__, url_prefix="/pages")

bp.add_app_template_filter(shown, "shown_count")
bp.add_app_template_filter(plain, "plain_amount")

NAME = "string(minlength=33, maxlength=60):name"
_STORED = re.compile(r"page-(\d+)-[0-9a-f]{32}")
MAX_URL = 2_048
TEXT: dict[str, Any] = {
    "filters": [strip],
    "validators": [Length(max=MAX_TEXT), no_control_characters],
}


class UploadForm(FlaskForm):
    """A page and where it was."""

    file = FileField(_l("Saved page"), validators=[FileRequired(_l("Choose a file."))])
    url = StringField(
        _l("Address of the page"),
        filters=[strip],
        validators=[Length(max=MAX_URL), no_control_characters],
    )


class StoreForm(FlaskForm):
    """Whose the numbers are, and when they were seen."""

    taken_at = DateTimeLocalField(_l("Seen at"), validators=[InputRequired()])
    account = SelectField(_l("Account"), coerce=int, default=0)
    influencer = SelectField(_l("Or a new account of"), coerce=int, default=0)
    handle = StringField(_l("Handle of the new account"), **TEXT)
    competitor = StringField(_l("Shop, if the listing is new"), **TEXT)


@bp.get("")
def index() -> str:
    """The form."""
    return render_template("pages/index.html", form=UploadForm(formdata=None), most=_most())


@bp.post("")
def create() -> Response | tuple[str, int]:
    """Keep the file for a while and lead to what is read in it."""
    form = UploadForm()
    if not form.validate():
        return render_template("pages/index.html", form=form, most=_most()), 400
    name = f"page-{get_workspace().id}-{secrets.token_hex(16)}"
    path = parts().settings.uploads_dir / name
    form.file.data.save(path)
    if path.stat().st_size > MAX_BYTES:
        path.unlink()
        form.file.errors = [gettext("This file is too large for a page.")]
        return render_template("pages/index.html", form=form, most=_most()), 400
    given = {"url": form.url.data} if form.url.data else {}
    return redirect(url_for("pages.show", name=name, **given))


@bp.get(f"/<{NAME}>")
def show(name: str) -> str:
    """What is read in the page, with the selectors that are tried."""
    return _page(name, _preview(name))


@bp.post(f"/<{NAME}>/store")
def store(name: str) -> Response | tuple[str, int]:
    """Store what was read."""
    seen = _preview(name)
    form = _form(seen.page)
    if not form.validate():
        return _page(name, seen, form), 400
    zone = ZoneInfo(get_workspace().time_zone)
    taken_at = form.taken_at.data.replace(tzinfo=zone)
    try:
        done = _store(seen, form, taken_at)
    except RefusedError as error:
        refuse(form, error)
        return _page(name, seen, form), 400
    flash(done)
    return redirect(url_for("pages.index"))


@bp.post(f"/<{NAME}>/teach")
def teach(name: str) -> Response | tuple[str, int]:
    """Keep the selectors for the page's site."""
    seen = _preview(name)
    if seen.error or not seen.host:
        return _page(name, seen), 400
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        try:
            selectors.teach(session, workspace, seen.host, seen.selectors, user_id=user_id())
        except RefusedError:
            abort(400)
    flash(gettext("Kept for %(site)s. It holds from the next fetch on.", site=seen.host))
    return redirect(url_for("settings.sources", _anchor="sites"))


# --- reading --------------------------------------------------------------------------------------


def _preview(name: str) -> Preview:
    """The stored page, read with the address and the selectors of the request."""
    match = _STORED.fullmatch(name)
    if match is None or int(match[1]) != get_workspace().id:
        abort(404)
    path = parts().settings.uploads_dir / Path(name).name
    if not path.is_file():
        flash(gettext("The uploaded page is gone. Upload it again."))
        abort(redirect(url_for("pages.index")))
    given = request.values
    wanted = {
        field: given.get(field, "").strip()[:500]
        for field in page_words.FIELDS
        if given.get(field, "").strip()
    }
    error = ""
    try:
        check_selectors(wanted)
    except SelectorError as problem:
        error = problem.field
    return preview(path.read_bytes(), given.get("url", "")[:MAX_URL], wanted, error)


def _form(page: SavedPage) -> StoreForm:
    """The form with our accounts of the page's network, the page's own chosen."""
    session, mine = get_session(), get_workspace().id
    form = StoreForm()
    accounts = session.execute(
        select(SocialAccount.id, SocialAccount.handle, Influencer.name)
        .join(Influencer, Influencer.id == SocialAccount.influencer_id)
        .where(
            SocialAccount.workspace_id == mine,
            (SocialAccount.platform == page.network) if page.network else (SocialAccount.id > 0),
        )
        .order_by(Influencer.name, SocialAccount.handle)
    ).all()
    names = [(row_id, f"{name} · {handle}") for row_id, handle, name in accounts]
    form.account.choices = choices([(0, gettext("A new one")), *names])
    people = session.execute(
        select(Influencer.id, Influencer.name)
        .where(Influencer.workspace_id == mine)
        .order_by(Influencer.name)
    ).all()
    form.influencer.choices = choices([(0, "—"), *((row[0], row[1]) for row in people)])
    return form


def _fill(form: StoreForm, page: SavedPage) -> None:
    """What the page itself says about whose it is, and this minute."""
    zone = ZoneInfo(get_workspace().time_zone)
    form.taken_at.data = now().astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    social = page.social
    if social is None:
        return
    owner = social.accounts[0] if social.accounts else None
    post = social.posts[0] if social.posts else None
    names = [owner.handle, owner.ref] if owner else [post.handle, post.account_ref] if post else []
    known = [name for name in names if name]
    url = (owner.url if owner else "") or ""
    found = Accounts(get_session(), get_workspace().id).find(
        Named(page.network, fold_handle(known[0]) if known else "", url), *known[1:]
    )
    form.account.data = found.id if found else 0
    form.handle.data = known[0][:MAX_TEXT] if known and not found else ""


def _items(page: SavedPage, network: str) -> list[AccountItem | PostItem]:
    """What a page of a network says, as history takes it."""
    social = page.social
    if social is None:
        return []
    posts = [post_item(one, network) for one in social.posts]
    accounts = [account_item(one, network) for one in social.accounts]
    return [*accounts, *(one for one in posts if one is not None)]


def _store(seen: Preview, form: StoreForm, taken_at: datetime) -> str:
    """Store; gives what to say. Raises RefusedError."""
    page = seen.page
    with writing() as session:
        workspace = session.get_one(Workspace, get_workspace().id)
        if page.social is not None:
            account = saved_pages.choose_account(
                session, workspace, account_id=form.account.data,
                influencer_id=form.influencer.data, platform=page.network,
                handle=form.handle.data or "",
                url=(page.social.accounts[0].url or "") if page.social.accounts else "",
            )  # fmt: skip
            items = _items(page, page.network)
            saved_pages.store_social(session, account, items, taken_at, user_id=user_id())
            return str(gettext("Stored for %(name)s.", name=account.handle))
        item = item_of_page(page.listing) if page.listing else None
        verdict = check_url(page.url, resolve=None)
        if not isinstance(item, ListingItem) or verdict.address is None or not verdict.is_allowed:
            raise RefusedError("bad_address", "url")
        listing = saved_pages.store_listing(
            session, workspace, verdict.address.url, item, taken_at,
            competitor=form.competitor.data or "", user_id=user_id(),
        )  # fmt: skip
        return str(gettext("Stored for %(name)s.", name=listing.title or listing.url))


def _page(name: str, seen: Preview, form: StoreForm | None = None) -> str:
    if form is None:
        form = _form(seen.page)
        _fill(form, seen.page)
    return render_template("pages/show.html", name=name, seen=seen, form=form, words=page_words)


def _most() -> int:
    return min(MAX_BYTES, parts().settings.upload_max_bytes) // 2**20
