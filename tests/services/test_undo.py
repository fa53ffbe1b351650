"""Undoing an import brings back what was there, row for row and figure for figure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from jobs.imports import run_undo
from tests.imports.files import write
from tests.imports.world import make_world
from tests.services.records import READ_AT, SECRET, order_record
from tests.services.undo_world import KINDS, bundle, daily_facts, raw_facts
from tracker.imports.run import import_file
from tracker.models import Base, ImportBatch, ImportChange, Influencer, Order, OrderDecision, Shop
from tracker.services.batches import LostBatchError, claim_batch
from tracker.services.errors import RefusedError
from tracker.services.influencers import update_influencer
from tracker.services.orders import load_orders
from tracker.services.undo import (
    KEPT,
    claim_undo,
    forget_changes,
    plan_undo,
    queue_undo,
    undo_step,
)
from tracker.services.undo_marks import MARKERS
from tracker.services.undo_tables import TRACKED


@pytest.fixture
def world(database):
    return make_world(database)


def load(world, path):
    """Import a file; gives its batch's id."""
    result = import_file(world.database, path, world.request())
    assert result.n_good, result.as_json()
    with world.database.read() as session:
        return max(
            session.scalars(ImportBatch.__table__.select().with_only_columns(ImportBatch.id))
        )


def undo(world, batch_id):
    """Undo a batch, step by step; gives how many rows were left as they are."""
    kept = 0
    with world.database.write() as session:
        queue_undo(session, session.get_one(ImportBatch, batch_id))
    with world.database.write() as session:
        fence = claim_undo(session, batch_id, datetime.now(UTC))
    while True:
        with world.database.write() as session:
            step = undo_step(session, batch_id, fence)
        if step is None:
            return kept
        kept += step


def test_a_second_file_of_each_kind_is_undone_by_itself(world, tmp_path):
    load(world, bundle(tmp_path / "a.zip", 7))
    facts, raw = daily_facts(world.database), raw_facts(world.database)
    for number, kind in enumerate(KINDS):
        path = bundle(tmp_path / f"{kind}.zip", 30 + number, kinds=(kind,))
        batch = load(world, path)
        assert raw_facts(world.database) != raw, kind
        daily_facts(world.database)
        assert undo(world, batch) == 0, kind
        assert raw_facts(world.database) == raw, kind
        assert daily_facts(world.database) == facts, kind


@pytest.mark.parametrize("seed", [1])
def test_undone_second_import_leaves_what_the_first_one_made(world, tmp_path, seed):
    load(world, bundle(tmp_path / "a.zip", 100 + seed))
    facts, raw = daily_facts(world.database), raw_facts(world.database)
    second = load(world, bundle(tmp_path / "b.zip", 200 + seed))
    assert raw_facts(world.database) != raw
    assert daily_facts(world.database) != facts
    assert undo(world, second) == 0
    after = raw_facts(world.database)
    assert {name: rows for name, rows in after.items() if rows != raw[name]} == {}
    assert daily_facts(world.database) == facts


ORDERS = "order_id,placed_at,status,paid,buyer_id,coupons\n"
FIRST = ORDERS + "A,2026-11-01 10:00:00,paid,100.00,B1,\nB,2026-11-02 10:00:00,paid,50.00,B2,\n"
SECOND = ORDERS + "A,2026-11-01 10:00:00,paid,120.00,B1,\nC,2026-11-03 10:00:00,paid,70.00,B2,\n"


def problem(world, batch_id):
    with world.database.read() as session:
        plan = plan_undo(session, session.get_one(ImportBatch, batch_id))
        return plan.problem, [one.id for one in plan.blockers]


def paid(world):
    with world.database.read() as session:
        return dict(session.execute(select(Order.ref, Order.paid_minor)).all())


def test_an_import_whose_rows_another_one_changed_waits_for_that_one(world, tmp_path):
    first = load(world, write(tmp_path, FIRST, "a.csv"))
    second = load(world, write(tmp_path, SECOND, "b.csv"))
    assert problem(world, first) == ("later_imports", [second])
    with pytest.raises(RefusedError, match="later_imports"):
        undo(world, first)
    assert undo(world, second) == 0
    assert paid(world) == {"A": 10_000, "B": 5_000}
    assert problem(world, second) == ("undone", [])
    assert undo(world, first) == 0
    assert paid(world) == {}


def test_imports_of_other_rows_are_undone_in_any_order(world, tmp_path):
    first = load(world, write(tmp_path, ORDERS + "A,2026-11-01 10:00:00,paid,1.00,,\n", "a.csv"))
    load(world, write(tmp_path, ORDERS + "B,2026-11-01 10:00:00,paid,2.00,,\n", "b.csv"))
    assert undo(world, first) == 0
    assert paid(world) == {"B": 200}


def test_what_a_webhook_said_since_stays(world, tmp_path):
    load(world, write(tmp_path, FIRST, "a.csv"))
    second = load(world, write(tmp_path, SECOND, "b.csv"))
    with world.database.write() as session:
        shop = session.get_one(Shop, world.shop_id)
        later = order_record("A", paid_minor=999, version_at=datetime(2027, 1, 1, tzinfo=UTC))
        load_orders(session, shop, [later], secret=SECRET, read_at=READ_AT)
    assert undo(world, second) == 1
    assert paid(world) == {"A": 999, "B": 5_000}


