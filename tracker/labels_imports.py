"""Words for what files are and for what platforms say of themselves; `i18n.LABELS` has them all."""

from __future__ import annotations


def mark(message: str) -> str:
    """As `i18n.mark`, which reads this file."""
    return message


KIND = {
    "platform_figures": mark("Figures of platforms"),
    "affiliate_refunds": mark("Refunds of commission"),
    "access_log": mark("Access log"),
    "hits": mark("Page views"),
    "ad_touches": mark("Advertising touches (impressions and conversions)"),
    "affiliate": mark("Affiliate orders"),
    "alimama_account": mark("Wanxiangtai account report of 2022"),
    "alimama_pinxiaobao": mark("Pinxiaobao brand ads (Alimama)"),
    "alimama_ud": mark("UD (Alimama, media outside)"),
    "alimama_wanxiangtai": mark("Wanxiangtai (Alimama) report"),
    "alimama_yinlimofang": mark("Yinlimofang creatives (Alimama)"),
    "alimama_zhitongche": mark("Zhitongche plans (Alimama)"),
    "amazon_ads": mark("Amazon sponsored ads by day"),
    "amazon_orders": mark("Amazon order report"),
    "baidu_ads": mark("Baidu search ads"),
    "baidu_ads_range": mark("Baidu search ads without days"),
    "coupons": mark("Coupon codes"),
    "deals": mark("Deals"),
    "dewu_ads": mark("Dewu promotion"),
    "douyin_jingxuan": mark("Jingxuan alliance orders"),
    "douyin_luopan_live": mark("Luopan live streams"),
    "douyin_orders": mark("Doudian orders"),
    "douyin_qianchuan": mark("Qianchuan (Douyin ads)"),
    "douyin_qianchuan_whole": mark("Qianchuan whole-site promotion"),
    "etsy_order_items": mark("Etsy sold order items"),
    "fx_rates": mark("Exchange rates"),
    "ga4_report": mark("Google Analytics 4 report"),
    "goods_cost": mark("Goods costs"),
    "google_ads": mark("Google Ads campaigns by day"),
    "google_ads_range": mark("Google Ads report without days"),
    "influencers": mark("Influencers"),
    "jd_coupons_paid": mark("JD who pays a discount"),
    "jd_jingzhuntong": mark("Jingzhuntong (JD ads)"),
    "jd_kol_task": mark("JD task of influencers"),
    "jd_orders": mark("JD orders"),
    "jd_settlement": mark("JD settlement"),
    "kuaishou_orders": mark("Kuaishou orders"),
    "linkedin_ads": mark("LinkedIn ads by day"),
    "meta_ads": mark("Meta ads by day"),
    "meta_ads_range": mark("Meta ads, reporting starts and ends"),
    "metrics": mark("Numbers of accounts and posts"),
    "microsoft_ads": mark("Microsoft Advertising by day"),
    "microsoft_ads_range": mark("Microsoft Advertising without days"),
    "orders": mark("Orders"),
    "pinduoduo_ads_day": mark("Pinduoduo promotion by day"),
    "pinduoduo_ads_item": mark("Pinduoduo promotion by item"),
    "pinduoduo_orders": mark("Pinduoduo orders"),
    "refunds": mark("Refunds"),
    "search_console": mark("Search Console performance"),
    "shopify_orders": mark("Shopify orders export"),
    "spend": mark("Media spend"),
    "sycm_item_sources": mark("Item traffic of Shengyicanmou"),
    "sycm_shop_sources": mark("Shop traffic of Shengyicanmou"),
    "taobao_affiliate_days": mark("Taobao affiliate by day"),
    "taobao_affiliate_refunds": mark("Taobao affiliate, refunds"),
    "taobao_affiliate_settled": mark("Taobao affiliate, settled orders"),
    "taobao_order_items": mark("Taobao and Tmall order items"),
    "taobao_orders": mark("Taobao and Tmall order list"),
    "taobao_tcp": mark("Taobao hot-wave (TCP) orders"),
    "taobao_tuanzhang": mark("Taobao leaders of groups"),
    "taobao_xinghe": mark("Taobao Xinghe influencers"),
    "tiktok_ads": mark("TikTok ads by day"),
    "tiktok_shop_affiliate": mark("TikTok Shop affiliate orders"),
    "tmall_orders": mark("Tmall order report"),
    "touches": mark("Touches"),
    "wechat_boost": mark("Boosts of WeChat Channels"),
    "wechat_shop_orders": mark("WeChat shop orders"),
    "woocommerce_orders": mark("WooCommerce orders export"),
    "xiaohongshu_juguang": mark("Juguang (Xiaohongshu ads)"),
    "xiaohongshu_orders": mark("Xiaohongshu orders"),
    "xiaohongshu_pugongying": mark("Pugongying cooperation report"),
    "xiaohongshu_qianfan": mark("Qianfan orders through influencers"),
    "youzan_orders": mark("Youzan orders"),
}
"""Preset -> what it reads."""

