"""Bulk rows of whole numbers arrive as they were given, on both databases."""

from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from tests.factories import NOON
from tracker.db import read_int_columns
from tracker.models import CreditDay, DirtyDay
from tracker.models.base import to_day_number, to_micros
from tracker.services.bulk import table_of
from tracker.services.int_rows import insert_int_rows

TABLE = table_of(CreditDay)


def columns(n, **given):
    made = {column.name: np.zeros(n, np.int64) for column in TABLE.columns}
    made["campaign_id"] = np.arange(n, dtype=np.int64)
    return {**made, **{name: np.asarray(values, np.int64) for name, values in given.items()}}


def test_rows_come_back_as_they_went_in(session):
    day = to_day_number(date(2026, 11, 11))
    given = columns(3, booked_on=[day, day + 1, -1], net_revenue_minor=[-5, 0, 1 << 60])
    assert insert_int_rows(session, TABLE, given) == 3
    read = read_int_columns(session, select(CreditDay).order_by(CreditDay.campaign_id))
    assert {name: read[name].tolist() for name in given} == {
        name: values.tolist() for name, values in given.items()
    }
    first = session.scalars(select(CreditDay.booked_on).order_by(CreditDay.campaign_id)).first()
    assert first == date(2026, 11, 11)


def test_instants_are_microseconds(session):
    from tracker.models import Credit

    table = table_of(Credit)
    given = {column.name: np.ones(1, np.int64) for column in table.columns}
    given["touched_at"] = np.array([to_micros(NOON + timedelta(microseconds=1))])
    insert_int_rows(session, table, given)
    assert session.scalar(select(Credit.touched_at)) == NOON + timedelta(microseconds=1)


def test_no_rows_are_no_statement(session, queries):
    assert insert_int_rows(session, TABLE, columns(0)) == 0
    assert queries == []


def test_columns_of_different_lengths_are_refused(session):
    with pytest.raises(ValueError, match="lengths"):
        insert_int_rows(session, TABLE, columns(2, evidence=[1]))


def test_a_row_that_is_there_already_is_an_error(database):
    from sqlite3 import IntegrityError

    from psycopg.errors import UniqueViolation

    with pytest.raises((IntegrityError, UniqueViolation, SQLAlchemyError)), database.write() as s:
        insert_int_rows(s, TABLE, columns(2, campaign_id=[1, 1]))
    with database.read() as session:
        assert session.scalars(select(CreditDay)).all() == []


def test_values_too_large_for_their_column_are_refused_on_postgresql(session, backend):
    if backend == "postgresql":
        with pytest.raises(OverflowError, match="evidence"):
            insert_int_rows(session, TABLE, columns(1, evidence=[1 << 15]))


def test_tables_with_text_are_refused_on_postgresql(session, backend):
    if backend == "postgresql":
        with pytest.raises(TypeError, match="whole numbers"):
            insert_int_rows(session, table_of(DirtyDay), {"scope": np.zeros(1, np.int64)})