def test_what_somebody_changed_by_hand_since_stays(world, tmp_path):
    people = "influencer,name,agency\nlina,Lina,\nwang,Wang,\n"
    batch = load(world, write(tmp_path, people, "p.csv"))
    with world.database.write() as session:
        lina = session.scalars(select(Influencer).where(Influencer.slug == "lina")).one()
        update_influencer(session, lina, agency="MCN-9")
    assert undo(world, batch) == 1
    with world.database.read() as session:
        assert session.scalars(select(Influencer.slug)).all() == ["lina"]


def test_influencers_with_a_link_are_not_taken_away(world, tmp_path):
    batch = load(world, write(tmp_path, "influencer,name,agency\nlina,Lina,\n", "p.csv"))
    with world.database.write() as session:
        lina = session.scalars(select(Influencer)).one()
        session.add(
            OrderDecision(shop_id=world.shop_id, order_ref="A", question="owner", keeps_rule=False,
                          influencer_id=lina.id, decided_at=datetime.now(UTC))
        )  # fmt: skip
    assert problem(world, batch) == ("influencers_in_use", [])


def test_influencers_of_later_files_are_not_taken_away_before_them(world, tmp_path):
    people = load(world, write(tmp_path, "influencer,name,agency\nlina,Lina,\n", "p.csv"))
    deals = load(world, write(tmp_path, "deal_id,influencer,posted_on,fee\nD,lina,2026-11-01,5\n"))
    assert problem(world, people) == ("later_imports", [deals])
    undo(world, deals)
    assert undo(world, people) == 0
    with world.database.read() as session:
        assert session.scalars(select(Influencer.id)).all() == []


def test_rates_that_later_orders_need_are_not_taken_away(world, tmp_path):
    rates = load(world, write(tmp_path, "date,from,to,rate\n2026-11-01,USD,CNY,7.1\n", "r.csv"))
    text = "order_id,placed_at,paid,currency\nA,2026-11-02,5.00,USD\n"
    orders = load(world, write(tmp_path, text, "o.csv"))
    assert problem(world, rates) == ("rates_in_use", [])
    undo(world, orders)
    assert undo(world, rates) == 0


def test_old_imports_are_not_undone_any_more(world, tmp_path):
    batch = load(world, write(tmp_path, FIRST, "a.csv"))
    with world.database.write() as session:
        forget_changes(session, datetime.now(UTC) + KEPT - timedelta(days=1))
    assert problem(world, batch) == ("", [])
    with world.database.write() as session:
        forget_changes(session, datetime.now(UTC) + KEPT + timedelta(days=1))
    assert problem(world, batch) == ("expired", [])


def test_of_too_much_the_oldest_is_forgotten_first(world, tmp_path, monkeypatch):
    batches = [load(world, write(tmp_path, FIRST.replace("100.00", f"{n}.00"), f"{n}.csv"))
               for n in (1, 2, 3, 4)]  # fmt: skip
    with world.database.read() as session:
        size = session.scalar(select(func.length(ImportChange.entries)).limit(1))
    monkeypatch.setattr("tracker.services.undo.MAX_KEPT_BYTES", size + 5)
    with world.database.write() as session:
        forget_changes(session, datetime.now(UTC))
    states = [problem(world, batch)[0] for batch in batches]
    assert states == ["expired", "expired", "expired", ""]


def test_nothing_is_imported_while_an_import_is_being_undone(world, tmp_path):
    batch = load(world, write(tmp_path, FIRST, "a.csv"))
    with world.database.write() as session:
        queue_undo(session, session.get_one(ImportBatch, batch))
    with pytest.raises(LostBatchError):
        import_file(world.database, write(tmp_path, SECOND, "b.csv"), world.request())
    with world.database.read() as session:
        other = session.scalars(select(ImportBatch.id).where(ImportBatch.id != batch)).one()
    assert problem(world, batch)[0] == "undoing"
    run_undo(world.database, batch)
    assert paid(world) == {}
    with world.database.write() as session:
        assert claim_batch(session, other, datetime.now(UTC)) is not None
    assert problem(world, batch)[0] == "undone"


def test_effect_tells_sums_before_and_after(world, tmp_path):
    load(world, write(tmp_path, FIRST, "a.csv"))
    second = load(world, write(tmp_path, SECOND, "b.csv"))
    with world.database.read() as session:
        order = session.get_one(ImportBatch, second).effect["order"]
    assert (order["new"], order["changed"]) == (1, 1)
    assert order["sums"]["paid_minor"] == {"CNY": [10_000, 19_000]}


def test_a_first_import_leaves_no_log(world, tmp_path):
    rows = "".join(f"T{n},2026-11-01 10:00:00,paid,5.00,,\n" for n in range(2_000))
    load(world, write(tmp_path, ORDERS + rows))
    with world.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ImportChange)) == 0


def test_every_table_that_names_a_batch_can_be_undone():
    assert set(TRACKED) <= set(MARKERS)
    named = {t.name for t in Base.metadata.sorted_tables if "batch_id" in t.c}
    assert named - set(TRACKED) == {"import_note", "import_change"}
