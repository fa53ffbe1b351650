"""Questions about where figures come from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.reports.world import World
from tracker.models import CrawlSetting, CrawlTarget, Delivery, WebhookSecret
from tracker.reports.questions_sources import source_questions

NOW = datetime.now(UTC)


def asked(world: World) -> dict[str, dict[str, object]]:
    return {q.code: q.figures for q in source_questions(world.session, world.state())}


def watch(world: World, url: str, **columns: object) -> CrawlTarget:
    target = CrawlTarget(
        workspace_id=world.workspace.id, kind="account", source="page", url=url, host="a.example",
        validators={}, created_at=NOW - timedelta(days=30), next_at=NOW, **columns,
    )  # fmt: skip
    world.session.add(target)
    world.session.flush()
    return target


def test_pages_that_are_not_read_are_asked_about_while_the_schedule_is_on(world: World):
    setting = CrawlSetting(workspace_id=world.workspace.id, is_on=True, changed_at=NOW)
    world.session.add(setting)
    watch(world, "fresh", last_ok_at=NOW - timedelta(days=1))
    watch(world, "stale", last_ok_at=NOW - timedelta(days=5))
    watch(world, "never")
    watch(world, "paused", is_active=False)
    assert asked(world) == {"crawls_stale": {"pages": 2, "days": 3}}
    setting.is_on = False
    world.session.flush()
    assert asked(world) == {}


def deliver(world: World, key: str, at: datetime, outcome: str = "loaded") -> None:
    world.session.add(
        Delivery(
            key=key, shop_id=world.own.id, received_at=at, source="shopify", topic="orders/create",
            outcome=outcome, loaded_at=at,
        )
    )  # fmt: skip
    world.session.flush()


def test_a_shop_whose_webhooks_stopped_is_asked_about(world: World):
    deliver(world, "old", NOW - timedelta(days=9))
    assert asked(world) == {}  # nobody expects webhooks without a secret
    world.session.add(
        WebhookSecret(
            shop_id=world.own.id, sealed="x", hint="x", created_at=NOW - timedelta(days=2)
        )
    )
    world.session.flush()
    assert asked(world)["webhooks_silent"]["days"] == 9
    deliver(world, "forged", NOW, "refused")  # whoever sends this is not the shop
    assert "webhooks_silent" in asked(world)
    deliver(world, "new", NOW)
    assert asked(world) == {}


def test_a_secret_that_nothing_ever_came_by_is_asked_about_after_a_day(world: World):
    secret = WebhookSecret(shop_id=world.own.id, sealed="x", hint="x", created_at=NOW)
    world.session.add(secret)
    world.session.flush()
    assert asked(world) == {}
    secret.created_at = NOW - timedelta(days=2)
    world.session.flush()
    assert asked(world) == {"webhooks_absent": {"shop": world.own.name}}
