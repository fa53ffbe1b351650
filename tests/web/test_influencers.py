"""Influencers: list, page, and the forms to create and rename them."""

from __future__ import annotations

from sqlalchemy import select

from tests.web.conftest import form_token
from tracker.models import AuditEntry, Influencer, SocialAccount, Workspace


def post(client, url, **data):
    return client.post(url, data={"csrf_token": form_token(client), **data})


def test_a_new_influencer_gets_a_slug_an_account_and_an_audit_entry(client, world, database):
    answer = post(
        client, "/influencers/new", name=" 林 小满 ", platform="小红书", handle="LinXM",
        followers="124000", agency="晨星", notes="likes tea",
    )  # fmt: skip
    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert "林 小满" in page
    assert "Xiaohongshu · linxm · 124k followers · 晨星" in page
    assert "likes tea" in page
    with database.read() as session:
        row = session.scalars(select(Influencer).where(Influencer.agency == "晨星")).one()
        assert row.slug == "林-小满"
        account = session.scalars(
            select(SocialAccount).where(SocialAccount.influencer_id == row.id)
        ).one()
        assert (account.platform, account.followers) == ("xiaohongshu", 124_000)
        assert "influencer.created" in set(session.scalars(select(AuditEntry.action)))


def test_a_name_is_needed_and_a_slug_must_be_free(client, world):
    assert "This field is required" in post(client, "/influencers/new", name="").text
    post(client, "/influencers/new", name="A", slug="same")
    taken = post(client, "/influencers/new", name="B", slug="same")
    assert taken.status_code == 400
    assert "is taken already" in taken.text
    assert 'aria-invalid="true"' in taken.text


def test_a_new_slug_makes_marks_be_read_again(client, world, database):
    with database.read() as session:
        before = session.get_one(Workspace, world.workspace).rules_version
    answer = post(client, f"/influencers/{world.influencer}/edit", name="Li Na", slug="lina")
    assert answer.status_code == 302
    with database.read() as session:
        row = session.get_one(Influencer, world.influencer)
        assert (row.name, row.slug) == ("Li Na", "lina")
        assert session.get_one(Workspace, world.workspace).rules_version > before


def test_the_form_to_edit_shows_what_is_stored(client, world):
    page = client.get(f"/influencers/{world.influencer}/edit").text
    assert 'value="xiaohongshu"' in page
    assert 'value="120000"' in page


def test_control_characters_are_refused(client, world):
    answer = post(client, "/influencers/new", name="a\x00b")
    assert answer.status_code == 400
    assert "cannot be stored" in answer.text


def test_the_list_can_be_searched_and_sorted_by_its_address(client, world):
    assert client.get("/influencers?q=nobody-like-that").text.count("<tbody>") == 0
    assert 'aria-sort="descending"' in client.get("/influencers?sort=-cost_minor").text
    assert 'aria-sort="ascending"' in client.get("/influencers?sort=cost_minor").text


def test_tables_of_an_influencer_can_be_downloaded(client, world):
    for table in ("codes", "links", "deals"):
        answer = client.get(f"/influencers/{world.influencer}/{table}.csv")
        assert answer.status_code == 200
        assert len(answer.data.decode("utf-8-sig").splitlines()) == 2, table
