"""What people outside see of a share: one table, behind an unguessable link and maybe a password.

Nothing of the workspace's own pages is reachable from here, and an unknown, ended or expired link
gets the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from flask import Blueprint, Response, abort, redirect, render_template, request, session, url_for
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from tracker.models import Influencer, Share, Workspace
from tracker.reports import shared
from tracker.reports.csv_files import csv_stream
from tracker.reports.shared_page import is_number, shared_page
from tracker.reports.state import PRESETS, ReportState
from tracker.reports.tables import file_name
from tracker.services import shares
from tracker.web.context import get_session, now, parts, writing
from tracker.web.identity import caller
from tracker.web.limits import PER_ACCOUNT, PER_ADDRESS, failed, limiter
from tracker.web.permissions import ADMIN, Permission, may
from tracker.web.preferences import locale_name

bp = Blueprint("shared", __name__, url_prefix="/s")

OPENED = "shares"
"""In the form cookie: share id -> mark of the password that opened it."""


@bp.get("/<token>")
def show(token: str) -> str | tuple[str, int]:
    """The table, or the question for its password."""
    share, workspace = _find(token)
    if not _is_open(share, workspace):
        return render_template(
            "shared/password.html", form=FlaskForm(), token=token, is_refused=False
        )
    people = shares.people_of(get_session(), share)
    state = shared.state_of(share, workspace, people, request.args)
    names = get_session().execute(
        select(Influencer.id, Influencer.name)
        .where(Influencer.id.in_(people))
        .order_by(Influencer.name, Influencer.id)
    )
    page = shared_page(get_session(), shared.table_of(share), state, locale_name())
    choices = [(row.id, row.name) for row in names]
    _note(share, workspace, "seen", state)
    return render_template(
        "shared/show.html",
        share=share,
        token=token,
        page=page,
        state=state,
        presets=PRESETS[:-1],
        names=choices,
        chosen=request.args.get("influencer", ""),
        is_number=is_number,
        args=_args(state),
    )


@bp.post("/<token>")
@limiter.limit(PER_ADDRESS, deduct_when=failed)
@limiter.limit(PER_ACCOUNT, key_func=lambda: _limit_key(), deduct_when=failed)
def unlock(token: str) -> AnyResponse | tuple[str, int]:
    """Check the password and open the share in this browser."""
    share, _workspace = _find(token)
    # The slow hash runs outside of the writing session: it would hold SQLite's only lock.
    if not shares.check_password(share, request.form.get("password", "")):
        _write_visit(share, "refused", None)
        page = render_template(
            "shared/password.html", form=FlaskForm(), token=token, is_refused=True
        )
        return page, 401
    session[OPENED] = {**session.get(OPENED, {}), str(share.id): _fingerprint(share)}
    return redirect(url_for("shared.show", token=token))


@bp.get("/<token>/table.csv")
def export(token: str) -> Response:
    """The same rows as a file, all of them."""
    share, workspace = _find(token)
    if not _is_open(share, workspace):
        abort(403)
    people = shares.people_of(get_session(), share)
    state = shared.state_of(share, workspace, people, request.args)
    spec, database, locale = shared.table_of(share), parts().database, locale_name()
    _note(share, workspace, "downloaded", state)

    def pieces() -> Iterator[bytes]:
        with database.read() as reading:  # of its own: the request's is closed when this runs
            yield from csv_stream(spec, spec.rows(reading, state), state, locale)

    response = Response(pieces(), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=file_name(spec, state))
    return response


def _find(token: str) -> tuple[Share, Workspace]:
    share = shares.find_share(get_session(), token, now())
    if share is None:
        abort(404)
    return share, get_session().get_one(Workspace, share.workspace_id)


def _is_open(share: Share, workspace: Workspace) -> bool:
    if not share.password_hash or _is_staff(workspace) or _is_its_agency(share, workspace):
        return True
    return bool(session.get(OPENED, {}).get(str(share.id)) == _fingerprint(share))


def _is_staff(workspace: Workspace) -> bool:
    """Whether the visitor may see the workspace's own reports anyway."""
    user = caller()
    if user is None:
        return False
    role = ADMIN if user.is_admin else user.roles.get(workspace.id, "")
    return may(role, Permission.report)


def _is_its_agency(share: Share, workspace: Workspace) -> bool:
    user = caller()
    return bool(user and share.agency and user.agencies.get(workspace.id) == share.agency)


def _fingerprint(share: Share) -> str:
    """Changes with the password, so that a new one closes the share in every browser."""
    return hashlib.sha256(share.password_hash.encode()).hexdigest()[:24]


def _limit_key() -> str:
    token = (request.view_args or {}).get("token", "")
    return f"share:{shares.hash_token(str(token))}"


def _args(state: ReportState) -> dict[str, str]:
    """The visitor's own choices as query arguments."""
    kept = {"from", "to", "period", "sort"}
    args = {name: value for name, value in state.to_args().items() if name in kept}
    chosen = request.args.get("influencer", "")
    return args | ({"influencer": chosen} if chosen.isascii() and chosen.isdigit() else {})


def _note(share: Share, workspace: Workspace, action: str, state: ReportState) -> None:
    """Visitors are written down; staff who look whether their share is right are not."""
    if not _is_staff(workspace):
        _write_visit(share, action, state)


def _write_visit(share: Share, action: str, state: ReportState | None) -> None:
    share_id = share.id
    with writing() as changing:
        shares.note_visit(
            changing,
            changing.get_one(Share, share_id),
            action,
            address=request.remote_addr or "",
            user_agent=request.user_agent.string,
            days=None if state is None else (state.start, state.end),
        )
