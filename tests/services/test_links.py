import pytest

from tests.factories import InfluencerFactory
from tracker.domain.marks import RawMark
from tracker.models import Mark
from tracker.services.errors import RefusedError
from tracker.services.links import check_target, create_link, update_link
from tracker.services.marks import mark_ids

TARGET = "https://shop.example/item?id=1"


def test_link_gets_a_random_slug_unless_one_is_chosen(session, shop):
    made = {create_link(session, shop, target_url=TARGET).slug for _ in range(5)}
    assert len(made) == 5
    assert all(len(slug) == 8 for slug in made)
    chosen = create_link(session, shop, target_url=TARGET, slug=" LiNa-1 ", utm_source="xhs")
    assert (chosen.slug, chosen.utm_source, chosen.utm_medium) == ("lina-1", "xhs", "")


@pytest.mark.parametrize(
    ("slug", "code"),
    [("taken", "slug_taken"), ("a b", "bad_slug"), ("-a", "bad_slug"), ("a/../b", "bad_slug")],
)
def test_bad_slugs_are_refused(session, shop, slug, code):
    create_link(session, shop, target_url=TARGET, slug="taken")
    with pytest.raises(RefusedError, match=code):
        create_link(session, shop, target_url=TARGET, slug=slug)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "value_missing"),
        ("javascript:alert(1)", "not_http"),
        ("//evil.example/", "not_http"),
        ("ftp://shop.example/", "not_http"),
        ("https://", "bad_address"),
        ("https://shop.example\\@evil.example/", "bad_address"),
        ("https://me:pw@shop.example/", "bad_address"),
        ("https://shop.example/a b", "bad_address"),
        ("https://shop.example:99999/", "bad_address"),
        ("https://shop.example/\x00", "bad_address"),
        ("https://shop.example/" + "a" * 2_000, "bad_address"),
    ],
)
def test_targets_that_a_browser_may_read_otherwise_are_refused(url, code):
    with pytest.raises(RefusedError, match=code):
        check_target(url)


def test_target_with_chinese_path_is_taken():
    assert check_target(" https://店铺.example/商品?id=1 ") == "https://店铺.example/商品?id=1"


def test_new_owner_makes_the_marks_of_the_link_be_read_again(session, shop, workspace):
    link = create_link(session, shop, target_url=TARGET)
    [mark_id] = mark_ids(session, workspace.id, [RawMark(link_id=link.id)])
    lina = InfluencerFactory(workspace=workspace)
    update_link(session, link, influencer_id=lina.id)
    session.expire_all()
    assert session.get_one(Mark, mark_id).influencer_id == lina.id


def test_other_edits_leave_marks_alone(session, shop, workspace):
    link = create_link(session, shop, target_url=TARGET)
    before = workspace.rules_version
    update_link(session, link, target_url=TARGET + "&b=2", is_active=False, utm_term=" tea ")
    assert (workspace.rules_version, link.is_active, link.utm_term) == (before, False, "tea")
    with pytest.raises(TypeError):
        update_link(session, link, utm_sauce="x")
