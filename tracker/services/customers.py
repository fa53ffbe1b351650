"""Buyers: known by a keyed hash only (SEMANTICS 2.4). Names, phones and addresses are not kept."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.db import insert_new
from tracker.domain.records import Buyer
from tracker.models import Customer, Shop
from tracker.services.bulk import among, table_of

MARKETPLACES = {
    "tmall": "taobao", "taobao": "taobao", "jd": "jd", "douyin": "douyin", "wechat": "wechat",
    "xiaohongshu": "xiaohongshu", "pinduoduo": "pinduoduo", "kuaishou": "kuaishou",
    "amazon": "amazon", "etsy": "etsy", "tiktok": "tiktok",
}  # fmt: skip
"""Platforms whose buyer ids mean the same person in each of their shops."""

_MAINLAND = re.compile(r"(?:00)?86(1\d{10})")


def buyer_scope(shop: Shop) -> str:
    """Within what a platform's buyer id is unique: its marketplace, else the shop itself."""
    return scope_of(shop.platform, shop.id)


def scope_of(platform: str, shop_id: int) -> str:
    """`buyer_scope` of a shop of which only this is known."""
    return MARKETPLACES.get(platform, f"shop-{shop_id}")


def customer_key(secret: bytes, buyer: Buyer, scope: str) -> str | None:
    """HMAC-SHA256 (hexadecimal) of the first of platform buyer id, phone and e-mail that is there.

    Masked values ("138****1234") identify nobody and count as absent. A buyer who was hashed at the
    door has the key already. None: nothing to hash.
    """
    if buyer.key:
        return buyer.key
    told = _told(buyer, scope)
    if told is None:
        return None
    return hmac.new(secret, told.encode(), hashlib.sha256).hexdigest()


def _told(buyer: Buyer, scope: str) -> str | None:
    if platform_id := _clean(buyer.platform_id):
        return f"id:{scope}:{platform_id}"
    if phone := _phone(buyer.phone):
        return f"phone:{phone}"
    email = _clean(buyer.email).casefold()
    return f"email:{email}" if "@" in email else None


def _clean(value: str) -> str:
    if not value:
        return ""
    cleaned = value if value.isascii() else unicodedata.normalize("NFKC", value)
    return "" if "*" in cleaned else cleaned.strip()


def _phone(value: str) -> str:
    """Digits only; a mainland number loses its country code, so that both spellings are one."""
    cleaned = _clean(value)
    digits = "".join(c for c in cleaned if c in "0123456789")
    if len(digits) < 6 or not digits.strip("0"):
        return ""
    mainland = _MAINLAND.fullmatch(digits)
    return mainland.group(1) if mainland else digits


def customer_ids(session: Session, workspace_id: int, keys: Iterable[str]) -> dict[str, int]:
    """Row ids of customer keys; rows are made for those not seen before. Three statements."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = [{"workspace_id": workspace_id, "customer_key": key} for key in wanted]
    insert_new(session, table_of(Customer), rows, key=["workspace_id", "customer_key"])
    found = session.execute(
        select(Customer.customer_key, Customer.id).where(
            Customer.workspace_id == workspace_id, among(session, Customer.customer_key, wanted)
        )
    )
    return dict(found.all())
