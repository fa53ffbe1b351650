"""Files with the rows that have counted money twice for others."""

PINDUODUO = (
    "名称：推广,,,,,,,,\n"
    "日期,商品ID,推广名称,成交花费(元),交易额(元),实际投产比,总花费(元),曝光量,点击量\n"
    "2026-04-25,1,a,9,100,5,10.00,50,5\n2026-04-25,2,a,0,0,0,5.00,50,5\n"
    "总计,-,-,9,-,-,20.00,-,-\n"
)
GOOGLE = (
    'Campaign report\n"July 8, 2025 - July 31, 2025"\n'
    "Campaign status,Day,Campaign,Currency code,Impr.,Cost\n"
    "Enabled,2025-07-08,A,CNY,9,100.00\nEnabled,2025-07-08,B,CNY,9,200.00\n"
    "Total: Campaigns, --, --,CNY,9,300.00\nTotal: Account, --, --,CNY,9,300.00\n"
    "Total: Search, --, --,CNY,9,100.00\nTotal: Video, --, --,CNY,9,200.00\n"
)
WANXIANGTAI = (
    "日期,场景ID,计划ID,计划名字,转化周期,展现量,点击量,花费,总成交金额,直接成交金额\n"
    "2026-07-31,371,7,甲,1天转化,8225,274,159.9,100,80\n"
    "2026-07-31,371,7,甲,15天转化,8225,274,159.9,2040.85,1500\n"
)
