"""Sentences for codes: open questions, tags, formulas, refusals. Codes come from the layers below,
which know no language; here each gets a sentence and, where there is one, a next step."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from tracker import labels_products, labels_settlement
from tracker.domain.records import Reason
from tracker.i18n import mark
from tracker.imports.reasons import FILE_TEXTS, TEXTS
from tracker.reports.rows import OpenQuestion, Tag
from tracker.services.errors import RefusedError
from tracker.web import campaign_wording, filters, sending_wording, workbench_wording

QUESTIONS: dict[str, tuple[str, str]] = {
    "coupon_leak_suspected": (
        mark("Code %(code)s of %(name)s: %(share)s of its orders have no click, leaked?"),
        mark("Look into it"),
    ),
    "coupon_conflicts": (
        mark("Orders with codes of two influencers; the newer owner got them: %(orders)s"),
        mark("Settle"),
    ),
    "spend_unmapped": (
        mark("%(spend)s of ad spend belongs to no campaign"),
        mark("Assign"),
    ),
    "campaigns_discovered": (
        mark("Campaigns that came in by utm_campaign and nobody has confirmed: %(campaigns)s"),
        mark("See campaigns"),
    ),
    "visits_unassigned": (
        mark("%(visits)s visits (%(share)s) have marks that no rule explains"),
        mark("See channels"),
    ),
    "goods_cost_missing": (
        mark("%(orders)s orders have goods of unknown cost, so ROI is before goods cost"),
        mark("Import costs"),
    ),
    "imports_failed": (
        mark("Imports of the last 7 days that failed: %(imports)s"),
        mark("See why"),
    ),
    "orders_missing": (
        mark("%(shop)s: no orders since %(since)s"),
        mark("Import"),
    ),
    "prices_below_ours": (
        mark("Competitors’ prices below ours: %(listings)s"),
        mark("Compare"),
    ),
    "promotions_started": (
        mark("Promotions started by competitors: %(listings)s"),
        mark("Compare"),
    ),
    "listings_sold_out": (
        mark("Watched listings out of stock: %(listings)s"),
        mark("See them"),
    ),
    "followers_jumped": (
        mark("Accounts that gained or lost many followers: %(accounts)s"),
        mark("Look into it"),
    ),
    "posts_deleted": (
        mark("Posts of influencers that are gone: %(posts)s"),
        mark("See them"),
    ),
    "alerts_open": (
        mark("Alerts of your rules that nobody has seen: %(alerts)s"),
        mark("See them"),
    ),
    "readings_aside": (
        mark("Batches of readings kept aside because they look wrong: %(batches)s"),
        mark("Check"),
    ),
    "crawls_stale": (
        mark("Watched pages that were not read for %(days)s days or more: %(pages)s"),
        mark("See why"),
    ),
    "webhooks_silent": (
        mark("%(shop)s: no webhook since %(since)s"),
        mark("Check"),
    ),
    "webhooks_absent": (
        mark("%(shop)s: no webhook has come yet"),
        mark("Check"),
    ),
    "script_silent": (
        mark("%(shop)s: the script has sent no visit yet"),
        mark("Check the script"),
    ),
}
"""Code of `tracker.reports.questions` -> sentence and button."""

TAGS: dict[str, tuple[str, str, bool]] = {
    "immature": (
        mark("%(days)s days old"),
        mark("The newest post is younger than the refund window: these figures will still move."),
        False,
    ),
    "leak_suspected": (
        mark("code leaked?"),
        mark("%(share)s of the orders with code %(code)s have no click; usual is %(before)s."),
        True,
    ),
    "no_goods_cost": (
        mark("goods cost unknown"),
        mark("The cost of some goods sold is unknown, so ROI is before goods cost."),
        False,
    ),
    "found_in_file": (
        mark("found in a file"),
        mark("A platform's file named this influencer. Open them, and save what is right."),
        False,
    ),
    "models_disagree": (
        mark("unsure"),
        mark("Spread of the models: %(share)s. Decide with a second source, such as lift."),
        True,
    ),
    "unknown_influencer": (
        mark("not in the list"),
        mark("The marks say KOL, but name nobody of your list. Add the influencer with this slug."),
        True,
    ),
}
"""Code of a row's tag -> text, explanation, whether it is a warning."""

