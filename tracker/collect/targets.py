"""Where a tracked link leads: its stored target with the link's marks in the query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus, urlsplit

from tracker.domain.utm import CLICK_PARAMETER

UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")

MAX_CARRIED = 1_000
"""Characters of the query of the click itself that are carried on."""

_CARRIED = re.compile(r"[A-Za-z0-9._~%+=&-]*")
_KEPT = "%/:=&?~#+!$,;'@()*[]"
"""Characters that stay as they are in an address; the rest is percent-encoded as UTF-8."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target with everything appended but the click's id."""

    address: str
    """Scheme, host and path."""
    query: str
    """The target's own parameters, then utm_* and kol; "" when there is none."""
    fragment: str
    """With its "#", or ""."""
    names: frozenset[str]
    """Names of the parameters in `query`."""

    def with_click(self, click_id: str | None, query: str = "") -> str:
        """The full address of one click.

        Args:
            click_id: the event id of the click; None: it could not be recorded.
            query: the query that the visitor's own address had: platforms add their click ids to
                it. Parameters that the target has already are not overwritten.
        """
        parts = [self.query] if self.query else []
        if query and len(query) <= MAX_CARRIED and _CARRIED.fullmatch(query):
            taken = self.names | {CLICK_PARAMETER}
            parts += [p for p in query.split("&") if p and _name(p) not in taken]
        if click_id is not None:
            parts.append(f"{CLICK_PARAMETER}={click_id}")
        joined = "?" + "&".join(parts) if parts else ""
        return f"{self.address}{joined}{self.fragment}"


def build_target(url: str, utm: dict[str, str], kol: str) -> Target:
    """The target of a link.

    Query and fragment of the stored address are kept as they are, except that a parameter which
    the link sets itself replaces one of the same name: of two, a reader would take the first.

    Args:
        url: stored address.
        utm: values by name (`utm_source` …); "" sets nothing.
        kol: the influencer's slug; "": none.

    Raises:
        ValueError: the address is not http(s), names no host, carries a user name, or holds a
            control character or backslash.
    """
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise ValueError("a control character, blank or backslash in the target")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError("the target is not a plain http(s) address")
    added = {name: utm[name] for name in UTM if utm.get(name)}
    if kol:
        added["kol"] = kol
    replaced = added.keys() | {CLICK_PARAMETER}
    own = [p for p in parts.query.split("&") if p and _name(p) not in replaced]
    query = [_ascii(p) for p in own] + [f"{n}={quote(v, safe='')}" for n, v in added.items()]
    return Target(
        address=f"{parts.scheme}://{_host(parts.netloc)}{_ascii(parts.path)}",
        query="&".join(query),
        fragment="#" + _ascii(parts.fragment) if parts.fragment else "",
        names=frozenset(_name(p) for p in query),
    )


def _name(parameter: str) -> str:
    return unquote_plus(parameter.partition("=")[0]).lower()


def _ascii(text: str) -> str:
    return quote(text, safe=_KEPT)


def _host(netloc: str) -> str:
    if netloc.isascii():
        return netloc
    return netloc.encode("idna").decode("ascii")  # UnicodeError is a ValueError
