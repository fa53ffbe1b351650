"""Places by keyword on the page of a listing of ours, and in its file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import watched
from tests.web.conftest import form_token
from tracker.models import CrawlFetch, CrawlRun, CrawlTarget

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
PAGE = "https://shop.example/search?q=%3Cb%3Etea"

pytestmark = pytest.mark.usefixtures("names")


@pytest.fixture
def shelf(database, world):
    """Ours with two places of one keyword, and a rival's."""
    with database.write() as session:
        ours = watched.listing(session, world.workspace, "ours", is_own=True, shop_id=world.shop)
        theirs = watched.listing(session, world.workspace, "theirs")
        watched.count(session, "listing", ours, "rank:<b>tea", 17, NOW - 2 * DAY)
        watched.count(session, "listing", ours, "rank:<b>tea", 4, NOW - DAY)
        return ours.id, theirs.id


def add(client, listing, url=PAGE):
    data = {"csrf_token": form_token(client), "url": url, "hours": 12}
    return client.post(f"/competitors/{listing}/keywords", data=data)


def fetched(database, at, status, detail):
    with database.write() as session:
        run = CrawlRun(host="shop.example", fence=1, started_at=at, outcome="done")
        session.add(run)
        session.flush()
        target = session.scalars(select(CrawlTarget)).one()
        target.last_status, target.last_detail, target.last_at = status, detail, at
        session.add(CrawlFetch(run_id=run.id, target_id=target.id, at=at, status=status,
                               url=PAGE, detail=detail))  # fmt: skip


def cells(page):
    table = page.split("Places by keyword")[1].split("</table>")[0]
    return [cell.split("</td>")[0].split(">")[-1] for cell in table.split("<td")[1:]]


def test_a_keyword_shows_its_place_now_and_before(client, shelf):
    page = client.get(f"/competitors/{shelf[0]}").text
    assert cells(page)[:4] == ["&lt;b&gt;tea", "4", "17", "4"]
    assert "Places by keyword" not in client.get(f"/competitors/{shelf[1]}").text


def test_a_page_of_results_is_watched_once_and_only_for_ours(client, shelf, database):
    ours, theirs = shelf
    assert add(client, ours).status_code == 302
    with database.read() as session:
        target = session.scalars(select(CrawlTarget)).one()
        assert (target.source, target.listing_id, target.is_asked) == ("ranking", ours, True)
        assert target.interval_s == 12 * 3_600
    assert "watched already" in add(client, ours).text
    assert add(client, theirs).status_code == 400
    assert add(client, ours, "http://10.0.0.1/search?q=x").status_code == 400
    assert add(client, ours, "https://shop.example/search?q=cup&page=2").status_code == 400
    assert "not watched" in client.get(f"/competitors/{ours}").text  # its own page still is not


def test_not_among_the_first_is_said_and_no_number_shown(client, shelf, database):
    add(client, shelf[0])
    fetched(database, NOW - HOUR, "ok", "not among the first 24")
    fetched(database, NOW, "challenge", "Just a moment...")  # says nothing of the place
    assert cells(client.get(f"/competitors/{shelf[0]}").text)[1:4] == [
        "not among the first 24", "4", "4",
    ]  # fmt: skip


def test_a_wall_keeps_the_last_place_with_the_time_it_was_read(client, shelf, database):
    add(client, shelf[0])
    fetched(database, NOW, "challenge", "Just a moment...")
    assert cells(client.get(f"/competitors/{shelf[0]}").text)[1] == "4"


def test_the_file_has_every_place(client, shelf):
    answer = client.get(f"/competitors/{shelf[0]}/ranks.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [(row["Keyword"], row["Place"]) for row in rows] == [("<b>tea", "17"), ("<b>tea", "4")]


def test_an_analyst_sees_and_adds_nothing(client_of, shelf):
    analyst = client_of("analyst")
    page = analyst.get(f"/competitors/{shelf[0]}")
    assert "Places by keyword" in page.text
    assert "/keywords" not in page.text
    assert add(analyst, shelf[0]).status_code == 403
