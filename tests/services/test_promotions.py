"""The calendar of promotions."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests.factories import WorkspaceFactory
from tracker.models import Promotion
from tracker.services import promotions
from tracker.services.errors import RefusedError

DAY = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 11)}
DOUBLE11 = {"festival": "Double11", "name": " 双11 ", **DAY}


def test_a_promotion_is_kept_under_the_festivals_key(session, workspace):
    row = promotions.create_promotion(session, workspace, **DOUBLE11)
    assert (row.festival, row.name) == ("double11", "双11")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"festival": ""}, "value_missing"),
        ({"name": " "}, "value_missing"),
        ({"ends_on": date(2026, 10, 31)}, "period_ends_early"),
        ({"ends_on": date(2027, 11, 11)}, "out_of_range"),
    ],
)
def test_a_promotion_that_makes_no_sense_is_refused(session, workspace, given, code):
    with pytest.raises(RefusedError, match=code):
        promotions.create_promotion(session, workspace, **{**DOUBLE11, **given})


def test_a_festival_starts_once_a_day(session, workspace):
    promotions.create_promotion(session, workspace, **DOUBLE11)
    with pytest.raises(RefusedError, match="promotion_known"):
        promotions.create_promotion(session, workspace, **DOUBLE11)
    promotions.create_promotion(session, WorkspaceFactory(), **DOUBLE11)


def test_only_the_own_workspace_can_remove_it(session, workspace):
    row = promotions.create_promotion(session, workspace, **DOUBLE11)
    promotions.delete_promotion(session, WorkspaceFactory(), row.id)
    assert session.scalars(select(Promotion)).all() == [row]
    promotions.delete_promotion(session, workspace, row.id)
    promotions.delete_promotion(session, workspace, row.id)
    assert session.scalars(select(Promotion)).all() == []
