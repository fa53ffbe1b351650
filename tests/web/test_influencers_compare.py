"""Influencers side by side, what one earned against the fee, their customers, QR codes, notes."""

from __future__ import annotations

import csv
import io
import re

import pytest
from sqlalchemy import select

from tests import factories, watched
from tests.factories import NOON, TODAY
from tests.web.conftest import HOSTILE, form_token
from tracker.models import (
    AuditEntry,
    CostDay,
    CreditDay,
    CreditDayChannel,
    Deal,
    InfluencerNote,
    SocialAccount,
    Workspace,
)

DAY = f"from={TODAY}&to={TODAY}"


def post(client, path, /, **data):
    return client.post(path, data={"csrf_token": form_token(client), **data})


@pytest.fixture
def rival(world, database) -> int:
    """A second influencer; the first sold 300.00 under one model and 100.00 under another, for a
    fee of 40.00."""
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        second = factories.InfluencerFactory(workspace=workspace, name="Feng", agency="Star")
        for model, net in ((1, 30_000), (3, 10_000)):
            common = {
                "policy_id": workspace.policy_id, "shop_id": world.shop, "model_code": model,
                "booked_on": TODAY, "channel_code": 21, "kind_code": 3, "customer_kind": 1,
                "orders_micro": 1_000_000, "net_revenue_minor": net, "refund_minor": 0,
                "refunded_orders_micro": 0, "goods_cost_minor": 2_000,
                "orders_without_goods_cost_micro": 0,
            }  # fmt: skip
            session.add(CreditDayChannel(**common))
            session.add(CreditDay(**common, ordered_on=TODAY, campaign_id=0,
                                  influencer_id=world.influencer, evidence=1))  # fmt: skip
        session.add(
            CostDay(
                workspace_id=world.workspace, day=TODAY, shop_id=0, channel_code=21, kind_code=3,
                campaign_id=0, influencer_id=world.influencer, media_channel_code=0,
                spend_minor=0, fee_minor=4_000, goods_given_minor=0, platform_fee_minor=0,
                commission_minor=500, impressions=0, clicks=0,
            )
        )  # fmt: skip
        return second.id


