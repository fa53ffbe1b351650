"""Effects add up, whichever way they are put together."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.services.effects import Effect

amounts = st.integers(-(10**6), 10**6)
happenings = st.lists(
    st.tuples(st.sampled_from(["order", "spend"]), st.sampled_from(["CNY", "USD"]),
              st.sampled_from(["new", "changed", "removed"]), amounts, amounts),
    max_size=12,
)  # fmt: skip


def effect(items):
    made = Effect()
    for table, currency, kind, before, after in items:
        if kind == "new":
            made.add(table, currency, {}, {"paid_minor": after})
        elif kind == "changed":
            made.change(table, currency, {"paid_minor": before}, {"paid_minor": after})
        else:
            made.remove(table, currency, {"paid_minor": before})
    return made


@given(happenings, happenings)
def test_merging_is_telling_one_after_the_other(one, other):
    together = effect(one + other)
    merged = effect(one)
    merged.merge(effect(other))
    assert merged.tables == together.tables
    assert Effect(together.tables).tables == together.tables


def test_an_effect_is_told_in_decimal_text():
    made = effect([("order", "CNY", "changed", 10_000, 12_050)])
    assert made.as_json() == {
        "order": {"new": 0, "changed": 1, "removed": 0,
                  "sums": {"paid": {"CNY": ["100.00", "120.50"]}}}
    }  # fmt: skip


def test_a_copy_changes_nothing_in_what_it_was_made_of():
    kept = effect([("order", "CNY", "new", 0, 5)]).tables
    made = Effect(kept)
    made.add("order", "CNY", {}, {"paid_minor": 7})
    assert kept["order"]["sums"]["paid_minor"]["CNY"] == [0, 5]
