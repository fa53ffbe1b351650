import gzip
import shutil

import pytest
from sqlalchemy import func, select

from tests.imports.files import write
from tests.imports.world import EXAMPLES, IN_ORDER
from tests.services.records import SECRET
from tracker.imports import run
from tracker.imports.errors import FileError
from tracker.imports.preview import preview
from tracker.imports.run import import_file, try_file
from tracker.models import ImportBatch, ImportNote, Order, Workspace
from tracker.services import batches
from tracker.services.batches import LostBatchError
from tracker.services.workspaces import create_shop


def examples():
    return [EXAMPLES / f"{name}.csv" for name in IN_ORDER]


def test_examples_of_the_guide_load_and_the_second_time_change_nothing(world):
    for path in examples():
        result = import_file(world.database, path, world.request())
        assert result.notes == [], path.name
        assert result.counts["loaded"] + result.counts["updated"] == result.rows > 0
    before = world.rows()
    for path in examples():
        again = import_file(world.database, path, world.request())
        assert again.counts == {"unchanged": again.rows}, path.name
    assert world.rows() == before


def test_net_revenue_of_the_examples_is_as_the_guide_says(world):
    for path in examples():
        import_file(world.database, path, world.request())
    with world.database.read() as session:
        net = session.scalar(select(func.sum(Order.net_base_minor)))
    assert net == 21_600 + 8_300 + 12_800 + 8_800 + 25_600 + 19_900


def test_dry_run_tells_the_same_and_keeps_nothing(world):
    for path in examples():
        tried = try_file(world.database, path, world.request())
        assert tried.is_dry
        before = world.rows()
        told = tried.as_json()
        done = import_file(world.database, path, world.request()).as_json()
        assert told.pop("would") == {
            name: done[name] for name in ("loaded", "updated", "unchanged")
        }
        assert done.pop("would") is None
        assert told == done
        assert world.rows() != before


def test_batch_tells_figures_and_notes(world, tmp_path):
    path = write(tmp_path, "order_id,placed_at,paid\n1,2026-11-01,5\n2,2026-11-03,x\n3,never,5\n")
    result = import_file(world.database, path, world.request())
    assert result.as_json()["rejected"] == [
        {"line": 3, "reason": "not_a_number"},
        {"line": 4, "reason": "not_a_date"},
    ]
    with world.database.read() as session:
        batch = session.scalars(select(ImportBatch)).one()
        notes = session.scalars(select(ImportNote).order_by(ImportNote.line)).all()
    assert (batch.status, batch.preset, batch.rows_read, batch.size_rows) == (
        "done",
        "orders",
        3,
        3,
    )
    assert (batch.loaded, batch.rejected, batch.totals["paid"]) == (1, 2, "5.00")
    assert str(batch.period_from) == str(batch.period_until) == "2026-11-01"
    assert [(note.line, note.reason, note.detail) for note in notes] == [
        (3, "not_a_number", "paid: x"),
        (4, "not_a_date", "placed_at: never"),
    ]


def test_file_of_which_nothing_loads_is_a_failed_batch(world, tmp_path):
    path = write(tmp_path, "order_id,placed_at,paid\n1,never,5\n")
    assert import_file(world.database, path, world.request()).n_good == 0
    with world.database.read() as session:
        batch = session.scalars(select(ImportBatch)).one()
    assert (batch.status, batch.error) == ("failed", "nothing_loaded")


def test_unreadable_file_leaves_no_trace(world, tmp_path):
    with pytest.raises(FileError, match="not_recognised"):
        import_file(world.database, write(tmp_path, "hello\n"), world.request())
    with pytest.raises(FileError, match="shop_needed"):
        import_file(world.database, EXAMPLES / "orders.csv", world.request(shop_id=0))
    assert world.count("import_batch") == 0


def test_rejected_order_brings_no_refund_and_no_touch_along(world, tmp_path):
    text = "order_id,placed_at,currency,paid,refunded\n1,2026-11-01,USD,5,2\n"
    result = import_file(world.database, write(tmp_path, text), world.request())
    assert [note.reason.value for note in result.notes] == ["no_exchange_rate"]
    text = "customer,time,channel,currency,conversion,value\nC,2026-11-01,email,USD,1,5\n"
    result = import_file(world.database, write(tmp_path, text), world.request())
    assert result.counts == {"rejected": 1}
    assert {name: rows for name, rows in world.rows().items() if rows} == {}


def test_older_versions_are_ignored_and_not_wrong(world, tmp_path):
    text = "order_id,placed_at,paid,updated_at\n1,2026-11-01,{0},2026-11-0{1} 10:00:00\n"
    import_file(world.database, write(tmp_path, text.format(5, 3)), world.request())
    older = import_file(world.database, write(tmp_path, text.format(4, 2)), world.request())
    assert older.as_json()["ignored"] == [{"line": 2, "reason": "newer_version_known"}]
    newer = import_file(world.database, write(tmp_path, text.format(6, 4)), world.request())
    assert newer.counts == {"updated": 1}
    with world.database.read() as session:
        assert session.scalars(select(Order.paid_minor)).all() == [600]


