"""Notes that apps leave on an order: lines of `name: value`, UTM values among them.

Shopify's "Note Attributes" in files and deliveries, meta data of WooCommerce.
"""

from __future__ import annotations

from urllib.parse import urlencode

_URLS = ("landing_site", "landing_url", "landing_page", "full_url", "landing page")
_REFERRERS = ("referring_site", "referrer", "referer", "http_referer")
_MARKS = (
    "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "utm_id", "kol", "ref",
    "gclid", "fbclid", "ttclid", "msclkid",
)  # fmt: skip


def landing_in_notes(text: str) -> tuple[str, str]:
    """Landing address and referrer that notes tell; "" for what they do not.

    Single marks without an address become one: `/?utm_source=…`.
    """
    notes: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and value.strip():
            notes.setdefault(name.strip().casefold(), value.strip()[:4000])
    referrer = next((notes[name] for name in _REFERRERS if name in notes), "")
    url = next((notes[name] for name in _URLS if name in notes), "")
    if url:
        return url, referrer
    marks = {name: notes[name] for name in _MARKS if name in notes}
    return (f"/?{urlencode(marks)}" if marks else ""), referrer
