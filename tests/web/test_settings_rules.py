"""Channel rules and aliases."""

from __future__ import annotations

from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import Alias, ChannelRule, Workspace


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


RULE = {
    "name": "Notes are social", "field": "source", "operator": "contains", "value": "XHS",
    "field2": "medium", "operator2": "is", "value2": "note", "channel": "organic_social",
}  # fmt: skip


def test_a_rule_is_kept_in_normal_form_and_marks_are_read_again(client, world, database):
    assert post(client, "/settings/rules", **RULE).status_code == 302
    with database.read() as session:
        rule = session.scalars(select(ChannelRule)).one()
        assert rule.conditions == [["source", "contains", "xhs"], ["medium", "is", "note"]]
        assert rule.channel == "organic_social"
        assert session.get_one(Workspace, world.workspace).rules_version > 1
    assert "Notes are social" in client.get("/settings/rules").text
    post(client, f"/settings/rules/{rule.id}/delete")
    with database.read() as session:
        assert session.scalars(select(ChannelRule)).all() == []


def test_a_rule_without_a_value_is_refused(client, world):
    answer = post(client, "/settings/rules", **{**RULE, "value2": ""})
    assert answer.status_code == 400
    assert "This is needed" in answer.text


def test_a_rule_cannot_give_what_is_no_channel(client, world):
    for channel in ("internal", "everything"):
        assert post(client, "/settings/rules", **{**RULE, "channel": channel}).status_code == 400


def test_an_alias_is_kept_and_removed(client, world, database):
    data = {"dimension": "source", "value": " XHS_Note ", "canonical": "xiaohongshu"}
    assert post(client, "/settings/aliases", **data).status_code == 302
    assert "There is such a spelling already" in post(client, "/settings/aliases", **data).text
    with database.read() as session:
        alias = session.scalars(select(Alias)).one()
        assert (alias.value, alias.canonical, alias.source) == ("xhs_note", "xiaohongshu", "")
    post(client, f"/settings/aliases/{alias.id}/delete")
    with database.read() as session:
        assert session.scalars(select(Alias)).all() == []


def test_a_campaign_alias_counts_only_with_its_source(client, world):
    data = {"dimension": "campaign", "value": "d11", "canonical": "double11"}
    assert post(client, "/settings/aliases", **data).status_code == 400
    assert post(client, "/settings/aliases", **data, source="douyin").status_code == 302


def test_rows_of_another_workspace_stay(client, world, database):
    from tracker.services import rules

    with database.write() as session:
        other = session.scalars(select(Workspace).where(Workspace.id != world.workspace)).one()
        alias = rules.create_alias(session, other, dimension="source", value="a", canonical="b")
    post(client, f"/settings/aliases/{alias.id}/delete")
    with database.read() as session:
        assert session.scalars(select(Alias)).all() != []
