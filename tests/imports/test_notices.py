"""What an import tells beside its rows: new people, and spend that two reports tell of."""

import json

import pytest
from sqlalchemy import text

from tests.imports.files import write
from tracker.imports.result import condensed
from tracker.imports.run import import_file, try_file
from tracker.models import ImportBatch

PLANS = (
    "日期,场景ID,计划ID,计划名字,展现量,点击量,花费\n"
    "2026-08-01,1,7,甲,9,1,60\n2026-08-02,1,7,甲,9,1,40\n"
)
ITEMS = (
    "日期,主体ID,主体名称,展现量,点击量,花费\n2026-08-01,i1,茶,9,1,60\n2026-08-02,i1,茶,9,1,40\n"
)
JINGXUAN = "订单id,作者账号,抖音/火山号,预估佣金支出,付款时间\n1,甲,dy1,3,2026-08-01 08:00:00\n"


def test_second_level_of_report_is_loaded_told_and_not_counted(world, tmp_path):
    assert import_file(world.database, write(tmp_path, PLANS), world.request()).notices == set()
    later = import_file(world.database, write(tmp_path, ITEMS), world.request())
    assert later.counts["loaded"] == 2
    assert condensed(later.notices) == [("spend_detail", "万相台 2026-08-01 – 2026-08-02")]
    with world.database.read() as session:
        batch = session.get_one(ImportBatch, 2)
        assert batch.notices == [["spend_detail", "万相台 2026-08-01 – 2026-08-02"]]


def test_preview_names_the_people_who_would_appear_and_makes_nobody(world, tmp_path):
    path = write(tmp_path, JINGXUAN)
    tried = try_file(world.database, path, world.request())
    assert json.loads(json.dumps(tried.as_json()))["notices"] == [
        {"code": "influencer_found", "text": "甲"}
    ]
    assert world.count("influencer") == 0
    done = import_file(world.database, path, world.request())
    assert (done.notices, world.count("influencer")) == ({("influencer_found", "甲")}, 1)
    assert import_file(world.database, path, world.request()).notices == set()


RANGE = 'Campaign report\n"{days}"\nCampaign,Currency code,Impr.,Clicks,Cost\nA,CNY,10,2,100.00\n'


def test_range_of_spend_is_refused_until_its_user_wants_it_spread(world, tmp_path):
    path = write(tmp_path, RANGE.format(days="July 8, 2025 - July 10, 2025"))
    refused = import_file(world.database, path, world.request())
    assert (refused.error, world.count("spend")) == ("period_not_a_day", 0)
    spread = import_file(world.database, path, world.request(is_spread=True))
    assert (spread.counts["loaded"], spread.totals["amount"]) == (1, "100.00")
    assert (str(spread.first_day), str(spread.last_day)) == ("2025-07-08", "2025-07-10")
    assert world.count("spend") == 3
    again = import_file(world.database, path, world.request(is_spread=True))
    assert again.counts["unchanged"] == 1


def test_range_that_names_no_days_cannot_be_spread(world, tmp_path):
    path = write(tmp_path, RANGE.format(days="All time"))
    result = import_file(world.database, path, world.request(is_spread=True))
    assert [note.reason for note in result.notes] == ["period_unknown"]
    assert world.count("spend") == 0


@pytest.mark.parametrize("day_first", [True, False])
def test_days_that_are_known_count_and_the_spread_sum_does_not(world, tmp_path, day_first):
    days = (
        "Campaign report\n\nDay,Campaign,Currency code,Impr.,Clicks,Cost\n"
        "2025-07-08,A,CNY,10,2,70.00\n"
    )
    files = [
        write(tmp_path, days, "days.csv"),
        write(tmp_path, RANGE.format(days="July 8, 2025 - July 10, 2025"), "range.csv"),
    ]
    for path in files if day_first else reversed(files):
        import_file(world.database, path, world.request(is_spread=True))
    with world.database.read() as session:
        counted = session.execute(
            text("SELECT spent_on, amount_minor FROM spend WHERE NOT is_detail ORDER BY spent_on")
        ).all()
    assert [amount for _, amount in counted] == [7_000, 3_333, 3_333]
