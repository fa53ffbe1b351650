"""Messages as services get them, and what their answers mean."""

from __future__ import annotations

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot

from tests.support.outside import chat_server, mail_server
from tracker.courier.services import fitting, send
from tracker.domain.destinations import parse_destination
from tracker.sending_messages import Parcel, Server

PASTED = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=" + "a1" * 32,
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/8cd0-41ab-9c2d-abcdef12",
    "slack": "https://hooks.slack.com/services/T0ABC1234/B0ABC1234/abcdefghijklmnopqrstuvwx",
}


def parcel(service: str, **changes) -> Parcel:
    values = parse_destination(service, PASTED[service]).values
    return Parcel(
        **{"id": 1, "service": service, "values": values, "title": "茶: 警报", "body": "一\n二",
           **changes}
    )  # fmt: skip


def mail(port: int, **changes) -> Parcel:
    server = Server(
        host="127.0.0.1", port=port, security="none", sender="tracker@brand.example",
        sender_name='茶 "<x>, GmbH',
    )  # fmt: skip
    return Parcel(
        **{"id": 2, "service": "mail", "values": {"to": "a@brand.example,b@brand.example"},
           "server": server, "title": "周报 · 11/16", "body": "净成交额 ¥1,234\nROI 35%", **changes}
    )  # fmt: skip


@pytest.fixture
def chat(monkeypatch):
    with chat_server() as made:
        for plugin, path in (
            (NotifyWeComBot, "/w?key={key}"),
            (NotifyDingTalk, "/d?access_token={token}"),
            (NotifyFeishu, "/f/{token}"),
        ):
            monkeypatch.setattr(plugin, "notify_url", made.url + path)
        monkeypatch.setattr(NotifySlack, "webhook_url", made.url + "/s")
        yield made


@pytest.mark.parametrize("service", PASTED)
def test_a_chat_gets_title_and_text_under_its_key(chat, service):
    chat.answer = "ok" if service == "slack" else {"errcode": 0, "code": 0, "StatusCode": 0}
    assert send(parcel(service)) == ""
    (path, body), = chat.taken  # fmt: skip
    assert list(parse_destination(service, PASTED[service]).values.values())[-1] in path
    assert "茶: 警报" in str(body)
    assert "一\n二" in str(body).replace("\\n", "\n").replace("\\r", "")


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}),
        ("feishu", {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}),
    ],
)
def test_a_200_that_refuses_is_no_success(chat, service, answer):
    chat.answer = answer
    assert send(parcel(service)) == "refused"


@pytest.mark.parametrize("service", PASTED)
def test_what_a_service_answers_instead_is_told(chat, service):
    chat.status = 429
    assert send(parcel(service)) == "http_429"


def test_a_redirect_is_not_followed(chat):
    chat.status = 307
    assert send(parcel("wecom")) == "http_307"
    assert len(chat.taken) == 1


def test_nobody_there_is_unreachable(chat, monkeypatch):
    monkeypatch.setattr(NotifyFeishu, "notify_url", "http://127.0.0.1:9/{token}")
    assert send(parcel("feishu")) == "unreachable"


def test_dingtalk_is_signed_when_it_wants_to_be(chat):
    chat.answer = {"errcode": 0}
    values = parse_destination("dingtalk", PASTED["dingtalk"], "SEC" + "b2" * 20).values
    assert send(parcel("dingtalk", values=values)) == ""
    assert "&sign=" in chat.taken[0][0]


def test_a_long_message_to_wecom_is_cut_at_a_line(chat):
    chat.answer = {"errcode": 0}
    assert send(parcel("wecom", body="\n".join("警报" * 20 for _ in range(60)))) == ""
    content = chat.taken[0][1]["text"]["content"]
    assert len(content.encode()) <= 2_048
    assert content.endswith("警报\n…")


@pytest.mark.parametrize("service", PASTED)
def test_a_strangers_name_calls_nobody(chat, service):
    chat.answer = "ok" if service == "slack" else {"errcode": 0}
    name = '<at user_id="all">x</at> <!channel> <@U012>'
    assert send(parcel(service, title=name, body=name)) == ""
    said = str(chat.taken[0][1])
    assert "<" not in said
    assert "&lt;" not in said
    assert "channel" in said


def test_what_fits_is_left_alone():
    assert fitting("一\n二", 7) == "一\n二"
    assert fitting("一\n二\n三", 9) == "一\n…"


def test_mail_has_its_text_and_files_in_any_language(tmp_path):
    file = tmp_path / "渠道_2026-11-16.csv"
    file.write_bytes("\ufeff渠道\r\n抖音\r\n".encode())
    with mail_server() as box:
        assert send(mail(box.port, files=(str(file),))) == ""
    assert [to for to, _message in box.taken] == [["a@brand.example"], ["b@brand.example"]]
    message = box.taken[0][1]
    assert str(message["Subject"]) == "周报 · 11/16"
    assert message["From"].addresses[0].addr_spec == "tracker@brand.example"
    body = message.get_body(("plain",))
    assert body is not None
    assert "净成交额 ¥1,234" in body.get_content()
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == file.name
    assert attached.get_payload(decode=True) == file.read_bytes()


def test_mail_that_one_recipient_is_refused_for_is_not_sent_to_the_others_again():
    with mail_server(refused={"b@brand.example"}) as box:
        assert send(mail(box.port)) == "partly_refused"
        assert len(box.taken) == 1
    with mail_server(refused={"a@brand.example", "b@brand.example"}) as box:
        assert send(mail(box.port)) == "refused"


def test_a_password_is_used_as_it_is():
    from tracker.courier import services

    secret = mail(25).server.model_copy(update={"user_name": "a%41", "password": "p%41+ /"})
    plugin = services._mail(mail(25, server=secret))
    assert (plugin.user, plugin.password) == ("a%41", "p%41+ /")


def test_a_key_is_in_no_text_of_a_parcel():
    assert "693a91f6" not in repr(parcel("wecom"))
