"""The bar of controls: everything in the address, and every control keeps the others."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import factories
from tests.web.conftest import World
from tracker.web.bar import get_state, make_bar, state_url
from tracker.web.context import show_workspaces

ADDRESS = "/influencers?from=2026-11-01&to=2026-11-10&model=linear&compare=none&sort=-roas&q=li"


@pytest.fixture
def request_context(app, world: World):
    with app.test_request_context(ADDRESS):
        show_workspaces(None)
        yield


def args_of(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


def test_an_address_keeps_everything_but_what_is_changed(request_context):
    changed = args_of(state_url(model="first"))
    assert changed == {
        "from": "2026-11-01", "to": "2026-11-10", "model": "first", "compare": "none",
        "sort": "-roas", "q": "li",
    }  # fmt: skip


def test_steps_move_by_the_length_of_the_period(request_context):
    bar = make_bar(get_state())
    assert args_of(bar.earlier_url)["from"] == "2026-10-22"
    assert args_of(bar.later_url)["from"] == "2026-11-11"
    assert args_of(bar.later_url)["to"] == "2026-11-20"


def test_presets_drop_the_dates_and_keep_the_rest(request_context):
    by_name = {choice.value: choice for choice in make_bar(get_state()).presets}
    week = args_of(by_name["7d"].url)
    assert week["period"] == "7d"
    assert "from" not in week
    assert week["model"] == "linear"


def test_forms_of_the_bar_carry_what_they_do_not_set(client, world):
    page = html.unescape(client.get(ADDRESS).text)
    controls = page.split('<form method="get" id="controls">')[1].split("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', controls))
    assert hidden == {"sort": "-roas", "q": "li", "from": "2026-11-01", "to": "2026-11-10"}
    assert re.search(r'<option value="linear" selected>', controls)


def test_a_filter_in_force_is_a_chip_that_can_be_taken_away(client, world):
    page = html.unescape(client.get("/orders?kind=kol&channel=kol&model=first").text)
    chips = re.findall(r'<a class="ctl chip" href="([^"]+)"', page)
    assert [sorted(args_of(url)) for url in chips] == [["channel", "model"], ["kind", "model"]]


def test_one_shop_needs_no_choice_and_several_have_one(client_of, database):
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory()
        factories.ShopFactory(workspace=workspace, name="Only one")
    client = client_of("owner")
    assert 'name="shop"' not in client.get("/").text
    with database.write() as session, factories.using(session):
        shop = factories.ShopFactory(workspace=workspace, name="Second")
    page = client.get(f"/?shop={shop.id}").text
    assert f'<option value="{shop.id}" selected>Second</option>' in page
