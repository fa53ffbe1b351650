"""Tables, one concept a file. Importing this package registers all of them."""

from tracker.models.address import AddressTemplate, AllowedValue
from tracker.models.alert import AlertRule, AlertState
from tracker.models.api_key import ApiKey
from tracker.models.base import Base
from tracker.models.campaign import Campaign, FormerName
from tracker.models.change import ImportChange, SavedMapping
from tracker.models.connector import ConnectorKey, TaughtSelector
from tracker.models.cost import FxRate, GoodsCost, Promotion, Spend
from tracker.models.coupon import Coupon, CouponOwnership
from tracker.models.crawl import (
    CrawlDomain,
    CrawlFetch,
    CrawlRun,
    CrawlSetting,
    CrawlTarget,
    Quarantine,
    QuarantineItem,
)
from tracker.models.credit import Credit, DirtyDay, Policy
from tracker.models.decision import AgencyBuyer, CustomerLock, OrderDecision
from tracker.models.delivery import Delivery, OrderAlias, WebhookSecret
from tracker.models.demo_run import DemoRun
from tracker.models.facts import (
    CostDay,
    CostDayChannel,
    CouponDay,
    CreditDay,
    CreditDayChannel,
    FactVersion,
    TrafficDay,
    TrafficDayChannel,
)
from tracker.models.fit import Fit
from tracker.models.influencer import Deal, Influencer, SocialAccount
from tracker.models.link import TrackedLink
from tracker.models.link_test import LinkTest, LinkTestArm
from tracker.models.mark import Mark
from tracker.models.message import (
    Destination,
    MailServer,
    Message,
    ReportRun,
    ReportSchedule,
)
from tracker.models.observed import (
    Listing,
    ListingSnapshot,
    MetricPoint,
    SocialPost,
    VariantPoint,
)
from tracker.models.order import (
    AffiliateRefund,
    AffiliateRow,
    Customer,
    Order,
    OrderCoupon,
    OrderLine,
    OrderMark,
    OrderVisitor,
    Refund,
)
from tracker.models.page import Page, PageDay
from tracker.models.platform_figure import PlatformFigure
from tracker.models.policy_run import PolicyRun, PolicyUse
from tracker.models.product import Product, ProductDay
from tracker.models.promotion_rule import PromotionRule
from tracker.models.rule import Alias, ChannelRule
from tracker.models.run import AuditEntry, Claim, ImportBatch, ImportNote, Run
from tracker.models.saved_view import SavedView, StartPage
from tracker.models.settlement import (
    CommissionDecision,
    CommissionRow,
    CommissionRule,
    SettlementSetting,
    Statement,
)
from tracker.models.share import Share, ShareVisit
from tracker.models.shop import Shop
from tracker.models.spend_campaign import SpendCampaign
from tracker.models.tag_day import TagDay
from tracker.models.traffic import Hit, Touch, Visit, Visitor
from tracker.models.user import Membership, SignIn, User
from tracker.models.workbench import Handout, InfluencerNote
from tracker.models.workspace import Workspace

__all__ = [
    "AddressTemplate",
    "AffiliateRefund",
    "AffiliateRow",
    "AgencyBuyer",
    "AlertRule",
    "AlertState",
    "Alias",
    "AllowedValue",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Campaign",
    "ChannelRule",
    "Claim",
    "CommissionDecision",
    "CommissionRow",
    "CommissionRule",
    "ConnectorKey",
    "CostDay",
    "CostDayChannel",
    "Coupon",
    "CouponDay",
    "CouponOwnership",
    "CrawlDomain",
    "CrawlFetch",
    "CrawlRun",
    "CrawlSetting",
    "CrawlTarget",
    "Credit",
    "CreditDay",
    "CreditDayChannel",
    "Customer",
    "CustomerLock",
    "Deal",
    "Delivery",
    "DemoRun",
    "Destination",
    "DirtyDay",
    "FactVersion",
    "Fit",
    "FormerName",
    "FxRate",
    "GoodsCost",
    "Handout",
    "Hit",
    "ImportBatch",
    "ImportChange",
    "ImportNote",
    "Influencer",
    "InfluencerNote",
    "LinkTest",
    "LinkTestArm",
    "Listing",
    "ListingSnapshot",
    "MailServer",
    "Mark",
    "Membership",
    "Message",
    "MetricPoint",
    "Order",
    "OrderAlias",
    "OrderCoupon",
    "OrderDecision",
    "OrderLine",
    "OrderMark",
    "OrderVisitor",
    "Page",
    "PageDay",
    "PlatformFigure",
    "Policy",
    "PolicyRun",
    "PolicyUse",
    "Product",
    "ProductDay",
    "Promotion",
    "PromotionRule",
    "Quarantine",
    "QuarantineItem",
    "Refund",
    "ReportRun",
    "ReportSchedule",
    "Run",
    "SavedMapping",
    "SavedView",
    "SettlementSetting",
    "Share",
    "ShareVisit",
    "Shop",
    "SignIn",
    "SocialAccount",
    "SocialPost",
    "Spend",
    "SpendCampaign",
    "StartPage",
    "Statement",
    "TagDay",
    "TaughtSelector",
    "Touch",
    "TrackedLink",
    "TrafficDay",
    "TrafficDayChannel",
    "User",
    "VariantPoint",
    "Visit",
    "Visitor",
    "WebhookSecret",
    "Workspace",
]
