"""What must hold on every page: names of strangers stay text, nothing inline or from elsewhere, a
number of statements that does not grow with the rows."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests import factories
from tests.web.conftest import HOSTILE, World
from tracker.models import CostDayChannel, CreditDay, CreditDayChannel
from tracker.models.workspace import Workspace
from tracker.web.security import CSP

PAGES = [
    "/", "/channels", "/campaigns", "/campaigns/new", "/campaigns/{campaign}/edit", "/influencers",
    "/influencers/new", "/influencers/{influencer}", "/influencers/{influencer}/edit",
    "/influencers/{influencer}/links/new", "/influencers/{influencer}/codes/new",
    "/influencers/compare", "/influencers/compare?who={influencer}", "/influencers/bulk",
    "/influencers/{influencer}/customers",
    "/influencers/{influencer}/deals/new", "/orders", "/orders/{order}", "/imports",
    "/imports/mappings",
    "/search?q=script", "/settings", "/settings/shops", "/settings/rules", "/settings/promotions",
    "/changes", "/changes?of=roi&by=campaign", "/costs", "/views", "/first-steps",
    "/campaigns/pacing", "/campaigns/promotions", "/campaigns/promotions/1",
    "/campaigns/promotions/festival?from=2026-11-11&to=2026-11-11", "/campaigns/tests",
    "/campaigns/tests/new", "/campaigns/addresses", "/campaigns/tags", "/campaigns/spend",
    "/campaigns/addresses?target_url=https://shop.example/&utm_source={{{{7*7}}}}",
    "/journeys", "/journeys?unit=influencer", "/models", "/platforms",
    "/competitors", "/competitors/new", "/crawling", "/alerts", "/alerts/new?kind=roi_below",
    "/alerts/destinations", "/scheduled", "/scheduled/new", "/scheduled/new?content=share",
    "/products", "/products/{product}", "/behaviour", "/behaviour?unit=influencer",
    "/settlement", "/settlement/commissions", "/settlement/statements", "/settlement/terms",
    "/settlement/terms?influencer={influencer}",
    "/settings/webhooks", "/settings/webhooks/{shop}", "/settings/api-keys",
    "/settings/policy", "/settings/users", "/account", "/account/password", "/workspaces/new",
    "/no-such-page",
]  # fmt: skip

VOID = {"meta", "link", "input", "img", "br", "hr"}
ADDRESSES = {"href", "src", "action", "formaction", "data-chart", "data-progress"}


class Inspector(HTMLParser):
    """Notes what a browser would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.problems.append(f"a script that is not ours: {given}")
        if tag == "style" or "style" in given:
            self.problems.append(f"a style inside the page: <{tag}>")
        for name, value in attrs:
            if name.startswith("on"):
                self.problems.append(f"an event handler: <{tag} {name}>")
            if name in ADDRESSES and not re.match(r"(/(?!/)|#|\?|$)", value or ""):
                self.problems.append(f"an address elsewhere: <{tag} {name}={value}>")
            if name == "id":
                self.ids.append(value)
        if tag == "img" and not given.get("alt"):
            self.problems.append("an image without text")

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data):
        self.text += data


def inspect(page: str) -> Inspector:
    found = Inspector()
    found.feed(page)
    return found


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_names_of_strangers_are_inert_on_every_page(client_of, world: World, locale):
    client = client_of("owner", locale)
    shown = 0
    for pattern in PAGES:
        url = pattern.format(**vars(world))
        page = client.get(url).text
        inspected = inspect(page)
        assert inspected.problems == [], url
        assert len(inspected.ids) == len(set(inspected.ids)), url
        assert "<script>alert" not in page, url
        assert "onerror=alert(2)>" not in page.replace("&gt;", ""), url
        assert "49" not in re.findall(r"\{\{?(\d+)\}?\}", page), url
        shown += HOSTILE in inspected.text
    assert shown > 15  # the names are there, as text


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_every_page_has_a_title_a_language_and_one_heading(client_of, world, locale):
    client = client_of("owner", locale)
    for pattern in PAGES:
        page = client.get(pattern.format(**vars(world))).text
        assert re.search(r"<title>[^<]+ · [^<]+</title>", page), pattern
        assert ('lang="zh-CN"' if locale == "zh_CN" else 'lang="en"') in page
        assert page.count("<h1") == 1, pattern
        assert "%(" not in page, pattern


