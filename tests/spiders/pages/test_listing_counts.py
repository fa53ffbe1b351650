# ruff: noqa: E501 -- pages are one line each
"""Profiles and posts: which number is which."""

from tests.spiders.pages.written_pages import ld, page, read


def counter(action, count, **extra):
    return {
        "@type": "InteractionCounter",
        "interactionType": action,
        "userInteractionCount": count,
        **extra,
    }


def test_a_profile_has_its_counts_whatever_form_the_action_has():
    person = {
        "@type": "Person",
        "name": "Li Na",
        "alternateName": "@lina",
        "interactionStatistic": [
            counter("https://schema.org/FollowAction", 3893),
            counter({"@type": "http://schema.org/LikeAction"}, "1.2万"),
            counter("WriteAction", 23961),
        ],
        "agentInteractionStatistic": [counter("FollowAction", 406)],
    }
    found = read(
        page(ld({"@type": "ProfilePage", "mainEntity": person})), "https://social.example/lina"
    )
    assert (found["kind"], found["status"], found["title"], found["handle"]) == (
        "profile",
        "ok",
        "Li Na",
        "@lina",
    )
    assert (found["followers"], found["following"], found["posts"], found["likes"]) == (
        3893,
        406,
        23961,
        12000,
    )
    assert found["counts"]["likes"] == {
        "value": 12000,
        "low": 11500,
        "high": 13000,
        "raw": "1.2万",
        "precision": "rounded",
    }
    assert found["views"] is None


def test_names_of_counters_say_more_than_their_action():
    person = {
        "@type": "Person",
        "name": "x",
        "interactionStatistic": [
            counter("https://schema.org/FollowAction", 3893, name="Follows"),
            counter("https://schema.org/SubscribeAction", 406, name="Friends"),
            counter("https://schema.org/WriteAction", 23961, name="Tweets"),
        ],
    }
    found = read(page(ld({"@type": "ProfilePage", "mainEntity": person})))
    assert (found["followers"], found["following"], found["posts"]) == (3893, 406, 23961)


def test_a_post_has_its_counts_and_its_date():
    post = {
        "@type": "SocialMediaPosting",
        "headline": "Hi",
        "datePublished": "2026-11-11T08:00:00Z",
        "author": {"@type": "Person", "alternateName": "@lina"},
        "interactionStatistic": [
            counter("LikeAction", 25500),
            counter("CommentAction", 146),
            counter("ShareAction", 0),
            counter("ViewAction", "120万+"),
        ],
    }
    found = read(page(ld(post)))
    assert (found["kind"], found["handle"], found["published_at"]) == (
        "post",
        "@lina",
        "2026-11-11T08:00:00Z",
    )
    assert [found[n] for n in ("likes", "comments", "shares", "views", "saves")] == [
        25500,
        146,
        0,
        1200000,
        None,
    ]
    assert found["counts"]["views"]["precision"] == "at_least"


def test_a_video_with_the_old_counter_is_a_post():
    found = read(page(ld({"@type": "VideoObject", "name": "V", "interactionCount": "12345"})))
    assert (found["kind"], found["views"]) == ("post", 12345)
    old = read(
        page(
            body='<div itemscope itemtype="http://schema.org/VideoObject"><meta itemprop="interactionCount" content="UserLikes:12"><meta itemprop="interactionCount" content="UserComments:3"></div>'
        )
    )
    assert (old["likes"], old["comments"]) == (12, 3)


def test_a_count_given_twice_with_two_values_is_none():
    found = read(
        page(
            ld(
                {
                    "@type": "VideoObject",
                    "name": "V",
                    "interactionStatistic": [
                        counter("LikeAction", 5),
                        counter("LikeAction", 7),
                        counter("WatchAction", 9),
                    ],
                }
            )
        )
    )
    assert (found["status"], found["likes"], found["views"]) == ("ambiguous", None, 9)
