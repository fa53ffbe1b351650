import csv
import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from tests import factories
from tests.services.commission_world import DAY
from tests.web.conftest import form_token
from tracker.models import CommissionDecision, CommissionRow, CommissionRule, Statement
from tracker.models.workspace import Workspace

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def owed(world, database):
    """Approved commissions of two influencers of the first brand, one of an agency; one row waits.

    Gives the ids of the rows.
    """
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        star = factories.InfluencerFactory(workspace=workspace, name="Mei", agency="Star MCN")
        lin = factories.InfluencerFactory(workspace=workspace, name="Lin")
        rows = []
        for who, ref, amount, status in (
            (star.id, "A1", 2_000, "approved"), (star.id, "A2", -500, "approved"),
            (lin.id, "A3", 1_234, "approved"), (lin.id, "A4", 700, "pending"),
        ):  # fmt: skip
            order = factories.OrderFactory(shop_id=world.shop, ref=ref)
            decided = CommissionDecision(
                workspace_id=workspace.id, shop_id=world.shop, order_ref=ref, influencer_id=who,
                status="approved", decided_at=factories.NOON,
            )  # fmt: skip
            row = CommissionRow(
                workspace_id=workspace.id, shop_id=world.shop, order_ref=ref, influencer_id=who,
                source="imported", part="x", step=0, order_id=order.id, ordered_on=DAY,
                booked_on=DAY, amount_minor=amount, status=status,
            )  # fmt: skip
            affiliate = factories.models.AffiliateRow(
                shop_id=world.shop, platform="x", order_ref=ref, influencer_id=who,
                commission_minor=amount, currency="CNY", fx_e8=factories.ONE, booked_on=DAY,
            )  # fmt: skip
            session.add_all([row, affiliate, *([decided] if status == "approved" else [])])
            session.flush()
            rows.append(row.id)
        return rows


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def make(client, **more):
    answer = post(client, "/settlement/statements", ends_on="2026-11-30", agency="", **more)
    assert answer.status_code == 302, answer.text
    return answer.location


def test_the_page_says_who_is_owed_what(client, owed):
    page = client.get("/settlement").text
    assert "Mei" in page
    assert "CN¥15.00" in page  # approved, less what was taken back
    assert "CN¥27.34" in page  # the total
    assert "Lin" in client.get("/settlement?q=lin").text
    assert ">Mei<" not in client.get("/settlement?q=lin").text


def test_without_commissions_the_page_says_what_to_do(client):
    assert "Enter a deal with a commission" in client.get("/settlement").text
    assert "No statements yet" in client.get("/settlement/statements").text


def test_finance_settles_from_draft_to_paid_and_everybody_sees_the_same_figures(
    client_of, owed, database
):
    finance = client_of("finance", "en")
    assert make(finance) == "/settlement/statements"
    page = finance.get("/settlement/statements").text
    assert "Star MCN" in page
    assert "CN¥12.34" in page
    with database.read() as session:
        one = session.scalar(select(Statement).where(Statement.payee == "Lin"))
    url = f"/settlement/statements/{one.id}"
    assert post(finance, url, action="approve").status_code == 302
    refused = post(finance, url, action="pay", paid_on="2026-12-01", reference="")
    assert refused.status_code == 400
    paid = post(finance, url, action="pay", paid_on="2026-12-01", reference="wire 7")
    assert paid.status_code == 302
    page = finance.get(url).text
    assert "wire 7" in page
    assert "It is paid" not in page
    undone = post(finance, url, action="undo")
    assert undone.status_code == 400
    assert "What was paid stays" in undone.text
    table = list(csv.reader(io.StringIO(finance.get(f"{url}.csv").data.decode("utf-8-sig"))))
    assert table[1][0] == "A3"
    assert "12.34" in table[1]
    sheet = load_workbook(io.BytesIO(finance.get(f"{url}.xlsx").data)).active
    assert [row[9].value for row in sheet.iter_rows(min_row=2)] == [12.34]
    pdf = finance.get(f"{url}.pdf")
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.headers["Content-Disposition"] == f"attachment; filename=statement-{one.number}.pdf"


def test_an_undone_statement_opens_its_rows_again(client, owed, database):
    url = make(client, people=str(_influencer(database, "Lin")))
    assert post(client, url, action="undo").status_code == 302
    assert "its rows are open again" in client.get(url).text
    with database.read() as session:
        assert set(session.scalars(select(CommissionRow.statement_id))) == {0}


