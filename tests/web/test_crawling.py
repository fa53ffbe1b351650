"""The page of what is fetched: evidence, the forms, what was kept aside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import factories, watched
from tests.web.conftest import HOSTILE, form_token
from tracker.models import (
    CrawlDomain,
    CrawlFetch,
    CrawlRun,
    CrawlSetting,
    CrawlTarget,
    MetricPoint,
    Quarantine,
    QuarantineItem,
    SocialAccount,
    SocialPost,
)
from tracker.observed import AccountItem, Count

NOW = datetime.now(UTC)


def post(client, path, /, **data):
    return client.post(path, data={"csrf_token": form_token(client), **data})


pytestmark = pytest.mark.usefixtures("names")


@pytest.fixture
def account(database, world) -> int:
    with database.read() as session:
        mine = SocialAccount.influencer_id == world.influencer
        return session.scalars(select(SocialAccount.id).where(mine)).one()


def make_target(session, world, account: int, **given) -> CrawlTarget:
    row = CrawlTarget(
        **{
            "workspace_id": world.workspace, "kind": "account", "source": "page",
            "url": "https://social.example/lin", "host": "social.example",
            "social_account_id": account, "next_at": NOW, "created_at": NOW, **given,
        }
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def test_without_anything_the_page_says_what_to_do(client, world):
    page = client.get("/crawling").text
    assert "Nothing is watched yet" in page
    assert "schedule off" in page


def test_an_account_is_watched_by_its_address(client, world, account, database):
    answer = post(client, "/crawling", kind="account", account=account, hours=12,
                  url=" https://social.example/lin#x ")  # fmt: skip
    assert answer.status_code == 302
    with database.read() as session:
        target = session.scalars(select(CrawlTarget)).one()
        assert (target.url, target.host) == ("https://social.example/lin", "social.example")
        assert (target.source, target.interval_s) == ("page", 43_200)
        assert target.social_account_id == account
    again = post(client, "/crawling", kind="account", account=account, hours=12,
                 url="https://social.example/lin")  # fmt: skip
    assert again.status_code == 400
    assert "This page is watched already" in again.text


def test_a_post_is_watched_under_the_name_that_its_network_gives_it(
    client, world, account, database
):
    url = "https://t.me/teahouse/77"
    assert (
        post(client, "/crawling", kind="post", account=account, hours=24, url=url).status_code
        == 302
    )
    with database.read() as session:
        made = session.scalars(select(SocialPost)).one()
        assert made.ref == "teahouse/77"
        assert session.scalars(select(CrawlTarget)).one().post_id == made.id


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1/", "private network"),
        ("http://localhost/x", "own network"),
        ("http://2130706433/", "private network"),
        ("https://user:pw@shop.example/", "user name or password"),
        ("https://shop.example:8080/", "usual ports"),
        ("file:///etc/passwd", "http://"),
        ("nonsense", "whole address"),
        ("https://space.bilibili.com/1234", "switched off"),
        ("https://inside.example/", "private network"),
    ],
)
def test_an_address_that_may_not_be_fetched_is_refused_with_its_reason(
    client, world, account, database, names, url, why
):
    names["inside.example"] = ["93.184.216.34", "10.1.2.3"]
    answer = post(client, "/crawling", kind="account", account=account, hours=24, url=url)
    assert answer.status_code == 400
    assert why in answer.text
    with database.read() as session:
        assert session.scalars(select(CrawlTarget)).all() == []


def test_the_account_of_another_workspace_cannot_be_watched(client, world, database):
    with database.read() as session:
        theirs = SocialAccount.influencer_id == world.foreign_influencer
        foreign = session.scalars(select(SocialAccount.id).where(theirs)).one()
    data = {"kind": "account", "hours": 24, "url": "https://social.example/x"}
    assert post(client, "/crawling", account=foreign, **data).status_code == 400


def test_a_target_shows_its_evidence_and_hostile_text_stays_text(client, world, account, database):
    with database.write() as session:
        target = make_target(
            session, world, account, last_at=NOW, last_status="rate_limited", failures=3,
            last_detail=HOSTILE, next_at=NOW + timedelta(hours=1),
        )  # fmt: skip
        session.add(
            CrawlDomain(
                host="social.example", next_allowed_at=NOW + timedelta(hours=6), failures=3,
                last_status="rate_limited", last_detail=HOSTILE, robots_status="rules",
                robots_http=200, robots_at=NOW, crawl_delay_ms=4_000,
            )
        )  # fmt: skip
        run = CrawlRun(host="social.example", fence=1, started_at=NOW, outcome="done")
        session.add(run)
        session.flush()
        session.add(
            CrawlFetch(
                run_id=run.id, target_id=target.id, at=NOW, status="rate_limited", http_status=429,
                url="https://social.example/lin?x", detail=HOSTILE, read={"followers": HOSTILE},
            )
        )  # fmt: skip
        number = target.id
    for url in ("/crawling", f"/crawling/{number}"):
        page = client.get(url).text
        assert "too many requests" in page
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page
    assert "HTTP 200" in page
    assert "429" in page
    assert "asks for 4 s between requests" in page
    assert "Hosts that refused" in client.get("/crawling").text
    assert client.get("/crawling?status=ok").text.count("social.example</span>") == 0
    assert "Nothing matches" in client.get("/crawling?q=%25%5F").text


def test_fetch_now_pause_and_stop(client, world, account, database):
    with database.write() as session:
        number = make_target(session, world, account, next_at=None).id

    def target():
        with database.read() as session:
            return session.get(CrawlTarget, number)

    assert post(client, f"/crawling/{number}/fetch", back="list").headers["Location"] == "/crawling"
    assert target().is_asked is True
    assert target().next_at is not None
    post(client, f"/crawling/{number}/pause")
    assert target().is_active is False
    assert "paused" in client.get("/crawling").text
    post(client, f"/crawling/{number}/resume")
    assert target().is_active is True
    assert post(client, f"/crawling/{number}", hours=48, promotion_hours=6).status_code == 302
    assert (target().interval_s, target().promotion_interval_s) == (172_800, 21_600)
    assert post(client, f"/crawling/{number}", hours=0, promotion_hours=6).status_code == 400
    post(client, f"/crawling/{number}/delete")
    assert target() is None
    assert client.get(f"/crawling/{number}").status_code == 404
    assert post(client, f"/crawling/{number}/fetch").status_code == 404


def test_the_target_of_another_workspace_is_not_there(client, world, database):
    with database.write() as session:
        foreign = session.scalars(
            select(SocialAccount).where(SocialAccount.influencer_id == world.foreign_influencer)
        ).one()
        row = make_target(session, world, foreign.id, workspace_id=foreign.workspace_id)
        number = row.id
    assert client.get(f"/crawling/{number}").status_code == 404
    assert post(client, f"/crawling/{number}/fetch").status_code == 404
    post(client, f"/crawling/{number}/delete")
    with database.read() as session:
        assert session.get(CrawlTarget, number) is not None


def test_the_schedule_is_switched_on_with_quiet_hours(client, world, database):
    post(client, "/crawling/schedule", is_on="y", quiet_from="23:30", quiet_until="07:00")
    with database.read() as session:
        setting = session.get(CrawlSetting, world.workspace)
        assert (setting.is_on, setting.quiet_from, setting.quiet_until) == (True, 1_410, 420)
    assert 'value="23:30"' in client.get("/crawling").text
    post(client, "/crawling/schedule", quiet_from="23:30")
    assert "need a beginning and an end" in client.get("/crawling").text


def test_readings_kept_aside_are_taken_or_left_out(client, world, account, database):
    item = AccountItem(
        ref="", counts={"followers": Count.exactly(12)}, title=HOSTILE, parser_version=1
    )
    numbers = []
    with database.write() as session:
        target = make_target(session, world, account)
        for n in range(2):
            run = CrawlRun(host="social.example", fence=n, started_at=NOW, outcome="done")
            session.add(run)
            session.flush()
            batch = Quarantine(
                workspace_id=world.workspace, run_id=run.id, source="page", reason="count_fell",
                state="waiting", created_at=NOW,
            )  # fmt: skip
            session.add(batch)
            session.flush()
            session.add(
                QuarantineItem(
                    quarantine_id=batch.id, target_id=target.id, subject_kind="account",
                    subject_id=account, taken_at=NOW + timedelta(minutes=n),
                    detail="followers 12000 -> 12", item=item.model_dump(mode="json"),
                )
            )  # fmt: skip
            numbers.append(batch.id)
    page = client.get("/crawling").text
    assert page.count("followers 12000 -&gt; 12") == 2
    assert "Batches of readings kept aside because they look wrong: 2" in client.get("/").text
    post(client, f"/crawling/aside/{numbers[0]}/discard")
    with database.read() as session:
        assert session.scalars(select(MetricPoint)).all() == []
    post(client, f"/crawling/aside/{numbers[1]}/accept")
    with database.read() as session:
        assert session.scalars(select(MetricPoint.value)).all() == [12]
    assert "Kept aside" not in client.get("/crawling").text
    post(client, f"/crawling/aside/{numbers[1]}/accept")
    assert "decided about them already" in client.get("/crawling").text


def test_an_analyst_sees_and_changes_nothing(client_of, world, account, database):
    with database.write() as session:
        number = make_target(session, world, account).id
    analyst = client_of("analyst")
    page = analyst.get("/crawling")
    assert page.status_code == 200
    assert "Fetch now" not in page.text.replace("“Fetch now”", "")
    assert post(analyst, f"/crawling/{number}/delete").status_code == 403
    assert post(analyst, "/crawling", kind="account").status_code == 403


def test_the_number_of_statements_does_not_grow_with_the_targets(
    client, world, account, database, queries
):
    with database.write() as session:
        make_target(session, world, account)
    client.get("/crawling")
    queries.clear()
    client.get("/crawling")
    few = len(queries)
    with database.write() as session, factories.using(session):
        for n in range(10):
            row = watched.listing(session, world.workspace, f"l{n}")
            make_target(session, world, 0, kind="listing", listing_id=row.id, host=f"h{n}.example",
                        url=f"https://h{n}.example/")  # fmt: skip
    queries.clear()
    client.get("/crawling")
    assert len(queries) == few <= 16
