"""Who may do what: one table of endpoints, one of roles. Nothing else decides it.

An endpoint that is not in the table stops the program from starting (`guard.check_table`), so a new
page cannot be open by oversight.
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """What a route asks of whoever calls it."""

    public = "public"
    """No sign-in: nothing of a workspace is shown."""
    account = "account"
    """Anybody who is signed in, for what is their own."""
    report = "report"
    """See figures of the workspace and download them."""
    edit = "edit"
    """Change influencers, links, codes, deals, promotions, rules and aliases."""
    imports = "imports"
    """Upload files and see what became of them."""
    settings = "settings"
    """See how the workspace is set up."""
    manage = "manage"
    """Change the workspace, its shops and its members."""
    administer = "administer"
    """Make workspaces and administrators: of the whole installation."""


P = Permission

ADMIN = "admin"
"""What an administrator is in every workspace."""

NOWHERE = ""
"""What a user is who is a member of no workspace."""

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    ADMIN: frozenset(P),
    "owner": frozenset(P) - {P.administer},
    "marketer": frozenset({P.public, P.account, P.report, P.edit, P.imports, P.settings}),
    "analyst": frozenset({P.public, P.account, P.report}),
    "finance": frozenset({P.public, P.account, P.report, P.imports, P.settings}),
    # An agency will see what is shared with it; until something can be shared, its account only.
    "agency": frozenset({P.public, P.account}),
    NOWHERE: frozenset({P.public, P.account}),
}

ANONYMOUS = frozenset({P.public})

ENDPOINTS: dict[str, Permission] = {
    "static": P.public,
    "site.health": P.public,
    "site.robots": P.public,
    "sign_in.show": P.public,
    "sign_in.create": P.public,
    "sign_in.delete": P.public,
    "preferences.update": P.public,
    "account.show": P.account,
    "account.password": P.account,
    "account.update": P.account,
    "account.end_others": P.account,
    "overview.index": P.report,
    "overview.days": P.report,
    "movers.index": P.report,
    "movers.export": P.report,
    "costs.index": P.report,
    "costs.export": P.report,
    "first_steps.index": P.report,
    "demo.show": P.administer,
    "demo.create": P.administer,
    "demo.delete": P.administer,
    "demo.progress": P.administer,
    "views.index": P.report,
    "views.start": P.account,
    "views.create": P.report,
    "views.update": P.report,
    "channels.index": P.report,
    "channels.export": P.report,
    "comparison.index": P.report,
    "comparison.export": P.report,
    "platforms.index": P.report,
    "platforms.export": P.report,
    "products.index": P.report,
    "products.export": P.report,
    "products.show": P.report,
    "products.export_sellers": P.report,
    "behaviour.index": P.report,
    "behaviour.export": P.report,
    "behaviour.export_pages": P.report,
    "journeys.index": P.report,
    "journeys.export": P.report,
    "campaigns.index": P.report,
    "campaigns.export": P.report,
    "campaigns.export_lifts": P.report,
    "campaigns.new": P.edit,
    "campaigns.create": P.edit,
    "campaigns.edit": P.edit,
    "campaigns.update": P.edit,
    "campaigns.rename": P.edit,
    "pacing.index": P.report,
    "pacing.export": P.report,
    "promotions.index": P.report,
    "promotions.export": P.report,
    "promotions.festival": P.report,
    "promotions.export_festival": P.report,
    "promotions.export_festival_days": P.report,
    "promotions.show": P.report,
    "promotions.update": P.edit,
    "promotions.delete": P.edit,
    "promotions.create_rule": P.edit,
    "promotions.delete_rule": P.edit,
    "link_tests.index": P.report,
    "link_tests.export": P.report,
    "link_tests.new": P.edit,
    "link_tests.create": P.edit,
    "link_tests.end": P.edit,
    "link_tests.delete": P.edit,
    "addresses.index": P.report,
    "addresses.create_link": P.edit,
    "addresses.bulk": P.edit,
    "addresses.save_template": P.edit,
    "addresses.delete_template": P.edit,
    "addresses.allow": P.edit,
    "addresses.disallow": P.edit,
    "tags.index": P.report,
    "tags.export": P.report,
    "tags.adopt": P.edit,
    "tags.allow": P.edit,
    "spend.index": P.report,
    "spend.export": P.report,
    "spend.assign": P.edit,
    "influencers.index": P.report,
    "influencers.export": P.report,
    "influencers.show": P.report,
    "influencers.export_one": P.report,
    "influencers.set_deal": P.edit,
    "influencers.new": P.edit,
    "influencers.create": P.edit,
    "influencers.edit": P.edit,
    "influencers.update": P.edit,
    "influencers.compare": P.report,
    "influencers.export_compare": P.report,
    "influencers.customers": P.report,
    "influencers.add_note": P.edit,
    "influencers.bulk": P.edit,
    "influencers.create_bulk": P.edit,
    "influencers.show_bulk": P.edit,
    "influencers.export_bulk": P.edit,
    "links.qr_image": P.report,
    "links.qr_file": P.report,
    "agreements.new_link": P.edit,
    "agreements.create_link": P.edit,
    "agreements.switch_link": P.edit,
    "agreements.new_code": P.edit,
    "agreements.create_code": P.edit,
    "agreements.leak_code": P.edit,
    "agreements.new_deal": P.edit,
    "agreements.create_deal": P.edit,
    "buyers.index": P.edit,
    "buyers.create_locks": P.edit,
    "buyers.delete_lock": P.edit,
    "buyers.update_own": P.edit,
    "orders.index": P.report,
    "orders.export": P.report,
    "orders.show": P.report,
    "orders.explained": P.report,
    "conflicts.index": P.report,
    "conflicts.create": P.edit,
    "conflicts.delete": P.edit,
    "imports.index": P.imports,
    "pages.index": P.edit,
    "pages.create": P.edit,
    "pages.show": P.edit,
    "pages.store": P.edit,
    "pages.teach": P.edit,
    "imports.create": P.imports,
    "imports.show": P.imports,
    "imports.start": P.imports,
    "imports.delete": P.imports,
    "imports.progress": P.imports,
    "imports.rejects": P.imports,
    "imports.mend": P.imports,
    "imports.undo_confirm": P.imports,
    "imports.undo_start": P.imports,
    "mappings.index": P.imports,
    "mappings.new": P.imports,
    "mappings.create": P.imports,
    "mappings.edit": P.imports,
    "mappings.update": P.imports,
    "mappings.delete": P.imports,
    "shares.index": P.edit,
    "shares.new": P.edit,
    "shares.create": P.edit,
    "shares.show": P.edit,
    "shares.update": P.edit,
    "shared.show": P.public,
    "shared.unlock": P.public,
    "shared.export": P.public,
    "charts.show": P.report,
    "charts.export": P.report,
    "competitors.index": P.report,
    "competitors.export": P.report,
    "competitors.export_one": P.report,
    "competitors.show": P.report,
    "competitors.new": P.edit,
    "competitors.create": P.edit,
    "competitors.edit": P.edit,
    "competitors.update": P.edit,
    "competitors.delete": P.edit,
    "competitors.export_ranks": P.report,
    "competitors.watch_keyword": P.edit,
    "competitors.seen": P.edit,
    "crawling.index": P.report,
    "crawling.show": P.report,
    "crawling.create": P.edit,
    "crawling.edit": P.edit,
    "crawling.act": P.edit,
    "crawling.decide": P.edit,
    "crawling.update": P.manage,
    "search.index": P.report,
    "workspaces.choose": P.account,
    "workspaces.new": P.administer,
    "workspaces.create": P.administer,
    "settings.index": P.settings,
    "settings.update": P.manage,
    "settings.shops": P.settings,
    "settings.create_shop": P.manage,
    "settings.update_shop": P.manage,
    "settings.sources": P.settings,
    "settings.save_key": P.manage,
    "settings.delete_key": P.manage,
    "settings.forget_selectors": P.edit,
    "settings.rules": P.settings,
    "settings.create_rule": P.edit,
    "settings.delete_rule": P.edit,
    "settings.create_alias": P.edit,
    "settings.delete_alias": P.edit,
    "settings.promotions": P.settings,
    "settings.create_promotion": P.edit,
    "settings.delete_promotion": P.edit,
    "settings.policy": P.settings,
    "settings.preview_policy": P.edit,
    "settings.policy_run": P.settings,
    "settings.policy_progress": P.settings,
    "settings.repeat_policy": P.edit,
    "settings.delete_policy_run": P.edit,
    "settings.apply_policy": P.manage,
    "settings.webhooks": P.settings,
    "settings.webhook": P.settings,
    "settings.update_webhook": P.manage,
    "settings.api_keys": P.manage,
    "settings.create_api_key": P.manage,
    "settings.revoke_api_key": P.manage,
    "settings.users": P.manage,
    "settings.create_user": P.manage,
    "settings.update_user": P.manage,
    "settings.update_admin": P.administer,
}


def may(role: str | None, permission: Permission) -> bool:
    """Whether a role has a permission; None is somebody who is not signed in."""
    granted = ANONYMOUS if role is None else ROLE_PERMISSIONS.get(role, ANONYMOUS)
    return permission in granted
