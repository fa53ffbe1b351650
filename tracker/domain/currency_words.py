"""How people write currencies: signs, codes and words, each with the codes it may stand for.

A sign that several countries use ("$", "kr") stands for all of them, and stays unknown until other
evidence (a code, the page's own currency) leaves one. Codes are those of ISO 4217; the signs are
the usual ones of shops in these countries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tracker.domain.money import exponent, is_currency


@dataclass(frozen=True, slots=True)
class CurrencyWord:
    """What one sign or word says."""

    codes: frozenset[str]
    """The ISO codes that it may stand for."""
    usual: str | None
    """The one that is meant when nothing else is said; None: never guessed."""
    divisor: int = 1
    """100 for "¢" and "p": the number counts hundredths."""


_ONE: Final = """
    USD us$ u.s.$ usd u$s 美元 美金 美刀 미국달러 米ドル us_dollars us_dollar
    CNY cny rmb cn¥ cnh 人民币 人民幣 块钱 yuan renminbi 위안 人民元 юаней
    JPY jpy jp¥ 円 日元 日圆 日圓 yen 엔 иен
    HKD hk$ hkd 港元 港币 港幣 港纸 hong_kong_dollars
    TWD nt$ ntd twd 新台币 新臺幣 新台幣 台币 臺幣 台幣
    MOP mop$ 澳门元 葡币
    SGD s$ sg$ sgd 新加坡元 新币
    AUD a$ au$ aud 澳元 澳币 australian_dollars
    NZD nz$ nzd 纽元
    CAD c$ ca$ can$ cad cdn$ 加元 加币 canadian_dollars
    MXN mx$ mex$ mxn
    BRL r$ brl reais
    CLP cl$ clp$
    COP col$ cop$
    ARS ar$ arg$
    DOP rd$
    JMD j$
    TTD tt$
    UYU $u
    NIO c$.
    EUR € eur euro euros 欧元 歐元 유로 ユーロ евро ευρώ
    GBP £ gbp 英镑 英鎊 ポンド 파운드 gb£
    RUB ₽ rub руб руб. рублей рубля рубль 卢布
    BYN byn br
    INR ₹ inr 卢比 रुपये रु
    KRW ₩ krw 원 韩元 韓元 韩币 ウォン
    VND ₫ đ vnd vnđ 越南盾 đồng
    THB ฿ thb baht บาท 泰铢
    PHP ₱ php 菲律宾比索
    TRY ₺ tl lira 里拉
    UAH ₴ uah грн грн. гривень
    KZT ₸ kzt тг тенге
    NGN ₦ ngn naira
    GHS ₵ ghs gh₵
    ILS ₪ ils nis ש״ח ש"ח
    CRC ₡ crc
    PYG ₲ pyg gs. guaraníes
    LAK ₭ lak
    MNT ₮ mnt
    GEL ₾
    AZN ₼ azn
    AMD ֏
    KHR ៛
    BDT ৳ bdt tk taka টাকা
    PLN zł pln zl złotych
    CZK kč czk korun
    HUF ft huf forint
    RON lei leu ron
    BGN лв лв. bgn
    RSD rsd дин. din.
    HRK kn hrk
    CHF chf sfr sfr. francs_suisses
    SEK sek
    NOK nok
    DKK dkk
    ISK isk
    ZAR zar
    MYR rm myr ringgit 令吉 马币
    IDR rp idr rupiah
    KES ksh kes kshs
    AED aed dhs dh د.إ درهم
    SAR sar ر.س ريال_سعودي sr
    KWD kwd د.ك kd
    BHD bhd د.ب bd
    OMR omr ر.ع. ر.ع
    QAR qar ر.ق qr
    JOD jod د.ا jd
    EGP egp ج.م e£
    MAD mad د.م. د.م
    PEN s/ s/. soles
    BOB bs bs. bolivianos
    LKR lkr
    PKR pkr
    NPR npr
    MMK mmk
    IRR irr
