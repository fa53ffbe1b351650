from __future__ import annotations

from tracker.domain.channels import Channel, Kind
from tracker.domain.rules import Rules
from tracker.reports.address_lines import address_line, read_lines


def test_a_line_says_how_its_visits_will_be_read():
    line = address_line(
        "https://shop.example/", {"utm_source": "XHS", "utm_medium": "kol"}, {}, Rules()
    )
    assert (line.channel, line.kind, line.reading.source) == (Channel.KOL, Kind.KOL, "xiaohongshu")
    assert not line.is_refused
    refused = address_line(
        "https://shop.example/", {"utm_source": "XHS"}, {"source": ("douyin",)}, Rules()
    )
    assert refused.is_refused


def test_a_list_has_a_value_a_line_and_perhaps_a_short_name():
    text = "post-1, spring\n\n  post-2\t\npost-1, other\n帖子，三\n,lonely\n"
    assert read_lines(text) == [("post-1", "spring"), ("post-2", ""), ("帖子", "三")]
