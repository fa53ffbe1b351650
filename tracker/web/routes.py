"""Converters of ids in addresses, bounded to what the columns hold: a larger number is a 404."""

from __future__ import annotations

INT32 = 2**31 - 1
INT64 = 2**63 - 1

INFLUENCER = f"int(min=1, max={INT32}):influencer_id"
CAMPAIGN = f"int(min=1, max={INT32}):campaign_id"
LINK = f"int(min=1, max={INT32}):link_id"
COUPON = f"int(min=1, max={INT32}):coupon_id"
BATCH = f"int(min=1, max={INT32}):batch_id"
SHOP = f"int(min=1, max={INT32}):shop_id"
SHARE = f"int(min=1, max={INT32}):share_id"
USER = f"int(min=1, max={INT32}):account_id"
PRODUCT = f"int(min=1, max={INT32}):product_id"
ROW = f"int(min=1, max={INT32}):row_id"
ORDER = f"int(min=1, max={INT64}):order_id"
