"""The command that fetches now: what it says, and what it never reaches."""

from __future__ import annotations

import functools
import json

import pytest
from click.testing import CliRunner

from jobs import crawling
from tests import factories
from tests.support.crawls import QUICK, runner, watch_listing
from tests.support.site import Site, product
from tracker.cli import crawl
from tracker.cli._common import NotReadyError
from tracker.models import CrawlTarget


@pytest.fixture
def site():
    made = Site()
    yield made
    made.close()


@pytest.fixture
def run(settings, database):
    with database.write() as session, factories.using(session):
        factories.WorkspaceFactory(slug="brand")

    def call(*arguments):
        return CliRunner().invoke(crawl.command, arguments, catch_exceptions=False)

    return call


@pytest.fixture
def watch(run, database):
    def add(url):
        from sqlalchemy import select

        from tracker.models import Workspace

        with database.write() as session:
            workspace = session.scalars(select(Workspace)).one()
            return watch_listing(session, workspace, url).id

    return add


@pytest.mark.parametrize("backend", ["sqlite"])  # the database plays no part in it
def test_the_schedule_is_off_until_it_is_switched_on(run, watch):
    watch("http://shop.example/mug")
    answer = json.loads(run("--due", "--json").stdout)
    assert (answer["is_on"], answer["fetched"], answer["targets"]) == (False, 0, [])
    assert json.loads(run("--on", "--json").stdout)["is_on"] is True
    assert json.loads(run("--off", "--json").stdout)["is_on"] is False


@pytest.mark.parametrize("backend", ["sqlite"])  # the database plays no part in it
def test_a_target_is_fetched_by_its_address_and_said_what_was_read(run, watch, site, monkeypatch):
    monkeypatch.setattr(crawling, "Crawl", functools.partial(crawling.Crawl, runner=runner(site)))
    monkeypatch.setattr(crawling, "start_of", lambda settings: QUICK)
    site.add("/mug", product(price="9.90"))
    target_id = watch(site.url("shop.example", "/mug"))
    result = run(site.url("shop.example", "/mug"), "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 0
    (row,) = answer["targets"]
    assert (row["id"], row["status"], row["http_status"]) == (target_id, "ok", 200)
    assert row["read"] == {"price": "9.90", "currency": "EUR", "availability": "in_stock"}
    site.pages.clear()
    result = run(str(target_id), "--json")
    assert json.loads(result.stdout)["targets"][0]["status"] == "not_found"
    assert result.exit_code == 1


def test_the_program_itself_never_reaches_this_machine(run, watch, database, site):
    target_id = watch(site.url("127.0.0.1", "/mug"))
    result = run(str(target_id), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["targets"][0]["status"] == "private_address"
    assert site.asked == []
    with database.read() as session:
        assert session.get_one(CrawlTarget, target_id).last_status == "private_address"


@pytest.mark.parametrize("backend", ["sqlite"])  # the database plays no part in it
def test_what_is_not_watched_is_refused(run):
    with pytest.raises(NotReadyError, match="not watched"):
        run("https://shop.example/unknown")
    assert run().exit_code == 2
    assert run("--due", "7").exit_code == 2
