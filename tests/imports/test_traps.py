"""The traps of other people's files, a test for each: what must never be loaded silently wrong."""

import pytest
from sqlalchemy import select

from tests.imports.files import read, source, told, write
from tests.imports.platform_totals import GOOGLE, PINDUODUO, WANXIANGTAI
from tracker.imports.errors import FileError
from tracker.imports.presets import presets
from tracker.imports.run import import_file
from tracker.models import Order, PlatformFigure, Spend

RATIOS = (
    "投入产出比", "点击率", "点击转化率", "7日总支付roi", "实际投产比", "转化率", "ctr", "roi",
    "投资回报率", "roas", "total return on advertising spend (roas)", "click-thru rate (ctr)",
)  # fmt: skip
PERSONAL = (
    "收货人姓名", "收件人", "收件人姓名", "收货地址", "收件人地址", "详细地址", "收货人地址",
    "联系人",
    "客户姓名", "客户地址", "billing name", "billing address1", "shipping name",
    "shipping address1", "ship name", "ship address1", "买家留言", "买家备注",
)  # fmt: skip


def spent(world):
    with world.database.read() as session:
        counted = select(Spend.amount_minor).where(Spend.is_detail.is_(False))
        return sum(session.scalars(counted))


def test_totals_are_never_summed_with_the_rows_they_sum(world, tmp_path):
    import_file(world.database, write(tmp_path, PINDUODUO), world.request())
    assert spent(world) == 1_500  # 总计 says 20.00


def test_four_total_rows_of_google_are_none_of_its_spend(world, tmp_path):
    result = import_file(world.database, write(tmp_path, GOOGLE), world.request())
    assert spent(world) == 300_00
    assert [note.reason for note in result.notes] == ["total_row"] * 4


def test_same_spend_on_each_window_counts_once_and_each_window_keeps_its_sales(world, tmp_path):
    import_file(world.database, write(tmp_path, WANXIANGTAI), world.request())
    assert spent(world) == 159_90
    with world.database.read() as session:
        figures = select(PlatformFigure.basis, PlatformFigure.scope, PlatformFigure.gmv_minor)
        assert sorted(map(tuple, session.execute(figures))) == [
            ("15d", "direct", 150_000),
            ("15d", "total", 204_085),
            ("1d", "direct", 8_000),
            ("1d", "total", 10_000),
        ]
        assert set(session.scalars(select(PlatformFigure.spend_minor))) == {159_90}


def test_sum_over_days_is_never_booked_on_one_of_them(world, tmp_path):
    header = "日期,账户,推广计划,消费,点击\n"
    text = f"{header}2026-08-01~2026-08-31,a,p,310,3\n2026-08-01,a,p,5,3\n"
    result = import_file(world.database, write(tmp_path, text), world.request())
    assert [(note.line, note.reason) for note in result.notes] == [(2, "period_not_a_day")]
    assert spent(world) == 5_00


def test_figures_over_days_are_kept_as_a_range_and_on_no_day(world, tmp_path):
    text = "流量来源,来源明细,访客数\n手淘搜索,汇总,70\n"
    path = write(tmp_path, text, "商品_全部_2026-06-01_2026-06-07.csv")
    import_file(world.database, path, world.request())
    with world.database.read() as session:
        spans = select(PlatformFigure.starts_on, PlatformFigure.ends_on, PlatformFigure.visitors)
        assert [tuple(map(str, row)) for row in session.execute(spans)] == [
            ("2026-06-01", "2026-06-07", "70")
        ]


def test_figures_of_unknown_days_are_refused(world, tmp_path):
    path = write(tmp_path, "流量来源,来源明细,访客数\n手淘搜索,汇总,70\n", "report.csv")
    result = import_file(world.database, path, world.request())
    assert [note.reason for note in result.notes] == ["period_unknown"]
    assert world.count("platform_figure") == 0


@pytest.mark.parametrize(
    "cell",
    [
        '"\t6917926768823643751"',
        "'6917926768823643751",
        '"=""6917926768823643751"""',
        "6917926768823643751 ",
    ],
)
def test_ids_are_text_whatever_a_spreadsheet_put_around_them(tmp_path, cell):
    header = "订单id,作者账号,抖音/火山号,预估佣金支出,付款时间\n"
    units, out = read(write(tmp_path, f"{header}{cell},甲,dy1,1,2026-08-01 08:00:00\n"))
    assert (out, units[0].records[0].order_ref) == ([], "6917926768823643751")


def test_id_that_a_spreadsheet_destroyed_is_refused(tmp_path):
    header = "订单id,作者账号,抖音/火山号,预估佣金支出,付款时间\n"
    units, out = read(write(tmp_path, f"{header}6.91793E+18,甲,dy1,1,2026-08-01 08:00:00\n"))
    assert (units, told(out)) == ([], [(2, "damaged_id")])


def test_no_preset_reads_a_ratio_it_is_computed_from_sums():
    read_headers = {header for preset in presets().values() for header in preset.headers}
    assert not read_headers & {ratio.replace("-", " ") for ratio in RATIOS}


