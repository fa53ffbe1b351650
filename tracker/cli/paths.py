"""`tracker paths`: credits of a path table under every model, without a database."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from tracker.cli._common import as_json, print_json
from tracker.domain.attribution.path_models import (
    PATH_MODELS,
    ChannelCredits,
    MarkovResult,
    Timing,
    credits_under,
    markov_of,
)
from tracker.domain.attribution.path_table import PathTable, PathTableError, read_path_table
from tracker.domain.attribution.transitions import MAX_ORDER
from tracker.imports import reasons
from tracker.imports.encoding import encoding_of, open_text
from tracker.imports.errors import FileError

SHOWN = 20
"""Rejected rows that are named on standard error."""

LONGEST_CELL = 1 << 26
"""Characters of one path; the csv module's own limit is too low for journeys of a year."""


@click.command("paths")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", type=click.Choice(["all", *PATH_MODELS]), default="all", show_default=True)
@click.option(
    "--order",
    type=click.IntRange(1, MAX_ORDER),
    default=1,
    show_default=True,
    help="Touches that a state of the Markov chain remembers.",
)
@click.option(
    "--half-life-hours",
    type=click.FloatRange(0, min_open=True),
    default=168.0,
    show_default=True,
    help="Of time_decay.",
)
@click.option(
    "--step-hours",
    type=click.FloatRange(0),
    default=24.0,
    show_default=True,
    help="Between two touches; the last one is at the order.",
)
@as_json
def command(
    file: Path, model: str, order: int, half_life_hours: float, step_hours: float, as_json: bool
) -> None:
    """Credit the channels of a path table (CSV).

    Columns: path ("a > b > a"), total_conversions, total_conversion_value and total_null (both may
    be missing), separated by "," or ";". A row that cannot be read is named with its line on
    standard error and left out. Direct visits count in all models but last_non_direct.
    """
    table = _read(file)
    for rejected in table.rejected[:SHOWN]:
        click.echo(f"line {rejected.line}: {rejected.reason}; left out", err=True)
    if len(table.rejected) > SHOWN:
        click.echo(f"and {len(table.rejected) - SHOWN} more rows left out", err=True)
    if len(table.journeys) == 0:
        raise PathTableError(f"{file.name}: no row with a path that can be read")
    models = PATH_MODELS if model == "all" else (model,)
    timing = Timing(half_life_hours, step_hours)
    markov = markov_of(table, order) if "markov" in models else None
    found = {name: credits_under(name, table, timing, markov) for name in models}
    if as_json:
        print_json(_document(table, found, markov))
    else:
        click.echo(_text(table, found, markov))


def _read(file: Path) -> PathTable:
    kept = csv.field_size_limit(LONGEST_CELL)  # of the whole process: it is given back
    try:
        with open_text(file, encoding_of(file)) as lines:
            return read_path_table(lines)
    except FileError as error:
        raise PathTableError(f"{file.name}: {reasons.explain_file(error)}") from error
    except PathTableError as error:
        raise PathTableError(f"{file.name}: {error}") from error
    finally:
        csv.field_size_limit(kept)


def _document(
    table: PathTable, found: dict[str, ChannelCredits], markov: MarkovResult | None
) -> dict[str, Any]:
    """The result as DESIGN section 9 has it; value is null without a column of values, and markov
    when that model was not asked for.
    """

    def named(figures: NDArray[np.float64] | None) -> dict[str, float] | None:
        return None if figures is None else dict(zip(table.channels, figures.tolist(), strict=True))

    return {
        "channels": list(table.channels),
        "models": {
            name: {"conversions": named(credit.conversions), "value": named(credit.value)}
            for name, credit in found.items()
        },
        "markov": markov
        and {"p_conversion": markov.p_conversion, "removal": named(markov.removal)},
        "rows": table.rows,
        "rejected": [{"line": row.line, "reason": row.reason} for row in table.rejected],
    }


def _text(table: PathTable, found: dict[str, ChannelCredits], markov: MarkovResult | None) -> str:
    parts = [_grid("conversions", table, {n: c.conversions for n, c in found.items()}, 4)]
    if table.value is not None:
        values = {name: credit.value for name, credit in found.items() if credit.value is not None}
        parts.append(_grid("value", table, values, 2))
    if markov is not None:
        parts.append(_grid("effect", table, {"removal": markov.removal}, 6, total=False))
        parts.append(f"probability of a conversion: {markov.p_conversion:.6f}")
    return "\n\n".join(parts)


def _grid(
    title: str,
    table: PathTable,
    columns: dict[str, NDArray[np.float64]],
    digits: int,
    *,
    total: bool = True,
) -> str:
    """A block of aligned columns, one line a channel."""
    rows = [[title, *columns]]
    for place, channel in enumerate(table.channels):
        rows.append([channel, *(f"{figures[place]:.{digits}f}" for figures in columns.values())])
    if total:
        rows.append(["total", *(f"{figures.sum():.{digits}f}" for figures in columns.values())])
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(_line(row, widths) for row in rows)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0] + " " * (widths[0] - _width(cells[0]))
    others = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return "  ".join([first, *others])


def _width(text: str) -> int:
    """Columns of a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
