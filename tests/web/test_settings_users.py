"""Who works in a workspace, who administers the installation, and who may change it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import Membership, User
from tracker.services.users import check_password


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def followed(client, url, **data) -> str:
    data = {"csrf_token": form_token(client), **data}
    return client.post(url, data=data, follow_redirects=True).text


def one(database, email: str) -> User:
    with database.read() as session:
        return session.scalars(select(User).where(User.email == email)).one()


def roles(database, email: str) -> dict[int, str]:
    query = select(Membership).join(User, User.id == Membership.user_id).where(User.email == email)
    with database.read() as session:
        return {row.workspace_id: row.role for row in session.scalars(query)}


def test_a_new_user_gets_a_one_time_password_that_is_shown_once(client, world, database):
    answer = post(client, "/settings/users", email="Li@Example.com", name="Li", role="analyst")
    assert answer.status_code == 200
    password = re.search(r"<code>([a-z2-9-]{23})</code>", answer.text).group(1)
    user = one(database, "li@example.com")
    assert check_password(user, password)
    assert (user.is_admin, user.must_change_password) == (False, True)
    assert roles(database, user.email) == {world.workspace: "analyst"}
    assert password not in client.get("/settings/users").text


def test_who_has_an_account_is_added_with_it_and_keeps_the_password(
    client_of, world, database, foreign_workspace
):
    client_of("marketer", workspaces=[foreign_workspace])
    before = one(database, "marketer-en@example.com").password_hash
    owner = client_of("owner", workspaces=[world.workspace])
    text = followed(owner, "/settings/users", email="MARKETER-en@example.com", role="finance")
    assert "the password that they have" in text
    assert roles(database, "marketer-en@example.com") == {
        foreign_workspace: "marketer", world.workspace: "finance"
    }  # fmt: skip
    assert one(database, "marketer-en@example.com").password_hash == before


def test_an_address_is_a_member_once_and_must_be_one(client, world):
    post(client, "/settings/users", email="li@example.com", role="analyst")
    again = post(client, "/settings/users", email="LI@example.com", role="owner")
    assert "a user with this address already" in again.text
    assert "no e-mail address" in post(client, "/settings/users", email="li", role="owner").text
    assert post(client, "/settings/users", email="x@y.z", role="king").status_code == 400
    assert post(client, "/settings/users", email="x@y.z", role="admin").status_code == 400


def test_a_user_can_be_disabled_enabled_and_given_another_role(client, client_of, world, database):
    other = client_of("analyst")
    user = one(database, "analyst-en@example.com")
    url = f"/settings/users/{user.id}"
    post(client, url, action="role", role="marketer")
    assert roles(database, user.email)[world.workspace] == "marketer"
    post(client, url, action="disable")
    assert other.get("/account").status_code == 302
    post(client, url, action="enable")
    assert one(database, user.email).is_active


def test_a_role_counts_from_the_next_request_on_and_in_its_workspace_only(
    client_of, world, database, foreign_workspace
):
    other = client_of("marketer", workspaces=[world.workspace])
    with database.write() as session:
        user = session.scalars(select(User)).one()
        session.add(Membership(user_id=user.id, workspace_id=foreign_workspace, role="analyst"))
    assert other.get("/influencers/new").status_code == 200
    post(other, "/workspaces", workspace=str(foreign_workspace))
    assert other.get("/influencers/new").status_code == 403
    assert other.get("/influencers").status_code == 200


def test_whoever_is_removed_sees_the_workspace_no_more(client, client_of, world, database):
    other = client_of("marketer", workspaces=[world.workspace])
    user = one(database, "marketer-en@example.com")
    assert other.get("/influencers").status_code == 200
    post(client, f"/settings/users/{user.id}", action="remove")
    assert other.get("/influencers").location == "/account"
    assert other.get("/account").status_code == 200
    assert "member of no workspace yet" in other.get("/account").text
    again = post(client, f"/settings/users/{user.id}", action="remove")
    assert again.status_code == 404


def test_a_workspace_of_others_can_be_neither_seen_nor_chosen(client_of, world, foreign_workspace):
    client = client_of("owner", workspaces=[world.workspace])
    assert post(client, "/workspaces", workspace=str(foreign_workspace)).status_code == 404
    assert "other " not in client.get("/account").text
    assert client.get(f"/influencers/{world.foreign_influencer}").status_code == 404


def test_an_owner_reaches_no_account_outside_the_workspace(
    client_of, world, database, foreign_workspace
):
    owner = client_of("owner", workspaces=[world.workspace])
    client_of("finance", workspaces=[foreign_workspace])
    client_of("admin")
    for email in ("finance-en@example.com", "admin-en@example.com"):
        user = one(database, email)
        for action in ("role", "remove", "disable", "enable", "password"):
            url = f"/settings/users/{user.id}"
            answer = post(owner, url, action=action, role="analyst")
            assert answer.status_code == 404, (email, action)
        url = f"/settings/users/{user.id}/administrator"
        assert post(owner, url, is_admin="1").status_code == 403
        assert one(database, email).password_hash == user.password_hash


@pytest.mark.parametrize("action", ["disable", "password"])
def test_an_owner_cannot_take_over_an_account_that_works_for_others_too(
    client_of, world, database, foreign_workspace, action
):
    owner = client_of("owner", workspaces=[world.workspace])
    client_of("analyst", workspaces=[world.workspace, foreign_workspace])
    user = one(database, "analyst-en@example.com")
    text = followed(owner, f"/settings/users/{user.id}", action=action)
    assert "also works for others" in text
    after = one(database, user.email)
    assert (after.is_active, after.password_hash) == (True, user.password_hash)


def test_an_owner_manages_accounts_that_work_nowhere_else(client_of, world, database):
    owner = client_of("owner", workspaces=[world.workspace])
    client_of("analyst", workspaces=[world.workspace])
    user = one(database, "analyst-en@example.com")
    assert "One-time password" in post(owner, f"/settings/users/{user.id}", action="password").text
    me = one(database, "owner-en@example.com")
    for action in ("disable", "remove"):
        assert "Somebody else" in followed(owner, f"/settings/users/{me.id}", action=action)
    assert one(database, me.email).is_active


def test_administrators_make_one_another_and_the_last_one_stays(client, client_of, world, database):
    client_of("analyst")
    me, other = one(database, "admin-en@example.com"), one(database, "analyst-en@example.com")
    url = f"/settings/users/{me.id}/administrator"
    assert "last administrator" in followed(client, url, is_admin="0")
    post(client, f"/settings/users/{other.id}/administrator", is_admin="1")
    assert one(database, other.email).is_admin
    post(client, url, is_admin="0")
    assert not one(database, me.email).is_admin
    assert client.get("/").location == "/account"  # a member of nothing


def test_a_new_one_time_password_ends_their_sign_ins(client, client_of, world, database):
    other = client_of("finance")
    user = one(database, "finance-en@example.com")
    answer = post(client, f"/settings/users/{user.id}", action="password")
    password = re.search(r"<code>([a-z2-9-]{23})</code>", answer.text).group(1)
    assert check_password(one(database, user.email), password)
    assert other.get("/account").status_code == 302


def test_an_unknown_action_changes_nothing(client, world, database):
    user = one(database, "admin-en@example.com")
    assert post(client, f"/settings/users/{user.id}", action="promote").status_code == 400
