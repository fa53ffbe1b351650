"""What a visitor may ask of a share: always inside of what it allows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.channels import Kind
from tracker.models import Share, Workspace
from tracker.reports.shared import TABLES, USUAL_COLUMNS, state_of, table_of

TODAY = date(2026, 11, 11)
PEOPLE = frozenset({3, 7})
WORKSPACE = Workspace(
    id=5, policy_id=2, slug="w", name="w", base_currency="CNY", time_zone="Asia/Shanghai",
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


def share(**columns) -> Share:
    usual = {"table_name": "influencers", "columns": ["influencer"], "model": "linear",
             "shop_id": 0, "starts_on": None, "ends_on": None}  # fmt: skip
    return Share(**{**usual, **columns})


days = st.dates(date(1990, 1, 1), date(2110, 12, 31))
words = st.text(max_size=12)
args = st.fixed_dictionaries(
    {},
    optional={
        "from": days.map(str) | words, "to": days.map(str) | words, "period": words,
        "influencer": st.integers(-5, 10**12).map(str) | words, "kind": words, "model": words,
        "shop": words, "campaign": words, "sort": words, "people": words, "compare": words,
    },
)  # fmt: skip
limits = st.none() | st.dates(date(2020, 1, 1), TODAY)


@given(asked=args, starts_on=limits, ends_on=limits)
def test_nothing_asked_for_widens_a_share(asked, starts_on, ends_on):
    if starts_on and ends_on and starts_on > ends_on:
        starts_on, ends_on = ends_on, starts_on
    shared = share(starts_on=starts_on, ends_on=ends_on, shop_id=4)
    state = state_of(shared, WORKSPACE, PEOPLE, asked, TODAY)
    assert (starts_on or date.min) <= state.start <= state.end <= (ends_on or TODAY)
    assert state.people is not None
    assert state.people <= PEOPLE
    assert (state.kind, state.model, state.shop_ids) == (str(Kind.KOL), "linear", (4,))
    assert (state.workspace_id, state.comparison, state.campaign_id) == (5, "none", 0)


@pytest.mark.parametrize(
    ("asked", "people"),
    [({}, {3, 7}), ({"influencer": "7"}, {7}), ({"influencer": "8"}, set()),
     ({"influencer": "0"}, {3, 7}), ({"influencer": "x"}, {3, 7}), ({"influencer": "٧"}, {3, 7}),
     ({"influencer": "9" * 30}, set())],
)  # fmt: skip
def test_one_of_the_influencers_can_be_asked_for(asked, people):
    assert state_of(share(), WORKSPACE, PEOPLE, asked, TODAY).people == people


def test_days_outside_of_the_limits_lead_to_the_last_that_may_be_seen():
    limited = share(starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 20))
    state = state_of(limited, WORKSPACE, PEOPLE, {"period": "7d"}, TODAY)
    assert (state.start, state.end) == (date(2026, 3, 1), date(2026, 3, 20))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_usual_columns_are_there_and_tell_no_costs(name):
    keys = {column.key for column in TABLES[name].columns}
    assert set(USUAL_COLUMNS[name]) <= keys
    assert not {"cost", "roi", "fee", "commission"} & set(USUAL_COLUMNS[name])
    assert "net_revenue_before" not in keys


def test_a_table_has_the_chosen_columns_in_its_own_order():
    chosen = table_of(share(columns=["orders", "influencer", "no such column"]))
    assert [column.key for column in chosen.columns] == ["influencer", "orders"]
