"""Imports: from the file to the preview, the worker and the rows that were rejected."""

from __future__ import annotations

import io
import re

import pytest
from markupsafe import escape
from sqlalchemy import func, select

from jobs.imports import run_undo
from tests.web.conftest import form_token
from tracker.imports import run
from tracker.imports.presets import presets
from tracker.models import ImportBatch, Order, User

ORDERS = (
    "order_id,placed_at,paid,email\n"
    "A-1,2026-11-01 10:00:00,199.00,buyer@example.com\n"
    "A-2,2026-11-02 10:00:00,=1+1,b@example.com\n"
    "A-3,2026-11-03 10:00:00,299.00,c@example.com\n"
)


def upload(client, shop, text=ORDERS, name="orders.csv", preset=""):
    data = {
        "csrf_token": form_token(client), "shop": shop, "preset": preset,
        "file": (io.BytesIO(text.encode()), name),
    }  # fmt: skip
    return client.post("/imports", data=data)


def test_a_file_is_looked_at_before_anything_is_loaded(client, world, database, settings):
    answer = upload(client, world.shop)
    page = client.get(answer.location).text
    assert "Recognised: Orders" in page
    assert "498.00 CNY" in page
    assert "Line 3" in page
    assert "not a number" in page
    assert "buyer@example.com" not in page
    with database.read() as session:
        before = session.scalar(select(func.count()).select_from(Order))
        assert before == 2  # those of the world
        assert session.scalars(select(ImportBatch.status)).one() == "uploaded"
    assert len(list(settings.uploads_dir.iterdir())) == 1


def test_a_started_import_shows_progress_then_its_result(client, world, database, settings):
    shown = upload(client, world.shop).location
    token = form_token(client)
    client.post(f"{shown}/start", data={
        "csrf_token": token, "shop": world.shop, "preset": "", "action": "start",
    })  # fmt: skip
    assert "Waiting" in client.get(shown).text
    fragment = client.get(f"{shown}/progress")
    assert "X-Finished" not in fragment.headers
    batch_id = int(shown.rsplit("/", 1)[1])
    run.import_batch(database, batch_id, settings.uploads_dir, settings.customer_key_secret)
    assert client.get(f"{shown}/progress").headers["X-Finished"] == "1"
    page = client.get(shown).text
    assert "Done." in page
    assert "not a number" in page
    rejects = client.get(f"{shown}/rejects.csv").data.decode("utf-8-sig").splitlines()
    assert rejects[0] == '"Line","Outcome","Reason","Detail"'
    assert rejects[1].startswith('"3","Rejected","not a number","')
    assert "A-1" in client.get("/orders?from=2026-11-01&to=2026-11-30").text


def test_starting_twice_queues_once(client, world, database):
    shown = upload(client, world.shop).location
    data = {"csrf_token": form_token(client), "shop": world.shop, "preset": "", "action": "start"}
    for _ in range(2):
        assert client.post(f"{shown}/start", data=data).status_code == 302
    with database.read() as session:
        assert session.scalars(select(ImportBatch.status)).one() == "queued"


def test_looking_again_takes_over_what_the_form_says(client, world, database):
    shown = upload(client, world.shop).location
    data = {"csrf_token": form_token(client), "shop": world.shop, "preset": "refunds"}
    client.post(f"{shown}/start", data={**data, "action": "look"})
    page = client.get(shown).text
    assert "This file cannot be read" in page
    assert "columns are missing" in page
    with database.read() as session:
        assert session.scalars(select(ImportBatch.status)).one() == "uploaded"


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "empty"), ("hello world", "no known kind"), ("a,b\n1,2\n", "no known kind"),
     ("\x00\x01\x02" * 50, "no text file")],
)  # fmt: skip
def test_a_file_that_is_nothing_says_so(client, world, text, says):
    page = client.get(upload(client, world.shop, text).location).text
    assert says in page
    assert "Import now" not in page


def test_dates_that_can_be_read_in_two_ways_are_asked_about(client, world):
    text = "order_id,placed_at,paid\nA,03/04/2026 10:00,1.00\nB,05/06/2026 10:00,2.00\n"
    shown = upload(client, world.shop, text).location
    page = client.get(shown).text
    assert "day or month first?" in page
    assert "--dates" not in page
    data = {"csrf_token": form_token(client), "shop": world.shop, "action": "look", "dates": "dmy"}
    client.post(f"{shown}/start", data=data)
    page = client.get(shown).text
    assert "2026-04-03 – 2026-06-05" in page
    assert '<option selected value="dmy">' in page


