"""Who reaches what: every route with every role, generated from the routes themselves."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.web.conftest import World, form_token
from tracker.models.user import ROLES
from tracker.web import guard
from tracker.web.permissions import ENDPOINTS, ROLE_PERMISSIONS, Permission, may


def address(app: Flask, rule: Rule, world: World) -> str:
    """An address of a rule with ids that exist, of this workspace."""
    known = {
        "influencer_id": world.influencer,
        "order_id": world.order,
        "coupon_id": world.coupon,
        "link_id": world.link,
        "campaign_id": world.campaign,
        "shop_id": world.shop,
        "account_id": 999,
        "share_id": 1,
        "token": "none",
        "batch_id": 1,
        "row_id": 1,
        "product_id": world.product,
        "source": "youtube_api",
        "suffix": "csv",
        "table": "codes",
        "journey_table": "roles",
        "digest": "0",
        "action": "pause",
        "answer": "accept",
        "rule_id": 1,
        "run_id": 1,
        "place": 0,
    }
    # charts are called by what they show, saved pages by a name that nobody guesses
    known["name"] = "overview" if rule.endpoint.startswith("charts.") else "0" * 40
    with app.test_request_context():
        return app.url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})


def rules(app: Flask) -> list[tuple[Rule, str]]:
    found = []
    for rule in app.url_map.iter_rules():
        found += [(rule, method) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def test_every_route_has_exactly_one_declared_permission(app):
    guard.check_table(app)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ENDPOINTS)


def test_start_fails_on_a_route_without_permission(app):
    app.url_map.add(Rule("/forgotten", endpoint="forgotten.page"))
    with pytest.raises(guard.UndeclaredRouteError, match=r"forgotten\.page"):
        guard.check_table(app)


def test_start_fails_on_a_permission_without_route(app, monkeypatch):
    monkeypatch.setitem(ENDPOINTS, "gone.page", Permission.report)
    with pytest.raises(guard.UndeclaredRouteError, match=r"gone\.page"):
        guard.check_table(app)


def test_a_route_added_after_the_start_is_refused(app, client):
    app._got_first_request = False
    app.add_url_rule("/late", "late.page", lambda: "secret")
    assert client.get("/late").status_code == 403


def test_nobody_gets_in_without_signing_in(app, anonymous, world):
    token = _token_of_sign_in(anonymous)
    for rule, method in rules(app):
        if ENDPOINTS[rule.endpoint] is Permission.public:
            continue
        url = address(app, rule, world)
        answer = anonymous.open(url, method=method, data={"csrf_token": token})
        if method == "GET":
            assert answer.status_code == 302, url
            assert answer.location.startswith("/sign-in"), url
        else:
            assert answer.status_code == 401, url


@pytest.mark.parametrize("role", ["admin", *ROLES])
def test_each_role_reaches_what_the_table_says_and_nothing_else(app, client_of, world, role):
    client = client_of(role)
    token = form_token(client)
    for rule, method in rules(app):
        permission = ENDPOINTS[rule.endpoint]
        if permission is Permission.public:  # also signing out, which would end the test
            continue
        url = address(app, rule, world)
        answer = client.open(url, method=method, data={"csrf_token": token})
        if may(role, permission):
            assert answer.status_code not in {401, 403, 500, 503}, (role, method, url)
        elif rule.endpoint == "overview.index":
            assert answer.location == "/account", role
        else:
            assert answer.status_code == 403, (role, method, url)


def test_only_owners_manage_and_agencies_see_no_report():
    assert [role for role in ROLES if may(role, Permission.manage)] == ["owner"]
    assert {role for role in ROLES if may(role, Permission.settle)} == {"owner", "finance"}
    assert [role for role in ROLE_PERMISSIONS if may(role, Permission.administer)] == ["admin"]
    assert ROLE_PERMISSIONS["agency"] == {Permission.public, Permission.account}
    assert not may(None, Permission.account)
    assert not may("no such role", Permission.report)


def test_rows_of_another_workspace_are_not_there(app, client, world):
    token = form_token(client)
    for url in (
        f"/influencers/{world.foreign_influencer}",
        f"/influencers/{world.foreign_influencer}/edit",
        f"/influencers/{world.foreign_influencer}/links/new",
        f"/influencers/{world.foreign_influencer}/codes.csv",
        f"/orders/{world.foreign_order}",
    ):
        assert client.get(url).status_code == 404, url
    for url in (
        f"/settings/shops/{world.foreign_shop}",
        f"/influencers/{world.foreign_influencer}/deals/new",
        f"/influencers/{world.influencer}/links/{world.link + 1}",
        f"/influencers/{world.influencer}/codes/{world.coupon + 1}/leaked",
    ):
        assert client.post(url, data={"csrf_token": token}).status_code == 404, url


def test_ids_that_no_column_holds_are_not_found(client):
    for url in ("/influencers/99999999999999", f"/orders/{2**70}", "/influencers/0"):
        assert client.get(url).status_code == 404, url


def test_a_one_time_password_must_be_changed_first(app, client_of, world, database):
    client = client_of("admin")
    with database.write() as session:
        from tracker.models import User

        session.query(User).update({"must_change_password": True})
    for url in ("/", "/influencers", "/settings/users"):
        assert client.get(url).location == "/account/password"
    assert client.get("/account/password").status_code == 200


def test_without_a_workspace_the_owner_is_led_to_make_one(client_of):
    assert client_of("admin").get("/").location == "/workspaces/new"
    assert client_of("owner").get("/").location == "/account"
    assert client_of("analyst").get("/channels").location == "/account"


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("/influencers?period=7d", True),
        ("/", True),
        ("//evil.example", False),
        ("///evil.example", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("/\\evil.example", False),
        ("\\\\evil.example", False),
        ("/\t/evil.example", False),
        ("/\n/evil.example", False),
        (" /evil.example", False),
        ("/ evil", False),
        ("evil.example", False),
        ("", False),
        (None, False),
        ("/" + "a" * 3000, False),
        ("/%0d%0aSet-Cookie:x", True),
        ("/@evil.example", True),
        ("http:/evil.example", False),
    ],
)
def test_after_signing_in_only_paths_of_this_site_are_followed(app, given, safe):
    with app.test_request_context():
        assert guard.safe_next(given) == (given if safe else "/")


def _token_of_sign_in(client) -> str:
    from tests.web.conftest import token_in

    return token_in(client.get("/sign-in").text)
