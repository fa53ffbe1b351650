"""The API on a database of its own, and keys for it."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests import factories
from tracker import api
from tracker.models import Shop, Workspace
from tracker.services import api_keys


class Program:
    """A program with a key."""

    def __init__(self, client, key="", signing_secret=""):
        self.client = client
        self.key = key
        self.signing_secret = signing_secret

    def post(self, body, path="/api/v1/orders", **headers):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"Content-Type": "application/json"}
        if self.key:
            told["Authorization"] = f"Bearer {self.key}"
        if self.signing_secret:
            told["X-Signature-Sha256"] = hmac.new(
                self.signing_secret.encode(), data, hashlib.sha256
            ).hexdigest()
        return self.client.post(path, data=data, headers={**told, **headers})


@pytest.fixture
def world(database):
    """Ids: a workspace with two shops, and another workspace."""
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory(base_currency="CNY")
        shop = factories.ShopFactory(workspace=workspace, slug="tea")
        factories.ShopFactory(workspace=workspace, slug="cups")
        foreign = factories.ShopFactory(slug="foreign")
        return {
            "workspace": workspace.id, "shop": shop.id, "foreign": foreign.id,
            "foreign_workspace": foreign.workspace_id,
        }  # fmt: skip


@pytest.fixture
def app(settings):
    site = Flask("site")
    site.add_url_rule("/page", view_func=lambda: "a page")
    made = api.register(site, settings)
    yield site
    made.extensions["database"].dispose()


@pytest.fixture
def client(app):
    return app.test_client(use_cookies=False)


@pytest.fixture
def make_key(database, settings, world):
    def make(**options):
        with database.write() as session:
            workspace = session.get_one(Workspace, options.pop("workspace", world["workspace"]))
            return api_keys.create_key(
                session, workspace, name="ERP", now=datetime.now(UTC),
                signing_key=settings.signing_key, **options,
            )  # fmt: skip

    return make


@pytest.fixture
def program(client, make_key, world):
    """A program that may write to the shop `tea`."""
    return Program(client, make_key(shop_id=world["shop"]).key)


@pytest.fixture
def order():
    """Makes an order; keyword arguments change it, None removes."""

    def make(ref="A-1", **changes):
        made = {
            "ref": ref,
            "placed_at": "2026-11-11T12:00:00+08:00",
            "updated_at": "2026-11-11T12:00:05+08:00",
            "status": "paid",
            "currency": "CNY",
            "paid": "118.40",
            "freight": "5.00",
            "tax": "5.4",
            **changes,
        }
        return {name: value for name, value in made.items() if value is not None}

    return make


@pytest.fixture
def shop_of(database):
    def find(shop_id):
        with database.read() as session:
            return session.get_one(Shop, shop_id)

    return find
