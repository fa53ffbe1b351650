import pytest

from tests.imports.files import read, told, write
from tests.imports.world import EXAMPLES
from tracker.imports import presets as presets_module
from tracker.imports.errors import FileError
from tracker.imports.presets import fold_header, presets
from tracker.imports.readers import READERS
from tracker.imports.sniff import sniff


def test_every_preset_is_whole_and_every_reader_has_one():
    found = presets()
    assert {preset.reader.name for preset in found.values()} == set(READERS)
    assert next(iter(found.values())).signature
    for preset in found.values():
        columns = set(preset.headers.values())
        for group in preset.reader.needed:
            assert columns & set(group), (preset.name, group)


def test_canonical_names_are_headers_of_canonical_presets():
    for preset in presets().values():
        if not preset.signature:
            for column in set(preset.headers.values()):
                assert preset.headers[fold_header(column)] == column


def test_headers_are_compared_without_case_width_and_separators():
    assert fold_header("\ufeff Order_ID ".strip("\ufeff")) == fold_header("order-id") == "order id"
    assert fold_header("消耗（元）") == fold_header("消耗(元)")


def test_preset_that_means_two_things_is_an_error(tmp_path, monkeypatch):
    path = tmp_path / "x.toml"
    path.write_text(
        'name="x"\ntitle="x"\nreader="refunds"\n[columns]\norder_id=["a"]\namount=["A"]\n'
    )
    with pytest.raises(presets_module.PresetError, match="two columns"):
        presets_module._read(path)
    path.write_text('name="x"\ntitle="x"\nreader="refunds"\n[columns]\nfoo=["a"]\n')
    with pytest.raises(presets_module.PresetError, match="no column"):
        presets_module._read(path)


SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,"
    "Note Attributes,Refunded Amount,Outstanding Balance,Phone,Lineitem discount\n"
)


def shopify_row(name="#1", status="paid", **cells):
    values = {
        "Name": name,
        "Email": "a@b.example",
        "Financial Status": status,
        "Paid at": "2023-11-04 12:19:55 -0700",
        "Currency": "USD",
        "Subtotal": "40.00",
        "Shipping": "5.00",
        "Taxes": "2.00",
        "Total": "47.00",
        "Discount Amount": "0.00",
        "Created at": "2023-11-04 12:19:55 -0700",
        "Lineitem quantity": "2",
        "Lineitem name": "Tea",
        "Lineitem price": "20.00",
        "Refunded Amount": "0.00",
        "Outstanding Balance": "0.00",
        "Lineitem discount": "0.00",
    }
    values.update(cells)
    return ",".join(values.get(name, "") for name in SHOPIFY.strip().split(",")) + "\n"


ORDER_FIELDS = [
    "Paid at",
    "Currency",
    "Subtotal",
    "Shipping",
    "Taxes",
    "Total",
    "Discount Amount",
    "Refunded Amount",
    "Outstanding Balance",
]


def further_line(name="#1", **cells):
    return shopify_row(name, "", **{**dict.fromkeys(ORDER_FIELDS, ""), **cells})


def test_shopify_lines_belong_to_the_order_above_them(tmp_path):
    text = SHOPIFY + shopify_row() + further_line(**{"Lineitem price": "9.00"}) + shopify_row("#2")
    units, out = read(write(tmp_path, text))
    assert (len(units), out) == (2, [])
    order = units[0].records[0]
    assert (order.ref, order.paid_minor, order.freight_minor, order.tax_minor) == (
        "#1",
        4_700,
        500,
        200,
    )
    assert [line.amount_minor for line in order.lines] == [4_000, 1_800]
    assert order.placed_at.isoformat() == "2023-11-04T19:19:55+00:00"
    assert units[0].lines == (2, 3)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("paid", "paid"),
        ("partially_refunded", "paid"),
        ("refunded", "paid"),
        ("pending", "unpaid"),
        ("authorized", "unpaid"),
        ("voided", "cancelled"),
    ],
)
def test_shopify_financial_status_decides(tmp_path, status, expected):
    units, _ = read(write(tmp_path, SHOPIFY + shopify_row(status=status)))
    order = units[0].records[0]
    assert order.status == expected
    assert order.paid_minor == (4_700 if expected == "paid" else 0)


def test_shopify_refund_is_booked_on_the_day_of_payment(tmp_path):
    row = shopify_row(status="partially_refunded", **{"Refunded Amount": "10.00"})
    units, _ = read(write(tmp_path, SHOPIFY + row))
    order, refund = units[0].records
    assert (refund.ref, refund.amount_minor, refund.refunded_at) == ("total", 1_000, order.paid_at)


