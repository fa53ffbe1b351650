"""`tracker classify`: how landings would be read, one JSON line for each line of a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import IO, Any

import click

from tracker.domain.bots import bot_reason
from tracker.domain.marks import classify, read_mark
from tracker.domain.rules import Rules

MAX_LINE = 4_000_000
"""Characters of one line; a longer one is refused rather than parsed."""


@click.command("classify")
@click.argument("file", type=click.File("r", encoding="utf-8-sig", errors="replace"))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line (the only format).")
def command(file: IO[str], as_json: bool) -> None:
    """Classify the landings in FILE (JSON lines; "-" reads standard input).

    A line in: {"landing_url", "referrer", "user_agent"?}. A line out: {"source", "medium",
    "campaign", "channel", "kind", "paid_evidence", "bot"}; source is null for direct, kind is null
    for internal traffic. Without a user agent, bot is false; an empty one is a bot. No database
    is read: these are the built-in rules. A line that cannot be read is reported with its number
    and has no line out; then the exit code is 1.
    """
    del as_json  # part of the contract; there is no other format
    rules = Rules.default()
    failed = 0
    for number, text in _lines(file):
        try:
            answer = _answer(_landing(text), rules)
        except ValueError as error:
            failed += 1
            click.echo(f"line {number}: {error}", err=True)
            continue
        click.echo(json.dumps(answer, ensure_ascii=False))
    if failed:
        sys.exit(1)


def _lines(file: IO[str]) -> Iterator[tuple[int, str]]:
    for number, text in enumerate(file, start=1):
        if text.strip():
            yield number, text


def _landing(text: str) -> dict[str, str | None]:
    """The fields of one line. Raises ValueError with a reason for the user."""
    if len(text) > MAX_LINE:
        raise ValueError(f"longer than {MAX_LINE} characters")
    try:
        line: Any = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"not JSON ({error})") from error
    if not isinstance(line, dict):
        raise ValueError("not a JSON object")
    if "landing_url" not in line and "referrer" not in line:
        raise ValueError('neither "landing_url" nor "referrer" is given')
    fields = {name: line.get(name) for name in ("landing_url", "referrer", "user_agent")}
    for name, value in fields.items():
        if value is not None and not isinstance(value, str):
            raise ValueError(f'"{name}" is not text')
    return fields


def _answer(landing: dict[str, str | None], rules: Rules) -> dict[str, Any]:
    agent = landing["user_agent"]
    mark = read_mark(landing["landing_url"] or "", landing["referrer"] or "", agent or "")
    reading = classify(mark, rules)
    return {
        "source": reading.source,
        "medium": reading.medium,
        "campaign": reading.campaign,
        "channel": reading.channel.value,
        "kind": reading.kind.value if reading.kind else None,
        "paid_evidence": reading.paid_evidence,
        "bot": agent is not None and bot_reason(agent) is not None,
    }