def test_english_pages_have_no_chinese_of_ours(client_of, database):
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory(name="Tea")
        factories.ShopFactory(workspace=workspace)
    client = client_of("owner", "en")
    for url in ("/", "/channels", "/influencers", "/orders", "/imports", "/settings/shops",
                "/journeys", "/models", "/platforms", "/products", "/behaviour"):  # fmt: skip
        body = re.sub(r"小红书|双11|中文|人民币", "", client.get(url).text)
        assert re.findall(r"[\u4e00-\u9fff]+", body) == [], url


def test_two_readers_get_their_own_language_from_the_same_templates(client_of, world):
    chinese, english = client_of("owner", "zh_CN"), client_of("analyst", "en")
    for url in ("/", "/channels", "/influencers", f"/influencers/{world.influencer}"):
        first = chinese.get(url).text  # compiles the templates
        assert "ROI =（净成交额" in first
        assert "净成交额" not in english.get(url).text, url
        assert "ROI = (net revenue" in english.get(url).text, url


def test_every_field_has_a_label(client, world):
    for pattern in PAGES:
        page = client.get(pattern.format(**vars(world))).text
        for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", page):
            if 'type="hidden"' in field or "aria-label" in field:
                continue
            found = re.search(r'\bid="([^"]+)"', field)
            is_inside_label = re.search(
                r"<label[^>]*>[^<]*(<span[^>]*>[^<]*</span>)?\s*" + re.escape(field), page
            )
            assert is_inside_label or (found and f'for="{found.group(1)}"' in page), (
                pattern,
                field,
            )


def test_every_answer_carries_the_headers(client, anonymous, world):
    urls = [
        *PAGES, "/healthz", "/robots.txt", "/charts/overview.svg", "/influencers/export.csv",
        "/static/0/site.css", "/static/0/none.css",
    ]  # fmt: skip
    for browser in (client, anonymous):
        for pattern in urls:
            answer = browser.get(pattern.format(**vars(world)))
            headers = answer.headers
            assert headers["Content-Security-Policy"] == CSP, pattern
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["X-Frame-Options"] == "DENY"
            if not pattern.startswith(("/static", "/charts")):
                assert headers["Cache-Control"] == "no-store", pattern
                assert "Cookie" in headers["Vary"], pattern


STATEMENTS = {
    "/": 22,
    "/channels": 12,
    "/changes": 13,
    "/changes?by=campaign": 12,
    "/costs": 9,
    "/campaigns": 12,
    "/campaigns/pacing": 9,
    "/campaigns/promotions": 9,
    "/campaigns/promotions/festival?from=2026-11-01&to=2026-11-11": 15,
    "/campaigns/tests": 7,
    "/campaigns/addresses": 12,
    "/campaigns/tags": 18,
    "/campaigns/spend": 9,
    "/journeys": 12,
    "/models": 11,
    "/influencers/compare?who=1": 22,
    "/influencers": 13,
    "/products": 14,
    "/behaviour": 11,
    "/orders": 10,
    "/settlement": 8,
    "/settlement/commissions": 5,
    "/settlement/statements": 5,
    "/settlement/terms": 6,
    "/imports": 7,
    "/settings/shops": 5,
    "/alerts": 8,
    "/scheduled": 5,
    "/charts/overview.svg": 9,
}
"""At most so many: who is signed in and where they work (2), workspaces and shops (2), and the
report's own."""


@pytest.mark.parametrize("url", STATEMENTS)
def test_the_number_of_statements_does_not_grow_with_the_rows(
    client_of, world, database, queries, url
):
    client = client_of("owner")
    client.get(url)
    queries.clear()
    client.get(url)
    few = len(queries)
    with database.write() as session, factories.using(session):
        workspace = session.get_one(Workspace, world.workspace)
        for n in range(12):
            influencer = factories.InfluencerFactory(workspace=workspace)
            factories.SocialAccountFactory(influencer=influencer)
            factories.CampaignFactory(workspace=workspace)
            shop = factories.ShopFactory(workspace=workspace)
            factories.OrderFactory(shop=shop)
            _credit(session, workspace, shop.id, influencer.id, n)
    queries.clear()
    client.get(url)
    assert len(queries) == few
    assert few <= STATEMENTS[url], "\n".join(queries)


