"""`tracker check-url`: may a spider fetch this address?"""

from __future__ import annotations

import json
import sys

import click

from spiders.net import check_url, resolve_host
from spiders.urls import Reason


@click.command("check-url")
@click.argument("urls", metavar="[URL]...", nargs=-1)
@click.option("--offline", is_flag=True, help="Judge the URL only; look no name up.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a URL.")
def command(urls: tuple[str, ...], *, offline: bool, as_json: bool) -> None:
    """Say whether a spider may fetch each URL; without URL, each line of standard input.

    One line each: {"url", "allowed", "reason"}. The reason is one of: ok, malformed, scheme,
    credentials, port, host, local_name, private_address, disguised_address, unresolved. Only http
    and https to port 80 or 443 of public addresses pass; a name passes if all its addresses are
    public. Nothing is fetched, and robots.txt is another question. The exit code is 0 also for
    what is refused. Write -- before a URL that begins with a minus.
    """
    resolve = None if offline else resolve_host
    for url in urls or (line.rstrip("\r\n") for line in sys.stdin):
        verdict = check_url(url, resolve)
        if as_json:
            document = {"url": url, "allowed": verdict.is_allowed, "reason": verdict.reason.value}
            click.echo(json.dumps(document, ensure_ascii=not _is_text(url)))
        else:
            click.echo(f"{'yes' if verdict.reason is Reason.OK else verdict.reason.value}\t{url}")


def _is_text(url: str) -> bool:
    """Whether a text can be written as UTF-8; bytes that were none arrive as lone surrogates."""
    try:
        url.encode()
    except UnicodeEncodeError:
        return False
    return True
