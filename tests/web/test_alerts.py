"""Alerts on pages: rules are made, muted, tested and ended; strangers' rules are not there."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests import factories, watched
from tests.web.conftest import form_token
from tracker.models import AlertRule, AlertState, Destination, MailServer, Message, Workspace
from tracker.models.alert import MADE_KINDS
from tracker.services import alert_rules, alerts, destinations
from tracker.services.alert_rules import KINDS
from tracker.services.destinations import MailTerms
from tracker.web import destinations as destination_pages


@pytest.fixture
def backend() -> str:
    """Pages only: what differs between databases is tested with services and jobs."""
    return "sqlite"


KEY = "693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa"
WECOM = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}"


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


@pytest.fixture
def resolved(monkeypatch) -> dict[str, list[str]]:
    known: dict[str, list[str]] = {}
    monkeypatch.setattr(destination_pages, "resolve_host", lambda host: known.get(host, []))
    return known


@pytest.fixture
def wecom(client, database) -> int:
    answer = post(
        client, "/alerts/destinations?service=wecom", name="运营群", given=WECOM, locale="zh_CN"
    )
    assert answer.status_code == 302
    with database.read() as session:
        return session.scalars(select(Destination.id)).one()


def make(client, database, kind="roi_below", **changes) -> AlertRule:
    form = {
        "name": "ROI der Woche", "about": "influencer", "threshold": "-5.5", "window_days": "14",
        "cost_floor": "300", "order_floor": "10", "rearm_days": "7",
    }  # fmt: skip
    answer = post(client, f"/alerts/new?kind={kind}", **{**form, **changes})
    assert answer.status_code == 302, answer.text
    with database.read() as session:
        return session.scalars(select(AlertRule).order_by(AlertRule.id.desc())).first()


def test_a_rule_is_made_with_what_was_entered_and_shown_so(client, database, wecom):
    rule = make(client, database, destinations=[str(wecom)])
    assert (rule.threshold_ppm, rule.floor, rule.window_days) == (-55_000, 30_000, 14)
    assert (rule.dimension, rule.only_id, rule.destination_ids) == ("influencer", 0, [wecom])
    page = client.get("/alerts").text
    assert "ROI der Woche" in page
    assert "运营群" in page
    shown = client.get(f"/alerts/{rule.id}").text
    assert 'value="-5.5"' in shown
    assert 'value="300.00"' in shown


@pytest.mark.parametrize("kind", MADE_KINDS)
def test_every_kind_has_a_form_with_its_usual_measures_that_can_be_saved_as_it_is(
    client, database, kind
):
    page = client.get(f"/alerts/new?kind={kind}").text
    fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    chosen = dict(
        re.findall(r'<select[^>]* name="(\w+)">.*?<option selected value="([^"]*)"', page, re.S)
    )
    answer = post(client, f"/alerts/new?kind={kind}", **{**fields, **chosen})
    assert answer.status_code == 302, page
    with database.read() as session:
        rule = session.scalars(select(AlertRule)).one()
        assert alert_rules.measures_of(rule) == KINDS[kind].usual


def test_one_influencer_can_be_chosen_and_nobody_elses(client, database, world):
    rule = make(client, database, about=f"influencer:{world.influencer}")
    assert (rule.dimension, rule.only_id) == ("influencer", world.influencer)
    answer = post(
        client, "/alerts/new?kind=roi_below", about=f"influencer:{world.foreign_influencer}",
        threshold="1", window_days="7", cost_floor="", rearm_days="0",
    )  # fmt: skip
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "wrong", [{"threshold": "-101"},
        {"threshold": "NaN"},
        {"threshold": "1e999"},
        {"threshold": "Infinity"},
        {"window_days": "9" * 30},
        {"cost_floor": "9" * 40},
        {"name": "a\x07"}, {"window_days": "91"}, {"rearm_days": "-1"}, {"about": "x"},
              {"destinations": ["999"]}]
)  # fmt: skip
def test_measures_that_make_no_sense_are_refused(client, database, wrong):
    form = {"about": "total", "threshold": "1", "window_days": "7", "cost_floor": "1",
            "rearm_days": "0"}  # fmt: skip
    answer = post(client, "/alerts/new?kind=roi_below", **{**form, **wrong})
    assert answer.status_code == 400
    with database.read() as session:
        assert session.scalars(select(AlertRule)).all() == []


def test_muting_pausing_and_ending_a_rule(client, database):
    rule = make(client, database)
    post(client, f"/alerts/{rule.id}/mute", days="7")
    assert "muted until" in client.get("/alerts").text
    post(client, f"/alerts/{rule.id}/unmute")
    assert "muted until" not in client.get("/alerts").text
    post(client, f"/alerts/{rule.id}/pause")
    assert "paused" in client.get("/alerts").text
    post(client, f"/alerts/{rule.id}/delete")
    with database.read() as session:
        assert session.scalars(select(AlertRule)).all() == []


def test_a_test_of_a_rule_waits_in_the_box_of_each_of_its_destinations(client, database, wecom):
    rule = make(client, database, destinations=[str(wecom)])
    post(client, f"/alerts/{rule.id}/test")
    with database.read() as session:
        message = session.scalars(select(Message)).one()
        assert (message.kind, message.destination_id, message.state) == ("test", wecom, "waiting")
        assert "ROI der Woche" in message.body
        assert "一" not in message.title.replace("一次", "")
    assert "运营群" in client.get("/alerts").text


def test_a_key_is_sealed_and_shown_to_nobody(client, database, wecom):
    page = client.get("/alerts/destinations").text
    assert KEY not in page
    assert f"…{KEY[-4:]}" in page
    with database.read() as session:
        row = session.get(Destination, wecom)
        assert KEY not in row.sealed


def test_a_destination_that_is_removed_leaves_rules(client, database, wecom):
    rule = make(client, database, destinations=[str(wecom)])
    post(client, f"/alerts/destinations/{wecom}/delete")
    with database.read() as session:
        assert session.get(AlertRule, rule.id).destination_ids == []
        assert session.scalars(select(Destination)).all() == []


@pytest.mark.parametrize(
    "given",
    [
        "https://evil.example/?key=aaaaaaaaaa",
        "http://qyapi.weixin.qq.com/x",
        WECOM + "&a=1",
        WECOM.replace(".com/", ".com@evil.example/"),
    ],
)
def test_only_the_services_own_address_is_taken(client, database, given):
    answer = post(client, "/alerts/destinations?service=wecom", name="x", given=given, locale="en")
    assert answer.status_code == 400
    with database.read() as session:
        assert session.scalars(select(Destination)).all() == []


def test_a_mail_server_must_be_outside_and_keeps_its_password_for_itself(
    client, database, world, resolved
):
    form = {"port": "465", "security": "tls", "sender": "a@brand.example", "user_name": "a",
            "password": "s3cret-pass"}  # fmt: skip
    resolved |= {"inside.example": ["10.0.0.5"], "smtp.example.com": ["8.8.8.8"]}
    for host in ("inside.example", "localhost", "127.0.0.1", "mail.local"):
        answer = post(client, "/alerts/destinations/server", host=host, **form)
        assert answer.status_code == 400, host
    answer = post(client, "/alerts/destinations/server", host="smtp.example.com", **form)
    assert answer.status_code == 302
    assert "s3cret-pass" not in client.get("/alerts/destinations").text
    elsewhere = {**form, "password": ""}
    resolved["other.example.com"] = ["8.8.4.4"]
    answer = post(client, "/alerts/destinations/server", host="other.example.com", **elsewhere)
    assert answer.status_code == 400  # the old password goes to no new host
    with database.read() as session:
        row = session.get(MailServer, world.workspace)
        assert row.host == "smtp.example.com"
        assert "s3cret" not in row.sealed


def test_rules_and_destinations_of_others_are_not_there(client, database, world):
    with database.write() as session:
        other = session.get_one(Workspace, world.foreign_workspace)
        now = datetime.now(UTC)
        rule = alert_rules.create_rule(
            session, other, "crawl_stale", KINDS["crawl_stale"].usual, now
        )
        place = destinations.create_destination(
            session, other, name="theirs", service="wecom", given=WECOM, locale="en", key="k" * 40
        )
        ids = rule.id, place.id
    assert client.get(f"/alerts/{ids[0]}").status_code == 404
    for url in (
        f"/alerts/{ids[0]}",
        f"/alerts/{ids[0]}/pause",
        f"/alerts/destinations/{ids[1]}/test",
        f"/alerts/destinations/{ids[1]}/delete",
    ):
        assert post(client, url).status_code == 404, url
    assert "theirs" not in client.get("/alerts/destinations").text


def test_what_was_told_leads_to_its_rows_and_goes_away_when_seen(client, database, world):
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        listing = watched.listing(session, workspace.id, title="<b>tea</b>")
        watched.price(session, listing, 5_000, datetime.now(UTC), availability="out_of_stock")
        alerts.evaluate(session, workspace, datetime.now(UTC))
        state = session.scalars(select(AlertState).where(AlertState.told_at.is_not(None))).one()
    page = client.get("/alerts").text
    assert "&lt;b&gt;tea&lt;/b&gt; is out of stock" in page
    assert client.get(f"/competitors/{listing.id}").status_code == 200
    post(client, "/alerts/seen", alert=str(state.id))
    assert "is out of stock" not in client.get("/alerts").text


def test_an_analyst_reads_and_changes_nothing(client_of, database, world):
    reader = client_of("analyst")
    assert reader.get("/alerts").status_code == 200
    assert "New rule" not in reader.get("/alerts").text
    assert reader.get("/alerts/destinations").status_code == 403
    assert post(reader, "/alerts/new?kind=roi_below").status_code == 403


def test_the_mail_form_of_a_marketer_is_not_there(client_of, world):
    page = client_of("marketer").get("/alerts/destinations").text
    assert "Mail server" not in page


def test_mail_needs_its_server_first(client, database, world):
    form = {"name": "boss", "given": "boss@brand.example", "locale": "en"}
    answer = post(client, "/alerts/destinations?service=mail", **form)
    assert "Enter the mail server first" in answer.text
    with database.write() as session:
        destinations.save_mail_server(
            session, session.get_one(Workspace, world.workspace),
            MailTerms("smtp.example.com", 465, "tls", "a@brand.example"), "k" * 40,
        )  # fmt: skip
    assert post(client, "/alerts/destinations?service=mail", **form).status_code == 302
    assert "b…@brand.example" in client.get("/alerts/destinations").text
