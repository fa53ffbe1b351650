"""Terms of commissions: rules of influencers and deals, and how the workspace settles."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from tracker.domain.commissions import HOLDING_DAYS, Rule, Tier
from tracker.domain.costs import PPM
from tracker.domain.money import MoneyError, format_minor, parse_minor
from tracker.models import CommissionRule, Deal, Influencer, Workspace
from tracker.models.credit import MODELS
from tracker.services.commission_terms import (
    NewRule,
    create_rule,
    delete_rule,
    rule_of,
    save_setting,
    setting_of,
)
from tracker.services.errors import RefusedError
from tracker.web import wording
from tracker.web.bar import get_state
from tracker.web.context import get_session, get_workspace, today, writing
from tracker.web.filters import label
from tracker.web.forms import Money, choices, refuse
from tracker.web.identity import user_id
from tracker.web.routes import INT32, ROW

bp = Blueprint("terms", __name__, url_prefix="/settlement/terms")

MOST_FOUND = 20


class SettingForm(FlaskForm):
    """How the workspace settles."""

    holding_days = SelectField(_l("Holding period"), coerce=int)
    model = SelectField(_l("Attribution model"))
    pays_imported = BooleanField(_l("We pay what affiliate files state"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holding_days.choices = choices(
            (days, gettext("%(days)s days", days=days)) for days in HOLDING_DAYS
        )
        self.model.choices = choices((model, label(model, "model")) for model in MODELS)


class RuleForm(FlaskForm):
    """A rule of one influencer, for one deal or in general."""

    deal = SelectField(_l("For orders of"), coerce=int)
    kind = SelectField(_l("Paid is"))
    tiers = TextAreaField(_l("How much"), validators=[InputRequired(), Length(max=500)])
    cap_order = Money(_l("At most an order"))
    cap_month = Money(_l("At most a month"))
    new_only = BooleanField(_l("Orders of new customers only"))
    starts_on = DateField(_l("From"), validators=[InputRequired()])
    ends_on = DateField(_l("Until (included)"), validators=[Optional()])

    def __init__(self, influencer: Influencer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = get_workspace().base_currency
        self.cap_order.currency = self.cap_month.currency = currency
        deals = get_session().execute(
            select(Deal.id, Deal.title, Deal.ref, Deal.posted_on)
            .where(Deal.influencer_id == influencer.id)
            .order_by(Deal.posted_on.desc())
        )
        general = (0, gettext("all days that no deal covers"))
        self.deal.choices = choices(
            [general, *((d.id, f"{d.title or d.ref} · {d.posted_on}") for d in deals)]
        )
        self.kind.choices = choices(
            [
                ("percent", gettext("a percentage of net revenue")),
                ("flat", gettext("an amount an order, %(currency)s", currency=currency)),
            ]
        )

    def validate_tiers(self, field: TextAreaField) -> None:
        """Lines of "rate" or "revenue of the month, rate"."""
        self.rule_tiers = read_tiers(
            field.data, is_flat=self.kind.data == "flat", currency=get_workspace().base_currency
        )

    rule_tiers: tuple[Tier, ...] = ()


def read_tiers(text: str, *, is_flat: bool, currency: str) -> tuple[Tier, ...]:
    """Tiers as people write them: "10", or lines of "0 10" and "100000 12".

    Raises ValidationError: a line is no number or no pair of numbers.
    """
    tiers = []
    for line in text.replace("，", " ").replace("%", " ").replace("％", " ").splitlines():
        words = line.replace(",", "").split()
        if not words:
            continue
        try:
            start = parse_minor(words[0], currency) if len(words) == 2 else 0
            worth = words[-1]
            value = parse_minor(worth, currency) if is_flat else round(Decimal(worth) * PPM / 100)
        except (MoneyError, InvalidOperation, OverflowError, ValueError):
            raise ValidationError(wording.refusal(RefusedError("bad_tiers"))) from None
        if len(words) > 2 or not 0 <= value < 2**53 or (not is_flat and value > PPM):
            raise ValidationError(wording.refusal(RefusedError("bad_tiers")))
        tiers.append(Tier(start, value))
    return tuple(tiers)


@bp.get("")
def index() -> str:
    """Rules, the form for the influencer that was chosen, and how the workspace settles."""
    influencer = _influencer()
    form = None if influencer is None else RuleForm(influencer, formdata=None, data=_usual())
    return _page(influencer, form, _setting_form())


def _usual() -> dict[str, Any]:
    return {"starts_on": today().replace(day=1), "kind": "percent"}


def _influencer() -> Influencer | None:
    wanted = get_state().influencer_id
    row = get_session().get(Influencer, wanted) if wanted else None
    if wanted and (row is None or row.workspace_id != get_workspace().id):
        abort(404)
    return row


def _setting_form() -> SettingForm:
    setting = setting_of(get_session(), get_workspace())
    names = ("model", "holding_days", "pays_imported")
    return SettingForm(formdata=None, data={name: getattr(setting, name) for name in names})


def _page(influencer: Influencer | None, form: RuleForm | None, settings: SettingForm) -> str:
    session, workspace, search = get_session(), get_workspace(), get_state().search
    rules = session.execute(
        select(CommissionRule, Influencer.name, Deal.title, Deal.ref)
        .join(Influencer, Influencer.id == CommissionRule.influencer_id)
        .outerjoin(Deal, Deal.id == CommissionRule.deal_id)
        .where(CommissionRule.workspace_id == workspace.id)
        .order_by(Influencer.name, CommissionRule.starts_on.desc())
    ).all()
    found = []
    if search and influencer is None:
        like = Influencer.name.icontains(search, autoescape=True)
        query = select(Influencer).where(Influencer.workspace_id == workspace.id, like)
        found = list(session.scalars(query.order_by(Influencer.name).limit(MOST_FOUND)))
    return render_template(
        "settlement/terms.html",
        rules=[(row, rule_of(row), name, title or ref) for row, name, title, ref in rules],
        influencer=influencer,
        found=found,
        search=search,
        form=form,
        settings=settings,
        value_text=_value_text,
    )


def _value_text(rule: Rule, tier: Tier) -> str:
    currency = get_workspace().base_currency
    if rule.is_flat:
        return f"{format_minor(tier.value, currency)} {currency}"
    return f"{tier.value / PPM:.4%}".rstrip("%").rstrip("0").rstrip(".") + "%"


@bp.post("")
def create() -> Response | tuple[str, int]:
    """Enter a rule."""
    influencer = _influencer()
    if influencer is None:
        abort(404)
    form = RuleForm(influencer)
    if form.validate():
        rule = Rule(
            tiers=form.rule_tiers,
            is_flat=form.kind.data == "flat",
            new_only=form.new_only.data,
            cap_order_minor=form.cap_order.minor or None,
            cap_month_minor=form.cap_month.minor or None,
        )
        new = NewRule(
            influencer_id=influencer.id, rule=rule, starts_on=form.starts_on.data,
            ends_on=form.ends_on.data, deal_id=form.deal.data,
        )  # fmt: skip
        try:
            with writing() as session:
                workspace = session.get_one(Workspace, get_workspace().id)
                create_rule(session, workspace, new, user_id=user_id())
            flash(gettext("The rule counts; commissions and costs follow in a moment."))
            return redirect(url_for("terms.index"))
        except RefusedError as error:
            refuse(form, error)
    return _page(influencer, form, _setting_form()), 400


@bp.post(f"/<{ROW}>")
def delete(row_id: int) -> Response:
    """Take a rule away."""
    with writing() as session:
        rule = session.get(CommissionRule, row_id) if row_id <= INT32 else None
        if rule is None or rule.workspace_id != get_workspace().id:
            abort(404)
        delete_rule(session, rule, user_id=user_id())
    flash(gettext("The rule is gone; commissions and costs follow in a moment."))
    return redirect(url_for("terms.index"))


@bp.post("/setting")
def update() -> Response | tuple[str, int]:
    """Choose how the workspace settles."""
    form = SettingForm()
    if not form.validate():
        return _page(None, None, form), 400
    with writing() as session:
        save_setting(
            session,
            session.get_one(Workspace, get_workspace().id),
            model=form.model.data,
            holding_days=form.holding_days.data,
            pays_imported=form.pays_imported.data,
            user_id=user_id(),
        )
    flash(gettext("Saved."))
    return redirect(url_for("terms.index"))
