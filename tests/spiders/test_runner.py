"""The crawling process against a real site that behaves in every way a server can."""

from __future__ import annotations

import itertools
import os
import signal
import time

import psutil
import pytest

from jobs import crawl_child
from jobs.crawl_child import Child, ChildDiedError
from tests.support import site as servers
from tests.support.crawls import QUICK, runner
from tests.support.site import Answer, Site, product, redirect
from tracker.crawl_messages import Asked, Batch, Began, Done, Fetched, Robots, Target

ALL = Robots(status="allow_all", http_status=404)


@pytest.fixture(scope="module")
def site():
    made = Site()
    yield made
    made.close()


@pytest.fixture(scope="module")
def child(site):
    """One process for all tests: what one page does to it, the next ones would notice."""
    made = Child(QUICK.model_copy(update={"timeout_s": 2.0}), runner(site))
    yield made
    made.kill()


def targets(site, host, paths, **fields):
    return [
        Target(id=number, kind="listing", source="page", url=site.url(host, path), **fields)
        for number, path in enumerate(paths, 1)
    ]


def walk(child, *batches):
    """Send batches; all answers but signs of life, until they are done."""
    for batch in batches:
        child.send(batch)
    answers, n_done = [], 0
    while n_done < len(batches):
        heard = child.read(1.0)
        answers += heard
        n_done += sum(isinstance(answer, Done) for answer in heard)
    return answers


def hear_out(child, seconds):
    """Listen until it ends, or has said nothing twenty times."""
    for _ in range(20):
        child.read(seconds)


def fetch(child, site, host, *paths, robots=ALL, **fields):
    batch = Batch(run_id=1, host=host, robots=robots, targets=targets(site, host, paths, **fields))
    return [answer for answer in walk(child, batch) if isinstance(answer, Fetched)]


def test_every_way_to_misbehave_costs_one_page_and_little_memory(child, site):
    site.add("/mug", product())
    cases = {
        "/gzipped": (servers.gzipped(product().encode()), "ok"),
        "/moved": (redirect("/mug", 301), "ok"),
        "/loop": (servers.endless_redirect, "bad_content"),
        "/inside": (redirect(f"http://127.0.0.1:{site.port}/mug"), "private_address"),
        "/metadata": (redirect("http://169.254.169.254/"), "private_address"),
        "/file": (redirect("file:///etc/hostname"), "private_address"),
        "/without-end": (servers.without_end, "too_large"),
        "/bomb": (servers.bomb(), "too_large"),
        "/bad-gzip": (servers.bad_gzip(), "bad_content"),
        "/reset": (servers.reset, "unreachable"),
        "/mug": (product(), "ok"),
        "/drip": (servers.drip, "timeout"),
        "/image": (Answer(b"\x89PNG\r\n\x1a\n" + b"\0" * 999, content_type="image/png"),
                   "bad_content"),
        "/empty": (Answer(b""), "empty"),
        "/nothing": (Answer(status=204), "bad_content"),
    }  # fmt: skip
    for path, (page, _) in cases.items():
        site.add(path, page)
    before = psutil.Process(child.pid).memory_info().rss
    results = fetch(child, site, "a.example", *cases)
    assert {path: result.status.value for path, result in zip(cases, results, strict=True)} == {
        path: status for path, (_, status) in cases.items()
    }
    for result in results:
        assert bool(result.items) == (result.status == "ok")
    assert psutil.Process(child.pid).memory_info().rss - before < 100 * 2**20


def test_a_wrong_declaration_of_the_encoding_is_not_believed(child, site):
    page = product("陶瓷马克杯，景德镇手工制作的青花瓷杯子").replace(
        "<head>", "<head><meta charset='gbk'>"
    )
    site.add("/cup", Answer(page.encode(), content_type="text/html; charset=gb2312"))
    (result,) = fetch(child, site, "a.example", "/cup")
    assert result.items[0].title == "陶瓷马克杯，景德镇手工制作的青花瓷杯子"


def test_robots_txt_decides_by_its_status_and_is_asked_on_every_host(child, site):
    rules = {
        "none": (Answer(status=404), "ok"),
        "forbidden": (Answer(status=403), "ok"),
        "broken": (Answer(status=500), "robots"),
        "slow": (servers.drip, "robots"),
        "loop": (servers.endless_redirect, "robots"),
        "moved": (redirect(site.url("none.example", "/robots.txt")), "ok"),
        "says-no": (Answer(b"User-agent: *\nDisallow: /"), "robots"),
        "page": (Answer(b"<html>Welcome</html>"), "ok"),
        "reset": (servers.reset, "robots"),
    }
    site.add("/mug", product())
    batches = []
    for number, (name, (answer, _)) in enumerate(rules.items(), 1):
        host = f"{name}.example"
        site.add("/robots.txt", answer, host=host)
        batches.append(
            Batch(run_id=number, host=host, robots=None, targets=targets(site, host, ["/mug"]))
        )
    answers = walk(child, *batches)
    results = {one.run_id: one.status.value for one in answers if isinstance(one, Fetched)}
    assert [results[number] for number in range(1, len(rules) + 1)] == [
        status for _, status in rules.values()
    ]
    assert {one.run_id for one in answers if isinstance(one, Asked)} == set(results)


def test_a_redirect_to_another_host_asks_that_hosts_robots_txt(child, site):
    site.add("/mug", product())
    site.add("/robots.txt", Answer(b"User-agent: *\nDisallow: /mug"), host="closed.example")
    site.add("/away", redirect(site.url("closed.example", "/mug")), host="b.example")
    (result,) = fetch(child, site, "b.example", "/away")
    assert result.status == "robots"
    assert "/mug" not in site.paths("closed.example")


