"""From matplotlib's SVG to one that a page may contain: only what is on a list gets through.

matplotlib writes style attributes and ids; a page with a strict CSP takes neither. Here every part
gets its class, its colour as a presentation attribute with the page's variable, and nothing else.
Over the bars lies one clear rectangle a column: the tooltip with all figures, and the link.
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from tracker.reports.chart import Chart, Column
from tracker.reports.theme import themed

LEFT, RIGHT, TOP, UNDER = 52, 8, 14, 26
"""Pixels around the plot."""

SVG = "http://www.w3.org/2000/svg"

_KEPT = {"g", "path", "text", "tspan"}
"""Elements of matplotlib's that are kept; everything else goes, with all that is in it."""

_ATTRIBUTES = {"d", "x", "y", "transform"}
_NUMBERS = re.compile(r"-?\d+\.\d{2,}")
_ANCHOR = re.compile(r"text-anchor:\s*(start|middle|end)")
_TRANSFORM = re.compile(r"(?:(?:translate|rotate|scale)\([-0-9. ,e]*\)\s*)+")
_HREF = re.compile(r"/(?![/\\])[^\x00-\x20\"'<>\\]*")
"""Same-site paths only: no scheme, no other host."""


def to_page_svg(drawn: bytes, chart: Chart) -> str:
    """The drawing as an `svg` element, as text. Equal charts give equal text."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    source = etree.fromstring(drawn, parser)
    root = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
    root.set("viewBox", f"0 0 {chart.width} {chart.height}")
    root.set("class", "drawing")
    root.set("role", "group")
    root.set("aria-label", chart.title)
    labels = {series.key: series.label for series in (*chart.bars, *chart.lines)}
    for group in source.iter(f"{{{SVG}}}g"):
        part, _, name = (group.get("id") or "").partition("-")
        if part in _PARTS:
            root.append(_part(group, part, name, labels))
    root.append(_columns(chart))
    return str(etree.tostring(root, encoding="unicode"))


_PARTS: dict[str, dict[str, str]] = {
    "promo": {"fill": themed("promo")},
    "promo_name": {"fill": themed("ink"), "font-size": "11"},
    "grid": {"fill": "none", "stroke": themed("grid")},
    "label": {"fill": themed("muted"), "font-size": "11"},
    "bar": {},
    "line": {"fill": "none", "stroke-width": "1.6", "stroke-linejoin": "round"},
}
"""Part of a gid -> its presentation attributes."""


def _part(group: Any, part: str, name: str, labels: dict[str, str]) -> Any:
    made = etree.Element(f"{{{SVG}}}g")
    made.set("class", f"{part} {name}" if part in ("bar", "line") else part)
    for attribute, value in _PARTS[part].items():
        made.set(attribute, value)
    if part in ("bar", "line"):
        made.set("data-series", name)
        made.set("data-label", labels.get(name, name))
        made.set("fill" if part == "bar" else "stroke", themed(name))
        if name == "before":
            made.set("stroke-dasharray", "4 3")
    for child in group:
        _copy(child, made)
    return made


def _copy(element: Any, into: Any) -> None:
    """Copy an element and what is in it, as far as both are on the lists."""
    if not isinstance(element.tag, str):
        return
    name = etree.QName(element).localname
    if name not in _KEPT:
        return
    made = etree.SubElement(into, f"{{{SVG}}}{name}")
    for attribute, value in element.attrib.items():
        if attribute in _ATTRIBUTES and (
            attribute != "transform" or _TRANSFORM.fullmatch(value.strip())
        ):
            made.set(attribute, _NUMBERS.sub(_rounded, " ".join(value.split())))
    anchor = _ANCHOR.search(element.get("style") or "")
    if anchor:
        made.set("text-anchor", anchor.group(1))
    if name in ("text", "tspan"):
        made.text = element.text
    for child in element:
        _copy(child, made)


def _rounded(match: re.Match[str]) -> str:
    """A tenth of a pixel is as fine as anybody sees."""
    return f"{float(match.group()):.1f}".removesuffix(".0")


def _columns(chart: Chart) -> Any:
    """The clear rectangles over the plot, one a column."""
    group = etree.Element(f"{{{SVG}}}g")
    group.set("class", "columns")
    group.set("fill", "transparent")
    width = (chart.width - LEFT - RIGHT) / max(1, len(chart.columns))
    for i, column in enumerate(chart.columns):
        into = group
        if _HREF.fullmatch(column.href):
            into = etree.SubElement(group, f"{{{SVG}}}a")
            into.set("href", column.href)
        rectangle = etree.SubElement(into, f"{{{SVG}}}rect")
        rectangle.set("class", "column")
        rectangle.set("x", f"{LEFT + i * width:.1f}")
        rectangle.set("y", str(TOP))
        rectangle.set("width", f"{width:.1f}")
        rectangle.set("height", str(chart.height - TOP - UNDER))
        rectangle.set("data-day", column.day)
        rectangle.set("data-label", column.label)
        for key, _label, text in column.figures:
            rectangle.set(f"data-{key}", text)
        etree.SubElement(rectangle, f"{{{SVG}}}title").text = _tooltip(column)
    return group


def _tooltip(column: Column) -> str:
    lines = [column.label, *(f"{label}: {text}" for _key, label, text in column.figures)]
    return "\n".join(lines)
