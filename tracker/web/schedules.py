"""Scheduled reports: what is made by itself, when, and for whom; with a look at it before."""

from __future__ import annotations

from datetime import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from jobs.queues import BULK, enqueue
from tracker.domain.slots import last_slot, next_slot
from tracker.i18n import LOCALES, mark
from tracker.models import ReportRun, ReportSchedule, Workspace
from tracker.reports.digest import TABLES as REPORT_TABLES
from tracker.reports.pdf_tables import table_block
from tracker.reports.scheduled import Content, NotMadeError, read_content
from tracker.reports.state import ReportState
from tracker.reports.tables import TABLES
from tracker.services import destinations, schedules, shares
from tracker.services.errors import RefusedError
from tracker.services.schedules import CONTENTS, EVERY, FORMATS, ScheduleTerms
from tracker.web.context import get_session, get_workspace, now, parts, writing
from tracker.web.filters import label
from tracker.web.forms import choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.preferences import locale_name
from tracker.web.routes import ROW

bp = Blueprint("schedules", __name__, url_prefix="/scheduled")

MAX_ADDRESS = 2_000
MOST_RUNS = 30
PREVIEW_ROWS = 30

TABLE_NAMES = {
    "channels": mark("Channels"),
    "campaigns": mark("Campaigns"),
    "influencers": mark("Influencers"),
    "days": mark("Days"),
    "orders": mark("Orders"),
    "journeys": mark("Journeys"),
    "comparison": mark("Models"),
    "platforms": mark("Platforms"),
    "costs": mark("Costs"),
    "commissions": mark("Commissions"),
    "products": mark("Products"),
    "product_sellers": mark("Products by who sold them"),
    "behaviour": mark("Behaviour"),
    "site_pages": mark("Pages of the site"),
    "roles": mark("Roles of channels"),
    "path_buckets": mark("Length and delay of journeys"),
    "lifts": mark("Lift"),
    "codes": mark("Codes of an influencer"),
    "links": mark("Links of an influencer"),
    "deals": mark("Deals of an influencer"),
    "posts": mark("Posts of an influencer"),
}
"""Tables that are offered, of `tracker.reports.tables.TABLES`; "of an influencer": of the one that
the filters name."""

PAGE_TABLES = {"": "days", "models": "comparison"}
"""First part of a page's path -> its table, where it is not called by it."""


