from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from lxml import etree

from tests.reports.test_chart import chart_of
from tracker.reports.charts import ChartError, ChartPool


@pytest.fixture(scope="module")
def pool() -> Iterator[ChartPool]:
    made = ChartPool()
    yield made
    made.close()


def test_equal_charts_give_equal_drawings_and_are_drawn_once(pool: ChartPool):
    first = pool.svg(chart_of())
    started = time.perf_counter()
    assert pool.svg(chart_of()) is not None
    assert time.perf_counter() - started < 1
    other = ChartPool()
    try:
        assert other.svg(chart_of()) == first
    finally:
        other.close()


def test_a_drawing_says_nothing_that_a_strict_policy_forbids(pool: ChartPool):
    svg = pool.svg(chart_of(link=lambda a, _b: f"/channels?from={a}"))
    root = etree.fromstring(svg)
    assert {etree.QName(e).localname for e in root.iter()} == {
        "svg", "g", "path", "text", "a", "rect", "title",
    }  # fmt: skip
    attributes = {name for e in root.iter() for name in e.attrib}
    assert not attributes & {"style", "id", "clip-path"}
    assert not [name for name in attributes if name.startswith("on")]
    assert {e.get("href") for e in root.iter("{*}a")} == {
        "/channels?from=2026-11-01", "/channels?from=2026-11-02", "/channels?from=2026-11-03",
    }  # fmt: skip


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "//evil.example", "https://evil.example/", "/\\evil.example", "/a b"],
)
def test_only_links_to_this_site_get_into_a_drawing(pool: ChartPool, href: str):
    root = etree.fromstring(pool.svg(chart_of(link=lambda _a, _b: href)))
    assert not list(root.iter("{*}a"))


def test_names_of_strangers_stay_text(pool: ChartPool):
    chart = chart_of()
    name = "<script>alert(1)</script> $100_$ \\frac{1}{2} 双11"
    chart = replace(chart, stretches=(replace(chart.stretches[0], text=name),))
    root = etree.fromstring(pool.svg(chart))
    assert name in {e.text for e in root.iter("{*}text")}
    assert not list(root.iter("{*}script"))


def test_series_carry_their_class_name_and_theme_colour(pool: ChartPool):
    root = etree.fromstring(pool.svg(chart_of()))
    parts = {e.get("data-series"): e for e in root.iter("{*}g") if e.get("data-series")}
    assert set(parts) == {"natural", "kol", "cost", "before"}
    assert parts["natural"].get("class") == "bar natural"
    assert parts["natural"].get("fill") == "var(--natural, #2a8c82)"
    assert parts["before"].get("stroke-dasharray")


def test_bars_stand_where_their_figures_say(pool: ChartPool):
    """The bar of 1.00 yuan spans from the place of 0 to the place of 1.00."""
    chart = chart_of(1)
    root = etree.fromstring(pool.svg(chart))
    lines = [path for g in root.iter("{*}g") if g.get("class") == "grid" for path in g]
    heights = [float(path.get("d").split()[2]) for path in lines]
    at = dict(zip((mark.at for mark in chart.y_marks), heights, strict=True))
    pixels = (at[0.0] - at[max(at)]) / max(at)
    [bar] = [g[0] for g in root.iter("{*}g") if g.get("data-series") == "natural"]
    ys = [float(y) for y in re.findall(r"[ML] \S+ (\S+)", bar.get("d"))]
    assert max(ys) == pytest.approx(at[0.0], abs=0.11)
    assert max(ys) - min(ys) == pytest.approx(1.0 * pixels, abs=0.2)


def test_tooltips_list_all_series(pool: ChartPool):
    root = etree.fromstring(pool.svg(chart_of()))
    titles = [e.text for e in root.iter("{*}title")]
    assert len(titles) == 3
    assert titles[0].splitlines()[1:] == [
        "Natural: CN¥1.00", "KOL: CN¥0.00", "Unattributed: CN¥0.00", "Cost: CN¥0.50",
        "Compared period: CN¥0.75",
    ]  # fmt: skip


def test_a_file_is_a_png(pool: ChartPool):
    png = pool.png(chart_of())
    assert png.startswith(b"\x89PNG")
    assert pool.png(chart_of()) == png


def test_many_readers_at_once_get_their_own_charts(pool: ChartPool):
    charts = [chart_of(n) for n in range(1, 9)] * 2
    with ThreadPoolExecutor(8) as threads:
        drawn = list(threads.map(pool.svg, charts))
    for chart, svg in zip(charts, drawn, strict=True):
        assert svg.count('class="column"') == len(chart.columns)


def test_a_killed_drawing_process_is_started_again():
    pool = ChartPool()
    try:
        pool.svg(chart_of())
        [drawer] = pool._drawers
        process = drawer.start()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert pool.svg(chart_of(5))
    finally:
        pool.close()


def test_a_chart_that_fails_is_an_error_and_the_next_one_is_drawn(pool: ChartPool):
    broken = replace(chart_of(), bars=(replace(chart_of().bars[0], key="nobody"),))
    with pytest.raises(ChartError, match="nobody"):
        pool.svg(broken)
    assert pool.svg(chart_of(2))


def test_the_drawing_process_ends_with_its_parent_s_pipe():
    pool = ChartPool()
    pool.svg(chart_of())
    process = pool._drawers[0].start()
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=10) == 0
    pool.close()


def test_the_cache_forgets_the_longest_unused():
    pool = ChartPool(cache_bytes=1)
    try:
        assert pool.svg(chart_of()) == pool.svg(chart_of())
        assert pool._cache.get(f"{chart_of().key()}.svg") is None
    finally:
        pool.close()