def test_shopify_unpaid_rest_is_not_paid(tmp_path):
    row = shopify_row(status="partially_paid", **{"Outstanding Balance": "17.00"})
    units, _ = read(write(tmp_path, SHOPIFY + row))
    assert units[0].records[0].paid_minor == 3_000


def test_shopify_notes_may_carry_the_landing_page(tmp_path):
    notes = '"utm_source: xhs\nutm_medium: kol\ngift: yes"'
    units, _ = read(write(tmp_path, SHOPIFY + shopify_row(**{"Note Attributes": notes})))
    assert units[0].records[0].landing_url == "/?utm_source=xhs&utm_medium=kol"
    notes = '"landing_site: /?kol=lina\nreferring_site: https://www.xiaohongshu.com/"'
    units, _ = read(write(tmp_path, SHOPIFY + shopify_row(**{"Note Attributes": notes})))
    order = units[0].records[0]
    assert (order.landing_url, order.referrer) == ("/?kol=lina", "https://www.xiaohongshu.com/")


def test_shopify_line_without_its_order_is_rejected(tmp_path):
    text = SHOPIFY + further_line("#9", **{"Created at": ""}) + shopify_row()
    units, out = read(write(tmp_path, text))
    assert [unit.key for unit in units] == ["#1"]
    assert told(out) == [(2, "row_without_order")]


TMALL = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"


@pytest.mark.parametrize(
    ("cells", "status", "paid", "refunded"),
    [
        ("178.8,0.0,上海,2020-02-21 00:00:00,,0.0", "unpaid", 0, 0),
        ("21.0,21.0,上海,2020-02-20 23:59:54,2020-02-21 00:00:02,0.0", "paid", 2_100, 0),
        ("100.0,0.0,上海,2020-02-20 10:00:00,2020-02-20 10:01:00,100.0", "paid", 10_000, 10_000),
        ("100.0,70.0,上海,2020-02-20 10:00:00,2020-02-20 10:01:00,30.0", "paid", 10_000, 3_000),
        ("100.0,100.0,上海,2020-02-20 10:00:00,2020-02-20 10:01:00,30.0", "paid", 10_000, 3_000),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-8-sig", "utf-16"])
def test_tmall_paid_amount_is_before_refunds(tmp_path, cells, status, paid, refunded, encoding):
    units, out = read(write(tmp_path, f"{TMALL}7,{cells}\n", encoding=encoding))
    assert out == []
    order = units[0].records[0]
    assert (order.status, order.paid_minor, order.currency) == (status, paid, "CNY")
    assert [one.amount_minor for one in units[0].records[1:]] == ([refunded] if refunded else [])


def test_tmall_times_are_those_of_the_shop(tmp_path):
    units, _ = read(
        write(tmp_path, TMALL + "7,1.0,1.0,x,2020-02-20 23:59:54,2020-02-21 00:00:02,0\n")
    )
    assert units[0].records[0].placed_at.isoformat() == "2020-02-20T15:59:54+00:00"
    assert str(units[0].day) == "2020-02-20"


def test_advertising_touches_are_told_by_having_no_other_column(tmp_path):
    header = "customer_id,time,interaction,conversion,conversion_value,channel"
    assert sniff(write(tmp_path, header + "\n")).preset.name == "ad_touches"
    assert sniff(write(tmp_path, header + ",cost\n")).preset.name == "touches"


def test_forced_preset_says_which_columns_are_missing(tmp_path):
    path = write(tmp_path, "order_id,paid\n1,2\n")
    with pytest.raises(FileError, match="columns_missing: orders: placed_at"):
        sniff(path, "orders")
    with pytest.raises(FileError, match="not_recognised"):
        sniff(path)
    with pytest.raises(FileError, match="unknown_preset"):
        sniff(path, "nonsense")


def test_guide_names_every_column_of_the_canonical_files():
    guides = EXAMPLES.parent / "guide"
    guide = (guides / "imports.md").read_text(encoding="utf-8")
    listed = (guides / "presets.md").read_text(encoding="utf-8")
    implied = {"utm_medium", "utm_campaign", "utm_content", "line_price", "utm_term"}
    for preset in presets().values():
        assert f"`{preset.name}`" in listed
        for column in set(preset.headers.values()) - implied:
            assert f"`{column}`" in guide or preset.signature, (preset.name, column)
