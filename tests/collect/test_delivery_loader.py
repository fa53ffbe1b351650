"""The journal of webhooks comes into the database whole, whatever happens on the way."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from jobs.deliveries import retry_waiting_deliveries
from jobs.upkeep import tidy
from tests import factories
from tests.support.processes import wait_until
from tests.support.webhooks import shopify_order, shopify_refund
from tracker.collect import shopify
from tracker.collect.delivery_lines import encode_delivery
from tracker.collect.delivery_loader import DeliveryLoader
from tracker.collect.journal import Journal
from tracker.domain.deliveries import Delivery, Trouble
from tracker.models import Delivery as Row
from tracker.models import Order, Refund
from tracker.services import deliveries as service

AT = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)


@pytest.fixture
def shop_id(database):
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory(base_currency="USD")
        return factories.ShopFactory(workspace=workspace, platform="shopify", currency="USD").id


@pytest.fixture
def order(shop_id):
    def make(number, topic="orders/create", payload=None):
        payload = payload or shopify_order(number)
        content = shopify.read(topic, payload, host="", shop_currency="USD")
        return Delivery(
            f"key-{number}-{topic}", shop_id, AT + timedelta(seconds=number), "shopify", topic,
            alias=content.alias, order=content.order, refunds=content.refunds,
        )  # fmt: skip

    return make


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "deliveries"
    made.mkdir()
    return made


@pytest.fixture
def loader(folder, database):
    return DeliveryLoader(folder, database, secret=b"secret")


def write(folder, *deliveries):
    journal = Journal(folder, 0)
    for one in deliveries:
        journal.append(encode_delivery(one))
    journal.close()


def counted(database, *models):
    with database.read() as session:
        return [session.scalar(select(func.count()).select_from(model)) for model in models]


def test_what_was_kept_comes_into_the_database_and_leaves_the_disk(folder, loader, database, order):
    write(folder, order(1001), order(1002), order(1001, "refunds/create", shopify_refund(1001)))
    assert loader.run_round() == 3
    assert counted(database, Order, Refund, Row) == [2, 1, 3]
    assert list(folder.glob("*.seg")) == []


def test_a_round_that_is_done_again_after_a_kill_changes_nothing(folder, loader, database, order):
    write(folder, order(1001), order(1002))
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    loader.run_round()
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    assert DeliveryLoader(folder, database, secret=b"secret").run_round() == 0
    assert counted(database, Order, Row) == [2, 2]


def test_one_delivery_that_cannot_be_stored_holds_up_no_other(
    folder, loader, database, order, settings, monkeypatch
):
    load = service.load_orders

    def stumble(session, shop, records, **options):
        if any(record.ref == "#1003" for record in records):
            raise ValueError("a fault of ours")
        return load(session, shop, records, **options)

    monkeypatch.setattr(service, "load_orders", stumble)
    write(folder, *(order(number) for number in range(1001, 1008)))
    assert loader.run_round() == 7
    assert counted(database, Order, Row) == [6, 7]
    with database.read() as session:
        waiting = session.scalars(select(Row).where(Row.outcome == "waiting")).all()
        assert [(one.order_ref, one.reason) for one in waiting] == [("#1003", Trouble.STORE_FAILED)]
    monkeypatch.setattr(service, "load_orders", load)  # an update of the program
    retry_waiting_deliveries()
    assert counted(database, Order) == [7]


def test_a_line_that_is_damaged_is_put_aside(folder, loader, database, order):
    write(folder, order(1001))
    (segment,) = folder.glob("*.seg")
    segment.write_bytes(b"00000000 {}\n" + segment.read_bytes())
    assert loader.run_round() == 1
    assert "checksum" in (folder / "rejected.jsonl").read_text()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_while_the_database_is_locked_deliveries_wait_on_the_disk(
    folder, loader, database, database_url, order
):
    write(folder, order(1001))
    database.dispose()
    path = database_url.removeprefix("sqlite:///")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    event.listen(
        database.engine, "connect", lambda made, _: made.execute("PRAGMA busy_timeout = 50")
    )
    with pytest.raises(OperationalError, match="locked"):
        loader.run_round()
    assert len(list(folder.glob("*.seg"))) == 1
    other.execute("ROLLBACK")
    other.close()
    assert loader.run_round() == 1
    assert counted(database, Order) == [1]


def test_the_process_loads_within_seconds_and_ends_cleanly(settings, database, processes, order):
    process = processes.start("-m", "tracker.collect.loader")
    write(settings.deliveries_dir, order(1001))
    wait_until(lambda: counted(database, Order) == [1], what="for the order")
    process.terminate()
    assert process.wait(10) == 0


def test_upkeep_cuts_the_log(settings, database, loader, folder, order):
    write(
        folder, replace(order(1001), received_at=datetime.now(UTC) - timedelta(days=40)), order(7)
    )
    loader.run_round()
    with database.write() as session:
        session.execute(
            Row.__table__.update()
            .where(Row.order_ref == "#7")
            .values(received_at=datetime.now(UTC))
        )
    tidy()
    with database.read() as session:
        assert session.scalars(select(Row.order_ref)).all() == ["#7"]
