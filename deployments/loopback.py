"""Hosts that are this machine, which must not be looked for through a proxy."""

from __future__ import annotations

import ipaddress
import socket

_NAMES = frozenset({"localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback"})


def is_loopback(host: str) -> bool:
    """Whether connections to the host stay on this machine. host: a name or an IP address, without a port.

    Accepts what resolvers do: 127.1, an IPv4 address inside an IPv6 one, and 0.0.0.0, which connects to this machine.
    """
    name = host.strip("[]").rstrip(".").lower()
    if name in _NAMES or name.endswith(".localhost"):  # RFC 6761
        return True
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        try:
            address = ipaddress.IPv4Address(socket.inet_aton(name))
        except (OSError, UnicodeError):
            return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or address.is_unspecified
