"""Random orders and signals, and the kernel run on them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from tests.domain.attribution import reference as ref
from tests.domain.attribution.reference import O, S
from tracker.domain.attribution.kernel import qualified_paths, weigh
from tracker.domain.paths import Reason, Signal, TouchKind
from tracker.domain.periods import DAY_US
from tracker.domain.policy import Policy

VISITS = (Signal.kol, Signal.paid_click, Signal.tag, Signal.referrer, Signal.direct)
OWN = {
    Signal.affiliate: TouchKind.affiliate,
    Signal.coupon: TouchKind.coupon,
    Signal.kol: TouchKind.order_mark,
    Signal.tag: TouchKind.order_mark,
    Signal.lock: TouchKind.lock,
}
TIMES = st.integers(0, 12).map(lambda n: n * DAY_US // 2)


def _signal(draw, raw_id, owner, kind, touch_kind):
    named = kind in (Signal.kol, Signal.affiliate, Signal.coupon, Signal.lock)
    return S(
        owner=owner,
        at=draw(TIMES),
        signal=kind,
        raw_id=raw_id,
        influencer=draw(st.integers(1 if kind is not Signal.affiliate else 0, 3)) if named else 0,
        mark=draw(st.integers(0, 2)) if touch_kind != TouchKind.coupon else 0,
        contact=draw(st.integers(0, 2)) if kind not in (Signal.affiliate, Signal.coupon) else 0,
        known_from=draw(st.sampled_from([0, 0, 0, 4 * DAY_US])),
        lookback=draw(st.sampled_from([0, 0, DAY_US, 6 * DAY_US])),
        claim_at=draw(TIMES) if kind is Signal.coupon else None,
        barred=draw(st.sampled_from([0, 0, 0, int(Reason.shop_wide_code)]))
        if kind is Signal.coupon
        else 0,
        touch_kind=touch_kind,
    )


@st.composite
def worlds(draw):
    keys = st.sampled_from([0, 1, 2, -5, 1 << 40])
    floor = st.sampled_from([ref.NO_FLOOR, ref.NO_FLOOR, 2 * DAY_US])
    held = st.sampled_from([frozenset(), frozenset(), frozenset({1}), frozenset({2, 3})])
    orders = [
        O(draw(keys), draw(TIMES), draw(floor), draw(held)) for _ in range(draw(st.integers(1, 4)))
    ]
    shared = [
        _signal(draw, n, draw(keys), draw(st.sampled_from(VISITS)), TouchKind.visit)
        for n in range(1, draw(st.integers(0, 14)) + 1)
    ]
    own = []
    for n in range(100, 100 + draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(sorted(OWN)))
        owner = draw(st.integers(0, len(orders) - 1))
        own.append(_signal(draw, n, owner, kind, OWN[kind]))
    for owner in draw(st.sets(st.integers(0, len(orders) - 1), max_size=2)):
        decided = _signal(draw, 200 + owner, owner, Signal.lock, TouchKind.decision)
        own.append(replace(decided, influencer=draw(st.integers(0, 3))))
    return orders, shared, own


policies = st.builds(
    Policy,
    lookback_days=st.integers(1, 6),
    exclusive=st.frozensets(st.sampled_from(sorted(set(Signal) - {Signal.direct}))),
    precedence=st.permutations(list(Signal)).map(tuple),
    max_touchpoints=st.sampled_from([1, 2, 3, 500]),
)


def run(orders, shared, own, policy=None, **options):
    policy = policy or Policy()
    paths = qualified_paths(
        ref.order_arrays(orders), ref.arrays(shared), ref.arrays(own), policy, **options
    )
    return paths, weigh(paths, policy)


def result(orders, shared, own, policy=None):
    """Per order: the path as raw ids with evidence bits, and the weights of all models."""
    paths, weights = run(orders, shared, own, policy)
    raw = paths.of_touch("raw_id")
    return [
        (
            raw[a:b].tolist(),
            paths.evidence[a:b].tolist(),
            weights[:, a:b].tolist(),
        )
        for a, b in zip(paths.offsets[:-1], paths.offsets[1:], strict=True)
    ]


def expected(orders, shared, own, policy):
    """What `result` has to be, by the plain reference."""
    found = []
    for number, order in enumerate(orders):
        path = ref.path_of(number, order, shared, own, policy)
        live = [t for t in path if not t.reason]
        found.append(
            (
                [t.s.raw_id for t in live] or [0],
                [t.evidence for t in live] or [0],
                ref.weights_of(order, path, policy),
            )
        )
    return found
