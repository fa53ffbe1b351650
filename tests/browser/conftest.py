"""The site in a real browser: served on loopback, watched for anything it should not do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from tests import factories
from tests.support.browser import CHROMIUM, NO_CHROMIUM
from tracker.config import Settings
from tracker.db import Database
from tracker.services import policies
from tracker.services.users import add_user

EMAIL, PASSWORD = "wang@example.com", "correct horse battery"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark and, where there is no browser, skip everything of this folder."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


class Quiet(WSGIRequestHandler):
    """Says nothing of requests."""

    def log(self, *_arguments: Any) -> None:
        pass


@dataclass
class Site:
    """A running site and what browsers on it did."""

    url: str
    hosts: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


@pytest.fixture
def backend() -> str:
    """One database is enough here: tests/web has every page on both."""
    return "sqlite"


@pytest.fixture
def shop(database: Database) -> Any:
    """A workspace with one shop, and its owner."""
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory(name="山野茶铺", slug="shanye")
        policies.ensure_policy(session, workspace)
        add_user(session, EMAIL, PASSWORD, is_admin=True, name="王芳", locale="zh_CN")
        return factories.ShopFactory(workspace=workspace, name="官方商城", slug="own")


@contextmanager
def served(app: Callable[..., Any] | None = None) -> Iterator[Any]:
    """A server on loopback; its `app` may be set later, when its address is known."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def served_site(settings: Settings) -> Iterator[Site]:
    """The whole program on loopback: the pages, and what collects."""
    with served() as server:
        url = f"http://127.0.0.1:{server.port}"
        app = create_app({"site", "collect"}, settings.model_copy(update={"public_url": url}))
        server.app = app
        yield Site(url)
    app.extensions["collector"].close()
    app.extensions["charts"].close()
    app.extensions["tracker"].database.dispose()


@pytest.fixture
def site(settings: Settings, shop: Any) -> Iterator[Site]:
    with served_site(settings) as made:
        yield made


@pytest.fixture
def open_page(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Opens a page on the site; at the end nothing must have gone wrong in any of them."""
    contexts: list[Any] = []

    def make(**options: Any) -> Any:
        context = browser.new_context(
            base_url=site.url,
            **{"locale": "zh-CN", "viewport": {"width": 1440, "height": 900}} | options,
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        watched(page, site.hosts, site.problems)
        return page

    yield make
    for context in contexts:
        context.close()
    assert site.problems == []
    assert site.hosts <= {site.url.removeprefix("http://")}


def watched(page: Any, hosts: set[str], problems: list[str] | None = None) -> list[str]:
    """Notes hosts that a page asks, and errors: those of scripts, and those of the console, where
    the browser reports violations of the content security policy."""
    noted: list[str] = [] if problems is None else problems

    def note(said: Any) -> None:
        if said.type in {"error", "warning"}:
            noted.append(f"console: {said.text}")

    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("pageerror", lambda error: noted.append(f"script: {error}"))
    page.on("console", note)
    return noted


@pytest.fixture
def signed_in(open_page: Callable[..., Any]) -> Callable[..., Any]:
    """Opens a page and signs in by the form."""

    def make(**options: Any) -> Any:
        page = open_page(**options)
        page.goto("/sign-in")
        page.fill("[name=email]", EMAIL)
        page.fill("[name=password]", PASSWORD)
        page.click("button.primary")
        page.wait_for_url("**/")
        return page

    return make
