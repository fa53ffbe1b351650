"""Parts by buyer are the whole, cut so that nobody's journey is torn."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.attribution import reference as ref
from tests.domain.attribution.kernel_worlds import expected, policies, worlds
from tracker.domain.attribution.kernel import qualified_paths, weigh
from tracker.domain.attribution.shards import shards_of_buyers

keys = st.lists(st.sampled_from([0, 1, 2, 3, 7, 1000, -4, 1 << 40]), max_size=40)


@given(keys, keys, st.integers(1, 9))
def test_every_order_and_every_buyer_s_touch_is_in_one_part(order_keys, touch_keys, touches):
    order_keys, touch_keys = np.array(order_keys, np.int64), np.array(touch_keys, np.int64)
    parts = shards_of_buyers(order_keys, touch_keys, touches)
    orders = np.concatenate([part[0] for part in parts])
    theirs = np.concatenate([part[1] for part in parts])
    assert sorted(orders.tolist()) == list(range(order_keys.size))
    bought = set(order_keys.tolist()) - {0}
    assert sorted(theirs.tolist()) == [i for i, k in enumerate(touch_keys.tolist()) if k in bought]
    for some, of_them in parts:
        assert set(touch_keys[of_them].tolist()) <= set(order_keys[some].tolist())
        assert (np.diff(of_them) > 0).all()


@given(worlds(), policies)
def test_parts_give_the_paths_and_weights_of_the_whole(world, policy):
    orders, shared, own = world
    all_orders, touches = ref.order_arrays(orders), ref.arrays(shared)
    found = {}
    for some, theirs in shards_of_buyers(all_orders.path_key, touches.owner_key, 2):
        chosen = [orders[i] for i in some]
        place = {int(order): i for i, order in enumerate(some)}
        claims = [replace(s, owner=place[s.owner]) for s in own if s.owner in place]
        paths = qualified_paths(
            ref.order_arrays(chosen), touches.take(theirs), ref.arrays(claims), policy
        )
        weights, raw = weigh(paths, policy), paths.of_touch("raw_id")
        for i, order in enumerate(some):
            path = slice(paths.offsets[i], paths.offsets[i + 1])
            found[int(order)] = (
                raw[path].tolist(), paths.evidence[path].tolist(), weights[:, path].tolist(),
            )  # fmt: skip
    assert [found[i] for i in range(len(orders))] == expected(*world, policy)
