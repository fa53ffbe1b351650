"""What is fetched from public pages: the schedule, its evidence, and what waits for a person."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from spiders.sources import SOURCES
from tracker.models import CrawlSetting, Influencer, SocialAccount, Workspace
from tracker.reports import watching as reports
from tracker.services import audit, crawl_schedule, crawl_targets, quarantine, social_posts
from tracker.services.errors import RefusedError
from tracker.web import wording
from tracker.web.context import get_session, get_workspace, now, writing
from tracker.web.filters import label
from tracker.web.forms import choices, refuse, strip
from tracker.web.identity import user_id
from tracker.web.routes import ROW
from tracker.web.watching import checked_url, ring, watch

bp = Blueprint("crawling", __name__, url_prefix="/crawling")

MAX_URL = 2_048
HOURS = NumberRange(min=1, max=720)


class ScheduleForm(FlaskForm):
    """Whether the schedule runs, and when it is quiet."""

    is_on = BooleanField(_l("Fetch by schedule"))
    quiet_from = TimeField(_l("Quiet from"), validators=[Optional()])
    quiet_until = TimeField(_l("until"), validators=[Optional()])


class TargetForm(FlaskForm):
    """An account or a post to watch, of an influencer's account that is known."""

    kind = SelectField(_l("Kind of page"))
    account = SelectField(_l("Influencer's account"), coerce=int)
    url = StringField(
        _l("Address of its page"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_URL)],
    )
    hours = IntegerField(_l("Every … hours"), default=24, validators=[InputRequired(), HOURS])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = ("account", "post")
        self.kind.choices = choices((kind, label(kind, "target_kind")) for kind in kinds)
        self.account.choices = choices(_accounts())


class IntervalForm(FlaskForm):
    """How often a target is fetched."""

    hours = IntegerField(_l("Every … hours"), validators=[InputRequired(), HOURS])
    promotion_hours = IntegerField(
        _l("During promotions every … hours"), validators=[InputRequired(), HOURS]
    )


@bp.get("")
def index() -> str:
    """Every target with its last and next fetch; hosts that refuse; readings kept aside."""
    return _page(TargetForm(formdata=None, data={"hours": 24}))


@bp.post("")
def create() -> Response | tuple[str, int]:
    """Watch an account or a post."""
    form = TargetForm()
    if form.validate():
        try:
            url = checked_url(form.url.data)
            with writing() as session:
                workspace = session.get_one(Workspace, get_workspace().id)
                account = session.get_one(SocialAccount, form.account.data)
                subject = {"social_account_id": account.id}
                if form.kind.data == "post":
                    post = social_posts.enter_post(session, workspace, account, url, now())
                    subject = {"post_id": post.id}
                elif not account.url:
                    account.url = url
                watch(
                    session, workspace, form.kind.data, url,
                    interval=timedelta(hours=form.hours.data), **subject,
                )  # fmt: skip
            flash(gettext("It is watched from now on."))
            return redirect(url_for("crawling.index"))
        except RefusedError as error:
            refuse(form, error)
    return _page(form), 400


@bp.post("/schedule")
def update() -> Response:
    """Switch the schedule on or off, and set its quiet hours."""
    form = ScheduleForm()
    if not form.validate():
        abort(400)
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            crawl_schedule.set_schedule(
                session,
                workspace,
                is_on=form.is_on.data,
                quiet_from=_minute(form.quiet_from.data),
                quiet_until=_minute(form.quiet_until.data),
            )
            audit.note(session, "crawl.schedule", str(form.is_on.data), user_id=user_id())
        flash(gettext("Saved."))
    except RefusedError:
        flash(gettext("Quiet hours need a beginning and an end."))
    return redirect(url_for("crawling.index"))


@bp.get(f"/<{ROW}>")
def show(row_id: int) -> str:
    """One target: how it is read, and what came of its last fetches."""
    page = reports.target_page(get_session(), get_workspace().id, row_id)
    if page is None:
        abort(404)
    return _show(page, _interval_form(page))


