"""Addresses as they are typed, and the proxy of the environment."""

from __future__ import annotations

import pytest

from serve_app.client.address import Address

PROXY = {"http_proxy": "http://user:secret@proxy.example:3128"}


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("127.0.0.1:9000", "127.0.0.1"),
        (" push.example:9000 ", "push.example"),
        ("[2001:db8::1]:9000", "2001:db8::1"),
        ("dns:///push.example:9000", "push.example"),
        ("dns://8.8.8.8/push.example:9000", "push.example"),
        ("dns:push.example:9000", "push.example"),
        ("ipv4:10.0.0.1:9000,10.0.0.2:9000", "10.0.0.1"),
        ("ipv6:[2001:db8::1]:9000", "2001:db8::1"),
        ("unix:/run/push.sock", ""),
        ("unix:///run/push.sock", ""),
        ("unix-abstract:push", ""),
    ],
)
def test_the_forms_of_grpc_are_taken(address: str, host: str) -> None:
    made = Address.of(address)
    assert (made.target, made.host) == (address.strip(), host)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "no HOST:PORT"),
        ("http://127.0.0.1:8000", "without 'http://', such as '127.0.0.1:8000'"),
        ("https://push.example/v1", "without 'https://'"),
        ("grpc://push.example:9000", "such as 'push.example:9000'"),
        ("push.example", "has no port: write push.example:9000"),
        ("[::1]", "has no port"),
        ("::1:9000", "in brackets"),
        ("push.example:9000/v1", "no HOST:PORT"),
        ("push.example:grpc", "no HOST:PORT"),
        ("push.example:0", "from 1 to 65535"),
        ("push.example:70000", "from 1 to 65535"),
        ("push example:9000", "no HOST:PORT"),
        (":9000", "no HOST:PORT"),
    ],
)
def test_what_is_no_address_is_refused_with_what_to_write(address: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"address") as caught:
        Address.of(address)
    assert words in str(caught.value)


def test_a_port_may_be_left_out_with_tls() -> None:
    assert Address.of("push.example", secure=True).target == "push.example"


@pytest.mark.parametrize("variable", ["grpc_proxy", "https_proxy", "http_proxy"])
def test_a_proxy_is_shown_without_its_password(variable: str) -> None:
    made = Address.of("push.example:9000", env={variable: PROXY["http_proxy"]})
    assert made.proxy == (variable, "proxy.example:3128")
    assert made.options == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:9000", "localhost:9000", "[::1]:9000", "0.0.0.0:9000", "dns:///localhost:9000",
        "ipv4:127.0.0.1:9000", "unix:/run/push.sock", "unix-abstract:push",
    ],
)  # fmt: skip
def test_this_machine_is_never_reached_through_a_proxy(address: str) -> None:
    made = Address.of(address, env=PROXY)
    assert made.proxy is None
    assert made.options == [("grpc.enable_http_proxy", 0)]


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"http_proxy": ""},
        {"grpc_proxy": "", **PROXY},
        {"HTTP_PROXY": PROXY["http_proxy"]},
        {"all_proxy": PROXY["http_proxy"]},
        {"http_proxy": "socks5://proxy.example:1080"},
        {"http_proxy": "proxy.example:3128"},
        {"http_proxy": "http://proxy.example:x"},
        {"no_proxy": "*", **PROXY},
        {"no_proxy": "other.example, push.example", **PROXY},
        {"no_proxy": ".EXAMPLE", **PROXY},
        {"no_grpc_proxy": "push.example", "no_proxy": "", **PROXY},
        {"NO_PROXY": "push.example", **PROXY},
    ],
    ids=str,
)
def test_an_environment_without_a_proxy_for_the_host(env: dict[str, str]) -> None:
    assert Address.of("push.example:9000", env=env).proxy is None


def test_a_network_can_be_excluded() -> None:
    env = {"no_proxy": "10.0.0.0/8,nothing", **PROXY}
    assert Address.of("10.1.2.3:9000", env=env).proxy is None
    assert Address.of("11.1.2.3:9000", env=env).proxy is not None
