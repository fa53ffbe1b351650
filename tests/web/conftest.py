"""A site on a database of its own, and browsers that are signed in to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from tests import factories
from tracker.config import Settings
from tracker.db import Database
from tracker.models import Membership, Product, Promotion, Shop, User, Workspace
from tracker.services import policies, sign_ins
from tracker.services.users import hash_password
from tracker.web import watching

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{7*7}}"""
"""A name that tries to leave its place in text, attributes and templates."""

PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password(PASSWORD)


@dataclass(frozen=True)
class World:
    """Ids of what is in the database."""

    workspace: int
    shop: int
    influencer: int
    order: int
    coupon: int
    link: int
    campaign: int
    product: int
    foreign_influencer: int
    foreign_order: int
    foreign_shop: int
    foreign_workspace: int


@pytest.fixture
def world(database: Database) -> World:
    """Two brands: the first is the one looked at; the other must never be seen."""
    with database.write() as session, factories.using(session):
        mine = _brand(session, "mine")
        other = _brand(session, "other")
        session.add(
            Promotion(
                workspace_id=mine["workspace"], festival="double11", name=HOSTILE,
                starts_on=factories.TODAY, ends_on=factories.TODAY, created_at=factories.NOON,
            )
        )  # fmt: skip
        return World(
            **mine,
            foreign_influencer=other["influencer"],
            foreign_order=other["order"],
            foreign_shop=other["shop"],
            foreign_workspace=other["workspace"],
        )


def _brand(session, slug: str) -> dict[str, int]:
    workspace: Workspace = factories.WorkspaceFactory(slug=slug, name=f"{slug} {HOSTILE}")
    policies.ensure_policy(session, workspace)
    shop: Shop = factories.ShopFactory(workspace=workspace, name=f"Shop {HOSTILE}")
    factories.ShopFactory(workspace=workspace, name="Second shop")
    influencer = factories.InfluencerFactory(workspace=workspace, name=HOSTILE, agency=HOSTILE)
    factories.SocialAccountFactory(influencer=influencer)
    factories.DealFactory(influencer=influencer, title=HOSTILE)
    coupon = factories.CouponFactory(shop=shop, label=HOSTILE, influencer=influencer)
    link = factories.TrackedLinkFactory(shop=shop, influencer_id=influencer.id)
    campaign = factories.CampaignFactory(workspace=workspace, name=HOSTILE)
    order = factories.OrderFactory(shop=shop, ref=HOSTILE)
    product = Product(shop_id=shop.id, sku=HOSTILE, title=HOSTILE, titled_on=factories.TODAY)
    session.add(product)
    session.flush()
    return {
        "workspace": workspace.id, "shop": shop.id, "influencer": influencer.id,
        "order": order.id, "coupon": coupon.id, "link": link.id, "campaign": campaign.id,
        "product": product.id,
    }  # fmt: skip


@pytest.fixture
def foreign_workspace(world: World) -> int:
    """The brand of somebody else."""
    return world.foreign_workspace


@pytest.fixture
def app_of() -> Iterator[Callable[[Settings], Flask]]:
    """Makes sites with other settings, and takes them down at the end."""
    made: list[Flask] = []

    def make(settings: Settings) -> Flask:
        made.append(create_app({"site"}, settings))
        made[-1].testing = True
        return made[-1]

    yield make
    for app in made:
        app.extensions["charts"].close()
        app.extensions["tracker"].database.dispose()


@pytest.fixture
def app(app_of: Callable[[Settings], Flask], settings: Settings) -> Flask:
    return app_of(settings)


@pytest.fixture
def anonymous(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def client_of(app: Flask, database: Database) -> Callable[..., FlaskClient]:
    """A browser that is signed in with a role in the workspaces given (default: in all there are);
    "admin" is an administrator, who is a member of none."""

    def make(
        role: str = "owner", locale: str = "en", workspaces: Collection[int] | None = None
    ) -> FlaskClient:
        client = app.test_client()
        with database.write() as session:
            user = User(
                email=f"{role}-{locale}@example.com", name=f"{role} {HOSTILE}",
                is_admin=role == "admin", locale=locale, password_hash=PASSWORD_HASH,
                is_active=True, must_change_password=False,
                created_at=datetime.now(UTC) - timedelta(days=1),
            )  # fmt: skip
            session.add(user)
            session.flush()
            if workspaces is None:
                workspaces = session.scalars(select(Workspace.id)).all()
            if role != "admin":
                session.add_all(
                    Membership(user_id=user.id, workspace_id=place, role=role)
                    for place in workspaces
                )
            token = sign_ins.start(session, user, datetime.now(UTC))
        client.set_cookie("tracker", token)
        client.set_cookie("language", locale)  # as signing in does
        return client

    return make


@pytest.fixture
def client(client_of: Callable[[str], FlaskClient], world: World) -> FlaskClient:
    """An administrator, looking at the first brand, in English."""
    return client_of("admin")


def token_in(page: str) -> str:
    """The form token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None, "the page has no form"
    return found.group(1)


def form_token(client: FlaskClient) -> str:
    """A form token for this browser."""
    return token_in(client.get("/account").text)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Addresses of names, for forms that look them up; a name that is not in it has none."""
    known: dict[str, list[str]] = {}

    def resolve(host: str) -> list[str]:
        if host not in known:
            raise OSError(f"no address of {host}")
        return known[host]

    monkeypatch.setattr(watching, "resolve_host", resolve)
    return known
