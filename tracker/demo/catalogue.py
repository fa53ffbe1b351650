"""What the demo brand sells: its products, their prices, and what they cost the seller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.demo.dice import Dice, Weighted
from tracker.demo.season import Season
from tracker.domain.records import GoodsCostRecord, LineRecord

FREE_FREIGHT_MINOR = 9900
"""Goods of this much or more (after discounts) travel free."""

FREIGHT_MINOR = 800

USD_PRICE_PERCENT = 18
"""Prices abroad in US cents, per cent of the price in fen: postage and duties are in it."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product: price and cost of one unit in fen, and how often it is chosen."""

    sku: str
    title: str
    path: str
    price_minor: int
    cost_minor: int
    weight: float


PRODUCTS = (
    Product("SY-LJ-100", "明前龙井 100g", "/tea/longjing", 23800, 9600, 9),
    Product("SY-BLC-100", "洞庭碧螺春 100g", "/tea/biluochun", 19800, 7900, 6),
    Product("SY-HSMF-125", "黄山毛峰 125g", "/tea/maofeng", 12800, 4700, 6),
    Product("SY-SM-350", "老寿眉饼 350g", "/tea/shoumei", 16800, 5900, 9),
    Product("SY-BMD-300", "白牡丹饼 300g", "/tea/baimudan", 21800, 8300, 7),
    Product("SY-JJM-50", "金骏眉 50g", "/tea/jinjunmei", 26800, 11200, 5),
    Product("SY-QM-150", "祁门红茶 150g", "/tea/qimen", 11800, 4200, 8),
    Product("SY-DHP-120", "大红袍 120g", "/tea/dahongpao", 19900, 8100, 6),
    Product("SY-TGY-250", "清香铁观音 250g", "/tea/tieguanyin", 10800, 4100, 7),
    Product("SY-PE-357", "十年陈普洱 357g", "/tea/puer", 29900, 12600, 4),
    Product("SY-XQG-8", "小青柑 8 枚", "/tea/xiaoqinggan", 5900, 2100, 12),
    Product("SY-MLH-100", "茉莉花茶 100g", "/tea/moli", 7900, 2600, 12),
    Product("SY-GHC-30", "桂花乌龙茶包 30 袋", "/tea/guihua", 6900, 2300, 14),
    Product("SY-LP-20", "冷泡茶随行装 20 条", "/tea/lengpao", 4900, 1600, 13),
    Product("SY-GW-1", "手作盖碗", "/ware/gaiwan", 13800, 5200, 4),
    Product("SY-LH-2", "山野四季茶礼盒", "/gift/siji", 35800, 14900, 5),
)

_CHOICE = Weighted([(product, product.weight) for product in PRODUCTS])

_DEARER = {"SY-LJ-100": 10_400, "SY-PE-357": 13_500}
"""New unit costs (fen) from the middle of the season on."""


def choose_product(dice: Dice) -> Product:
    """A product that somebody looks at."""
    return _CHOICE.draw(dice)


def choose_products(dice: Dice) -> list[tuple[Product, int]]:
    """Products and quantities of one order: one to four lines, no product twice."""
    chosen: dict[Product, int] = {}
    for _ in range(min(4, 1 + dice.geometric(0.45))):
        chosen[_CHOICE.draw(dice)] = 2 if dice.chance(0.14) else 1
    return list(chosen.items())


def lines_of(chosen: Sequence[tuple[Product, int]], prices: Sequence[int],
             discount_minor: int) -> tuple[LineRecord, ...]:  # fmt: skip
    """Order lines whose amounts add up to the goods less the discount, to the minor unit.

    `prices` are of one unit of each product in the order's currency. The discount is shared by
    amount; what rounding leaves is on the last line.
    """
    full = [price * quantity for price, (_, quantity) in zip(prices, chosen, strict=True)]
    left = discount_minor
    lines = []
    for i, ((product, quantity), amount) in enumerate(zip(chosen, full, strict=True)):
        last = i == len(full) - 1
        share = left if last else discount_minor * amount // sum(full)
        left -= share
        lines.append(LineRecord(quantity, amount - share, product.sku, product.title, str(i + 1)))
    return tuple(lines)


def goods_costs(season: Season) -> list[GoodsCostRecord]:
    """What every product costs, from long before the season; two get dearer in its middle."""
    since = date(season.start.year - 1, 1, 1)
    middle = season.days()[season.n_days // 2]
    return [
        *(GoodsCostRecord(p.sku, since, p.cost_minor, "CNY") for p in PRODUCTS),
        *(GoodsCostRecord(sku, middle, cost, "CNY") for sku, cost in _DEARER.items()),
    ]
