"""The form of a rule: only the measures that its kind has are asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import DecimalField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.domain.channels import Channel
from tracker.i18n import mark
from tracker.models import AlertRule, Campaign, Influencer
from tracker.services import destinations
from tracker.services.alert_rules import FIGURE_DIMENSIONS, KINDS, MAX_NAME, Measures
from tracker.services.errors import RefusedError
from tracker.web import wording
from tracker.web.context import get_session, get_workspace
from tracker.web.filters import label
from tracker.web.forms import Money, choices, no_control_characters, strip

MOST_NAMES = 300
"""Campaigns or influencers that a select offers by name."""

THRESHOLDS = {
    "roi_below": mark("ROI below, in percent"),
    "refund_above": mark("Refund rate above, in percent"),
    "code_spike": mark("So many times the usual orders"),
    "price_drop": mark("Fell by at least, in percent"),
    "pacing_behind": mark("Behind by at least, in percent"),
}
"""Kind -> what its threshold is called."""

MEANINGS = {
    "roi_below": mark("ROI of the last whole days is below the limit, of whatever cost enough."),
    "refund_above": mark(
        "Refunded ÷ revenue before refunds of the last whole days is above the limit."
    ),
    "code_spike": mark(
        "An influencer’s code is used far more often than in the four weeks before, or its orders "
        "without a click jump: it may have leaked."
    ),
    "spend_without_orders": mark("It cost enough in the last whole days, and brought no order."),
    "price_drop": mark("A competitor’s price is far below its own highest of the last days."),
    "crawl_stale": mark("A watched page was not read for so many days while the schedule is on."),
    "pacing_behind": mark(
        "A campaign that runs has brought less of its target than the share of its time that is "
        "over."
    ),
    "price_below_ours": mark("A competitor’s price is below our lowest in the same group."),
    "promotion_started": mark("A competitor’s page names a promotion or a reduced price."),
    "out_of_stock": mark("A watched listing cannot be bought, ours or theirs."),
    "follower_jump": mark("Followers of an account moved by a tenth within 30 days."),
    "post_deleted": mark("A post of an influencer is gone."),
}
"""Kind -> when it is triggered."""


def _is_finite(_form: FlaskForm, field: Any) -> None:
    """Refuse what Decimal takes for a number and nobody else does: NaN, Infinity."""
    if field.data is not None and not field.data.is_finite():
        raise ValidationError(wording.refusal(RefusedError("out_of_range")))


class RuleForm(FlaskForm):
    """A rule. Fields that its kind does not have are removed."""

    name = StringField(
        _l("Name (empty: as its kind)"),
        filters=[strip],
        validators=[Length(max=MAX_NAME), no_control_characters],
    )
    about = SelectField(_l("What is looked at"))
    threshold = DecimalField(_l("Limit"), places=None, validators=[InputRequired(), _is_finite])
    window_days = IntegerField(_l("Days looked at"), validators=[InputRequired()])
    cost_floor = Money(_l("Only from this cost on"))
    order_floor = IntegerField(
        _l("Only from so many orders on"),
        validators=[InputRequired(), NumberRange(min=0, max=1_000_000)],
    )
    rearm_days = IntegerField(
        _l("Tell again after so many days while it lasts"),
        validators=[InputRequired(), NumberRange(min=0, max=90)],
    )
    destinations = SelectMultipleField(
        _l("Send to"), coerce=int, widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )  # fmt: skip

    def __init__(self, kind: str, rule: AlertRule | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        workspace = get_workspace()
        rows = destinations.list_destinations(get_session(), workspace.id)
        self.destinations.choices = choices((row.id, row.name) for row in rows)
        self.cost_floor.currency = workspace.base_currency
        for name in _without(kind, is_made=rule is None or rule.slot > 0):
            del self[name]
        if "about" in self:
            self.about.choices = choices(_about(rule))
        if "threshold" in self:
            self.threshold.label.text = gettext(THRESHOLDS[kind])

    def show(self, measures: Measures, rule: AlertRule | None = None) -> None:
        """Fill the fields with measures."""
        if rule is not None:
            self.name.data, self.destinations.data = rule.name, list(rule.destination_ids)
        values: dict[str, Any] = {
            "about": _about_code(measures),
            "threshold": Decimal(measures.threshold_ppm) / _unit(self.kind),
            "window_days": measures.window_days,
            "order_floor": measures.floor,
            "rearm_days": measures.rearm_days,
        }
        for name, value in values.items():
            if name in self:
                self[name].data = value
        if "threshold" in self:
            self.threshold.data = _short(values["threshold"])
        if "cost_floor" in self:
            self.cost_floor.show(measures.floor, self.cost_floor.currency)

    @property
    def measures(self) -> Measures:
        """What was entered."""
        dimension, _, number = (self.about.data if "about" in self else "").partition(":")
        threshold = self.threshold.data if "threshold" in self else Decimal(0)
        floor = 0
        if "cost_floor" in self:
            floor = self.cost_floor.minor
        elif "order_floor" in self:
            floor = self.order_floor.data
        return Measures(
            dimension=dimension,
            only_id=int(number or 0),
            window_days=self.window_days.data if "window_days" in self else 0,
            floor=floor,
            threshold_ppm=_ppm(threshold, self.kind),
            rearm_days=self.rearm_days.data if "rearm_days" in self else 0,
        )


def _without(kind: str, *, is_made: bool) -> list[str]:
    """Fields that a kind does not have; a rule that made itself has no measures to enter."""
    known = KINDS.get(kind)
    if known is None or not is_made:
        return ["about", "threshold", "window_days", "cost_floor", "order_floor", "rearm_days"]
    has = {
        "about": known.is_by, "threshold": known.threshold is not None,
        "window_days": known.days > 0, "cost_floor": known.floor == "money",
        "order_floor": known.floor == "orders",
    }  # fmt: skip
    return [name for name, is_there in has.items() if not is_there]


def _about(rule: AlertRule | None) -> list[tuple[str, str]]:
    """What a rule about figures may look at: everything, each of a kind, or one by name."""
    session, workspace = get_session(), get_workspace()
    found = [(name, label(name, "rule_dimension")) for name in FIGURE_DIMENSIONS]
    for table, dimension in ((Campaign, "campaign"), (Influencer, "influencer")):
        rows = session.execute(
            select(table.id, table.name)
            .where(table.workspace_id == workspace.id)
            .order_by(table.id.desc())
            .limit(MOST_NAMES)
        )
        found += [(f"{dimension}:{number}", name) for number, name in rows]
    found += [(f"channel:{c.code}", label(str(c), "channel")) for c in Channel if c.code]
    if rule is not None and rule.only_id:
        code = f"{rule.dimension}:{rule.only_id}"
        if code not in dict(found):
            found.append((code, f"#{rule.only_id}"))
    return found


def _about_code(measures: Measures) -> str:
    if not measures.only_id:
        return measures.dimension
    return f"{measures.dimension}:{measures.only_id}"


def _unit(kind: str) -> int:
    """Millionths of what a person enters: a percent, or (of a spike) once."""
    return 1_000_000 if kind == "code_spike" else 10_000


def _ppm(value: Decimal | None, kind: str) -> int:
    bounded = min(max(value or Decimal(0), Decimal(-(10**6))), Decimal(10**6))
    return int(bounded * _unit(kind))


def _short(value: Decimal) -> Decimal:
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
