# ruff: noqa: E501 -- tables are read by rows
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.numbers import (
    NumberKind,
    NumberReading,
    Precision,
    read_count,
    read_number,
    read_price,
)

COUNTS = """
    1234 = 1234
    1,234 = 1234
    1.234 = 1234
    1,234,567 = 1234567
    1.234.567 = 1234567
    1'234'567 = 1234567
    1’234 = 1234
    12,34,567 = 1234567
    25 015 subscribers = 25015
    2 805 members = 2805
    (1,234) = 1234
    +1,234 = 1234
    12.0 = 12
    7318人付款 = 7318
    粉丝数：1,234 = 1234
    1,234人が購入 = 1234
    조회수 1,234회 = 1234
    １，２３４ = 1234
    ١٬٢٣٤ = 1234
    ٣٬٥٠٠ = 3500
    ۱۲۳۴ = 1234
    १,२३,४५६ = 123456
    1&nbsp;234 = 1234
    1234followers = 1234
    三百五十 = 350
    一万二千 = 12000
    一万二千人付款 = 12000
    两万 = 20000
    一亿二千万 = 120000000
    1.2万 ~ 12000
    1.2 万 ~ 12000
    １.２万 ~ 12000
    1.2萬 ~ 12000
    1.2w ~ 12000
    1.2W粉 ~ 12000
    12.5万点赞 ~ 125000
    1.5亿 ~ 150000000
    1.2億 ~ 120000000
    3.2千 ~ 3200
    2.3千万 ~ 23000000
    1亿2千万 ~ 120000000
    1億2,345萬 ~ 123450000
    1,234万 ~ 12340000
    获赞与收藏 3.4万 ~ 34000
    2.3万评论 ~ 23000
    12.5K ~ 12500
    783.4K Followers ~ 783400
    1,234K ~ 1234000
    1.2M subscribers ~ 1200000
    1.2B views ~ 1200000000
    1 million ~ 1000000
    3 hundred ~ 300
    5 mil ~ 5000
    3,4 Mio. ~ 3400000
    1.234 Mio. ~ 1234000000
    12 Tsd. ~ 12000
    4,69 M de suscriptores ~ 4690000
    1,1 M d’abonnés ~ 1100000
    2,1 тыс. ~ 2100
    12,5 тыс. подписчиков ~ 12500
    3,1 млн ~ 3100000
    1,2 mln obserwujących ~ 1200000
    1,2 mil. odběratelů ~ 1200000
    12 bin takipçi ~ 12000
    10,5 rb ~ 10500
    1.3 tỷ ~ 1300000000
    1.2만 ~ 12000
    구독자 1.2만명 ~ 12000
    3만 2천 ~ 32000
    チャンネル登録者数 1.23万人 ~ 12300
    1.2 lakh ~ 120000
    1.2 crore ~ 12000000
    1 crore 20 lakh ~ 12000000
    约1,200人 ~ 1200
    近1万人 ~ 10000
    ~100 ~ 100
    1.2万+ > 12000
    10万+件 > 100000
    已拼: 10万+件 > 100000
    53万+条评价 > 530000
    1.2w+人已买 > 12000
    100+人付款 > 100
    100多人 > 100
    50多万 > 500000
    1万多 > 10000
    过万 > 10000
    百万+ > 1000000
    十万+ > 100000
    over 10K > 10000
    more than 1,000 > 1000
    10K or more > 10000
    10以上 > 10
    超过10万人 > 100000
    10RB+ terjual > 10000
    100-200 - 100 201
    1万~2万 - 10000 20001
    1-2万 - 10000 20001
    5000-1万 - 5000 10001
    1.5k-2k - 1500 2001
    from 5 to 10 - 5 11
    between 5 and 10 - 5 11
"""

