"""Colours and fonts of charts. Pages override the colours by CSS variables (dark mode)."""

from __future__ import annotations

COLOURS = {
    "natural": "#2a8c82",
    "paid": "#3f6fb5",
    "kol": "#d9683c",
    "unattributed": "#8e9aa3",
    "net": "#2456a6",
    "cost": "#1b2126",
    "before": "#9aa5ad",
    "line1": "#2456a6",
    "line2": "#8a4fb0",
    "line3": "#8a7a1f",
    "line4": "#b0497f",
    "line5": "#4f7a8a",
    "line6": "#8b5a3c",
    "promo": "#fbefea",
    "grid": "#e3e7ea",
    "muted": "#5d6972",
    "ink": "#1b2126",
}
"""Key of a series or part -> colour on white."""

VARIABLES = {
    "natural": "--natural",
    "paid": "--paid",
    "kol": "--kol",
    "unattributed": "--unattributed",
    "net": "--accent",
    "cost": "--ink",
    "before": "--prior",
    "line1": "--accent",
    "line2": "--line2",
    "line3": "--line3",
    "line4": "--line4",
    "line5": "--line5",
    "line6": "--line6",
    "promo": "--promo",
    "grid": "--line",
    "muted": "--muted",
    "ink": "--ink",
}
"""Key -> the page's variable, which wins where there is one."""

LATIN_FONT = "DejaVu Sans"
"""Comes with matplotlib and knows no Chinese."""


def themed(key: str) -> str:
    """A colour as pages say it: the variable, and what stands where there is none."""
    return f"var({VARIABLES[key]}, {COLOURS[key]})"
