"""Aliases and channel rules of a workspace."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.factories import WorkspaceFactory
from tracker.models import Alias, ChannelRule
from tracker.services import rules
from tracker.services.errors import RefusedError


def alias(session, workspace, **given):
    values = {"dimension": "source", "value": "xhs_note", "canonical": "xiaohongshu", **given}
    return rules.create_alias(session, workspace, **values)


def test_an_alias_is_stored_as_marks_are_and_raises_the_rules_version(session, workspace):
    before = workspace.rules_version
    row = alias(session, workspace, value="  ＸＨＳ_Note ", canonical="Xiaohongshu")
    assert (row.value, row.canonical) == ("xhs_note", "xiaohongshu")
    assert workspace.rules_version > before


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"dimension": "content"}, "unknown_value", "dimension"),
        ({"value": " "}, "value_missing", "value"),
        ({"canonical": " "}, "value_missing", "canonical"),
        ({"canonical": "XHS_NOTE"}, "alias_of_itself", "canonical"),
        ({"dimension": "campaign"}, "value_missing", "source"),
    ],
)
def test_an_alias_that_makes_no_sense_is_refused(session, workspace, given, code, field):
    with pytest.raises(RefusedError) as refused:
        alias(session, workspace, **given)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_a_spelling_is_read_one_way_only(session, workspace):
    alias(session, workspace)
    with pytest.raises(RefusedError, match="alias_known"):
        alias(session, workspace, canonical="weibo")
    alias(session, WorkspaceFactory())  # another workspace may read it as it likes


RULE = {
    "name": "Notes", "channel": "organic_social",
    "conditions": [("source", "contains", "XHS"), ("medium", "is", "note")],
}  # fmt: skip


def test_rules_are_tried_in_the_order_they_were_made(session, workspace):
    first = rules.create_rule(session, workspace, **RULE)
    second = rules.create_rule(session, workspace, **RULE)
    assert first.position < second.position
    rules.delete_rule(session, workspace, first.id)
    third = rules.create_rule(session, workspace, **RULE)
    assert third.position > second.position
    assert first.conditions[0] == ["source", "contains", "xhs"]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": " "}, "value_missing", "name"),
        ({"channel": "internal"}, "unknown_value", "channel"),
        ({"channel": "nowhere"}, "unknown_value", "channel"),
        ({"conditions": []}, "value_missing", "conditions"),
        ({"conditions": [("source", "is", "")]}, "value_missing", "conditions"),
        ({"conditions": [("password", "is", "x")]}, "unknown_value", "conditions"),
        ({"conditions": [("source", "matches", ".*")]}, "unknown_value", "conditions"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(session, workspace, given, code, field):
    with pytest.raises(RefusedError) as refused:
        rules.create_rule(session, workspace, **{**RULE, **given})
    assert (refused.value.code, refused.value.field) == (code, field)


def test_there_is_a_limit(session, workspace, monkeypatch):
    monkeypatch.setattr(rules, "MAX_RULES", 1)
    rules.create_rule(session, workspace, **RULE)
    with pytest.raises(RefusedError, match="out_of_range"):
        rules.create_rule(session, workspace, **RULE)


def test_only_the_own_workspace_can_take_them_away(session, workspace):
    row, rule = alias(session, workspace), rules.create_rule(session, workspace, **RULE)
    stranger = WorkspaceFactory()
    rules.delete_alias(session, stranger, row.id)
    rules.delete_rule(session, stranger, rule.id)
    assert session.scalars(select(Alias)).all() == [row]
    assert session.scalars(select(ChannelRule)).all() == [rule]
    rules.delete_alias(session, workspace, row.id)
    rules.delete_alias(session, workspace, row.id)
    assert session.scalars(select(Alias)).all() == []
