"""Removing the demo brand forgets no table, also none that is added later."""

from __future__ import annotations

from tracker.demo.remove import _steps
from tracker.models import Base

OF_NO_WORKSPACE = {
    "user", "sign_in", "audit_entry", "claim", "run", "crawl_domain", "crawl_run", "demo_run",
}  # fmt: skip
"""Tables that stay: people, their sign-ins, the log, what runs, and how hosts are treated."""


def test_every_table_is_emptied_or_follows_one_that_is():
    gone = {model.__tablename__ for model, _ in _steps(1)}
    left = set(Base.metadata.tables) - gone - OF_NO_WORKSPACE
    while follows := {name for name in left if _parents(name) & gone}:
        gone |= follows
        left -= follows
    assert left == set()


def _parents(name: str) -> set[str]:
    """Tables whose rows take rows of this one with them."""
    keys = Base.metadata.tables[name].foreign_keys
    return {key.column.table.name for key in keys if key.ondelete == "CASCADE"}


def test_a_table_is_emptied_before_those_that_it_hangs_on():
    order = [model.__tablename__ for model, _ in _steps(1)]
    for place, name in enumerate(order):
        for key in Base.metadata.tables[name].foreign_keys:
            target = key.column.table.name
            assert target == name or target not in order[:place], f"{name} hangs on {target}"
