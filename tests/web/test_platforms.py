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