FORMULAS: dict[str, str] = {
    "contribution": mark(
        "Contribution = this period − compared period. Net revenue = visits × orders per visit × "
        "revenue per order − refunds: what several of them did together is shared equally, so that "
        "drivers add up to the contribution and contributions to the whole change."
    ),
    "net_revenue": mark(
        "Net revenue = paid − freight − tax − refunds, credited under the chosen model."
    ),
    "cost": mark("Cost = ad spend + fees + commission + goods given + platform fees."),
    "influencer_cost": mark(
        "Cost = fixed fee + commission + goods given + platform fee + boosts of their posts."
    ),
    "roas": mark("ROAS = net revenue ÷ cost. What ad platforms call ROI is this, on their GMV."),
    "roi": mark("ROI = (net revenue − goods cost − cost) ÷ cost."),
    "roi_before_goods_cost": mark(
        "ROI before goods cost = (net revenue − cost) ÷ cost: the cost of some goods is unknown."
    ),
    "orders_by": mark(
        "Credited orders, and by what won them: tracked link / coupon code / affiliate row."
    ),
    "orders": mark("Credited orders; a model may share one order among several touchpoints."),
    "cac": mark("CAC = cost ÷ credited orders of new customers."),
    "cpa": mark("CPA = cost ÷ credited orders."),
    "refund_rate": mark("Refund rate = refunds ÷ revenue before refunds, by amount."),
    "new_customer_share": mark(
        "New customers = orders of new customers ÷ orders whose customer is known."
    ),
    "conversion_rate": mark("Conversion rate = credited orders ÷ visits."),
    "bounce_rate": mark("Bounce rate = visits of one page without any event ÷ visits."),
    "aov": mark("Average order = net revenue ÷ credited orders."),
    "platform_roas": mark(
        "What the ad platforms themselves report: their GMV ÷ their spend. Never added to ours."
    ),
    "budget": mark("Cost of the period ÷ budget of the campaign."),
    "lift": mark(
        "Lift = net revenue of all orders in the days after a post, or of a campaign, above a "
        "baseline fitted on the days before (weekday, trend, promotions, posts of others). It "
        "needs no click and no code, and is not added to what models credit."
    ),
    "spread": mark(
        "Spread = (most − least) ÷ mean over the models: how far the answer depends on the model."
    ),
    "on_path": mark("Orders with it anywhere on their path."),
    "opening": mark("Orders whose first touchpoint it was."),
    "assisting": mark("Orders with it on the path, but not as the last touchpoint."),
    "closing": mark("Orders whose last touchpoint it was."),
    "assisting_share": mark(
        "Assisted ÷ all orders with it on the path: near 100 % it opens doors, near 0 it closes."
    ),
    "path_net_revenue": mark("Net revenue of these orders, after all their refunds."),
    "median_time": mark("Median time from the first touchpoint to the order."),
    "clicks": mark("Clicks on this tracked link in the period, without bots."),
    "price_index": mark(
        "Price index = 100 × our lowest price ÷ geometric mean of the competitors’ prices, of what "
        "can be bought now: below 100 we are cheaper."
    ),
    "to_ours": mark("Against ours = its price ÷ our lowest price in the group − 1."),
    "engagement_by_followers": mark(
        "Engagement by followers = mean of (likes + comments) ÷ followers, over the newest posts."
    ),
    "engagement_by_views": mark(
        "Engagement by views = (likes + comments + shares + saves, as far as shown) ÷ views."
    ),
    "deal_return": mark(
        "Of a deal count the credits from the day of its post to the day before the next deal’s, "
        "at most 30 days; cost = its fee, goods and platform fee + commission and boosts of "
        "those days."
    ),
    "cpe": mark("CPE = fixed fee ÷ (likes + comments + shares + saves) of the deal’s posts."),
}
"""What stands in the title of a heading or figure."""
FORMULAS |= workbench_wording.FORMULAS | labels_products.FORMULAS
FORMULAS |= campaign_wording.FORMULAS
FORMULAS |= labels_settlement.FORMULAS

