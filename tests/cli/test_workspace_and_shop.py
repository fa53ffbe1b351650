import json

import pytest

from tracker.cli import run
from tracker.config import Settings


@pytest.fixture
def tracker(empty_database_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TRACKER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRACKER_DATABASE_URL", empty_database_url)
    assert Settings.from_env().database == empty_database_url

    def call(*arguments):
        status = run(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_first_workspace_sets_up_an_empty_database(tracker):
    status, output, _ = tracker("workspace", "add", "brand", "--currency", "usd", "--json")
    assert (status, json.loads(output)["currency"]) == (0, "USD")
    status, output, _ = tracker("shop", "add", "main", "--host", "Shop.example", "--json")
    shop = json.loads(output)
    assert (status, shop["currency"], shop["hosts"]) == (0, "USD", ["shop.example"])
    assert json.loads(tracker("shop", "list", "--json")[1]) == [shop]
    assert json.loads(tracker("workspace", "list", "--json")[1])[0]["workspace"] == "brand"
    assert "main" in tracker("shop", "list")[1]


def test_what_is_taken_or_unknown_is_one_line_and_exit_1(tracker):
    tracker("workspace", "add", "brand")
    for arguments, code in (
        (("workspace", "add", "brand"), "slug_taken"),
        (("workspace", "add", "new", "--time-zone", "Asia/Beijing"), "unknown_time_zone"),
        (("shop", "add", "main", "--currency", "BTC"), "unknown_currency"),
    ):
        status, _, message = tracker(*arguments)
        assert (status, message.count("\n")) == (1, 1)
        assert code in message
    assert tracker("shop", "add", "main", "--platform", "ebay")[0] == 2


def test_webhooks_of_a_shop_are_set_up_from_the_shell(tracker, tmp_path):
    tracker("workspace", "add", "brand")
    site_key = json.loads(tracker("shop", "add", "tea", "--json")[1])["site_key"]
    status, output, _ = tracker("shop", "webhook", "tea", "--new-secret", "--json")
    told = json.loads(output)
    assert (status, told["shop"], len(told["secret"])) == (0, "tea", 43)
    assert told["addresses"]["woocommerce"].endswith(f"/webhooks/woocommerce/{site_key}")
    assert [one["code"] for one in told["findings"]] == ["address_local", "nothing_came"]
    again = tracker("shop", "webhook", "tea")
    assert told["secret"] not in again[1]
    file = tmp_path / "secret"
    file.write_text("the-secret-of-the-shop\n")
    assert tracker("shop", "webhook", "tea", "--secret-file", str(file), "--json")[0] == 0
    assert "secret_same" in tracker("shop", "webhook", "tea", "--secret-file", str(file))[2]
    assert tracker("shop", "webhook", "tea", "--new-secret", "--secret-file", str(file))[0] == 2
    assert tracker("shop", "webhook", "nobody")[0] == 1
