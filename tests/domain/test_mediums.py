import pytest

from tracker.domain.mediums import is_kol_source, read_medium
from tracker.domain.referrers import SourceType


@pytest.mark.parametrize(
    "medium",
    ["cpc", "cpm", "cpv", "cpa", "ppc", "retargeting", "paid", "paid_social", "paidsearch",
     "social-cpc", "feed_ocpm", "信息流", "竞价"],
)  # fmt: skip
def test_paid_mediums(medium):
    assert read_medium(medium).is_paid


@pytest.mark.parametrize("medium", ["cps", "cpx", "scpc", "capping", "organic", "loads", ""])
def test_mediums_that_only_look_paid(medium):
    assert not read_medium(medium).is_paid


@pytest.mark.parametrize(
    "medium", ["kol", "koc", "paid_influencer", "达人", "达人直播", "sponsored"]
)
def test_influencer_mediums(medium):
    assert read_medium(medium).is_kol


def test_a_town_is_no_influencer():
    assert not read_medium("kolkata").is_kol
    assert not is_kol_source("kolkata")
    assert is_kol_source("kol_lina")


@pytest.mark.parametrize(
    ("medium", "kind"),
    [
        ("social_media", SourceType.SOCIAL),
        ("organic_video", SourceType.VIDEO),
        ("newsletter", SourceType.EMAIL),
        ("web_push", SourceType.PUSH),
        ("短信", SourceType.SMS),
        ("cps", SourceType.AFFILIATE),
        ("banner", SourceType.DISPLAY),
        ("referral", SourceType.PLAIN),
        ("qrcode", None),
    ],
)
def test_mediums_name_a_type(medium, kind):
    assert read_medium(medium).type is kind


def test_a_paid_medium_may_say_where():
    assert read_medium("paid_social").paid_type is SourceType.SOCIAL
    assert read_medium("paidsearch").paid_type is SourceType.SEARCH
    assert read_medium("display_cpm").paid_type is SourceType.DISPLAY
    assert read_medium("cpc").paid_type is None
