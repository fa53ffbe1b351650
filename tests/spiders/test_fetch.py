# ruff: noqa: E501 -- a table is read by rows
"""Requests as they are sent: keys in their place, and answers that have to come whole."""

import asyncio

import pytest
from scrapy.http import Response

from spiders.fetch import FetchError, Traffic, fetch
from spiders.sources.base import PageRequest, Target

URL = "https://api.example/token"


class Wire:
    """Takes requests down and gives answers in turn."""

    def __init__(self, *answers):
        self.requests = []
        self.answers = list(answers)

    async def download_async(self, request):
        self.requests.append(request)
        status, headers = self.answers.pop(0)
        return Response(request.url, status=status, headers=headers, body=b"{}")


def ask(wanted, *answers, **known):
    wire = Wire(*answers)
    target = Target(id=1, kind="account", source="x", url=URL, **known)
    page = asyncio.run(fetch(wanted, target, Traffic(), wire, None, parser_version=3))
    return page, wire.requests


def test_a_key_in_a_form_is_posted_and_stands_in_no_address():
    wanted = PageRequest(URL, secret_form={"client_secret": "s&cret"}, is_official=True)
    page, (request,) = ask(wanted, (200, {}))
    assert (request.method, request.body) == ("POST", b"client_secret=s%26cret")
    assert request.headers["Content-Type"] == b"application/x-www-form-urlencoded"
    assert "cret" not in request.url + page.url


def test_everything_else_is_got():
    _, (request,) = ask(PageRequest(URL, is_official=True), (200, {}))
    assert (request.method, request.body) == ("GET", b"")


@pytest.mark.parametrize("key", [{"secret_form": {"a": "b"}}, {"secret_headers": {"A": "b"}}, {"secret_query": {"a": "b"}}])  # fmt: skip
def test_a_request_with_a_key_follows_no_redirect(key):
    wanted = PageRequest(URL, is_official=True, **key)
    with pytest.raises(FetchError, match="redirects with a key"):
        ask(wanted, (302, {"Location": "https://evil.example/"}))


def test_an_answer_that_more_depends_on_is_asked_for_without_its_etag():
    known = {"validators": {URL: ("W/1", "")}, "parser_version": 3}
    _, (request,) = ask(PageRequest(URL, is_official=True), (200, {}), **known)
    assert request.headers["If-None-Match"] == b"W/1"
    wanted = PageRequest(URL, is_official=True, must_come_whole=True)
    _, (request,) = ask(wanted, (200, {}), **known)
    assert "If-None-Match" not in request.headers
