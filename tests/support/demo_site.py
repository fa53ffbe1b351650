"""The demo brand with somebody signed in, and one of everything that people make on its pages:
a file that was imported and one that waits for a mapping, a share, a preview of a policy, a saved
page. So links lead to every page, and pages have something to show.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import lxml.html
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tracker.config import Settings
from tracker.db import Database, connect
from tracker.demo.load import load_demo
from tracker.imports import run
from tracker.models import ImportBatch, Influencer
from tracker.services.policy_compute import compute_run
from tracker.services.policy_runs import due_runs
from tracker.services.users import add_user

EMAILS = {"zh_CN": "wang@example.com", "en": "wendy@example.com"}
"""Locale -> an administrator who reads it."""

PASSWORD = "correct horse battery"

SPEND = (
    "日期,平台,计划,消耗,展现,点击\n"
    "2026-11-01,小红书聚光,秋茶,120.50,9000,310\n"
    "2026-11-02,小红书聚光,秋茶,98.00,8000,280\n"
    "2026-11-03,小红书聚光,秋茶,很多,8000,280\n"
)
WATCHED = "https://93.184.216.34/@tea"
"""Of a host without a name, so that nothing has to be looked up; it is never asked."""

UNKNOWN = "流水,成交时刻,收了多少\n甲1,2026-11-01 10:00:00,50.00\n"
SAVED_PAGE = (
    "<html><head><title>云顶茶行</title><script type='application/ld+json'>"
    '{"@type": "Product", "name": "龙井 100g", "offers": {"@type": "Offer", "price": "88.00",'
    ' "priceCurrency": "CNY"}}</script></head><body><h1>龙井 100g</h1></body></html>'
)

OF_FILES = "\n".join([SPEND, UNKNOWN, SAVED_PAGE])
"""What pages may show of them."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is signed in by the form."""

    client: FlaskClient

    def fill(self, path: str, having: str, page: str = "", **fields: Any) -> TestResponse:
        """Fill and send a form of a page.

        having: a field or button that only this form has. page: the page, if it is there already.
        Other fields stay as they stand.
        """
        forms = lxml.html.fromstring(page or self.client.get(path).text).forms
        form = next(f for f in forms if f.xpath(f".//*[@name='{having}']"))
        filled: dict[str, Any] = {}
        for name, value in form.form_values():
            filled.setdefault(name, []).append(value)
        return self.client.post(form.action or path, data=filled | fields)

    def send(self, path: str, having: str, **fields: Any) -> str:
        """Fill and send a form that leads on; gives where to."""
        answer = self.fill(path, having, **fields)
        assert answer.status_code in {302, 303}, (path, answer.status_code, answer.text[-3000:])
        return str(answer.location)


def load(settings: Settings, *, days: int, scale: float, until: date | None = None) -> None:
    """Fill a migrated, empty database with the demo brand and its owner."""
    database = connect(settings.database)
    load_demo(database, settings, days=days, scale=scale, until=until)
    with database.write() as session:
        for locale, email in EMAILS.items():
            add_user(session, email, PASSWORD, is_admin=True, name="王芳", locale=locale)
    database.dispose()


def sign_in(app: Flask, locale: str = "zh_CN") -> Reader:
    """A reader of the site in a language."""
    reader = Reader(app.test_client())
    reader.send("/sign-in", "password", email=EMAILS[locale], password=PASSWORD)
    return reader


def add_what_people_make(app: Flask, settings: Settings) -> list[str]:
    """One of everything, by the forms that people use; gives paths that no link leads to: what was
    read in a file that somebody has just sent, what was made at once, a newcomer's first steps."""
    reader = sign_in(app)
    database = connect(settings.database)
    with database.read() as session:
        agency = session.scalars(
            select(Influencer.agency).where(Influencer.agency != "").limit(1)
        ).one()
    _import_files(reader, database, settings)
    reader.send("/shares/new", "title", title="11 月结果", agency=agency)
    reader.send("/settings/policy", "lookback_days", lookback_days="14")
    with database.read() as session:
        previews = list(due_runs(session, datetime.now(UTC)))
    for run_id in previews:
        compute_run(database, run_id)
    page = io.BytesIO(SAVED_PAGE.encode())
    read = reader.send("/pages", "url", file=(page, "page.html"), url="https://shop.example/item/1")
    reader.send("/crawling", "hours", url=WATCHED)
    reader.send("/campaigns/tests/new", "contents", name="两张图", contents="a\nb")
    reader.send("/scheduled/new", "to_folder", title="每周结果", to_folder="y")
    database.dispose()
    return [read, _make_links_at_once(reader), "/first-steps"]


def _make_links_at_once(reader: Reader) -> str:
    path, fields = "/influencers/bulk", {"target_url": "https://shop.example/tea"}
    seen = reader.fill(path, "link_slug", **fields, step="preview").text
    answer = reader.fill(path, "link_slug", seen, **fields, step="make")
    assert answer.status_code == 302, answer.text[-3000:]
    return str(answer.location)


def _import_files(reader: Reader, database: Database, settings: Settings) -> None:
    """One with a row that is refused, loaded; one with a mapping that somebody saved."""
    for name, text in (("花费.csv", SPEND), ("门店流水.csv", UNKNOWN)):
        place = reader.send("/imports", "file", file=(io.BytesIO(text.encode()), name))
        if text is SPEND:
            reader.send(place, "action", action="start")
        else:
            meanings = {"col-0": "order_id", "col-1": "placed_at", "col-2": "paid"}
            reader.send(f"{place}/mapping", "col-0", **meanings, name="门店流水", action="save")
    with database.read() as session:
        due = list(session.scalars(select(ImportBatch.id).where(ImportBatch.status == "queued")))
    for batch_id in due:
        run.import_batch(database, batch_id, settings.uploads_dir, settings.customer_key_secret)
