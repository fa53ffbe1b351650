"""Languages: catalogues and the locale as an argument. In a request Flask-Babel chooses it.

English sentences are the message ids, so English needs no catalogue. The catalogues are text
(`translations/<locale>/LC_MESSAGES/messages.po`) and are compiled in memory at first use: nothing
binary is committed and a fresh clone needs no build step (docs/adr/0020).
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

from tracker import (
    labels_alerts,
    labels_campaigns,
    labels_imports,
    labels_products,
    labels_reports,
    labels_settlement,
    labels_watching,
    labels_workbench,
)

DEFAULT_LOCALE = "zh_CN"
LOCALES = {"zh_CN": "中文", "en": "English"}
"""Locale -> its name in its own language, in the order shown."""

FOLDER = Path(__file__).resolve().parent.parent / "translations"


def mark(message: str) -> str:
    """The message unchanged: marks text for extraction that is translated when it is shown."""
    return message


def known_locale(name: str | None) -> str:
    """The locale of ours that a name such as "zh-Hans", "zh_CN" or "en-GB" means.

    Chinese of any kind is zh_CN, anything else that is given is English; absent is the default.
    """
    if not name:
        return DEFAULT_LOCALE
    return "zh_CN" if name.replace("-", "_").lower().startswith("zh") else "en"


def catalogue_path(locale: str) -> Path:
    """The file with a locale's translations; English has none."""
    return FOLDER / locale / "LC_MESSAGES" / "messages.po"


