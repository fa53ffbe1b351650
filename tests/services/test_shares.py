"""Links for people outside: made, found, ended, and what is written down about visits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests import factories
from tracker.models import AuditEntry, Share, ShareVisit
from tracker.services import shares
from tracker.services.errors import RefusedError
from tracker.services.shares import Terms

KEY = "k" * 40
COLUMNS = ["influencer", "orders", "net_revenue", "cost"]
LATER = datetime.now(UTC) + timedelta(days=3)


@pytest.fixture
def place(session):
    return factories.WorkspaceFactory()


@pytest.fixture
def person(session, place):
    return factories.InfluencerFactory(workspace=place, agency="星禾")


def terms(**changes) -> Terms:
    usual = {"title": " Stars ", "table_name": "influencers", "columns": ("orders", "influencer"),
             "model": "last_non_direct", "agency": "星禾"}  # fmt: skip
    return Terms(**{**usual, **changes})


def make(session, place, **changes) -> Share:
    return shares.create_share(session, place, terms(**changes), COLUMNS, KEY, user_id=3)


def token(share: Share) -> str:
    return shares.token_of(share, KEY)


def test_a_share_is_found_by_its_link_only(session, place, person):
    share = make(session, place)
    assert share.title == "Stars"
    assert share.columns == ["influencer", "orders"]  # in the table's order
    now = datetime.now(UTC)
    assert shares.find_share(session, token(share), now) is share
    assert len(token(share)) == 32
    for wrong in (
        "",
        token(share)[:-1],
        token(share) + "x",
        share.token_hash,
        share.nonce,
        "\ud800",
    ):
        assert shares.find_share(session, wrong, now) is None
    assert shares.token_of(share, "another key" * 4) != token(share)


def test_an_ended_share_and_one_that_is_over_show_nothing(session, place, person):
    share, now = make(session, place, expires_at=LATER), datetime.now(UTC)
    assert shares.find_share(session, token(share), LATER - timedelta(seconds=1)) is share
    assert shares.find_share(session, token(share), LATER) is None
    shares.end_share(session, share)
    assert shares.find_share(session, token(share), now) is None
    shares.resume_share(session, share)
    assert shares.find_share(session, token(share), now) is share


def test_another_link_makes_the_old_one_worthless(session, place, person):
    share = make(session, place)
    old = token(share)
    shares.renew_link(session, share, KEY)
    assert shares.find_share(session, old, datetime.now(UTC)) is None
    assert shares.find_share(session, token(share), datetime.now(UTC)) is share


def test_a_password_is_kept_as_a_hash_and_checked(session, place, person):
    share = make(session, place, password="correct horse battery")
    assert "horse" not in share.password_hash
    assert shares.check_password(share, "correct horse battery")
    assert not shares.check_password(share, "")
    assert not shares.check_password(share, "wrong horse battery")
    assert shares.check_password(make(session, place), "")


def test_people_are_those_of_the_agency_at_this_moment_or_those_named(session, place, person):
    share = make(session, place)
    named = make(session, place, agency="", influencer_ids=(person.id,))
    other = factories.InfluencerFactory(workspace=factories.WorkspaceFactory(), agency="星禾")
    later = factories.InfluencerFactory(workspace=place, agency="星禾")
    assert shares.people_of(session, share) == {person.id, later.id}
    assert shares.people_of(session, named) == {person.id}
    assert other.id not in shares.people_of(session, share)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agency": ""}, "nobody_shared"),
        ({"agency": "no such agency"}, "unknown_influencer"),
        ({"agency": "", "influencer_ids": (999_999,)}, "unknown_influencer"),
        ({"columns": ()}, "no_columns"),
        ({"columns": ("password_hash",)}, "no_columns"),
        ({"shop_id": 999_999}, "unknown_shop"),
        ({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 31)}, "bad_period"),
        ({"expires_at": datetime.now(UTC)}, "already_over"),
        ({"password": "short"}, "password_short"),
        ({"table_name": "user"}, "not_found"),
        ({"model": "magic"}, "not_found"),
    ],
)
def test_what_makes_no_sense_is_refused(session, place, person, changes, code):
    with pytest.raises(RefusedError) as caught:
        make(session, place, **changes)
    assert caught.value.code == code
    assert session.scalars(select(Share)).all() == []


def test_influencers_and_shops_of_others_cannot_be_shared(session, place, person):
    theirs = factories.InfluencerFactory(workspace=factories.WorkspaceFactory())
    shop = factories.ShopFactory(workspace=factories.WorkspaceFactory())
    with pytest.raises(RefusedError):
        make(session, place, agency="", influencer_ids=(person.id, theirs.id))
    with pytest.raises(RefusedError):
        make(session, place, shop_id=shop.id)


def test_visits_are_written_down_without_the_whole_address(session, place, person):
    share = make(session, place)
    shares.note_visit(
        session, share, "seen", address="203.0.113.77", user_agent="A\x00\ud800gent" + "x" * 500,
        days=(date(2026, 1, 1), date(2026, 1, 31)),
    )  # fmt: skip
    shares.note_visit(session, share, "refused", address="2001:db8:1:2::9")
    newest, oldest = shares.visits_of(session, share, 10)
    assert (newest.action, newest.address) == ("refused", "2001:db8:1::/48")
    assert oldest.address == "203.0.113.0/24"
    assert oldest.user_agent.startswith("Agentx")
    assert len(oldest.user_agent) == 200
    assert oldest.detail == {"from": "2026-01-01", "to": "2026-01-31"}
    assert shares.shorten_address("unix:") == ""
    ((listed, n, last),) = shares.list_shares(session, place)
    assert (listed, n, last) == (share, 1, oldest.at)


def test_visits_of_long_ago_are_dropped(session, place, person):
    share, now = make(session, place), datetime.now(UTC)
    shares.note_visit(session, share, "seen", address="")
    session.flush()
    assert shares.drop_old_visits(session, now) == 0
    assert shares.drop_old_visits(session, now + timedelta(days=366)) == 1
    assert session.scalars(select(ShareVisit)).all() == []


def test_an_agency_finds_its_own_shares_while_they_work(session, place, person):
    share, now = make(session, place, expires_at=LATER), datetime.now(UTC)
    assert shares.shares_of_agency(session, place.id, "星禾", now) == [share]
    assert shares.shares_of_agency(session, place.id, "", now) == []
    assert shares.shares_of_agency(session, place.id, "other", now) == []
    assert shares.shares_of_agency(session, place.id + 1, "星禾", now) == []
    assert shares.shares_of_agency(session, place.id, "星禾", LATER) == []


def test_every_change_is_in_the_audit_log(session, place, person):
    share = make(session, place)
    shares.renew_link(session, share, KEY)
    shares.end_share(session, share)
    shares.resume_share(session, share)
    actions = session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("share.%")).order_by(AuditEntry.id)
    )
    assert list(actions) == ["share.created", "share.renewed", "share.ended", "share.resumed"]
