from datetime import date

import pytest

from tracker.models import Campaign
from tracker.services.campaigns import campaign_ids, save_campaign
from tracker.services.errors import RefusedError


def test_spellings_of_one_campaign_are_one_row(session, workspace):
    ids = campaign_ids(session, workspace.id, ["618", " ６１８", "", "春节"])
    assert ids["618"] == ids[" ６１８"] != ids["春节"]
    assert "" not in ids


def test_campaign_that_is_saved_is_no_longer_only_discovered(session, workspace):
    [row_id] = campaign_ids(session, workspace.id, ["618"]).values()
    assert session.get_one(Campaign, row_id).is_discovered
    saved = save_campaign(session, workspace, utm_campaign="618", name="年中大促", lookback_days=15)
    assert (saved.id, saved.is_discovered, saved.lookback_days) == (row_id, False, 15)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"utm_campaign": " "}, "utm_campaign"),
        ({"name": ""}, "name"),
        ({"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)}, "ends_on"),
        ({"budget_minor": -1}, "budget_minor"),
        ({"lookback_days": 181}, "lookback_days"),
        ({"lookback_days": 0}, "lookback_days"),
    ],
)
def test_wrong_fields_are_named(session, workspace, given, field):
    with pytest.raises(RefusedError) as error:
        save_campaign(session, workspace, **{"utm_campaign": "a", "name": "A", **given})
    assert error.value.field == field
