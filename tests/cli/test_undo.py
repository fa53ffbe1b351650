"""Imports listed and undone from the shell; mappings, encodings and rejected rows there."""

import json

import pytest

from tests.imports.files import write
from tracker.cli import run
from tracker.config import Settings
from tracker.db import connect
from tracker.models import Order, Workspace
from tracker.services.mappings import save_mapping

FIRST = "order_id,placed_at,paid\nA,2026-11-01,100.00\nB,never,1.00\n"
SECOND = "order_id,placed_at,paid\nA,2026-11-01,120.00\n"


@pytest.fixture
def tracker(settings, capsys):
    """Run a command; gives exit status, standard output and standard error."""

    def call(*arguments):
        status = run([str(one) for one in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    call("workspace", "add", "brand")
    call("shop", "add", "main")
    return call


def orders():
    database = connect(Settings.from_env().database)
    with database.read() as session:
        found = {row.ref: row.paid_minor for row in session.query(Order)}
    database.dispose()
    return found


def test_an_import_is_listed_and_undone(tracker, tmp_path):
    tracker("import", write(tmp_path, FIRST, "a.csv"))
    tracker("import", write(tmp_path, SECOND, "b.csv"))
    assert orders() == {"A": 12_000}
    status, output, _ = tracker("imports", "--json")
    second, first = json.loads(output)
    assert (status, second["file"], second["updated"], second["can_be_undone"]) == (
        0, "b.csv", 1, True,
    )  # fmt: skip
    status, output, error = tracker("undo", first["id"], "--json")
    told = json.loads(output)
    assert (status, told["problem"], told["blockers"]) == (1, "later_imports", [second["id"]])
    assert "undo these first" in error
    status, output, _ = tracker("undo", second["id"], "--dry-run", "--json")
    told = json.loads(output)
    assert (status, told["undone"], told["problem"]) == (0, False, None)
    assert told["effect"]["order"]["sums"]["paid"] == {"CNY": ["100.00", "120.00"]}
    assert orders() == {"A": 12_000}
    assert tracker("undo", second["id"])[0] == 0
    assert orders() == {"A": 10_000}
    assert tracker("undo", first["id"])[0] == 0
    assert orders() == {}
    assert "undone" in tracker("imports")[1]
    assert tracker("undo", first["id"])[0] == 1
    assert tracker("undo", 999)[0] == 1


def test_a_saved_mapping_reads_a_file_by_itself_and_by_name(tracker, tmp_path):
    path = write(tmp_path, "nr,wann,wieviel\nX1,2026-11-01,5.00\n")
    assert tracker("import", path)[0] == 1
    database = connect(Settings.from_env().database)
    with database.write() as session:
        save_mapping(
            session, session.query(Workspace).one(), name="kasse", reader="orders",
            header=["nr", "wann", "wieviel"], options={},
            columns={"order_id": "nr", "placed_at": "wann", "paid": "wieviel"},
        )  # fmt: skip
    database.dispose()
    status, output, _ = tracker("import", path, "--dry-run", "--json")
    told = json.loads(output)
    assert (status, told["preset"], told["would"]["loaded"]) == (0, "kasse", 1)
    assert told["columns"] == {"order_id": "nr", "placed_at": "wann", "paid": "wieviel"}
    assert tracker("import", path, "--as", "kasse")[0] == 0
    changed = write(tmp_path, "nr,wann,betrag\nX2,2026-11-01,5.00\n", "c.csv")
    for asked in ((), ("--as", "kasse")):
        status, _, error = tracker("import", changed, *asked)
        assert status == 1
        assert "wieviel" in error
        assert "betrag" in error or asked


def test_rejected_rows_are_written_where_asked(tracker, tmp_path):
    target = tmp_path / "mend.csv"
    tracker("import", write(tmp_path, FIRST, "a.csv"), "--rejects", target)
    text = target.read_text("utf-8-sig")
    assert text.splitlines()[1].endswith("B,never,1.00")
    mended = write(tmp_path, text.replace("never", "2026-11-02"), "m.csv")
    status, output, _ = tracker("import", mended, "--json")
    assert (status, json.loads(output)["loaded"]) == (0, 1)


def test_the_same_bytes_are_named(tracker, tmp_path):
    path = write(tmp_path, SECOND)
    assert "imported already" not in tracker("import", path)[2]
    assert "imported already on" in tracker("import", path)[2]


def test_encoding_and_currency_can_be_said(tracker, tmp_path):
    path = write(tmp_path, "order_id,placed_at,paid,title\nA,2026-11-01,1,éa ùc ça\n",
                 encoding="latin-1")  # fmt: skip
    status, _, error = tracker("import", path)
    assert (status, "how the text is encoded" in error) == (1, True)
    assert tracker("import", path, "--encoding", "cp1252", "--currency", "cny")[0] == 0