"""

_SEVERAL: Final = """
    $         - USD CAD AUD NZD HKD SGD TWD MXN CLP COP ARS UYU DOP BZD FJD JMD BBD BSD TTD MOP NAD
    dollars   - USD CAD AUD NZD HKD SGD
    dollar    - USD CAD AUD NZD HKD SGD
    달러      - USD CAD AUD NZD HKD SGD
    ドル      - USD CAD AUD NZD HKD SGD
    ¥         - CNY JPY CNH
    元        CNY CNY TWD HKD MOP SGD USD CAD AUD CNH
    块        CNY CNY TWD HKD
    圆        CNY CNY JPY TWD HKD
    圓        TWD CNY JPY TWD HKD
    pounds    GBP GBP EGP
    quid      GBP GBP
    kr        - SEK NOK DKK ISK
    kr.       - SEK NOK DKK ISK
    kronor    SEK SEK
    kroner    - NOK DKK
    rs        - INR PKR LKR NPR MUR SCR
    rs.       - INR PKR LKR NPR MUR SCR
    ₨         - INR PKR LKR NPR MUR SCR
    rupees    - INR PKR LKR NPR MUR SCR
    pesos     - MXN CLP COP ARS PHP UYU DOP CUP
    p.        - RUB PHP
    р         RUB RUB BYN
    р.        RUB RUB BYN
    fr        - CHF XOF XAF XPF
    fr.       CHF CHF XOF XAF XPF
    francs    - CHF XOF XAF XPF
    cfa       - XOF XAF
    fcfa      - XOF XAF
    ریال      - IRR SAR OMR YER QAR
    ﷼         - IRR SAR OMR YER QAR
    ريال      - SAR OMR YER QAR
    دينار     - KWD BHD JOD IQD LYD TND
    won       KRW KRW KPW
    r         ZAR ZAR
    real      BRL BRL
"""

_HUNDREDTHS: Final = {
    "¢": frozenset({"USD", "CAD", "AUD", "NZD", "EUR", "MXN"}),
    "cents": frozenset({"USD", "CAD", "AUD", "NZD", "EUR", "HKD", "SGD"}),
    "cent": frozenset({"USD", "CAD", "AUD", "NZD", "EUR", "HKD", "SGD"}),
    "p": frozenset({"GBP"}),
    "pence": frozenset({"GBP"}),
    "коп": frozenset({"RUB"}),
}

NOT_AS_CODES: Final = frozenset({"ALL", "TOP", "SOS", "CUP", "STD"})
"""Codes that are words in capitals far more often than they are money."""


def _words() -> dict[str, CurrencyWord]:
    words: dict[str, CurrencyWord] = {}
    for line in _ONE.split("\n"):
        for code, *rest in filter(None, [line.split()]):
            words |= {
                word.replace("_", " "): CurrencyWord(frozenset({code}), code) for word in rest
            }
    for line in _SEVERAL.split("\n"):
        for word, usual, *codes in filter(None, [line.split()]):
            words[word] = CurrencyWord(frozenset(codes), None if usual == "-" else usual)
    for word, family in _HUNDREDTHS.items():
        words[word] = CurrencyWord(family, next(iter(family)) if len(family) == 1 else None, 100)
    return words


CURRENCY_WORDS: Final = _words()
"""Word or sign in lower case -> what it says."""


def currency_of(word: str) -> CurrencyWord | None:
    """What a sign, code or word says; None: it names no currency.

    Codes that are not in the table above count in capitals only: "all", "try" and "top" are words.
    """
    found = CURRENCY_WORDS.get(word.lower())
    if found is not None:
        return found
    if len(word) == 3 and word.isascii() and is_currency(word) and word not in NOT_AS_CODES:
        return CurrencyWord(frozenset({word}), word)
    return None


def currency_code(text: str) -> str | None:
    """The ISO code that a markup's currency field means ("usd", "€", "RMB", "CNY "); None: none.

    A sign of several currencies gives None.
    """
    word = text.strip()
    if is_currency(word.upper()):
        return word.upper()
    found = currency_of(word)
    return found.usual if found is not None and found.divisor == 1 else None


def digits_of(currency: str | None) -> int:
    """Digits after the point of a currency; 2 when it is unknown."""
    return 2 if currency is None or not is_currency(currency) else exponent(currency)
