"""Sentences of alerts: in both languages, with every figure filled, leading to pages."""

from __future__ import annotations

import re

import pytest

from tracker import i18n
from tracker.models.alert import MADE_KINDS, WATCHED_KINDS
from tracker.reports.alert_texts import SENTENCES, alert_path, alert_sentence

DAYS = {"from": "2026-11-15", "to": "2026-11-21"}
FIGURES = {
    "price_below_ours": {"title": "茶", "competitor": "Rival", "price_minor": 900,
                         "ours_minor": 1_000},
    "promotion_started": {"title": "茶", "competitor": "Rival", "promotion": "", "discount": 0.2},
    "out_of_stock": {"title": "", "competitor": "", "is_own": True},
    "follower_jump": {"name": "Li", "platform": "douyin", "followers": 1_200, "was": 1_000,
                      "influencer_id": 3},
    "post_deleted": {"name": "Li", "title": "<b>", "influencer_id": 3},
    "roi_below": {**DAYS, "dimension": "influencer", "id": 3, "name": "Li 50%", "roi": -0.2,
                  "limit": 0.0, "cost_minor": 10_000, "before_goods": False},
    "refund_above": {**DAYS, "dimension": "channel", "id": 4, "name": "paid_social", "rate": 0.3,
                     "limit": 0.2, "orders": 20.0, "refund_minor": 30_000},
    "spend_without_orders": {**DAYS, "dimension": "total", "id": 0, "name": "",
                             "cost_minor": 5_000},
    "code_spike": {**DAYS, "code": "LI10", "name": "Li", "influencer_id": 3, "orders": 12,
                   "usual": 1.5, "days": 7},
    "code_leak": {**DAYS, "code": "LI10", "name": "Li", "influencer_id": 3, "orders": 12,
                  "usual": 1.5, "days": 7, "share": 0.9, "before": 0.1, "since": "2026-11-20"},
    "price_drop": {"title": "茶", "competitor": "Rival", "days": 7, "price_minor": 800,
                   "was_minor": 1_000, "currency": "USD"},
    "crawl_stale": {"host": "shop.example", "url": "https://shop.example/1", "days": 4,
                    "status": "blocked"},
    "pacing_behind": {"name": "双11", "id": 5, "goal": "orders", "done": 0.3, "time": 0.5},
}  # fmt: skip


def test_every_kind_has_a_sentence_and_an_example_here():
    assert set(SENTENCES) == set(FIGURES) == {*MADE_KINDS, *WATCHED_KINDS, "code_leak"}


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
@pytest.mark.parametrize("kind", SENTENCES)
def test_a_sentence_has_no_empty_place_and_no_raw_word(kind, locale):
    asked = "code_spike" if kind == "code_leak" else kind
    text = alert_sentence(asked, FIGURES[kind], "CNY", locale)
    assert "%(" not in text
    assert not re.search(r"paid_social|net_revenue|blocked\b|None|nan", text)
    if locale == "zh_CN":
        assert re.search("[\u4e00-\u9fff]", text)


def test_the_figures_are_those_that_were_read():
    assert alert_sentence("roi_below", FIGURES["roi_below"], "CNY", "en") == (
        "Li 50%, Nov 15–Nov 21: ROI −20%, limit 0%, cost CN¥100.00"
    )
    assert alert_sentence("price_drop", FIGURES["price_drop"], "CNY", "en") == (
        "Rival sells 茶 at US$8.00, 20% below its highest price of 7 days (US$10.00)"
    ).replace("US$", i18n_symbol())


def i18n_symbol() -> str:
    from babel.numbers import get_currency_symbol

    return get_currency_symbol("USD", locale="en")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("roi_below", "/influencers/3?from=2026-11-15&to=2026-11-21"),
        ("refund_above", "/orders?from=2026-11-15&to=2026-11-21&channel=paid_social"),
        ("spend_without_orders", "/channels?from=2026-11-15&to=2026-11-21"),
        ("code_spike", "/influencers/3?from=2026-11-15&to=2026-11-21"),
        ("follower_jump", "/influencers/3"),
        ("price_drop", "/competitors/3"),
        ("crawl_stale", "/crawling/3"),
        ("pacing_behind", "/orders?campaign=3"),
    ],
)
def test_an_alert_leads_to_the_rows_behind_it(kind, path):
    assert alert_path(kind, 3, FIGURES[kind]) == path


def test_kinds_have_names_in_both_languages():
    for kind in (*MADE_KINDS, *WATCHED_KINDS):
        assert i18n.label("zh_CN", "alert_kind", kind) != i18n.label("en", "alert_kind", kind)
