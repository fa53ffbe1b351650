import pytest
from sqlalchemy import select

from tests.factories import CampaignFactory, MarkFactory, WorkspaceFactory
from tracker.domain.marks import RawMark
from tracker.models import Campaign, DirtyDay, Mark
from tracker.services.campaign_names import former_names, rename_campaign
from tracker.services.campaigns import campaign_ids, save_campaign
from tracker.services.errors import RefusedError
from tracker.services.marks import mark_ids, reread_marks


@pytest.fixture
def campaign(session, workspace):
    return CampaignFactory(workspace=workspace, utm_campaign="double11", name="双11")


def campaign_of(session, workspace, value):
    [row_id] = mark_ids(session, workspace.id, [RawMark(utm_source="xhs", utm_campaign=value)])
    return session.get_one(Mark, row_id).campaign_id


def test_what_carried_the_old_value_stays_and_what_comes_late_joins(session, workspace, campaign):
    assert campaign_of(session, workspace, "Double11") == campaign.id
    rename_campaign(session, workspace, campaign, "D11-2026")
    assert campaign.utm_campaign == "d11-2026"
    assert campaign_of(session, workspace, "Double11") == campaign.id
    assert campaign_of(session, workspace, "d11-2026") == campaign.id
    [late] = mark_ids(
        session, workspace.id, [RawMark(utm_source="douyin", utm_campaign="double11")]
    )
    assert session.get_one(Mark, late).campaign_id == campaign.id
    assert campaign_ids(session, workspace.id, ["DOUBLE11", "d11-2026"]) == {
        "DOUBLE11": campaign.id, "d11-2026": campaign.id,
    }  # fmt: skip
    assert len(session.scalars(select(Campaign)).all()) == 1
    assert former_names(session, campaign.id) == ["double11"]


def test_a_rename_moves_no_figure_of_the_past(session, workspace, campaign):
    mark = MarkFactory(
        workspace=workspace, utm_campaign="double11", campaign="double11", campaign_id=campaign.id,
        channel_code=1, kind_code=1,
    )  # fmt: skip
    reread_marks(session, workspace, limit=10)
    before = session.get_one(Mark, mark.id).campaign_id
    rename_campaign(session, workspace, campaign, "d11")
    session.refresh(mark)
    assert mark.campaign_id == before == campaign.id
    assert session.scalars(select(DirtyDay)).all() == []


def test_a_campaign_gets_its_old_value_back(session, workspace, campaign):
    rename_campaign(session, workspace, campaign, "d11")
    rename_campaign(session, workspace, campaign, "double11")
    assert campaign.utm_campaign == "double11"
    assert former_names(session, campaign.id) == ["d11"]
    rename_campaign(session, workspace, campaign, "double11")
    assert former_names(session, campaign.id) == ["d11"]


def test_values_that_others_have_or_had_are_refused(session, workspace, campaign):
    other = CampaignFactory(workspace=workspace, utm_campaign="618")
    CampaignFactory(workspace=WorkspaceFactory(), utm_campaign="99")
    rename_campaign(session, workspace, other, "618-2026")
    for value, code in [("618-2026", "campaign_known"), ("618", "campaign_known"),
                        ("  ", "value_missing")]:  # fmt: skip
        with pytest.raises(RefusedError) as refused:
            rename_campaign(session, workspace, campaign, value)
        assert refused.value.code == code
    rename_campaign(session, workspace, campaign, "99")  # of another brand


def test_saving_under_a_former_value_changes_the_campaign(session, workspace, campaign):
    rename_campaign(session, workspace, campaign, "d11")
    saved = save_campaign(
        session, workspace, utm_campaign="double11", name="New", target_net_minor=5,
        target_orders=7, target_roi_ppm=-20_000,
    )  # fmt: skip
    assert saved.id == campaign.id
    assert (saved.utm_campaign, saved.name) == ("d11", "New")
    assert (saved.target_net_minor, saved.target_orders, saved.target_roi_ppm) == (5, 7, -20_000)


@pytest.mark.parametrize("field", ["target_net_minor", "target_orders", "budget_minor"])
def test_targets_are_not_negative(session, workspace, field):
    with pytest.raises(RefusedError) as refused:
        save_campaign(session, workspace, utm_campaign="a", name="A", **{field: -1})
    assert (refused.value.code, refused.value.field) == ("negative_amount", field)