def _influencer(database, name):
    with database.read() as session:
        found = select(factories.models.Influencer.id)
        return session.scalar(found.where(factories.models.Influencer.name == name))


def test_decisions_need_a_reason_and_move_the_ticked_rows_only(client, owed, database):
    url = "/settlement/commissions"
    refused = post(client, url, rows=str(owed[0]), decision="fraud", note=" ")
    assert refused.status_code == 400
    assert "Say why in the note." in refused.text
    assert post(client, url, decision="fraud", note="x").status_code == 400
    assert post(client, url, rows=str(owed[0]), decision="fraud", note="ring").status_code == 302
    assert "ring" in client.get(url + "?status=fraud").text
    with database.read() as session:
        statuses = dict(
            session.execute(select(CommissionRow.order_ref, CommissionRow.status)).all()
        )
    assert statuses == {"A1": "fraud", "A2": "approved", "A3": "approved", "A4": "pending"}
    assert post(client, url, rows=str(owed[0]), decision="back").status_code == 302


def test_commissions_are_filtered_by_the_address_and_downloaded_the_same(client, owed):
    for args, refs in (
        ("status=pending", {"A4"}), ("q=A2", {"A2"}), ("agency=Star%20MCN", {"A1", "A2"}),
        ("from=2026-11-12&to=2026-11-13", set()),
        ("from=2026-11-11&to=2026-11-11", {"A1", "A2", "A3", "A4"}),
    ):  # fmt: skip
        page = client.get(f"/settlement/commissions?{args}").text
        assert {ref for ref in ("A1", "A2", "A3", "A4") if f">{ref}<" in page} == refs, args
        data = client.get(f"/settlement/commissions.csv?{args}").data.decode("utf-8-sig")
        assert {row[0] for row in list(csv.reader(io.StringIO(data)))[1:]} == refs, args


def test_who_may_only_look_gets_no_button(client_of, owed):
    marketer = client_of("marketer", "en")
    for url in ("/settlement", "/settlement/commissions"):
        page = marketer.get(url).text
        assert "Mei" in page
        assert 'name="rows"' not in page
        assert 'name="people"' not in page
    assert post(marketer, "/settlement/statements", ends_on="2026-11-30").status_code == 403


def test_statements_of_others_are_not_there(client_of, world, owed):
    theirs = client_of("owner", "en", [world.foreign_workspace])
    mine = client_of("admin", "en")
    make(mine)
    for suffix in ("", ".csv", ".pdf"):
        assert theirs.get(f"/settlement/statements/1{suffix}").status_code == 404
    assert post(theirs, "/settlement/statements/1", action="undo").status_code == 404


def test_a_rule_is_entered_shown_and_removed(client, world, database):
    url = f"/settlement/terms?influencer={world.influencer}"
    assert "New rule" in client.get(url).text
    rule = {"deal": "0", "kind": "percent", "tiers": "0 10%\n100,000 12.5", "cap_order": "50",
            "starts_on": "2026-11-01"}  # fmt: skip
    assert post(client, url, **{**rule, "tiers": "5 10"}).status_code == 400
    assert post(client, url, **{**rule, "tiers": "ten"}).status_code == 400
    assert post(client, url, **rule).status_code == 302
    with database.read() as session:
        row = session.scalar(select(CommissionRule))
    assert row.tiers == [[0, 100_000], [10_000_000, 125_000]]
    assert (row.cap_order_minor, row.cap_month_minor, row.new_only) == (5_000, None, False)
    page = client.get("/settlement/terms").text
    assert "12.5%" in page
    assert post(client, f"/settlement/terms/{row.id}").status_code == 302
    assert "every deal pays its plain rate" in client.get("/settlement/terms").text


def test_how_the_brand_settles_is_chosen_by_who_may_settle(client, client_of):
    wanted = {"holding_days": "14", "model": "linear", "pays_imported": "y"}
    assert post(client, "/settlement/terms/setting", **wanted).status_code == 302
    assert "14 days" in client.get("/settlement").text
    refused = post(client_of("marketer", "en"), "/settlement/terms/setting", **wanted)
    assert refused.status_code == 403
    assert (
        post(client, "/settlement/terms/setting", **{**wanted, "holding_days": "5"}).status_code
        == 400
    )


def test_influencers_are_found_by_name_for_a_rule(client, owed):
    page = client.get("/settlement/terms?q=mei").text
    assert ">Mei</a>" in page
    assert "Nothing matches." in client.get("/settlement/terms?q=zzz").text
