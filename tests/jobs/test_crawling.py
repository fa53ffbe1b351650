"""Crawls from the due target to the stored number, with a real child and a real site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from jobs import crawling
from tests import factories
from tests.support.crawls import (
    crawl,
    make_due,
    watch_account,
    watch_listing,
    watched_workspace,
)
from tests.support.site import Answer, Site, product, profile
from tracker.models import (
    CrawlDomain,
    CrawlFetch,
    CrawlRun,
    CrawlTarget,
    ListingSnapshot,
    MetricPoint,
    SocialAccount,
)


@pytest.fixture
def site():
    made = Site()
    yield made
    made.close()


def rows(database, model):
    with database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_a_due_listing_and_a_due_account_become_a_snapshot_and_points(database, site):
    site.add("/mug", product(price="9.90"))
    site.add("/lina", profile(followers=12_345, posts=67))
    with database.write() as session, factories.using(session):
        workspace = watched_workspace(session)
        watch_listing(session, workspace, site.url("shop.example", "/mug"))
        watch_account(session, workspace, site.url("social.example", "/lina"))
    assert crawl(database, site) == {"targets": 2, "ok": 2, "failed": 0, "hosts": 2}
    (snapshot,) = rows(database, ListingSnapshot)
    assert (snapshot.price_minor, snapshot.currency, snapshot.availability) == (
        990, "EUR", "in_stock",
    )  # fmt: skip
    points = {point.metric: point.value for point in rows(database, MetricPoint)}
    assert points == {"followers": 12_345, "posts": 67}
    (account,) = rows(database, SocialAccount)
    assert account.followers == 12_345
    for target in rows(database, CrawlTarget):
        assert (target.last_status, target.failures) == ("ok", 0)
        assert timedelta(hours=23) < target.next_at - datetime.now(UTC) < timedelta(hours=27)
    assert {run.outcome for run in rows(database, CrawlRun)} == {"done"}
    assert {fetch.status for fetch in rows(database, CrawlFetch)} == {"ok"}
    assert crawl(database, site)["targets"] == 0  # nothing is due any more


@pytest.mark.parametrize("backend", ["sqlite"])  # the database plays no part in it
def test_a_fetch_that_fails_has_a_status_and_no_number(database, site):
    site.add("/robots.txt", Answer(b"User-agent: TestBot\nDisallow: /secret"))
    site.add("/wall", Answer(b"<title>Just a moment...</title>", 403), host="c.example")
    site.add("/login", "<html><title>Please log in</title></html>", host="d.example")
    pages = {
        "/gone": ("a.example", Answer(status=410), "gone"),
        "/none": ("a.example", Answer(status=404), "not_found"),
        "/secret": ("a.example", product(), "robots"),
        "/text": ("a.example", "<html><p>Hello</p></html>", "empty"),
        "/broken": ("b.example", Answer(status=500), "server_error"),
        "/wall": ("c.example", None, "challenge"),
        "/login": ("d.example", None, "login_wall"),
    }
    with database.write() as session, factories.using(session):
        workspace = watched_workspace(session)
        for path, (host, page, _) in pages.items():
            if page is not None:
                site.add(path, page, host=host)
            watch_listing(session, workspace, site.url(host, path))
    crawl(database, site)
    statuses = {
        target.url.rpartition("/")[2]: target.last_status for target in rows(database, CrawlTarget)
    }
    assert statuses == {path[1:]: status for path, (_, _, status) in pages.items()}
    assert rows(database, ListingSnapshot) == rows(database, MetricPoint) == []
    assert "/secret" not in site.paths()


@pytest.mark.parametrize("backend", ["sqlite"])  # the database plays no part in it
def test_a_host_that_refuses_is_left_alone_for_as_long_as_it_says(database, site):
    site.add("/busy", Answer(status=429, headers={"Retry-After": "1800"}))
    site.add("/mug", product())
    with database.write() as session, factories.using(session):
        workspace = watched_workspace(session)
        watch_listing(session, workspace, site.url("shop.example", "/busy"))
        watch_listing(session, workspace, site.url("shop.example", "/mug"))
    crawl(database, site)
    assert site.paths() == ["/busy"]  # the rest of the batch waits
    (domain,) = rows(database, CrawlDomain)
    assert (
        timedelta(minutes=29) < domain.next_allowed_at - datetime.now(UTC) < timedelta(minutes=31)
    )
    assert (domain.last_status, domain.failures, domain.leased_until) == ("rate_limited", 1, None)
    assert [run.outcome for run in rows(database, CrawlRun)] == ["backed_off"]
    assert crawl(database, site)["hosts"] == 0
    make_due(database)
    site.pages.pop(("*", "/busy"))
    crawl(database, site)
    (domain,) = rows(database, CrawlDomain)
    assert (domain.last_status, domain.failures) == ("", 0)


@pytest.mark.parametrize("backend", ["sqlite"])  # the database plays no part in it
def test_what_has_not_changed_is_confirmed_and_stored_no_second_time(database, site):
    def page(handler):
        if handler.headers["If-None-Match"] == '"v1"':
            return Answer(status=304, headers={"ETag": '"v1"'})
        return Answer(product().encode(), headers={"ETag": '"v1"'})

    site.add("/mug", page)
    with database.write() as session, factories.using(session):
        watch_listing(session, watched_workspace(session), site.url("shop.example", "/mug"))
    for _ in range(2):
        crawl(database, site)
        make_due(database)
    assert [fetch.status for fetch in rows(database, CrawlFetch)] == ["ok", "unchanged"]
    assert len(rows(database, ListingSnapshot)) == 1
    assert site.asked[-1].headers["User-Agent"] == "TestBot/1.0"
    with database.write() as session:  # a day later, the daily heartbeat
        session.scalars(select(ListingSnapshot)).one().taken_at -= timedelta(days=1)
    crawl(database, site)
    assert len(rows(database, ListingSnapshot)) == 2


@pytest.mark.parametrize("backend", ["sqlite"])  # the database plays no part in it
def test_nothing_is_fetched_while_the_schedule_is_off_but_what_a_person_asks_for(database, site):
    site.add("/mug", product())
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory()
        watch_listing(session, workspace, site.url("shop.example", "/mug"))
    assert crawl(database, site)["targets"] == 0
    with database.write() as session:
        session.scalars(select(CrawlTarget)).one().is_asked = True
    assert crawl(database, site)["targets"] == 1
    assert rows(database, CrawlTarget)[0].is_asked is False


def test_text_that_no_database_takes_is_stored_without_what_it_cannot(database, site):
    bad = product("Mug \\u0000 \\ud800!").replace("\\\\u", "\\u")  # as a JSON text may say it
    site.add("/mug", bad)
    with database.write() as session, factories.using(session):
        watch_listing(session, watched_workspace(session), site.url("shop.example", "/mug"))
    assert crawl(database, site)["ok"] == 1
    (snapshot,) = rows(database, ListingSnapshot)
    assert snapshot.price_minor == 990
    assert snapshot.title.startswith("Mug")
    assert "\x00" not in snapshot.title


@pytest.mark.parametrize("backend", ["sqlite"])  # the database plays no part in it
def test_one_result_that_cannot_be_stored_does_not_keep_the_others(database, site, monkeypatch):
    write = crawling.write_deliveries

    def refuse_the_second(session, deliveries, now):
        results = [result for _, some in deliveries for result in some]
        if any(result.url.endswith("/2") and result.items for result in results):
            write(session, deliveries, now)
            raise ValueError("what no database takes")
        return write(session, deliveries, now)

    monkeypatch.setattr(crawling, "write_deliveries", refuse_the_second)
    with database.write() as session, factories.using(session):
        workspace = watched_workspace(session)
        for number in (1, 2, 3):
            site.add(f"/{number}", product())
            watch_listing(session, workspace, site.url("shop.example", f"/{number}"))
    crawl(database, site)
    assert [target.last_status for target in rows(database, CrawlTarget)] == [
        "ok", "bad_content", "ok",
    ]  # fmt: skip
    assert len(rows(database, ListingSnapshot)) == 2
    assert crawl(database, site)["targets"] == 0
