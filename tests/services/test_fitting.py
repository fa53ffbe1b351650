"""Fits in the database: made once for each week that has orders, from what came before it."""

import json
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests import factories
from tests.services.credit_rebuild import derived, fill, rebuild
from tests.services.credit_world import World, at, rows_of
from tracker import models
from tracker.db import connect
from tracker.domain.attribution.fits import fit_from_json
from tracker.domain.channels import Channel
from tracker.domain.policy import FITTED_MODELS, Model, Policy
from tracker.models import Claim, Credit, DirtyDay, Fit, Workspace
from tracker.services import dirty, fitting
from tracker.services.explain import explain
from tracker.services.fitting import ensure_fits, fit_week
from tracker.services.policies import apply_policy, save_policy
from tracker.services.recompute import attribute_dirty

WEEK = date(2026, 11, 9)
"""The Monday of the week in which the world's noon (day 0) lies; that is a Wednesday."""


LATER = at(60)
"""When every week of these worlds has begun, whatever the clock of the machine says."""


def make_fits(database, *, now=LATER, **more):
    return ensure_fits(database, now=now, **more)


@pytest.fixture
def world(session):
    return World(session)


def learnt(world, week=WEEK, policy=None):
    world.session.flush()
    return fit_week(world.session, world.workspace, policy or Policy(), week)


def tiny(world, days=-30.0):
    """search > mail > kol converts; search alone and mail > kol do not."""
    kol = world.kol_mark(world.influencer())
    buyer, one, other = world.visitor(), world.visitor(), world.visitor()
    for place, mark in enumerate((world.search, world.mail, kol)):
        world.visit(buyer, days + place / 10, mark)
    world.visit(one, days, world.search)
    world.visit(other, days, world.mail)
    world.visit(other, days + 0.1, kol)
    return world.order(days + 1, buyer)


def effects(fit):
    return dict(zip(fit.units, (round(effect, 12) for effect in fit.effects), strict=True))


SEARCH, MAIL, KOL = Channel.PAID_SEARCH.code, Channel.EMAIL.code, Channel.KOL.code


def test_the_removal_effects_of_three_journeys_are_those_of_hand_algebra(world):
    tiny(world)
    fit = learnt(world)[Model.markov]
    assert fit.p_conversion == pytest.approx(1 / 3)
    assert effects(fit) == {SEARCH: 0.5, MAIL: 1, KOL: 1}
    assert (fit.n_conversions, fit.n_paths) == (1, 3)
    shapley = learnt(world)[Model.shapley]
    assert shapley.attained == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_influencers_are_units_of_their_own_beside_channels(world):
    order = tiny(world)
    person = world.session.scalars(select(models.Influencer.id)).one()
    fit = learnt(world)[Model.markov_influencer]
    assert effects(fit) == {-SEARCH: 0.5, -MAIL: 1, person: 1}
    assert order.ordered_on < WEEK


def test_only_the_ninety_days_before_the_week_are_looked_at(world):
    for days in (-93, -92, -3, -2):  # the first day is 90 days before Monday, the last is Sunday
        buyer = world.visitor()
        world.visit(buyer, days - 0.01, world.search)
        world.order(days, buyer)
        world.visit(world.visitor(), days, world.mail)
    fit = learnt(world)[Model.markov]
    assert (fit.n_conversions, fit.n_paths) == (2, 4)


def test_who_ordered_in_the_window_is_no_failed_journey_and_who_did_not_pay_is(world):
    customer = world.customer()
    phone, desk, later, unpaid = (world.visitor() for _ in range(4))
    for visitor in (phone, desk, later, unpaid):
        world.visit(visitor, -20, world.search)
    world.order(-10, phone, customer=customer)
    world.order(-5, desk, customer=customer)
    world.order(3, later)
    world.order(-5, unpaid, status="unpaid")
    fit = learnt(world)[Model.markov]
    assert (fit.n_conversions, fit.n_paths) == (2, 4)


def test_bots_and_internal_visits_teach_nothing_and_clicks_and_touches_do(world):
    person = world.kol_mark(world.influencer())
    world.click(world.visitor(), -5, person)
    world.touch(world.visitor(), -5, world.mail)
    world.visit(world.visitor(), -5, world.mark(Channel.INTERNAL, None, "direct"))
    bot = world.visitor()
    hit = factories.HitFactory(visitor=bot, mark=world.mail, at=at(-5))
    factories.VisitFactory(
        visitor=bot, mark=world.mail, started_at=at(-5), first_event_id=hit.event_id, is_bot=True
    )
    assert learnt(world)[Model.markov].n_paths == 2


def test_a_failed_journey_ends_with_its_last_touch_and_is_as_long_as_the_lookback(world):
    visitor = world.visitor()
    for days, mark in ((-60, world.mail), (-20, world.search), (-15, world.search)):
        world.visit(visitor, days, mark)
    fit = learnt(world)[Model.markov]
    assert (fit.units, fit.nulls) == ((SEARCH,), (1.0,))
    assert learnt(world, policy=Policy(lookback_days=60))[Model.markov].units == (SEARCH, MAIL)


