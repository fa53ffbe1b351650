"""Words for alerts, messages and scheduled reports; `i18n.LABELS` has them all."""

from __future__ import annotations


def mark(message: str) -> str:
    """As `i18n.mark`, which reads this file."""
    return message


LABELS: dict[str, dict[str, str]] = {
    "alert_kind": {
        "roi_below": mark("ROI below"),
        "refund_above": mark("Refund rate above"),
        "code_spike": mark("Spike of a code"),
        "spend_without_orders": mark("Cost without orders"),
        "price_drop": mark("A competitor’s price fell"),
        "crawl_stale": mark("A watched page is not read"),
        "pacing_behind": mark("A campaign is behind its target"),
        "price_below_ours": mark("A competitor sells below our price"),
        "promotion_started": mark("A competitor’s promotion"),
        "out_of_stock": mark("A watched listing is sold out"),
        "follower_jump": mark("Followers of an account moved by a tenth"),
        "post_deleted": mark("A post is gone"),
    },
    "alert_state": {
        "unknown": mark("not known"),
        "ok": mark("fine"),
        "triggered": mark("alert"),
    },
    "rule_dimension": {
        "total": mark("Everything together"),
        "channel": mark("Each channel"),
        "campaign": mark("Each campaign"),
        "influencer": mark("Each influencer"),
    },
    "pace_goal": {
        "net_revenue": mark("net revenue"),
        "orders": mark("orders"),
    },
    "service": {
        "mail": mark("E-mail"),
        "wecom": mark("WeCom"),
        "dingtalk": mark("DingTalk"),
        "feishu": mark("Feishu"),
        "slack": mark("Slack"),
    },
    "message_kind": {
        "alert": mark("Alert"),
        "test": mark("Test"),
        "report": mark("Report"),
    },
    "message_state": {
        "waiting": mark("waiting"),
        "sent": mark("sent"),
        "failed": mark("given up"),
    },
    "message_error": {
        "destination_gone": mark("the destination was deleted"),
        "sealed_lost": mark("its key was sealed by another installation: enter it again"),
        "no_mail_server": mark("there is no mail server"),
        "too_large": mark("the files are too large"),
        "unreachable": mark("the server cannot be reached"),
        "forbidden_address": mark("the server is in a private network"),
        "timeout": mark("the server took too long"),
        "refused": mark("the service refused it"),
        "partly_refused": mark("some of the addresses were refused, the others have it"),
        "sign_in_refused": mark("the mail server refused the user name or password"),
        "bad_certificate": mark("the server’s certificate is not valid"),
        "interrupted": mark("the sender was stopped"),
        "file_gone": mark("a file of it is gone"),
    },
    "run_error": {
        "share_ended": mark("the share has ended"),
        "table_gone": mark("there is no such table any more"),
        "too_many_rows": mark("more rows than a workbook holds: choose CSV"),
        "failed": mark("it could not be made: see the log"),
    },
    "run_state": {
        "waiting": mark("being made"),
        "done": mark("made"),
        "failed": mark("failed"),
    },
    "every": {
        "day": mark("every day"),
        "week": mark("every week"),
        "month": mark("every month"),
    },
    "weekday": {
        "0": mark("Monday"),
        "1": mark("Tuesday"),
        "2": mark("Wednesday"),
        "3": mark("Thursday"),
        "4": mark("Friday"),
        "5": mark("Saturday"),
        "6": mark("Sunday"),
    },
    "report_content": {
        "report": mark("Whole report"),
        "table": mark("A table"),
        "share": mark("A share (for an agency)"),
    },
}
"""Group -> code -> message id."""
