import pytest
from sqlalchemy import select

from tests import factories
from tracker.models import AuditEntry
from tracker.services import members
from tracker.services.users import UserError


@pytest.fixture
def place(session):
    return factories.WorkspaceFactory()


def person(**columns):
    return factories.UserFactory(is_admin=False, **columns)


def test_a_member_has_one_role_in_each_workspace(session, place):
    user, other = person(), factories.WorkspaceFactory()
    members.add_member(session, place, user, "analyst")
    members.add_member(session, other, user, "owner")
    members.add_member(session, place, user, "finance")
    assert members.roles_of(session, user.id) == {place.id: "finance", other.id: "owner"}
    assert [(u, m.role) for u, m in members.members_of(session, place)] == [(user, "finance")]


def test_members_who_cannot_sign_in_come_last(session, place):
    for email, is_active in (("a@x.cn", False), ("b@x.cn", True)):
        members.add_member(session, place, person(email=email, is_active=is_active), "analyst")
    assert [user.email for user, _ in members.members_of(session, place)] == ["b@x.cn", "a@x.cn"]


def test_a_role_that_does_not_exist_is_refused(session, place):
    for role in ("god", "admin", ""):
        with pytest.raises(UserError) as caught:
            members.add_member(session, place, person(), role)
        assert caught.value.code == "role_unknown"


def test_whoever_is_no_member_cannot_be_removed_and_nobody_removes_themselves(session, place):
    user = person()
    with pytest.raises(UserError) as caught:
        members.remove_member(session, place, user)
    assert caught.value.code == "no_member"
    members.add_member(session, place, user, "owner")
    with pytest.raises(UserError) as caught:
        members.remove_member(session, place, user, by_user_id=user.id)
    assert caught.value.code == "yourself"
    members.remove_member(session, place, user)
    assert members.roles_of(session, user.id) == {}


def test_an_account_is_managed_by_the_owner_of_all_its_workspaces_only(session, place):
    user, other = person(), factories.WorkspaceFactory()
    members.add_member(session, place, user, "analyst")
    assert members.may_manage_account(session, user, {place.id: "owner"})
    assert not members.may_manage_account(session, user, {place.id: "marketer"})
    members.add_member(session, other, user, "analyst")
    assert not members.may_manage_account(session, user, {place.id: "owner"})
    assert members.may_manage_account(session, user, {place.id: "owner", other.id: "owner"})
    user.is_admin = True
    assert not members.may_manage_account(session, user, {place.id: "owner", other.id: "owner"})


def test_an_agency_is_known_only_while_the_role_is_agency(session, place):
    user = person()
    members.add_member(session, place, user, "agency", agency=" 星禾 MCN ")
    assert members.agencies_of(session, user.id) == {place.id: "星禾 MCN"}
    members.add_member(session, place, user, "analyst")
    assert members.agencies_of(session, user.id) == {}
    members.add_member(session, place, user, "agency")
    assert members.agencies_of(session, user.id) == {place.id: "星禾 MCN"}


def test_every_change_is_in_the_audit_log(session, place):
    user = person()
    members.add_member(session, place, user, "analyst", by_user_id=7)
    members.add_member(session, place, user, "owner", by_user_id=7)
    members.remove_member(session, place, user, by_user_id=7)
    rows = session.execute(select(AuditEntry.action, AuditEntry.user_id).order_by(AuditEntry.id))
    assert [tuple(row) for row in rows] == [
        ("member.added", 7), ("member.role", 7), ("member.removed", 7)
    ]  # fmt: skip
