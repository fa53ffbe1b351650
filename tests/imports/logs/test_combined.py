import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.imports.logs.combined import parse
from tracker.imports.logs.fields import NO_AGENT

HEAD = '203.0.113.9 - - [11/Nov/2026:08:00:00 +0800] "GET /item/1?kol=lina HTTP/1.1" 200 512'
AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)"


def test_common_line_has_no_agent_and_no_referrer():
    found = parse(HEAD)
    assert (found.time, found.address, found.method) == (
        "2026-11-11T08:00:00+0800",
        "203.0.113.9",
        "GET",
    )
    assert (found.url, found.status) == ("/item/1?kol=lina", "200")
    assert (found.referrer, found.user_agent, found.host) == ("", NO_AGENT, "")


def test_combined_line_has_both():
    found = parse(f'{HEAD} "https://www.xiaohongshu.com/a" "{AGENT}"')
    assert (found.referrer, found.user_agent) == ("https://www.xiaohongshu.com/a", AGENT)
    assert parse(f'{HEAD} "-" "-"').user_agent == ""


def test_host_in_front_is_told_from_an_address():
    assert parse(f"www.shop.example:443 {HEAD}").host == "www.shop.example"
    named = parse(HEAD.replace("203.0.113.9", "crawl-66.search.example"))
    assert (named.address, named.host) == ("crawl-66.search.example", "")


def test_client_before_the_proxies_is_the_visitor():
    line = f'{HEAD} "-" "{AGENT}" "198.51.100.7, 10.0.0.1"'
    assert parse(line).address == "198.51.100.7"
    assert parse(f'{HEAD} "-" "{AGENT}" "-"').address == "203.0.113.9"
    assert parse(f'{HEAD} "-" "{AGENT}" 0.005 "shop"').address == "203.0.113.9"


def test_user_names_may_have_blanks_and_answers_no_size():
    line = HEAD.replace("- - [", "- li na [").replace("200 512", "304 -")
    assert parse(line).status == "304"


def test_escaped_quotes_belong_to_their_field():
    assert parse(rf'{HEAD} "-" "a \"b\" c"').user_agent == 'a "b" c'


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        HEAD.replace("[11", "[x1"),
        HEAD.replace(" 200 512", ""),
        f'{HEAD} "-" "{AGENT}',  # cut off
        f'{HEAD} "-',
        "2026-11-11,1,2,3",
    ],
)
def test_line_of_another_shape_is_none(line):
    assert parse(line) is None


QUOTED = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=40)


@given(QUOTED, QUOTED)
def test_what_a_server_escapes_comes_back(referrer, agent):
    def escape(text):
        return text.replace("\\", "\\\\").replace('"', '\\"')

    found = parse(f'{HEAD} "{escape(referrer)}" "{escape(agent)}"')
    assert found.referrer == ("" if referrer == "-" else referrer)
    assert found.user_agent == ("" if agent == "-" else agent)
