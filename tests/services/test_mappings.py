"""Saved mappings: names are unique in a workspace, and a change is one."""

import pytest

from tests import factories
from tracker.services.errors import RefusedError
from tracker.services.mappings import (
    delete_mapping,
    find_mapping,
    list_mappings,
    rename_mapping,
    save_mapping,
)


def save(session, workspace, name="mine", **changes):
    values = {"reader": "orders", "header": ["a"], "columns": {"order_id": "a"}, "options": {}}
    return save_mapping(session, workspace, name=name, **{**values, **changes})


def test_a_mapping_is_saved_changed_renamed_and_deleted(session, workspace):
    row = save(session, workspace, " mine ")
    assert (row.name, row.columns) == ("mine", {"order_id": "a"})
    save(session, workspace, columns={"paid": "a"}, mapping_id=row.id)
    assert list_mappings(session, workspace.id) == [row]
    assert row.columns == {"paid": "a"}
    rename_mapping(session, row, "ours")
    assert row.name == "ours"
    delete_mapping(session, row)
    assert find_mapping(session, workspace.id, row.id) is None


def test_a_name_is_taken_once_in_a_workspace(session, workspace):
    first = save(session, workspace)
    save(session, factories.WorkspaceFactory())
    with pytest.raises(RefusedError, match="mapping_name_taken"):
        save(session, workspace)
    second = save(session, workspace, "other")
    with pytest.raises(RefusedError, match="mapping_name_taken"):
        rename_mapping(session, second, "mine")
    rename_mapping(session, first, "mine")
    with pytest.raises(RefusedError, match="value_missing"):
        save(session, workspace, "  ")


def test_a_mapping_of_another_workspace_is_not_found(session, workspace):
    row = save(session, factories.WorkspaceFactory())
    assert find_mapping(session, workspace.id, row.id) is None
    with pytest.raises(RefusedError, match="not_found"):
        save(session, workspace, mapping_id=row.id)
