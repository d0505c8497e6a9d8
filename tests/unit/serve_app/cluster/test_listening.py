# ruff: noqa: S104 - nothing listens here
"""What an open service warns of."""

from __future__ import annotations

import pytest

from serve_app.cluster.listening import exposed_ports, warn_open

HAPROXY = {"RAY_SERVE_ENABLE_HA_PROXY": "1"}


@pytest.mark.parametrize(
    ("host", "env", "exposed"),
    [
        ("127.0.0.1", {}, ["gRPC on all interfaces"]),
        ("localhost", {}, ["gRPC on all interfaces"]),
        (None, {}, ["gRPC on all interfaces"]),
        ("0.0.0.0", {}, ["HTTP on all interfaces", "gRPC on all interfaces"]),
        ("::", {}, ["HTTP on all interfaces", "gRPC on all interfaces"]),
        ("192.0.2.7", {}, ["HTTP on 192.0.2.7", "gRPC on all interfaces"]),
        ("127.0.0.1", HAPROXY, ["gRPC of the ingress replicas on all interfaces, from port 40000"]),
    ],
)
def test_ports_that_others_reach(host: str | None, env: dict[str, str], exposed: list[str]) -> None:
    assert exposed_ports(host, env) == exposed


def test_the_warning_says_what_listens_and_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    warn_open("0.0.0.0", {})
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "HTTP on all interfaces and gRPC on all interfaces" in record.getMessage()
    assert "kind: keys" in record.getMessage()
