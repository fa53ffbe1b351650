"""Words for what sources give and for why a page gave nothing."""

from __future__ import annotations

from tracker.i18n import mark

METRICS = {
    "followers": mark("Followers"),
    "following": mark("Follows"),
    "posts": mark("Posts"),
    "views": mark("Views"),
    "likes": mark("Likes"),
    "comments": mark("Comments"),
    "shares": mark("Reposts"),
    "saves": mark("Saves"),
    "sold": mark("Sold"),
    "review_count": mark("Reviews"),
}

STATUSES = {
    "ok": mark("It was read."),
    "ambiguous": mark("The page contradicts itself about the price: look at the prices below."),
    "empty": mark("Nothing was found in it that the readers know."),
    "blocked": mark("This is no answer but a refusal: the site did not want to be read."),
    "challenge": mark("This is a captcha or a check of the browser, not the page itself."),
    "login_wall": mark("This is a sign-in page. Sign in, open the page again and save that one."),
    "not_found": mark("The page says that it is not there, or no longer."),
    "server_error": mark("The page says that the site is out of order."),
    "bad_content": mark("This is no page: save it as HTML."),
}

FIELDS = {
    "title": mark("Title"),
    "price": mark("Price"),
    "list_price": mark("List price"),
    "availability": mark("Availability"),
    "rating": mark("Rating"),
    "review_count": mark("Reviews"),
    "sku": mark("SKU"),
    "brand": mark("Brand name"),
    "seller": mark("Seller"),
    "promotion": mark("Promotion text"),
    "sold": mark("Sales text"),
}
"""What a selector can be taught for."""

AVAILABILITY = {
    "in_stock": mark("In stock"),
    "limited": mark("Few left"),
    "out_of_stock": mark("Out of stock"),
    "pre_order": mark("Pre-order"),
    "back_order": mark("Back order"),
    "in_store_only": mark("In the shop only"),
    "made_to_order": mark("Made to order"),
    "reserved": mark("Reserved"),
    "discontinued": mark("Discontinued"),
}

KEYS = {
    "key": mark("API key"),
    "token": mark("Access token"),
    "account_id": mark("Number of your professional account"),
    "client_id": mark("Client ID"),
    "client_secret": mark("Client secret"),
}

NETWORKS = {
    "bluesky": "Bluesky",
    "mastodon": "Mastodon",
    "telegram": "Telegram",
    "youtube": "YouTube",
    "youtube_api": "YouTube Data API",
    "instagram": "Instagram",
    "x": "X",
    "reddit": "Reddit",
    "twitch": "Twitch",
    "bilibili": mark("Bilibili"),
    "weibo": mark("Weibo"),
    "douyin": mark("Douyin"),
    "xiaohongshu": mark("Xiaohongshu"),
    "kuaishou": mark("Kuaishou"),
    "zhihu": mark("Zhihu"),
    "wechat": mark("WeChat"),
    "tiktok": "TikTok",
}

GIVES = {
    "youtube_api": mark(
        "Subscribers, views, likes and comments. A reading of a channel costs 3 units of the "
        "daily quota of your key."
    ),
    "instagram": mark(
        "Followers, posts, likes and comments of professional accounts, by Business Discovery. "
        "Personal accounts are not given."
    ),
    "x": mark("Followers and public counts of posts. X bills every account and post that is read."),
    "reddit": mark("Subscribers of communities, scores and comments of posts."),
    "twitch": mark("Followers and views of videos. Followers may be refused to your application."),
}
"""What a source gives for its key."""

OFF = {
    "objected": mark(
        "Off. Bilibili has objected, by lawyers, to collecting through interfaces that it does not "
        "publish. Its saved pages and files of numbers are read."
    ),
}
"""Code of `Source.off_because` -> sentence."""

BY_HAND = ("weibo", "douyin", "xiaohongshu", "kuaishou", "zhihu", "wechat")
"""Networks that show numbers only to their own users: files of numbers and saved pages."""