def test_a_policy_may_remember_two_touches(world):
    tiny(world)
    fit = learnt(world, policy=Policy(markov_order=2))[Model.markov]
    assert fit.order == 2
    assert (SEARCH, MAIL) in fit.states


# --- stored once ----------------------------------------------------------------------------------


def fits(database):
    with database.read() as session:
        rows = session.execute(select(Fit.week_start, Fit.model, Fit.version, Fit.outcome))
        return sorted(tuple(row) for row in rows)


def two_weeks(database, weeks=2):
    """A workspace with the three journeys long ago and an order in each of some weeks."""
    with database.write() as session, factories.using(session):
        world = World(session)
        tiny(world)
        for week in range(weeks):
            buyer = world.visitor()
            for place, mark in enumerate((world.search, world.mail, world.direct)):
                world.visit(buyer, 7 * week - 1 + place / 10, mark)
            world.order(7 * week, buyer, paid_minor=9_000)
        dirty.policy_applied(session, world.workspace)
        return world.workspace.id


def of(weeks, outcome="fitted", version=1):
    return [
        (week, str(model), version, outcome) for week in weeks for model in sorted(FITTED_MODELS)
    ]


OLD = WEEK - timedelta(days=28)
"""The week of the order of the three journeys, which has nothing before it."""


def test_every_week_that_has_orders_is_fitted_once(database):
    two_weeks(database)
    assert make_fits(database) == 3
    made = [*of([OLD], "not_enough"), *of([WEEK, WEEK + timedelta(days=7)])]
    assert fits(database) == made
    with database.read() as session:
        before = rows_of(session, Fit)
    assert make_fits(database) == 0
    with database.read() as session:
        assert rows_of(session, Fit) == before
        assert session.scalar(select(func.count()).select_from(Claim)) == 0


def test_a_week_that_has_not_begun_anywhere_waits(database):
    two_weeks(database)
    monday = datetime(2026, 11, 8, 16, tzinfo=UTC)  # midnight in Shanghai
    assert make_fits(database, now=monday - timedelta(seconds=1)) == 1
    assert make_fits(database, now=monday) == 1
    assert WEEK + timedelta(days=7) not in {row[0] for row in fits(database)}


def test_an_order_is_weighed_by_the_fit_of_its_week(database):
    workspace_id = two_weeks(database, weeks=1)
    attribute_dirty(database)
    with database.read() as session:
        linear = select(Credit.net_markov, Credit.net_shapley).where(Credit.ordered_on > WEEK)
        assert session.execute(linear.order_by(Credit.position)).all() == [
            (4500, 4500), (4500, 4500), (0, 0),
        ]  # fmt: skip
    make_fits(database)
    attribute_dirty(database)
    with database.read() as session:
        rows = session.execute(
            select(Credit.net_markov, Credit.net_shapley, Credit.net_linear, Credit.order_id)
            .where(Credit.ordered_on > WEEK)
            .order_by(Credit.position)
        ).all()
        # The only order that it learned from had all three units, so the factors are as 1 : 2.
        assert [tuple(row[:3]) for row in rows] == [
            (3000, 4500, 4500),
            (6000, 4500, 4500),
            (0, 0, 0),
        ]
        why = explain(session, rows[0].order_id)
    assert why.is_stored
    assert {name: (fit.week_start, fit.outcome) for name, fit in why.fits.items()} == {
        str(model): (WEEK, "fitted") for model in FITTED_MODELS
    }
    assert why.fits["markov"].gap == pytest.approx(0, abs=1e-9)
    assert workspace_id


def test_fits_that_change_credits_mark_the_week_and_others_do_not(database):
    two_weeks(database)
    attribute_dirty(database)
    make_fits(database)
    with database.read() as session:
        days = set(session.scalars(select(DirtyDay.day)))
    assert days == {at(0).date(), at(7).date()}


def test_what_comes_late_changes_credits_but_no_fit_until_a_refit_is_asked_for(database):
    workspace_id = two_weeks(database)
    make_fits(database)
    with database.read() as session:
        before = rows_of(session, Fit)
    with database.write() as session, factories.using(session):
        shop = session.scalars(select(models.Shop)).one()
        visitor = factories.VisitorFactory(shop=shop)
        mark = session.scalars(select(models.Mark).limit(1)).one()
        factories.VisitFactory(visitor=visitor, mark=mark, started_at=at(-20))
    assert make_fits(database) == 0
    dirty_days = {at(0).date()}
    assert ensure_fits(
        database, workspace_id=workspace_id, refit=True, first=WEEK, last=at(3).date()
    )
    with database.read() as session:
        after = rows_of(session, Fit)
        assert all(row in after for row in before)
        assert len(after) == len(before) + len(FITTED_MODELS)
        assert dirty_days <= set(session.scalars(select(DirtyDay.day)))
    assert [row for row in fits(database) if row[2] == 2] == of([WEEK], version=2)


