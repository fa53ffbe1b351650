"""The staff side: pages behind a sign-in. Blueprints are named as the menu."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from tracker.config import Settings
from tracker.db import Database
from tracker.web import (
    account,
    addresses,
    agreements,
    alerts,
    assets,
    behaviour,
    buyers,
    campaigns,
    channels,
    charts,
    comparison,
    competitors,
    conflicts,
    context,
    costs,
    crawling,
    demo,
    destinations,
    errors,
    filters,
    first_steps,
    guard,
    identity,
    import_words,
    imports,
    imports_after,
    influencers,
    influencers_bulk,
    influencers_compare,
    journeys,
    limits,
    link_tests,
    links,
    mappings,
    movers,
    orders,
    overview,
    pacing,
    pages,
    platforms,
    preferences,
    products,
    promotions,
    report_tables,
    schedules,
    search,
    security,
    settings,
    settings_api_keys,
    settings_policy,
    settings_rules,
    settings_sources,
    settings_users,
    settings_webhooks,
    settlement,
    settlement_terms,
    shared,
    shares,
    sign_in,
    site,
    spend,
    tags,
    views,
    workspaces,
)

BLUEPRINTS = (
    site.bp,
    sign_in.bp,
    account.bp,
    workspaces.bp,
    overview.bp,
    movers.bp,
    first_steps.bp,
    demo.bp,
    views.bp,
    costs.bp,
    channels.bp,
    campaigns.bp,
    pacing.bp,
    promotions.bp,
    link_tests.bp,
    addresses.bp,
    tags.bp,
    spend.bp,
    influencers.bp,
    agreements.bp,
    links.bp,
    buyers.bp,
    orders.bp,
    conflicts.bp,
    products.bp,
    behaviour.bp,
    journeys.bp,
    comparison.bp,
    platforms.bp,
    competitors.bp,
    crawling.bp,
    imports.bp,
    mappings.bp,
    pages.bp,
    alerts.bp,
    destinations.bp,
    schedules.bp,
    settlement.bp,
    settlement_terms.bp,
    shares.bp,
    shared.bp,
    charts.bp,
    search.bp,
    settings.bp,
)
IMPORT_PAGES = (imports_after,)
INFLUENCER_PAGES = (influencers_bulk, influencers_compare)
SETTINGS_PAGES = (
    settings_policy,
    settings_rules,
    settings_sources,
    settings_users,
    settings_webhooks,
    settings_api_keys,
)
"""Parts that add their routes to a blueprint of another module when they are imported."""


def register(app: Flask, configured: Settings, database: Database) -> None:
    """Add the site to an application.

    Raises:
        UndeclaredRouteError: a route has no declared permission.
    """
    app.extensions["tracker"] = context.Parts(configured, database)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.teardown_appcontext(context.close_session)
    for part in (
        errors,
        preferences,
        identity,
        assets,
        filters,
        report_tables,
        import_words,
        charts,
    ):
        part.register(app)
    security.register(app, configured)
    guard.register(app)
    security.protect_forms(app)
    limits.register(app, configured)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    guard.check_table(app)
