"""Files for benchmarks/imports.py: orders as a shop exports them, as text and as a sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import xlsxwriter

HEADER = (
    "order_id", "placed_at", "paid_at", "status", "paid", "gross", "freight", "buyer_id", "coupons",
    "sku", "title", "quantity", "line_amount", "landing_url",
)  # fmt: skip
"""Fourteen columns: what an export of orders usually has of use."""

_BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
_SECONDS = 15


def rows(count: int) -> Iterator[list[str]]:
    """Orders of half a year; one in five has a code, one in three a landing address."""
    for n in range(count):
        placed = _BEGIN + timedelta(seconds=n * _SECONDS % 15_552_000)
        paid = f"{19 + n % 480}.{n % 100:02}"
        yield [
            f"69{n:017}",
            f"{placed:%Y-%m-%d %H:%M:%S}",
            f"{placed + timedelta(seconds=40):%Y-%m-%d %H:%M:%S}",
            "交易成功" if n % 20 else "等待买家付款",
            paid,
            paid,
            "0.00",
            f"b{n * 7919 % 400_000}",
            f"KOL{n % 300:03}" if n % 5 == 0 else "",
            f"SKU-{n % 900:04}",
            f"商品 {n % 900} 号",
            "1",
            paid,
            f"/item/{n % 900}?utm_source=xiaohongshu&utm_medium=kol&kol=k{n % 300}"
            if n % 3 == 0
            else "",
        ]


def write_csv(path: Path, count: int) -> Path:
    """A CSV without quotes, as most platforms write it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADER) + "\r\n")
        file.writelines(",".join(cells) + "\r\n" for cells in rows(count))
    return path


def write_xlsx(path: Path, count: int) -> Path:
    """A workbook whose texts are shared strings, as spreadsheets write it."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for number, cells in enumerate(rows(count), 1):
            sheet.write_row(number, 0, cells)
    return path


def write_zip(path: Path, member: Path) -> Path:
    """A zip of one file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(member, member.name)
    return path
