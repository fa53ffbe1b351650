"""The large brand is one that the program itself would hold, and links lead to its pages."""

from __future__ import annotations

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import func, select

from benchmarks import reached
from benchmarks.pages_fill import fill
from benchmarks.pages_world import make_world
from tracker.db import connect
from tracker.models import (
    CostDay,
    Credit,
    CreditDay,
    DirtyDay,
    MetricPoint,
    Order,
    OrderLine,
    TrafficDay,
    Visit,
)

VISITS, DAYS, PEOPLE = 2_000, 21, 12


def test_the_same_numbers_make_the_same_world():
    first, again = make_world(VISITS, DAYS, PEOPLE, 0), make_world(VISITS, DAYS, PEOPLE, 0)
    assert np.array_equal(first.at, again.at)
    assert first.at.size == VISITS
    assert first.at.min() >= 0
    assert first.mark.max() <= first.marks.weight.size
    assert first.marks.weight.sum() == pytest.approx(1)
    in_order = np.lexsort((first.at, first.visitor))
    assert np.array_equal(in_order, np.arange(VISITS))


def test_all_that_pages_read_is_derived_by_the_program(backend, empty_database_url):
    told = fill(empty_database_url, VISITS, DAYS, PEOPLE)
    database = connect(empty_database_url)
    with database.read() as session:
        counts = {
            table: session.scalar(select(func.count()).select_from(table))
            for table in (Visit, Order, OrderLine, Credit, CreditDay, CostDay, TrafficDay,
                          MetricPoint, DirtyDay)
        }  # fmt: skip
        visits = session.scalar(select(func.sum(TrafficDay.visits)))
        credited = session.scalar(select(func.sum(Credit.net_linear)))
        influencers = session.scalar(select(func.count(Credit.influencer_id.distinct())))
    database.dispose()
    assert told["orders"] == counts[Order] > 20
    assert counts[Visit] == VISITS
    assert VISITS * 0.98 <= visits <= VISITS  # a few begin after the last day
    assert credited > 0
    assert influencers > 3
    assert counts[DirtyDay] == 0
    assert all(counts[table] for table in counts if table is not DirtyDay), counts


def page(*links: str) -> str:
    return "<!doctype html>" + "".join(f'<a href="{link}">x</a>' for link in links)


def test_links_are_followed_once_for_each_kind_of_page():
    app = Flask("site", static_folder=None)
    start = page("/item/1?a=1", "/item/2", "/file.csv#top", "//evil.example/", "https://o/s/x",
                 "/table/one.csv", "/table/two.csv")  # fmt: skip
    app.add_url_rule("/", "start", lambda: start)
    app.add_url_rule("/item/<int:n>", "item", lambda n: page("/", "/missing"))
    app.add_url_rule("/file.csv", "file", lambda: ("a,b", {"Content-Type": "text/csv"}))
    app.add_url_rule("/table/<any(one, two):name>.csv", "table", lambda name: name)
    app.add_url_rule("/s/x", "shared", lambda: page())
    app.add_url_rule("/alone", "alone", lambda: page())
    site = reached.follow(app, app.test_client().get, origin="https://o")
    assert {one.label: one.path for one in site.reached.values()} == {
        "start": "/", "item": "/item/1?a=1", "file": "/file.csv", "shared": "/s/x",
        "table one": "/table/one.csv", "table two": "/table/two.csv",
    }  # fmt: skip
    assert site.unreached == ["alone"]
    assert [one.label for one in site.pages()] == ["start", "item", "shared"]
    both = reached.follow(app, app.test_client().get, every={"item"})
    assert {"item /item/1", "item /item/2"} <= set(both.reached)
