from collections import Counter

import pytest

from tests.imports.figure_reports import FIGURES, MORE_SPEND, REFUNDS
from tests.imports.files import read, source, told, write
from tests.imports.reports import AFFILIATE, ORDERS, SPEND, UNSTORED
from tracker.imports.errors import FileError
from tracker.imports.presets import presets
from tracker.imports.run import import_file
from tracker.imports.sniff import sniff

REPORTS = (*SPEND, *MORE_SPEND, *ORDERS, *AFFILIATE, *REFUNDS, *FIGURES)
NAMES = [f"{number}-{report.preset}" for number, report in enumerate(REPORTS)]


@pytest.mark.parametrize("report", REPORTS, ids=NAMES)
def test_report_is_recognised_and_its_rows_and_totals_are_right(tmp_path, report):
    path = write(tmp_path, report.text, encoding=report.encoding)
    assert sniff(path).preset.name == report.preset
    units, out = read(path)
    assert told(out) == report.out
    sums: Counter[str] = Counter()
    for unit in units:
        sums.update(unit.amounts)
        sums.update(unit.counts)
    assert {name: sums[name] for name in report.totals} == report.totals
    assert sum(len(unit.lines) for unit in units) + len(out) == source(path).n_rows
    first = units[0].records[0]
    assert {name: getattr(first, name) for name in report.first} == report.first


@pytest.mark.parametrize("name", UNSTORED)
def test_report_without_a_place_is_named_and_nothing_of_it_is_loaded(tmp_path, name):
    path = write(tmp_path, UNSTORED[name])
    assert sniff(path).preset.name == name
    units, out = read(path)
    assert units == []
    assert {reason for _, reason in told(out)} <= {
        "not_stored_yet", "period_not_a_day", "total_row", "note_row", "empty_row",
    }  # fmt: skip
    assert len(out) == source(path).n_rows


def test_every_preset_of_a_platform_has_a_file_here():
    tried = {report.preset for report in REPORTS} | set(UNSTORED)
    platforms = {preset.name for preset in presets().values() if preset.signature}
    assert (
        platforms - tried
        == {"shopify_orders", "tmall_orders", "ad_touches", "dewu_ads", "metrics"} & platforms
    )


def test_dates_without_a_year_are_refused(tmp_path):
    text = "日期,商家UID,计划名称,计划ID,消耗(元),曝光(次),点击(次)\n08/22,1,a,2,3,4,5\n"
    with pytest.raises(FileError, match="date_without_year"):
        source(write(tmp_path, text))


def test_later_export_of_the_same_days_replaces_their_figures(world, tmp_path):
    report = SPEND[0]
    first = import_file(world.database, write(tmp_path, report.text), world.request())
    assert (first.counts["loaded"], first.counts["ignored"]) == (4 - 1, 1)
    again = import_file(world.database, write(tmp_path, report.text), world.request())
    assert (again.counts["unchanged"], world.count("spend")) == (3, 2)
    text = report.text.replace(
        "2026-08-01,371,7,甲,i1,15天转化,1,1,1", "2026-08-01,371,7,甲,i1,15天转化,1,1,2"
    )
    later = import_file(world.database, write(tmp_path, text), world.request())
    assert (later.counts["updated"], later.counts["unchanged"]) == (1, 2)
    assert (world.count("spend"), later.totals["amount"]) == (2, "162.00")


def test_amount_with_the_sign_of_another_currency_is_rejected(tmp_path):
    text = SPEND[2].text.replace('"1,661.67"', '"$1,661.67"')
    assert told(read(write(tmp_path, text))[1])[0] == (2, "unknown_currency")
