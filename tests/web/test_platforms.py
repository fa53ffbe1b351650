"""The page of what platforms claim beside ours."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.factories import TODAY
from tests.web.conftest import HOSTILE
from tracker.domain.platform_records import PlatformFigureRecord
from tracker.models import Workspace
from tracker.services.platform_figures import load_platform_figures

ROW = re.compile(r"<tr>\s*<td>(.*?)</tr>", re.S)
DAY = f"from={TODAY}&to={TODAY}"


def figure(**changes):
    values = {"platform": "千川", "report": "douyin_qianchuan", "subject": "campaign",
              "subject_ref": HOSTILE, "subject_name": HOSTILE, "starts_on": TODAY,
              "ends_on": TODAY, "currency": "CNY", "channel": "paid_social",
              "gmv_minor": 50_000, "spend_minor": 10_000, "basis": "click-7d"}  # fmt: skip
    return PlatformFigureRecord(**{**values, **changes})


@pytest.fixture
def said(world, database):
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace)
        load_platform_figures(session, workspace, [
            figure(),
            figure(scope="direct", gmv_minor=30_000),
            figure(platform="meta", basis="曝光 " + HOSTILE),
            figure(channel="", subject="live", influencer=HOSTILE, influencer_name=HOSTILE),
            figure(channel="", subject="source", platform=HOSTILE, kind="natural", visitors=9),
        ], shop_id=world.shop)  # fmt: skip
    return world


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_page_shows_claims_of_strangers_as_text(client_of, said, locale):
    page = client_of("owner", locale).get(f"/platforms?{DAY}").text
    assert "<script>alert" not in page
    assert page.count("<h1") == 1
    assert ("平台报告" if locale == "zh_CN" else "The platform says") in page
    assert "5.00" in page  # GMV 500 for a spend of 100


def test_file_has_the_rows_of_the_page(client, said):
    page = client.get(f"/platforms?{DAY}").text
    rows = len(re.findall(r"<tr>\s*<td>", page))
    link = re.search(r'href="(/platforms/export\.csv[^"]*)"', page)[1].replace("&amp;", "&")
    answer = client.get(link)
    found = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(found) == rows > 5
    first = found[0]
    assert (first["GMV as platforms say"], first["Spend as platforms say"]) == ("500.00", "100.00")
    assert not any(row["Name there"].startswith(("=", "+", "@")) for row in found)


def test_page_without_figures_says_where_they_come_from(client, world):
    assert "No platform has said anything" in client.get(f"/platforms?{DAY}").text


def test_readers_of_reports_see_it_and_agencies_do_not(client_of, world):
    assert client_of("analyst").get("/platforms").status_code == 200
    agency = client_of("agency")
    for url in ("/platforms", "/platforms/export.csv"):
        assert agency.get(url).status_code == 403


def test_statements_do_not_grow_with_the_figures(client, said, database, queries):
    client.get(f"/platforms?{DAY}")
    queries.clear()
    client.get(f"/platforms?{DAY}")
    few = len(queries)
    with database.write() as session:
        workspace = session.get_one(Workspace, said.workspace)
        more = [figure(subject_ref=str(n), channel="paid_video") for n in range(50)]
        load_platform_figures(session, workspace, more, shop_id=said.shop)
    queries.clear()
    assert client.get(f"/platforms?{DAY}").status_code == 200
    assert len(queries) == few <= 20


def test_odd_arguments_break_nothing(client, said):
    for args in ("sort=-name", "sort=visitors", "kind=kol", "channel=unattributed", "campaign=9",
                 "influencer=9", "shop=99999", "sort=__class__"):  # fmt: skip
        assert client.get(f"/platforms?{DAY}&{args}").status_code == 200, args


@pytest.fixture
def crowd(world, database):
    """120 people of whom a platform claims direct and all orders, and 101 searches."""
    people = [
        figure(channel="", subject="influencer", subject_ref=f"p{n:03}", subject_name="",
               influencer=f"p{n:03}", influencer_name=f"Person {n:03}", scope=scope,
               gmv_minor=100_000 - n)
        for n in range(120) for scope in ("total", "direct")
    ]  # fmt: skip
    searches = [
        figure(channel="", subject="source", subject_ref=f"s{n:03}", subject_name=f"Search {n:03}",
               platform="gsc", report="", basis="", visits=1_000 - n)
        for n in range(101)
    ]  # fmt: skip
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace)
        result = load_platform_figures(session, workspace, people + searches, shop_id=world.shop)
        assert result.problems == []
    return world


def section(page: str, key: str) -> str:
    return page.split(f'id="{key}"')[1].split("</section>")[0]


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_long_section_comes_in_pages_that_together_hold_each_row_once(client_of, crowd, locale):
    client = client_of("owner", locale)
    names, n_rows = [], []
    for number in (1, 2, 3):
        people = section(client.get(f"/platforms?{DAY}&page={number}").text, "influencers")
        n_rows.append(len(ROW.findall(people)))
        names += re.findall(r"Person \d{3}", people)
        assert ('rel="prev"' in people) == (number > 1)
        assert ('rel="next"' in people) == (number < 3)
        assert 'href="/platforms' not in people or '#influencers"' in people
    assert n_rows == [100, 100, 40]
    assert names == [f"Person {n:03}" for n in range(120)]


def test_pages_of_a_shorter_section_end_at_its_last(client, crowd):
    for number in (2, 3, 9_999):
        sources = section(client.get(f"/platforms?{DAY}&page={number}").text, "sources")
        assert re.findall(r"Search \d{3}", sources) == ["Search 100"]
        assert 'rel="next"' not in sources


def test_a_page_that_begins_within_a_group_names_it(client, world, database):
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace)
        one = {"channel": "", "subject": "influencer", "subject_ref": "p", "influencer": "p",
               "subject_name": "", "influencer_name": "Person"}  # fmt: skip
        bases = [figure(**one, basis=f"click-{n}d") for n in range(1, 103)]
        load_platform_figures(session, workspace, bases, shop_id=world.shop)
    people = section(client.get(f"/platforms?{DAY}&page=2").text, "influencers")
    first, second = ROW.findall(people)
    assert "Person" in first
    assert "Person" not in second


def test_the_file_has_the_rows_of_all_pages(client, crowd):
    answer = client.get(f"/platforms/export.csv?{DAY}&page=2")
    found = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(found) == 240 + 101


def test_every_page_takes_as_many_statements(client, crowd, queries):
    counts = []
    for number in (1, 1, 3):
        queries.clear()
        client.get(f"/platforms?{DAY}&page={number}")
        counts.append(len(queries))
    assert counts[1] == counts[2] <= 20


def test_reasons_are_those_of_all_pages(client, crowd):
    pages = [client.get(f"/platforms?{DAY}&page={number}").text for number in (1, 3)]
    first, last = (page.split('<dl class="reasons">')[1].split("</dl>")[0] for page in pages)
    assert first == last
