"""Shares: made by marketers, looked at by strangers, who see what was chosen and nothing else."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tests.web.conftest import HOSTILE, form_token, token_in
from tracker.models import Influencer, OrderCoupon, Share, ShareVisit, Shop, User, Workspace
from tracker.services import dirty
from tracker.services.recompute import attribute_dirty

PASSWORD = "correct horse battery"
FIRST = (factories.TODAY - timedelta(days=40)).isoformat()


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


@pytest.fixture
def sales(world, database) -> dict[str, int]:
    """Two influencers of one brand, each with an order by code; one belongs to an agency."""
    with database.write() as session, factories.using(session):
        mine = session.get(Influencer, world.influencer)
        mine.name, mine.agency = "林小满", "星禾"
        other = factories.InfluencerFactory(workspace_id=mine.workspace_id, name="Secret Star")
        shop = session.get(Shop, world.shop)
        for person, ref, paid in ((mine, "A-1", 12_300), (other, "B-1", 45_600)):
            coupon = factories.CouponFactory(
                shop=shop, code=f"code{person.id}", label=f"CODE{person.id}", influencer=person
            )
            order = factories.OrderFactory(shop=shop, ref=ref, paid_minor=paid, net_base_minor=paid)
            session.add(OrderCoupon(order_id=order.id, code=coupon.code))
        ids = {"mine": mine.id, "other": other.id}
    _recompute(database, world)
    return ids


def _recompute(database, world) -> None:

    with database.write() as session:
        dirty.policy_applied(session, session.get_one(Workspace, world.workspace))
    attribute_dirty(database)


def make(client, database, **changes) -> tuple[str, Share]:
    """Make a share through the form; its address (path) and row."""
    form = {
        "title": f"Stars {HOSTILE}", "table": "influencers", "agency": "星禾", "shop": "0",
        "model": "last_non_direct", "columns": ["influencer", "orders", "net_revenue"],
        "starts_on": FIRST,
    }  # fmt: skip
    answer = post(client, "/shares/new", **{**form, **changes})
    assert answer.status_code == 302, answer.text
    page = client.get(answer.location).text
    path = re.search(r"<code>https?://[^/]+(/s/[\w-]{32})</code>", page).group(1)
    with database.read() as session:
        share = session.scalars(select(Share).order_by(Share.id.desc()).limit(1)).one()
    return path, share


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))


def period() -> str:
    return f"from={FIRST}&to={factories.TODAY.isoformat()}"


def test_a_stranger_sees_the_agencys_influencer_and_nobody_else(client, anonymous, database, sales):
    path, _ = make(client, database)
    page = anonymous.get(f"{path}?{period()}")
    assert page.status_code == 200
    assert "林小满" in page.text
    assert "123.00" in page.text
    assert "Secret Star" not in page.text
    assert "456" not in page.text
    assert "<script>alert" not in page.text
    table = rows(anonymous.get(f"{path}/table.csv?{period()}").text)
    assert [row[0] for row in table[1:]] == ["林小满"]
    assert len(table[0]) == 4  # the three columns and the currency


def test_orders_show_only_the_parts_of_those_who_are_shared(client, anonymous, database, sales):
    path, _ = make(
        client, database, table="orders",
        columns=["order", "influencer", "credited_net_revenue"],
    )  # fmt: skip
    text = anonymous.get(f"{path}/table.csv?{period()}").text
    assert [row[:3] for row in rows(text)[1:]] == [["A-1", "林小满", "123.00"]]
    page = anonymous.get(f"{path}?{period()}").text
    assert "A-1" in page
    assert "B-1" not in page


def test_the_days_add_up_to_the_influencers(client, anonymous, database, sales):
    days, _ = make(client, database, table="days", columns=["day", "orders", "net_revenue"])
    table = rows(anonymous.get(f"{days}/table.csv?{period()}").text)
    column = table[0].index("净成交额" if "净成交额" in table[0] else "Net revenue")
    assert sum(float(row[column]) for row in table[1:]) == 123.0


def test_a_visitor_can_narrow_and_never_widen(client, anonymous, database, sales):
    path, _ = make(client, database, starts_on=factories.TODAY.isoformat())
    early = "from=2001-01-01&to=2099-01-01"
    page = anonymous.get(f"{path}?{early}").text
    assert f'value="{factories.TODAY.isoformat()}"' in page
    assert 'value="2001-01-01"' not in page
    for attempt in (
        f"influencer={sales['other']}", "kind=paid", "model=first", "shop=999", "channel=direct",
        f"people={sales['other']}", "influencer=0", "compare=previous", "sort=__class__",
    ):  # fmt: skip
        text = anonymous.get(f"{path}/table.csv?{period()}&{attempt}").text
        assert "Secret Star" not in text, attempt
    assert rows(anonymous.get(f"{path}/table.csv?influencer={sales['other']}").text)[1:] == []


def test_columns_that_were_not_chosen_are_in_neither_page_nor_file(
    client, anonymous, database, sales
):
    path, share = make(client, database, columns=["influencer", "nonsense"])
    assert share.columns == ["influencer"]
    assert "123.00" not in anonymous.get(f"{path}?{period()}").text
    assert "123.00" not in anonymous.get(f"{path}/table.csv?{period()}&columns=net_revenue").text


def test_a_password_is_asked_for_and_opens_the_share_in_that_browser(
    client, app, anonymous, database, sales
):
    path, share = make(client, database, password=PASSWORD)
    first = anonymous.get(path).text
    assert "林小满" not in first
    assert anonymous.get(f"{path}/table.csv").status_code == 403
    form = {"csrf_token": token_in(first)}
    assert anonymous.post(path, data={**form, "password": "wrong horse"}).status_code == 401
    assert anonymous.post(path, data={**form, "password": PASSWORD}).location == path
    assert "林小满" in anonymous.get(f"{path}?{period()}").text
    assert "林小满" not in app.test_client().get(path).text
    with database.write() as session:
        session.get(Share, share.id).password_hash = "$argon2id$another"
    assert "林小满" not in anonymous.get(path).text
    with database.read() as session:
        actions = session.scalars(select(ShareVisit.action).order_by(ShareVisit.id)).all()
    assert actions == ["refused", "seen"]


def test_wrong_passwords_are_slowed_down_for_each_share(client, anonymous, database, sales):
    path, _ = make(client, database, password=PASSWORD)
    other, _ = make(client, database, password=PASSWORD)
    form = {"csrf_token": token_in(anonymous.get(path).text), "password": "wrong horse"}
    answers = [anonymous.post(path, data=form).status_code for _ in range(7)]
    assert answers == [401] * 5 + [429] * 2
    assert anonymous.post(other, data={**form, "password": PASSWORD}).status_code == 302


def test_unknown_ended_and_expired_links_get_one_answer(client, anonymous, database, sales):
    path, share = make(client, database)
    unknown = anonymous.get("/s/" + "A" * 32)
    post(client, f"/shares/{share.id}", action="end")
    ended = anonymous.get(path)
    assert (unknown.status_code, ended.status_code) == (404, 404)
    assert ended.text == unknown.text
    assert anonymous.get(f"{path}/table.csv").status_code == 404
    post(client, f"/shares/{share.id}", action="resume")
    assert anonymous.get(path).status_code == 200
    post(client, f"/shares/{share.id}", action="renew")
    assert anonymous.get(path).status_code == 404


def test_a_share_opens_no_other_page(client, anonymous, database, sales):
    path, _ = make(client, database)
    anonymous.get(path)
    for url in ("/", "/influencers", f"/influencers/{sales['mine']}", "/shares", "/orders"):
        assert anonymous.get(url).location.startswith("/sign-in"), url


def test_visits_are_listed_and_staff_who_check_are_not(client, anonymous, database, sales):
    path, share = make(client, database)
    client.get(path)
    anonymous.get(f"{path}?{period()}", headers={"User-Agent": HOSTILE})
    anonymous.get(f"{path}/table.csv")
    page = client.get(f"/shares/{share.id}").text
    assert page.count("127.0.0.0/24") == 2
    assert "<script>alert" not in page
    with database.read() as session:
        assert session.scalars(select(ShareVisit.action).order_by(ShareVisit.id)).all() == [
            "seen", "downloaded"
        ]  # fmt: skip


def test_members_of_the_agency_find_it_in_their_account_without_a_password(
    client, client_of, database, sales, world
):
    path, _ = make(client, database, password=PASSWORD)
    member = client_of("agency", workspaces=[world.workspace])
    assert path not in member.get("/account").text
    user = _user(database, "agency-en@example.com")
    post(client, f"/settings/users/{user}", action="role", role="agency", agency="星禾")
    assert path in member.get("/account").text
    assert "林小满" in member.get(f"{path}?{period()}").text
    post(client, f"/settings/users/{user}", action="role", role="agency", agency="")
    assert path not in member.get("/account").text
    assert "林小满" not in member.get(path).text
    bad = post(client, f"/settings/users/{user}", action="role", role="agency", agency="nobody")
    assert bad.status_code == 400


def test_shares_of_another_workspace_are_not_there(
    client, client_of, anonymous, database, sales, foreign_workspace
):
    path, share = make(client, database, password=PASSWORD)
    stranger = client_of("owner", workspaces=[foreign_workspace])
    assert stranger.get(f"/shares/{share.id}").status_code == 404
    assert post(stranger, f"/shares/{share.id}", action="end").status_code == 404
    assert "林小满" not in stranger.get(path).text
    assert path not in stranger.get("/shares").text


def test_what_makes_no_sense_is_said_beside_the_field(client, sales, world):
    form = {"title": "x", "table": "days", "shop": "0", "model": "last_non_direct"}
    wrong = post(client, "/shares/new", **form, agency="", columns=["day"])
    assert wrong.status_code == 400
    assert "Choose an agency" in wrong.text
    foreign = post(
        client,
        "/shares/new",
        **form,
        agency="",
        columns=["day"],
        people=[str(world.foreign_influencer)],
    )
    assert foreign.status_code == 400
    none = post(client, "/shares/new", **form, agency="星禾")
    assert "at least one column" in none.text


@pytest.mark.parametrize("table", ["influencers", "orders", "days"])
def test_the_form_offers_the_columns_of_each_table(client, sales, table):
    page = client.get(f"/shares/new?table={table}").text
    assert page.count('name="columns"') >= 6
    assert page.count(" checked") >= 5


def test_a_formula_in_a_name_stays_text_in_the_file(client, anonymous, database, sales):
    with database.write() as session:
        session.get(Influencer, sales["mine"]).name = "=HYPERLINK(1)"
    path, _ = make(client, database)
    assert rows(anonymous.get(f"{path}/table.csv?{period()}").text)[1][0] == "'=HYPERLINK(1)"


def _user(database, email: str) -> int:

    with database.read() as session:
        return session.scalars(select(User.id).where(User.email == email)).one()
