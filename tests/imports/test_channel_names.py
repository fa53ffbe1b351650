import pytest

from tracker.domain.channels import Channel
from tracker.domain.marks import RawMark, classify
from tracker.domain.rules import Rules
from tracker.imports.channel_names import (
    advertising_channel,
    channel_called,
    mark_of,
    network_called,
)


@pytest.mark.parametrize("channel", [one for one in Channel if one is not Channel.INTERNAL])
def test_mark_of_a_channel_is_read_as_that_channel(channel):
    for name in (channel.value, channel.value.replace("_", " ").title()):
        called = channel_called(name)
        assert called is channel
        mark = mark_of(called, "", {}, networks_are_ads=False)
        assert classify(mark, Rules.default()).channel is channel


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("Online Display", "display"),
        ("Online Video", "paid_video"),
        ("SEM", "paid_search"),
        ("达人推广", "kol"),
        ("邮件", "email"),
        ("paid-social", "paid_social"),
        ("Affiliates", "affiliate"),
    ],
)
def test_common_names_are_understood(name, channel):
    assert channel_called(name) is Channel(channel)


def test_internal_and_made_up_names_are_no_channels():
    assert channel_called("internal") is None
    assert channel_called("Foo") is None
    assert network_called("Foo") == ""


@pytest.mark.parametrize(
    ("network", "ads", "channel"),
    [
        ("Facebook", True, "paid_social"),
        ("Facebook", False, "organic_social"),
        ("小红书", True, "paid_social"),
        ("Baidu", False, "organic_search"),
    ],
)
def test_bare_network_is_advertising_only_where_the_file_lists_ads(network, ads, channel):
    mark = mark_of(None, network_called(network), {}, networks_are_ads=ads)
    assert classify(mark, Rules.default()).channel is Channel(channel)


def test_other_marks_of_the_row_stay(tmp_path):
    mark = mark_of(Channel.EMAIL, "", {"utm_campaign": "618"}, networks_are_ads=False)
    assert mark == RawMark(utm_medium="email", utm_campaign="618")


@pytest.mark.parametrize(
    ("platform", "channel"),
    [
        ("google", "paid_search"),
        ("巨量千川", "paid_social"),
        ("阿里妈妈", "paid_shopping"),
        ("京准通", "paid_shopping"),
        ("nobody knows", "paid_other"),
    ],
)
def test_advertisement_on_a_platform_counts_where_its_clicks_would(platform, channel):
    assert advertising_channel(platform) is Channel(channel)
