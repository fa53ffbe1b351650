"""What a page or an answer of a social network says: accounts and posts with their counts.

Every reader of a network is a pure function from a body to a SocialPage. A count that the network
does not give is absent from `counts`; it is never 0. A refusal has a status and no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Final

from spiders.pages import blocks
from spiders.pages.charset import decode_page
from spiders.pages.item import PageStatus
from spiders.pages.json_text import load_json
from spiders.pages.nodes import clean_text
from spiders.pages.values import count_of
from tracker.domain.numbers import NumberReading, Precision

MAX_POSTS: Final = 200
"""Posts of one page that are read."""

_EARLIEST: Final = datetime(1995, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Account:
    """One account of a network."""

    network: str
    ref: str = ""
    """What the network calls it for ever (did, channel id, number); empty: not said."""
    handle: str = ""
    """The name in its address, which its owner may change."""
    title: str | None = None
    url: str | None = None
    counts: dict[str, NumberReading] = field(default_factory=dict)
    """By the names of `item.COUNTS`; likes and views of an account are those of all its posts."""
    moved_to: str | None = None
    """Where the owner went; its counts stay where they are."""


@dataclass(slots=True)
class Post:
    """One post of a network."""

    network: str
    ref: str
    """What the network calls it."""
    account_ref: str = ""
    handle: str = ""
    """Its author's, as far as the page says."""
    title: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    """Aware, UTC; None: not said, or not clear."""
    counts: dict[str, NumberReading] = field(default_factory=dict)


@dataclass(slots=True)
class SocialPage:
    """All that one page or answer says."""

    status: PageStatus = PageStatus.EMPTY
    accounts: list[Account] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    cursor: str | None = None
    """What the network wants to be asked for the next page with; None: there is none."""
    detail: str = ""
    """For a status that is no answer: a word of the network's own, cut."""

    @property
    def is_answer(self) -> bool:
        """Whether it carries anything."""
        return bool(self.accounts or self.posts)


def answer(
    accounts: Iterable[Account | None] = (),
    posts: Iterable[Post | None] = (),
    cursor: str | None = None,
) -> SocialPage:
    """A page that was read; empty when there is neither account nor post."""
    page = SocialPage(
        accounts=[one for one in accounts if one is not None],
        posts=[one for one in posts if one is not None][:MAX_POSTS],
        cursor=cursor,
    )
    page.status = PageStatus.OK if page.is_answer else PageStatus.EMPTY
    return page


def read_answer(body: bytes | str) -> tuple[Any, SocialPage | None]:
    """The JSON document of an answer; or (None, what it is instead).

    A challenge page that came with status 200 has its own status; a document that is a refusal is
    left to the reader of the network, which knows its words.
    """
    text = body if isinstance(body, str) else decode_page(body).text
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        return None, SocialPage(judge_html(text))
    documents = load_json(text)
    if len(documents) != 1 or not isinstance(documents[0], dict | list):
        return None, SocialPage(PageStatus.BAD_CONTENT if text.strip() else PageStatus.EMPTY)
    return documents[0], None


def judge_html(text: str, url: str = "") -> PageStatus:
    """What a page is that has none of what the reader looks for: a wall, or simply empty."""
    match = re.search(r"<title[^>]*>([^<]{0,500})", text[:100_000], re.IGNORECASE)
    title = clean_text(match[1]) if match else None
    found = blocks.judge_strongly(title, url)
    if found is None:
        shown = re.sub(r"(?s)<(script|style)\b.*?(?:</\1>|\Z)|<[^<>]*>", " ", text[:200_000])
        has_password = re.search(r"type=[\"']?password", text, re.IGNORECASE) is not None
        found = blocks.judge_weakly(text, len(" ".join(shown.split())), has_password=has_password)
    return PageStatus.EMPTY if found is None else found[1]


def refused(document: Any) -> SocialPage | None:
    """A document that is a refusal in words or codes known everywhere; None: it is none."""
    found = blocks.judge_json(document)
    if found is None:
        return None
    return SocialPage(found[1], detail=word_of(document))


def word_of(document: Any) -> str:
    """The network's own word for a refusal, cut; "": it says none."""
    for path in (
        ("error", "message"), ("error",), ("message",), ("msg",), ("title",), ("detail",),
        ("errors", 0, "message"),
    ):  # fmt: skip
        found = dig(document, *path)
        if isinstance(found, str) and found.strip():
            return clean_text(found, 200) or ""
    return ""