@cache
def translations(locale: str) -> NullTranslations:
    """The catalogue of a locale of ours.

    Raises:
        OSError: the catalogue of a language that has one is not there.
    """
    if known_locale(locale) == "en":
        return NullTranslations()
    with open(catalogue_path(locale), "rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def gettext(locale: str, message: str, **values: Any) -> str:
    """A message in a language, with its `%(name)s` places filled."""
    text = str(translations(locale).ugettext(message))
    return text % values if values else text


def ngettext(locale: str, singular: str, plural: str, n: int, **values: Any) -> str:
    """A message that counts, in a language; `%(num)s` is the number."""
    text = str(translations(locale).ungettext(singular, plural, n))
    return text % {"num": n, **values}


_ROLE = {
    "owner": mark("Owner"), "marketer": mark("Marketer"), "analyst": mark("Analyst"),
    "finance": mark("Finance"), "agency": mark("Agency"), "admin": mark("Administrator"),
}  # fmt: skip
_PRESET = {
    "7d": mark("Last 7 days"), "30d": mark("Last 30 days"), "90d": mark("Last 90 days"),
    "this_month": mark("This month"), "last_month": mark("Last month"),
    "custom": mark("Own dates"),
}  # fmt: skip
_CUSTOMER = {
    "new": mark("New customer"), "returning": mark("Returning customer"),
    "unknown": mark("Unknown customer"),
}  # fmt: skip
_ORDER_STATUS = {
    "paid": mark("Payment received"), "unpaid": mark("Unpaid"),
    "cancelled": mark("Cancelled"),
}  # fmt: skip
_IMPORT_STATUS = {
    "uploaded": mark("Uploaded"), "queued": mark("Waiting"), "running": mark("Running"),
    "done": mark("Done"), "failed": mark("Failed"), "cancelled": mark("Cancelled"),
}  # fmt: skip
_OUTCOME = {
    "loaded": mark("New"), "updated": mark("Changed"), "unchanged": mark("Unchanged"),
    "ignored": mark("Left out"), "rejected": mark("Rejected"),
}  # fmt: skip

LABELS: dict[str, dict[str, str]] = {
    "channel": {
        "direct": mark("Direct"),
        "organic_search": mark("Organic search"),
        "paid_search": mark("Paid search"),
        "organic_social": mark("Organic social"),
        "paid_social": mark("Paid social"),
        "organic_video": mark("Organic video"),
        "paid_video": mark("Paid video"),
        "organic_shopping": mark("Organic shopping"),
        "paid_shopping": mark("Paid shopping"),
        "display": mark("Display ads"),
        "paid_other": mark("Other ads"),
        "email": mark("E-mail marketing"),
        "sms": mark("SMS"),
        "push": mark("Push message"),
        "affiliate": mark("Affiliate"),
        "audio": mark("Audio"),
        "ai_assistant": mark("AI assistant"),
        "referral": mark("Referral"),
        "cross_network": mark("Cross-network"),
        "internal": mark("Internal"),
        "kol": mark("Influencers"),
        "unassigned": mark("Unassigned"),
        "unattributed": mark("Unattributed"),
    },
    "kind": {
        "total": mark("All"),
        "natural": mark("Natural traffic"),
        "paid": mark("Paid promotion"),
        "kol": mark("Influencers (KOL)"),
        "unattributed": mark("Unattributed"),
    },
    "series": {
        "natural": mark("Natural"),
        "paid": mark("Paid"),
        "kol": mark("KOL"),
        "unattributed": mark("Unattributed"),
        "net": mark("Net revenue"),
        "cost": mark("Cost"),
        "before": mark("Compared period"),
    },
    "model": {
        "first": mark("First touch"),
        "last": mark("Last touch"),
        "last_non_direct": mark("Last non-direct"),
        "linear": mark("Linear"),
        "position_based": mark("Position-based"),
        "time_decay": mark("Time decay"),
        "markov": mark("Markov (channels)"),
        "markov_influencer": mark("Markov (influencers)"),
        "shapley": mark("Shapley (channels)"),
        "shapley_influencer": mark("Shapley (influencers)"),
    },
    "unit": {
        "channel": mark("By channel"),
        "influencer": mark("By influencer"),
    },
    "dimension": {
        "length": mark("Path length"),
        "delay": mark("Time to order"),
        "customer": mark("Customer"),
    },
    "bucket": {
        "6_to_10": mark("6 to 10"),
        "over_10": mark("More than 10"),
        "1h": mark("Within an hour"),
        "1d": mark("Within a day"),
        "3d": mark("1 to 3 days"),
        "7d": mark("3 to 7 days"),
        "14d": mark("7 to 14 days"),
        "30d": mark("14 to 30 days"),
        "longer": mark("More than 30 days"),
        "new": mark("New customer"),
        "returning": mark("Returning customer"),
        "unknown": mark("Unknown customer"),
    },
    "lift_kind": {"post": mark("Post"), "campaign": mark("Campaign")},
    "lift_reason": {
        "too_early": mark("Fewer than 3 of its days are over."),
        "too_long": mark("It runs for more than 60 days: no baseline reaches that far."),
        "short_baseline": mark("There are fewer than 42 usable days before it."),
        "sparse": mark("There are hardly any sales before it."),
        "promotion": mark("A promotion that no baseline has seen runs on its days."),
        "unavailable": mark("The statistics could not be run. Try again in a minute."),
    },
    "placebo": {
        "passed": mark("passed"),
        "failed": mark("not passed"),
        "unknown": mark("too few quiet days"),
    },
    "comparison": {
        "none": mark("Nothing"),
        "previous": mark("Previous period"),
        "last_year": mark("Same weekdays last year"),
        "festival": mark("Same festival last time"),
    },
    "preset": _PRESET,
    "basis": {
        "booked": mark("Refunds of the period"),
        "ordered": mark("Refunds of the period's orders"),
    },
    "evidence": {
        "link": mark("Tracked link"),
        "coupon": mark("Coupon code"),
        "affiliate": mark("Affiliate order"),
        "paid_click": mark("Ad click"),
        "tag": mark("UTM tag"),
        "referrer": mark("Referring site"),
        "direct": mark("Direct visit"),
        "none": mark("No signal"),
        "lock": mark("Lock or decision"),
        "kol": mark("Tracked link or KOL mark"),
    },
    "customer": _CUSTOMER,
    "role": _ROLE,
    "order_status": _ORDER_STATUS,
    "import_status": _IMPORT_STATUS,
    "platform": {
        "own": mark("Own shop"),
        "shopify": mark("Shopify"),
        "woocommerce": mark("WooCommerce"),
        "tmall": mark("Tmall"),
        "taobao": mark("Taobao"),
        "jd": mark("JD"),
        "douyin": mark("Douyin"),
        "xiaohongshu": mark("Xiaohongshu"),
        "wechat": mark("WeChat"),
        "pinduoduo": mark("Pinduoduo"),
        "kuaishou": mark("Kuaishou"),
        "youzan": mark("Youzan"),
        "amazon": mark("Amazon"),
        "etsy": mark("Etsy"),
        "tiktok": mark("TikTok"),
        "other": mark("Other"),
        "bilibili": mark("Bilibili"),
        "weibo": mark("Weibo"),
        "zhihu": mark("Zhihu"),
        "douban": mark("Douban"),
        "instagram": mark("Instagram"),
        "youtube": mark("YouTube"),
        "facebook": mark("Facebook"),
        "x": mark("X"),
    },
    "touch_kind": {
        "visit": mark("Visit"),
        "touch": mark("Contact from a file"),
        "click": mark("Click on a tracked link"),
        "order_mark": mark("Mark delivered with the order"),
        "coupon": mark("Coupon code used"),
        "affiliate": mark("Affiliate row"),
        "lock": mark("Customer lock"),
        "decision": mark("Decided by a person"),
        "none": mark("No touchpoint"),
    },
    "unqualified": {
        "merged": mark("Same contact as another touchpoint"),
        "other_owner": mark("A stronger signal gave the order to somebody else"),
        "older_ownership": mark("Another code on the order was given more recently"),
        "shop_wide_code": mark("Everybody has this code"),
        "code_without_owner": mark("Nobody owned the code when the order was placed"),
        "over_limit": mark("Older than the longest path that is kept"),
        "outside_window": mark("Outside of the attribution window"),
        "not_yet_known": mark("The visitor became known as this buyer only later"),
        "before_reset": mark("Before the previous order of this buyer"),
        "leaked_code": mark("The code had leaked by then"),
        "decided_otherwise": mark("A person gave the order to somebody else"),
        "self_purchase": mark("The buyer is the influencer or their agency: held"),
        "unknown_code": mark("This code is not registered; give it to somebody or ignore it"),
    },
    "verdict": {
        "linked": mark("counts"),
        "conflict": mark("another visitor has the order already"),
        "late": mark("more than 24 hours away from the order"),
        "wrong_token": mark("without the order's token"),
    },
    "claim": {
        "signed": mark("Delivered by the shop, signed"),
        "click": mark("Tracked link in the delivered address"),
        "beacon": mark("Our script on the thank-you page"),
        "file": mark("Named in a file"),
    },
    "conflict": {
        "coupons": mark("Codes of two influencers on one order: the newer owner has it."),
        "affiliates": mark("Two affiliates claim this order."),
        "self_purchase": mark("Signals are held: the buyer is the influencer or their agency."),
        "visitors": mark("Two visitors claim this order: the first one has it."),
    },
    "import_kind": labels_imports.KIND,
    **labels_imports.PLATFORM_FIGURES,
    "outcome": _OUTCOME,
    "amount": {
        "page_views": mark("Page views"),
        "gross": mark("Goods before discounts"),
        "paid": mark("Amount paid"),
        "refunded": mark("Refunded"),
        "amount": mark("Amount"),
        "cost": mark("Cost"),
        "fee": mark("Fixed fee"),
        "freight": mark("Freight"),
        "tax": mark("Tax"),
        "discount_shop": mark("Discount of the shop"),
        "discount_platform": mark("Discount of the platform"),
        "commission": mark("Commission"),
        "goods_given": mark("Goods given"),
        "platform_fee": mark("Platform fee"),
        "platform_gmv": mark("Platform GMV"),
        "commission_back": mark("Refunds of commission"),
        "conversion_value": mark("Conversion value"),
        "unit_cost": mark("Unit cost"),
        "line_amount": mark("Line amount"),
        "outstanding": mark("Outstanding"),
    },
    **labels_watching.LABELS,
    **labels_workbench.LABELS,
    **labels_products.LABELS,
    **labels_reports.LABELS,
    **labels_settlement.LABELS,
    **labels_alerts.LABELS,
    **labels_campaigns.LABELS,
    "festival": {
        "double11": mark("Double 11"),
        "double12": mark("Double 12"),
        "618": mark("618"),
        "spring_festival": mark("Spring Festival"),
        "38": mark("Women's Day"),
        "qixi": mark("Qixi"),
        "mid_autumn": mark("Mid-Autumn"),
        "national_day": mark("National Day"),
        "black_friday": mark("Black Friday"),
        "new_year": mark("New Year"),
    },
}
"""Words of ours for codes that are stored: group -> code -> message id."""


def label(locale: str, group: str, code: str) -> str:
    """The word for a stored code in a language; a code without one is shown as it is."""
    message = LABELS[group].get(code)
    return code if message is None else gettext(locale, message)
