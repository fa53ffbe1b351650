"""What must not stand on a page is found, and what may is not."""

import pytest

from tests.support import texts

PAGE = """<!doctype html><title>渠道 · 引流</title><p>净成交额 <code>order_id</code></p>
<input placeholder="搜索"><script>undefined</script><a title="ROI = …" href="/x">ROI</a>"""


def test_a_page_says_its_texts_and_what_is_read_aloud():
    assert texts.texts_of(PAGE) == ["渠道 · 引流", "净成交额", "搜索", "ROI = …", "ROI"]


@pytest.mark.parametrize(
    "text",
    ["{{ name }}", "%(n)s orders", "佣金 %%", "NaN", "¥nan", "undefined", "[object Object]",
     "<tracker.models.Shop object at 0x7f>", "paid_social", "Decimal('1')"],
)  # fmt: skip
def test_what_is_not_for_people_is_found(text):
    assert texts.raw([text], "") == [text]


@pytest.mark.parametrize("text", ["100 %", "5% off", "nano", "utm_source", "xhs_note", "order_id"])
def test_what_only_looks_like_it_is_not(text):
    assert texts.raw([text], "") == []


def test_a_code_that_somebody_wrote_is_theirs():
    assert texts.raw(["spring_sale"], "a spring_sale here") == []


def test_english_of_ours_on_a_chinese_page_is_found():
    said = ["Net revenue", "None", "nobody has translated this one", "ROI", "净成交额", "Li Na"]
    assert texts.untranslated(said, "") == said[:3]
    assert texts.untranslated(said, "Net revenue, None, nobody has translated this one") == []


def test_chinese_on_an_english_page_is_found_unless_it_is_somebodys_own():
    assert texts.unexpected_chinese(["净成交额", "中文", "山野茶铺 (demo)", "x"], "山野茶铺") == [
        "净成交额"
    ]
