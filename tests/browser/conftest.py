"""The site in a real browser: served on loopback, watched for anything it should not do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
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


@pytest.fixture
def site(settings: Settings, shop: Any) -> Iterator[Site]:
    app = create_app({"site"}, settings)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["charts"].close()
    app.extensions["tracker"].database.dispose()


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
        page.on("request", lambda request: site.hosts.add(request.url.split("/")[2]))
        page.on("pageerror", lambda error: site.problems.append(f"script: {error}"))
        page.on("console", lambda said: _note(site, said))
        return page

    yield make
    for context in contexts:
        context.close()
    assert site.problems == []
    assert site.hosts <= {site.url.removeprefix("http://")}


def _note(site: Site, said: Any) -> None:
    # the browser reports violations of the content security policy as errors of the console
    if said.type in {"error", "warning"}:
        site.problems.append(f"console: {said.text}")


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
