"""Removing the demo brand forgets no table, also none that is added later."""

from __future__ import annotations

from tracker.demo.remove import _steps
from tracker.models import Base

OF_NO_WORKSPACE = {"user", "sign_in", "audit_entry", "claim", "run"}
"""Tables that stay: people, their sign-ins, the log, and what runs."""


def test_every_table_is_emptied_or_follows_one_that_is():
    emptied = {model.__tablename__ for model, _ in _steps(1)}
    for name, table in Base.metadata.tables.items():
        follows = {key.column.table.name for key in table.foreign_keys if key.ondelete == "CASCADE"}
        assert name in emptied | OF_NO_WORKSPACE or follows & emptied, name


def test_a_table_is_emptied_before_those_that_it_hangs_on():
    order = [model.__tablename__ for model, _ in _steps(1)]
    for place, name in enumerate(order):
        for key in Base.metadata.tables[name].foreign_keys:
            target = key.column.table.name
            assert target == name or target not in order[:place], f"{name} hangs on {target}"