@pytest.mark.parametrize("mark", ["-", "--", "—", "NULL", "", "#DIV/0!", "n/a"])
def test_not_reported_is_not_zero(tmp_path, mark):
    header = "日期,内容ID,流量类型,归因口径,进店UV,商家GMV,达人昵称\n"
    text = f"{header}2026-08-01,1,全部,7天,5,{mark},甲\n2026-08-01,2,全部,7天,5,0,甲\n"
    units, _ = read(write(tmp_path, text))
    assert [unit.records[0].gmv_minor for unit in units] == [None, 0]
    spend = f"日期,账户,推广计划,消费,点击\n2026-08-01,a,p,{mark},3\n"
    assert told(read(write(tmp_path, spend))[1]) == [(2, "value_missing")]


def test_ambiguous_day_and_month_are_asked_and_one_clear_day_decides(tmp_path):
    text = "Day,Campaign,Currency code,Impr.,Cost\n03/04/2026,A,USD,1,1\n"
    with pytest.raises(FileError, match="ambiguous_date"):
        source(write(tmp_path, text))
    units, _ = read(write(tmp_path, text + "13/04/2026,A,USD,1,2\n"))
    assert [str(unit.day) for unit in units] == ["2026-04-03", "2026-04-13"]


def test_offsets_inside_one_file_are_each_their_own(tmp_path):
    header = "订单 ID,SKU ID,货币单位,达人用户名,预计标准佣金付款,实际佣金,支付时间\n"
    units, _ = read(write(
        tmp_path,
        f"{header}1,s,USD,ann,1,1,2023-11-04 12:00:00 -0700\n"
        "2,s,USD,ann,1,1,2023-11-05 12:00:00 -0800\n",
    ))  # fmt: skip
    assert [unit.records[0].ordered_at.isoformat() for unit in units] == [
        "2023-11-04T19:00:00+00:00",
        "2023-11-05T20:00:00+00:00",
    ]


def test_no_preset_reads_a_name_or_an_address():
    read_headers = {header for preset in presets().values() for header in preset.headers}
    assert not read_headers & set(PERSONAL)


def test_of_a_buyer_only_a_hash_is_kept(world, tmp_path):
    text = (
        "订单编号,买家会员名,总金额,买家实际支付金额,订单状态,收货人姓名,收货地址,联系手机,"
        "订单创建时间,订单付款时间\n"
        "1,茶客小王,10,10,交易成功,王小明,杭州市某路9号,13800001234,"
        "2026-08-01 08:00:00,2026-08-01 08:01:00\n"
    )
    import_file(world.database, write(tmp_path, text), world.request())
    kept = repr(world.rows())
    for secret in ("茶客小王", "王小明", "杭州市", "13800001234"):
        assert secret not in kept
    with world.database.read() as session:
        assert session.scalars(select(Order.customer_id)).one() != 0


def test_later_export_replaces_and_says_what_changed(world, tmp_path):
    import_file(world.database, write(tmp_path, WANXIANGTAI), world.request())
    changed = WANXIANGTAI.replace("2040.85", "2300.00")
    later = import_file(world.database, write(tmp_path, changed), world.request())
    assert (later.counts["updated"], later.counts["loaded"]) == (1, 0)
    assert spent(world) == 159_90
    with world.database.read() as session:
        query = select(PlatformFigure.gmv_minor).where(
            PlatformFigure.basis == "15d", PlatformFigure.scope == "total"
        )
        assert session.scalars(query).all() == [230_000]


def test_refunded_affiliate_order_takes_its_credit_and_commission_back(world, tmp_path):
    header = "支付时间,订单ID,订单状态,达人名称,达人ID,商家实收金额,退款金额,预估支出佣金\n"
    row = "2026-08-01 08:00:00,P1,{},小美,u1,100,{},20\n"
    sold = import_file(
        world.database, write(tmp_path, header + row.format("已完成", "-")), world.request()
    )
    assert sold.totals == {"commission": "20.00"}
    back = import_file(
        world.database, write(tmp_path, header + row.format("已完成", "100")), world.request()
    )
    assert (back.counts["updated"], back.totals) == (1, {})
    statuses = [row for row in world.rows()["affiliate_row"] if "void" in row]
    assert len(statuses) == 1


@pytest.mark.parametrize(
    ("status", "refunded", "expected"),
    [("已完成", "-", "expected"), ("已取消", "-", "void"), ("已完成", "100", "void"),
     ("已完成", "40", "expected"), ("已结算", "0", "settled")],
)  # fmt: skip
def test_status_of_an_affiliate_row_is_what_its_words_and_sums_say(
    tmp_path, status, refunded, expected
):
    header = "支付时间,订单ID,订单状态,达人名称,达人ID,商家实收金额,退款金额,预估支出佣金\n"
    text = f"{header}2026-08-01 08:00:00,P1,{status},小美,u1,100,{refunded},20\n"
    assert read(write(tmp_path, text))[0][0].records[0].status == expected


def test_order_is_void_only_when_all_its_lines_are(tmp_path):
    header = "支付时间,订单ID,订单状态,达人名称,达人ID,商家实收金额,退款金额,预估支出佣金\n"
    text = (
        f"{header}2026-08-01 08:00:00,P1,已取消,小美,u1,100,-,20\n"
        "2026-08-01 08:00:00,P1,已完成,小美,u1,50,-,10\n"
    )
    (unit,) = read(write(tmp_path, text))[0]
    assert (unit.records[0].status, unit.amounts) == ("expected", {"commission": 1_000})