PRICES = """
    19.90 = 19.90 None
    1299 = 1299 None
    3.350 = 3350 None
    1,299 = 1299 None
    1,234,567.890 = 1234567.890 None
    .99 = 0.99 None
    1.299,00 € = 1299.00 EUR
    1 299,00 € = 1299.00 EUR
    €1,299.00 = 1299.00 EUR
    12€50 = 12.50 EUR
    1 297€95 = 1297.95 EUR
    1.837, 32 € = 1837.32 EUR
    19,99 € / Stück = 19.99 EUR
    12,99 € (inkl. 19% MwSt.) = 12.99 EUR
    129,00 € (-15%) = 129.00 EUR
    £1,200.50 = 1200.50 GBP
    99p = 0.99 GBP
    $5 = 5 None
    -$5.00 = -5.00 None
    $12⁹⁹ = 12.99 None
    $15.95/mo = 15.95 None
    99¢ = 0.99 None
    US$12.99 = 12.99 USD
    $12.99 USD = 12.99 USD
    USD 1,234.56 = 1234.56 USD
    HK$1,280 = 1280 HKD
    NT$ 100元 = 100 TWD
    A$ 5 = 5 AUD
    S$12.90 = 12.90 SGD
    R$ 1.299,90 = 1299.90 BRL
    ¥12.50 = 12.50 CNY
    ￥1,299.00 = 1299.00 CNY
    ¥1,299 = 1299 None
    ¥100元 = 100 CNY
    ¥ 100 JPY = 100 JPY
    RMB 12 = 12 CNY
    券后¥59.9 = 59.9 CNY
    199元 = 199 CNY
    199块钱 = 199 CNY
    100日元 = 100 JPY
    ５０００円 = 5000 JPY
    12,000원 = 12000 KRW
    ₩12,000 = 12000 KRW
    ₹ 1,23,456.00 = 123456.00 INR
    Rs. 1,500 = 1500 None
    12 000 ₽ = 12000 RUB
    1 290 руб. = 1290 RUB
    1.290,- Kč = 1290 CZK
    12.345 ₫ = 12345 VND
    Rp 1.234.567 = 1234567 IDR
    KWD 3.350 = 3.350 KWD
    CHF 1’299.– = 1299 CHF
    1 299,00 kr = 1299.00 None
    kr 1.290,50 = 1290.50 None
    R 199.00 = 199.00 ZAR
    AED 199 = 199 AED
    ١٬٢٣٤٫٥٦ ر.س = 1234.56 SAR
    1.2万元 ~ 12000 CNY
    €1.2M ~ 1200000 EUR
    约 ¥100 ~ 100 None
    199元起 > 199 CNY
    19.90 起 > 19.90 None
    1,000円～ > 1000 JPY
    from $5 > 5 None
    From 1.299 € > 1299 EUR
    ab 19,99 € > 19.99 EUR
    à partir de 12,50 € > 12.50 EUR
    ¥19.9-39.9 - 19.9 CNY
    29.80 - 32.80 - 29.80 None
    $1,112.78 – $2,699.99 - 1112.78 None
    10 à 20 € - 10 EUR
    1299-1499元 - 1299 CNY
    1,000〜2,000円 - 1000 JPY
    免费 = 0 None
    Free! = 0 None
    kostenlos = 0 None
"""

UNCLEAR = """
    2 for $5 | 1 2 3 | 12 34 | 4.5 out of 5 | 3 of 10 | 298K Followers, 553 Following | AED 8000 (USD 2179)
    Was $20 Now $15 | 满100减20 | buy 1 get 1 | 4.8 (1,234) | 1,2,3 | 12,34,5 | 1.2.3 | 10.000.00 | 1.000,00.5
    2026-11-22 | 22/11/2026 | 11月22日 | 2026年 | July, 2004 | 22 Nov | Nov 22 | 12:30 | 10:00 | 3天前 | 5 min ago
    2h | 30 days | 50% | 99.9%好评 | 8折 | 5 stars | 4.8分 | 1/2 | 5/5 | ½ | 1½ | ① | ² | Ⅳ | 12² | 1,234¹
    No. 5 | №5 | #3 | 第1名 | Top 10 | 5th | 1st | v1.2 | A4 | x2 | 12GB | 100g | 500 ml | 1.5 kg | 1.2千克 | 5 m
    1080p | 007 | 0123 | 1234567890123456 | 138-0013-8000 | +86 138 0013 8000 | up to 50 | <5 | under $50 | 不到100
    100以下 | US$12 CAD | €5 £4 | 1٢3 | 1e5 | 3十 | 3万5 | 1_000 | 几万 | 十几万 | 万 | 三只松鼠 | 十分好 | 五一 | 一般
    -- | - | — | n/a | N/A | null | 暂无报价 | 待定 | 售罄 | 面议 | sold out | $ | € -- | abc | free shipping over $50
    200-100 | 10-5 | tel 5551234 | 1.2L | 1 for 2
"""


PRECISION = {
    "=": Precision.EXACT,
    "~": Precision.ROUNDED,
    ">": Precision.AT_LEAST,
    "-": Precision.RANGE,
}


def count_rows():
    for line in COUNTS.strip().splitlines():
        fields = line.split()
        place = -3 if fields[-3:-2] == ["-"] else -2
        text = line.strip().rsplit(f" {fields[place]} ", 1)[0]
        yield pytest.param(text, fields[place], fields[place + 1 :], id=text)


def price_rows():
    for line in PRICES.strip().splitlines():
        text, mark, value, currency = line.strip().rsplit(maxsplit=3)
        yield pytest.param(text, mark, value, None if currency == "None" else currency, id=text)


@pytest.mark.parametrize(("text", "mark", "expected"), list(count_rows()))
def test_a_count_is_read_as_it_was_meant(text, mark, expected):
    reading = read_count(text)
    assert reading.value == Decimal(expected[0])
    assert reading.precision is PRECISION[mark]
    assert reading.currency is None
    assert reading.raw == text
    if len(expected) > 1:
        assert reading.high == Decimal(expected[1])


@pytest.mark.parametrize(("text", "mark", "expected"), list(count_rows()))
def test_a_count_is_the_same_number_when_nothing_is_said_of_its_kind(text, mark, expected):
    assert read_number(text).value == Decimal(expected[0])


