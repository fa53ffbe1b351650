"""The pages for webhooks and API keys: addresses to paste, secrets shown once, what is wrong."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.web.conftest import HOSTILE, form_token
from tracker.models import ApiKey, AuditEntry, Delivery, Shop, WebhookSecret, Workspace
from tracker.services import api_keys, webhooks
from tracker.services.sealing import unseal
from tracker.web.webhook_wording import FINDINGS

SECRET = "the-secret-of-the-shop-0123"


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def deliver(database, shop_id, minutes_ago=1, **changes):
    with database.write() as session:
        at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
        row = {
            "key": f"{shop_id}-{minutes_ago}-{changes}", "shop_id": shop_id, "received_at": at,
            "source": "shopify", "topic": "orders/updated", "order_ref": "#1", "outcome": "loaded",
            "loaded_at": at, **changes,
        }  # fmt: skip
        session.add(Delivery(**row))


def secret_of(database, settings, shop_id):
    with database.read() as session:
        rows = webhooks.valid_secrets(session, session.get_one(Shop, shop_id), datetime.now(UTC))
        return [unseal(settings.signing_key, row.sealed) for row in rows]


def test_the_page_shows_the_address_to_paste_and_that_no_secret_is_set(client, world, database):
    with database.read() as session:
        key = session.get_one(Shop, world.shop).site_key
    page = html.unescape(client.get(f"/settings/webhooks/{world.shop}").text)
    assert f"http://127.0.0.1:8620/webhooks/shopify/{key}" in page
    assert f"http://127.0.0.1:8620/webhooks/woocommerce/{key}" in page
    assert "No secret is set" in page
    assert "not https on the open internet" in page


def test_a_secret_that_was_pasted_counts_and_is_never_shown(client, world, database, settings):
    answer = post(
        client, f"/settings/webhooks/{world.shop}", secret=SECRET, overlap="24", action="set"
    )
    assert answer.status_code == 302
    assert secret_of(database, settings, world.shop) == [SECRET]
    page = client.get(f"/settings/webhooks/{world.shop}").text
    assert SECRET not in page
    assert "…0123" in page
    with database.read() as session:
        entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "webhook.secret_set"))
        assert SECRET not in str(entry.detail)


def test_a_secret_that_we_make_is_shown_once(client, world, database, settings):
    answer = post(client, f"/settings/webhooks/{world.shop}", secret="", overlap="24", action="set")
    (made,) = secret_of(database, settings, world.shop)
    assert made in answer.text
    assert made not in client.get(f"/settings/webhooks/{world.shop}").text


def test_a_secret_is_replaced_with_an_overlap_that_can_be_cut_short(
    client, world, database, settings
):
    url = f"/settings/webhooks/{world.shop}"
    post(client, url, secret=SECRET, overlap="24", action="set")
    post(client, url, secret=SECRET + "-new", overlap="1", action="set")
    assert secret_of(database, settings, world.shop) == [SECRET + "-new", SECRET]
    post(client, url, action="end_old")
    assert secret_of(database, settings, world.shop) == [SECRET + "-new"]
    post(client, url, action="remove")
    assert secret_of(database, settings, world.shop) == []
    assert post(client, url, action="nonsense").status_code == 400


@pytest.mark.parametrize(
    ("data", "says"),
    [({"secret": "short", "overlap": "24"}, "at least 16 characters"),
     ({"secret": SECRET, "overlap": "99"}, "Not a valid choice")],
)  # fmt: skip
def test_a_secret_that_cannot_be_one_is_refused_beside_its_field(client, world, data, says):
    answer = post(client, f"/settings/webhooks/{world.shop}", action="set", **data)
    assert answer.status_code == 400
    assert says in answer.text


def test_what_has_come_is_listed_and_inert(client, world, database):
    deliver(database, world.shop, topic=HOSTILE, order_ref=HOSTILE, outcome="rejected",
            reason="not_a_number", detail=HOSTILE)  # fmt: skip
    page = client.get(f"/settings/webhooks/{world.shop}").text
    assert "<script>alert" not in page
    assert HOSTILE in html.unescape(page)
    assert "rejected" in page
    overview = client.get("/settings/webhooks").text
    assert "not set up" in overview


def test_a_shop_of_another_workspace_or_of_a_marketplace_has_no_webhooks(client, world, database):
    assert client.get(f"/settings/webhooks/{world.foreign_shop}").status_code == 404
    with database.write() as session:
        session.get_one(Shop, world.shop).platform = "tmall"
    assert client.get(f"/settings/webhooks/{world.shop}").status_code == 404


def test_a_marketer_sees_the_state_and_changes_nothing(client_of, world):
    client = client_of("marketer")
    page = client.get(f"/settings/webhooks/{world.shop}").text
    assert 'name="secret"' not in page
    assert post(client, f"/settings/webhooks/{world.shop}", secret=SECRET).status_code == 403
    assert client.get("/settings/api-keys").status_code == 403


@pytest.mark.parametrize("locale", ["en", "zh_CN"])
def test_every_finding_is_a_sentence(client_of, world, database, locale):
    client = client_of("owner", locale)
    post(client, f"/settings/webhooks/{world.shop}", secret=SECRET, overlap="24", action="set")
    deliver(database, world.shop, 3, outcome="waiting", reason="no_exchange_rate")
    deliver(database, world.shop, 2, outcome="rejected", reason="not_an_order", detail="line_items")
    deliver(database, world.shop, 1, outcome="refused", reason="bad_signature", topic="")
    page = client.get(f"/settings/webhooks/{world.shop}")
    assert page.status_code == 200
    assert page.text.count('class="notice') >= 4
    assert not re.search(r"%\((\w+)\)s", page.text)
    assert len(FINDINGS) == 13


# --- API keys -------------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_works_until_it_is_revoked(client, world, database):
    answer = post(client, "/settings/api-keys", name=HOSTILE, shop_id=str(world.shop))
    assert answer.status_code == 200
    key = re.search(r"trk_[0-9a-f]{8}_[\w-]{43}", answer.text).group()
    with database.read() as session:
        row = api_keys.find_key(session, key)
        assert (row.shop_id, row.workspace_id, row.scope) == (
            world.shop, world.workspace, "orders:write",
        )  # fmt: skip
    page = client.get("/settings/api-keys").text
    assert key not in page
    assert row.prefix in page
    assert "<script>alert" not in page
    assert post(client, f"/settings/api-keys/{row.id}/revoked").status_code == 302
    with database.read() as session:
        assert api_keys.find_key(session, key) is None
    assert "revoked" in client.get("/settings/api-keys").text


def test_a_key_with_a_signing_secret_shows_both_once(client, world, database, settings):
    answer = post(client, "/settings/api-keys", name="ERP", shop_id="0", must_sign="y")
    with database.read() as session:
        row = session.scalar(select(ApiKey))
    secret = unseal(settings.signing_key, row.sealed_signing_secret)
    assert secret in answer.text
    assert secret not in client.get("/settings/api-keys").text


def test_a_key_for_a_foreign_shop_is_refused(client, world, database):
    data = {"name": "ERP", "shop_id": str(world.foreign_shop)}
    assert post(client, "/settings/api-keys", **data).status_code == 400
    with database.read() as session:
        assert session.scalars(select(ApiKey)).all() == []


def test_a_key_of_another_workspace_cannot_be_revoked(client, world, database, settings):
    with database.write() as session:
        foreign = session.get_one(Shop, world.foreign_shop).workspace_id
        made = api_keys.create_key(
            session, session.get_one(Workspace, foreign), name="theirs",
            now=datetime.now(UTC), signing_key=settings.signing_key,
        )  # fmt: skip
    assert post(client, f"/settings/api-keys/{made.row.id}/revoked").status_code == 404
    with database.read() as session:
        assert api_keys.find_key(session, made.key) is not None
        assert session.scalars(select(WebhookSecret)).all() == []
