"""Addresses of a service, and the proxy of the environment on the way to them."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from deployments.loopback import is_loopback

DEFAULT_ADDRESS = "127.0.0.1:9000"
# gRPC's own forms of a target. https://github.com/grpc/grpc/blob/master/doc/naming.md
_TARGET = re.compile(
    r"(?:dns|ipv4|ipv6|unix|unix-abstract|vsock|xds|passthrough|google-c2p):(?://[^/]*/)?", re.IGNORECASE
)
_SOCKETS = ("unix:", "unix-abstract:", "vsock:")
_URL = re.compile(r"(\w[\w+.-]*)://", re.ASCII)
_ENDPOINT = re.compile(r"(\[[^\[\]\s]+\]|[^\[\]:/\s]+)(?::(\d{1,5}))?")
# gRPC's core reads these, in this order, and in lower case only.
_PROXY_VARIABLES = ("grpc_proxy", "https_proxy", "http_proxy")
_EXCLUSIONS = ("no_grpc_proxy", "no_proxy", "NO_PROXY")


class Proxy(NamedTuple):
    """A proxy of the environment. address: without credentials."""

    variable: str
    address: str


@dataclass(frozen=True)
class Address:
    """A gRPC address and the way to it. proxy: None for a direct connection."""

    target: str
    proxy: Proxy | None = None

    @classmethod
    def of(cls, address: str, *, secure: bool = False, env: Mapping[str, str] = os.environ) -> Address:
        """Check the address. Raises ValueError, which says what to write instead.

        secure: with TLS, where gRPC's default port 443 is sensible.
        """
        target = _checked(address.strip(), secure)
        return cls(target, _proxy_of(target, env))

    @property
    def host(self) -> str:
        return _host(self.target)

    @property
    def options(self) -> list[tuple[str, Any]]:
        """Options for a gRPC channel."""
        return [] if self.proxy else [("grpc.enable_http_proxy", 0)]


def _checked(address: str, secure: bool) -> str:
    if _TARGET.match(address):
        return address
    if url := _URL.match(address):
        rest = urlsplit(address).netloc.rpartition("@")[2] or "127.0.0.1:9000"
        raise ValueError(
            f"the address {address!r} is a URL: write HOST:PORT of the service's gRPC without {url[0]!r}, such as "
            f"{rest!r} (HTTP has another port than gRPC)"
        )
    if address.count(":") > 1 and "[" not in address:
        raise ValueError(
            f"the address {address!r} is no HOST:PORT: an IPv6 address stands in brackets, as in [::1]:9000"
        )
    parts = _ENDPOINT.fullmatch(address)
    if parts is None:
        raise ValueError(f"the address {address!r} is no HOST:PORT, such as {DEFAULT_ADDRESS}")
    if parts[2] is None and not secure:
        raise ValueError(f"the address {address!r} has no port: write {address}:9000 if the service has its default")
    if parts[2] is not None and not 1 <= int(parts[2]) <= 65535:
        raise ValueError(f"the address {address!r} has no possible port: ports go from 1 to 65535")
    return address


def _host(target: str) -> str:
    """Return the host of a target; empty for a socket file."""
    if target.lower().startswith(_SOCKETS):
        return ""
    scheme = _TARGET.match(target)
    endpoint = (target[scheme.end() :] if scheme else target).split(",")[0]
    if endpoint.startswith("["):
        return endpoint[1:].partition("]")[0]
    return endpoint.rpartition(":")[0] if ":" in endpoint else endpoint


def _proxy_of(target: str, env: Mapping[str, str]) -> Proxy | None:
    """Return the proxy that gRPC would use, by its rules; never one for this machine."""
    host = _host(target)
    variable = next((name for name in _PROXY_VARIABLES if name in env), None)
    if not host or variable is None or is_loopback(host):
        return None
    try:
        proxy = urlsplit(env[variable])
        address = f"{proxy.hostname}:{proxy.port or 80}"
    except ValueError:
        return None
    if proxy.scheme != "http" or not proxy.hostname:  # gRPC goes without others
        return None
    excluded = next((env[name] for name in _EXCLUSIONS if name in env), "")
    return None if _is_excluded(host, excluded) else Proxy(variable, address)


def _is_excluded(host: str, no_proxy: str) -> bool:
    """Whether an entry of `no_proxy` is the host, the end of its name, a network around it, or "*"."""
    for entry in filter(None, (part.strip().lower() for part in no_proxy.split(","))):
        if host.lower().endswith(entry.lstrip("*")):
            return True
        try:
            if ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:  # a name
            continue
    return False
