"""A collector in front of an empty Flask site, with a journal and no database."""

import uuid

import pytest
from flask import Flask

from tracker.collect.directory import KnownLink, KnownShop, make_snapshot
from tracker.collect.front import Front
from tracker.collect.journal import Journal
from tracker.collect.limits import Limiter
from tracker.collect.lines import decode_line

SITE_KEY = "site-key-of-the-shop"

LINA = KnownLink(
    id=7,
    shop_id=1,
    slug="lina",
    target_url="https://shop.example/item/1?sku=7#reviews",
    utm={"utm_source": "xiaohongshu", "utm_medium": "kol"},
    kol="lina",
)


class StillDirectory:
    """A directory that knows one moment."""

    def __init__(self, known):
        self.known = known
        self.asked = 0

    def snapshot(self):
        return self.known

    def ask(self):
        self.asked += 1

    def close(self):
        pass


class Collector:
    """The front, a test client, and what came into the journal."""

    def __init__(self, folder, **options):
        shops = [KnownShop(1, SITE_KEY, ("shop.example",)), KnownShop(2, "open-shop", ())]
        self.folder = folder
        self.app = Flask("site")
        self.app.add_url_rule("/page", view_func=lambda: "a page")
        self.directory = StillDirectory(make_snapshot(shops, [LINA]))
        self.front = Front(
            self.app.wsgi_app, self.directory, Journal(folder, 0), Limiter(), **options
        )
        self.app.wsgi_app = self.front
        self.client = self.app.test_client(use_cookies=False)

    @property
    def events(self):
        lines = [
            line
            for path in sorted(self.folder.glob("*.seg"))
            for line in path.read_bytes().splitlines()
        ]
        return [decode_line(line) for line in lines]

    def post(self, body=None, **options):
        kind = "data" if isinstance(body, (bytes, str)) else "json"
        options.setdefault("headers", {"User-Agent": "Mozilla/5.0 (iPhone)"})
        return self.client.post("/collect", **{kind: body}, **options)


@pytest.fixture
def collector(tmp_path):
    folder = tmp_path / "journal"
    folder.mkdir()
    made = Collector(folder)
    yield made
    made.front.close()


@pytest.fixture
def beacon():
    """Makes the body of a page view; keyword arguments change it, None removes."""

    def make(**changes):
        body = {
            "site": SITE_KEY,
            "id": str(uuid.uuid4()),
            "kind": "page_view",
            "visitor": "0123456789abcdef",
            "url": "https://shop.example/item/1?utm_source=xiaohongshu",
            "referrer": "https://www.xiaohongshu.com/",
            **changes,
        }
        return {name: value for name, value in body.items() if value is not None}

    return make