REFUSALS: dict[str, str] = {
    "view_name_taken": mark("You have a view “%(name)s” already. Choose another name."),
    "name_missing": mark("Give it a name."),
    "name_too_long": mark("A name has at most %(most)s characters."),
    "demo_busy": mark("The demo brand is being made or taken away already."),
    "demo_there": mark("The demo brand is there already."),
    "demo_absent": mark("There is no demo brand."),
    "too_many_views": mark("You have %(most)s views. Forget one first."),
    "value_missing": mark("This is needed."),
    "slug_taken": mark("“%(slug)s” is taken already. Choose another one."),
    "bad_slug": mark("Use lower-case letters, digits and hyphens, at most 64."),
    "code_taken": mark("The code %(code)s exists already in this shop."),
    "handle_taken": mark("The account %(handle)s belongs to another influencer."),
    "not_http": mark("The address must start with http:// or https://."),
    "bad_key": mark("This is no key: it holds a blank, or a character that keys do not have."),
    "ambiguous": mark("The page contradicts itself about the price: nothing is stored."),
    "unknown_account": mark("There is no such account here."),
    "too_many": mark("There are too many already: at most %(most)s."),
    "bad_address": mark("This address cannot be used."),
    "bad_hostname": mark("“%(hostname)s” is no host name."),
    "unknown_currency": mark("This currency is not known. Use its ISO code, such as CNY."),
    "unknown_time_zone": mark("This time zone is not known. Use a name such as Asia/Shanghai."),
    "unknown_platform": mark("This platform is not known."),
    "negative_amount": mark("An amount cannot be negative here."),
    "out_of_range": mark("This is out of range."),
    "policy_unchanged": mark("This is the policy that counts already. Change something first."),
    "period_ends_early": mark("The end comes before the beginning."),
    "ownership_overlaps": mark(
        "Somebody owns this code in that time (since %(since)s). End that period first."
    ),
    "lock_overlaps": mark("%(customers)s of these customers are locked already in that time."),
    "alias_known": mark("There is such a spelling already."),
    "alias_of_itself": mark("It is read as itself already."),
    "promotion_known": mark("There is a promotion of this festival on that day already."),
    "email_taken": mark("There is a user with this address already."),
    "email_invalid": mark("This is no e-mail address."),
    "role_unknown": mark("This role is not known."),
    "password_short": mark("At least 10 characters."),
    "password_long": mark("At most 1024 characters."),
    "last_admin": mark("This is the last administrator. Make another one first."),
    "no_member": mark("This user is no member any more."),
    "yourself": mark("Somebody else has to remove you."),
    "account_of_others": mark("This user also works for others: an administrator has to do that."),
    "nobody_shared": mark("Choose an agency, or at least one influencer."),
    "no_columns": mark("Choose at least one column."),
    "bad_period": mark("The last day is before the first."),
    "already_over": mark("This day is over already."),
    "unknown_influencer": mark("There is no such influencer here."),
    "unknown_shop": mark("There is no such shop here."),
    "secret_short": mark("A secret has at least %(shortest)s characters."),
    "secret_long": mark("A secret has at most %(longest)s characters."),
    "bad_secret": mark("A secret has letters, digits and signs, and no blanks."),
    "secret_same": mark("This secret counts already."),
    "mapping_name_taken": mark("There is a mapping “%(name)s” already. Choose another name."),
    "not_found": mark("There is none like that any more."),
    "listing_known": mark("This page is in the list already."),
    "target_known": mark("This page is watched already."),
    "listing_not_ours": mark("Places are read of our own listings only."),
    "no_reader": mark("Nothing here can read such a page."),
    "source_off": mark(
        "%(source)s is switched off, because the platform objects to being read by programs. "
        "Import a file of metrics or a page that you saved instead."
    ),
    "unknown_target": mark("This page is not watched any more."),
    "unknown_quarantine": mark("These readings are not there any more."),
    "already_decided": mark("Somebody has decided about them already."),
    "url_malformed": mark("This is no whole address. It looks like https://shop.example/item."),
    "url_scheme": mark("The address must start with http:// or https://."),
    "url_credentials": mark("An address with a user name or password is not fetched."),
    "url_port": mark("Only the usual ports of the web are asked."),
    "url_host": mark("There is no such host name."),
    "url_local_name": mark("This is a name of your own network. Only public pages are fetched."),
    "url_private_address": mark(
        "This leads into a private network. Only public pages are fetched."
    ),
    "url_disguised_address": mark("Write the host by its name, not as a number."),
    "no_exchange_rate": mark(
        "There is no exchange rate for that day. Import rates first (fx_rates)."
    ),
}
"""Code of a `RefusedError` or `UserError` -> sentence."""
REFUSALS |= workbench_wording.REFUSALS
REFUSALS |= campaign_wording.REFUSALS
REFUSALS |= labels_settlement.REFUSALS
REFUSALS |= sending_wording.REFUSALS


def question_text(question: OpenQuestion) -> tuple[str, str]:
    """Sentence and button of an open question."""
    sentence, button = QUESTIONS[question.code]
    return str(gettext(sentence)) % _shown(question.figures), gettext(button)


def tag_text(tag: Tag) -> tuple[str, str, bool]:
    """Text, explanation and whether it is a warning."""
    text, title, is_warning = TAGS[tag.code]
    shown = _shown(tag.figures)
    return gettext(text) % shown, gettext(title) % shown, is_warning


def formula(key: str) -> str:
    """How a figure is computed."""
    return str(gettext(FORMULAS[key]))


def refusal(error: RefusedError) -> str:
    """Why a service refused, as a sentence."""
    message = REFUSALS.get(error.code)
    if message is None:
        return reason(error.code)
    return str(gettext(message)) % {k: str(v) for k, v in error.details.items()}


def _shown(figures: dict[str, Any]) -> dict[str, str]:
    """Figures as text: shares as percent, amounts as money, days as dates."""
    shown: dict[str, str] = {}
    for name, value in figures.items():
        if name in {"share", "before"}:
            shown[name] = filters.percent(float(value))
        elif name.endswith("_minor"):
            shown[name.removesuffix("_minor")] = filters.money(int(value))
        elif name == "since":
            shown[name] = filters.iso_day(str(value))
        elif isinstance(value, int | float):
            shown[name] = filters.count(value)
        else:
            shown[name] = str(value)
    return shown


def reason(code: str) -> str:
    """Why a row, an amount or a file was not taken; a file's code may carry a detail after ": "."""
    code, _, detail = code.partition(": ")
    if code == "ambiguous_date":  # the form beside it asks, where the command line has an option
        return str(gettext(TEXTS[Reason.AMBIGUOUS_DATE]))
    known = {str(key): text for key, text in TEXTS.items()} | FILE_TEXTS
    text = str(gettext(known[code])) if code in known else code
    return f"{text}: {detail}" if detail else text
