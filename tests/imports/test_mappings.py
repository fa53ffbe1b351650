"""Mappings of a workspace's own: what they read, what they refuse, what is suggested."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.imports.files import write
from tracker.imports import mappings
from tracker.imports.errors import FileError
from tracker.imports.mappings import KINDS, Mapping, difference, suggest
from tracker.imports.presets import presets
from tracker.imports.readers import READERS
from tracker.imports.run import import_file, try_file
from tracker.imports.sniff import recognise
from tracker.models import Workspace
from tracker.services.mappings import save_mapping

HEADER = ("流水", "成交时刻", "收了多少", "谁买的")
MINE = Mapping(
    "自有", "orders", HEADER, {"order_id": "流水", "placed_at": "成交时刻", "paid": "收了多少"}
)
FILE = "流水,成交时刻,收了多少,谁买的\nQ1,2026-11-01 10:00:00,5.00,B\n"


def test_a_file_with_just_these_columns_is_read_by_the_mapping(tmp_path):
    shuffled = "谁买的,流水,收了多少,成交时刻\nB,Q1,5.00,2026-11-01\n"
    for text in (FILE, shuffled):
        found = recognise(write(tmp_path, text), own=[MINE.preset()]).known[0]
        assert (found.preset.name, found.preset.reader.name) == ("自有", "orders")
        assert {found.header[n]: name for name, n in found.columns.items()} == {
            "流水": "order_id", "收了多少": "paid", "成交时刻": "placed_at",
        }  # fmt: skip


def test_a_mapping_goes_before_presets(tmp_path):
    path = write(tmp_path, "order_id,placed_at,paid\nA,2026-11-01,1\n")
    columns = {"order_id": "order_id", "placed_at": "placed_at", "paid": "paid"}
    mine = Mapping("mine", "orders", ("order_id", "placed_at", "paid"), columns)
    assert recognise(path).known[0].preset.name == "orders"
    assert recognise(path, own=[mine.preset()]).known[0].preset.name == "mine"


@pytest.mark.parametrize(
    "header",
    [
        "流水,成交时刻,收了多少",
        "流水,成交时刻,收了多少,谁买的,备注",
        "流水,成交时刻,收了几何,谁买的",
    ],
)
def test_a_file_whose_columns_changed_is_refused_with_the_difference(tmp_path, header):
    path = write(tmp_path, header + "\nQ1,2026-11-01,5.00\n")
    with pytest.raises(FileError, match="mapping_changed") as refused:
        recognise(path, own=[MINE.preset()])
    told = mappings.difference(HEADER, header.split(","))
    assert told
    for name in (*told.missing, *told.new):
        assert name in str(refused.value)


def test_a_changed_file_is_not_read_by_a_preset_that_would_take_it(tmp_path):
    header = ("order_id", "placed_at", "paid", "gross", "freight")
    mine = Mapping("mine", "orders", header, {name: name for name in header[:3]})
    path = write(tmp_path, "order_id,placed_at,paid,gross,tax\nA,2026-11-01,1,1,1\n")
    assert recognise(path).known[0].preset.name == "orders"
    with pytest.raises(FileError, match="mapping_changed"):
        recognise(path, own=[mine.preset()])


def test_constants_and_switches_reach_the_reader(world, tmp_path):
    mine = Mapping(
        "cost", "spend", ("当天", "花了", "计划"),
        {"day": "当天", "amount": "花了", "campaign_id": "计划"},
        {"platform": "自有广告", "currency": "CNY", "channel": "display", "sum_rows": True},
    )  # fmt: skip
    assert mine.problems() == []
    with world.database.write() as session:
        save_mapping(
            session, session.get_one(Workspace, world.workspace_id), name=mine.name,
            reader=mine.reader, header=mine.header, columns=mine.columns, options=mine.options,
        )  # fmt: skip
    path = write(tmp_path, "当天,花了,计划\n2026-11-01,5.00,c\n2026-11-01,6.00,c\n")
    tried = try_file(world.database, path, world.request())
    assert tried.as_json()["totals"]["amount"] == "11.00"
    result = import_file(world.database, path, world.request())
    assert (result.counts["loaded"], result.sniffed.preset.name) == (2, "cost")
    again = import_file(world.database, path, world.request(preset="cost"))
    assert again.counts == {"unchanged": 2}


def test_what_a_mapping_lacks_is_named():
    bare = Mapping("x", "spend", ("a",), {"day": "a"})
    assert bare.problems() == ["amount", "platform"]
    told = Mapping("x", "spend", ("a", "b"), {"day": "a", "amount": "b"}, {"platform": "p"})
    assert told.problems() == []


def test_a_renamed_column_is_found():
    told = difference(("订单编号", "实付金额", "时间"), ("订单编号", "实付金额(元)", "备注"))
    assert told.missing == ("实付金额", "时间")
    assert told.new == ("实付金额(元)", "备注")
    assert told.renamed == {"实付金额": "实付金额(元)"}


def test_suggestions_know_the_words_of_all_presets_of_a_kind():
    header = ["订单编号", "订单创建时间", "买家实际支付金额", "优惠码", "说明"]
    assert suggest("orders", header) == {
        0: "order_id", 1: "placed_at", 2: "paid", 3: "coupons",
    }  # fmt: skip
    assert mappings.likely_kind(["sku", "unit cost", "valid from"]) == "goods_cost"


def test_suggestions_follow_a_mapping_whose_columns_were_renamed():
    header = ("流水", "成交时刻", "收了多少(元)", "谁买的", "新列")
    assert suggest("orders", header, MINE) == {0: "order_id", 1: "placed_at", 2: "paid"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_reader_a_preset_and_what_it_needs(kind):
    columns = mappings.columns_for(kind)
    assert set(columns) <= READERS[kind].columns
    whole = Mapping("x", kind, tuple(columns), {name: name for name in columns})
    assert whole.problems() == []
    assert presets()[kind].reader is READERS[kind]


@given(st.sets(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=1),
       st.sets(st.sampled_from("甲乙丙丁戊己庚辛"), min_size=1))  # fmt: skip
def test_a_difference_takes_one_header_to_the_other(one, other):
    told = difference(sorted(one), sorted(other))
    assert (one - set(told.missing)) | set(told.new) == other
    assert bool(told) == (one != other)
