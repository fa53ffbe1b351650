import json
import signal
from threading import Event as Flag
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from tests import factories
from tests.factories import NOON
from tests.support.processes import Processes, wait_until
from tracker import db
from tracker.collect import loader as loader_module
from tracker.collect import rounds as rounds_module
from tracker.collect.journal import Journal
from tracker.collect.lines import encode_line
from tracker.collect.loader import REJECTED, Loader, StuckError, only_one
from tracker.collect.segments import Segment
from tracker.domain.events import Event
from tracker.models import Hit
from tracker.models.base import to_micros
from tracker.services import hits as hits_module


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "journal"
    made.mkdir()
    return made


@pytest.fixture
def shop_id(database):
    with database.write() as session, factories.using(session):
        return factories.ShopFactory().id


@pytest.fixture
def loader(folder, database):
    return Loader(folder, database)


@pytest.fixture
def event(shop_id):
    def make(number=0, **changes):
        values = {"event_id": str(uuid4()), "shop_id": shop_id, "kind": "page_view",
                  "visitor_key": "visitor-one", "at_micros": to_micros(NOON) + number,
                  "url": "https://shop.example/", "user_agent": "Mozilla/5.0 (iPhone)"}  # fmt: skip
        return Event(**{**values, **changes})

    return make


def write(folder, *events):
    """One closed segment."""
    journal = Journal(folder, 0)
    for one in events:
        journal.append(one if isinstance(one, bytes) else encode_line(one))
    journal.close()


def stored(database):
    with database.read() as session:
        return sorted(session.scalars(select(Hit.event_id)))


def ids(events):
    return sorted(event.event_id for event in events)


def test_lines_of_all_segments_become_rows_and_done_segments_go(folder, loader, database, event):
    events = [event(n) for n in range(30)]
    write(folder, *events[:10])
    write(folder, *events[10:20])
    alive = Journal(folder, 0)
    for one in events[20:]:
        alive.append(encode_line(one))
    assert loader.run_round() == 30
    assert stored(database) == ids(events)
    assert len(list(folder.glob("*.seg"))) == 1  # its writer lives
    alive.close()
    assert loader.run_round() == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("where", ["store", "put aside", "advance", "drop"])
def test_killed_anywhere_it_ends_the_same(
    where, folder, loader, database, event, monkeypatch, request
):
    events = [event(n) for n in range(10)]
    write(folder, *events, b"torn by hand\n")

    class KilledError(BaseException):
        pass

    def die(*args, **kwargs):
        raise KilledError

    targets = {"store": (hits_module, "insert_new"), "put aside": (Loader, "_put_aside"),
               "advance": (Segment, "advance"), "drop": (Segment, "drop_if_done")}  # fmt: skip
    monkeypatch.setattr(*targets[where], die)
    with pytest.raises(KilledError):
        loader.run_round()
    monkeypatch.undo()
    again = Loader(folder, database)
    again.run_round()
    assert stored(database) == ids(events)
    assert [path.name for path in folder.iterdir()] == [REJECTED]


def test_a_damaged_line_is_put_aside_with_its_reason(folder, loader, database, event):
    good = [event(1), event(2)]
    damaged = encode_line(event(3)).replace(b"shop.example", b"shop.examplf")
    write(folder, encode_line(good[0]), damaged, b"\xff\xfe\n", encode_line(good[1]))
    loader.run_round()
    assert stored(database) == ids(good)
    rejects = [json.loads(line) for line in (folder / REJECTED).read_text().splitlines()]
    assert [reject["reason"] for reject in rejects] == ["checksum", "checksum"]
    assert rejects[0]["line"] == damaged.decode().rstrip("\n")


def test_one_event_that_cannot_be_read_does_not_hold_up_the_others(
    folder, loader, database, event, monkeypatch
):
    read = hits_module.read_mark

    def stumble(url, referrer, user_agent):
        if "poison" in url:
            raise IndexError("a bug of ours")
        return read(url, referrer, user_agent)

    monkeypatch.setattr(hits_module, "read_mark", stumble)
    hits_module._read.cache_clear()
    events = [event(n) for n in range(100)]
    poison = [event(n, url=f"https://shop.example/poison{n}") for n in (3, 57)]
    write(folder, *events[:40], *poison, *events[40:])
    assert loader.run_round() == 100
    assert stored(database) == ids(events)
    rejects = [json.loads(line) for line in (folder / REJECTED).read_text().splitlines()]
    assert {reject["reason"] for reject in rejects} == {"IndexError: a bug of ours"}
    assert len(rejects) == 2


