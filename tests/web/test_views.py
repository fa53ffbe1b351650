"""Saved views: kept with all that is in the address, own or shared, and where a day begins."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.conftest import PASSWORD, World, form_token, token_in
from tracker.db import Database
from tracker.models import SavedView, StartPage
from tracker.services import saved_views
from tracker.services.errors import RefusedError
from tracker.web.view_links import is_report

sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ADDRESS = "/influencers?period=90d&compare=none&model=linear&sort=-roas&q=script&cols=orders,cost"


def post(client: FlaskClient, url: str, **data: object) -> Any:
    return client.post(url, data={"csrf_token": form_token(client), **data})


def kept(client: FlaskClient, page_url: str, name: str, **data: object) -> str:
    """Keep a page through its own form; the address that was kept."""
    page = html.unescape(client.get(page_url).text)
    found = re.search(r'name="address" value="([^"]+)"', page)
    assert found is not None
    answer = post(client, "/views", address=found.group(1), name=name, **data)
    assert answer.status_code == 302, answer.text
    return found.group(1)


def views(database: Database) -> dict[str, SavedView]:
    with database.read() as session:
        return {view.name: view for view in session.scalars(select(SavedView))}


def test_a_view_opens_the_report_as_it_was(client: FlaskClient, world: World, database: Database):
    address = kept(client, f"{ADDRESS}&page=3", "Nineties")
    assert address == ADDRESS  # but on its first page
    page = html.unescape(client.get("/channels").text)
    assert f'<a href="{ADDRESS}">Nineties' in page
    opened = client.get(ADDRESS).text
    assert "<summary>Nineties</summary>" in opened
    headings = re.findall(r"<th scope=\"col\"[^>]*><a[^>]*>([^<]+)", opened)
    assert headings == ["Influencer", "Orders", "Cost"]


def test_a_view_is_replaced_renamed_and_forgotten(
    client: FlaskClient, world: World, database: Database
):
    kept(client, "/channels?kind=paid", "Ads")
    view = views(database)["Ads"]
    kept(client, "/channels?kind=kol", "", replaces=view.id)
    assert views(database)["Ads"].address == "/channels?kind=kol"
    post(client, f"/views/{view.id}", action="rename", name="  KOL \n channels ")
    assert list(views(database)) == ["KOL channels"]
    post(client, f"/views/{view.id}", action="delete")
    assert views(database) == {}


def test_a_name_is_needed_once(client: FlaskClient, world: World, database: Database):
    kept(client, "/channels", "Mine")
    for name, told in (
        ("Mine", "You have a view"),
        ("  ", "Give it a name"),
        ("x" * 81, "at most"),
    ):
        answer = post(client, "/views", address="/orders", name=name)
        assert answer.status_code == 400
        assert told in answer.text
        assert 'name="address" value="/orders"' in answer.text  # what was wanted is not lost
    assert len(views(database)) == 1


@sqlite_only
def test_others_see_shared_views_and_change_none(client_of: Any, world: World, database: Database):
    mine, other = client_of("marketer"), client_of("analyst")
    kept(mine, "/channels?kind=paid", "Secret")
    kept(mine, "/channels?kind=kol", "Shared", is_shared="1")
    page = other.get("/views").text
    assert "Shared" in page
    assert "Secret" not in page
    found = views(database)
    for name in ("Shared", "Secret"):
        assert post(other, f"/views/{found[name].id}", action="rename", name="x").status_code == 404
    assert post(other, f"/views/{found['Shared'].id}", action="delete").status_code == 403
    assert post(other, f"/views/{found['Secret'].id}", action="start").status_code == 404
    assert len(views(database)) == 2
    assert (
        post(client_of("owner"), f"/views/{found['Shared'].id}", action="delete").status_code == 302
    )


@sqlite_only
def test_views_of_another_workspace_are_not_there(client_of: Any, world: World, database: Database):
    with database.write() as session:
        from tracker.models import User

        client = client_of("owner", "en", [world.workspace])
        user_id = session.scalars(select(User.id)).first()
    with database.write() as session:
        view = saved_views.save_view(
            session, workspace_id=world.foreign_workspace, user_id=user_id or 0, name="Foreign",
            address="/", is_shared=True,
        )  # fmt: skip
        view_id = view.id
    assert "Foreign" not in client.get("/views").text
    assert post(client, f"/views/{view_id}", action="delete").status_code == 404


def test_the_day_begins_where_one_chose(
    client: FlaskClient, anonymous: FlaskClient, world: World, database: Database
):
    address = kept(client, "/channels?kind=kol", "Morning")
    view = views(database)["Morning"]
    assert client.get("/views/start").location == "/"
    post(client, f"/views/{view.id}", action="start")
    assert client.get("/views/start").location == address
    typed = {"Sec-Fetch-Site": "none"}
    assert client.get("/", headers=typed).location == address
    assert client.get("/").status_code == 200  # the menu still leads to the overview
    assert client.get("/?period=7d", headers=typed).status_code == 200
    token = token_in(anonymous.get("/sign-in").text)
    form = {"email": "admin-en@example.com", "password": PASSWORD, "csrf_token": token}
    assert anonymous.post("/sign-in", data=form).location == "/views/start"
    post(client, f"/views/{view.id}", action="overview")
    assert client.get("/", headers=typed).status_code == 200


def test_what_is_not_shared_any_more_is_nobodys_start(
    client_of: Any, world: World, database: Database
):
    mine, other = client_of("marketer"), client_of("analyst")
    kept(mine, "/orders", "Ours", is_shared="1")
    view = views(database)["Ours"]
    for client in (mine, other):
        post(client, f"/views/{view.id}", action="start")
    post(mine, f"/views/{view.id}", action="unshare")
    with database.read() as session:
        assert session.scalars(select(StartPage.user_id)).all() == [view.user_id]


@pytest.mark.parametrize(
    ("address", "is_one"),
    [
        ("/", True), ("/channels?kind=paid", True), ("/influencers/7?period=7d", True),
        ("/changes?of=roi", True), ("//evil.example/", False), ("https://evil.example/", False),
        ("/\\evil.example", False), ("/channels#x", False), ("/channels /x", False),
        ("javascript:alert(1)", False), ("/settings", False), ("/influencers/export.csv", False),
        ("/charts/overview.svg", False), ("/nowhere", False), ("/imports", False), ("", False),
        ("/views/start", False), ("/channels?q=" + "x" * 2_000, False),
    ],
)  # fmt: skip
@sqlite_only
def test_only_reports_of_this_site_are_kept(app: Any, address: str, is_one: bool):
    with app.test_request_context():
        assert is_report(address) is is_one


@sqlite_only
def test_an_address_elsewhere_is_refused(client: FlaskClient, world: World, database: Database):
    assert post(client, "/views", name="x", address="//evil.example").status_code == 400
    assert views(database) == {}


def test_nobody_keeps_views_without_end(world: World, database: Database, monkeypatch: Any):
    from tracker.models import User

    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)
    with database.write() as session:
        from tests import factories
        from tests.web.conftest import PASSWORD_HASH

        user = User(email="a@b.c", password_hash=PASSWORD_HASH, created_at=factories.NOON)
        session.add(user)
        session.flush()
        given = {"workspace_id": world.workspace, "user_id": user.id, "address": "/"}
        saved_views.save_view(session, name="1", **given)
        with pytest.raises(RefusedError, match="too_many_views"):
            saved_views.save_view(session, name="2", **given)
