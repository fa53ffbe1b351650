"""Importing in a real browser, in Chinese: drop a file, map it, save, load, see it, undo it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select

from tests.browser.test_site import work
from tracker.models import ImportBatch, Order, SavedMapping

TEXT = (
    "流水,成交时刻,收了多少\n"
    "甲1,2026-11-01 10:00:00,50.00\n甲2,2026-11-02 10:00:00,70.50\n甲3,从不,1.00\n"
)

DROP = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name, { type: "text/csv" }));
  for (const kind of ["dragover", "drop"]) {
    document.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }
}"""


def drop(page, name, text):
    page.goto("/imports")
    page.evaluate(DROP, [name, text])
    page.wait_for_url(re.compile(r"/imports/\d+$"))


def undo_all(database):
    from jobs.imports import run_undo

    with database.read() as session:
        due = session.scalars(select(ImportBatch.id).where(ImportBatch.undo_state == "queued"))
        ids = list(due)
    for batch_id in ids:
        run_undo(database, batch_id)


@pytest.mark.timeout(120)
def test_a_file_is_dropped_mapped_loaded_and_undone(signed_in, database, settings, shop):
    page = signed_in()
    drop(page, "自有订单.csv", TEXT)
    assert "无法识别文件类型" in page.inner_text("main")
    page.click("text=说明各列的含义")
    page.wait_for_url("**/mapping")
    for place, name in enumerate(("order_id", "placed_at", "paid")):
        page.select_option(f"#col-{place}", name)
    page.click("button[value=look]")
    page.wait_for_selector("text=按这个映射")
    assert "120.50 CNY" in page.inner_text("main")
    page.fill("#name", "门店流水")
    page.click("button[value=save]")
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    main = page.inner_text("main")
    assert "由你的映射“门店流水”识别" in main
    assert "不是日期" in main
    page.click("button[value=start]")
    page.wait_for_selector("progress")
    work(database, settings)
    page.wait_for_selector("text=导入完成")
    main = page.inner_text("main")
    assert "改动了什么" in main
    assert "+120.50" in main
    assert "被拒绝的行" in main
    page.goto("/imports")
    assert "自有订单.csv" in page.inner_text("main")
    assert "王芳" in page.inner_text("main tbody")

    page.click("text=自有订单.csv")
    page.click("text=撤销这次导入")
    page.wait_for_url("**/undo")
    assert "-120.50" in page.inner_text("main")
    page.click("button.danger")
    page.wait_for_selector("text=正在撤销这次导入")
    undo_all(database)
    page.wait_for_selector("text=这次导入已于")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Order)) == 0

    drop(page, "下个月.csv", TEXT.replace("甲", "乙"))
    assert "由你的映射“门店流水”识别" in page.inner_text("main")
    with database.read() as session:
        assert session.scalars(select(SavedMapping.name)).all() == ["门店流水"]


def test_the_pages_of_imports_fit_a_phone(signed_in, database, settings, shop):
    page = signed_in(viewport={"width": 390, "height": 844}, color_scheme="dark")
    drop(page, "自有订单.csv", TEXT)
    for address in (page.url, f"{page.url}/mapping", "/imports", "/imports/mappings"):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, address
