"""The addresses that may be connected to. What is not public stays out in every form in which it can be written."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.fetch.addresses import may_connect

PRIVATE = [
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
LOCAL = [ip_network(text) for text in ("::/128", "::1/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8")]

any_v4 = st.integers(0, 2**32 - 1).map(IPv4Address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])
def test_public_addresses_may_be_connected_to(address: str) -> None:
    assert may_connect(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "127.0.0.1",
        "169.254.169.254",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "255.255.255.255",
        "192.88.99.1",
        "::",
        "::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700:4700::1111%eth0",
        "::ffff:8.8.8.8",
        "::ffff:0:8.8.8.8",
        "::8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::10.0.0.1",
        "2002:808:808::1",
        "2001:0:4136:e378::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "ff02::1",
        "0177.0.0.1",
        "2130706433",
        "0x7f000001",
        "127.1",
        "localhost",
        "",
    ],
)
def test_others_may_not(address: str) -> None:
    assert not may_connect(address)


@given(st.sampled_from(PRIVATE).flatmap(lambda n: st.integers(0, n.num_addresses - 1).map(lambda k: n[k])))
def test_no_address_of_a_private_network(address: IPv4Address) -> None:
    assert not may_connect(str(address))


@given(st.sampled_from(LOCAL).flatmap(lambda n: st.integers(0, n.num_addresses - 1).map(lambda k: n[k])))
def test_no_local_address_of_ipv6(address: IPv6Address) -> None:
    assert not may_connect(str(address))
    assert not may_connect(address.exploded)


@given(any_v4, st.integers(0, 2**64 - 1))
def test_no_address_of_ipv6_that_carries_one_of_ipv4(inner: IPv4Address, rest: int) -> None:
    number = int(inner)
    carriers = (
        0xFFFF << 32 | number,  # mapped
        number,  # compatible
        0xFFFF << 48 | number,  # translated
        0x64FF9B << 96 | number,  # NAT64
        0x64FF9B0001 << 80 | number,  # NAT64 of a local prefix
        0x2002 << 112 | number << 80 | rest,  # 6to4
        0x2001 << 112 | rest << 32 | number ^ 0xFFFFFFFF,  # Teredo; Python's own form of it
    )
    assert [str(IPv6Address(c)) for c in carriers if may_connect(str(IPv6Address(c)))] == []


@given(any_v4)
def test_whatever_may_be_connected_to_is_global_to_python_too(address: IPv4Address) -> None:
    assert address.is_global or not may_connect(str(address))


@given(st.text(max_size=40))
def test_no_text_raises(text: str) -> None:
    may_connect(text)


def test_an_operator_may_name_networks() -> None:
    networks = [ip_network("10.20.0.0/16"), ip_network("fd00:1::/32")]
    assert may_connect("10.20.3.4", networks)
    assert may_connect("fd00:1::7", networks)
    assert not may_connect("10.21.3.4", networks)
    assert not may_connect("::ffff:10.20.3.4", networks)
    assert may_connect("8.8.8.8", networks)
