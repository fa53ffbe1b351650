"""What people paste as a destination: read, or refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.destinations import (
    SERVICES,
    DestinationError,
    is_mail_address,
    parse_destination,
)

WEBHOOKS = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa-4bc4-97a0-0ec2",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32,
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/8cd0aaaa-41ab-9c2d",
    "slack": "https://hooks.slack.com/services/T0ABC1234/B0ABC1234/abcdefghijklmnopqrstuvwx",
}


@pytest.mark.parametrize("service", WEBHOOKS)
def test_a_robots_address_is_read_and_its_end_alone_is_shown(service):
    found = parse_destination(service, f"  {WEBHOOKS[service]} ")
    key = list(found.values.values())[-1]
    assert WEBHOOKS[service].endswith(key)
    assert found.hint == f"…{key[-4:]}"
    assert key not in repr(found)


@pytest.mark.parametrize("service", WEBHOOKS)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("https://", "http://"),
        lambda url: url.replace("https://", "https://evil.example/"),
        lambda url: url.replace("https://", "https://x@"),
        lambda url: url.replace(".com", ".com.evil.example").replace(".cn", ".cn.evil.example"),
        lambda url: url + "\nHost: evil",
        lambda url: url + "/../../x",
        lambda url: url.upper(),
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(service, spoil):
    with pytest.raises(DestinationError, match="bad_webhook"):
        parse_destination(service, spoil(WEBHOOKS[service]))


@given(st.sampled_from(SERVICES), st.text(max_size=60), st.text(max_size=10))
def test_anything_is_read_or_refused_with_a_code(service, given, key):
    with suppress(DestinationError):
        assert parse_destination(service, given, key).values


def test_mail_addresses_are_plain_and_few():
    found = parse_destination("mail", "a@b.example; Boss.X@b.example，a@b.example\nc+d@e-f.example")
    assert found.values == {"to": "a@b.example,Boss.X@b.example,c+d@e-f.example"}
    assert found.hint == "a…@b.example, B…@b.example, c…@e-f.example"
    with pytest.raises(DestinationError, match="too_many_mails"):
        parse_destination("mail", " ".join(f"a{n}@b.example" for n in range(21)))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "a",
        "a@b",
        "Boss <a@b.example>",
        '"a b"@c.example',
        "a@b.example\nBcc:x@y.example",
        ".a@b.example",
        "a..b@c.example",
        "a@-b.example",
        "ä@b.example",
        "a@" + "b" * 250 + ".example",
    ],
)
def test_what_is_no_plain_mail_address_is_refused(wrong):
    assert not is_mail_address(wrong)


def test_only_dingtalk_signs():
    assert (
        "signing_key" in parse_destination("dingtalk", WEBHOOKS["dingtalk"], "SECabc12345").values
    )
    assert "signing_key" not in parse_destination("feishu", WEBHOOKS["feishu"], "SECabc12").values
    with pytest.raises(DestinationError, match="bad_signing_key"):
        parse_destination("dingtalk", WEBHOOKS["dingtalk"], "SEC abc")
