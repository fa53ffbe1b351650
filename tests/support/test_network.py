import socket

import pytest

from tests.support.network import NetworkUsedError


def test_an_address_beyond_this_machine_is_refused():
    with socket.socket() as made, pytest.raises(NetworkUsedError, match=r"192\.0\.2\.1"):
        made.connect(("192.0.2.1", 80))


def test_a_name_beyond_this_machine_is_not_looked_up():
    with pytest.raises(NetworkUsedError, match=r"shop\.example"):
        socket.getaddrinfo("shop.example", 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reachable(host):
    with socket.socket() as server, socket.socket() as client:
        server.bind((host, 0))
        server.listen()
        client.connect((host, server.getsockname()[1]))
