"""What was observed of an influencer, on their page."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import watched
from tests.web.conftest import HOSTILE, form_token
from tracker.models import Deal, SocialAccount, SocialPost, Workspace
from tracker.services import alerts

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def post(client, path, /, **data):
    return client.post(path, data={"csrf_token": form_token(client), **data})


@pytest.fixture
def observed(database, world) -> int:
    """An account with a jump, and a post with hostile text; gives the post's id."""
    with database.write() as session:
        account = session.scalars(
            select(SocialAccount).where(SocialAccount.influencer_id == world.influencer)
        ).one()
        for n in range(31):
            value = 20_000 + 30 * n + n % 3 + (9_000 if n >= 20 else 0)
            watched.count(session, "account", account, "followers", value, NOW - (31 - n) * DAY)
        made = watched.post(
            session, account, "p", title=HOSTILE, url="javascript:alert(1)", published_at=NOW - DAY
        )
        watched.count(session, "post", made, "views", 100_000, NOW, precision="at_least",
                      raw="10万+")  # fmt: skip
        watched.count(session, "post", made, "likes", 2_500, NOW)
        alerts.evaluate(session, session.get_one(Workspace, world.workspace), NOW - DAY / 1_440)
        return made.id


def test_nothing_observed_says_what_to_do(client, world):
    page = client.get(f"/influencers/{world.influencer}").text
    assert "Nothing was observed yet" in page


def test_counts_say_how_exact_they_are_and_signals_their_evidence(client, world, observed):
    page = client.get(f"/influencers/{world.influencer}").text
    assert "≥100k" in page
    assert 'title="10万+' in page
    assert "one thing to note" in page
    assert "no post of that time explains it" in page
    assert "not judgements" in page
    assert "javascript:" not in page
    assert "<script>alert" not in page
    for name in ("followers", "engagement"):
        url = f"/charts/{name}.svg?influencer={world.influencer}"
        assert "data-series" in client.get(url).text


def test_a_post_is_said_to_be_of_a_deal_and_only_of_a_deal_of_its_influencer(
    client, world, observed, database
):
    with database.read() as session:
        mine, foreign = (
            session.scalars(select(Deal.id).where(Deal.influencer_id == who)).one()
            for who in (world.influencer, world.foreign_influencer)
        )
    url = f"/influencers/{world.influencer}/posts/{observed}/deal"
    assert post(client, url, deal=mine).status_code == 302
    assert post(client, url, deal=foreign).status_code == 404
    assert post(client, url, deal="x" * 50).status_code == 302  # none
    assert post(client, url, deal=mine).status_code == 302
    other = f"/influencers/{world.foreign_influencer}/posts/{observed}/deal"
    assert post(client, other, deal=mine).status_code == 404
    with database.read() as session:
        assert session.get_one(SocialPost, observed).deal_id == mine


def test_the_file_of_posts_names_what_is_not_exact(client, world, observed):
    answer = client.get(f"/influencers/{world.influencer}/posts.csv?period=30d")
    [row] = csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert (row["Views"], row["Likes"], row["Comments"]) == ("100000", "2500", "")
    assert row["Not exact"] == "views at_least"
    assert row["Engagement by views"] == "0.025"


def test_a_jump_and_a_lost_post_are_asked_about_and_lead_to_the_influencer(
    client, world, observed, database
):
    assert "gained or lost many followers: 1" in client.get("/").text  # against 30 days ago
    with database.write() as session:
        account = session.scalars(
            select(SocialAccount).where(SocialAccount.influencer_id == world.influencer)
        ).one()
        watched.count(session, "account", account, "followers", 40_000, NOW)
        session.get_one(SocialPost, observed).removed_at = NOW
        workspace = session.get_one(Workspace, world.workspace)
        alerts.evaluate(session, workspace, NOW)
    first = client.get("/").text
    assert "gained or lost many followers: 1" in first
    assert "Posts of influencers that are gone: 1" in first
    assert f'href="/influencers/{world.influencer}"' in first
    page = client.get(f"/influencers/{world.influencer}").text
    assert "is gone" in page
    assert "40,000 followers" in page
    numbers = [part.split('"')[0] for part in page.split('name="alert" value="')[1:]]
    answer = post(client, "/competitors/alerts/seen", alert=numbers, back="influencer",
                  influencer=world.influencer)  # fmt: skip
    assert answer.headers["Location"] == f"/influencers/{world.influencer}"
    assert "40,000 followers" not in client.get(f"/influencers/{world.influencer}").text


def test_an_analyst_cannot_say_what_a_post_was_made_for(client_of, world, observed):
    analyst = client_of("analyst")
    url = f"/influencers/{world.influencer}/posts/{observed}/deal"
    assert post(analyst, url, deal=0).status_code == 403
    assert "set_deal" not in analyst.get(f"/influencers/{world.influencer}").text
