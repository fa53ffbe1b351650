from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.addresses import Finding, build_address, findings
from tracker.domain.marks import read_mark
from tracker.domain.rules import Rules

NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
    lambda text: not text.startswith(("{", "_", "$", "%", '"', "'"))
)


def test_values_go_behind_the_query_and_before_the_fragment():
    built = build_address(
        " https://shop.example/tea?color=green&utm_source=old#top ",
        {"utm_source": "小红书", "utm_medium": " kol ", "utm_term": ""},
    )
    assert built == (
        "https://shop.example/tea?color=green&utm_source=%E5%B0%8F%E7%BA%A2%E4%B9%A6"
        "&utm_medium=kol#top"
    )


def test_macros_of_ad_platforms_stay_as_they_are():
    built = build_address("https://shop.example", {"utm_content": "__CID__", "utm_term": "{kw}"})
    assert built == "https://shop.example?utm_content=__CID__&utm_term={kw}"


@given(st.dictionaries(st.sampled_from(NAMES), TEXT))
def test_our_own_reader_reads_what_was_built(utm):
    mark = read_mark(build_address("https://shop.example/a?b=c", utm), "", "")
    for name in NAMES:
        got, given_ = getattr(mark, name), utm.get(name, "")
        assert (
            got == given_
            or given_.lower() in {"null", "none", "undefined"}
            or got.strip("\"'") == given_.strip("\"'")
        ), (name, given_)


def codes(utm, allowed=None, rules=None):
    found = findings({f"utm_{k}": v for k, v in utm.items()}, allowed or {}, rules or Rules())
    return [(f.code, f.field, f.value, f.other) for f in found]


def test_a_complete_address_in_known_words_is_left_alone():
    assert codes({"source": "xiaohongshu", "medium": "kol", "campaign": "spring"}) == []
    assert codes({}) == []


def test_what_is_missing_or_read_otherwise_is_told():
    assert codes({"source": "XHS"}) == [
        ("missing_medium", "medium", "", ""),
        ("read_as", "source", "xhs", "xiaohongshu"),
    ]
    assert codes({"medium": "cpc"})[0] == ("missing_source", "source", "", "")
    assert codes({"source": "baidu", "medium": "blubb"}) == [
        ("unknown_medium", "medium", "blubb", "")
    ]


def test_aliases_of_the_workspace_are_told():
    rules = Rules(
        source_aliases={"notes": "xhs"}, medium_aliases={"ad": "cpc"},
        campaign_aliases={("xiaohongshu", "old"): "new"},
    )  # fmt: skip
    assert codes({"source": "Notes", "medium": "ad", "campaign": "OLD"}, rules=rules) == [
        ("read_as", "source", "notes", "xiaohongshu"),
        ("read_as", "medium", "ad", "cpc"),
        ("read_as", "campaign", "old", "new"),
    ]


def test_a_list_forbids_every_other_value_but_not_a_macro():
    allowed = {"source": ("xiaohongshu", "douyin"), "content": ("a",)}
    found = codes({"source": "douyln", "medium": "kol", "content": "__CID__"}, allowed)
    assert found == [("not_allowed", "source", "douyln", "douyin")]
    assert Finding("not_allowed", "source").is_refused
    assert not Finding("read_as", "source").is_refused
