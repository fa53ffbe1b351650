"""`tracker report`: channels, campaigns or influencers side by side: revenue, cost, ROAS, ROI."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click

from tracker.cli._common import as_json, find_workspace, open_database, print_json, workspace_option
from tracker.cli._report_state import read_state, state_options
from tracker.reports.campaigns import campaign_report
from tracker.reports.channels import channel_report
from tracker.reports.columns import TableSpec
from tracker.reports.csv_files import csv_stream, json_rows
from tracker.reports.influencer_list import influencer_list
from tracker.reports.state import ReportState
from tracker.reports.tables import FIGURE_COLUMNS, TABLES

REPORTS: dict[str, Callable[..., Any]] = {
    "channels": channel_report,
    "campaigns": campaign_report,
    "influencers": partial(influencer_list, is_whole=True),
}

SHOWN = ("visits", "orders", "net_revenue", "cost", "roas", "roi", "roi_before_goods_cost")
"""Columns of the plain table, after the name."""


@click.command(name="report")
@click.argument("name", type=click.Choice(list(REPORTS)), metavar="channels|campaigns|influencers")
@state_options
@click.option("--csv", "as_csv", is_flag=True, help="CSV on stdout, all columns.")
@as_json
@workspace_option
def command(
    name: str, as_csv: bool, as_json: bool, workspace_slug: str | None, **options: Any
) -> None:
    """Print a report of the days from --from to --to.

    As text, as CSV (UTF-8 with byte order mark), or as one JSON document: its rows have the keys of
    the CSV's header, amounts as decimal text, unknown as null, shares as numbers (0.35 = 35 %).
    """
    if as_csv and as_json:
        raise click.UsageError("choose --csv or --json")
    with open_database() as database, database.read() as session:
        workspace = find_workspace(session, workspace_slug)
        state = read_state(session, workspace, options)
        spec = TABLES[name]
        report = REPORTS[name](session, state)
        if as_csv:
            out = sys.stdout.buffer
            for piece in csv_stream(spec, report.rows, state):
                out.write(piece)
            out.flush()
        elif as_json:
            print_json(document(spec, report, state))
        else:
            click.echo(text_table(spec, report, state))


def document(spec: TableSpec, report: Any, state: ReportState) -> dict[str, Any]:
    """A report as one JSON document; `total` has the columns that add up, and their ratios."""
    totals = TableSpec(spec.name, FIGURE_COLUMNS, spec.rows)
    context = report.context
    before = context.before_period
    return {
        "report": spec.name,
        "from": state.start,
        "to": state.end,
        "model": str(state.model),
        "basis": state.basis,
        "currency": state.base_currency,
        "time_zone": state.time_zone,
        "policy_id": state.policy_id,
        "compared": before and {"from": before.start, "to": before.end},
        "data_until": context.data_until,
        "is_immature": context.is_immature,
        "pending_days": context.pending_days,
        "unfitted_weeks": context.unfitted_weeks,
        "fit_gap": context.fit_gap,
        "rows": json_rows(spec, report.rows, state),
        "total": json_rows(totals, [report.total], state)[0],
    }


def text_table(spec: TableSpec, report: Any, state: ReportState) -> str:
    """A report for a terminal: names to the left, figures to the right, the total last."""
    figures = TableSpec(spec.name, FIGURE_COLUMNS, spec.rows)
    shown = [column for column in FIGURE_COLUMNS if column.key in SHOWN]
    names = [_name(values) for values in json_rows(spec, report.rows, state)]
    lines = [[f"{spec.name} ({state.base_currency})", *(column.key for column in shown)]]
    rows = json_rows(figures, [*report.rows, report.total], state)
    for name, values in zip([*names, "total"], rows, strict=True):
        lines.append([name, *(_text(values[column.key]) for column in shown)])
    widths = [max(_width(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join(_line(line, widths) for line in lines)


def _name(values: dict[str, Any]) -> str:
    for key in ("influencer", "campaign", "utm_campaign", "channel"):
        if values.get(key):
            kind = values.get("kind")
            return f"{values[key]} ({kind})" if kind and key == "channel" else str(values[key])
    return "-"


def _text(value: Any) -> str:
    return "-" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cells[0] + " " * (widths[0] - _width(cells[0]))]
    padded += [" " * (w - _width(c)) + c for c, w in zip(cells[1:], widths[1:], strict=True)]
    return "  ".join(padded)


def _width(text: str) -> int:
    """Places on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
