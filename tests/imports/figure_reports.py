"""Small files of what platforms say of themselves, and of what is refunded; see `reports`."""

from __future__ import annotations

from tests.imports.reports import Report

FIGURES = (
    Report(
        "sycm_shop_sources",
        "统计日期 2026-06-18 至 2026-06-18\n说明\n"
        "流量载体,一级来源,二级来源,三级来源,访客数,支付买家数,支付金额,访客数环比\n"
        '全店,平台流量,汇总,汇总,"1,100",11,"1,100.50",59.02%\n'
        "全店,平台流量,搜索,汇总,1000,10,1000.5,-\n"
        "全店,平台流量,推荐,汇总,100,1,100,-\n"
        "全店,广告流量,汇总,汇总,50,-,-,-\n"
        "手机淘宝,平台流量,搜索,汇总,900,9,900,-\n",
        {"platform_gmv": 110_050, "visitors": 1_150},
        [(4, "total_row")],
        {
            "platform": "sycm", "subject": "source", "subject_ref": "平台流量 / 搜索",
            "kind": "natural", "gmv_minor": 100_050, "buyers": 10, "orders": None,
        },
    ),
    Report(
        "sycm_item_sources",
        "日期,流量来源,来源明细,访客数,支付金额,支付买家数\n"
        "2026-06-18,手淘搜索,汇总,10,5,1\n2026-06-18,万相台,关键词,3,2,1\n",
        {"platform_gmv": 700, "visitors": 13},
        first={"kind": "natural", "subject_ref": "手淘搜索"},
    ),
    Report(
        "ga4_report",
        "# ---\n# Property: x\n# Start date: 20230101\n# End date: 20230103\n"
        "Session primary channel group (Default channel group),Sessions,Total revenue,Purchases\n"
        'Organic Search,"1,005",250.50,3\nPaid Search,20,0,0\n\n'
        "# ---\n# Start date: 20230101\n# End date: 20230103\nNth day,Users\n0000,7\n0002,8\n\n"
        "# Start date: 20230101\n# End date: 20230103\nCountry,Users\nChina,5\n",
        {"platform_gmv": 25_050, "visitors": 15},
        [(9, "note_row"), (10, "note_row"), (11, "note_row"), (12, "header_row"),
         (16, "note_row"), (17, "note_row"), (18, "header_row"), (19, "not_stored_yet")],
        {"visits": 1_005, "orders": 3, "subject_name": "Organic Search"},
    ),
    Report(
        "search_console",
        "Date,Clicks,Impressions,CTR,Position\n2025-12-08,5,100,5%,3\n2025-12-09,1,50,2%,3\n",
        {"clicks": 6, "impressions": 150},
        first={"subject": "account", "clicks": 5},
    ),
    Report(
        "search_console",
        "Date Range,Clicks,Impressions,CTR,Position\n2025-12-08 - 2025-12-13,5,100,5%,3\n",
        {"clicks": 5},
    ),
    Report(
        "xiaohongshu_pugongying",
        "数据更新日期,订单id,合作名称,博主报价,订单创建时间,总消耗,总曝光量,总阅读量,总自然曝光量,总推广曝光量,总加热曝光量\n"
        "2026/08/03,1234567890123456789,a,500,2026/07/01,80,100,-,60,30,10\n",
        {"impressions": 100},
        first={"subject_ref": "1234567890123456789", "spend_minor": 8_000, "views": None},
    ),
    Report(
        "jd_kol_task",
        "日期,任务ID,任务标题,平台,归因范围,阅读UV,下单UV,下单GMV,成交UV,成交GMV,主推商品成交GMV\n"
        "2026-08-01,1,a,小红书,15天点击,9,2,30,1,20,10\n"
        "2026-08-01,1,a,小红书,15天曝光,9,3,40,2,25,10\n",
        {"platform_gmv": 4_500},
        first={"basis": "click-15d", "gmv_minor": 2_000, "subject_ref": "1 / 小红书"},
    ),
    Report(
        "taobao_xinghe",
        "日期,内容ID,流量类型,归因口径,进店UV,商家GMV,订单商品成交GMV,达人昵称\n"
        "2026-08-01,1,全部,7天阅读,10,50,40,甲\n2026-08-01,1,自然流量,7天阅读,6,30,20,甲\n",
        {"platform_gmv": 8_000},
        first={"kind": "", "basis": "read-7d", "influencer": "甲", "gmv_minor": 5_000},
    ),
    Report(
        "taobao_affiliate_days",
        "日期,数据内容,点击量(即进店量),付款金额(元),付款笔数,付款佣金支出(元),付款支出费用(元),结算金额(元),点击转化率(即付款转化率)\n"
        "2026-08-01,汇总,9,30,3,3,4,10,174.78%\n2026-08-01,营销计划,4,10,1,1,2,4,2%\n"
        "2026-08-01,定向计划,5,20,2,2,2,6,2%\n",
        {"platform_gmv": 3_000},
        [(2, "total_row")],
        {"spend_minor": 200, "subject_ref": "营销计划"},
    ),
    Report(
        "douyin_luopan_live",
        "主播头像,主播昵称,主播抖音号,直播开始时间,直播间观看人数,直播间成交订单数,直播间成交金额,投放消耗(店铺绑定),净成交金额\n"
        "x,甲,dy1,2026/09/07 08:55:37,500,5,100,20,-3\n",
        {"platform_gmv": 10_000, "visitors": 500},
        first={"subject": "live", "influencer": "dy1", "handle_platform": "douyin"},
    ),
)  # fmt: skip