def test_an_inner_address_is_refused_before_its_robots_txt_is_asked(child, site):
    site.add("/mug", product())
    site.asked.clear()
    batch = Batch(run_id=1, host="i.example", robots=None, targets=[
        Target(id=1, kind="listing", source="page", url=f"http://127.0.0.1:{site.port}/mug"),
        Target(id=2, kind="listing", source="page", url="http://localhost/mug"),
        *targets(site, "i.example", ["/mug"]),
    ])  # fmt: skip
    results = [one for one in walk(child, batch) if isinstance(one, Fetched)]
    assert [one.status.value for one in results] == ["private_address", "private_address", "ok"]
    assert {one.host for one in site.asked} == {"i.example"}


def test_a_refusal_ends_the_batch_and_says_how_long_to_wait(child, site):
    site.add("/mug", product())
    site.add("/busy", Answer(status=429, headers={"Retry-After": "90"}))
    results = fetch(child, site, "c.example", "/mug", "/busy", "/mug")
    assert [result.status.value for result in results] == ["ok", "rate_limited"]
    assert results[1].retry_after_s == 90


def test_a_silent_host_is_given_up_after_three_targets(child, site):
    site.add("/reset", servers.reset)
    assert len(fetch(child, site, "d.example", *["/reset"] * 9)) == 3


def test_validators_are_sent_and_what_has_not_changed_is_told_so(child, site):
    def page(handler):
        is_known = handler.headers["If-Modified-Since"] == "Wed, 11 Nov 2026 04:00:00 GMT"
        return Answer(status=304) if is_known else Answer(product().encode())

    site.add("/cached", page)
    known = {site.url("e.example", "/cached"): ("", "Wed, 11 Nov 2026 04:00:00 GMT")}
    from spiders.sources import SOURCES

    version = SOURCES["page"].parser_version
    (same,) = fetch(child, site, "e.example", "/cached", validators=known, parser_version=version)
    assert (same.status.value, same.items, same.validators) == ("unchanged", [], known)
    (whole,) = fetch(child, site, "e.example", "/cached", validators=known, parser_version=0)
    assert whole.status == "ok"  # another reader wants to see it again


def test_one_host_is_asked_one_page_at_a_time_and_never_faster_than_it_allows(site):
    site.add("/mug", product())
    slow = Child(QUICK.model_copy(update={"delay_s": 0.2, "batch_s": 1.5}), runner(site))
    try:
        robots = Robots(status="rules", http_status=200, crawl_delay_ms=400)
        site.asked.clear()
        walk(
            slow,
            Batch(run_id=1, host="f.example", robots=ALL,
                  targets=targets(site, "f.example", ["/mug"] * 5)),
            Batch(run_id=2, host="g.example", robots=robots,
                  targets=targets(site, "g.example", ["/mug"] * 3)),
        )  # fmt: skip
        for host, delay in (("f.example", 0.2), ("g.example", 0.4)):
            times = [one.at for one in site.asked if one.host == host]
            gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
            assert min(gaps) > delay * 0.95
            assert max(gaps) < delay * 1.5 + 5
        long = targets(site, "f.example", ["/mug"] * 50)
        answers = walk(slow, Batch(run_id=3, host="f.example", robots=ALL, targets=long))
        n_fetched = sum(isinstance(one, Fetched) for one in answers)
        assert 1 <= n_fetched <= 8  # the rest of a slow host's batch waits for its next turn
    finally:
        slow.close()


def test_the_process_has_limits_and_knows_no_setting(child, monkeypatch):
    process = psutil.Process(child.pid)
    assert process.rlimit(psutil.RLIMIT_AS)[1] == QUICK.max_memory
    assert process.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    names = set(process.environ())
    assert not {name for name in names if "TRACKER" in name or "PROXY" in name.upper()}
    assert not {name for name in names if "KEY" in name or "SECRET" in name}


def test_a_process_that_stands_still_or_dies_is_noticed(site, monkeypatch):
    monkeypatch.setattr(crawl_child, "STALLED_SECONDS", 0.3)
    stuck = Child(QUICK, runner(site))
    try:
        os.kill(stuck.pid, signal.SIGSTOP)
        with pytest.raises(ChildDiedError, match="no sign of life"):
            hear_out(stuck, 0.1)
    finally:
        stuck.kill()
    dead = Child(QUICK, ("-c", "import sys; sys.exit(7)"))
    try:
        with pytest.raises(ChildDiedError, match="ended with 7"):
            hear_out(dead, 5)
    finally:
        dead.kill()
    liar = Child(QUICK, ("-c", 'print(\'{"kind": "fetched"}\', flush=True); input(); input()'))
    try:
        with pytest.raises(ChildDiedError, match="no answer"):
            hear_out(liar, 5)
    finally:
        liar.kill()


def test_it_tells_what_it_began_and_ends_when_its_orders_end():
    site = Site()
    site.add("/mug", product())
    made = Child(QUICK, runner(site))
    try:
        here, away = (
            Batch(run_id=3, host=host, robots=None, targets=targets(site, host, ["/mug"]))
            for host in ("h.example", "away.example")
        )
        assert [type(one) for one in walk(made, here)] == [Began, Asked, Fetched, Done]
        site.close()
        (result,) = (one for one in walk(made, away) if isinstance(one, Fetched))
        # nobody is there: that says more than "no robots.txt"
        assert (result.status.value, result.detail) == ("unreachable", "connection refused")
        began = time.monotonic()
        made.close()
        assert time.monotonic() - began < 5
        assert not psutil.pid_exists(made.pid)
    finally:
        made.kill()
