"""From tokens to amounts: which digits, scales, signs and words belong together or clash."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce

from tracker.domain import number_words as words
from tracker.domain.currency_words import CurrencyWord, digits_of
from tracker.domain.digits import CHINESE_NUMERALS, Run, read_chinese, read_run
from tracker.domain.number_tokens import Kind, Token


@dataclass(frozen=True, slots=True)
class Amount:
    """One number with what belongs to it."""

    value: Decimal
    decimals: int
    """Decimals as written, before the scale."""
    scale: int = 1
    currency: str | None = None
    is_money: bool = False
    """Whether a currency is named, known or not."""
    at_least: bool = False
    about: bool = False

    @property
    def step(self) -> Decimal:
        """Place of the last digit beside a scale: 100 for "783.4K"; 0 without one (not rounded)."""
        return Decimal(self.scale).scaleb(-self.decimals) if self.scale > 1 else Decimal(0)


@dataclass(slots=True)
class _Part:
    """Tokens first..last of one number."""

    first: int
    last: int
    run: Run
    scale: int = 1
    negative: bool = False
    more: bool = False


_MONEY_SIGN = re.compile("[$€£¥₽₹₩₫฿₱₺₴₪元円원]|руб|z[łl]|TL|kr|Kč")
_TAX = re.compile(
    r"[(（\[]?\s*\b(?:incl|inkl|inc|including|excl|zzgl|ex|plus|含|tva|vat|mwst|ust|iva|btw|gst|moms)"
    r"\b[.\s]*(?:of\s)?\d{1,2}(?:[.,]\d)?\s?%[^\d]{0,25}$|"
    r"[(（\[]\s*(?:incl|inkl|inc|including|excl)[.\s]*\d{1,2}(?:[.,]\d)?\s?%[^\d)]*[)）\]]",
    re.IGNORECASE,
)
_DISCOUNT = re.compile(r"[(（\[]\s*[-+]?\s*\d{1,2}(?:[.,]\d)?\s?%[^\d)）\]]{0,12}[)）\]]")
_LOOSE_CENTS = re.compile(r"(\D*\d[\d.,' ]*)([.,]) (\d{2})(\D*)")
_JOINED_CENTS = re.compile(r"(?<![.,\d])(\d{1,4}(?:[ .]\d{3})?)([€£$])(\d{2})(?![\d.,])")


def tidy(text: str, *, is_price: bool) -> str:
    """Without "incl. 19% VAT"; 12€50 written as 12.50 €, and a price's "12. 50" as 12.50."""
    text = _TAX.sub(" ", text)
    if is_price or _MONEY_SIGN.search(text):
        text = _DISCOUNT.sub(" ", text)
        loose = _LOOSE_CENTS.fullmatch(text)
        text = "".join(loose.groups()) if loose else text
    return _JOINED_CENTS.sub(lambda m: f"{re.sub('[ .]', '', m[1])}.{m[3]} {m[2]}", text)


def find_amounts(
    tokens: Sequence[Token], page_currency: str | None, *, is_price: bool
) -> list[Amount]:
    """The one amount, or the two ends of the one range, that tokens tell.

    `is_price`: whether it is known to be money though no currency may be named.

    Returns:
        [] when there are more, when they contradict each other, or when a word says that it is no
        amount (a limit, a date, a share, a size, a rank).
    """
    money = [token.currency for token in tokens if token.currency is not None]
    known = _currency(money, page_currency)
    numbers = [i for i, token in enumerate(tokens) if token.kind is Kind.NUMBER]
    if known is None or any(_says_nothing(token) for token in tokens):
        return []
    exact = known[1] if known[0] is None else known[0]
    parts = _parts(tokens, numbers, three_decimals=digits_of(exact) == 3)
    if parts is None or len(parts) > 2:
        return []
    if not all(
        _stands_free(tokens, part, is_money=bool(money), is_price=is_price) for part in parts
    ):
        return []
    amounts = [_amount(tokens, part, known[0], money) for part in parts]
    if len(amounts) == 2:
        return _as_range(tokens, parts, amounts)
    return amounts


def _says_nothing(token: Token) -> bool:
    """Whether it is a limit ("up to 50"), or makes an amount no price ("free from $49")."""
    return token.kind is Kind.MOST or token.text in words.FREE


def _currency(
    money: Sequence[CurrencyWord], page_currency: str | None
) -> tuple[str | None, str | None] | None:
    """(code or None when several are left, the page's) or None when two currencies clash."""
    if not money:
        return None, page_currency
    codes = reduce(frozenset.intersection, (word.codes for word in money))
    if not codes or len({word.divisor for word in money}) > 1:
        return None
    if len(codes) == 1:
        return next(iter(codes)), page_currency
    if page_currency in codes:
        return page_currency, page_currency
    usual = {word.usual for word in money if word.usual is not None} & codes
    return (usual.pop() if len(usual) == 1 else None), page_currency


