from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.spend_layers import LEVELS, Layer, counted, layer_of

LAYERS = st.builds(Layer, st.sampled_from(LEVELS), st.booleans(), st.booleans())
GROUPS = st.dictionaries(
    st.tuples(LAYERS.map(str), st.sampled_from(["", "a", "b"])), st.integers(0, 10**9), min_size=1
)


def named(account, **amounts):
    return {(f"{level}@", account): amount for level, amount in amounts.items()}


def test_layer_is_written_and_read():
    layer = Layer("campaign", True, True, "whole")
    assert Layer.read(str(layer)) == layer
    assert Layer.read("") == Layer()


def test_layer_of_a_report_is_what_its_rows_are_keyed_by():
    assert str(layer_of({"day", "campaign_id", "item", "account"})) == "campaign@"
    assert str(layer_of({"campaign_name", "ad"})) == "campaign_name"
    assert str(layer_of({"item"})) == "item"
    assert str(layer_of({"day", "amount"}, "whole")) == "whole:account"


def test_plans_count_and_items_of_the_same_money_do_not():
    assert counted(named("a", campaign=100_00, item=99_99)) == {("campaign@", "a")}


def test_coarser_report_counts_where_the_finer_one_lacks_spend():
    assert counted({("item", ""): 90_00, ("account", ""): 100_00}) == {("account", "")}


def test_accounts_are_decided_one_by_one():
    amounts = named("a", campaign=10, item=10) | named("b", item=7)
    assert counted(amounts) == {("campaign@", "a"), ("item@", "b")}


def test_report_without_accounts_competes_with_all_of_them():
    amounts = {**named("a", campaign=60), **named("b", campaign=40), ("item", ""): 100}
    assert counted(amounts) == {("campaign@", "a"), ("campaign@", "b")}
    amounts["item", ""] = 200
    assert counted(amounts) == {("item", "")}


def test_rows_of_one_report_all_count():
    amounts = {("campaign", ""): 5, ("campaign", "a"): 7}
    assert counted(amounts) == amounts.keys()


def test_spread_sums_count_where_nothing_tells_of_the_day():
    assert counted({("campaign~", ""): 10}) == {("campaign~", "")}
    assert counted({("campaign~", ""): 10, ("item", ""): 1}) == {("item", "")}
    amounts = {("campaign@~", "a"): 10, ("campaign@~", "b"): 10, ("campaign@", "a"): 9}
    assert counted(amounts) == {("campaign@", "a"), ("campaign@~", "b")}


def test_products_of_a_platform_do_not_compete():
    amounts = {("campaign@", "a"): 10, ("whole:item@", "a"): 10}
    assert counted(amounts) == amounts.keys()


@given(GROUPS)
def test_no_account_counts_on_two_levels_and_something_always_counts(amounts):
    found = counted(amounts)
    assert found
    assert found <= amounts.keys()
    levels = {}
    for layer, account in found:
        if Layer.read(layer).has_account:
            assert levels.setdefault(account, layer) == layer
    blank = {layer for layer, _ in found if not Layer.read(layer).has_account}
    assert len(blank) <= 1
    assert not (blank and levels)


@given(GROUPS, st.randoms())
def test_order_in_which_files_came_decides_nothing(amounts, random):
    shuffled = list(amounts.items())
    random.shuffle(shuffled)
    assert counted(dict(shuffled)) == counted(amounts)