def test_personal_data_of_a_file_is_nowhere_in_the_database(world, tmp_path):
    person = "13811112222,p@lina.example,李娜"
    text = "order_id,placed_at,paid,phone,email,收货人\n"
    text += f"1,2026-11-01,x,{person}\n2,2026-11-01,5,{person}\n"
    import_file(world.database, write(tmp_path, text), world.request())
    kept = repr(world.rows())
    with world.database.read() as session:
        kept += repr([row.detail for row in session.scalars(select(ImportNote))])
    for secret in ("13811112222", "lina.example", "李娜"):
        assert secret not in kept


def test_workspace_files_are_read_in_the_base_currency(database, world, tmp_path):
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace_id)
        shop = create_shop(session, workspace, slug="us", currency="USD")
    path = write(tmp_path, "date,platform,spend\n2026-11-01,google,5\n")
    assert import_file(database, path, world.request(shop_id=shop.id)).currency == "CNY"
    path = write(tmp_path, "order_id,placed_at,paid\n1,2026-11-01,5\n")
    assert try_file(database, path, world.request(shop_id=shop.id)).counts == {"rejected": 1}


def test_preview_shows_what_is_read_and_changes_nothing(world):
    seen = preview(world.database, EXAMPLES / "orders.csv", world.request())
    assert ("buyer_id", "buyer_id") in seen.mapping
    line, first = seen.rows[0]
    assert (line, first["order_id"], first["paid"]) == (2, "20261101000000001", "224.00")
    assert "buyer_id" not in first
    assert (seen.n_rows, seen.is_complete, seen.result.counts["loaded"]) == (5, True, 5)
    assert world.count("order") == world.count("import_batch") == 0


def test_packed_file_is_read_like_a_plain_one(world, tmp_path):
    packed = tmp_path / "orders.csv.gz"
    packed.write_bytes(gzip.compress((EXAMPLES / "orders.csv").read_bytes()))
    result = import_file(world.database, packed, world.request())
    assert result.as_json()["container"] == "gzip"
    assert result.counts["loaded"] == 5


def upload(world, folder, name, preset=""):
    folder.mkdir(exist_ok=True)
    shutil.copy(EXAMPLES / name, folder / "stored")
    with world.database.write() as session:
        workspace = session.get_one(Workspace, world.workspace_id)
        shop = create_shop(session, workspace, slug="uploads")
        batch = batches.register_upload(
            session, workspace, shop, file_name=name, stored_name="stored", sha256="", preset=preset
        )
        batches.queue_batch(session, batch)
        return batch.id


def test_uploaded_file_is_imported_once(world, tmp_path):
    batch_id = upload(world, tmp_path / "up", "orders.csv")
    result = run.import_batch(world.database, batch_id, tmp_path / "up", SECRET)
    assert result.counts["loaded"] == 5
    with pytest.raises(LostBatchError):
        run.import_batch(world.database, batch_id, tmp_path / "up", SECRET)
    assert world.count("order") == 4


def test_upload_is_read_with_the_dates_its_user_says(world, tmp_path):
    batch_id = upload(world, tmp_path / "up", "orders.csv")
    write(tmp_path / "up", "order_id,placed_at,paid\n1,03/04/2026,5\n", "stored")
    with world.database.write() as session:
        session.get_one(ImportBatch, batch_id).date_order = "dmy"
    result = run.import_batch(world.database, batch_id, tmp_path / "up", SECRET)
    assert str(result.first_day) == "2026-04-03"


def test_upload_that_is_gone_or_unreadable_fails_with_a_reason(world, tmp_path):
    batch_id = upload(world, tmp_path / "up", "orders.csv", preset="deals")
    assert run.import_batch(world.database, batch_id, tmp_path / "up", SECRET) is None
    with world.database.read() as session:
        batch = session.get_one(ImportBatch, batch_id)
    assert batch.status == "failed"
    assert batch.error.startswith("columns_missing: deals")


def test_import_that_is_cancelled_stops_after_the_chunk(world, tmp_path, monkeypatch):
    text = "order_id,placed_at,paid\n" + "".join(f"{n},2026-11-01,5\n" for n in range(50))
    monkeypatch.setattr("tracker.imports.load.read_chunks", _small_chunks)

    def cancel(done, of):
        if done == 20:
            with world.database.write() as session:
                batches.cancel_batch(session, session.scalars(select(ImportBatch)).one())

    with pytest.raises(LostBatchError):
        import_file(world.database, write(tmp_path, text), world.request(), progress=cancel)
    assert world.count("order") == 20


def _small_chunks(source):
    from tracker.imports.source import read_chunks

    return read_chunks(source, size=10)
