from tests.factories import InfluencerFactory, ShopFactory, TrackedLinkFactory, WorkspaceFactory
from tracker.domain.channels import Channel
from tracker.models import Alias, ChannelRule
from tracker.services.reading import load_rules


def test_rules_are_those_of_the_workspace_in_their_order(session, workspace, shop):
    noise = WorkspaceFactory()
    shop.hostnames = "Shop.Example www.brand.example"
    influencer = InfluencerFactory(workspace=workspace)
    theirs = TrackedLinkFactory(shop=shop, influencer_id=influencer.id)
    placement = TrackedLinkFactory(shop=shop)
    TrackedLinkFactory(shop=ShopFactory(workspace=noise))
    for place, position in ((workspace, 2), (workspace, 1), (noise, 1)):
        session.add(
            ChannelRule(
                workspace_id=place.id, position=position, name="x", channel="email",
                conditions=[["source", "is", f"s{position}"]],
            )
        )  # fmt: skip
        session.add(
            Alias(
                workspace_id=place.id, dimension="source", value=f"v{position}", canonical="weibo"
            )
        )
    session.add(
        Alias(
            workspace_id=workspace.id, dimension="campaign", source="weibo", value="s11",
            canonical="double-11",
        )
    )  # fmt: skip
    session.flush()

    rules = load_rules(session, workspace.id)

    assert [rule.conditions[0].value for rule in rules.channel_rules] == ["s1", "s2"]
    assert rules.channel_rules[0].channel is Channel.EMAIL
    assert rules.source_aliases == {"v1": "weibo", "v2": "weibo"}
    assert rules.campaign_aliases == {("weibo", "s11"): "double-11"}
    assert rules.medium_aliases == {}
    assert rules.own_hosts == {"shop.example", "www.brand.example"}
    assert rules.link_owners == {theirs.id: True, placement.id: False}
    assert rules.version == 1
