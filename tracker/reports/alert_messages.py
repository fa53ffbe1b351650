"""The text of an alert's message: what is new, what is over, and where to look, in one language."""

from __future__ import annotations

from collections.abc import Sequence

from tracker import i18n
from tracker.i18n import mark
from tracker.models import AlertRule, AlertState, Workspace
from tracker.reports.alert_texts import alert_path, alert_sentence

MOST_LINES = 20
"""Subjects that one message names; the page has all of them."""


def rule_name(rule: AlertRule, locale: str) -> str:
    """What a rule is called: by its maker, else by its kind."""
    return rule.name or i18n.label(locale, "alert_kind", rule.kind)


def alert_message(
    workspace: Workspace,
    rule: AlertRule,
    news: Sequence[AlertState],
    over: Sequence[AlertState],
    site_url: str,
    locale: str,
) -> tuple[str, str]:
    """Title and body of a message.

    Args:
        news: states that were told, newest first.
        over: states that are good again.
        site_url: address of this installation, without a slash at its end.
    """
    name = rule_name(rule, locale)
    if news:
        title = i18n.gettext(
            locale, mark("%(brand)s: %(name)s (%(n)s)"), brand=workspace.name, name=name,
            n=len(news),
        )  # fmt: skip
    else:
        title = i18n.gettext(
            locale, mark("%(brand)s: %(name)s is over"), brand=workspace.name, name=name
        )
    lines = [_line(workspace, rule, one, site_url, locale) for one in news[:MOST_LINES]]
    if len(news) > MOST_LINES:
        lines.append(i18n.gettext(locale, mark("… and more on the page")))
    if over:
        lines.append(i18n.gettext(locale, mark("Over:")))
        lines += [f"✓ {_sentence(workspace, rule, one, locale)}" for one in over[:MOST_LINES]]
    lines.append(f"{i18n.gettext(locale, mark('All alerts'))}: {site_url}/alerts")
    return title, "\n".join(lines)


def check_message(
    workspace: Workspace, rule: AlertRule | None, site_url: str, locale: str
) -> tuple[str, str]:
    """Title and body of a test that somebody asked for; rule None: of the destination alone."""
    title = i18n.gettext(locale, mark("%(brand)s: a test"), brand=workspace.name)
    if rule is None:
        text = i18n.gettext(locale, mark("If you can read this, messages arrive here."))
    else:
        text = i18n.gettext(
            locale,
            mark("This is how alerts of “%(name)s” arrive. Nothing has happened."),
            name=rule_name(rule, locale),
        )
    return title, f"{text}\n{site_url}/alerts"


def _line(
    workspace: Workspace, rule: AlertRule, state: AlertState, site_url: str, locale: str
) -> str:
    path = alert_path(rule.kind, state.subject_id, state.figures)
    return f"• {_sentence(workspace, rule, state, locale)}\n  {site_url}{path}"


def _sentence(workspace: Workspace, rule: AlertRule, state: AlertState, locale: str) -> str:
    return alert_sentence(rule.kind, state.figures, workspace.base_currency, locale)
