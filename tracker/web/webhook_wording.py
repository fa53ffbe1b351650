"""What pages say about webhooks: outcomes, reasons, findings."""

from __future__ import annotations

from flask_babel import gettext

from tracker.domain.deliveries import Trouble
from tracker.i18n import mark
from tracker.models import Delivery
from tracker.services.webhook_checks import WebhookFinding
from tracker.web import filters, wording

OUTCOMES: dict[str, str] = {
    "loaded": mark("new"),
    "updated": mark("updated"),
    "unchanged": mark("known already"),
    "older": mark("older than what is known"),
    "ignored": mark("not needed"),
    "waiting": mark("waits"),
    "rejected": mark("rejected"),
    "refused": mark("refused"),
}

TROUBLES: dict[str, str] = {
    Trouble.TOPIC_UNKNOWN: mark("a topic that says nothing about orders"),
    Trouble.TEST_ORDER: mark("a test order: it arrived well, and is no money"),
    Trouble.NO_MONEY: mark("goods came back without money"),
    Trouble.ORDER_DELETED: mark("deleting an order gives no money back"),
    Trouble.BAD_SIGNATURE: mark("signed with another secret"),
    Trouble.NO_SIGNATURE: mark("not signed"),
    Trouble.NO_SECRET: mark("this shop has no secret"),
    Trouble.ORDER_UNKNOWN: mark("its order has not come yet"),
    Trouble.STORE_FAILED: mark("it could not be stored; see the log of the loader"),
    Trouble.NOT_AN_ORDER: mark("this is no order"),
    Trouble.CURRENCIES_DISAGREE: mark("amounts in several currencies"),
}

FINDINGS: dict[str, str] = {
    "no_secret": mark("No secret is set, so every webhook is refused. Set one below."),
    "secret_lost": mark(
        "The secret cannot be read, because the secret key of this installation was changed. "
        "Set it again below."
    ),
    "address_local": mark(
        "Shops reach this installation at %(address)s, which is not https on the open internet. "
        "Set TRACKER_PUBLIC_URL to the public address."
    ),
    "nothing_came": mark("Nothing has come yet. Paste the address into the shop's settings."),
    "signature_wrong": mark(
        "The last webhook (%(at)s) was signed with another secret. Compare the secret in the shop "
        "with the one here, and set it again."
    ),
    "unsigned": mark(
        "The last webhook (%(at)s) was not signed. Give the webhook a secret in the shop."
    ),
    "silent": mark(
        "Nothing has come since %(at)s. Platforms remove webhooks that failed: look whether it is "
        "still there and active."
    ),
    "topics_missing": mark(
        "Never came: %(topics)s. Add a webhook for it with the same address and secret."
    ),
    "rates_missing": mark(
        "Waiting for an exchange rate of their day: %(n)s. Import rates (fx_rates); they are then "
        "loaded by themselves."
    ),
    "orders_missing": mark(
        "Refunds waiting for their orders: %(n)s. An older order comes when anything of it is "
        "changed in the shop; the topic orders/updated delivers it."
    ),
    "store_failed": mark(
        "Could not be stored and are tried again: %(n)s. The log of the loader says why."
    ),
    "rejected": mark("Rejected within a day: %(n)s, most of them because: %(reason)s."),
    "all_well": mark("Everything works."),
}
"""Code of a WebhookFinding -> sentence."""


def outcome(code: str) -> str:
    """What came of a delivery."""
    return str(gettext(OUTCOMES[code]))


def reason(code: str) -> str:
    """Why it was not simply loaded."""
    if code in TROUBLES:
        return str(gettext(TROUBLES[code]))
    return wording.reason(code)


def why(delivery: Delivery) -> str:
    """Reason and detail of a delivery; "": there is none."""
    if not delivery.reason:
        return ""
    told = reason(delivery.reason)
    return f"{told}: {delivery.detail}" if delivery.detail else told


def finding(found: WebhookFinding) -> str:
    """A finding as a sentence."""
    shown = {
        name: filters.instant(value) if name == "at"
        else reason(value) if name == "reason"
        else filters.count(value) if isinstance(value, int)
        else str(value)
        for name, value in found.figures.items()
    }  # fmt: skip
    return str(gettext(FINDINGS[found.code])) % shown