def dig(value: Any, *path: str | int) -> Any:
    """What lies below keys and positions; None where one of them is missing."""
    for step in path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def rows(value: Any, *path: str | int) -> list[dict[str, Any]]:
    """The objects of a list, or of an object whose keys are positions; [] if it is neither."""
    found = dig(value, *path)
    if isinstance(found, dict):
        found = list(found.values())
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text_at(value: Any, *path: str | int) -> str:
    """The text below, in one line and cut; of a whole number its digits; "" if there is none."""
    found = dig(value, *path)
    if isinstance(found, Decimal) and found == found.to_integral_value():
        return format(found.to_integral_value(), "f")
    return clean_text(found) or "" if isinstance(found, str) else ""


def counts_at(value: Any, names: Mapping[str, str]) -> dict[str, NumberReading]:
    """Counts by our names: `names` has our name -> the network's key. Missing ones are left out."""
    found = {}
    for ours, theirs in names.items():
        reading = count_of(dig(value, *theirs.split(".")))
        if reading is not None:
            found[ours] = reading
    return found


def rounded_to(reading: NumberReading | None, significant: int) -> NumberReading | None:
    """A count that the network cuts to so many digits, though it looks exact.

    The true number lies between half a step below (had it been rounded) and a whole step above
    (had it been cut off), as `tracker.domain.numbers` encloses a rounded text.
    """
    if reading is None or reading.value is None or reading.value < Decimal(10) ** significant:
        return reading
    step = Decimal(10) ** (reading.value.adjusted() + 1 - significant)
    low, high = reading.value - step // 2, reading.value + step
    return NumberReading(reading.raw, reading.value, low, high, None, Precision.ROUNDED)


def total_of(readings: list[NumberReading]) -> NumberReading | None:
    """Several counts as one; None: there are none. As vague as the vaguest of them."""
    known = [one for one in readings if one.value is not None and one.low is not None]
    if not known or len(known) != len(readings):
        return None
    if len(known) == 1:
        return known[0]
    value = sum((one.value or Decimal(0) for one in known), Decimal(0))
    low = sum((one.low or Decimal(0) for one in known), Decimal(0))
    raw = " + ".join(one.raw for one in known)[:200]
    if any(one.high is None for one in known):
        return NumberReading(raw, value, low, None, None, Precision.AT_LEAST)
    # Each `high` is the first number that is too much.
    high = sum((one.high - 1 for one in known if one.high is not None), Decimal(1))
    is_exact = all(one.precision is Precision.EXACT for one in known)
    precision = Precision.EXACT if is_exact else Precision.ROUNDED
    return NumberReading(raw, value, low, high, None, precision)


def instant_of(value: Any) -> datetime | None:
    """An instant as networks write it: ISO 8601, RFC 2822, "Tue Nov 05 12:34:56 +0800 2024", or
    seconds or milliseconds since 1970. None: no time, one without an offset, or a senseless one.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, Decimal | int):
        return _of_epoch(Decimal(value))
    if not isinstance(value, str) or not 8 <= len(value.strip()) <= 60:
        return None
    text = value.strip()
    if re.fullmatch(r"[0-9]{9,14}", text):
        return _of_epoch(Decimal(text))
    return _sensible(_of_iso(text) or _of_words(text) or _of_mail(text))


def _of_epoch(number: Decimal) -> datetime | None:
    seconds = number / 1000 if number >= 10**11 else number
    if not 0 < seconds < 10**10:
        return None
    whole = int(seconds * 1_000_000)
    return _sensible(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=whole))


def _of_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_WORDS = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})"
)
_MONTHS: Final = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()  # noqa: SIM905 -- a table


def _of_words(text: str) -> datetime | None:
    match = _WORDS.fullmatch(text)
    if match is None or match[1] not in _MONTHS:
        return None
    offset = timedelta(hours=int(match[7]), minutes=int(match[8]))
    clock = (int(match[2]), int(match[3]), int(match[4]), int(match[5]))
    try:
        zone = timezone(-offset if match[6] == "-" else offset)
        return datetime(int(match[9]), _MONTHS.index(match[1]) + 1, *clock, tzinfo=zone)
    except ValueError:
        return None


def _of_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None


def _sensible(instant: datetime | None) -> datetime | None:
    if instant is None or instant.tzinfo is None:
        return None
    try:
        found = instant.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return found if _EARLIEST <= found <= datetime(2100, 1, 1, tzinfo=UTC) else None