def test_what_the_database_refuses_is_put_aside(folder, loader, database, event):
    good = [event(n) for n in range(5)]
    write(folder, *good, event(6, at_micros=2**62, event_id="far\x00future"))
    loader.run_round()
    assert set(ids(good)) <= set(stored(database))
    assert not list(folder.glob("*.seg"))


def test_events_of_a_deleted_shop_are_put_aside(folder, loader, database, event):
    good = event(1)
    write(folder, good, event(2, shop_id=999_999))
    assert loader.run_round() == 1
    assert "unknown shop" in (folder / REJECTED).read_text()


def test_a_fault_of_the_program_puts_nothing_aside(folder, loader, database, event, monkeypatch):
    def broken(session, events):
        raise TypeError("every event fails")

    write(folder, *[event(n) for n in range(50)])
    monkeypatch.setattr(loader_module, "load_events", broken)
    with pytest.raises(StuckError):
        loader.run_round()
    assert not (folder / REJECTED).exists()
    monkeypatch.undo()
    assert loader.run_round() == 50


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_locked_database_costs_time_and_no_event(
    folder, database_url, database, event, monkeypatch
):
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.1)
    impatient = db.connect(database_url)
    loader = Loader(folder, impatient)
    write(folder, event())
    with database.write() as session:
        session.execute(text("SELECT 1"))  # takes the write lock
        with pytest.raises(OperationalError, match="locked"):
            loader.run_round()
    assert len(list(folder.glob("*.seg"))) == 1
    assert loader.run_round() == 1
    impatient.dispose()


def test_a_database_without_tables_is_waited_for(folder, empty_database_url):
    from tracker.migrations import upgrade

    database = db.connect(empty_database_url)
    loader = Loader(folder, database)
    write(folder, Event(str(uuid4()), 1, "page_view", "visitor-one", to_micros(NOON)))
    with pytest.raises(Exception, match=r"no such table|does not exist"):
        loader.run_round()
    assert len(list(folder.glob("*.seg"))) == 1
    upgrade(database)
    with database.write() as session, factories.using(session):
        shop = factories.ShopFactory()
    assert shop.id == 1
    assert loader.run_round() == 1
    database.dispose()


def test_many_events_go_in_short_transactions(folder, loader, database, event, monkeypatch):
    monkeypatch.setattr(loader_module, "BATCH_EVENTS", 10)
    sizes = []

    def load(session, events):
        sizes.append(len(events))
        return hits_module.load_events(session, events)

    monkeypatch.setattr(loader_module, "load_events", load)
    write(folder, *[event(n) for n in range(25)])
    assert loader.run_round() == 25
    assert sizes == [10, 10, 5]


def test_only_one_loader_serves_a_home(tmp_path):
    stop = Flag()
    with only_one(tmp_path / "lock", stop) as first:
        assert first
        stop.set()
        with only_one(tmp_path / "lock", stop) as second:
            assert not second
    with only_one(tmp_path / "lock", Flag()) as third:
        assert third


def test_the_process_loads_within_seconds_and_ends_cleanly(settings, database, event, tmp_path):
    processes = Processes(tmp_path)
    try:
        process = processes.start("-m", "tracker.collect.loader")
        write(settings.journal_dir, event())
        wait_until(lambda: len(stored(database)) == 1, what="for the loader")
        twin = processes.start("-m", "tracker.collect.loader")
        wait_until(lambda: "another loader" in processes.output(twin), what="for the twin")
        # What comes before the end is loaded too.
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        write(settings.journal_dir, event())
        wait_until(lambda: len(stored(database)) == 2, what="for the twin to take over")
        twin.send_signal(signal.SIGTERM)
        assert twin.wait(20) == 0
    finally:
        processes.close()


def test_a_hit_is_stored_once_though_two_loaders_read_the_same_journal(
    folder, database, database_url, event
):
    events = [event(n) for n in range(200)]
    write(folder, *events)
    copies = {path.name: path.read_bytes() for path in folder.iterdir()}
    Loader(folder, database).run_round()
    for name, content in copies.items():
        (folder / name).write_bytes(content)
    assert Loader(folder, database).run_round() == 0
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Hit)) == 200


def test_a_round_takes_a_bounded_portion_however_much_has_piled_up(
    folder, loader, database, event, monkeypatch
):
    monkeypatch.setattr(rounds_module, "SEGMENT_BYTES", 1_000)
    monkeypatch.setattr(rounds_module, "ROUND_BYTES", 2_000)
    events = [event(n) for n in range(60)]
    for start in range(0, 60, 10):
        write(folder, *events[start : start + 10])
    portions = []
    while not portions or not loader.is_done():
        portions.append(loader.run_round())
    assert stored(database) == ids(events)
    assert max(portions) <= 20
    assert not list(folder.glob("*.seg"))
