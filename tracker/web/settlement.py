"""Settlement: what influencers are owed, what was decided about it, and statements that pay it."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any, cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from tracker.domain.commissions import DECISIONS, Status
from tracker.models import Influencer, Statement, User, Workspace
from tracker.reports.charts import ChartError, ChartPool
from tracker.reports.columns import TableSpec
from tracker.reports.csv_files import csv_stream
from tracker.reports.settlement import (
    COMMISSIONS,
    Chosen,
    iter_lines,
    line_page,
    lines_of,
    payees,
    statements_of,
    totals_of,
)
from tracker.reports.settlement_pdf import period_text, statement_document
from tracker.reports.xlsx_files import write_xlsx
from tracker.services.commission_decisions import MAX_NOTE, decide
from tracker.services.commission_terms import setting_of
from tracker.services.errors import RefusedError
from tracker.services.statements import (
    MAX_REFERENCE,
    Scope,
    approve_statement,
    make_statements,
    pay_statement,
    undo_statement,
)
from tracker.web import wording
from tracker.web.bar import get_state
from tracker.web.context import get_session, get_workspace, parts, today, writing
from tracker.web.forms import choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.preferences import locale_name
from tracker.web.report_tables import page_of
from tracker.web.routes import ROW

bp = Blueprint("settlement", __name__, url_prefix="/settlement")

STATUSES = tuple(str(status) for status in Status)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class StatementForm(FlaskForm):
    """Up to when, and for whom: the ticked influencers, else an agency, else everybody."""

    ends_on = DateField(_l("Booked up to (included)"), validators=[InputRequired()])
    starts_on = DateField(_l("Not before"), validators=[Optional()])
    agency = SelectField(_l("For"))
    note = StringField(
        _l("Note"), filters=[strip], validators=[Length(max=MAX_NOTE), no_control_characters]
    )


class PayForm(FlaskForm):
    """The payment, as the bank or the books name it."""

    paid_on = DateField(_l("Paid on"), validators=[InputRequired()])
    reference = StringField(
        _l("Reference of the payment"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_REFERENCE), no_control_characters],
    )


# --- what is owed ---------------------------------------------------------------------------------


@bp.get("")
def index() -> str:
    """Who has anything open: waiting, payable, on hold."""
    return _index(_statement_form(None))


def _statement_form(given: Any) -> StatementForm:
    form = StatementForm() if given else StatementForm(formdata=None, data={"ends_on": today()})
    agencies = get_session().scalars(
        select(Influencer.agency)
        .where(Influencer.workspace_id == get_workspace().id, Influencer.agency != "")
        .distinct()
        .order_by(Influencer.agency)
    )
    everybody = ("", gettext("Everybody with something payable"))
    form.agency.choices = choices([everybody, *((name, name) for name in agencies)])
    return form


def _index(form: StatementForm) -> str:
    workspace = get_workspace()
    state = get_state()
    setting = setting_of(get_session(), workspace)
    found = payees(get_session(), workspace.id, pays_imported=setting.pays_imported)
    wanted = state.search.casefold()
    shown = [p for p in found if wanted in p.name.casefold() or wanted in p.agency.casefold()]
    return render_template(
        "settlement/index.html",
        found=found,
        part=page_of(shown, state),
        state=state,
        form=form,
        setting=setting,
        drafts=[s for s in statements_of(get_session(), workspace.id) if s.status != "undone"][:10],
        period_text=_period,
    )


@bp.get("/commissions")
def rows() -> str:
    """Commissions one by one, to look at and to decide about."""
    return _rows("")


def _rows(error: str) -> str:
    chosen, page = _chosen(), get_state().page
    return render_template(
        "settlement/rows.html",
        page=line_page(get_session(), chosen, page),
        chosen=chosen,
        args=_args(chosen),
        columns=COMMISSIONS.columns,
        statuses=STATUSES,
        decisions=DECISIONS,
        people={p.influencer_id: p.name for p in _named(chosen.influencer_id)},
        error=error,
        most_note=MAX_NOTE,
    )


def _named(influencer_id: int) -> list[Any]:
    """The influencer that is filtered for, when it is one of this workspace."""
    row = get_session().get(Influencer, influencer_id) if influencer_id else None
    if row is None or row.workspace_id != get_workspace().id:
        return []
    return [_Name(row.id, row.name)]


class _Name:
    def __init__(self, influencer_id: int, name: str) -> None:
        self.influencer_id = influencer_id
        self.name = name


def _chosen() -> Chosen:
    """What the address asks for; what makes no sense is left out."""
    state, status = get_state(), request.args.get("status", "")
    has_days = "from" in request.args and state.preset == "custom"
    return Chosen(
        workspace_id=get_workspace().id,
        status=status if status in STATUSES else "",
        influencer_id=state.influencer_id,
        agency=state.agency,
        order=state.search,
        first=state.start if has_days else None,
        last=state.end if has_days else None,
    )


def _args(chosen: Chosen) -> dict[str, Any]:
    """The same as arguments of an address."""
    said = {
        "status": chosen.status,
        "influencer": chosen.influencer_id,
        "agency": chosen.agency,
        "q": chosen.order,
        "from": chosen.first and chosen.first.isoformat(),
        "to": chosen.last and chosen.last.isoformat(),
    }
    return {name: value for name, value in said.items() if value}


@bp.post("/commissions")
def decide_rows() -> Answer | tuple[str, int]:
    """Say something about the ticked commissions, or take it back."""
    ids = [int(text) for text in request.form.getlist("rows") if text.isascii() and text.isdigit()]
    status = request.form.get("decision", "")
    try:
        with writing() as session:
            n = decide(
                session,
                session.get_one(Workspace, get_workspace().id),
                [row_id for row_id in ids if row_id < 2**63],
                "" if status == "back" else status,
                note=request.form.get("note", ""),
                user_id=user_id(),
            )
    except RefusedError as error:
        return _rows(wording.refusal(error)), 400
    flash(
        ngettext(
            "%(num)s commission is decided; costs follow in a moment.",
            "%(num)s commissions are decided; costs follow in a moment.",
            n,
        )
    )
    return redirect(url_for("settlement.rows", **_args(_chosen())))


@bp.get("/commissions.<any(csv, xlsx):suffix>")
def export_rows(suffix: str) -> Response:
    """The commissions that match, as a file."""
    return _file(COMMISSIONS, _chosen(), "commissions", suffix)


# --- statements -----------------------------------------------------------------------------------


@bp.post("/statements")
def create() -> Answer | tuple[str, int]:
    """Freeze what is approved into statements."""
    form = _statement_form(request.form)
    people = [int(t) for t in request.form.getlist("people") if t.isascii() and t.isdigit()]
    if form.validate():
        scope = Scope(
            ends_on=form.ends_on.data,
            starts_on=form.starts_on.data,
            agency="" if people else form.agency.data,
            influencer_ids=tuple(person for person in people if person < 2**31),
        )
        try:
            with writing() as session:
                made = make_statements(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    scope,
                    note=form.note.data or "",
                    user_id=user_id(),
                )
                only = made[0].id if len(made) == 1 else 0
            flash(ngettext("%(num)s statement is made.", "%(num)s statements are made.", len(made)))
            if only:
                return redirect(url_for("settlement.show", row_id=only))
            return redirect(url_for("settlement.statements"))
        except RefusedError as error:
            refuse(form, error)
    return _index(form), 400


@bp.get("/statements")
def statements() -> str:
    """Every statement, newest first."""
    return render_template(
        "settlement/statements.html",
        found=statements_of(get_session(), get_workspace().id),
        period_text=_period,
    )


@bp.get(f"/statements/<{ROW}>")
def show(row_id: int) -> str:
    """One statement: what is paid to whom for which orders, and who did what with it."""
    return _show(find_statement(get_session(), row_id), _pay_form(None))


def _pay_form(given: Any) -> PayForm:
    return PayForm() if given else PayForm(formdata=None, data={"paid_on": today()})


def _show(statement: Statement, form: PayForm, error: str = "") -> str:
    session = get_session()
    users = session.execute(
        select(User.id, User.name, User.email).where(
            User.id.in_([event["user_id"] for event in statement.history])
        )
    )
    names = {user_id: name or email for user_id, name, email in users}
    return render_template(
        "settlement/show.html",
        statement=statement,
        people=totals_of(session, statement),
        page=line_page(session, lines_of(statement), get_state().page),
        columns=COMMISSIONS.columns,
        form=form,
        error=error,
        events=[
            (datetime.fromisoformat(e["at"]), e["action"], names.get(e["user_id"], ""))
            for e in statement.history
        ],
        period_text=_period,
    )


@bp.post(f"/statements/<{ROW}>")
def act(row_id: int) -> Answer | tuple[str, int]:
    """Approve a statement, note its payment, or undo it."""
    action, form = request.form.get("action", ""), _pay_form(request.form)
    if action not in ("approve", "pay", "undo"):
        abort(400)
    if action == "pay" and not form.validate():
        return _show(find_statement(get_session(), row_id), form), 400
    try:
        with writing() as session:
            statement = find_statement(session, row_id)
            if action == "approve":
                approve_statement(session, statement, user_id=user_id())
            elif action == "pay":
                pay_statement(
                    session, statement, paid_on=form.paid_on.data,
                    reference=form.reference.data, user_id=user_id(),
                )  # fmt: skip
            else:
                workspace = session.get_one(Workspace, get_workspace().id)
                undo_statement(session, workspace, statement, user_id=user_id())
    except RefusedError as error:
        statement = find_statement(get_session(), row_id)
        return _show(statement, form, wording.refusal(error)), 400
    return redirect(url_for("settlement.show", row_id=row_id))


@bp.get(f"/statements/<{ROW}>.<any(csv, xlsx, pdf):suffix>")
def export(row_id: int, suffix: str) -> Response:
    """A statement as a file."""
    statement = find_statement(get_session(), row_id)
    name = f"statement-{statement.number}"
    if suffix != "pdf":
        return _file(COMMISSIONS, lines_of(statement), name, suffix)
    session = get_session()
    document = statement_document(
        statement,
        totals_of(session, statement),
        list(iter_lines(session, lines_of(statement))),
        get_state(),
        seller=get_workspace().name,
        locale=locale_name(),
    )
    pool = cast(ChartPool, current_app.extensions["charts"])
    try:
        content = pool.pdf(document)
    except ChartError:
        current_app.logger.exception("statement %s could not be written", statement.id)
        abort(503)
    return _attached(Response(content, mimetype="application/pdf"), f"{name}.pdf")


def find_statement(session: Session, row_id: int) -> Statement:
    """A statement of this workspace; any other is not there."""
    statement = session.get(Statement, row_id)
    if statement is None or statement.workspace_id != get_workspace().id:
        abort(404)
    return statement


def _period(statement: Statement) -> str:
    return period_text(statement, locale_name())


def _file(spec: TableSpec, chosen: Chosen, name: str, suffix: str) -> Response:
    database, state, locale = parts().database, get_state(), locale_name()
    if suffix == "xlsx":
        out = BytesIO()
        write_xlsx(spec, iter_lines(get_session(), chosen), state, out, locale)
        return _attached(Response(out.getvalue(), mimetype=XLSX), f"{name}.xlsx")

    def pieces() -> Any:
        with database.read() as session:  # of its own: the request's is closed when this runs
            yield from csv_stream(spec, iter_lines(session, chosen), state, locale)

    return _attached(Response(pieces(), content_type="text/csv; charset=utf-8"), f"{name}.csv")


def _attached(response: Response, name: str) -> Response:
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
