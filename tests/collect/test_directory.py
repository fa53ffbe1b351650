import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from tests import factories
from tests.support.processes import wait_until
from tracker.collect import directory as directory_module
from tracker.collect.directory import Directory, Snapshot, read_snapshot
from tracker.models import Shop, TrackedLink
from tracker.models.base import to_micros
from tracker.services import webhooks
from tracker.services.sealing import unseal


@pytest.fixture
def world(database):
    """A shop with a tracked link, in the database."""
    with database.write() as session, factories.using(session):
        shop = factories.ShopFactory(
            site_key="key-one", hostnames="Shop.example  https://www.other.example:8443/"
        )
        owner = factories.InfluencerFactory(slug="lina")
        factories.TrackedLinkFactory(
            shop=shop, slug="lina", influencer_id=owner.id, utm_source="xiaohongshu"
        )
    return database


@pytest.fixture
def make(tmp_path, database_url, monkeypatch):
    monkeypatch.setattr(directory_module, "FIRST_SECONDS", 5.0)
    made = []

    def directory(url=database_url):
        made.append(Directory(url, tmp_path / "collector.json", refresh_seconds=0.05))
        return made[-1]

    yield directory
    for one in made:
        one.close()


def test_shops_and_links_are_read_as_the_collector_needs_them(world):
    known = read_snapshot(world)
    shop = known.shops["key-one"]
    assert shop.hostnames == ("shop.example", "www.other.example")
    link, target = known.links["lina"]
    assert (link.kol, link.shop_id) == ("lina", shop.id)
    assert target.with_click(None).endswith("?utm_source=xiaohongshu&kol=lina")


def test_secrets_of_webhooks_are_known_sealed_and_with_their_end(world):
    now = datetime(2026, 11, 11, tzinfo=UTC)
    with world.write() as session:
        shop = session.query(Shop).one()
        for secret in ("the-first-secret-of-all", "the-second-secret-of-all"):
            webhooks.set_secret(session, shop, secret, signing_key="key", now=now)
    known = read_snapshot(world)
    new, old = known.shops["key-one"].secrets
    assert [unseal("key", one.sealed) for one in (new, old)] == [
        "the-second-secret-of-all", "the-first-secret-of-all",
    ]  # fmt: skip
    assert (new.until_micros, old.until_micros) == (None, to_micros(now + timedelta(days=1)))
    assert "secret-of-all" not in known.to_json()
    assert Snapshot.from_json(known.to_json()) == known


def test_inactive_links_and_those_that_lead_nowhere_are_left_out(world, caplog):
    with world.write() as session, factories.using(session):
        shop = session.query(Shop).one()
        factories.TrackedLinkFactory(shop=shop, slug="off", is_active=False)
        factories.TrackedLinkFactory(shop=shop, slug="bad", target_url="javascript:alert(1)")
        factories.TrackedLinkFactory(shop=shop, slug="plain", influencer_id=0)
    with caplog.at_level(logging.WARNING):
        known = read_snapshot(world)
    assert known.links.keys() == {"lina", "plain"}
    assert "leads nowhere" in caplog.text
    assert known.links["plain"][0].kol == ""


def test_a_snapshot_comes_back_from_its_copy(world):
    known = read_snapshot(world)
    assert Snapshot.from_json(known.to_json()) == known


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 99}', "null"])
def test_a_copy_that_is_none_is_refused(text):
    with pytest.raises((ValueError, KeyError, TypeError)):
        Snapshot.from_json(text)


def test_the_first_request_waits_for_the_first_reading(world, make):
    assert make().snapshot().shops.keys() == {"key-one"}


def test_changes_arrive_without_a_restart(world, make):
    directory = make()
    assert "lina" in directory.snapshot().links
    with world.write() as session:
        session.execute(delete(TrackedLink))
        session.execute(update(Shop).values(site_key="key-two"))
    wait_until(lambda: "key-two" in directory.snapshot().shops)
    assert directory.snapshot().links == {}


def test_a_restart_while_the_database_is_away_goes_on_with_the_copy(world, make, caplog):
    directory = make()
    known = directory.snapshot()
    directory.close()
    again = make("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert again.snapshot() == known
    wait_until(lambda: "goes on with what it knows" in caplog.text)
    assert again.snapshot() == known


def test_where_the_database_was_never_there_nothing_is_known(make):
    assert make("postgresql+psycopg://nobody@127.0.0.1:1/nothing").snapshot() is None


def test_a_broken_copy_is_replaced(world, make, tmp_path):
    copy = tmp_path / "collector.json"
    copy.write_text("{broken")
    assert "key-one" in make().snapshot().shops
    wait_until(lambda: json.loads(copy.read_text() or "0"))


def test_requests_send_no_statement_to_the_database(world, make, queries):
    directory = make()
    directory.snapshot()
    directory.close()
    wait_until(lambda: not directory._thread.is_alive())
    queries.clear()
    for _ in range(100):
        directory.snapshot()
    assert queries == []


def test_an_unknown_key_is_looked_up_soon(world, make):
    directory = make()
    directory._refresh_seconds = 60.0
    directory.snapshot()
    with world.write() as session:
        session.execute(update(Shop).values(site_key="key-two"))
    directory.ask()
    wait_until(lambda: "key-two" in directory.snapshot().shops, 5)