def test_incremental_is_rebuild_with_fits_of_several_versions(database):
    fill(database)
    attribute_dirty(database)
    with database.read() as session:
        workspace_id = session.scalars(select(Workspace.id)).one()
    make_fits(database)
    attribute_dirty(database)
    make_fits(database, workspace_id=workspace_id, refit=True, last=at(-3).date())
    attribute_dirty(database)
    with database.read() as session:
        stored = rows_of(session, Fit)
        assert "fitted" in session.scalars(select(Fit.outcome)).all()
        changed = select(func.count()).where(Credit.net_markov != Credit.net_linear)
        assert session.scalar(changed) > 0
        changed = select(func.count()).where(Credit.net_markov != Credit.net_markov_influencer)
        assert session.scalar(changed) > 0
    before = derived(database)
    rebuild(database)
    assert derived(database) == before
    with database.read() as session:
        assert rows_of(session, Fit) == stored


def test_both_databases_learn_the_same(databases, tmp_path):
    learned = []
    for backend in ("sqlite", "postgresql"):
        home = tmp_path / backend
        home.mkdir()
        with databases.fresh(backend, home) as url:
            database = connect(url)
            fill(database)
            make_fits(database)
            attribute_dirty(database)
            with database.read() as session:
                columns = [c for c in Fit.__table__.c if c.name not in ("id", "made_at")]
                rows = session.execute(select(*columns).order_by(Fit.week_start, Fit.model)).all()
            learned.append(
                (json.dumps([list(row) for row in rows], default=str), derived(database))
            )
            database.dispose()
    assert learned[0] == learned[1]


def test_a_stored_fit_is_the_fit_that_was_made(database):
    two_weeks(database, weeks=1)
    make_fits(database)
    with database.read() as session:
        workspace = session.scalars(select(Workspace)).one()
        made = fit_week(session, workspace, Policy(), WEEK)
        for row in session.scalars(select(Fit).where(Fit.week_start == WEEK)):
            assert fit_from_json(json.dumps(row.document)) == made[Model(row.model)]
            assert (row.window_from, row.window_until) == (
                WEEK - timedelta(days=90), WEEK - timedelta(days=1),
            )  # fmt: skip


def test_twins_at_once_make_one_fit_each(database):
    two_weeks(database, weeks=3)
    errors = []

    def run():
        try:
            make_fits(database)
        except Exception as error:  # the thread's failure is the test's
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [row[2] for row in fits(database)] == [1] * 16


def test_a_failure_gives_the_turn_back(database, monkeypatch):
    two_weeks(database)
    with monkeypatch.context() as patch:
        patch.setattr(fitting, "fit_week", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            make_fits(database)
    assert make_fits(database) == 3


def test_a_week_that_somebody_else_is_at_is_left_to_them(database):
    workspace_id = two_weeks(database, weeks=1)
    with database.write() as session:
        policy_id = session.get_one(Workspace, workspace_id).policy_id
        now = datetime.now(UTC)
        session.add(
            Claim(name=f"fit:{policy_id}:{WEEK}", fence=1, leased_until=now + timedelta(minutes=1))
        )
    assert make_fits(database) == 1
    assert {row[0] for row in fits(database)} == {OLD}


def test_nothing_is_learnt_by_itself_while_a_file_is_being_imported(database):
    workspace_id = two_weeks(database)
    with database.write() as session:
        batch = models.ImportBatch(
            workspace_id=workspace_id, file_name="a.csv", status="running", created_at=at(0)
        )
        session.add(batch)
    assert make_fits(database) == 0
    assert make_fits(database, workspace_id=workspace_id) == 3


def test_nothing_is_learnt_by_itself_from_a_demo_that_is_not_complete(database):
    workspace_id = two_weeks(database)
    with database.write() as session:
        session.get_one(Workspace, workspace_id).is_demo = True
    assert make_fits(database) == 0
    with database.write() as session:
        slug = session.get_one(Workspace, workspace_id).slug
        session.add(models.AuditEntry(at=datetime.now(UTC), action="demo.loaded", subject=slug))
    assert make_fits(database) == 3


def test_another_policy_learns_for_itself(database):
    workspace_id = two_weeks(database, weeks=1)
    make_fits(database)
    attribute_dirty(database)
    with database.write() as session:
        workspace = session.get_one(Workspace, workspace_id)
        row = save_policy(session, workspace, Policy(lookback_days=3))
        policy_id = row.id
    assert make_fits(database, workspace_id=workspace_id, policy_id=policy_id) == 2
    with database.read() as session:
        assert session.scalars(select(DirtyDay)).all() == []
    with database.write() as session:
        workspace = session.get_one(Workspace, workspace_id)
        apply_policy(session, workspace, session.get_one(models.Policy, policy_id))
    assert make_fits(database) == 0
