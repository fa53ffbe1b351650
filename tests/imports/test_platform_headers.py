"""Headers as platforms write them, whole where they are known: which preset reads each of them."""

import json
from pathlib import Path

import pytest

from tests.imports.files import write
from tracker.imports.sniff import sniff

HEADERS = {
    one["file"]: one["columns"]
    for one in json.loads(
        Path(__file__).with_suffix("").with_name("platform_headers.json").read_text("utf-8")
    )
}
READ_BY = {
    "wxt_item_promotion_xlsx": "alimama_wanxiangtai",
    "wxt_plan_key_columns": "alimama_wanxiangtai",
    "wxt_account_2022": "alimama_account",
    "ztc_plan": "alimama_zhitongche",
    "ylmf_creative": "alimama_yinlimofang",
    "ud_smart_csv": "alimama_ud",
    "tblm_promotion_overview_csv": "taobao_affiliate_days",
    "jzt_campaign_csv": "jd_jingzhuntong",
    "jzt_kol_task": "jd_kol_task",
    "jingmai_marketing_account_csv": "jd_coupons_paid",
    "qianchuan_std_xlsx": "douyin_qianchuan",
    "luopan_live_list_xlsx": "douyin_luopan_live",
    "sph_heat_csv": "wechat_boost",
    "xhs_juguang": "xiaohongshu_juguang",
    "pdd_promo_day_xlsx": "pinduoduo_ads_day",
    "pdd_promo_item_xlsx": "pinduoduo_ads_item",
    "google_ads_campaign_real": "google_ads_range",
    "tiktok_ads_real": "tiktok_ads",
    "amazon_sp_search_term_real": "amazon_ads",
    "amazon_sp_campaign_real": "amazon_ads",
    "linkedin_ads": "linkedin_ads",
    "taobao_ExportOrderList": "taobao_orders",
    "taobao_ExportOrderDetailList": "taobao_order_items",
    "jd_order": "jd_orders",
    "jd_settle": "jd_settlement",
    "doudian_order_csv": "douyin_orders",
    "pdd_order": "pinduoduo_orders",
    "kuaishou_order": "kuaishou_orders",
    "xhs_order": "xiaohongshu_orders",
    "wechat_shop_order": "wechat_shop_orders",
    "youzan_order_subset": "youzan_orders",
    "shopify_orders_export_real": "shopify_orders",
    "amazon_all_orders_tsv": "amazon_orders",
    "etsy_sold_order_items": "etsy_order_items",
    "sycm_shop_source_xls": "sycm_shop_sources",
    "sycm_item_source_2022": "sycm_item_sources",
    "xhs_pgy_order_report": "xiaohongshu_pugongying",
    "xhs_qianfan_buyer_orders": "xiaohongshu_qianfan",
    "taobao_tcp_predict_orders_csv": "taobao_tcp",
    "tblm_settled_orders": "taobao_affiliate_settled",
    "taobao_tuanzhang_orders": "taobao_tuanzhang",
    "doudian_jingxuan_orders": "douyin_jingxuan",
    "taobao_xinghe_kol": "taobao_xinghe",
    "tiktok_shop_affiliate_zh": "tiktok_shop_affiliate",
}
NOT_LOADED = {"jd_coupons_paid": "who pays a discount: orders have it already"}
"""Presets that recognise a file and load nothing of it, and why."""


def test_every_header_has_its_preset():
    assert READ_BY.keys() == HEADERS.keys()


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_header_is_told_among_all_presets(tmp_path, name):
    text = ",".join(f'"{column}"' for column in HEADERS[name])
    sniffed = sniff(write(tmp_path, f"{text}\n{',' * (len(HEADERS[name]) - 1)}\n"))
    assert sniffed.preset.name == READ_BY[name]
    assert bool(sniffed.preset.reader.feeds) is (sniffed.preset.name not in NOT_LOADED)


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_column_that_no_preset_knows_stops_nothing(tmp_path, name):
    """Platforms add columns: a file is told by its own, and new ones are named as not used."""
    columns = ["新增的列", *reversed(HEADERS[name])]
    text = ",".join(f'"{column}"' for column in columns)
    sniffed = sniff(write(tmp_path, f"{text}\n"))
    assert sniffed.preset.name == READ_BY[name]
    assert "新增的列" in sniffed.unused
