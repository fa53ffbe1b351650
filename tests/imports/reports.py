"""Small files of platforms, with the headers that the platforms write, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Report:
    """A file as text, and what reading it has to give."""

    preset: str
    text: str
    totals: dict[str, int]
    """Canonical column -> minor units or count."""
    out: list[tuple[int, str]] = field(default_factory=list)
    first: dict[str, Any] = field(default_factory=dict)
    """Fields of the first record."""
    encoding: str = "utf-8"


SPEND = (
    Report(
        "alimama_wanxiangtai",
        "日期,场景ID,计划ID,计划名字,主体ID,转化周期,展现量,点击量,花费,总成交金额,总成交笔数\n"
        "2026-07-31,371,7,甲,i1,1天转化,8225,274,159.9,100,1\n"
        "2026-07-31,371,7,甲,i1,15天转化,8225,274,159.9,2040.85,12\n"
        "2026-07-31,371,7,甲,i2,15天转化,100,1,0.1,0,0\n"
        "2026-08-01,371,7,甲,i1,15天转化,1,1,1,-,NULL\n",
        {"amount": 16_100, "impressions": 8326, "clicks": 276, "platform_gmv": 204_085},
        [(2, "other_window")],
        {"platform": "万相台", "campaign_ref": "7", "channel": "paid_shopping"},
    ),
    Report(
        "alimama_account",
        "日期,优化目标,效果模型,统计口径,转化周期,消耗,曝光量,点击量,总成交笔数,总成交金额\n"
        "20260708,成交,点击,全部,7天,50,10,2,1,9\n20260708,成交,点击,全部,15天,50,10,2,2,19\n",
        {"amount": 5000, "platform_gmv": 1900},
        [(2, "other_window")],
    ),
    Report(
        "alimama_zhitongche",
        "日期,计划id,计划名称,推广类型,展现量,点击量,花费,总成交金额,总成交笔数\n"
        '2026/08/06,1,a,标准,"25,881",3,"1,661.67",10.5万,2\n合计,,,,1,1,1,1,1\n',
        {"amount": 166_167, "impressions": 25_881, "platform_gmv": 10_500_000},
        [(3, "total_row")],
    ),
    Report(
        "alimama_yinlimofang",
        "日期,计划组,计划,主体名称,商品id,创意id,消耗,展现量,点击量,成交订单量,成交订单金额\n"
        "2026年08月26日,g,p,x,1,c1,1,10,1,1,5\n2026年08月26日,g,p,x,1,c2,2,20,2,1,5\n",
        {"amount": 300, "impressions": 30, "platform_gmv": 1000},
    ),
    Report(
        "alimama_ud",
        "日期,账户ID,账户名称,项目ID,广告ID,创意ID,花费,展现量,点击量,总成交笔数,总成交金额\n"
        '2026-08-01,"\t6917926768823643751",a,p,ad,c,3,10,1,1,5\n',
        {"amount": 300},
        first={"account": "6917926768823643751"},
    ),
    Report(
        "jd_jingzhuntong",
        "日期,账户名称,计划ID,推广计划,单元ID,展现数,点击数,总费用,总订单行,总订单金额,领劵数\n"
        "2026-08-01,店,1,a,u1,10,1,1.5,1,100,0\n2026-08-01,店,1,a,u2,10,1,1.5,1,100,0\n",
        {"amount": 300, "platform_orders": 2, "platform_gmv": 20_000},
    ),
    Report(
        "douyin_qianchuan",
        "账户ID,计划ID,计划名称,日期,消耗(元),展示次数,点击率(%),点击次数,直接成交订单数,"
        '直接成交金额(元)\n1,2,a,2026-08-01,"1,000.50",9,1,3,1,20\n总计,,,,"1,000.50",9,1,3,1,20\n',
        {"amount": 100_050, "clicks": 3, "platform_gmv": 2000},
        [(3, "total_row")],
        {"channel": "paid_social"},
    ),
    Report(
        "douyin_qianchuan_whole",
        '日期,商品ID,整体消耗,整体成交订单数,整体成交金额\n2026-08-01,1,"2,000.5",3,"9,000"\n',
        {"amount": 200_050, "platform_orders": 3, "platform_gmv": 900_000},
    ),
    Report(
        "xiaohongshu_juguang",
        "时间,创意ID,笔记ID,计划名称,计划ID,消费,展现量,点击量,点击率\n"
        "2026-08-01,1,n1,a,5,10.1,100,3,3%\n2026-08-01,2,n1,a,5,0.9,100,3,3%\n",
        {"amount": 1100, "impressions": 200},
    ),
    Report(
        "pinduoduo_ads_day",
        "日期,花费(元),交易额(元),投入产出比,成交笔数,曝光量,点击量,每笔成交花费(元)\n"
        "2026-04-25,145.46,1549.4,10.65,29,5000,100,5\n总计,145.46,1549.4,-,-,-,-,-\n",
        {"amount": 14_546, "platform_gmv": 154_940, "platform_orders": 29},
        [(3, "total_row")],
    ),
    Report(
        "pinduoduo_ads_item",
        "名称：推广,,,,,,,,\n"
        "日期,商品ID,推广名称,成交花费(元),交易额(元),实际投产比,总花费(元),曝光量,点击量\n"
        "2026-04-25,1,a,9,100,5,10.00,50,5\n2026-04-25,2,a,0,0,0,5.00,50,5\n总计,-,-,9,-,-,20,-,-\n",
        {"amount": 1500, "clicks": 10},
        [(5, "total_row")],
    ),
    Report(
        "wechat_boost",
        "订单信息,投放进度,消耗详情,直接成交金额,订单状态,补贴金额\n"
        "2026年08月26日 商品成交数 短视频加热 178****799,¥11.19 / ¥500,x,¥0,已完成,¥0\n",
        {"amount": 1119, "platform_gmv": 0},
        first={"campaign_ref": "", "channel": "paid_video"},
    ),
    Report(
        "baidu_ads",
        "账户报告,,,,\n2026,,,,\n\n,,,,\n\n\n日期,账户,推广计划,消费,点击\n2026-08-01,a,p,12.5,3\n",
        {"amount": 1250, "clicks": 3},
        first={"channel": "paid_search", "account": "a"},
        encoding="gb18030",
    ),
    Report(
        "google_ads",
        'Campaign report\n"July 8, 2025 - July 31, 2025"\n'
        "Campaign status,Day,Campaign,Currency code,Impr.,Avg. cost,Cost,Cost / conv.\n"
        'Enabled,2025-07-08,A,INR,"25,881", --,1661.67, --\n'
        "Total: Campaigns, --, --,INR,1, --,1661.67, --\n"
        "Total: Account, --, --,INR,1, --,1661.67, --\n",
        {"amount": 166_167, "impressions": 25_881},
        [(5, "total_row"), (6, "total_row")],
        {"currency": "INR"},
    ),
    Report(
        "google_ads",
        "Kampagnenbericht\n\nTag\tKampagne\tWährungscode\tKosten\tImpr.\tKlicks\n"
        "2025-07-08\tA\tEUR\t1.234,56\t1.234\t7\nGesamt: Konto\t--\tEUR\t1.234,56\t1\t1\n",
        {"amount": 123_456, "impressions": 1234, "clicks": 7},
        [(5, "total_row")],
        encoding="utf-16",
    ),
    Report(
        "meta_ads",
        "Jour;Nom de la campagne;Montant dépensé (USD);Impressions\n"
        "01/08/2026;a;1\u202f020,50;10\n31/08/2026;a;1,5;10\n",
        {"amount": 102_200},
        first={"currency": "USD"},
    ),
    Report(
        "meta_ads_range",
        "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Impressions,Purchases\n"
        "2026-08-01,2026-08-01,a,5.10,10,1\n2026-08-01,2026-08-31,b,9.90,10,1\n",
        {"amount": 510, "platform_orders": 1},
        [(3, "period_not_a_day")],
    ),
    Report(
        "tiktok_ads",
        "Campaign name,Ad Group Name,Ad Name,Date,Cost,CPM,Impression,Clicks (Destination),"
        "Currency\n"
        "a,g,x,2026-08-01,150000,1,10,1,IDR\na,g,y,2026-08-01,50000,1,10,1,IDR\n"
        "Total of 2 results,-,-,-,200000,-,20,2,-\n",
        {"amount": 20_000_000, "clicks": 2},
        [(4, "total_row")],
    ),
    Report(
        "microsoft_ads",
        '"Report Name: x"\n"Report Time: 2/7/2020"\n"Rows: 1"\n\n'
        '"TimePeriod","AccountId","CampaignId","CampaignName","CurrencyCode","Impressions","Clicks",'
        '"Spend"\n"2020-02-07","1","2","a","USD","10","1","1.25"\n"©2020 Microsoft Corporation."\n',
        {"amount": 125},
        [(7, "note_row")],
    ),
    Report(
        "linkedin_ads",
        "Campaign Performance Report (in UTC)\nReport Start: x\n\n"
        "Start Date (in UTC),Campaign Name,Campaign ID,Currency,Total Spent,Impressions,Clicks\n"
        '3/4/2026,a,1,USD,"1,234.50",10,1\nTotal,,,,"1,234.50",10,1\n',
        {"amount": 123_450},
        [(6, "total_row")],
    ),
    Report(
        "amazon_ads",
        "Date,Portfolio name,Currency,Campaign Name,Customer Search Term,Impressions,Clicks,"
        "Click-Thru Rate (CTR),Spend,14 Day Total Sales (₹),14 Day Total Orders (#)\n"
        '"Feb 1, 2020",p,INR,a,tea,10,1,1.66%,Rs.201.68,Rs.1000.0,1\n'
        '"Feb 1, 2020",p,INR,a,pot,10,1,1.66%,Rs.0.32,,\n',
        {"amount": 20_200, "platform_gmv": 100_000, "platform_orders": 1},
    ),
)  # fmt: skip

ORDERS = (
    Report(
        "taobao_orders",
        "订单编号,买家会员名,买家应付邮费,总金额,买家实际支付金额,订单状态,收货人姓名,订单创建时间,"
        "订单付款时间,退款金额\n"
        '="123456789012345678",甲,0,100,60,交易成功,某,2026-08-01 08:00:00,2026-08-01 08:01:00,40\n'
        "2,乙,0,50,0,交易关闭,某,2026-08-01 08:00:00,,0\n",
        {"paid": 10_000, "refunded": 4000},
        first={"ref": "123456789012345678", "status": "paid"},
        encoding="gb18030",
    ),
    Report(
        "taobao_order_items",
        "子订单编号,主订单编号,标题,价格,购买数量,订单状态,买家实际支付金额,退款金额,订单创建时间,"
        "订单付款时间\n"
        "1,9,a,5,2,交易成功,10,0,2026-08-01 08:00:00,2026-08-01 08:00:00\n"
        "2,9,b,5,1,交易成功,5,0,2026-08-01 08:00:00,2026-08-01 08:00:00\n",
        {"paid": 1500},
        first={"ref": "9"},
    ),
    Report(
        "jd_orders",
        "订单号,商品ID,商品名称,订购数量,下单时间,京东价,订单金额,订单状态,下单帐号,客户姓名\n"
        "1,s1,a,1,2026-08-01 08:00:00,10,30,完成,u,某\n"
        "1,s2,b,1,2026-08-01 08:00:00,20,30,完成,u,某\n",
        {"paid": 3000},
    ),
    Report(
        "douyin_orders",
        "主订单编号,子订单编号,选购商品,商品数量,商品单价,订单应付金额,运费,平台优惠,收件人,"
        "订单提交时间,支付完成时间,订单状态,售后状态\n"
        '"\t691","\t1",a,1,10,10,0,1,##x,2026-08-01 08:00:00,2026-08-01 08:00:01,已完成,-\n'
        '"\t700","\t3",a,1,7,7,0,0,##x,2026-08-01 08:00:00,2026-08-01 08:00:01,已完成,退款成功\n'
        '"\t691","\t2",b,1,0,0.00,0,0,##x,2026-08-01 08:00:00,2026-08-01 08:00:01,已完成,-\n',
        {"paid": 1700, "refunded": 700},
        first={"ref": "691", "discount_platform_minor": 100},
        encoding="utf-8-sig",
    ),
    Report(
        "pinduoduo_orders",
        "订单成交时间,商品,订单号,订单状态,商品总价(元),邮费(元),用户实付金额(元),商品数量(件),售后状态\n"
        ",a,260517-123,已收货,12,0,10,1,无售后\n",
        {"paid": 1000, "gross": 1200},
    ),
    Report(
        "kuaishou_orders",
        "订单号,订单创建时间,订单支付时间,订单状态,实付款,快递费,成交数量,售后状态\n"
        "1,2026-08-01 08:00:00,2026-08-01 08:00:00,交易成功,10,0,1,-\n"
        "2,2026-08-01 08:00:00,-,交易关闭,5,0,1,-\n",
        {"paid": 1000},
    ),
    Report(
        "xiaohongshu_orders",
        "订单号,订单状态,规格ID,SKU件数,用户应付金额(元),支付时间,订单创建时间,用户编号\n"
        "P1,已完成,a,1,10,2026-08-01 08:00:00,2026-08-01 08:00:00,u\n"
        "P1,已完成,b,1,5,2026-08-01 08:00:00,2026-08-01 08:00:00,u\n",
        {"paid": 1500},
    ),
    Report(
        "wechat_shop_orders",
        "订单号,订单下单时间,订单状态,订单实际支付金额,订单运费,商品名称,商品实际价格(总共),商品数量,商品已退款金额\n"
        "1,2026-08-01 08:00:00,已完成,15,0,a,10,1,0\n1,,,,,b,5,1,5\n",
        {"paid": 1500, "refunded": 500},
    ),
    Report(
        "youzan_orders",
        "订单号,订单创建时间,买家手机号,买家昵称,全部商品名称,订单实付金额\n"
        "E1,2026-08-01 08:00:00,13800000000,x,a;b,9.9\n",
        {"paid": 990},
    ),
    Report(
        "woocommerce_orders",
        "Order Number,Order Status,Order Date,Order Total Amount,Order Total Tax Amount\n"
        "1,Completed,2026-08-01 08:00,10.00,1.00\n2,Cancelled,2026-08-01 08:00,5.00,0\n",
        {"paid": 1000, "tax": 100},
    ),
    Report(
        "amazon_orders",
        "amazon-order-id\tpurchase-date\torder-status\tsku\tquantity\tcurrency\titem-price\titem-tax\t"
        "shipping-price\titem-promotion-discount\n"
        "1\t2026-08-01T08:00:00+00:00\tShipped\ta\t1\tUSD\t10.00\t1.00\t2.00\t3.00\n"
        "1\t2026-08-01T08:00:00+00:00\tShipped\tb\t1\tUSD\t5.00\n"
        "2\t2026-08-01T08:00:00+00:00\tCancelled\tb\t0\n",
        {"paid": 1500, "tax": 100, "freight": 200},
    ),
    Report(
        "etsy_order_items",
        "Sale Date,Item Name,Buyer,Quantity,Price,Coupon Code,Item Total,Currency,Transaction ID,"
        "Date Paid,Order ID\n"
        "09/03/26,a,u,1,10,,10,USD,1,09/03/26,7\n09/03/26,b,u,1,5,SAVE,5,USD,2,09/03/26,7\n",
        {"paid": 1500},
        first={"coupons": ("SAVE",)},
    ),
)  # fmt: skip

AFFILIATE = (
    Report(
        "xiaohongshu_qianfan",
        "支付时间,订单ID,达人名称,达人ID,佣金率,预估支出佣金\n"
        "2026-08-01 08:00:00,P1,某,u1,0.35,1.5\n2026-08-01 08:00:00,P1,某,u1,0.35,2\n",
        {"commission": 350},
        first={"influencer": "u1", "handle_platform": "xiaohongshu"},
    ),
    Report(
        "taobao_tcp",
        "淘宝主订单号,淘宝子订单号,主播昵称,订单支付时间,预估出佣总额,出佣比例\n"
        "1,1,甲,2026-08-01 08:00:00,7.5,7.50%\n",
        {"commission": 750},
    ),
    Report(
        "taobao_affiliate_settled",
        "创建时间,佣金比例,佣金,服务费金额,淘宝父订单编号,淘宝子订单编号,来源或淘客昵称\n"
        "2026-08-01 08:00:00,5%,2.5,1,1,11,某\n",
        {"commission": 250},
        encoding="gb18030",
    ),
    Report(
        "douyin_jingxuan",
        "订单id,作者账号,抖音/火山号,佣金率,预估佣金支出,实际佣金支出,付款时间\n"
        '"6953547102608758621\t",甲,dy1,32.00%,3.2,-,2026-08-01 08:00:00\n',
        {"commission": 320},
        first={"order_ref": "6953547102608758621", "influencer": "dy1"},
    ),
    Report(
        "tiktok_shop_affiliate",
        "订单 ID,SKU ID,货币单位,达人用户名,预计标准佣金付款,实际佣金,支付时间\n"
        "1,s,USD,ann,1.5,1.2,2026-08-01 08:00:00\n",
        {"commission": 120},
    ),
)  # fmt: skip

UNSTORED = {
    "google_ads_range": "Campaign,Currency code,Impr.,Cost\nA,USD,1,2\nTotal: Account,USD,1,2\n",
    "baidu_ads_range": "账户,关键词ID,关键词,消费,点击\na,1,b,2,3\n",
    "microsoft_ads_range": "AccountId,CampaignId,Impressions,Spend\n1,2,3,4\n",
    "jd_coupons_paid": "订单编号,优惠活动ID,京东承担金额,商家承担金额\n1,2,--,3\n",
}
"""Preset -> a file that is recognised and not loaded."""