@pytest.mark.parametrize(("text", "mark", "value", "currency"), list(price_rows()))
def test_a_price_is_read_with_its_currency(text, mark, value, currency):
    reading = read_price(text)
    assert (str(reading.value), reading.currency) == (value, currency)
    assert reading.precision is PRECISION[mark]
    assert reading.is_money


@pytest.mark.parametrize(
    "text", [cell.strip() for line in UNCLEAR.strip().splitlines() for cell in line.split(" | ")]
)
@pytest.mark.parametrize("kind", [None, *NumberKind])
def test_what_is_unclear_is_not_guessed(text, kind):
    assert read_number(text, kind) == NumberReading(raw=text)


@pytest.mark.parametrize("text", ["$5", "12.5", "-3", "0.5", "1,23", "¥100", "1.5万元", "free", "免费", "1.23456万"])  # fmt: skip
def test_a_count_is_whole_and_no_money(text):
    assert read_count(text).value is None


def test_rounded_numbers_are_enclosed_whether_the_page_rounds_or_cuts_off():
    reading = read_count("783.4K")
    assert (reading.low, reading.high) == (783_350, 783_500)


def test_a_lower_bound_has_no_upper_end():
    reading = read_count("10万+")
    assert (reading.low, reading.high) == (100_000, None)


def test_an_exact_number_ends_one_step_further():
    assert read_count("1,234").high == 1_235
    assert read_price("€12.50").high == Decimal("12.51")
    assert read_price("¥500 JPY").high == 501


def test_the_currency_of_the_page_decides_what_a_shared_sign_means():
    assert read_price("$5", "CAD").currency == "CAD"
    assert read_price("¥500", "JPY").currency == "JPY"
    assert read_price("¥12.50", "CNY").currency == "CNY"
    assert read_price("99 kr", "SEK").currency == "SEK"


def test_the_currency_of_the_page_does_not_overrule_what_is_written():
    assert read_price("€5", "USD").currency == "EUR"
    assert read_price("$5", "EUR").currency is None


def test_a_text_longer_than_any_number_is_not_read():
    assert read_number("1" + " " * 600).value is None


@pytest.mark.parametrize("text", ["1" * 500, "1," * 250, "1 " * 250, "￥" * 500, "(1%" * 160, "万" * 500, "1万" * 250])  # fmt: skip
def test_hostile_texts_are_answered_at_once(text):
    read_number(text)


numbers = st.integers(0, 10**12)


def written(number, group, decimal_mark, decimals):
    whole, fraction = divmod(number, 10**decimals)
    text = f"{whole:,}".replace(",", group)
    return f"{text}{decimal_mark}{fraction:0{decimals}d}" if decimals else text


@given(numbers, st.sampled_from([",", ".", " ", "'", "’", "\u00a0", "\u202f", "\u2009", ""]))
def test_grouped_counts_are_read_back(number, group):
    text = written(number, group, "", 0)
    reading = read_count(text)
    assert reading.value == number
    assert reading.low <= number < reading.high


@given(numbers, st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", "."), ("", ",")]),
       st.sampled_from(["{} €", "€{}", "EUR {}", "{}EUR"]))  # fmt: skip
def test_prices_with_two_decimals_are_read_back(number, marks, frame):
    reading = read_price(frame.format(written(number, *marks, 2)))
    assert reading.value == Decimal(number) / 100
    assert reading.currency == "EUR"


@given(st.integers(1, 10**12), st.sampled_from([("千", 10**3), ("万", 10**4), ("亿", 10**8),
       ("K", 10**3), ("M", 10**6), ("B", 10**9), ("만", 10**4), ("w", 10**4)]),
       st.integers(0, 2), st.booleans(), st.sampled_from(["", "+", " followers", "人"]))  # fmt: skip
def test_shortened_counts_enclose_what_was_shortened(number, scale, decimals, rounds, tail):
    word, factor = scale
    step = Decimal(factor).scaleb(-decimals)
    shown = (Decimal(number) / step).to_integral_value("ROUND_HALF_UP" if rounds else "ROUND_DOWN")
    text = f"{shown * step / factor:.{decimals}f}{word}{tail}"
    reading = read_count(text)
    if tail == "+":
        assert reading.precision is Precision.AT_LEAST
        return
    assert reading.low <= number < reading.high, text


@given(st.integers(0, 10**9), st.sampled_from(["٠", "۰", "०", "๐", "０", "߀"]))
def test_digits_of_any_script_are_digits(number, zero):
    text = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
    assert read_count(text).value == number


@given(st.text(max_size=60))
def test_no_text_raises_and_every_reading_is_consistent(text):
    reading = read_number(text)
    if reading.value is None:
        assert (reading.low, reading.high, reading.currency, reading.precision) == (None,) * 4
    else:
        assert reading.low <= reading.value
        assert reading.high is None or reading.value < reading.high


@given(st.text("0123456789.,-+ 万亿千KMwb%$€¥元~起多约第年月/:()'", max_size=16))
def test_no_text_of_number_signs_raises(text):
    for kind in (None, *NumberKind):
        read_number(text, kind)