PLATFORM_FIGURES = {
    "notice": {
        "influencer_found": mark("New influencers, found in this file:"),
        "spend_detail": mark(
            "Reports of several levels tell of the same spend; one level counts, the others are "
            "kept:"
        ),
    },
    "reporting_platform": {
        "sycm": mark("Shengyicanmou"),
        "ga4": mark("Google Analytics 4"),
        "search console": mark("Search Console"),
        "pugongying": mark("Pugongying"),
        "xinghe": mark("Taobao Xinghe"),
        "taobao_affiliate": mark("Taobao affiliate"),
        "douyin_luopan": mark("Douyin Luopan"),
        "baidu": mark("Baidu"),
        "百度推广": mark("Baidu"),
        "ocean_engine": mark("Ocean Engine"),
        "千川": mark("Qianchuan"),
        "tencent_ads": mark("Tencent Ads"),
        "xiaohongshu": mark("Xiaohongshu"),
        "聚光": mark("Juguang"),
        "bilibili": mark("Bilibili"),
        "kuaishou": mark("Kuaishou"),
        "万相台": mark("Wanxiangtai"),
        "直通车": mark("Zhitongche"),
        "引力魔方": mark("Yinlimofang"),
        "品销宝": mark("Pinxiaobao"),
        "京准通": mark("Jingzhuntong"),
        "拼多多推广": mark("Pinduoduo Ads"),
        "视频号加热": mark("WeChat Channels boost"),
        "得物推": mark("Dewu Ads"),
        "sms": mark("SMS"),
        "all": mark("All platforms together"),
    },
    "platform_section": {
        "advertising": mark("Advertising"),
        "campaign": mark("Campaign of the platform"),
        "influencer": mark("Influencer"),
        "kind": mark("Traffic by kind"),
        "source": mark("Source"),
    },
    "platform_scope": {
        "total": mark("All that it claims"),
        "direct": mark("Direct"),
        "indirect": mark("Indirect"),
        "net": mark("After refunds"),
        "ordered": mark("Ordered"),
        "settled": mark("Settled"),
        "focus": mark("Promoted item"),
    },
    "platform_caliber": {
        "click": mark("by click"),
        "order": mark("by order day"),
        "view": mark("by view"),
        "read": mark("by read"),
        "touch": mark("by touch"),
        "": mark("rule not stated"),
    },
    "platform_why": {
        "window": mark("another window"),
        "no_window": mark("window not stated"),
        "view": mark("counts views"),
        "order_day": mark("order day"),
        "before_refunds": mark("before refunds"),
        "not_paid": mark("unpaid too"),
        "settled_later": mark("settled later"),
        "one_item": mark("one item only"),
        "other_items": mark("other items"),
        "natural_too": mark("natural orders too"),
        "whole_room": mark("whole room"),
        "several_platforms": mark("several platforms"),
        "mixed_bases": mark("bases differ"),
        "no_script": mark("no script there"),
        "not_joined": mark("not joined"),
    },
    "platform_why_text": {
        "window": mark("The platform claims orders within its own number of days, we within ours."),
        "no_window": mark(
            "The file does not say within how many days or by which rule orders are claimed; it is "
            "a setting of the platform when the report is made."
        ),
        "view": mark(
            "Orders after a mere view count too; for us a view without a click is no touchpoint."
        ),
        "order_day": mark(
            "The platform books on the day of the order, as we do, and not on that of the click."
        ),
        "before_refunds": mark(
            "GMV is before refunds and holds freight; our net revenue is after refunds, without "
            "freight and tax."
        ),
        "not_paid": mark("Orders that were placed and not paid are in it."),
        "settled_later": mark("Settled in the period, so of orders of earlier days."),
        "one_item": mark("Only sales of the advertised item; we credit the whole order."),
        "other_items": mark("Sales of other items of the shop after the advertisement."),
        "natural_too": mark("Whole-site promotion counts the item's natural orders as its own."),
        "whole_room": mark("All sales of the live room, whoever brought the viewers."),
        "several_platforms": mark(
            "Several platforms advertise in this channel, and each may claim the same order; only "
            "their sum stands beside the channel."
        ),
        "mixed_bases": mark(
            "The platforms count on different bases, so their sum is a guide only."
        ),
        "no_script": mark(
            "The shop has no script of ours: credited are orders by codes and affiliate rows only."
        ),
        "not_joined": mark(
            "Nothing of ours bears its name: give it the same utm_campaign, or the influencer this "
            "account."
        ),
    },
}
