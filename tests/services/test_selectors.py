# ruff: noqa: E501 -- tables are read by rows
import pytest

from tests.factories import WorkspaceFactory
from tracker.services import selectors
from tracker.services.errors import RefusedError


def taught(session, workspace):
    return {row.host: row.selectors for row in selectors.taught_sites(session, workspace.id)}


def test_what_is_taught_again_takes_the_old_ones_place(session, workspace):
    selectors.teach(session, workspace, "shop.example", {"price": ".a", "title": " "})
    selectors.teach(session, workspace, "shop.example", {"price": ".b"})
    selectors.teach(session, WorkspaceFactory(), "shop.example", {"price": ".c"})
    session.expire_all()
    assert taught(session, workspace) == {"shop.example": {"price": ".b"}}


def test_what_is_forgotten_is_gone_and_only_ones_own(session, workspace):
    other = WorkspaceFactory()
    selectors.teach(session, other, "shop.example", {"price": ".c"})
    (row,) = selectors.taught_sites(session, other.id)
    selectors.forget(session, workspace, row.id)
    assert taught(session, other)
    selectors.forget(session, other, row.id)
    assert taught(session, other) == {}


@pytest.mark.parametrize(("host", "given", "field"), [("", {"price": "b"}, "host"), ("a.example", {"price": " "}, "price")])  # fmt: skip
def test_a_site_needs_a_name_and_a_selector(session, workspace, host, given, field):
    with pytest.raises(RefusedError) as error:
        selectors.teach(session, workspace, host, given)
    assert (error.value.code, error.value.field) == ("value_missing", field)


def test_there_is_a_most_of_sites(session, workspace, monkeypatch):
    monkeypatch.setattr(selectors, "MAX_SITES", 1)
    selectors.teach(session, workspace, "a.example", {"price": "b"})
    selectors.teach(session, workspace, "a.example", {"price": "i"})
    with pytest.raises(RefusedError, match="too_many"):
        selectors.teach(session, workspace, "b.example", {"price": "b"})