def test_a_name_of_a_file_is_only_shown(client, world, settings):
    answer = upload(client, world.shop, name="../../<b>evil</b>.csv")
    page = client.get(answer.location).text
    assert "&lt;b&gt;evil" in page or "b&gt;.csv" in page
    assert all(path.parent == settings.uploads_dir for path in settings.home_dir.rglob("*evil*"))
    stored = next(settings.uploads_dir.iterdir())
    assert len(stored.name) == 32


def test_a_discarded_file_is_deleted(client, world, settings):
    shown = upload(client, world.shop).location
    client.post(f"{shown}/delete", data={"csrf_token": form_token(client)})
    assert list(settings.uploads_dir.iterdir()) == []
    assert "cancelled" in client.get(shown).text


def test_a_file_is_needed(client, world):
    answer = client.post("/imports", data={"csrf_token": form_token(client), "shop": world.shop})
    assert answer.status_code == 400
    assert "Choose a file" in answer.text


def test_imports_of_another_workspace_are_not_there(client, world, database):
    with database.write() as session:
        from tracker.models import Workspace
        from tracker.services import batches

        other = session.scalars(select(Workspace).where(Workspace.id != world.workspace)).one()
        batch = batches.create_batch(session, other, None, file_name="secret.csv")
    for path in ("", "/progress", "/rejects.csv"):
        assert client.get(f"/imports/{batch.id}{path}").status_code == 404
    data = {"csrf_token": form_token(client), "shop": world.shop, "preset": ""}
    for path in ("/start", "/delete"):
        assert client.post(f"/imports/{batch.id}{path}", data=data).status_code == 404
    assert "secret.csv" not in client.get("/imports").text


def imported(client, world, database, settings, text=ORDERS, **asked):
    """A file that went all the way; gives its address."""
    shown = upload(client, world.shop, text).location
    data = {"csrf_token": form_token(client), "shop": world.shop, "preset": "", "action": "start"}
    client.post(f"{shown}/start", data={**data, **asked})
    batch_id = int(shown.rsplit("/", 1)[1])
    run.import_batch(database, batch_id, settings.uploads_dir, settings.customer_key_secret)
    return shown


def test_the_preview_tells_old_and_new_sums(client, world, database, settings):
    imported(client, world, database, settings)
    page = client.get(upload(client, world.shop, ORDERS.replace("199.00", "250.00")).location).text
    assert re.search(r"199\.00</td><td>250\.00</td><td>\+51\.00", page)


def test_the_same_file_says_so_up_front(client, world, database, settings):
    shown = imported(client, world, database, settings)
    page = client.get(upload(client, world.shop).location).text
    assert "This very file was imported already" in page
    assert f'href="{shown}"' in page


def test_several_files_are_taken_at_once(client, world, database):
    data = {"csrf_token": form_token(client), "shop": world.shop, "preset": "",
            "file": [(io.BytesIO(ORDERS.encode()), f"{n}.csv") for n in range(3)]}  # fmt: skip
    answer = client.post("/imports", data=data, follow_redirects=True)
    assert "3 files are here" in answer.text
    with database.read() as session:
        assert session.scalars(select(ImportBatch.file_name)).all() == ["0.csv", "1.csv", "2.csv"]


def test_an_import_is_undone_after_a_look_at_what_goes(client, world, database, settings):
    shown = imported(client, world, database, settings)
    assert f'href="{shown}/undo"' in client.get(shown).text
    page = client.get(f"{shown}/undo").text
    assert re.search(r"498\.00</td><td>0\.00</td><td>-498\.00", page)
    client.post(f"{shown}/undo", data={"csrf_token": form_token(client)})
    waiting = client.get(shown).text
    assert "This import is being undone." in waiting
    assert '<meta http-equiv="refresh"' in waiting
    assert "X-Finished" not in client.get(f"{shown}/progress").headers
    run_undo(database, int(shown.rsplit("/", 1)[1]))
    assert "This import was undone on" in client.get(shown).text
    assert "Undone" in client.get("/imports").text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 2  # those of the world


