"""Reports that make themselves: files and mails for a slot, once, an agency's people only."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from jobs.courier import Courier
from jobs.reports import make_due
from jobs.sending import send_due
from jobs.upkeep import _drop_sent
from tests import factories
from tests.jobs.test_alerts_sent import plain, put_mail_server
from tests.reports.world import make_world
from tests.support.outside import mail_server
from tracker.domain.channels import Channel, Kind
from tracker.models import Message, ReportRun, ReportSchedule, Share
from tracker.services.destinations import create_destination
from tracker.services.schedules import ScheduleTerms, save_schedule

__all__ = ["plain"]

SATURDAY = datetime(2026, 11, 14, 4, tzinfo=UTC)
MONDAY = datetime(2026, 11, 16, 1, tzinfo=UTC)
"""The slot: nine o'clock in Shanghai, after the week of Singles' Day."""


def make(session, settings, port: int = 9, locale: str = "zh_CN", **terms) -> ReportSchedule:
    """A week with an influencer's order of 123.00 and another's of 456.00, and a schedule."""
    world = make_world(session)
    world.workspace.name = "茶铺"
    for name, agency, net in (("李娜", "星禾", 12_300), ("Secret Star", "", 45_600)):
        who = factories.InfluencerFactory(workspace=world.workspace, name=name, agency=agency)
        world.add_credit(
            Channel.KOL, Kind.KOL, influencer_id=who.id, orders=1, net_revenue_minor=net
        )
    put_mail_server(session, world.workspace, settings, port)
    place = create_destination(
        session, world.workspace, name="boss", service="mail", given="boss@brand.example",
        locale=locale, key=settings.signing_key,
    )  # fmt: skip
    if terms.get("content") == "share":
        terms["share_id"] = make_share(session, world.workspace.id)
    given = {
        "title": "周报", "content": "report", "every": "week", "formats": ("pdf", "csv"),
        "locale": "en", "destination_ids": (place.id,), **terms,
    }  # fmt: skip
    return save_schedule(
        session, world.workspace, ScheduleTerms(**given), SATURDAY, tables={"orders", "influencers"}
    )


def make_share(session, workspace_id: int) -> int:
    share = Share(
        workspace_id=workspace_id, token_hash="x", nonce="x", title="星禾", agency="星禾",
        table_name="influencers", columns=["influencer", "orders", "net_revenue"],
        model="last_non_direct", influencer_ids=[], created_at=SATURDAY,
    )  # fmt: skip
    session.add(share)
    session.flush()
    return share.id


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_weekly_report_arrives_with_pdf_and_tables_in_the_readers_language(
    settings, database, plain
):
    with mail_server() as box:
        with database.write() as session, factories.using(session):
            make(session, settings, box.port)
        assert make_due(database, settings, MONDAY - timedelta(minutes=1))["made"] == 0
        assert make_due(database, settings, MONDAY) == {"made": 1, "failed": 0}
        assert make_due(database, settings, MONDAY)["made"] == 0
        done = send_due(database, settings, Courier(allow_loopback=True))
        assert done == {"sent": 1, "failed": 0, "waiting": 0}
    ((to, mail),) = box.taken
    assert to == ["boss@brand.example"]
    assert str(mail["Subject"]) == "茶铺: 周报 · 2026-11-09 – 2026-11-15"
    text = mail.get_body(("plain",)).get_content()
    assert "净成交额 ¥579" in text
    assert "1. Secret Star" in text
    files = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    pdf = next(content for name, content in files.items() if name.endswith(".pdf"))
    assert pdf.startswith(b"%PDF")
    influencers = next(rows(f) for name, f in files.items() if name.startswith("influencers"))
    assert "净成交额" in influencers[0]
    assert {"李娜", "Secret Star"} <= {cell for row in influencers for cell in row}


def test_a_slot_that_was_missed_is_made_once_on_return(settings, database):
    with database.write() as session, factories.using(session):
        make(session, settings)
    assert make_due(database, settings, MONDAY + timedelta(days=30)) == {"made": 1, "failed": 0}
    with database.read() as session:
        run = session.scalars(select(ReportRun)).one()
        assert run.slot_at == MONDAY + timedelta(days=28)
        assert session.scalars(select(Message)).one().run_id == run.id


def test_an_agency_gets_its_own_people_and_no_address_of_ours(settings, database):
    with database.write() as session, factories.using(session):
        make(session, settings, content="share", to_folder=True, formats=("csv",))
    assert make_due(database, settings, MONDAY)["made"] == 1
    with database.read() as session:
        message = session.scalars(select(Message)).one()
        run = session.scalars(select(ReportRun)).one()
    assert "http" not in message.body
    assert "茶铺" not in message.title
    for path in run.files:
        table = rows((settings.reports_dir / path).read_bytes())
        assert len(table) == 2
        assert table[1][:1] == ["李娜"]
        assert "123" in table[1][2]
        assert "Secret" not in str(table)


def test_a_share_that_ended_sends_nothing_more(settings, database):
    with database.write() as session, factories.using(session):
        schedule_id = make(session, settings, content="share", formats=("csv",)).id
        session.scalars(select(Share)).one().ended_at = MONDAY
    assert make_due(database, settings, MONDAY) == {"made": 0, "failed": 1}
    with database.read() as session:
        assert session.scalars(select(Message)).all() == []
        assert session.get(ReportSchedule, schedule_id).is_active is False
        assert session.scalars(select(ReportRun)).one().error == "share_ended"


def test_an_export_into_the_folder_stays_and_what_was_only_sent_goes(settings, database):
    import os

    with database.write() as session, factories.using(session):
        make(session, settings, content="table", table_name="influencers", formats=("xlsx",),
             to_folder=True, destination_ids=())  # fmt: skip
    assert make_due(database, settings, MONDAY)["made"] == 1
    with database.read() as session:
        (path,) = session.scalars(select(ReportRun)).one().files
    kept = settings.reports_dir / path
    assert path.startswith("exports/")
    assert path.endswith(".xlsx")
    assert kept.read_bytes().startswith(b"PK")
    old = settings.reports_dir / "sent" / "w" / "1" / "a.csv"
    old.parent.mkdir(parents=True)
    old.write_text("x")
    for file in (old, kept):
        os.utime(file, (0, 0))
    _drop_sent(database, settings.reports_dir / "sent")
    assert kept.exists()
    assert not old.exists()


def test_a_run_that_breaks_is_told_and_tried_again(settings, database, monkeypatch):
    from jobs import reports

    with database.write() as session, factories.using(session):
        make(session, settings, formats=("csv",))

    def broken(*_args):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(reports, "read_content", broken)
        with pytest.raises(ZeroDivisionError):
            make_due(database, settings, MONDAY)
    with database.read() as session:
        run = session.scalars(select(ReportRun)).one()
        assert (run.state, run.error, run.tries) == ("waiting", "failed", 1)
    assert make_due(database, settings, MONDAY)["made"] == 0
    assert make_due(database, settings, MONDAY + timedelta(minutes=3))["made"] == 1
