"""`tracker read-page`: what a saved page says: a product and its price, an account, or a block."""

from __future__ import annotations

import json
from typing import IO, Any

import click

from spiders.pages.charset import MAX_BYTES
from spiders.pages.item import PageKind
from spiders.pages.listing import read_page
from spiders.pages.saved import item_of, network_of, read_saved


@click.command("read-page")
@click.argument("file", type=click.File("rb"))
@click.option("--url", required=True, help="Address of the page; it tells which product is meant.")
@click.option(
    "--select",
    "selectors",
    metavar="FIELD=CSS",
    multiple=True,
    help='A taught selector, used where the page says no price: --select "price=.now::text".',
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(file: IO[bytes], url: str, selectors: tuple[str, ...], *, as_json: bool) -> None:
    """Read FILE, a page, a shop's product JSON or a network's answer, as saved ("-": stdin).

    Prints {"kind", "status", "title", "price", "list_price", "currency", "availability", "rating",
    "review_count", "sku", "brand", …}: every key always, null for what the page does not say.
    kind is product, profile, post, list, challenge, login, error or unknown; status is ok,
    ambiguous (sources contradict each other: no price, but candidates), empty, blocked, challenge,
    login_wall, not_found, server_error or bad_content. Amounts are decimal text, counts and
    ratings numbers. The exit code is 0 for every page that could be opened.
    """
    taught = dict(_pair(text) for text in selectors)
    body = file.read(MAX_BYTES + 1)
    item = item_of(read_saved(body, url)) if network_of(url) and not taught else None
    if item is None or item.kind is PageKind.UNKNOWN:
        item = read_page(body, url, selectors=taught)
    document = item.as_document()
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    for name, value in document.items():
        if value not in (None, [], {}):
            click.echo(f"{name}\t{_in_words(value)}")


def _pair(text: str) -> tuple[str, str]:
    field, found, selector = text.partition("=")
    if not found:
        raise click.BadParameter(f"{text!r} is not FIELD=CSS", param_hint="--select")
    return field.strip(), selector.strip()


def _in_words(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