class ScheduleForm(FlaskForm):
    """A schedule; what it makes is chosen by the address, so that it needs no script."""

    title = StringField(
        _l("Title"),
        filters=[strip],
        validators=[InputRequired(), Length(max=schedules.MAX_TITLE), no_control_characters],
    )
    table_name = SelectField(_l("Table"))
    share = SelectField(_l("Share"), coerce=int)
    address = StringField(
        _l("Filters"), filters=[strip], validators=[Length(max=MAX_ADDRESS), no_control_characters]
    )
    every = SelectField(_l("How often"))
    weekday = SelectField(_l("On (weeks)"), coerce=int)
    month_day = IntegerField(_l("On the day (months)"), validators=[NumberRange(min=1, max=28)])
    clock = TimeField(_l("At"), validators=[InputRequired()])
    formats = SelectMultipleField(
        _l("Files"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    destinations = SelectMultipleField(
        _l("Send to"), coerce=int, widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )  # fmt: skip
    to_folder = BooleanField(_l("Keep the files in the folder of exports"))
    locale = SelectField(_l("Language of files in the folder"), choices=choices(LOCALES.items()))

    def __init__(self, content: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        session, workspace = get_session(), get_workspace()
        rows = destinations.list_destinations(session, workspace.id)
        self.destinations.choices = choices((row.id, row.name) for row in rows)
        self.every.choices = choices((name, label(name, "every")) for name in EVERY)
        self.weekday.choices = choices((day, label(str(day), "weekday")) for day in range(7))
        self.formats.choices = choices((name, name.upper()) for name in FORMATS)
        self.table_name.choices = choices(
            (name, gettext(text)) for name, text in TABLE_NAMES.items() if name in TABLES
        )
        working = [
            (share.id, share.title)
            for share, _n, _last in shares.list_shares(session, workspace)
            if share.ended_at is None
        ]
        self.share.choices = choices(working)
        for name in _without(content):
            del self[name]

    def terms(self, content: str) -> ScheduleTerms:
        """What was entered."""
        clock: time = self.clock.data
        return ScheduleTerms(
            title=self.title.data,
            content=content,
            table_name=self.table_name.data if "table_name" in self else "",
            share_id=self.share.data if "share" in self else 0,
            args=args_of(self.address.data or "") if "address" in self else {},
            every=self.every.data,
            weekday=self.weekday.data,
            month_day=self.month_day.data,
            minute=clock.hour * 60 + clock.minute,
            formats=tuple(self.formats.data or ()),
            locale=self.locale.data,
            destination_ids=tuple(self.destinations.data or ()),
            to_folder=self.to_folder.data,
        )


def args_of(address: str) -> dict[str, str]:
    """The filters in an address of ours, or in its query alone; what is no filter is left out.

    Raises RefusedError: bad_filters (address): it cannot be read.
    """
    try:
        query = urlsplit(address).query if "?" in address or "/" in address else address
        given = dict(parse_qsl(query, max_num_fields=50)) if query else {}
    except ValueError as error:
        raise RefusedError("bad_filters", "address") from error
    state = ReportState.from_args(given, get_workspace())
    kept = state.to_args()
    if not {"period", "from", "to"} & given.keys():
        kept = {name: value for name, value in kept.items() if name not in ("period", "from", "to")}
    elif "period" in given and "from" not in given:
        kept["period"] = state.preset
    return kept


@bp.get("")
def index() -> str:
    """Every schedule with what it made last."""
    session, workspace = get_session(), get_workspace()
    return render_template(
        "schedules/index.html",
        found=schedules.list_schedules(session, workspace.id),
        places={d.id: d for d in destinations.list_destinations(session, workspace.id)},
        names=TABLE_NAMES,
    )


@bp.get("/new")
def new() -> str:
    """The form for a report, a table or a share."""
    content = _content()
    usual = {
        "every": "week", "weekday": 0, "month_day": 1, "clock": time(9), "locale": locale_name(),
        "formats": ["pdf", "csv"] if content == "report" else ["csv"],
        "address": request.args.get("address", "")[:MAX_ADDRESS],
        "table_name": _table_of(request.args.get("address", "")),
        "share": request.args.get("share", 0, type=int),
    }  # fmt: skip
    return _form(ScheduleForm(content, formdata=None, data=usual), content, None)


@bp.post("/new")
def create() -> AnyResponse | tuple[str, int]:
    """Make a schedule."""
    content = _content()
    form = ScheduleForm(content)
    saved = _save(form, content, 0)
    if saved:
        return redirect(url_for("schedules.show", row_id=saved))
    return _form(form, content, None), 400


@bp.get(f"/<{ROW}>")
def show(row_id: int) -> str:
    """What it made, and the form to change it."""
    schedule = find_schedule(get_session(), row_id)
    data = {
        "title": schedule.title, "table_name": schedule.table_name, "share": schedule.share_id,
        "address": "&".join(f"{k}={v}" for k, v in schedule.args.items()), "every": schedule.every,
        "weekday": schedule.weekday, "month_day": schedule.month_day,
        "clock": time(schedule.minute // 60, schedule.minute % 60), "formats": schedule.formats,
        "destinations": schedule.destination_ids, "to_folder": schedule.to_folder,
        "locale": schedule.locale,
    }  # fmt: skip
    form = ScheduleForm(schedule.content, formdata=None, data=data)
    return _form(form, schedule.content, schedule)


@bp.post(f"/<{ROW}>")
def update(row_id: int) -> AnyResponse | tuple[str, int]:
    """Change a schedule."""
    schedule = find_schedule(get_session(), row_id)
    form = ScheduleForm(schedule.content)
    if _save(form, schedule.content, row_id):
        return redirect(url_for("schedules.show", row_id=row_id))
    return _form(form, schedule.content, find_schedule(get_session(), row_id)), 400


@bp.post(f"/<{ROW}>/<any(run, pause, resume, delete):action>")
def act(row_id: int, action: str) -> AnyResponse:
    """Make it now, pause it, or end it."""
    with writing() as session:
        schedule = find_schedule(session, row_id)
        workspace = session.get_one(Workspace, schedule.workspace_id)
        if action == "run":
            schedules.run_now(session, schedule, now())
        elif action == "delete":
            schedules.delete_schedule(session, schedule, user_id=user_id())
        else:
            is_active = action == "resume"
            schedules.set_active(session, workspace, schedule, is_active, now(), user_id=user_id())
    if action == "run":
        enqueue(BULK, "jobs.reports.make_due_reports", job_id="reports")
        flash(gettext("It is being made: it stands below in a moment."))
    if action == "delete":
        return redirect(url_for("schedules.index"))
    return redirect(url_for("schedules.show", row_id=row_id))


@bp.get(f"/<{ROW}>/preview")
def preview(row_id: int) -> str | tuple[str, int]:
    """What the last slot would have sent, from the figures of now, in the reader's language."""
    schedule = find_schedule(get_session(), row_id)
    part = request.args.get("part", "") if schedule.content == "report" else ""
    part = part if part in REPORT_TABLES else ""
    content = _read(schedule, part)
    locale = locale_name()
    if isinstance(content, str):
        return render_template("schedules/preview.html", schedule=schedule, error=content)
    tables = [
        (
            part.spec,
            table_block(part.spec, part.rows[:PREVIEW_ROWS], content.state, locale),
            part.n_rows,
            part.is_cut or len(part.rows) > PREVIEW_ROWS,
        )
        for part in content.parts
    ]
    return render_template(
        "schedules/preview.html",
        schedule=schedule,
        error="",
        content=content,
        text="" if part else content.text(locale),
        part=part,
        parts=list(REPORT_TABLES) if schedule.content == "report" else [],
        tables=tables,
        names=TABLE_NAMES,
        most=PREVIEW_ROWS,
    )


@bp.get(f"/<{ROW}>/files/<int(min=1, max=2147483647):run_id>/<int(min=0, max=999):place>")
def file(row_id: int, run_id: int, place: int) -> Response:
    """A file that a slot made."""
    schedule = find_schedule(get_session(), row_id)
    run = get_session().get(ReportRun, run_id)
    if run is None or run.schedule_id != schedule.id or place >= len(run.files):
        abort(404)
    path = parts().settings.reports_dir / run.files[place]
    if not path.is_file():
        abort(404)
    return send_file(path, as_attachment=True, download_name=path.name)


def find_schedule(session: Session, row_id: int) -> ReportSchedule:
    """A schedule of this workspace; any other is not there."""
    row = session.get(ReportSchedule, row_id)
    if row is None or row.workspace_id != get_workspace().id:
        abort(404)
    return row


def _read(schedule: ReportSchedule, only: str) -> Content | str:
    workspace = get_workspace()
    slot = last_slot(schedules.rhythm_of(schedule, workspace), now())
    try:
        return read_content(get_session(), workspace, schedule, slot, only=only, most=PREVIEW_ROWS)
    except NotMadeError as error:
        return error.code


def _save(form: ScheduleForm, content: str, row_id: int) -> int:
    """The schedule's id; 0: it was refused, and the form says why."""
    if not form.validate():
        return 0
    try:
        with writing() as session:
            saved = schedules.save_schedule(
                session,
                session.get_one(Workspace, get_workspace().id),
                form.terms(content),
                now(),
                tables=TABLE_NAMES.keys() & TABLES.keys(),
                schedule=find_schedule(session, row_id) if row_id else None,
                user_id=user_id(),
            )
            return saved.id
    except RefusedError as error:
        refuse(form, error)
        return 0


def _table_of(address: str) -> str:
    """The table of the page that an address is of; "": none is known."""
    page = address.partition("?")[0].strip("/").partition("/")[0]
    name = PAGE_TABLES.get(page, page)
    return name if name in TABLE_NAMES else ""


def _content() -> str:
    wanted = request.args.get("content", "")
    return wanted if wanted in CONTENTS else CONTENTS[0]


def _without(content: str) -> list[str]:
    """Fields that a content does not have."""
    has = {"table_name": content == "table", "share": content == "share",
           "address": content != "share"}  # fmt: skip
    return [name for name, is_there in has.items() if not is_there]


def _form(form: ScheduleForm, content: str, schedule: ReportSchedule | None) -> str:
    session = get_session()
    runs = [] if schedule is None else schedules.runs_of(session, schedule.id, MOST_RUNS)
    following = None
    if schedule is not None:
        following = next_slot(schedules.rhythm_of(schedule, get_workspace()), now())
    return render_template(
        "schedules/edit.html",
        form=form,
        content=content,
        contents=CONTENTS,
        schedule=schedule,
        runs=runs,
        following=following,
        names=TABLE_NAMES,
    )
