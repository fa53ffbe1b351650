"""Instants and days as integers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from tracker.models import Campaign, Run, Shop, Workspace
from tracker.models.base import from_day_number, from_micros, to_day_number, to_micros

SHANGHAI = timezone(timedelta(hours=8))


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_being_a_number(instant: datetime):
    assert from_micros(to_micros(instant)) == instant


@given(st.dates())
def test_a_day_survives_being_a_number(day: date):
    assert from_day_number(to_day_number(day)) == day


def test_an_instant_of_another_zone_comes_back_as_the_same_instant(session: Session):
    noon = datetime(2026, 11, 11, 12, 0, tzinfo=SHANGHAI)
    session.add(Run(kind="upkeep", started_at=noon, outcome="done"))
    session.flush()
    session.expire_all()
    read = session.scalars(select(Run.started_at)).one()
    assert read == noon
    assert read.tzinfo is UTC
    assert session.scalar(text("SELECT started_at FROM run")) == to_micros(noon)


def test_a_naive_instant_is_refused(session: Session):
    session.add(Run(kind="upkeep", started_at=datetime(2026, 11, 11), outcome="done"))  # noqa: DTZ001
    with pytest.raises(StatementError, match="time zone"):
        session.flush()


def test_a_day_is_compared_as_a_day(session: Session, workspace: Workspace):
    session.add(
        Campaign(
            workspace_id=workspace.id,
            utm_campaign="618",
            name="618",
            starts_on=date(2026, 6, 1),
            created_at=datetime.now(UTC),
        )
    )
    session.flush()
    query = select(Campaign.starts_on).where(Campaign.starts_on <= date(2026, 6, 1))
    assert session.scalars(query).one() == date(2026, 6, 1)


def test_an_unknown_enum_value_is_refused_by_the_database(session: Session, shop: Shop):
    shop.platform = "myspace"
    with pytest.raises(IntegrityError, match="platform_known"):
        session.flush()
