"""What a page says: every text that somebody sees or hears, and what must not be among it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

from sqlalchemy import String, Text, select
from sqlalchemy.orm import Session

from tracker import i18n
from tracker.models import Base
from tracker.web.import_words import COLUMNS

SPOKEN = ("title", "aria-label", "placeholder", "alt", "data-done", "data-confirm")
"""Attributes that are read to or by people."""

SILENT = {"script", "style", "code", "pre", "kbd", "textarea"}
"""What stands in them is for programs, or somebody's own."""

VOID = {"meta", "link", "input", "img", "br", "hr", "col", "source"}

RAW = re.compile(
    r"\{\{|\}\}|\{%|%\(\w*\)?[sd]?|%%|\bNaN\b|\bnan\b|\bundefined\b|\bnull\b|\[object "
    r"|<[\w.]+ object at|\bUndefined\b|Traceback|datetime\.|Decimal\(|\binf\b"
)
"""A template, a value or an object of the program that got through."""

RAW_CODE = re.compile(r"\b(?!utm_)[a-z]{2,}(?:_[a-z]{2,})+\b")
"""A code such as paid_social; parameters of addresses are spelt so, too."""

SENTENCE = re.compile(r"[A-Za-z]+(?: [a-z]+){3,}")
"""Four English words in a row."""

EXAMPLES = {"xhs_note"}
"""Spellings that a page gives as an example."""

CHINESE = re.compile(r"[㐀-鿿]+")


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        self.found += [given[name] or "" for name in SPOKEN if given.get(name)]
        if tag == "input" and given.get("type") in {"submit", "button"}:
            self.found.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not SILENT & set(self.open):
            self.found.append(" ".join(data.split()))


def texts_of(page: str) -> list[str]:
    """Texts and spoken attributes of a page, each once."""
    reader = _Texts()
    reader.feed(page)
    return list(dict.fromkeys(reader.found))


def words_of_people(session: Session) -> str:
    """All that people and files wrote into the database, in one text: pages may show any of it."""
    found: set[str] = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | Text):
                found.update(filter(None, session.scalars(select(column).distinct())))
    return "\n".join(found)


def untranslated(texts: Iterable[str], theirs: str) -> list[str]:
    """Texts of a Chinese page that are English of ours. theirs: see `words_of_people`."""
    catalogue = i18n.translations("zh_CN")
    return [
        text
        for text in texts
        if text not in theirs
        and not text.isupper()  # ROI, CPE: the same in Chinese
        and (catalogue.ugettext(text) != text or SENTENCE.search(text) or text == "None")
    ]


def unexpected_chinese(texts: Iterable[str], theirs: str) -> list[str]:
    """Texts of an English page with Chinese that is nobody's own. The switch of the language says
    its name in that language."""
    return [
        text
        for text in texts
        if text != "中文" and any(run not in theirs for run in CHINESE.findall(text))
    ]


def raw(texts: Iterable[str], theirs: str) -> list[str]:
    """Texts with something that is not for people. Names of columns of files are for them."""
    known = EXAMPLES | COLUMNS.keys()
    return [
        text
        for text in texts
        if RAW.search(text)
        or any(code not in theirs and code not in known for code in RAW_CODE.findall(text))
    ]
