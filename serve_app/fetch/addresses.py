"""The addresses that may be connected to: public ones, and networks that the operator names."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

# Python's own idea of a global address depends on its patch release, so the registries of IANA stand here as well:
# https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry.
_SPECIAL = [
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: the metadata of a cloud's machine
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",  # looks public; on Azure it is the machine's own host
        "2001::/23",  # protocols: Teredo and others hold an IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4 holds one too
        "3fff::/20",
    )
]
# All that is in use of IPv6. Mapped, translated (NAT64), local and multicast addresses are outside.
_IN_USE = IPv6Network("2000::/3")


def may_connect(address: str, networks: Iterable[Network] = ()) -> bool:
    """Whether the address is public or in one of the networks. False for what is no address, or has a zone."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address) and ip.scope_id:
        return False
    return any(ip in network for network in networks) or _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and ip not in _IN_USE:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _SPECIAL)
