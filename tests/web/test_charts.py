"""Charts as SVG, and files of tables."""

from __future__ import annotations

import html
import re
import struct

import pytest
from lxml import etree

from tests import factories
from tests.web.test_pages import _credit
from tracker.models import Workspace
from tracker.reports.charts import ChartError, ChartPool
from tracker.services.fact_versions import raise_version
from tracker.services.promotions import create_promotion


@pytest.fixture
def sold(database, world):
    with database.write() as session:
        _credit(session, session.get_one(Workspace, world.workspace), world.shop,
                world.influencer, 20)  # fmt: skip


SPAN = f"from={factories.TODAY}&to={factories.TODAY}"


def test_a_chart_is_plain_svg_with_the_figures_of_each_day(client, world, sold):
    answer = client.get(f"/charts/overview.svg?{SPAN}")
    assert answer.mimetype == "image/svg+xml"
    svg = etree.fromstring(answer.data)
    names = {element.tag.split("}")[1] for element in svg.iter()}
    assert names <= {"svg", "g", "path", "text", "tspan", "a", "rect", "title"}
    assert not [e for e in svg.iter() if any(a.startswith("on") or a == "style" for a in e.attrib)]
    column = next(e for e in svg.iter() if e.get("data-day"))
    assert column.get("data-day") == str(factories.TODAY)
    assert column.get("data-kol") == "CN¥100.00"


def test_days_of_a_chart_lead_to_that_day(client, world, sold):
    svg = etree.fromstring(client.get(f"/charts/overview.svg?{SPAN}&model=last_non_direct").data)
    links = [e.get("href") for e in svg.iter() if e.tag.endswith("}a")]
    assert links[0].startswith(f"/channels?from={factories.TODAY}&to={factories.TODAY}")


def test_the_same_drawing_is_sent_once(client, world, sold):
    first = client.get(f"/charts/overview.svg?{SPAN}")
    again = client.get(
        f"/charts/overview.svg?{SPAN}", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert "Content-Security-Policy" in again.headers


def test_a_chart_that_is_known_is_sent_without_reading_facts(client, world, sold, queries):
    first = client.get(f"/charts/overview.svg?{SPAN}")
    queries.clear()
    again = client.get(f"/charts/overview.svg?{SPAN}")
    assert again.data == first.data
    assert not [sql for sql in queries if "_day" in sql]
    assert len(queries) <= 4, "\n".join(queries)  # sign-in, user, workspaces, version


def test_a_chart_is_drawn_anew_when_facts_change(client, world, sold, database):
    first = client.get(f"/charts/overview.svg?{SPAN}")
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace)
        _credit(session, workspace, world.shop, world.influencer, 21)
        raise_version(session, world.workspace, "credit")
    again = client.get(f"/charts/overview.svg?{SPAN}")
    assert (b"CN\xc2\xa5200.00" in first.data, b"CN\xc2\xa5200.00" in again.data) == (False, True)
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace)
        promotion = {"festival": "singles", "name": "Singles", "starts_on": factories.TODAY,
                     "ends_on": factories.TODAY}  # fmt: skip
        create_promotion(session, workspace, **promotion)
    banded = client.get(f"/charts/overview.svg?{SPAN}").data
    assert banded.count(b"promo") > again.data.count(b"promo")


def test_what_is_drawn_for_one_question_answers_no_other(client_of, world, sold):
    english, chinese = client_of("owner"), client_of("owner", "zh_CN")
    svg = english.get(f"/charts/overview.svg?{SPAN}").data
    assert chinese.get(f"/charts/overview.svg?{SPAN}").data != svg
    assert english.get(f"/charts/overview.svg?{SPAN}&basis=ordered").data != svg


def test_a_chart_can_be_taken_away_as_an_image(client, world, sold):
    page = client.get(f"/?{SPAN}").text
    link = html.unescape(re.search(r'href="(/charts/overview\.png[^"]*)"', page).group(1))
    answer = client.get(link)
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG\r\n")
    assert f"overview_{factories.TODAY}" in answer.headers["Content-Disposition"]
    width, height = struct.unpack(">II", answer.data[16:24])
    assert width == 2 * 860  # sharp on a screen of our days
    assert height > 232 * 2  # with a title and a legend
    assert client.get("/charts/secrets.png").status_code == 404


def test_widths_come_in_steps(client, world, sold):
    boxes = set()
    for width in ("320", "761", "799", "99999", "-1", "x", ""):
        svg = etree.fromstring(client.get(f"/charts/overview.svg?{SPAN}&w={width}").data)
        boxes.add(svg.get("viewBox").split()[2])
    assert boxes == {"320", "760", "1180", "860"}


def test_a_chart_that_is_not_there_or_cannot_be_drawn_is_an_error(client, world, monkeypatch):
    assert client.get("/charts/secrets.svg").status_code == 404

    def broken(*_arguments):
        raise ChartError("no")

    monkeypatch.setattr(ChartPool, "svg", broken)
    assert client.get("/charts/overview.svg").status_code == 503
    monkeypatch.setattr(ChartPool, "png", broken)
    assert client.get("/charts/overview.png").status_code == 503
    assert client.get("/").status_code == 200  # the page itself does not need it


def test_a_file_has_the_rows_and_the_state_of_its_page(client, world, sold):
    answer = client.get(f"/influencers/export.csv?{SPAN}&model=last_non_direct")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=influencers_")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"Short name","Influencer"')
    assert '"100.00"' in lines[1]
    empty = client.get("/channels/export.csv?from=2020-01-01&to=2020-01-02")
    assert len(empty.data.decode("utf-8-sig").splitlines()) == 1


def test_headings_of_a_file_are_in_the_users_language(client_of, world):
    text = client_of("owner", "zh_CN").get("/channels/export.csv").data.decode("utf-8-sig")
    assert text.startswith('"渠道"')
