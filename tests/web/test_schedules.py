"""Scheduled reports on pages: made, looked at before they are sent, fetched, ended."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from sqlalchemy import select

from jobs.reports import make_due
from tests import factories
from tests.web.conftest import form_token
from tracker.models import ReportRun, ReportSchedule, Share, Shop
from tracker.services import schedules


@pytest.fixture
def backend() -> str:
    """Pages only: what differs between databases is tested with services and jobs."""
    return "sqlite"


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


FORM = {
    "title": "Weekly", "table_name": "channels", "address": "", "every": "week", "weekday": "0",
    "month_day": "1", "clock": "09:00", "formats": ["csv"], "to_folder": "y", "locale": "en",
}  # fmt: skip


def make(client, database, content="report", **changes) -> ReportSchedule:
    answer = post(client, f"/scheduled/new?content={content}", **{**FORM, **changes})
    assert answer.status_code == 302, re.findall(r'class="error"[^>]*>([^<]*)', answer.text)
    with database.read() as session:
        return session.scalars(select(ReportSchedule).order_by(ReportSchedule.id.desc())).first()


def test_a_schedule_is_made_shown_and_changed(client, database, world):
    row = make(client, database, title="周报", formats=["pdf", "csv"])
    assert (row.content, row.every, row.minute) == ("report", "week", 540)
    assert row.formats == ["pdf", "csv"]
    assert row.next_at > datetime.now(UTC)
    assert "周报" in client.get("/scheduled").text
    page = client.get(f"/scheduled/{row.id}").text
    assert 'value="09:00"' in page
    answer = post(client, f"/scheduled/{row.id}", **{**FORM, "every": "month", "month_day": "3"})
    assert answer.status_code == 302
    with database.read() as session:
        assert session.get(ReportSchedule, row.id).month_day == 3


def test_filters_are_pasted_as_a_pages_address(client, database, world):
    address = f"https://t.example/orders?kind=kol&influencer={world.influencer}&page=3&evil=1"
    row = make(client, database, "table", table_name="orders", address=address)
    assert row.args["kind"] == "kol"
    assert row.args["influencer"] == str(world.influencer)
    assert "evil" not in row.args
    assert not {"from", "to", "period"} & row.args.keys()
    kept = make(client, database, "table", address="/channels?period=90d")
    assert kept.args["period"] == "90d"


@pytest.mark.parametrize(
    "wrong",
    [{"title": " "}, {"formats": []}, {"to_folder": ""}, {"month_day": "29"}, {"clock": "25:00"},
     {"table_name": "users"}, {"destinations": ["7"]}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(client, database, world, wrong):
    form = {name: value for name, value in {**FORM, **wrong}.items() if value != ""}
    assert post(client, "/scheduled/new?content=table", **form).status_code == 400
    with database.read() as session:
        assert session.scalars(select(ReportSchedule)).all() == []


def test_a_report_leads_to_a_schedule_of_its_table_with_its_filters(client, database, world):
    page = client.get("/influencers?period=90d&kind=kol").text
    (link,) = re.findall(r'href="(/scheduled/new\?[^"]+)"', page)
    form = client.get(unescape(link)).text
    assert '<option selected value="influencers">' in form
    assert "kind=kol" in form


def test_a_preview_shows_the_text_and_the_tables_and_sends_nothing(client, database, world):
    row = make(client, database)
    page = client.get(f"/scheduled/{row.id}/preview").text
    assert "Net revenue" in page
    for part in ("channels", "influencers", "campaigns"):
        shown = client.get(f"/scheduled/{row.id}/preview?part={part}").text
        assert ("<table>" in shown) != ("No rows in these days" in shown)
        assert 'class="snippet"' not in shown
    assert 'class="snippet"' in client.get(f"/scheduled/{row.id}/preview?part=x").text
    with database.read() as session:
        assert session.scalars(select(ReportRun)).all() == []


def test_a_file_that_was_made_is_fetched_and_nobody_elses(
    client, client_of, database, settings, world
):
    row = make(client, database, "table")
    post(client, f"/scheduled/{row.id}/run")
    assert make_due(database, settings, datetime.now(UTC)) == {"made": 1, "failed": 0}
    page = client.get(f"/scheduled/{row.id}").text
    (link,) = re.findall(r'href="(/scheduled/\d+/files/\d+/\d+)"', page)
    with client.get(link) as answer:
        assert answer.data.startswith("\ufeff".encode())
    assert client.get(link[:-1] + "1").status_code == 404
    stranger = client_of("owner", "en", [world.foreign_workspace])
    assert stranger.get(link).status_code == 404
    assert stranger.get(f"/scheduled/{row.id}/preview").status_code == 404
    assert post(stranger, f"/scheduled/{row.id}/delete").status_code == 404


def test_a_run_of_another_schedule_is_not_reached_by_ones_own(
    client, client_of, database, settings, world
):
    theirs = client_of("owner", "en", [world.foreign_workspace])
    foreign = make(theirs, database, "table")
    post(theirs, f"/scheduled/{foreign.id}/run")
    mine = make(client, database, "table")
    make_due(database, settings, datetime.now(UTC))
    with database.read() as session:
        run = session.scalars(select(ReportRun)).one()
    with theirs.get(f"/scheduled/{foreign.id}/files/{run.id}/0") as answer:
        assert answer.status_code == 200
    assert client.get(f"/scheduled/{mine.id}/files/{run.id}/0").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "/scheduled/new?content=x&table=%3Cb%3E&share=999999999999999999999&address=" + "a" * 5000,
        "/scheduled/new?content=share&share=x",
        "/scheduled/new?content=table&table=users&address=%ff%fe",
        "/alerts/new?kind=__class__",
        "/alerts/destinations?service=%00x".replace("%00", "%0a"),
    ],
)
def test_odd_arguments_break_no_form(client, world, url):
    assert client.get(url).status_code == 200


def test_odd_addresses_are_no_filters(client, database, world):
    for address in ("?" + "&".join(["a=1"] * 60), "?from=x&to=y", "http://[::1/?kind=kol", "%%%"):
        answer = post(client, "/scheduled/new?content=table", **{**FORM, "address": address})
        assert answer.status_code in (302, 400), address


def test_pausing_and_ending(client, database, world):
    row = make(client, database)
    post(client, f"/scheduled/{row.id}/pause")
    assert "paused" in client.get("/scheduled").text
    post(client, f"/scheduled/{row.id}/resume")
    assert "paused" not in client.get("/scheduled").text
    post(client, f"/scheduled/{row.id}/delete")
    assert client.get(f"/scheduled/{row.id}").status_code == 404


def test_a_share_can_be_sent_once_there_is_one(client, database, world):
    assert "Nothing is shared yet" in client.get("/scheduled/new?content=share").text
    with database.write() as session:
        share = Share(
            workspace_id=world.workspace, token_hash="x", nonce="x", title="星禾",
            table_name="influencers", columns=["influencer"], influencer_ids=[world.influencer],
            model="linear", created_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(share)
        session.flush()
        share_id = share.id
    row = make(client, database, "share", share=str(share_id))
    assert row.share_id == share_id
    page = client.get(f"/scheduled/{row.id}/preview").text
    assert "星禾" in page
    with database.write() as session:
        session.get(Share, share_id).ended_at = datetime.now(UTC)
    assert "the share has ended" in client.get(f"/scheduled/{row.id}/preview").text


def test_an_analyst_looks_and_changes_nothing(client, client_of, database, world):
    row = make(client, database)
    reader = client_of("analyst")
    assert reader.get(f"/scheduled/{row.id}/preview").status_code == 200
    assert "Make it now" not in reader.get(f"/scheduled/{row.id}").text
    assert post(reader, f"/scheduled/{row.id}/run").status_code == 403


def test_every_offered_table_can_be_made(client, database, settings, world):
    from tracker.web.schedules import TABLE_NAMES

    for name in TABLE_NAMES:
        row = make(client, database, "table", table_name=name, formats=["csv", "xlsx", "pdf"])
        with database.write() as session:
            schedules.run_now(session, session.get(ReportSchedule, row.id), datetime.now(UTC))
    done = make_due(database, settings, datetime.now(UTC))
    assert done == {"made": len(TABLE_NAMES), "failed": 0}


def test_a_preview_of_a_long_table_reads_its_first_rows_only(client, database, world):
    with database.write() as session, factories.using(session):
        shop = session.get(Shop, world.shop)
        factories.OrderFactory.create_batch(40, shop=shop, placed_at=factories.NOON)
    days = f"from={factories.TODAY}&to={factories.TODAY}"
    row = make(client, database, "table", table_name="orders", address=f"/orders?{days}")
    page = client.get(f"/scheduled/{row.id}/preview").text
    assert page.count("<tr>") == 31
    assert "Rows: 30+" in page
    assert "The first 30; the files have all of them." in page
