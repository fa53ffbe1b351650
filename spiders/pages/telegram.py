"""Telegram's public channels: the card at t.me/<name>, and the posts at t.me/s/<name>.

The card has the exact number of subscribers, the list of posts a rounded one. A channel without
preview redirects its list to the card. Reactions of every kind together are the likes; there are
no counts of comments or shares.
"""

from __future__ import annotations

import re
from typing import Any, Final

from spiders.pages.charset import decode_page
from spiders.pages.item import PageStatus
from spiders.pages.markup import parse_tree
from spiders.pages.nodes import clean_text
from spiders.pages.social import Account, Post, SocialPage, answer, instant_of, judge_html, total_of
from spiders.pages.values import count_of
from tracker.domain.numbers import NumberReading

NETWORK: Final = "telegram"
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
"""A channel's name."""

MAX_MESSAGES: Final = 60
"""Of one page, the newest; Telegram gives 20."""

MAX_REACTIONS: Final = 40
"""Kinds of reactions of one post."""

_COUNTED: Final = frozenset({"subscriber", "subscribers", "member", "members"})


def read_card(body: bytes | str) -> SocialPage:
    """t.me/<name>: "25 015 subscribers", "2 805 members, 120 online". A person's card has none."""
    tree, wall = _tree(body)
    if wall is not None:
        return wall
    extra = _first(tree, "tgme_page_extra")
    title = _first(tree, "tgme_page_title")
    if extra is None or not title:
        return SocialPage(PageStatus.NOT_FOUND if _is_empty_card(tree) else PageStatus.EMPTY)
    name = _name_of_card(tree)
    reading = _members(extra)
    if reading is None:  # "@name": a person or a bot, which have no subscribers
        return SocialPage(PageStatus.EMPTY, detail=extra[:200])
    counts = {"followers": reading}
    return answer([Account(NETWORK, name.lower(), name, title, _address(name), counts)])


def read_channel(body: bytes | str) -> SocialPage:
    """t.me/s/<name>: the channel with its rounded count, and its newest posts.

    Empty: the channel shows no preview (the card came instead).
    """
    tree, wall = _tree(body)
    if wall is not None:
        return wall
    if not _all(tree, "tgme_channel_history"):
        return SocialPage()
    messages = [one for one in _all(tree, "tgme_widget_message") if one.get("data-post")]
    rows = [_post(one) for one in messages[-MAX_MESSAGES:]]
    posts = [one for one in rows if one is not None]
    before = min((int(one.ref.rpartition("/")[2]) for one in posts), default=0)
    page = answer([_channel(tree)], posts, str(before) if before > 1 else None)
    page.status = PageStatus.OK
    return page


def read_embed(body: bytes | str) -> SocialPage:
    """t.me/<name>/<id>?embed=1: one post; a deleted one is not found."""
    tree, wall = _tree(body)
    if wall is not None:
        return wall
    if _all(tree, "tgme_widget_message_error"):
        return SocialPage(PageStatus.NOT_FOUND)
    return answer(posts=[_post(one) for one in _all(tree, "tgme_widget_message")[:1]])


def _tree(body: bytes | str) -> tuple[Any, SocialPage | None]:
    text = body if isinstance(body, str) else decode_page(body).text
    tree = parse_tree(text)
    if tree is None:
        return None, SocialPage(PageStatus.BAD_CONTENT if text.strip() else PageStatus.EMPTY)
    if "tgme_" not in text:
        return None, SocialPage(judge_html(text))
    return tree, None


def _all(tree: Any, name: str) -> list[Any]:
    """The elements of a class, in the page's order."""
    path = "descendant::*[contains(concat(' ', normalize-space(@class), ' '), $name)]"
    return list(tree.xpath(path, name=f" {name} "))


def _first(tree: Any, name: str) -> str | None:
    """The text of the first element of a class that has one."""
    texts = (clean_text("".join(one.itertext())) for one in _all(tree, name))
    return next((text for text in texts if text), None)


def _members(text: str) -> NumberReading | None:
    """The count before "subscribers" or "members", in whatever spaces; None: there is none."""
    number, _, word = re.split(r"[,;·•]", text)[0].strip().rpartition(" ")
    return count_of(number) if word.lower() in _COUNTED else None


def _is_empty_card(tree: Any) -> bool:
    """A name that nobody has: only the button that opens the program."""
    return bool(_all(tree, "tgme_page_icon") or _all(tree, "tgme_page_action"))


def _name_of_card(tree: Any) -> str:
    """The channel's name, out of the links that open it."""
    for element in tree.iter("a", "meta", "link"):
        for attribute in ("href", "content"):
            found = re.search(
                r"(?:tg:/?/resolve\?domain=|//t\.me/(?:s/)?)([A-Za-z]\w{3,31})(?=$|[&?/\"])",
                element.get(attribute) or "",
            )
            if found and found[1].lower() not in ("share", "joinchat", "addstickers", "iv"):
                return found[1]
    return ""


def _channel(tree: Any) -> Account | None:
    name = (_first(tree, "tgme_channel_info_header_username") or "").lstrip("@")
    if not NAME.fullmatch(name):
        return None
    counts = {}
    for counter in _all(tree, "tgme_channel_info_counter"):
        kind = (_first(counter, "counter_type") or "").lower()
        reading = count_of(_first(counter, "counter_value"))
        if kind in _COUNTED and reading is not None:
            counts["followers"] = reading
    title = _first(tree, "tgme_channel_info_header_title")
    return Account(NETWORK, name.lower(), name, title, _address(name), counts)


def _post(message: Any) -> Post | None:
    ref = (message.get("data-post") or "").strip()
    name, _, number = ref.partition("/")
    if not NAME.fullmatch(name) or not re.fullmatch(r"[0-9]{1,12}", number):
        return None
    times = [one.get("datetime") for one in message.iter("time") if one.get("datetime")]
    counts = {}
    views = count_of(_first(message, "tgme_widget_message_views"))
    if views is not None:
        counts["views"] = views
    likes = _reactions(message)
    if likes is not None:
        counts["likes"] = likes
    return Post(
        NETWORK,
        ref=f"{name.lower()}/{number}",
        account_ref=name.lower(),
        handle=name,
        title=_first(message, "tgme_widget_message_text"),
        url=f"https://t.me/{ref}",
        published_at=instant_of(times[-1]) if times else None,
        counts=counts,
    )


def _reactions(message: Any) -> NumberReading | None:
    """All reactions together; None: there are none to see, or one of them cannot be read."""
    readings = []
    for reaction in _all(message, "tgme_reaction")[:MAX_REACTIONS]:
        texts = [one for one in reaction.itertext() if any(sign.isdigit() for sign in one)]
        reading = count_of(texts[-1].strip()) if texts else None
        if reading is None:
            return None
        readings.append(reading)
    return total_of(readings)


def _address(name: str) -> str | None:
    return f"https://t.me/{name}" if name else None
