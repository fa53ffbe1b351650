import pytest
from sqlalchemy import select

from tests.factories import InfluencerFactory, MarkFactory, SocialAccountFactory, WorkspaceFactory
from tests.services.records import SECRET
from tracker.domain.marks import RawMark
from tracker.domain.records import AccountRecord, Buyer, InfluencerRecord, Outcome, Reason
from tracker.models import Influencer, Mark, SocialAccount
from tracker.services import influencers
from tracker.services.customers import customer_key
from tracker.services.errors import RefusedError
from tracker.services.marks import mark_ids


@pytest.fixture
def load(session, workspace):
    def call(*records):
        result = influencers.load_influencers(session, workspace, records, secret=SECRET)
        session.expire_all()
        return result

    return call


def lina(**changes):
    account = AccountRecord("小红书", "@LiNa", followers=10)
    values = {"slug": "lina", "name": "李娜", "accounts": (account,)}
    return InfluencerRecord(**{**values, **changes})


def test_further_row_adds_an_account_and_empty_fields_change_nothing(session, load):
    second = InfluencerRecord("lina", accounts=(AccountRecord("douyin", "lina_dy"),))
    assert load(lina(agency="MCN"), second).outcomes == (Outcome.LOADED, Outcome.UPDATED)
    row = session.scalars(select(Influencer)).one()
    assert (row.name, row.agency) == ("李娜", "MCN")
    accounts = {(one.platform, one.handle, one.followers) for one in row.accounts}
    assert accounts == {("xiaohongshu", "lina", 10), ("douyin", "lina_dy", None)}
    assert load(lina(), second).unchanged == 2


def test_slug_is_made_from_the_name_like_a_utm_value(session, load):
    load(InfluencerRecord("", name="Li  Na"))
    assert session.scalars(select(Influencer.slug)).one() == "li-na"
    assert load(InfluencerRecord("")).problems[0][1].reason is Reason.NAME_REQUIRED


def test_account_of_another_influencer_is_refused(session, load):
    load(lina())
    assert load(lina(slug="wang")).problems[0][1].reason is Reason.HANDLE_TAKEN
    assert session.scalars(select(Influencer.slug)).all() == ["lina"]


def test_own_buyer_id_is_hashed_in_its_marketplace(session, load):
    load(lina(buyer=Buyer(platform_id="tmall:77")))
    expected = customer_key(SECRET, Buyer(platform_id="77"), "taobao")
    assert session.scalars(select(Influencer.customer_key)).one() == expected


def test_marks_that_name_a_new_influencer_are_read_again(session, workspace, load):
    [mark_id] = mark_ids(session, workspace.id, [RawMark(kol="lina")])
    load(lina())
    mark = session.get_one(Mark, mark_id)
    assert mark.influencer_id == session.scalars(select(Influencer.id)).one()


def test_created_influencers_get_different_slugs(session, workspace):
    made = [influencers.create_influencer(session, workspace, name="Li Na") for _ in range(3)]
    assert [row.slug for row in made] == ["li-na", "li-na-2", "li-na-3"]
    with pytest.raises(RefusedError) as error:
        influencers.create_influencer(session, workspace, name="x", slug="Li-Na")
    assert (error.value.code, error.value.field) == ("slug_taken", "slug")
    with pytest.raises(RefusedError):
        influencers.create_influencer(session, workspace, name=" ")


def test_rename_raises_the_rules_version_and_other_edits_do_not(session, workspace):
    MarkFactory(workspace=workspace)
    row = InfluencerFactory(workspace=workspace, slug="lina")
    before = workspace.rules_version
    influencers.update_influencer(session, row, agency="MCN", notes="tea")
    assert workspace.rules_version == before
    influencers.update_influencer(session, row, slug="li-na")
    assert (row.slug, workspace.rules_version) == ("li-na", before + 1)


def test_account_form_refuses_what_is_taken_or_missing(session):
    other = SocialAccountFactory(platform="douyin", handle="tea")
    mine = InfluencerFactory(workspace=session.get_one(WorkspaceFactory._meta.model,
                                                       other.workspace_id))  # fmt: skip
    for account, code in (
        (AccountRecord("抖音", "@TEA"), "handle_taken"),
        (AccountRecord("", "x"), "value_missing"),
        (AccountRecord("douyin", " "), "value_missing"),
    ):
        with pytest.raises(RefusedError, match=code):
            influencers.add_account(session, mine, account)
    influencers.add_account(session, mine, AccountRecord("抖音", "Cup", followers=3))
    found = session.scalars(
        select(SocialAccount.handle).where(SocialAccount.influencer_id == mine.id)
    )
    assert found.all() == ["cup"]
