"""`tracker read-number`: what a number says as a page writes it, "1.2万+" or "$19.90"."""

from __future__ import annotations

import json
import sys
from decimal import Decimal

import click

from tracker.domain.money import is_currency
from tracker.domain.numbers import NumberKind, NumberReading, read_number


@click.command("read-number")
@click.argument("texts", metavar="[TEXT]...", nargs=-1)
@click.option(
    "--as",
    "kind",
    type=click.Choice([kind.value for kind in NumberKind]),
    help="What it must be; default: an amount if it names a currency, else a plain number.",
)
@click.option(
    "--currency", metavar="CODE", help='Currency of the page: what "$" or "¥" mean; ISO 4217.'
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a text.")
def command(
    texts: tuple[str, ...], kind: str | None, currency: str | None, *, as_json: bool
) -> None:
    """Read numbers as people and platforms write them; without TEXT, each line of standard input.

    One line each: {"value", "low", "high", "currency", "raw", "precision"}. Whole numbers that are
    no money are JSON numbers; prices and numbers with decimals are decimal text. The true number
    is at least low and less than high; a high of null has no end. precision is exact, rounded
    ("1.2万"), at_least ("10万+", "from $5") or range ("19.9-39.9": value is the first). What is
    unclear (two numbers, a date, a share, a size, "up to") has null everywhere but in raw.

    One mark before exactly three digits separates thousands, also in prices: "3.350" is 3350. A
    sign that several currencies share has a currency of null, unless --currency says which.
    Write -- before a TEXT that begins with a minus. The exit code is 0 also for what is unclear.
    """
    if currency is not None and not is_currency(currency):
        raise click.BadParameter(f"{currency} is no ISO 4217 code", param_hint="--currency")
    number_kind = NumberKind(kind) if kind else None
    lines = texts or (line.rstrip("\r\n") for line in sys.stdin)
    for text in lines:
        reading = read_number(text, number_kind, currency)
        if as_json:
            click.echo(json.dumps(as_document(reading), ensure_ascii=False))
        else:
            click.echo(_as_words(reading))


def as_document(reading: NumberReading) -> dict[str, str | int | None]:
    """A reading as JSON has it: whole numbers that are no money as numbers, others as text."""
    numbers = [value for value in (reading.value, reading.low, reading.high) if value is not None]
    as_text = reading.is_money or any(value % 1 for value in numbers)

    def number(value: Decimal | None) -> str | int | None:
        if value is None:
            return None
        return format(value, "f") if as_text else int(value)

    return {
        "value": number(reading.value),
        "low": number(reading.low),
        "high": number(reading.high),
        "currency": reading.currency,
        "raw": reading.raw,
        "precision": reading.precision.value if reading.precision else None,
    }


def _as_words(reading: NumberReading) -> str:
    if reading.value is None:
        return f"{reading.raw}\t-"
    parts = [format(reading.value, "f"), reading.currency or "", reading.precision or ""]
    return "\t".join([reading.raw, *parts])
