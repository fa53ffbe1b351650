"""What the pages of an import tell beside its rows."""

from __future__ import annotations

from tests.imports.test_notices import ITEMS, JINGXUAN, PLANS
from tests.web.conftest import form_token
from tests.web.test_imports import upload
from tracker.imports import run


def start(client, world, database, settings, text):
    shown = upload(client, world.shop, text).location
    preview = client.get(shown).text
    data = {"csrf_token": form_token(client), "shop": world.shop, "preset": "", "action": "start"}
    client.post(f"{shown}/start", data=data)
    batch_id = int(shown.rsplit("/", 1)[1])
    run.import_batch(database, batch_id, settings.uploads_dir, settings.customer_key_secret)
    return preview, client.get(shown).text


def test_new_people_are_named_before_and_after(client, world, database, settings):
    text = JINGXUAN.replace("甲", "<i>甲").replace("dy1", "dy9")
    preview, done = start(client, world, database, settings, text)
    for page in (preview, done):
        assert "New influencers, found in this file:" in page
        assert "&lt;i&gt;甲" in page
    page = client.get("/influencers").text
    assert "found in a file" in page
    again, _ = start(client, world, database, settings, text)
    assert "New influencers" not in again


def test_spend_of_another_level_is_told_before_and_after(client, world, database, settings):
    start(client, world, database, settings, PLANS)
    for page in start(client, world, database, settings, ITEMS):
        assert "one level counts, the others are kept:" in page
        assert "万相台 2026-08-01 – 2026-08-02" in page
