"""The demo brand in the database: loaded once, alike on both databases, gone when removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.support.databases import Databases
from tracker.config import Settings
from tracker.db import Database, connect
from tracker.demo import load
from tracker.demo.load import Counts, DemoExistsError, load_demo
from tracker.demo.remove import remove_demo
from tracker.demo.season import ZONE
from tracker.demo.truth import read_truth, truth_file
from tracker.models import (
    AuditEntry,
    Base,
    CostDay,
    Credit,
    DirtyDay,
    Hit,
    Order,
    Refund,
    Shop,
    Spend,
    TrafficDay,
    Visit,
    Workspace,
)

pytestmark = pytest.mark.timeout(400)

UNTIL = date(2026, 11, 14)
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""For what is decided above the database: once is enough."""


def small(database: Database, settings: Settings, **changes: object) -> Counts:
    options: dict[str, object] = {"days": 14, "scale": 0.1, "until": UNTIL, "now": NOW, **changes}
    return load_demo(database, settings, **options)  # type: ignore[arg-type]


def rows_of(database: Database) -> dict[str, int]:
    """Number of rows by table, those left out that belong to no workspace."""
    kept = {"alembic_version", "audit_entry", "user", "sign_in", "claim", "run"}
    with database.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
            if name not in kept
        }


def test_everything_that_a_page_shows_is_there_after_loading(database: Database, tmp_path: Path):
    settings = Settings(home=tmp_path)
    counts = small(database, settings)
    with database.read() as session:

        def number(model: type[Base]) -> int:
            return session.scalar(select(func.count()).select_from(model)) or 0

        assert number(Hit) == counts.hits > 500
        assert number(Order) == counts.orders > 50
        assert number(Refund) == counts.refunds
        assert number(Spend) == counts.spend_rows > 0
        assert number(DirtyDay) == 0
        for model in (Visit, TrafficDay, CostDay, Credit):
            assert number(model) > 0
        paid = session.scalar(select(func.count()).where(Order.status == "paid"))
    assert len(list(read_truth(truth_file(settings.home_dir)))) == paid


def test_two_loadings_of_one_seed_credit_the_same(databases: Databases, tmp_path: Path):
    ledgers = []
    for backend in ("sqlite", "postgresql"):
        home = tmp_path / backend
        home.mkdir()
        with databases.fresh(backend, home) as url:
            database = connect(url)
            small(database, Settings(home=home))
            ledgers.append(sorted(ledger(database)))
            database.dispose()
    assert len(ledgers[0]) > 100
    assert ledgers[0] == ledgers[1]


def ledger(database: Database) -> Iterator[tuple[object, ...]]:
    """The ledger without numbers that a database gives out."""
    with database.read() as session:
        for row in session.execute(
            select(Shop.slug, Order.ref, Credit)
            .join(Shop, Shop.id == Credit.shop_id)
            .join(Order, Order.id == Credit.order_id)
        ):
            credit = row[2]
            yield (
                row[0], row[1], credit.entry, credit.position, credit.booked_on,
                credit.touched_at, credit.channel_code, credit.kind_code, credit.evidence,
                credit.net_first, credit.net_last, credit.net_last_non_direct, credit.net_linear,
                credit.net_position_based, credit.net_time_decay, credit.net_markov,
                credit.net_markov_influencer, credit.net_shapley, credit.net_shapley_influencer,
            )  # fmt: skip


@on_sqlite
def test_a_second_loading_is_refused_and_changes_nothing(database: Database, tmp_path: Path):
    settings = Settings(home=tmp_path)
    small(database, settings)
    before = rows_of(database)
    with pytest.raises(DemoExistsError, match="--remove"):
        small(database, settings)
    assert rows_of(database) == before


@on_sqlite
def test_a_workspace_of_that_name_that_is_no_demo_is_left_alone(database: Database, tmp_path: Path):
    from tracker.services.workspaces import create_workspace

    with database.write() as session:
        create_workspace(session, slug="shanye", name="A real shop")
    settings = Settings(home=tmp_path)
    with pytest.raises(DemoExistsError, match="not a demo"):
        small(database, settings)
    assert remove_demo(database, settings) == 0
    with database.read() as session:
        assert session.scalar(select(Workspace.name)) == "A real shop"


def test_removing_leaves_no_row_and_no_file(database: Database, tmp_path: Path):
    from tracker.services.workspaces import create_workspace

    with database.write() as session:
        create_workspace(session, slug="mine", name="A real shop")
    settings = Settings(home=tmp_path)
    before = rows_of(database)
    small(database, settings)
    assert remove_demo(database, settings) > 500
    assert rows_of(database) == before
    assert not truth_file(settings.home_dir).parent.exists()
    assert remove_demo(database, settings) == 0


@on_sqlite
def test_an_interrupted_loading_is_begun_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    settings = Settings(home=tmp_path)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(load, "derive", stop)
        with pytest.raises(KeyboardInterrupt):
            small(database, settings)
    counts = small(database, settings)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == counts.orders
        assert session.scalar(select(func.count()).select_from(Workspace)) == 1
        loaded = select(func.count()).where(AuditEntry.action == load.LOADED)
        assert session.scalar(loaded) == 1


@on_sqlite
def test_nothing_is_later_than_the_present(database: Database, tmp_path: Path):
    settings = Settings(home=tmp_path)
    noon = datetime(2026, 11, 14, 12, tzinfo=ZONE)
    small(database, settings, now=noon)
    with database.read() as session:
        assert noon - timedelta(hours=6) < session.scalars(select(func.max(Hit.at))).one() <= noon
        assert session.scalars(select(func.max(Order.placed_at))).one() <= noon
        assert session.scalars(select(func.max(Refund.refunded_at))).one() <= noon
        assert session.scalars(select(func.max(Spend.spent_on))).one() < UNTIL
        orders = set(session.scalars(select(Order.ref).where(Order.status == "paid")))
    truths = {truth.order_ref for truth in read_truth(truth_file(settings.home_dir))}
    assert truths == orders
