# ruff: noqa: E501 -- tables are read by rows
import pytest
from sqlalchemy import select

from tests.factories import WorkspaceFactory
from tracker.models import AuditEntry, ConnectorKey
from tracker.services.connector_keys import delete_keys, key_opener, known_keys, save_keys
from tracker.services.errors import RefusedError

SIGNING = "installation-one"
TOKEN = "EAAG0123456789abcdefSECRET"


@pytest.fixture
def save(session, workspace):
    def call(source="x", needed=("token",), signing_key=SIGNING, **given):
        save_keys(
            session, workspace, source, given, needed=needed, signing_key=signing_key, user_id=7
        )
        session.expire_all()

    return call


def test_a_key_is_opened_for_its_own_workspace_and_source_only(session, workspace, save):
    save(token=TOKEN)
    open_keys = key_opener(SIGNING)
    assert open_keys(session, workspace.id, "x") == {"token": TOKEN}
    assert open_keys(session, workspace.id, "twitch") == {}
    assert open_keys(session, WorkspaceFactory().id, "x") == {}


def test_a_key_stands_nowhere_in_the_database_as_it_is(session, workspace, save):
    save(token=TOKEN)
    row = session.scalars(select(ConnectorKey)).one()
    assert TOKEN not in row.sealed
    assert row.hint == "CRET"
    entries = session.scalars(select(AuditEntry)).all()
    assert [one.action for one in entries] == ["connector_key.saved"]
    assert all("CRET" not in f"{one.subject}{one.detail}" for one in entries)
    assert TOKEN not in repr(known_keys(session, workspace.id))


def test_a_new_key_takes_the_old_ones_place_and_a_deleted_one_is_gone(session, workspace, save):
    save(token=TOKEN)
    save(token="ANOTHER-KEY-0123456789")
    assert key_opener(SIGNING)(session, workspace.id, "x") == {"token": "ANOTHER-KEY-0123456789"}
    delete_keys(session, workspace, "x")
    delete_keys(session, workspace, "x")
    assert known_keys(session, workspace.id) == {}


def test_a_key_of_another_installation_is_none(session, workspace, save):
    save(token=TOKEN, signing_key="installation-two")
    assert key_opener(SIGNING)(session, workspace.id, "x") == {}


@pytest.mark.parametrize(("given", "code", "field"), [
    ({}, "value_missing", "token"), ({"token": "  "}, "value_missing", "token"), ({"token": "a b"}, "bad_key", "token"),
    ({"token": "a\r\nHost: evil"}, "bad_key", "token"), ({"token": "ключ"}, "bad_key", "token"), ({"token": "a" * 4097}, "bad_key", "token"),
])  # fmt: skip
def test_what_is_no_key_is_refused(save, given, code, field):
    with pytest.raises(RefusedError) as error:
        save(**given)
    assert (error.value.code, error.value.field) == (code, field)


def test_all_that_a_source_needs_has_to_be_given(save):
    with pytest.raises(RefusedError) as error:
        save("twitch", ("client_id", "client_secret"), client_id="abcdef")
    assert error.value.field == "client_secret"
