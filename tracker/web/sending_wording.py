"""Sentences about destinations, rules and scheduled reports."""

from __future__ import annotations

from flask_babel import gettext

from tracker.i18n import mark
from tracker.models import AlertRule
from tracker.reports.alert_messages import rule_name
from tracker.reports.alert_texts import alert_path, alert_sentence
from tracker.reports.alerts import Alert
from tracker.services.alert_rules import KINDS
from tracker.web import filters
from tracker.web.context import get_workspace
from tracker.web.preferences import locale_name

REFUSALS: dict[str, str] = {
    "destination_name_taken": mark("There is a destination “%(name)s” already."),
    "bad_mail": mark("This is no plain mail address, such as name@example.com."),
    "too_many_mails": mark("At most 20 mail addresses in one destination."),
    "bad_webhook": mark("This is not the whole address that the service shows for its robot."),
    "bad_signing_key": mark("A signing key has letters and digits only; it begins with SEC."),
    "no_mail_server": mark("Enter the mail server first, below."),
    "bad_mail_port": mark("Only the ports 465, 587, 2525 and 25 are asked, always encrypted."),
    "bad_filters": mark("This address cannot be read. Copy it from the page once more."),
    "no_formats": mark("Choose at least one kind of file."),
    "nowhere": mark("Choose a destination, or the folder."),
}
"""Code of a `RefusedError` -> sentence."""


def alert_address(alert: Alert) -> str:
    """Where the rows behind an alert are."""
    return alert_path(alert.kind, alert.subject_id, alert.figures)


def state_text(rule: AlertRule, figures: dict[str, object]) -> str:
    """What a rule said about a subject."""
    return alert_sentence(rule.kind, figures, get_workspace().base_currency, locale_name())


def rule_title(rule: AlertRule) -> str:
    """What a rule is called."""
    return rule_name(rule, locale_name())


def rule_text(rule: AlertRule) -> str:
    """What a rule measures, in a few words."""
    kind = KINDS.get(rule.kind)
    if kind is None or not rule.slot:
        return ""
    parts = []
    if kind.is_by:
        one = gettext("one of them") if rule.only_id else ""
        about = filters.label(rule.dimension, "rule_dimension")
        parts.append(f"{about} ({one})" if one else about)
    if rule.kind == "code_spike":
        parts.append(filters.times(rule.threshold_ppm / 1_000_000))
    elif kind.threshold:
        parts.append(filters.ppm(rule.threshold_ppm))
    if kind.days:
        parts.append(gettext("%(n)s days", n=rule.window_days))
    if kind.floor == "money":
        parts.append(gettext("from cost %(amount)s on", amount=filters.money(rule.floor)))
    if kind.floor == "orders":
        parts.append(gettext("from %(n)s orders on", n=rule.floor))
    return " · ".join(parts)


def failure_text(code: str) -> str:
    """Why a message did not arrive, or a report could not be made."""
    if code.startswith("http_"):
        return str(gettext("the service answered %(status)s", status=code.removeprefix("http_")))
    return filters.label(code, "message_error")
