"""Where messages go: what a person pastes, read into what a service needs, or refused.

Only hosts of the services themselves are taken, by their one spelling: a pasted address can lead
nowhere else. Mail addresses are plain (no name, no comment, no quoting).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MAIL = "mail"
MAX_ADDRESS = 254
"""Characters of a mail address (RFC 5321)."""
MAX_RECIPIENTS = 20
MAX_GIVEN = 4_096

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
_DOMAIN = (
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
_MAIL = re.compile(rf"{_LOCAL}@{_DOMAIN}", re.ASCII)

_TOKENS: Mapping[str, re.Pattern[str]] = {
    "wecom": re.compile(
        r"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(?P<key>[A-Za-z0-9-]{8,64})"
    ),
    "dingtalk": re.compile(
        r"https://oapi\.dingtalk\.com/robot/send\?access_token=(?P<token>[A-Za-z0-9]{16,128})"
    ),
    "feishu": re.compile(
        r"https://open\.feishu\.cn/open-apis/bot/v2/hook/(?P<token>[A-Za-z0-9-]{8,64})/?"
    ),
    "slack": re.compile(
        r"https://hooks\.slack\.com/services/"
        r"(?P<a>[A-Z0-9]{6,16})/(?P<b>[A-Z0-9]{6,16})/(?P<c>[A-Za-z0-9]{16,32})/?"
    ),
}
"""Service -> the address that its robot (群机器人, incoming webhook) gives people to paste."""

_SIGNING = re.compile(r"[A-Za-z0-9]{8,128}")

SERVICES = (MAIL, *_TOKENS)
TAKES_FILES = frozenset({MAIL})
"""Services that a file can be sent to; the others get the text and a link."""


class DestinationError(ValueError):
    """What was given is no destination. `code`: value_missing, bad_mail, too_many_mails,
    bad_webhook, bad_signing_key."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes. values: of the service, by name; lists are joined by a comma. hint:
    what may be shown of it."""

    service: str
    values: dict[str, str] = field(repr=False)
    hint: str


def parse_destination(service: str, given: str, signing_key: str = "") -> Address:
    """Read what a person pasted.

    Args:
        service: one of SERVICES.
        given: mail: addresses, with commas, semicolons or blanks between; else the address that the
            service shows for a robot or incoming webhook, whole.
        signing_key: DingTalk's (加签, starts with SEC); "": the robot knows messages by a word or
            by our address.

    Raises DestinationError; ValueError: there is no such service.
    """
    given = given.strip()
    if service not in SERVICES:
        raise ValueError(f"no service is called {service!r}")
    if not given:
        raise DestinationError("value_missing")
    if service == MAIL:
        return _mail(given)
    match = _TOKENS[service].fullmatch(given) if len(given) <= MAX_GIVEN else None
    if match is None:
        raise DestinationError("bad_webhook")
    values = match.groupdict()
    last = list(values.values())[-1]
    signing_key = signing_key.strip()
    if signing_key and service == "dingtalk":
        if not _SIGNING.fullmatch(signing_key):
            raise DestinationError("bad_signing_key")
        values["signing_key"] = signing_key
    return Address(service, values, f"…{last[-4:]}")


def is_mail_address(text: str) -> bool:
    """Whether a text is a plain mail address."""
    local = text.partition("@")[0]
    is_dotted_badly = local.startswith(".") or local.endswith(".") or ".." in local
    return len(text) <= MAX_ADDRESS and bool(_MAIL.fullmatch(text)) and not is_dotted_badly


def _mail(given: str) -> Address:
    found = list(dict.fromkeys(part for part in re.split(r"[\s,;，；、]+", given) if part))
    if len(found) > MAX_RECIPIENTS:
        raise DestinationError("too_many_mails")
    if not found or not all(map(is_mail_address, found)):
        raise DestinationError("bad_mail")
    shown = ", ".join(map(_masked, found[:3])) + (" …" if len(found) > 3 else "")
    return Address(MAIL, {"to": ",".join(found)}, shown)


def _masked(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local[0]}…@{domain}"