MORE_SPEND = (
    Report(
        "alimama_pinxiaobao",
        "日期,推广计划,推广单元,展现量,点击量,点击率(%),花费(元),千次展现成本（元）,成交金额\n"
        "2026-08-01,品牌专区,a,10,1,10,5.5,9,20\n2026-08-01,品牌专区,b,10,1,10,4.5,9,-\n",
        {"amount": 1_000, "platform_gmv": 2_000},
        first={"campaign_ref": "品牌专区", "layer": "campaign_name"},
    ),
)

REFUNDS = (
    Report(
        "taobao_affiliate_refunds",
        "淘宝订单编号,淘宝子订单编号,维权退款金额,应退回服务费,应退回佣金,维权状态,维权创建时间,维权完成时间\n"
        "1,11,10,0.5,2.5,处理中,2026-08-02 08:00:00,\n"
        "1,11,10,0.5,2.5,维权成功,2026-08-02 08:00:00,2026-08-05 08:00:00\n"
        "2,21,10,0.5,1,维权关闭,2026-08-02 08:00:00,2026-08-05 08:00:00\n",
        {"commission_back": 250},
        [(2, "duplicate_row"), (4, "not_a_refund")],
        {"order_ref": "1", "ref": "11"},
        encoding="gb18030",
    ),
    Report(
        "jd_settlement",
        "说明\n订单编号,售后服务单号,售后退款时间,费用名称,应结金额,币种,收支方向\n"
        "1,-,-,货款,5,CNY,收入\n1,-,-,佣金,-1,CNY,支出\n"
        "1,S1,2026-08-02 08:00:00,货款,-5,CNY,支出\n",
        {"refunded": 500},
        [(3, "not_a_refund"), (4, "not_a_refund")],
        {"ref": "S1", "amount_minor": 500},
    ),
    Report(
        "taobao_tuanzhang",
        "创建时间,点击时间,商品ID,订单状态,预估付款服务费,付款时间,结算时间,预估结算服务费,淘宝订单编号,"
        "淘宝子订单编号,推广者ID,推广者昵称\n"
        "2026-08-01 08:00:00,2026-08-01 07:00:00,1,已结算,1,2026-08-01 08:01:00,"
        "2026-08-09 08:00:00,0.9,7,71,p1,甲\n"
        "2026-08-01 08:00:00,2026-08-01 07:00:00,2,已失效,1,2026-08-01 08:01:00,,-,7,72,p1,甲\n",
        {"commission": 90},
        first={"status": "settled", "influencer": "p1", "influencer_name": "甲"},
    ),
)