def row_of(page: str, name: str) -> list[str]:
    """The texts of a line of the table, without markup."""
    found = re.search(
        rf'<tr><th scope="row"[^>]*>{re.escape(name)}</th>(.*?)</tr>', page, re.DOTALL
    )
    assert found is not None, name
    cells = re.findall(r"<td>(.*?)</td>", found.group(1), re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


def test_two_stand_side_by_side_with_figures_and_models(client, world, rival):
    page = client.get(f"/influencers/compare?who={world.influencer},{rival}&{DAY}").text
    assert row_of(page, "Net revenue") == ["CN¥100", "CN¥0"]
    assert row_of(page, "Fee that would have paid") == ["CN¥75", "CN¥0"]
    assert row_of(page, "ROI")[1] == "—"
    assert row_of(page, "First touch") == ["CN¥300", "CN¥0"]
    assert "unsure" in page  # (300 - 100) / 200 is wide
    assert "/charts/side_by_side.svg" in page
    assert f"who={world.influencer},{rival}" in page  # the controls keep who is compared


def test_curves_of_both_lie_over_each_other_and_lead_to_orders(client, world, rival):
    for name in ("side_by_side", "side_by_side_sum"):
        answer = client.get(f"/charts/{name}.svg?who={world.influencer},{rival}&{DAY}")
        assert answer.status_code == 200, name
        drawing = answer.text
        assert "Feng" in drawing
        assert "<script>alert" not in drawing
        assert "CN¥100.00" in drawing
        assert 'href="/orders?' in drawing
        assert "kind=kol" in drawing
        assert "who=" not in drawing


def test_a_form_without_script_names_each_of_them(client, world, rival):
    page = client.get(f"/influencers/compare?who={world.influencer}&who={rival}&{DAY}").text
    assert len(row_of(page, "Net revenue")) == 2


def test_nobody_chosen_or_of_another_brand_is_an_empty_page_that_says_what_to_do(client, world):
    for who in ("", f"{world.foreign_influencer}", "999999", "x,,-1"):
        answer = client.get(f"/influencers/compare?who={who}")
        assert answer.status_code == 200
        assert "Nobody is chosen yet" in answer.text


def test_the_file_has_a_row_each_with_what_the_page_shows(client, world, rival):
    answer = client.get(f"/influencers/compare.csv?who={world.influencer},{rival}&{DAY}")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Net revenue"] for row in rows] == ["100.00", "0.00"]
    assert [row["First touch"] for row in rows] == ["300.00", "0.00"]
    assert rows[0]["Fee that would have paid"] == "75.00"
    assert rows[1]["Influencer"] == "Feng"


def test_cost_per_engagement_is_that_of_the_deals_of_the_period(client, world, rival, database):
    with database.write() as session, factories.using(session):
        account = session.scalars(
            select(SocialAccount).where(SocialAccount.influencer_id == world.influencer)
        ).one()
        deal = session.scalars(select(Deal).where(Deal.influencer_id == world.influencer)).one()
        made = watched.post(session, account, deal_id=deal.id)
        watched.count(session, "post", made, "likes", 2_000, NOON)
        watched.count(session, "post", made, "saves", 500, NOON)
    page = client.get(f"/influencers/compare?who={world.influencer},{rival}&{DAY}").text
    assert row_of(page, "CPE") == ["CN¥2", "—"]  # 5,000.00 for 2,500 engagements


def test_a_page_says_the_fee_that_would_have_paid_and_how_sure_the_credit_is(client, world, rival):
    page = client.get(f"/influencers/{world.influencer}?{DAY}").text
    part = page.split('id="break-even"')[1].split("</section>")[0]
    assert "CN¥75" in part  # 100.00 - 20.00 goods - 5.00 commission
    assert "−CN¥4,925" in part  # of the 5,000.00 agreed
    assert "Models say CN¥100 to CN¥300" in page
    assert "No first order of a known customer" in page


def test_a_link_has_a_qr_code_to_look_at_and_one_to_print(client, world):
    page = client.get(f"/influencers/{world.influencer}").text
    assert f'src="/links/{world.link}/qr.svg"' in page
    image = client.get(f"/links/{world.link}/qr.svg")
    assert image.mimetype == "image/svg+xml"
    assert image.text.startswith("<svg")
    assert "style" not in image.text
    assert "<script" not in image.text
    file = client.get(f"/links/{world.link}/qr.png")
    assert file.data.startswith(b"\x89PNG")
    assert "attachment" in file.headers["Content-Disposition"]
    for suffix in ("svg", "png"):
        assert client.get(f"/links/{world.link + 1}/qr.{suffix}").status_code == 404  # foreign


def test_notes_are_kept_with_who_wrote_them_and_shown_newest_first(client, world, database):
    url = f"/influencers/{world.influencer}/notes"
    for text in ("asked for 20k", f"second {HOSTILE}"):
        assert post(client, url, text=text).location.endswith(f"/{world.influencer}#notes")
    page = client.get(f"/influencers/{world.influencer}").text
    part = page.split('id="notes"')[1]
    assert part.index("second") < part.index("asked for 20k")
    assert "admin" in part
    with database.read() as session:
        assert len(session.scalars(select(InfluencerNote.id)).all()) == 2
        assert "influencer.noted" in set(session.scalars(select(AuditEntry.action)))


def test_an_empty_note_or_one_about_another_brand_is_refused(client, world, client_of):
    assert post(client, f"/influencers/{world.influencer}/notes", text="  ").status_code == 400
    assert (
        post(client, f"/influencers/{world.influencer}/notes", text="x" * 4_001).status_code == 400
    )
    foreign = f"/influencers/{world.foreign_influencer}"
    assert post(client, f"{foreign}/notes", text="x").status_code == 404
    assert client.get(f"{foreign}/customers").status_code == 404
    assert "A new note" not in client_of("analyst").get(f"/influencers/{world.influencer}").text


def test_the_customers_page_says_what_to_do_where_nobody_was_won(client, world):
    answer = client.get(f"/influencers/{world.influencer}/customers")
    assert "No customer was won yet" in answer.text
    file = client.get(f"/influencers/{world.influencer}/customers.csv")
    assert file.data.decode("utf-8-sig").startswith('"Month","Customers won"')
