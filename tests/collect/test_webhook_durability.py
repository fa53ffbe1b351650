"""Killing the web server and the loader under load loses no webhook that was answered."""

import http.client
import os
import random
import signal
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import select

from tests import factories
from tests.support.processes import wait_until
from tests.support.webhooks import SECRET, as_body, shopify_headers, shopify_order
from tracker.models import Order
from tracker.services.webhooks import set_secret


class Shop:
    """Sends orders, one after the other, and notes which were answered."""

    def __init__(self, port):
        self.port = port
        self.answered = set()
        self.is_over = False

    def wait_for(self, more):
        """Until so many more were answered."""
        enough = len(self.answered) + more
        wait_until(lambda: len(self.answered) >= enough, seconds=40, what="for answers")

    def run(self, first):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        number = first
        while not self.is_over:
            body = as_body(shopify_order(number))
            try:
                connection.request(
                    "POST", "/webhooks/shopify/site-key", body,
                    shopify_headers("orders/create", body),
                )  # fmt: skip
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    self.answered.add(f"#{number}")
                    number += 1
            except (OSError, http.client.HTTPException):
                connection.close()
                time.sleep(0.02)
        connection.close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_was_answered_is_in_the_database_after_any_kill(
    settings, database, processes, monkeypatch
):
    port = 20_000 + random.SystemRandom().randrange(20_000)
    monkeypatch.setenv("TRACKER_PORT", str(port))
    with database.write() as session, factories.using(session):
        workspace = factories.WorkspaceFactory(base_currency="USD")
        shop = factories.ShopFactory(
            workspace=workspace, platform="shopify", currency="USD", site_key="site-key"
        )
        set_secret(session, shop, SECRET, signing_key=settings.signing_key, now=datetime.now(UTC))
    sender = Shop(port)

    def answers():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        with closing(connection), suppress(OSError):
            connection.request("GET", "/t.js")
            return connection.getresponse().status == 200
        return False

    web = processes.start("-m", "tracker.supervisor.web")
    loader = processes.start("-m", "tracker.collect.loader")
    wait_until(answers, seconds=40, what="for the web server")
    threads = [Thread(target=sender.run, args=(10_000 * n,)) for n in range(1, 5)]
    for thread in threads:
        thread.start()
    sender.wait_for(20)
    os.killpg(web.pid, signal.SIGKILL)
    web.wait()
    web = processes.start("-m", "tracker.supervisor.web")
    sender.wait_for(20)
    os.killpg(loader.pid, signal.SIGKILL)
    processes.start("-m", "tracker.collect.loader")
    sender.wait_for(20)
    sender.is_over = True
    for thread in threads:
        thread.join()

    def missing():
        with database.read() as session:
            return sender.answered - set(session.scalars(select(Order.ref)))

    wait_until(lambda: not missing(), seconds=40, what=f"for {len(missing())} orders")
