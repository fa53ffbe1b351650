"""`tracker demo`: the demo brand, made from a known truth; and away with it again."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import date

import click

from tracker.cli._common import DAY, as_json, open_database, print_json
from tracker.config import Settings
from tracker.demo.load import load_demo
from tracker.demo.remove import remove_demo
from tracker.demo.truth import truth_file


@click.command()
@click.option("--seed", type=click.IntRange(min=0), default=11, show_default=True)
@click.option("--days", type=click.IntRange(14, 1100), default=120, show_default=True)
@click.option(
    "--scale",
    type=click.FloatRange(0, 100, min_open=True),
    default=1.0,
    show_default=True,
    help="Multiplies visits, orders, spend and fees; 1 is about 60 thousand visits.",
)
@click.option("--until", type=DAY, help="The last day; default: today in Shanghai.")
@click.option("--remove", is_flag=True, help="Take the demo brand away, with all its figures.")
@as_json
def command(
    seed: int, days: int, scale: float, until: date | None, remove: bool, as_json: bool
) -> None:
    """Make the demo brand (山野茶铺), with a truth kept beside it, or take it away."""
    settings = Settings.from_env()
    started = time.monotonic()
    with open_database() as database:
        if remove:
            removed = remove_demo(database, settings)
            result: dict[str, object] = {"removed": removed}
            told = f"{removed} rows deleted" if removed else "there is no demo brand"
        else:
            counts = load_demo(
                database, settings, seed=seed, days=days, scale=scale, until=until, progress=_tell
            )
            result = {**asdict(counts), "truth": str(truth_file(settings.home_dir))}
            told = (f"{counts.hits} hits, {counts.orders} orders, {counts.refunds} refunds; "
                    f"what caused each order: {result['truth']}")  # fmt: skip
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        print_json({**result, "seconds": seconds})
    else:
        click.echo(f"{told} ({seconds} s)")


def _tell(line: str) -> None:
    click.echo(line, err=True)
