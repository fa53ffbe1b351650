import pytest

from tracker.domain.platform_bases import Basis, basis_of, read_basis, window_in


@pytest.mark.parametrize(
    ("texts", "stored"),
    [
        (("15天转化",), "15d"),
        (("点击口径", "7天"), "click-7d"),
        (("下单口径 15天",), "order-15d"),
        (("曝光归因",), "view"),
        (("有效触点 24小时",), "touch-1d"),
        (("7-day click",), "click-7d"),
        (("全站",), "全站"),
        (("", ""), ""),
    ],
)
def test_basis_is_a_rule_and_a_window_where_the_text_says_them(texts, stored):
    assert basis_of(*texts) == stored
    assert basis_of(stored) == stored


def test_stored_basis_comes_apart_again():
    assert read_basis("click-15d") == Basis("click", 15)
    assert read_basis("7d") == Basis("", 7)
    assert read_basis("全站") == Basis(text="全站")
    assert not read_basis("").is_known


@pytest.mark.parametrize(
    ("header", "window"),
    [
        ("7日总成交金额(元)", "7d"),
        ("14 Day Total Sales (₹)", "14d"),
        ("总成交金额", ""),
        ("3s播放数", ""),
    ],
)
def test_window_of_a_header_is_found(header, window):
    assert window_in(header) == window
