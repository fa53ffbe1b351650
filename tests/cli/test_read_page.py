# ruff: noqa: E501 -- tables are read by rows
import json

from click.testing import CliRunner

from tracker.cli.read_page import command

PAGE = """<html><head><title>Mug</title><script type="application/ld+json">{"@type": "Product",
"name": "马克杯", "offers": {"price": "19.90", "priceCurrency": "CNY"}}</script></head></html>"""


def run(tmp_path, text, *options):
    file = tmp_path / "page.html"
    file.write_text(text, encoding="gb18030")
    return CliRunner().invoke(command, [str(file), "--url", "https://shop.example/mug", *options])


def test_a_page_is_one_document_with_amounts_as_text(tmp_path):
    result = run(tmp_path, PAGE, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (found["kind"], found["status"], found["price"], found["currency"]) == ("product", "ok", "19.90", "CNY")  # fmt: skip
    assert (found["title"], found["encoding"]) == ("马克杯", "gb18030")


def test_a_taught_selector_is_an_option(tmp_path):
    result = run(tmp_path, "<b class=p>$5</b>", "--select", "price=.p::text", "--json")
    assert json.loads(result.stdout)["price"] == "5"
    assert run(tmp_path, PAGE, "--select", "nonsense").exit_code == 2


def test_without_json_only_what_is_known_is_shown(tmp_path):
    shown = run(tmp_path, PAGE).stdout
    assert "price\t19.90" in shown
    assert "sku" not in shown
