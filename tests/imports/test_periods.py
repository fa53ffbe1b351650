from datetime import date

import pytest

from tests.imports.files import write
from tracker.imports.periods import period_in, period_of
from tracker.imports.sniff import sniff

JUNE = (date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    "lines",
    [
        ["统计日期 2026-06-01 至 2026-06-30"],
        ["# Start date: 20260601", "# End date: 20260630"],
        ["Campaign report", "June 1, 2026 - June 30, 2026"],
        ["开始日期：2026年6月1日", "结束日期：2026年6月30日"],
        ["made 2026-07-02", "2026/06/01~2026/06/30"],
    ],
)
def test_lines_above_the_header_may_say_the_days(lines):
    assert period_in(lines) == JUNE


def test_day_on_which_a_file_was_made_is_no_period():
    assert period_in(["Report Time: 2026-07-02", "导出 20260702_110309"]) is None
    assert period_in(["统计日期：2026-06-01"]) == (date(2026, 6, 1), date(2026, 6, 1))
    assert period_in(["All time"]) is None


def test_name_of_the_file_says_it_when_it_names_both_days(tmp_path):
    sniffed = sniff(write(tmp_path, "流量来源,来源明细,访客数\na,b,1\n"))
    name = "【生意参谋平台】商品_全部_2026-06-01_2026-06-30.xls"
    assert period_of(sniffed, name) == JUNE
    assert period_of(sniffed, "商品报表_20260619_110309.csv") is None
    assert period_of(sniffed, "2026-06-30_2026-06-01.csv") is None