def _parts(
    tokens: Sequence[Token], numbers: Sequence[int], *, three_decimals: bool
) -> list[_Part] | None:
    """The numbers with their scales; None: one of them is not a number."""
    parts: list[_Part] = []
    for index in numbers:
        if parts and index <= parts[-1].last:
            continue
        part = _part(tokens, index, three_decimals=three_decimals)
        if part is None:
            return None
        parts.append(part)
    return parts


def _part(tokens: Sequence[Token], index: int, *, three_decimals: bool) -> _Part | None:
    place, more = index + 1, False
    if _is_more(tokens, index):
        more, place = True, index + 2
    scale = tokens[place].scale if place < len(tokens) else None
    marks = scale.marks if scale else None
    run = read_run(tokens[index].text, marks, three_decimals=three_decimals)
    if run is None:
        return None
    part = _Part(index, index, run, negative=_is_negative(tokens, index), more=more)
    if scale is None:
        part.last = index + more
        return part
    part.last, part.scale = place, scale.factor
    if not more:
        _add_smaller(tokens, part)
    if _is_more(tokens, part.last):  # 1万多
        part.more, part.last = True, part.last + 1
    return part


def _add_smaller(tokens: Sequence[Token], part: _Part) -> None:
    """Take in what follows in smaller scales: 1亿2千万, 3만 2천, "1 crore 20 lakh"."""
    while part.run.decimals == 0 and part.last + 2 < len(tokens):
        number, follower = tokens[part.last + 1], tokens[part.last + 2]
        blank = number.start - tokens[part.last].end
        if number.kind is not Kind.NUMBER or follower.scale is None or blank > 1:
            return
        run = read_run(number.text, follower.scale.marks)
        smaller = follower.scale.factor
        if run is None or run.decimals or run.value * smaller >= part.scale:
            return
        part.last += 2
        part.run = Run(part.run.value * (part.scale // smaller) + run.value, 0)
        part.scale = smaller


def _is_more(tokens: Sequence[Token], index: int) -> bool:
    """Whether 多 or 余 follows at once."""
    if index + 1 >= len(tokens):
        return False
    follower = tokens[index + 1]
    return follower.text in words.MORE_INSIDE and tokens[index].touches(follower)


def _is_negative(tokens: Sequence[Token], index: int) -> bool:
    """Whether a minus stands at the number, or at the currency that stands at it."""
    place = index
    while place > 0 and tokens[place - 1].touches(tokens[place]):
        before = tokens[place - 1]
        if before.text == "-":
            return (
                place < 2
                or not tokens[place - 2].touches(before)
                or tokens[place - 2].kind is Kind.CURRENCY
            )
        if before.kind is not Kind.CURRENCY:
            return False
        place -= 1
    return False


def _amount(
    tokens: Sequence[Token], part: _Part, currency: str | None, money: Sequence[CurrencyWord]
) -> Amount:
    value = part.run.value * part.scale
    decimals = part.run.decimals
    if money and money[0].divisor != 1:
        value, decimals = value / money[0].divisor, decimals + 2
    if part.scale > 1 and value == value.to_integral_value():
        value = value.quantize(Decimal(1))
    if currency is None and decimals and part.scale == 1 and _is_yuan_or_yen(money):
        currency = "CNY"  # yen have no decimals
    return Amount(
        value=-value if part.negative else value,
        decimals=decimals,
        scale=part.scale,
        currency=currency,
        is_money=bool(money),
        at_least=part.more or _is_at_least(tokens, part),
        about=_is_about(tokens, part),
    )


def _is_yuan_or_yen(money: Sequence[CurrencyWord]) -> bool:
    return bool(money) and all({"CNY", "JPY"} <= word.codes for word in money)


def _skip(tokens: Sequence[Token], place: int, step: int) -> int:
    """The next place in a direction whose token is no currency and no punctuation."""
    while 0 <= place < len(tokens) and (
        tokens[place].kind is Kind.CURRENCY or tokens[place].text in ".,:：'\"()（）[]*•"
    ):
        place += step
    return place


def _is_at_least(tokens: Sequence[Token], part: _Part) -> bool:
    before = _skip(tokens, part.first - 1, -1)
    if before >= 0 and tokens[before].kind is Kind.LEAST_BEFORE:
        return True
    after = _skip(tokens, part.last + 1, +1)
    if after >= len(tokens):
        return False
    token = tokens[after]
    if token.text == "+":
        return True
    if token.text in ("~", "〜", "～"):
        return after == len(tokens) - 1 and part.last != after
    return any(
        token.kind is Kind.LEAST_AFTER and (token.text != "起" or place <= after + 1)
        for place, token in enumerate(tokens[after:], start=after)
    )


def _is_about(tokens: Sequence[Token], part: _Part) -> bool:
    before = _skip(tokens, part.first - 1, -1)
    if before >= 0 and tokens[before].kind is Kind.ABOUT:
        return True
    after = _skip(tokens, part.last + 1, +1)
    near = tokens[after : after + 2]
    return any(token.text in ("左右", "上下", "前后") for token in near)


def _stands_free(tokens: Sequence[Token], part: _Part, *, is_money: bool, is_price: bool) -> bool:
    """Whether the words at both sides leave a number what it is."""
    before = tokens[part.first - 1] if part.first else None
    if before is not None and before.text == "," and part.first > 1:  # July, 2004
        before = tokens[part.first - 2]
    after = tokens[part.last + 1] if part.last + 1 < len(tokens) else None
    return _free_before(before, tokens[part.first]) and _free_after(
        after, tokens[part.last], is_money=is_money, is_price=is_price
    )


_TIED_BEFORE = frozenset(["/", "\\", "_", "@", ".", "..", "..."])


def _free_before(before: Token | None, number: Token) -> bool:
    if before is None or before.kind is Kind.CURRENCY:
        return True
    if before.text in words.NOT_A_COUNT_BEFORE:
        return False
    if before.kind in (Kind.WORD, Kind.LEAST_BEFORE, Kind.ABOUT) and before.touches(number):
        return not _is_latin(before.text)
    return not (before.text in _TIED_BEFORE and before.touches(number))


def _free_after(after: Token | None, number: Token, *, is_money: bool, is_price: bool) -> bool:
    if after is None or after.kind in (Kind.CURRENCY, Kind.SCALE):
        return True
    glued = number.touches(after)
    if after.text == "%":
        return False
    if after.text in words.NOT_A_COUNT_AFTER:
        if after.text[0].isalpha():
            return is_money and not glued
        return is_price or is_money or not glued  # "15.95/mo"
    if glued and after.text[0] in CHINESE_NUMERALS:
        return False
    if after.kind is Kind.WORD and glued and _is_latin(after.text):
        return len(after.text) > 2
    return not (after.text in "_@" and glued)


def _is_latin(word: str) -> bool:
    return bool(word) and word[0].isalpha() and ord(word[0]) < 0x0E00


def _as_range(
    tokens: Sequence[Token], parts: Sequence[_Part], amounts: Sequence[Amount]
) -> list[Amount]:
    """The two ends, or [] when what lies between does not say "to"."""
    between = [
        token
        for token in tokens[parts[0].last + 1 : parts[1].first]
        if token.kind is not Kind.CURRENCY
    ]
    joined = "".join(token.text for token in between)
    heads = {token.text for token in tokens[: parts[0].first]}
    is_to = joined in words.TO or (joined in words.AND and bool(heads & words.BETWEEN))
    if not is_to or amounts[1].at_least or any(part.more for part in parts):
        return []
    first, last = amounts
    if parts[1].negative:
        return []
    shared = first.scale == 1 and last.scale > 1
    if shared and first.value < last.value / last.scale:  # 1-2万 is 10000 to 20000
        first = replace(first, value=first.value * last.scale, scale=last.scale)
    return [first, last]


_CHINESE = re.compile(
    "(?P<head>(?:已售|已拼|月销|销量|粉丝|累计|共|总计|已有|有|卖出|获赞|关注|播放|阅读|价格|售价|仅售|仅|:|：|\\s)*)"
    "(?P<least>超过|超|突破|过|破|上|逾|至少)?(?P<about>约|近|将近|大约)?"
    f"(?P<number>[{CHINESE_NUMERALS}]+)"
    "(?P<more>[多余餘])?(?P<scale>[万萬亿億])?(?P<plus>\\+|以上)?"
    "(?P<money>元|块钱|块)?(?P<tail>[个位名人件条次单份本张篇支瓶盒款粉丝关注赞播放阅读评论收藏转分享购买付"
    "款已观看点量的用户\\s]|以上|左右)*(?P<after>\\+|以上|起|左右)?[!。.]?"
)


def chinese_amount(text: str) -> Amount | None:
    """A text whose number is written in Chinese characters only, and whose other words are known.

    None for any other: most such characters in names and phrases are no numbers (三只松鼠, 十分).
    """
    match = _CHINESE.fullmatch(text)
    if match is None:
        return None
    value = read_chinese(match["number"])
    if value is None:
        return None
    more = match["more"] or match["plus"] or match["least"] or match["after"] in ("+", "以上", "起")
    bare = re.fullmatch("[十百千万亿萬億]+", match["number"]) is not None
    lone = len(match["number"]) == 1 and not match["scale"]
    if (lone and not match["money"] and not more) or (bare and len(text) > 1 and not more):
        return None
    if match["scale"]:
        value *= {"万": 10_000, "萬": 10_000}.get(match["scale"], 100_000_000)
    return Amount(
        value=Decimal(value),
        decimals=0,
        currency="CNY" if match["money"] else None,
        is_money=match["money"] is not None,
        at_least=bool(more),
        about=match["about"] is not None or match["after"] == "左右",
    )
