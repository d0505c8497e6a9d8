"""Which hosts are this machine."""

from __future__ import annotations

import pytest

from deployments.loopback import is_loopback


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.8.9.1", "127.1", "0", "::1", "[::1]", "::", "::ffff:127.0.0.1", "::1%lo", "localhost",
        "LOCALHOST", "localhost.", "api.localhost", "ip6-localhost", "0:0:0:0:0:0:0:1", "2130706433",
    ],
)  # fmt: skip
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "10.0.0.1",
        "128.0.0.1",
        "example.org",
        "localhost.example.org",
        "notlocalhost",
        "fe80::1",
        "1",
        "b\u00fccher",
    ],
)
def test_another_machine(host: str) -> None:
    assert not is_loopback(host)
