"""Sentences around campaigns: formulas, refusals, findings about addresses, offers."""

from __future__ import annotations

from flask_babel import gettext

from tracker.domain.addresses import Finding
from tracker.i18n import mark
from tracker.models import PromotionRule
from tracker.web import filters

FORMULAS: dict[str, str] = {
    "time_gone": mark("Time gone = whole days that are over ÷ days of the campaign."),
    "spend_pace": mark(
        "Pace of spend = spent ÷ (budget × time gone): 100 % is exactly on time, from 90 % to "
        "110 % counts as on time. Spent is every cost of the campaign up to the last full day."
    ),
    "net_pace": mark(
        "Pace of net revenue = net revenue ÷ (target × time gone), under the chosen model, up to "
        "the last full day: below 90 % it is behind."
    ),
    "orders_pace": mark(
        "Pace of orders = credited orders ÷ (target × time gone), up to the last full day: below "
        "90 % it is behind."
    ),
    "forecast": mark(
        "Forecast = done so far + mean of the last 7 days × days left. A peak that is still to "
        "come is not in it."
    ),
    "roi_target": mark("ROI of the campaign so far against its target."),
    "tag_share": mark("Share of all visits whose address said anything."),
    "test_rate": mark(
        "Share of buyers = buyers ÷ counted visitors. Counted are the first visitors of each arm, "
        "up to the planned sample, whose window to order is over; below it the 95 % interval "
        "(Wilson)."
    ),
    "test_difference": mark(
        "Against the first = share of buyers − share of the first arm, in percentage points, with "
        "its interval (Newcombe); with more than "
        "two arms the interval is wider, so that all comparisons hold together in 95 of 100 tests."
    ),
    "test_sample": mark(
        "Planned sample = visitors that each arm needs so that the smallest difference worth "
        "seeing is found in 80 of 100 tests, with at most 5 false alarms in 100."
    ),
    "festival_change": mark("Change = this time ÷ last time − 1, day by day of the festival."),
}

REFUSALS: dict[str, str] = {
    "campaign_known": mark(
        "Another campaign has this value, or had it. To read one as the other, use “What came in”."
    ),
    "value_known": mark("This is on the list already."),
    "value_not_allowed": mark("“%(value)s” is not on the list of this field."),
    "too_few_arms": mark("A test compares at least two."),
    "unknown_value": mark("This is not one of the choices."),
    "too_many_lines": mark("At most %(most)s lines at once."),
}

FINDINGS: dict[str, str] = {
    "missing_source": mark("Without utm_source nobody can say who sent the visit."),
    "missing_medium": mark("Without utm_medium the channel is guessed from the source."),
    "not_allowed": mark("“%(value)s” is not on the list of %(field)s."),
    "not_allowed_meant": mark("“%(value)s” is not on the list of %(field)s: perhaps “%(other)s”?"),
    "read_as": mark("%(field)s “%(value)s” is reported as “%(other)s”."),
    "unknown_medium": mark(
        "The medium “%(value)s” is nobody’s word: such visits may end up as unassigned."
    ),
}

OFFERS: dict[str, str] = {
    "over_off": mark("%(off)s off from %(threshold)s on"),
    "off": mark("%(off)s off"),
    "over_share": mark("%(share)s off from %(threshold)s on"),
    "share": mark("%(share)s off"),
    "price": mark("for %(off)s"),
    "deposit": mark("deposit %(deposit)s"),
    "over": mark("from %(threshold)s on"),
}


def finding_text(finding: Finding) -> str:
    """What a finding about an address says."""
    is_meant = finding.code == "not_allowed" and finding.other
    message = FINDINGS["not_allowed_meant" if is_meant else finding.code]
    return str(gettext(message)) % {
        "value": finding.value,
        "other": finding.other,
        "field": f"utm_{finding.field}",
    }


def offer_text(rule: PromotionRule) -> str:
    """An offer in words: "50 off from 300 on"."""
    shown = {
        "off": filters.money_full(rule.off_minor or 0),
        "threshold": filters.money_full(rule.threshold_minor or 0),
        "share": filters.ppm(rule.off_ppm or 0),
        "deposit": filters.money_full(rule.deposit_minor or 0),
    }
    said = []
    if rule.off_minor:
        is_price = rule.kind == "flash_sale"
        said.append("price" if is_price else "over_off" if rule.threshold_minor else "off")
    elif rule.off_ppm:
        said.append("over_share" if rule.threshold_minor else "share")
    elif rule.threshold_minor:
        said.append("over")
    if rule.deposit_minor:
        said.append("deposit")
    words = [str(gettext(OFFERS[code])) % shown for code in said]
    return "; ".join([*words, rule.note] if rule.note else words)
