import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.channels import Channel
from tracker.domain.marks import OWN_SITE, RawMark, classify, read_click_param, read_mark
from tracker.domain.rules import Rules

marks = st.builds(
    RawMark,
    **{
        field.name: st.integers(0, 9) if field.name == "link_id" else st.text(max_size=12)
        for field in dataclasses.fields(RawMark)
    },
)


def test_all_marks_of_a_landing_are_taken():
    mark = read_mark(
        "https://shop.example/p?utm_source=XHS&utm_medium=KOL&utm_campaign=双11&utm_content=a"
        "&utm_term=t&utm_id=7&kol=Li+Na&ref=r&gclid=secret&tk=0190-ab",
        "https://www.xiaohongshu.com/explore/1",
        "",
    )
    assert mark == RawMark(
        utm_source="XHS", utm_medium="KOL", utm_campaign="双11", utm_content="a", utm_term="t",
        utm_id="7", kol="Li Na", ref="r", referrer_host="www.xiaohongshu.com", click_id="gclid",
    )  # fmt: skip


def test_our_own_click_parameter_is_read_apart():
    assert read_click_param("https://shop.example/?tk=0190-ab&utm_source=x") == "0190-ab"
    assert read_click_param("https://shop.example/?utm_source=x") is None


def test_a_referrer_of_the_same_site_is_folded_into_one_word():
    assert read_mark("https://shop.example/a", "https://www.shop.example/b", "") == RawMark(
        referrer_host=OWN_SITE
    )


def test_keys_are_stable_for_ever():
    assert RawMark().key() == "0e73c9e2f0c0cd0d37cf7f8080988ee4"
    assert RawMark(utm_source="a", link_id=3).key() == RawMark(utm_source="a", link_id=3).key()


@given(marks, marks)
def test_two_marks_share_a_key_only_when_they_are_equal(one, other):
    assert (one.key() == other.key()) is (one == other)


@given(marks)
def test_every_mark_has_a_reading_and_a_tag_that_ignores_the_referrer(mark):
    reading = classify(mark, Rules.default())
    assert (reading.kind is None) is (reading.channel is Channel.INTERNAL)
    elsewhere = dataclasses.replace(mark, referrer_host="a.example", app="")
    assert mark.tag_key() == elsewhere.tag_key()
    assert (mark.tag_key() > 0) is mark.is_tagged
    assert mark.tag_key() < 2**63


@given(st.text(), st.text(), st.text())
def test_no_landing_raises(address, referrer, agent):
    classify(read_mark(f"https://shop.example/?{address}", referrer, agent), Rules.default())
