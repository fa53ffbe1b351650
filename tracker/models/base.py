"""The declarative base, and how instants, days and keys are stored (docs/adr/0001)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from sqlalchemy import BigInteger, CheckConstraint, Dialect, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)

Big = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; SQLite numbers rows by itself only in a column that is called INTEGER."""


def to_micros(instant: datetime) -> int:
    """Microseconds since the epoch of an aware instant.

    Raises:
        ValueError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone, got {instant!r}")
    return (instant - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The UTC instant of so many microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=micros)


def to_day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - EPOCH_DAY.toordinal()


def from_day_number(number: int) -> date:
    """The date of so many days since 1970-01-01."""
    return date.fromordinal(EPOCH_DAY.toordinal() + number)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as microseconds since the epoch; a naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else from_micros(value)

    def process_literal_param(self, value: datetime | None, dialect: Dialect) -> str:
        return "NULL" if value is None else str(to_micros(value))


class Day(TypeDecorator[date]):
    """A day in the shop's time zone, stored as days since 1970-01-01."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> int | None:
        return None if value is None else to_day_number(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> date | None:
        return None if value is None else from_day_number(value)

    def process_literal_param(self, value: date | None, dialect: Dialect) -> str:
        return "NULL" if value is None else str(to_day_number(value))


class Base(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, date: Day}


BigKey = Annotated[int, mapped_column(Big, primary_key=True)]
"""Primary key of a table that grows with traffic or orders."""

Money = Annotated[int, mapped_column(BigInteger)]
"""Integer minor units of the currency that the row or its table names."""


def one_of(column: str, *values: str) -> CheckConstraint:
    """A constraint: the column has one of these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
