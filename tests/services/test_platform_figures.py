from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.factories import TODAY
from tracker.domain.platform_records import PlatformFigureRecord
from tracker.domain.records import FxRateRecord, Outcome, Reason
from tracker.models import DirtyDay, PlatformFigure
from tracker.services.fx import load_rates
from tracker.services.platform_figures import load_platform_figures

DAY = PlatformFigureRecord(
    platform="sycm", report="sycm_shop_sources", subject="source", starts_on=TODAY, ends_on=TODAY,
    currency="CNY", subject_ref="搜索", kind="natural", gmv_minor=1_000, visitors=10,
)  # fmt: skip
RANGE = replace(DAY, starts_on=TODAY - timedelta(6), gmv_minor=7_000)


@pytest.fixture
def load(session, workspace):
    return lambda *records: load_platform_figures(session, workspace, records)


def test_figure_is_kept_as_it_is_said_and_makes_no_day_dirty(session, load):
    assert load(DAY).loaded == 1
    row = session.scalars(select(PlatformFigure)).one()
    assert (row.gmv_minor, row.visitors, row.orders, row.kind) == (1_000, 10, None, "natural")
    assert session.scalar(select(func.count()).select_from(DirtyDay)) == 0


def test_range_stays_a_range_beside_its_days(session, load):
    load(DAY, RANGE)
    periods = session.execute(select(PlatformFigure.starts_on, PlatformFigure.ends_on)).all()
    assert sorted(map(tuple, periods)) == [(TODAY - timedelta(6), TODAY), (TODAY, TODAY)]


def test_later_file_replaces_and_the_same_again_changes_nothing(session, load):
    load(DAY)
    assert load(DAY, replace(DAY, gmv_minor=2_000)).outcomes == (
        Outcome.UNCHANGED,
        Outcome.UPDATED,
    )
    assert session.scalars(select(PlatformFigure.gmv_minor)).all() == [2_000]


def test_scopes_and_bases_are_figures_of_their_own(session, load):
    load(DAY, replace(DAY, scope="direct"), replace(DAY, basis="15d"), replace(DAY, kind="paid"))
    assert session.scalar(select(func.count()).select_from(PlatformFigure)) == 4


def test_rate_is_needed_only_where_there_is_money(load):
    dollars = replace(DAY, currency="USD")
    assert load(dollars).problems[0][1].reason is Reason.NO_EXCHANGE_RATE
    assert load(replace(dollars, gmv_minor=None)).loaded == 1


def test_new_rate_prices_figures_again(session, workspace, load):
    load_rates(session, workspace, [FxRateRecord(TODAY, "USD", "CNY", 7 * 10**8)])
    load(replace(DAY, currency="USD"))
    load_rates(session, workspace, [FxRateRecord(TODAY, "USD", "CNY", 8 * 10**8)])
    session.expire_all()
    assert session.scalars(select(PlatformFigure.fx_e8)).all() == [8 * 10**8]


def test_what_makes_no_sense_is_refused(load):
    result = load(
        replace(DAY, currency="BTC"), replace(DAY, channel="x"),
        replace(DAY, ends_on=TODAY - timedelta(1)),
    )  # fmt: skip
    assert [problem.reason for _, problem in result.problems] == [
        Reason.UNKNOWN_CURRENCY,
        Reason.UNKNOWN_CHANNEL,
        Reason.PERIOD_ENDS_EARLY,
    ]
