"""Making the first workspace, and choosing among several."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import Shop, Workspace

FIRST = {
    "name": "山野茶铺", "slug": "shanye", "base_currency": "CNY", "time_zone": "Asia/Shanghai",
    "shop_name": "官方商城", "platform": "own",
}  # fmt: skip


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def test_the_first_workspace_is_made_with_its_shop_and_policy(client_of, database):
    client = client_of("admin")
    assert post(client, "/workspaces/new", **FIRST).location == "/first-steps"
    with database.read() as session:
        workspace = session.scalars(select(Workspace)).one()
        assert workspace.policy_id > 0
        assert session.scalars(select(Shop.name)).one() == "官方商城"
    page = client.get("/").text
    assert "See the first ROI" in page  # and the steps that lead there
    assert 'href="/imports"' in page


@pytest.mark.parametrize("wrong", [{"slug": "not ok"}, {"base_currency": "XXX"}, {"name": ""}])
def test_a_workspace_that_makes_no_sense_is_refused(client_of, database, wrong):
    answer = post(client_of("admin"), "/workspaces/new", **{**FIRST, **wrong})
    assert answer.status_code == 400
    with database.read() as session:
        assert session.scalars(select(Workspace)).all() == []


def test_another_workspace_can_be_chosen_and_stays_chosen(client, world, database):
    with database.read() as session:
        other = session.scalars(select(Workspace).where(Workspace.id != world.workspace)).one()
    assert client.get(f"/influencers/{world.foreign_influencer}").status_code == 404
    post(client, "/workspaces", workspace=str(other.id))
    assert client.get(f"/influencers/{world.foreign_influencer}").status_code == 200
    assert client.get(f"/influencers/{world.influencer}").status_code == 404


def test_a_workspace_that_is_not_there_cannot_be_chosen(client, world):
    assert post(client, "/workspaces", workspace="999").status_code == 404
    assert post(client, "/workspaces", workspace="x").status_code == 404
