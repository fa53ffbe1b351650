"""Keys of platforms: kept, replaced, deleted, and shown to nobody."""

from __future__ import annotations

from tests.web.conftest import form_token
from tests.web.test_pages import inspect
from tracker.services.connector_keys import key_opener

TOKEN = "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0SECRET9"


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def keys(database, settings, workspace, source):
    with database.read() as session:
        return key_opener(settings.signing_key)(session, workspace, source)


def test_a_key_is_kept_and_comes_back_on_no_page(client, world, database, settings):
    answer = post(client, "/settings/sources/x", token=TOKEN)
    assert answer.status_code == 302
    assert keys(database, settings, world.workspace, "x") == {"token": TOKEN}
    assert keys(database, settings, world.foreign_workspace, "x") == {}
    page = client.get("/settings/sources").text
    assert TOKEN not in page
    assert "…RET9" in page
    post(client, "/settings/sources/x/delete")
    assert keys(database, settings, world.workspace, "x") == {}


def test_a_key_with_a_blank_is_refused_beside_its_field_and_not_shown_again(client, world):
    answer = post(client, "/settings/sources/twitch", client_id="abc", client_secret="a secret")
    assert answer.status_code == 400
    assert "This is no key" in answer.text
    assert "a secret" not in answer.text


def test_only_sources_that_need_a_key_take_one_and_why_one_is_off_is_said(client, world):
    for source in ("page", "bilibili", "nothing"):
        assert post(client, f"/settings/sources/{source}", token=TOKEN).status_code == 404
    assert "Bilibili has objected" in client.get("/settings/sources").text


def test_a_marketer_sees_sources_and_changes_no_key(client_of, world):
    client = client_of("marketer")
    page = client.get("/settings/sources").text
    assert 'type="password"' not in page
    assert post(client, "/settings/sources/x", token=TOKEN).status_code == 403


def test_the_page_is_in_both_languages(client_of, world):
    for locale, text in (("zh_CN", "平台密钥"), ("en", "Keys of platforms")):
        page = client_of("owner", locale).get("/settings/sources").text
        assert text in page
        assert inspect(page).problems == []
