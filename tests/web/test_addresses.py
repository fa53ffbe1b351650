from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import AddressTemplate, AllowedValue, Campaign, TrackedLink

TEA = {"target_url": "https://shop.example/tea", "utm_source": "XHS", "utm_medium": "kol",
       "utm_campaign": "spring"}  # fmt: skip


@pytest.fixture
def send(client):
    token = form_token(client)
    return lambda path, **data: client.post(
        f"/campaigns/addresses/{path}", data={"csrf_token": token, **data}
    )


def made(database):
    with database.read() as session:
        query = select(TrackedLink).where(TrackedLink.influencer_id == 0)
        return session.scalars(query.order_by(TrackedLink.id)).all()


def test_the_preview_reads_the_address_as_the_reports_will(client):
    page = client.get("/campaigns/addresses", query_string=TEA).text
    assert "https://shop.example/tea?utm_source=XHS&amp;utm_medium=kol" in page
    assert "is reported as “xiaohongshu”" in page
    assert "Influencers" in page


def test_a_bad_target_is_named_and_nothing_is_made(client, send, database):
    page = client.get("/campaigns/addresses?target_url=javascript:alert(1)").text
    assert "must start with http://" in page
    assert send("link", target_url="javascript:alert(1)", shop="1").status_code == 400
    assert made(database) == []


def test_a_short_link_is_made_with_its_campaign(client, send, database, world):
    with database.write() as session:
        session.get_one(Campaign, world.campaign).utm_campaign = "spring"
    answer = send("link", **TEA, slug="spring-1", shop=str(world.shop))
    assert answer.status_code == 302
    [link] = made(database)
    assert (link.slug, link.campaign_id, link.utm_source) == ("spring-1", world.campaign, "XHS")
    page = client.get("/campaigns/addresses").text
    assert "/go/spring-1" in page
    assert f"/links/{link.id}/qr.png" in page
    assert send("link", **TEA, slug="spring-1", shop=str(world.shop)).status_code == 400
    assert send("link", **TEA, shop=str(world.foreign_shop)).status_code == 400
    assert len(made(database)) == 1


def test_a_value_off_the_list_makes_no_link(client, send, database, world):
    assert send("values", field="source", value="douyin").status_code == 302
    page = client.get("/campaigns/addresses", query_string=TEA).text
    assert "is not on the list of utm_source" in page
    assert "Make a short link with QR code" not in page
    answer = send("link", **TEA, shop=str(world.shop))
    assert answer.status_code == 400
    assert "“xhs” is not on the list of this field." in answer.text
    bulk = send("bulk", **TEA, shop=str(world.shop), lines="a\nb", action="links")
    assert bulk.status_code == 400
    assert made(database) == []
    with database.read() as session:
        [row] = session.scalars(select(AllowedValue))
    send(f"values/{row.id}/delete")
    assert send("link", **TEA, shop=str(world.shop)).status_code == 302


def test_many_addresses_come_from_a_list(send, database, world):
    lines = "post-1, spring-a\npost-2\npost-1\n"
    page = send("bulk", **TEA, lines=lines, into="utm_content").text
    assert page.count("utm_content=post-1") == 1
    assert made(database) == []
    text = send("bulk", **TEA, lines=lines, action="csv").text
    assert '"https://shop.example/tea?utm_source=XHS&utm_medium=kol' in text
    assert len(text.splitlines()) == 3
    send("bulk", **TEA, lines=lines, action="links", shop=str(world.shop))
    links = made(database)
    assert [link.utm_content for link in links] == ["post-1", "post-2"]
    assert links[0].slug == "spring-a"


def test_all_links_of_a_list_are_made_or_none(send, database, world):
    lines = "post-1, spring-a\npost-2, spring-a\n"
    answer = send("bulk", **TEA, lines=lines, action="links", shop=str(world.shop))
    assert answer.status_code == 400
    assert "is taken already" in answer.text
    assert made(database) == []


@pytest.mark.parametrize("lines", ["", " \n,\n", "\n".join(map(str, range(501)))])
def test_a_list_that_is_empty_or_too_long_is_refused(send, lines):
    assert send("bulk", **TEA, lines=lines).status_code == 400


def test_a_template_fills_the_form_until_it_is_forgotten(client, send, database):
    assert send("templates", **TEA, name="Notes").status_code == 302
    with database.read() as session:
        [row] = session.scalars(select(AddressTemplate))
    page = client.get(f"/campaigns/addresses?template={row.id}").text
    assert 'value="https://shop.example/tea"' in page
    assert send("templates", **TEA, name="").status_code == 400
    send(f"templates/{row.id}/delete")
    assert client.get(f"/campaigns/addresses?template={row.id}").status_code == 404
    assert client.get("/campaigns/addresses?template=x").status_code == 404


def test_formulas_in_a_file_of_addresses_are_text(send):
    text = send("bulk", target_url="https://shop.example/", lines="=1+1", into="utm_source",
                action="csv").text  # fmt: skip
    assert '"=1+1"' not in text


def test_a_printed_link_leads_elsewhere_or_is_switched_off(send, database, world):
    send("link", **TEA, slug="poster", shop=str(world.shop))
    [link] = made(database)
    send(f"links/{link.id}", target_url="https://shop.example/new")
    send(f"links/{link.id}", target_url="https://shop.example/new", is_active="0")
    [changed] = made(database)
    assert (changed.target_url, changed.is_active) == ("https://shop.example/new", False)
    send(f"links/{link.id}", target_url="javascript:alert(1)")
    assert made(database)[0].target_url == "https://shop.example/new"
    assert send(f"links/{world.link}", target_url="https://x.example").status_code == 404
