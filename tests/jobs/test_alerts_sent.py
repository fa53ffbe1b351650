"""From a figure to a mail: rules are looked at on fresh facts, messages wait, the courier sends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from jobs.alerts import look_at_watched
from jobs.courier import Courier
from jobs.sending import send_due
from tests import factories
from tests.reports.world import World, make_world
from tests.services.test_messages import WECOM
from tests.support.outside import mail_server
from tracker.domain.channels import Channel, Kind
from tracker.models import DirtyDay, MailServer, Message
from tracker.services.alert_rules import Measures, create_rule
from tracker.services.destinations import MailTerms, create_destination, save_mail_server
from tracker.services.messages import put_message

NOW = datetime.now(UTC)
YESTERDAY = (NOW + timedelta(hours=8)).date() - timedelta(days=1)  # in Shanghai


def put_mail_server(session, workspace, settings, port: int) -> None:
    """A mail server on this machine, which the form would refuse."""
    terms = MailTerms("smtp.brand.example", 465, "tls", "t@brand.example", "u", "p")
    save_mail_server(session, workspace, terms, settings.signing_key)
    session.execute(update(MailServer).values(host="127.0.0.1", port=port, user_name="", sealed=""))


@pytest.fixture
def plain(monkeypatch):
    """The stand-in for a mail server speaks without encryption."""
    from jobs import sending

    made = sending.Server
    monkeypatch.setattr(sending, "Server", lambda **given: made(**{**given, "security": "none"}))


def fill(session, settings, port: int) -> World:
    """An influencer that lost money, a rule about it, and two readers of two languages."""
    world = make_world(session)
    world.workspace.name = "茶铺"
    li = factories.InfluencerFactory(workspace=world.workspace, name="李娜")
    world.add_cost(Channel.KOL, Kind.KOL, YESTERDAY, influencer_id=li.id, fee_minor=900_000)
    put_mail_server(session, world.workspace, settings, port)
    places = [
        create_destination(
            session, world.workspace, name=locale, service="mail", given=f"{locale}@brand.example",
            locale=locale, key=settings.signing_key,
        ).id
        for locale in ("zh_CN", "en")
    ]  # fmt: skip
    measures = Measures("influencer", 0, 7, 100_000, 0)
    create_rule(
        session, world.workspace, "roi_below", measures, NOW - timedelta(hours=1),
        destination_ids=places,
    )  # fmt: skip
    session.execute(delete(DirtyDay))
    return world


def test_a_bad_figure_reaches_each_reader_in_their_language_once(settings, database, plain):
    with mail_server() as box:
        with database.write() as session, factories.using(session):
            fill(session, settings, box.port)
        assert look_at_watched()["messages"] == 2
        assert look_at_watched()["messages"] == 0
        courier = Courier(allow_loopback=True)
        assert send_due(database, settings, courier) == {"sent": 2, "failed": 0, "waiting": 0}
        assert send_due(database, settings, courier) == {"sent": 0, "failed": 0, "waiting": 0}
    texts = {
        to[0].split("@")[0]: (str(mail["Subject"]), mail.get_body(("plain",)).get_content())
        for to, mail in box.taken
    }
    assert "ROI 过低" in texts["zh_CN"][0]
    assert "李娜" in texts["zh_CN"][1]
    assert "ROI below" in texts["en"][0]
    assert "ROI −100%" in texts["en"][1]
    assert "/influencers/" in texts["en"][1]


def test_figures_that_are_being_computed_are_waited_for_but_not_for_ever(settings, database):
    with database.write() as session, factories.using(session):
        world = fill(session, settings, 9)
        dirty = DirtyDay(
            scope="credit", workspace_id=world.workspace.id, shop_id=world.own.id, day=YESTERDAY,
            version=1, fence=0, marked_at=datetime.now(UTC),
        )  # fmt: skip
        session.add(dirty)
    assert look_at_watched()["messages"] == 0
    with database.write() as session:
        session.execute(update(DirtyDay).values(marked_at=NOW - timedelta(hours=2)))
    assert look_at_watched()["messages"] == 2


def test_one_bad_destination_stops_no_other(settings, database, plain):
    with mail_server() as box:
        with database.write() as session, factories.using(session):
            workspace = factories.WorkspaceFactory()
            put_mail_server(session, workspace, settings, box.port)
            good = create_destination(
                session, workspace, name="good", service="mail", given="a@brand.example",
                locale="en", key=settings.signing_key,
            )  # fmt: skip
            lost = create_destination(
                session, workspace, name="lost", service="wecom", given=WECOM, locale="en",
                key="another installation's key " * 2,
            )  # fmt: skip
            for place in (lost, good):
                put_message(session, place, kind="test", title="t", body="b", now=NOW)
            gone = put_message(session, good, kind="test", title="t", body="b", now=NOW)
            gone.destination_id = 999
            missing = put_message(
                session, good, kind="report", title="t", body="b", now=NOW, files=["sent/x.csv"]
            )
            missing_id = missing.id
        courier = Courier(allow_loopback=True)
        assert send_due(database, settings, courier) == {"sent": 1, "failed": 2, "waiting": 1}
    with database.read() as session:
        errors = {row.destination_name: row.error for row in session.scalars(select(Message))
                  if row.id != missing_id and row.destination_id != 999}  # fmt: skip
        assert errors == {"good": "", "lost": "sealed_lost"}
        assert session.get(Message, missing_id).error == "file_gone"


def test_without_a_way_out_it_waits_and_is_tried_again(settings, database, plain):
    with database.write() as session, factories.using(session):
        fill(session, settings, 9)
    look_at_watched()
    done = send_due(database, settings, Courier(allow_loopback=True))
    assert done == {"sent": 0, "failed": 0, "waiting": 2}
    with database.read() as session:
        for row in session.scalars(select(Message)):
            assert (row.error, row.tries, row.state) == ("unreachable", 1, "waiting")
            assert row.next_at > datetime.now(UTC)
