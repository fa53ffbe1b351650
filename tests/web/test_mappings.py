"""The step that says what columns mean, and the mappings that are kept."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import func, select

from tests.web.conftest import HOSTILE, form_token
from tests.web.test_imports import upload
from tracker.imports import run
from tracker.models import ImportBatch, Order, SavedMapping

FILE = "flow,moment,got,who\nQ1,2026-11-01 10:00:00,5.00,B1\nQ2,2026-11-02 10:00:00,7.00,B2\n"
CHOSEN = {"col-0": "order_id", "col-1": "placed_at", "col-2": "paid", "col-3": "buyer_id"}


def sent(client, **values):
    return {"csrf_token": form_token(client), "kind": "orders", "name": "mine", **CHOSEN, **values}


def save(client, shown, **values):
    data = sent(client, action="save", **values)
    return client.post(f"{shown}/mapping", data=data)


def test_a_file_that_nobody_knows_leads_to_the_step(client, world):
    shown = upload(client, world.shop, FILE, "own.csv").location
    assert f'href="{shown}/mapping"' in client.get(shown).text
    page = client.get(f"{shown}/mapping").text
    assert "flow" in page
    assert "2026-11-01 10:00:00" in page
    other = client.get(f"{shown}/mapping?kind=spend").text
    assert "Impressions" in other


def test_a_mapping_is_tried_before_anything_is_kept(client, world, database):
    shown = upload(client, world.shop, FILE).location
    page = client.post(f"{shown}/mapping", data=sent(client, action="look")).text
    assert "12.00 CNY" in page
    assert "B1" not in page.split("By this mapping")[1]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SavedMapping)) == 0


def test_a_saved_mapping_reads_this_file_and_later_ones(client, world, database, settings):
    shown = upload(client, world.shop, FILE).location
    assert save(client, shown).location == shown
    assert "Recognised by your mapping “mine”" in client.get(shown).text
    data = {"csrf_token": form_token(client), "shop": world.shop, "preset": "", "action": "start"}
    client.post(f"{shown}/start", data=data)
    batch_id = int(shown.rsplit("/", 1)[1])
    run.import_batch(database, batch_id, settings.uploads_dir, settings.customer_key_secret)
    with database.read() as session:
        batch = session.get_one(ImportBatch, batch_id)
        mapping = session.scalars(select(SavedMapping)).one()
        assert (batch.status, batch.preset, batch.mapping_id) == ("done", "mine", mapping.id)
        assert session.scalars(select(Order.paid_minor).where(Order.ref == "Q2")).one() == 700
    later = upload(client, world.shop, FILE.replace("Q", "Z")).location
    assert "Recognised by your mapping “mine”" in client.get(later).text


def test_a_changed_file_opens_the_step_with_the_difference(client, world):
    save(client, upload(client, world.shop, FILE).location)
    shown = upload(client, world.shop, FILE.replace("got", "got (net)")).location
    page = client.get(shown).text
    assert "the columns are not those that the mapping was made for" in page
    assert "Import now" not in page
    step = client.get(f"{shown}/mapping").text
    assert "The columns are not those of “mine” any more" in step
    assert "<code>got</code> → <code>got (net)</code>?" in step
    assert re.search(r'id="col-2".*?value="paid" selected', step, re.DOTALL)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"col-2": ""}, "A column is missing: Amount paid."),
        ({"col-3": "paid"}, "Amount paid is chosen twice."),
        ({"currency": "XYZ"}, "This currency is not known"),
        ({"name": " "}, "This is needed."),
    ],
)
def test_what_cannot_be_is_said(client, world, database, values, says):
    shown = upload(client, world.shop, FILE).location
    answer = save(client, shown, **values)
    assert answer.status_code == 400
    assert says in answer.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(SavedMapping)) == 0


def test_columns_that_there_are_not_are_a_bad_request(client, world):
    shown = upload(client, world.shop, FILE).location
    assert save(client, shown, **{"col-0": "password_hash"}).status_code == 400
    assert save(client, shown, kind="nothing").status_code == 400


def test_constants_stand_for_columns(client, world):
    text = "d,money\n2026-11-01,5.00\n"
    shown = upload(client, world.shop, text).location
    values = {"kind": "spend", "col-0": "day", "col-1": "amount", "col-2": "", "col-3": ""}
    assert "A column is missing: Platform." in save(client, shown, **values).text
    answer = save(client, shown, **values, platform="taxi", channel="display", currency="cny")
    assert answer.status_code == 302
    page = client.get(shown).text
    assert "5.00 CNY" in page
    assert "as this platform always has it" in page


def test_saved_mappings_are_listed_changed_and_deleted(client, world, database):
    save(client, upload(client, world.shop, FILE).location)
    assert "mine" in client.get("/imports/mappings").text
    with database.read() as session:
        row_id = session.scalars(select(SavedMapping.id)).one()
    assert 'value="placed_at" selected' in client.get(f"/imports/mappings/{row_id}").text
    client.post(f"/imports/mappings/{row_id}", data=sent(client, name="ours", **{"col-3": ""}))
    with database.read() as session:
        row = session.scalars(select(SavedMapping)).one()
        assert (row.name, "buyer_id" in row.columns) == ("ours", False)
    client.post(f"/imports/mappings/{row_id}/delete", data={"csrf_token": form_token(client)})
    assert "No mapping yet" in client.get("/imports/mappings").text
    assert client.get(f"/imports/mappings/{row_id}").status_code == 404


def test_a_name_is_taken_once(client, world, database):
    save(client, upload(client, world.shop, FILE).location)
    save(client, upload(client, world.shop, "x1,y1,z1\na,2026-11-01,1\n").location,
         name="other", **{"col-3": ""})  # fmt: skip
    with database.read() as session:
        ids = dict(session.execute(select(SavedMapping.name, SavedMapping.id)).all())
    data = sent(client, name="mine", **{"col-3": ""})
    answer = client.post(f"/imports/mappings/{ids['other']}", data=data)
    assert "There is a mapping “mine” already" in answer.text


def test_a_table_of_several_is_mapped(client, world, tmp_path):
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "order_id,placed_at,paid\nA,2026-11-01,1.00\n")
        archive.writestr("b.csv", FILE)
    data = {"csrf_token": form_token(client), "shop": world.shop, "preset": "",
            "file": (io.BytesIO(packed.getvalue()), "both.zip")}  # fmt: skip
    shown = client.post("/imports", data=data).location
    page = client.get(shown).text
    assert "Tables that are not read" in page
    step = re.search(r'href="([^"]+/mapping\?table=b.csv)"', page)
    assert step
    assert "moment" in client.get(step[1]).text
    save(client, shown, table="b.csv")
    page = client.get(shown).text
    assert "Recognised by your mapping “mine”" in page
    assert "Recognised: Orders" in page
    assert "13.00 CNY" in page


def test_hostile_headers_and_names_stay_text(client, world):
    text = f'"{HOSTILE.replace(chr(34), chr(34) * 2)}",b,c\nQ,2026-11-01,1\n'
    shown = upload(client, world.shop, text).location
    assert "<script>alert" not in client.get(f"{shown}/mapping").text
    save(client, shown, name=HOSTILE, **{"col-3": ""})
    for path in (shown, "/imports/mappings", f"{shown}/mapping"):
        assert "<script>alert" not in client.get(path).text


def test_mappings_of_another_workspace_are_not_there(client, world, database):
    with database.write() as session:
        from tracker.models import Workspace
        from tracker.services.mappings import save_mapping

        other = session.scalars(select(Workspace).where(Workspace.id != world.workspace)).one()
        row_id = save_mapping(session, other, name="secret", reader="orders", header=["a"],
                              columns={}, options={}).id  # fmt: skip
    assert "secret" not in client.get("/imports/mappings").text
    assert client.get(f"/imports/mappings/{row_id}").status_code == 404
    for path in ("", "/delete"):
        answer = client.post(f"/imports/mappings/{row_id}{path}", data=sent(client))
        assert answer.status_code == 404
