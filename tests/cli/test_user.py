import json

import pytest
from click.testing import CliRunner

from tracker.cli.user import command
from tracker.services.users import UserError, check_password, get_user
from tracker.services.workspaces import NotFoundError, create_workspace


@pytest.fixture
def user(settings, database):
    with database.write() as session:
        create_workspace(session, slug="shanye")

    def call(*arguments, **options):
        return CliRunner().invoke(command, arguments, catch_exceptions=False, **options)

    return call


def test_a_password_is_made_up_printed_once_and_works(user, database):
    made = json.loads(user("add", "li@example.com", "--role", "analyst", "--json").stdout)
    assert (made["admin"], made["roles"]) == (False, {"shanye": "analyst"})
    assert made["must_change_password"] is True
    with database.read() as session:
        assert check_password(get_user(session, "li@example.com"), made["password"])


def test_a_given_password_comes_from_stdin_and_is_not_printed(user, database):
    done = user("add", "li@example.com", "--password-stdin", input="correct horse battery\n")
    assert "horse" not in done.stdout
    with database.read() as session:
        found = get_user(session, "li@example.com")
    assert check_password(found, "correct horse battery")
    assert not found.must_change_password


def test_the_list_has_everybody(user):
    user("add", "b@example.com")
    user("add", "a@example.com")
    rows = json.loads(user("list", "--json").stdout)
    assert [row["email"] for row in rows] == ["a@example.com", "b@example.com"]
    assert "password" not in rows[0]
    assert user("list").stdout.splitlines()[0].startswith("a@example.com\tshanye:marketer")


def test_a_password_is_replaced(user, database):
    first = json.loads(user("add", "a@example.com", "--json").stdout)["password"]
    second = json.loads(user("password", "a@example.com", "--json").stdout)["password"]
    with database.read() as session:
        found = get_user(session, "a@example.com")
    assert check_password(found, second)
    assert not check_password(found, first)


def test_a_disabled_user_is_shown_as_such(user):
    user("add", "a@example.com")
    assert user("disable", "a@example.com").exit_code == 0
    assert user("list").stdout.rstrip().endswith("disabled")


def test_a_user_who_is_not_there_is_an_error(user):
    with pytest.raises(UserError, match=r"no user x@example\.com"):
        user("password", "x@example.com")


def test_a_role_that_does_not_exist_is_wrong_usage(user):
    assert user("add", "a@example.com", "--role", "god").exit_code == 2


def test_a_user_joins_and_leaves_workspaces(user, database):
    with database.write() as session:
        create_workspace(session, slug="second")
    with pytest.raises(NotFoundError, match="say which one"):
        user("add", "a@example.com")
    user("add", "a@example.com", "--workspace", "second", "--role", "finance")
    user("join", "a@example.com", "--workspace", "shanye", "--role", "owner")
    rows = json.loads(user("list", "--json").stdout)
    assert rows[0]["roles"] == {"second": "finance", "shanye": "owner"}
    left = json.loads(user("leave", "a@example.com", "--workspace", "second", "--json").stdout)
    assert left["roles"] == {"shanye": "owner"}
    with pytest.raises(UserError, match="no member"):
        user("leave", "a@example.com", "--workspace", "second")


def test_an_administrator_needs_no_workspace_and_the_last_one_stays(user):
    made = json.loads(user("add", "a@example.com", "--admin", "--json").stdout)
    assert (made["admin"], made["roles"]) == (True, {})
    assert user("list").stdout.startswith("a@example.com\tadministrator")
    with pytest.raises(UserError, match="last administrator"):
        user("admin", "a@example.com", "--off")
    user("add", "b@example.com")
    user("admin", "b@example.com")
    assert user("admin", "a@example.com", "--off").exit_code == 0