@bp.post(f"/<{ROW}>")
def edit(row_id: int) -> Response | tuple[str, int]:
    """Change how often a target is fetched."""
    form = IntervalForm()
    page = reports.target_page(get_session(), get_workspace().id, row_id)
    if page is None:
        abort(404)
    if not form.validate():
        return _show(page, form), 400
    with writing() as session:
        crawl_targets.edit_target(
            session,
            session.get_one(Workspace, get_workspace().id),
            row_id,
            interval=timedelta(hours=form.hours.data),
            promotion_interval=timedelta(hours=form.promotion_hours.data),
        )
    flash(gettext("Saved."))
    return redirect(url_for("crawling.show", row_id=row_id))


@bp.post(f"/<{ROW}>/<any(fetch, pause, resume, delete):action>")
def act(row_id: int, action: str) -> Response:
    """Fetch a target now, pause it, go on with it, or stop watching."""
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            if action == "delete":
                crawl_targets.delete_target(session, workspace, row_id, user_id=user_id())
            elif action == "fetch":
                crawl_targets.fetch_now(session, workspace, row_id)
            else:
                is_active = action == "resume"
                crawl_targets.pause_target(session, workspace, row_id, is_active=is_active)
    except RefusedError:
        abort(404)
    if action == "fetch":
        ring()
        flash(gettext("It is fetched as soon as its host may be asked."))
    if action == "delete":
        flash(gettext("It is no longer watched. What was read stays."))
        return redirect(url_for("crawling.index"))
    if request.form.get("back") == "list":
        return redirect(url_for("crawling.index"))
    return redirect(url_for("crawling.show", row_id=row_id))


@bp.post(f"/aside/<{ROW}>/<any(accept, discard):answer>")
def decide(row_id: int, answer: str) -> Response:
    """Store readings that were kept aside, or leave them out for good."""
    try:
        with writing() as session:
            workspace = session.get_one(Workspace, get_workspace().id)
            decision = quarantine.accept if answer == "accept" else quarantine.discard
            decision(session, workspace, row_id, now(), user_id())
        flash(gettext("Saved."))
    except RefusedError as error:
        flash(wording.refusal(error))
    return redirect(url_for("crawling.index"))


def _page(form: TargetForm) -> str:
    status = request.args.get("status", "")
    text = request.args.get("page", "")
    page = int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 5 else 1
    search = "".join(c for c in request.args.get("q", "")[:100] if c.isprintable()).strip()
    found = reports.schedule(
        get_session(), get_workspace().id, status=status, search=search, page=max(1, page)
    )
    return render_template(
        "crawling/index.html",
        found=found,
        status=status,
        search=search,
        page=max(1, page),
        page_rows=reports.PAGE_ROWS,
        form=form,
        schedule_form=_schedule_form(found.setting),
        sources=sorted(SOURCES.values(), key=lambda source: source.name),
        is_waiting=lambda domain: reports.is_waiting(domain, now()),
    )


def _show(page: reports.TargetPage, form: IntervalForm) -> str:
    return render_template(
        "crawling/show.html",
        page=page,
        form=form,
        is_waiting=lambda domain: reports.is_waiting(domain, now()),
    )


def _interval_form(page: reports.TargetPage) -> IntervalForm:
    target = page.row.target
    return IntervalForm(
        formdata=None,
        data={
            "hours": max(1, target.interval_s // 3_600),
            "promotion_hours": max(1, target.promotion_interval_s // 3_600),
        },
    )


def _schedule_form(setting: CrawlSetting | None) -> ScheduleForm:
    if setting is None:
        return ScheduleForm(formdata=None, data={"is_on": False})
    return ScheduleForm(
        formdata=None,
        data={
            "is_on": setting.is_on,
            "quiet_from": _clock(setting.quiet_from),
            "quiet_until": _clock(setting.quiet_until),
        },
    )


def _accounts() -> list[tuple[int, str]]:
    found = get_session().execute(
        select(SocialAccount.id, Influencer.name, SocialAccount.platform, SocialAccount.handle)
        .join(Influencer, Influencer.id == SocialAccount.influencer_id)
        .where(SocialAccount.workspace_id == get_workspace().id)
        .order_by(Influencer.name, SocialAccount.id)
    )
    return [
        (number, f"{name} · {label(platform, 'platform')} · {handle}")
        for number, name, platform, handle in found
    ]


def _minute(clock: Any) -> int | None:
    """A time of day as its minute."""
    return None if clock is None else int(clock.hour * 60 + clock.minute)


def _clock(minute: int | None) -> time | None:
    return None if minute is None else time(minute // 60, minute % 60)