def _credit(session, workspace, shop_id: int, influencer_id: int, channel: int) -> None:
    common = {
        "policy_id": workspace.policy_id, "shop_id": shop_id, "model_code": 3,
        "booked_on": factories.TODAY, "channel_code": channel + 1, "kind_code": 3,
        "customer_kind": 1, "orders_micro": 1_000_000, "net_revenue_minor": 10_000,
        "refund_minor": 0, "refunded_orders_micro": 0, "goods_cost_minor": 0,
        "orders_without_goods_cost_micro": 0,
    }  # fmt: skip
    session.add(CreditDayChannel(**common))
    session.add(
        CreditDay(
            **common, ordered_on=factories.TODAY, campaign_id=0, influencer_id=influencer_id,
            evidence=1,
        )
    )  # fmt: skip


def test_odd_arguments_never_break_a_report(client, world):
    odd = [
        "from=x&to=y&period=forever&model=best&shop=999999999999&sort=__class__&page=-1&q=%25",
        "from=2026-13-45&shop=1;drop&sort=-figures&page=99999999999&q=%27%3B--&kind=evil",
        "channel=%3Cscript%3E&campaign=1e9&compare=festival&basis=ordered&influencer=-5&status=x",
        "from=2999-01-01&to=1999-01-01&q=" + "a" * 5000,
        "from=0001-01-01&to=9999-12-31&q=%F0%9F%8D%B5&sort=-net_revenue_minor",
        "q=%ff%fe&sort=channel&channel=unattributed&kind=kol&compare=last_year&w=1e9",
    ]
    for url in ("/", "/channels", "/campaigns", "/influencers", "/orders", "/charts/overview.svg",
                "/campaigns/pacing", "/campaigns/tags", "/campaigns/spend", "/campaigns/promotions",
                "/campaigns/promotions/festival-days.csv", "/campaigns/tags/export.csv",
                "/products", f"/products/{world.product}", "/behaviour", "/products/export.csv",
                f"/products/{world.product}/sellers.csv", "/behaviour/pages.csv",
                "/journeys", "/models", "/journeys/roles.csv", "/campaigns/lifts.csv",
                f"/influencers/{world.influencer}", "/orders/export.csv",
                "/settlement", "/settlement/commissions",
                "/settlement/commissions.csv"):  # fmt: skip
        for args in odd:
            answer = client.get(f"{url}?{args}")
            assert answer.status_code == 200, (url, args)
            _ = answer.data


def test_a_nul_is_refused_everywhere(client):
    for url in ("/search?q=%00", "/influencers?q=a%00b", "/sign-in?next=%00"):
        assert client.get(url).status_code == 400


def test_natural_traffic_shows_no_return_on_a_few_messages(client, world, database):
    with database.write() as session:
        workspace = session.get_one(Workspace, world.workspace)
        for kind, channel in ((1, 1), (2, 10)):
            session.add(
                CreditDayChannel(
                    policy_id=workspace.policy_id, shop_id=world.shop, model_code=3,
                    booked_on=factories.TODAY, customer_kind=1, channel_code=channel,
                    kind_code=kind, orders_micro=1_000_000, net_revenue_minor=10_000_000,
                    refund_minor=0, refunded_orders_micro=0, goods_cost_minor=0,
                    orders_without_goods_cost_micro=0,
                )
            )  # fmt: skip
            session.add(
                CostDayChannel(
                    workspace_id=workspace.id, day=factories.TODAY, shop_id=world.shop,
                    channel_code=channel, kind_code=kind, spend_minor=100, fee_minor=0,
                    goods_given_minor=0, platform_fee_minor=0, commission_minor=0, impressions=0,
                    clicks=0,
                )
            )  # fmt: skip
    page = client.get(f"/?from={factories.TODAY}&to={factories.TODAY}").text
    cards = {name: page.split(f'card kind {name}"')[1].split("</section>")[0]
             for name in ("natural", "paid")}  # fmt: skip
    assert "100,000" in cards["paid"]
    assert "100,000" not in cards["natural"].split("ROAS")[1]
    assert cards["natural"].count("Natural traffic is not bought") == 2
