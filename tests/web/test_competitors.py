"""Competitors: the list, one listing, its form, alerts that are seen."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import watched
from tests.web.conftest import HOSTILE, form_token
from tracker.models import CrawlTarget, Listing, ListingSnapshot, Workspace
from tracker.services import alerts

NOW = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


def post(client, path, /, **data):
    return client.post(path, data={"csrf_token": form_token(client), **data})


pytestmark = pytest.mark.usefixtures("names")


@pytest.fixture
def shelf(database, world) -> tuple[int, int]:
    """Ours at 100.00, and a rival's at 80.00 with hostile texts."""
    with database.write() as session:
        ours = watched.listing(
            session, world.workspace, "ours", is_own=True, shop_id=world.shop, product_group="tea"
        )
        theirs = watched.listing(
            session, world.workspace, "theirs", title=HOSTILE, competitor=HOSTILE
        )
        watched.price(session, ours, 10_000, NOW - 2 * HOUR)
        watched.price(session, theirs, 12_000, NOW - 3 * HOUR)
        watched.price(
            session, theirs, 8_000, NOW - HOUR, promotion=HOSTILE, seller=HOSTILE,
            list_price_minor=12_000, sold_text="已拼10万+件",
        )  # fmt: skip
        watched.count(session, "listing", theirs, "rating", 4_700, NOW)
        alerts.evaluate(session, session.get_one(Workspace, world.workspace), NOW)
        return ours.id, theirs.id


def test_a_group_shows_its_index_and_the_distance_of_each_rival(client, world, shelf):
    page = client.get("/competitors").text
    assert "Price index 125" in page
    assert "-20%" in page.replace("−", "-")
    assert "4.7" in page
    assert "已拼10万+件" in page
    assert "<script>alert" not in page


def test_without_listings_the_page_says_what_to_do(client, world):
    assert "No listing is watched yet" in client.get("/competitors").text


def test_one_listing_shows_what_changed(client, world, shelf, database):
    _ours, theirs = shelf
    page = client.get(f"/competitors/{theirs}").text
    assert "CN¥80.00" in page
    assert "CN¥120.00" in page
    assert "<script>alert" not in page
    assert client.get(f"/charts/prices.svg?listing={theirs}").status_code == 200
    with database.write() as session:
        foreign = watched.listing(session, session.scalars(
            select(Workspace.id).where(Workspace.slug == "other")).one(), "foreign").id  # fmt: skip
    for url in (f"/competitors/{foreign}", f"/charts/prices.svg?listing={foreign}",
                f"/competitors/{foreign}/export.csv", "/charts/prices.svg?listing=x",
                "/charts/prices.svg"):  # fmt: skip
        assert client.get(url).status_code == 404, url


def test_a_listing_is_entered_watched_changed_and_forgotten(client, world, database):
    data = {"url": "https://rival.example/p/1", "shop_id": 0, "competitor": "Rival", "hours": 6,
            "product_group": "tea"}  # fmt: skip
    assert post(client, "/competitors/new", **{**data, "competitor": ""}).status_code == 400
    refused = post(client, "/competitors/new", **{**data, "url": "http://10.0.0.1/"})
    assert "private network" in refused.text
    made = post(client, "/competitors/new", **data)
    assert made.status_code == 302
    with database.read() as session:
        row = session.scalars(select(Listing)).one()
        target = session.scalars(select(CrawlTarget)).one()
        assert (target.listing_id, target.interval_s, target.is_asked) == (row.id, 21_600, True)
    assert "This page is in the list already" in post(client, "/competitors/new", **data).text
    assert "tea" in client.get("/competitors/new").text  # names so far are offered
    changed = post(client, f"/competitors/{row.id}/edit", shop_id=world.shop, title="Ours")
    assert changed.status_code == 302
    with database.read() as session:
        again = session.scalars(select(Listing)).one()
        assert (again.is_own, again.competitor, again.title) == (True, "", "Ours")
        assert again.url == "https://rival.example/p/1"
    post(client, f"/competitors/{row.id}/delete")
    with database.read() as session:
        assert session.scalars(select(Listing)).all() == []
        assert session.scalars(select(CrawlTarget)).all() == []


def test_a_foreign_shop_is_no_choice(client, world):
    data = {"url": "https://rival.example/p/1", "shop_id": world.foreign_shop, "hours": 6}
    assert post(client, "/competitors/new", **data).status_code == 400


def test_alerts_are_counted_on_the_first_page_until_they_are_seen(client, world, shelf):
    first = client.get("/").text
    assert "prices below ours: 1" in first
    page = client.get("/competitors").text
    assert "20% below ours (CN¥100.00)" in page
    numbers = [part.split('"')[0] for part in page.split('name="alert" value="')[1:]]
    post(client, "/competitors/alerts/seen", alert=numbers)
    assert "below ours (" not in client.get("/competitors").text
    assert "prices below ours" not in client.get("/").text


def rows_of(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_files_have_the_rows_of_the_pages_and_no_formula(client, world, shelf, database):
    _ours, theirs = shelf
    with database.write() as session:
        session.get_one(Listing, theirs).title = "=1+1"
        row = session.scalars(
            select(ListingSnapshot).where(ListingSnapshot.listing_id == theirs).limit(1)
        ).one()
        row.promotion = "@SUM(A1)"
    listings = rows_of(client.get("/competitors/export.csv"))
    assert [row["Price"] for row in listings] == ["100.00", "80.00"]
    assert listings[1]["Title"] == "'=1+1"
    assert listings[1]["Against ours"] == "-0.2"
    assert listings[1]["Rating"] == "4.7"
    history = rows_of(client.get(f"/competitors/{theirs}/export.csv"))
    assert [row["Price"] for row in history] == ["120.00", "80.00"]
    assert history[0]["Promotion"] == "'@SUM(A1)"


def test_an_analyst_sees_and_changes_nothing(client_of, world, shelf):
    analyst = client_of("analyst")
    page = analyst.get("/competitors")
    assert page.status_code == 200
    assert "Watch a listing" not in page.text
    assert analyst.get("/competitors/new").status_code == 403
    assert post(analyst, "/competitors/alerts/seen", alert="1").status_code == 403
