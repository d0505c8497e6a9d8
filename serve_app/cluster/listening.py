"""Which ports of this application others than this machine can reach."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from deployments.loopback import is_loopback

logger = logging.getLogger("ray.serve")
_ALL = frozenset({"", "0.0.0.0", "::", "[::]"})  # noqa: S104 - to know them


def exposed_ports(http_host: str | None, env: Mapping[str, str]) -> list[str]:
    """Name the protocols that listen beyond this machine, and where. http_host: None where HTTP is off.

    Serve's Python proxy has no setting for gRPC: it listens on all interfaces. HAProxy takes the host of HTTP, but then
    the replicas themselves listen for gRPC, on all interfaces again.
    """
    exposed = ["gRPC on all interfaces"]
    if env.get("RAY_SERVE_ENABLE_HA_PROXY") == "1":
        exposed = ["gRPC of the ingress replicas on all interfaces, from port 40000"]
    if http_host is not None and (http_host in _ALL or not is_loopback(http_host)):
        exposed.insert(0, "HTTP on all interfaces" if http_host in _ALL else f"HTTP on {http_host}")
    return exposed


def warn_open(http_host: str | None, env: Mapping[str, str]) -> None:
    """Log what an open service listens on. It is no error: something in front may keep others out."""
    logger.warning(
        "access is open: everyone who reaches %s may call. Let only callers of yours reach it (a firewall, a "
        "NetworkPolicy, a proxy in front), or set `access: {kind: keys, ...}`; see docs/access.md",
        " and ".join(exposed_ports(http_host, env)),
    )


def http_host() -> str | None:
    """The host that Serve's HTTP listens on. Asks the controller: call it in a thread."""
    from ray.serve.context import _get_global_client  # noqa: PLC0415 - Ray has no public way to read it

    client = _get_global_client()
    return client.http_config.host if client is not None else None
