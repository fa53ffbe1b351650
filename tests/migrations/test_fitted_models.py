"""A database that was filled before there were fitted models."""

from __future__ import annotations

from alembic import command
from sqlalchemy import inspect, text

from tests.services.credit_rebuild import derived, fill
from tracker.db import Database, writing
from tracker.migrations import alembic_config, upgrade
from tracker.services.recompute import attribute_dirty

NEW = ("markov", "markov_influencer", "shapley", "shapley_influencer")


def back_to(database: Database, revision: str) -> None:
    with writing(database.engine).begin() as connection:
        command.downgrade(alembic_config(connection), revision)


def test_a_filled_ledger_gets_the_rows_that_computing_it_without_fits_gives(database: Database):
    fill(database)
    attribute_dirty(database)
    computed = derived(database)
    assert all(computed)
    back_to(database, "0001")
    upgrade(database)
    ledger = slice(0, 3)  # products by day came later: the upgrade has the days computed again
    assert derived(database)[ledger] == computed[ledger]
    attribute_dirty(database)
    assert derived(database) == computed


def test_going_back_leaves_the_six_models_as_they_were(database: Database):
    fill(database)
    attribute_dirty(database)
    back_to(database, "0001")
    columns = {column["name"] for column in inspect(database.engine).get_columns("credit")}
    assert not {f"net_{name}" for name in NEW} & columns
    assert "net_time_decay" in columns
    assert "fit" not in inspect(database.engine).get_table_names()
    with database.read() as session:
        for table in ("credit_day", "credit_day_channel"):
            codes = session.scalars(text(f"SELECT DISTINCT model_code FROM {table}")).all()
            assert sorted(codes) == [1, 2, 3, 4, 5, 6]
    upgrade(database)
