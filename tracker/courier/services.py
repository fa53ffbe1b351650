"""Messages by Apprise, which knows how each service wants them; what it hides is looked at here.

WeCom, DingTalk and Feishu answer 200 also when they refuse, with the reason in the answer's body,
which Apprise does not read; so the answers are kept, and read here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from apprise import AppriseAsset, AppriseAttachment, NotifyFormat
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot

from tracker.sending_messages import Parcel

CONNECT_SECONDS, ANSWER_SECONDS = 10, 20

TEXT_BYTES = {"wecom": 2_000, "dingtalk": 18_000, "feishu": 18_000, "slack": 30_000}
"""Most bytes of a message of each service, a little below its own limit."""

_REASONS = (
    ("private network", "forbidden_address"),
    ("CERTIFICATE_VERIFY_FAILED", "bad_certificate"),
    ("timed out", "timeout"),
    ("(535", "sign_in_refused"),
    ("(534", "sign_in_refused"),
    ("AUTH extension not supported", "sign_in_refused"),
    ("was refused", "refused"),
    ("(5", "refused"),
    ("{'", "refused"),
)
"""What is in a telling line of Apprise's log -> what it means; the first one counts."""

_TELLING = ("Socket Exception", "SMTP recipient")
"""How lines begin that hold what went wrong; others hold the message itself."""

_ARRIVED = "Sent Email to"
"""How the line of a recipient begins whose mail was taken."""


@dataclass(slots=True)
class Notes:
    """What happened while a message was sent."""

    answers: list[Any] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def send(parcel: Parcel) -> str:
    """Send one message; "" when it arrived, else a code (`tracker.sending_messages.Receipt`)."""
    plugin = _MAKERS[parcel.service](parcel)
    files = AppriseAttachment(list(parcel.files)) if parcel.files else None
    title, text = parcel.title, parcel.body
    if parcel.service in TEXT_BYTES:
        title, text = inert(title), inert(text)
        text = fitting(text, TEXT_BYTES[parcel.service] - len(title.encode()) - 2)
    with _noted() as notes:
        is_sent = plugin.notify(body=text, title=title, body_format=NotifyFormat.TEXT, attach=files)
    return _outcome(bool(is_sent), notes)


def inert(text: str) -> str:
    """A text for chats in which nothing is a mark-up: names come from strangers, and Feishu calls
    everybody at `<at user_id="all">`, Slack at `<!channel>`."""
    return text.replace("<", "＜")


def fitting(text: str, most: int) -> str:
    """As many whole lines of a text as fit into so many bytes, with "…" where some are missing."""
    if len(text.encode()) <= most:
        return text
    kept: list[str] = []
    room = most - len("\n…".encode())
    for line in text.split("\n"):
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, "…"])


def _mail(parcel: Parcel) -> Any:
    server = parcel.server
    assert server is not None  # a parcel for mail has one
    name = "".join(c for c in server.sender_name if c.isprintable() and c not in '<>"@,;\\')
    modes = {"tls": "ssl", "starttls": "starttls", "none": "insecure"}
    plugin = NotifyEmail(
        smtp_host=server.host,
        host=server.host,
        port=server.port,
        from_addr=f"{name} <{server.sender}>" if name.strip() else server.sender,
        targets=parcel.values["to"].split(","),
        secure=server.security != "none",
        secure_mode=modes[server.security],
        format="text",
        **_common(),
    )
    # the constructor takes a percent sign in them for an escape
    plugin.user, plugin.password = server.user_name or None, server.password or None
    return plugin


def _wecom(parcel: Parcel) -> Any:
    return NotifyWeComBot(key=parcel.values["key"], **_common())


def _dingtalk(parcel: Parcel) -> Any:
    return NotifyDingTalk(
        token=parcel.values["token"], secret=parcel.values.get("signing_key"), **_common()
    )


def _feishu(parcel: Parcel) -> Any:
    return NotifyFeishu(token=parcel.values["token"], **_common())


def _slack(parcel: Parcel) -> Any:
    values = parcel.values
    return NotifySlack(
        token_a=values["a"], token_b=values["b"], token_c=values["c"], include_image=False,
        include_footer=False, **_common(),
    )  # fmt: skip


_MAKERS: dict[str, Callable[[Parcel], Any]] = {
    "mail": _mail,
    "wecom": _wecom,
    "dingtalk": _dingtalk,
    "feishu": _feishu,
    "slack": _slack,
}


def _common() -> dict[str, Any]:
    asset = AppriseAsset(app_id="Tracker", app_desc="Tracker", app_url="", plugin_paths=[])
    return {
        "asset": asset, "redirect": "no", "cto": CONNECT_SECONDS, "rto": ANSWER_SECONDS,
        "verify": "yes",
    }  # fmt: skip


@contextmanager
def _noted() -> Iterator[Notes]:
    """Keep answers of services and lines of Apprise's log, which is where it puts its reasons."""
    notes = Notes()
    send_plainly = requests.Session.send

    def noted_send(self: Any, request: Any, **kwargs: Any) -> requests.Response:
        answer = send_plainly(self, request, **kwargs)
        notes.answers.append(answer)
        return answer

    handler = logging.Handler()
    handler.emit = lambda record: notes.lines.append(record.getMessage())  # type: ignore[method-assign]
    log = logging.getLogger("apprise")
    level = log.level
    log.setLevel(logging.DEBUG)
    log.addHandler(handler)
    setattr(requests.Session, "send", noted_send)  # noqa: B010 - a plain assignment has no type
    try:
        yield notes
    finally:
        setattr(requests.Session, "send", send_plainly)  # noqa: B010 - a plain assignment has no type
        log.removeHandler(handler)
        log.setLevel(level)


def _outcome(is_sent: bool, notes: Notes) -> str:
    for answer in notes.answers:
        if answer.status_code != requests.codes.ok:
            return f"http_{answer.status_code}"
        if _refuses(answer):
            return "refused"
    if is_sent:
        return ""
    if any(line.startswith(_ARRIVED) for line in notes.lines):
        return "partly_refused"
    for line in notes.lines:
        if not line.startswith(_TELLING):
            continue
        for words, code in _REASONS:
            if words in line:
                return code
    return "unreachable"


def _refuses(answer: requests.Response) -> bool:
    """Whether a 200 says no: {"errcode": 93000} (WeCom, DingTalk), {"code": 19001} (Feishu)."""
    try:
        said = answer.json()
    except ValueError:
        return False
    if not isinstance(said, dict):
        return False
    return any(said.get(name) not in (None, 0, "0") for name in ("errcode", "code", "StatusCode"))