def test_later_imports_are_named_before_undoing(client, world, database, settings):
    first = imported(client, world, database, settings)
    second = imported(client, world, database, settings, ORDERS.replace("199.00", "250.00"))
    page = client.get(f"{first}/undo").text
    assert "Later imports changed the same records" in page
    assert f'href="{second}/undo"' in page
    answer = client.post(f"{first}/undo", data={"csrf_token": form_token(client)})
    assert answer.location == f"{first}/undo"
    with database.read() as session:
        assert {row.undo_state for row in session.scalars(select(ImportBatch))} == {"kept"}


def test_rejected_rows_are_a_file_to_mend(client, world, database, settings):
    shown = imported(client, world, database, settings)
    assert f'href="{shown}/mend"' in client.get(shown).text
    answer = client.get(f"{shown}/mend")
    assert "orders-rejected.csv" in answer.headers["Content-Disposition"]
    text = answer.data.decode("utf-8-sig")
    answer.close()
    assert text.splitlines()[1].endswith("A-2,2026-11-02 10:00:00,=1+1,b@example.com")
    again = upload(client, world.shop, text.replace("=1+1", "7.00")).location
    page = client.get(again).text
    assert "Recognised: Orders" in page
    assert "7.00 CNY" in page


def test_history_tells_who_and_which_bytes(client, world, database, settings):
    shown = imported(client, world, database, settings)
    with database.read() as session:
        batch = session.scalars(select(ImportBatch)).one()
        name = str(escape(session.get_one(User, batch.user_id).name))
    page = client.get(shown).text
    assert batch.sha256 in page
    assert name in page.split("SHA-256")[0]
    assert f'<td class="text">{name}</td>' in client.get("/imports").text


def test_an_encoding_that_is_not_clear_is_asked(client, world):
    data = "order_id,placed_at,paid,title\nA,2026-11-01,1.00,éa ùc ça\n".encode("latin-1")
    form = {"csrf_token": form_token(client), "shop": world.shop, "preset": "",
            "file": (io.BytesIO(data), "a.csv")}  # fmt: skip
    shown = client.post("/imports", data=form).location
    page = client.get(shown).text
    assert "say how the text is encoded" in page
    token = {"csrf_token": form_token(client), "shop": world.shop, "action": "look"}
    client.post(f"{shown}/start", data={**token, "encoding": "cp1252"})
    assert "éa ùc ça" in client.get(shown).text


def test_a_currency_that_is_not_clear_is_asked(client, world):
    preset = presets()["linkedin_ads"]
    header = ["day" if "day" in group else sorted(group)[0] for group in preset.signature]
    names = {column: header for header, column in reversed(preset.headers.items())}
    columns = [*header, *(names[one] for one in ("amount", "day") if names[one] not in header)]
    cells = {names["day"]: "11/1/2026", names["amount"]: "5.00"}
    row = ",".join(cells.get(one, "1") for one in columns)
    shown = upload(client, world.shop, ",".join(columns) + f"\n{row}\n").location
    page = client.get(shown).text
    assert "say in which currency the amounts are" in page
    assert "Import now" not in page
    token = {"csrf_token": form_token(client), "shop": world.shop, "action": "look"}
    client.post(f"{shown}/start", data={**token, "currency": "CNY"})
    assert "5.00 CNY" in client.get(shown).text


AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
LOG = "".join(
    f'203.0.113.{n} - - [11/Nov/2026:08:00:0{n} +0800] "GET {path} HTTP/1.1" {status} 5 '
    f'"https://www.google.com/" "{AGENT}"\n'
    for n, (path, status) in enumerate([("/a", 200), ("/a.css", 200), ("/old", 301), ("/b", 304)])
)


def test_an_access_log_shows_its_format_and_host_and_no_address(client, world, database, settings):
    shown = upload(client, world.shop, LOG, "access.log").location
    page = client.get(shown).text
    for text in ("Recognised: Access log", "combined", "Page views", "/a", "Host of the shop"):
        assert text in page
    assert "203.0.113" not in page
    token = form_token(client)
    client.post(f"{shown}/start", data={
        "csrf_token": token, "shop": world.shop, "preset": "", "action": "start",
    })  # fmt: skip
    batch_id = int(shown.rsplit("/", 1)[1])
    run.import_batch(database, batch_id, settings.uploads_dir, settings.customer_key_secret)
    page = client.get(shown).text
    assert "a file of a page" in page
    assert "a redirect to another address" in page
    assert "203.0.113" not in page
    with database.read() as session:
        batch = session.get_one(ImportBatch, batch_id)
        assert (batch.loaded, batch.ignored, batch.rejected) == (2, 2, 0)
