import errno
import os

import pytest

from tests.collect.conftest import Collector
from tracker.collect.limits import Limiter


def test_other_paths_go_to_the_site(collector):
    assert collector.client.get("/page").text == "a page"
    assert collector.client.get("/collected").status_code == 404


def test_no_hook_of_the_site_runs_for_an_event(collector, beacon):
    @collector.app.before_request
    def refuse():
        raise AssertionError("the site was asked")

    assert collector.post(beacon()).status_code == 204
    assert collector.client.get("/go/lina").status_code == 302
    assert collector.client.get("/t.js").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "PATCH"])
def test_collect_takes_posts_only(method, collector):
    answer = collector.client.open("/collect", method=method)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/go/lina", "/t.js"])
def test_links_and_script_are_only_read(path, collector):
    assert collector.client.post(path).status_code == 405
    assert collector.events == []


def test_a_preflight_allows_json_without_credentials(collector):
    answer = collector.client.options("/collect", headers={"Origin": "https://shop.example"})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_an_unknown_site_asks_for_fresh_knowledge(collector, beacon):
    collector.post(beacon(site="new-shop"))
    assert collector.directory.asked == 1


def test_before_anything_is_known_senders_are_told_to_come_back(collector, beacon):
    collector.directory.known = None
    for answer in (collector.post(beacon()), collector.client.get("/go/lina")):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert collector.events == []


@pytest.fixture
def full_disk(monkeypatch):
    def write(handle, data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", write)
    return monkeypatch


def test_a_full_disk_is_an_honest_503_until_there_is_room(collector, beacon, full_disk):
    answer = collector.post(beacon())
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    full_disk.undo()
    assert collector.post(beacon()).status_code == 204
    assert len(collector.events) == 1


def test_a_buyer_reaches_the_shop_though_the_click_cannot_be_kept(collector, full_disk):
    answer = collector.client.get("/go/lina")
    assert answer.status_code == 302
    assert "kol=lina" in answer.location
    assert "tk=" not in answer.location  # nothing claims a click that we do not have


def flood(collector, send, times=30, address="203.0.5.9"):
    return [send(environ_overrides={"REMOTE_ADDR": address}).status_code for _ in range(times)]


def test_one_address_that_floods_is_slowed_and_others_are_not(collector, beacon):
    collector.front._limiter = Limiter(rate=0.001, burst=10)
    statuses = flood(collector, lambda **o: collector.post(beacon(), **o))
    assert statuses == [204] * 10 + [429] * 20
    assert len(collector.events) == 10
    assert flood(collector, lambda **o: collector.post(beacon(), **o), 1, "203.0.5.10") == [204]


def test_fast_clicks_are_redirected_and_flagged_before_they_are_refused(collector):
    collector.front._limiter = Limiter(rate=0.001, burst=10)
    statuses = flood(collector, lambda **o: collector.client.get("/go/lina", **o))
    assert statuses == [302] * 20 + [429] * 10
    assert [event.flag for event in collector.events] == [""] * 10 + ["rate"] * 10


def test_behind_proxies_the_sender_is_who_the_first_of_ours_saw(tmp_path, beacon):
    tmp_path.joinpath("journal").mkdir()
    collector = Collector(tmp_path / "journal", trusted_proxies=2)
    collector.front._limiter = Limiter(rate=0.001, burst=1)

    def send(forwarded):
        headers = {"X-Forwarded-For": forwarded, "User-Agent": "x"}
        return collector.post(beacon(), headers=headers).status_code

    assert send("9.9.9.9, 203.0.5.1, 10.0.0.2") == 204
    assert send("8.8.8.8, 203.0.5.1, 10.0.0.2") == 429  # what the sender wrote himself is ignored
    assert send("9.9.9.9, 203.0.5.2, 10.0.0.2") == 204
    collector.front.close()
