import pytest

from tracker.collect import limits
from tracker.collect.limits import Limiter, Pace

PUBLIC = "203.0.5.1"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_burst_passes_then_it_is_fast_then_a_flood(clock):
    limiter = Limiter(rate=10, burst=20, clock=clock)
    paces = [limiter.take(PUBLIC, 1) for _ in range(60)]
    assert paces[:20] == [Pace.fine] * 20
    assert paces[20:39] == [Pace.fast] * 19
    assert paces[39:] == [Pace.flood] * 21


def test_quiet_time_gives_the_burst_back(clock):
    limiter = Limiter(rate=10, burst=20, clock=clock)
    for _ in range(60):
        limiter.take(PUBLIC, 1)
    clock.now += 2.2
    assert limiter.take(PUBLIC, 1) is Pace.fine
    clock.now += 10_000
    assert [limiter.take(PUBLIC, 1) for _ in range(21)] == [Pace.fine] * 20 + [Pace.fast]


def test_addresses_and_shops_do_not_disturb_each_other(clock):
    limiter = Limiter(rate=1, burst=1, clock=clock)
    limiter.take(PUBLIC, 1)
    assert limiter.take(PUBLIC, 1) is not Pace.fine
    assert limiter.take(PUBLIC, 2) is Pace.fine
    assert limiter.take("203.0.5.2", 1) is Pace.fine


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.7", "::1", "", "nonsense"])
def test_a_proxy_of_ours_is_never_limited_for_everybody_behind_it(address, clock):
    limiter = Limiter(rate=1, burst=1, clock=clock)
    assert {limiter.take(address, 1) for _ in range(100)} == {Pace.fine}


def test_memory_is_bounded(clock, monkeypatch):
    monkeypatch.setattr(limits, "MOST_KEYS", 100)
    limiter = Limiter(rate=1, burst=5, clock=clock)
    for number in range(1_000):
        limiter.take(f"203.0.{number // 250}.{number % 250 + 1}", 1)
    assert len(limiter._buckets) <= 100
