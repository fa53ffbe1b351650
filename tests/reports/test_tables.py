"""Golden files: what a download of the small world looks like, byte for byte.

When a change is meant, `WRITE_GOLDEN=1 pytest tests/reports/test_tables.py -k golden` writes them
anew; read the difference before it is committed.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from tests import factories, watched
from tests.factories import NOON
from tests.reports.goods import add_goods
from tests.reports.world import MICRO, START, World, singles_day
from tests.watched import DAY
from tracker.domain.channels import Channel, Kind
from tracker.domain.platform_records import PlatformFigureRecord
from tracker.i18n import LABELS
from tracker.reports.csv_files import csv_stream, json_rows
from tracker.reports.tables import TABLES, file_name
from tracker.services.platform_figures import load_platform_figures

GOLDEN = Path(__file__).parent / "golden"


def fill(world: World) -> int:
    """The world of the golden files; gives the influencer whose codes and links they show."""
    ids = singles_day(world)
    order = factories.OrderFactory(shop=world.own, ref="=SUM(A1)", placed_at=NOON)
    world.add_ledger(order, influencer_id=ids["lin"], weight=600_000, net=6_000)
    world.add_ledger(
        order, channel=Channel.DIRECT, kind=Kind.NATURAL, weight=400_000, net=4_000, position=2
    )
    factories.OrderFactory(
        shop=world.tmall, ref="T-1", placed_at=NOON, currency="JPY", paid_minor=5_000,
        status="cancelled",
    )  # fmt: skip
    from tracker.models import Influencer

    lin = world.session.get_one(Influencer, ids["lin"])
    factories.CouponFactory(shop=world.own, code="lin10", label="@LIN10", influencer=lin)
    factories.TrackedLinkFactory(shop=world.own, influencer_id=lin.id, slug="lin-link")
    factories.DealFactory(influencer=lin, ref="D-1", title="种草", commission_ppm=150_000)
    claim = PlatformFigureRecord(
        platform="千川", report="douyin_qianchuan", subject="campaign", subject_ref="=1+1",
        starts_on=START, ends_on=START, currency="CNY", channel="paid_social", basis="7d",
        gmv_minor=50_000, spend_minor=10_000, orders=5,
    )  # fmt: skip
    load_platform_figures(world.session, world.workspace, [claim])
    account = factories.SocialAccountFactory(influencer=lin, handle="lin")
    deal = factories.DealFactory(influencer=lin, ref="D-2", posted_on=START)
    post = watched.post(world.session, account, "p1", title="=种草", published_at=NOON - 2 * DAY,
                        deal_id=deal.id, url="https://social.example/p1")  # fmt: skip
    for metric, value in (("views", 80_000), ("likes", 1_500), ("saves", 500)):
        watched.count(world.session, "post", post, metric, value, NOON, step=100)
    add_goods(world, lin.id)
    return lin.id


def written(world: World, name: str, locale: str | None = None, **changes: object) -> bytes:
    spec, state = TABLES[name], world.state(**changes)
    return b"".join(csv_stream(spec, spec.rows(world.session, state), state, locale))


OF_ONE = ("codes", "links", "deals", "posts", "break_even", "customers")
"""Tables of one influencer."""


@pytest.mark.parametrize("name", list(TABLES))
def test_a_download_is_the_golden_file(world: World, name: str):
    lin = fill(world)
    changes = {"influencer_id": lin} if name in OF_ONE else {}
    content = written(world, name, **changes)
    path = GOLDEN / f"{name}.csv"
    if "WRITE_GOLDEN" in os.environ:
        path.write_bytes(content)
    assert content == path.read_bytes(), f"{path.name} differs"


@pytest.mark.parametrize("name", list(TABLES))
def test_headings_for_people_name_the_same_columns(world: World, name: str):
    lin = fill(world)
    english = written(world, name, "en", influencer_id=lin).decode("utf-8-sig").splitlines()[0]
    headings = next(csv.reader([english]))
    assert headings == [*(c.heading for c in TABLES[name].columns), "Currency"]
    assert len(set(headings)) == len(headings)


def test_codes_are_words_for_people_and_codes_for_programs(world: World):
    fill(world)
    machine = written(world, "channels").decode("utf-8-sig")
    people = written(world, "channels", "en").decode("utf-8-sig")
    assert '"paid_social","paid"' in machine
    assert f'"{LABELS["channel"]["paid_social"]}","{LABELS["kind"]["paid"]}"' in people


def test_roi_stands_under_the_name_that_it_deserves(world: World):
    fill(world)
    spec, state = TABLES["influencers"], world.state()
    rows = {r["slug"]: r for r in json_rows(spec, list(spec.rows(world.session, state)), state)}
    assert (rows["lin"]["roi"], rows["lin"]["roi_before_goods_cost"]) == (1.325581, None)
    assert (rows["feng"]["roi"], rows["feng"]["roi_before_goods_cost"]) == (None, 2.0)


def test_parts_of_orders_add_up_to_what_was_credited(world: World):
    fill(world)
    rows = list(csv.DictReader(io.StringIO(written(world, "orders").decode("utf-8-sig"))))
    mine = [row for row in rows if row["order"] == "'=SUM(A1)"]
    assert [row["credited_net_revenue"] for row in mine] == ["60.00", "40.00"]
    assert {row["order_net_revenue"] for row in mine} == {"100.00"}
    assert [row["paid"] for row in rows if row["order_currency"] == "JPY"] == ["5000"]


def test_a_long_table_comes_in_pieces(world: World):
    fill(world)
    spec, state = TABLES["links"], world.state()
    [row] = spec.rows(world.session, world.state(influencer_id=fill_id(world)))
    pieces = list(csv_stream(spec, (row for _ in range(450)), state))
    assert len(pieces) == 3
    assert b"".join(pieces).count(b"\r\n") == 451


def fill_id(world: World) -> int:
    from sqlalchemy import select

    from tracker.models import Influencer

    found = world.session.scalar(select(Influencer.id).where(Influencer.slug == "lin"))
    assert found is not None
    return found


def test_the_name_of_a_file_says_what_it_shows(world: World):
    state = world.state(kind="paid", shop_ids=(3, 4), influencer_id=9, basis="ordered")
    assert file_name(TABLES["channels"], world.state()) == (
        "channels_2026-11-09_2026-11-11_last_non_direct.csv"
    )
    assert file_name(TABLES["channels"], state, "xlsx") == (
        "channels_2026-11-09_2026-11-11_last_non_direct_paid_ordered_shop3-4_influencer9.xlsx"
    )


def test_orders_in_millionths_are_written_as_they_are(world: World):
    world.add_credit(Channel.DIRECT, Kind.NATURAL, orders=1 / 3, net_revenue_minor=10)
    spec, state = TABLES["channels"], world.state()
    [row] = json_rows(spec, list(spec.rows(world.session, state)), state)
    assert row["orders"] == 0.333333
    assert MICRO == 1_000_000
