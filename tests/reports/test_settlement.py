import csv
import io
from datetime import timedelta

import pytest

from tests.reports.test_pdf import code_points
from tests.services.commission_world import DAY, Shopping
from tracker.reports.csv_files import csv_stream
from tracker.reports.pdf import Paragraph, write_pdf
from tracker.reports.settlement import (
    COMMISSIONS,
    Chosen,
    iter_lines,
    line_page,
    lines_of,
    payees,
    statements_of,
    totals_of,
)
from tracker.reports.settlement_pdf import MOST_LINES, statement_document
from tracker.reports.state import ReportState
from tracker.services.commission_decisions import decide
from tracker.services.statements import Scope, make_statements

ALL = Scope(ends_on=DAY + timedelta(days=99))


@pytest.fixture
def world(session):
    world = Shopping(session)
    world.settings()
    world.lin.name, world.lin.agency = "林小满", "星火 MCN"
    world.refund(world.sell(1_000), 1, 300)
    world.refresh()
    return world


def mine(world, **more):
    return Chosen(workspace_id=world.workspace.id, **more)


def state(world):
    return ReportState.from_args({"from": str(DAY), "to": str(DAY)}, world.workspace, DAY)


def owed(world, **more):
    (payee,) = payees(world.session, world.workspace.id, pays_imported=False, **more)
    return payee.payable_minor, payee.taken_back_minor, payee.waiting_minor, payee.hold_minor


def test_what_is_owed_is_the_sum_of_the_open_rows(world):
    assert owed(world) == (70, -30, 0, 0)
    world.settings(holding_days=90)
    decide(world.session, world.workspace, [world.rows()[0].id], "")
    assert owed(world) == (0, 0, 70, 0)
    decide(world.session, world.workspace, [world.rows()[0].id], "hold", note="x")
    assert owed(world) == (0, 0, 0, 70)


def test_what_a_platform_pays_is_not_waiting_for_us(world):
    world.affiliate(world.sell(500, 2), world.lin, commission_minor=9)
    world.refresh()
    assert owed(world) == (70, -30, 0, 0)


def test_lines_say_what_each_row_is(world):
    (statement,) = make_statements(world.session, world.workspace, ALL)
    world.deal.commission_ppm = 200_000
    world.refresh()
    found = line_page(world.session, mine(world), 1).lines
    assert [(line.part, line.amount_minor, line.statement) for line in found] == [
        ("correction", -30, None), ("refund", -30, 1), ("correction", 100, None), ("sale", 100, 1),
    ]  # fmt: skip
    held = list(iter_lines(world.session, lines_of(statement)))
    assert [line.amount_minor for line in held] == [100, -30]
    assert {line.influencer for line in held} == {"林小满"}


def test_filters_are_about_every_column(world):
    def n(**more):
        return len(line_page(world.session, mine(world, **more), 1).lines)

    order = world.rows()[0].order_ref
    assert (n(), n(status="approved"), n(status="paid")) == (2, 2, 0)
    assert (n(order=order), n(order="no")) == (2, 0)
    assert (n(agency="星火 MCN"), n(agency="x")) == (2, 0)
    assert (n(influencer_id=world.lin.id), n(influencer_id=world.lin.id + 1)) == (2, 0)
    assert (n(first=DAY + timedelta(days=1)), n(last=DAY)) == (1, 1)
    assert line_page(world.session, mine(world), 2).lines == ()


def test_page_file_and_statement_have_the_same_sum(world):
    (statement,) = make_statements(world.session, world.workspace, ALL)
    (total,) = totals_of(world.session, statement)
    assert (total.n_rows, total.net_minor, total.amount_minor) == (2, 700, 70)
    assert [s.number for s in statements_of(world.session, world.workspace.id)] == [1]
    data = b"".join(
        csv_stream(COMMISSIONS, iter_lines(world.session, lines_of(statement)), state(world))
    ).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data)))
    assert [row["commission"] for row in rows] == ["1.00", "-0.30"]
    assert {row["part"] for row in rows} == {"sale", "refund"}


def test_the_state_of_a_report_chooses_what_is_booked_in_its_period(world):
    assert [line.amount_minor for line in COMMISSIONS.rows(world.session, state(world))] == [100]


@pytest.mark.parametrize(
    ("locale", "words"), [("zh_CN", "结算单待付收款方林小满"), ("en", "林小满")]
)
def test_a_statement_is_a_pdf_in_the_reader_s_language(world, locale, words):
    (statement,) = make_statements(world.session, world.workspace, ALL)
    people = totals_of(world.session, statement)
    lines = list(iter_lines(world.session, lines_of(statement)))
    made = [
        statement_document(statement, people, some, state(world), seller="山野", locale=locale)
        for some in (lines, lines * MOST_LINES)
    ]
    assert set(words) <= code_points(write_pdf(made[0]))
    assert write_pdf(made[0]) == write_pdf(made[0])
    last = made[1].blocks[-1]
    assert isinstance(last, Paragraph)
    assert "2,000" in last.text
    assert "4,000" in last.text
