"""Settings: channel rules and aliases, the workspace's own reading of marks."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from tracker.domain.rules import FIELDS, Operator
from tracker.i18n import mark
from tracker.models import Alias, ChannelRule, Workspace
from tracker.services import audit, rules
from tracker.services.errors import RefusedError
from tracker.web.context import get_session, get_workspace, writing
from tracker.web.filters import label
from tracker.web.forms import MAX_TEXT, choices, no_control_characters, refuse, strip
from tracker.web.identity import user_id
from tracker.web.routes import ROW
from tracker.web.settings import NAME, bp

OPERATORS = {
    Operator.IS: mark("is"),
    Operator.CONTAINS: mark("contains"),
    Operator.STARTS: mark("starts with"),
    Operator.ENDS: mark("ends with"),
}
DIMENSIONS = {
    "source": mark("Source"),
    "medium": mark("Medium"),
    "campaign": mark("Campaign"),
}


class RuleForm(FlaskForm):
    """A rule with up to two conditions; more come by a second rule."""

    name = StringField(_l("Name"), **NAME)
    field = SelectField(_l("If"))
    operator = SelectField(_l("Comparison"))
    value = StringField(_l("Value"), **NAME)
    field2 = SelectField(_l("and"))
    operator2 = SelectField(_l("Comparison"))
    value2 = StringField(
        _l("Value"), filters=[strip], validators=[Length(max=MAX_TEXT), no_control_characters]
    )
    channel = SelectField(_l("Then the channel is"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        words = choices((str(code), gettext(text)) for code, text in OPERATORS.items())
        self.operator.choices = self.operator2.choices = words
        fields = [(name, label(name, "rule_field")) for name in FIELDS]
        self.field.choices = choices(fields)
        self.field2.choices = choices([("", "—"), *fields])
        self.channel.choices = choices((str(c), label(c, "channel")) for c in rules.CHOOSABLE)

    def conditions(self) -> list[tuple[str, str, str]]:
        """The conditions that are filled in."""
        first = (self.field.data, self.operator.data, self.value.data)
        second = (self.field2.data, self.operator2.data, self.value2.data or "")
        return [first, second] if self.field2.data else [first]


class AliasForm(FlaskForm):
    """Another spelling and what it is read as."""

    dimension = SelectField(_l("What"))
    value = StringField(_l("Comes in as"), **NAME)
    source = StringField(
        _l("With source (campaigns only)"),
        filters=[strip],
        validators=[Length(max=MAX_TEXT), no_control_characters],
    )
    canonical = StringField(
        _l("Read as"),
        filters=[strip],
        validators=[InputRequired(), Length(max=MAX_TEXT), no_control_characters],
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.dimension.choices = choices((c, gettext(text)) for c, text in DIMENSIONS.items())


@bp.get("/rules", endpoint="rules")
def list_rules() -> str:
    """Rules and aliases, with a form for each."""
    return _page(RuleForm(formdata=None), AliasForm(formdata=None))


@bp.post("/rules")
def create_rule() -> Response | tuple[str, int]:
    """Add a rule; visits of the past are read by it too."""
    form = RuleForm()
    if form.validate():
        try:
            with writing() as session:
                rules.create_rule(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    name=form.name.data,
                    channel=form.channel.data,
                    conditions=form.conditions(),
                )
                audit.note(session, "rule.created", form.name.data, user_id=user_id())
            flash(gettext("Saved. Past visits are read again in a moment."))
            return redirect(url_for("settings.rules"))
        except RefusedError as error:
            refuse(form, error)
    return _page(form, AliasForm(formdata=None)), 400


@bp.post(f"/rules/<{ROW}>/delete")
def delete_rule(row_id: int) -> Response:
    """Take a rule away."""
    with writing() as session:
        rules.delete_rule(session, session.get_one(Workspace, get_workspace().id), row_id)
        audit.note(session, "rule.deleted", str(row_id), user_id=user_id())
    return redirect(url_for("settings.rules"))


@bp.post("/aliases")
def create_alias() -> Response | tuple[str, int]:
    """Add an alias; visits of the past are read by it too."""
    form = AliasForm()
    if form.validate():
        try:
            with writing() as session:
                rules.create_alias(
                    session,
                    session.get_one(Workspace, get_workspace().id),
                    dimension=form.dimension.data,
                    value=form.value.data,
                    canonical=form.canonical.data,
                    source=form.source.data or "",
                )
                audit.note(session, "alias.created", form.value.data, user_id=user_id())
            flash(gettext("Saved. Past visits are read again in a moment."))
            return redirect(url_for("settings.rules"))
        except RefusedError as error:
            refuse(form, error)
    return _page(RuleForm(formdata=None), form), 400


@bp.post(f"/aliases/<{ROW}>/delete")
def delete_alias(row_id: int) -> Response:
    """Take an alias away."""
    with writing() as session:
        rules.delete_alias(session, session.get_one(Workspace, get_workspace().id), row_id)
        audit.note(session, "alias.deleted", str(row_id), user_id=user_id())
    return redirect(url_for("settings.rules"))


def _page(rule_form: RuleForm, alias_form: AliasForm) -> str:
    session, mine = get_session(), get_workspace().id
    found = session.scalars(
        select(ChannelRule).where(ChannelRule.workspace_id == mine).order_by(ChannelRule.position)
    )
    aliases = session.scalars(
        select(Alias).where(Alias.workspace_id == mine).order_by(Alias.dimension, Alias.value)
    )
    return render_template(
        "settings/rules.html",
        rule_form=rule_form,
        alias_form=alias_form,
        rules=list(found),
        aliases=list(aliases),
        operators=OPERATORS,
        dimensions=DIMENSIONS,
    )
