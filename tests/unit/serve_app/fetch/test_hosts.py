"""Names of hosts: written in many ways, compared in one."""

from __future__ import annotations

import pytest

from serve_app.fetch.hosts import host_name, matches, pattern


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Images.Example.COM", "images.example.com"),
        ("images.example.com.", "images.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("example。com", "example.com"),
        ("my_bucket.example.com", "my_bucket.example.com"),
        ("localhost", "localhost"),
        ("0x.com", "0x.com"),
    ],
)
def test_a_name_has_one_form(written: str, name: str) -> None:
    assert host_name(written) == name


@pytest.mark.parametrize(
    "written",
    ["127.0.0.1", "1.2.3.4.", "2130706433", "0x7f000001", "0x7f.1", "0177.1", "127.1", "0", "[::1]", "::1", "0x"],
)
def test_an_address_is_no_name_however_it_is_written(written: str) -> None:
    with pytest.raises(ValueError, match="is an address"):
        host_name(written)


@pytest.mark.parametrize(
    "written",
    [
        *("", ".", "a..b", "example.com..", "-a.com", "a-.com", "a b.com", "a%2eb.com", "a/b", "a@b", "a:80"),
        *("0177.0.0.1", "\uff11.1.1.1", "\u2460.com", "\u202ea.com", "x" * 64 + ".com", ".".join(["x" * 60] * 5)),
    ],
)
def test_what_is_no_name_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        host_name(written)


@pytest.mark.parametrize("text", ["*", "*.", "*.com", "a.*.com", "*.*.com", "*.127.0.0.1", "https://a.com", "a.com:80"])
def test_a_pattern_that_allows_too_much_or_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no name|is an address|too many hosts"):
        pattern(text)


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("pictures.test", True),
        ("a.pictures.test", False),
        ("a.example.com", True),
        ("b.a.example.com", True),
        ("example.com", False),
        ("evilexample.com", False),
        ("example.com.evil.net", False),
    ],
)
def test_a_pattern_allows_a_name_or_all_below_it(name: str, allowed: bool) -> None:
    assert matches(name, [pattern("Pictures.test."), pattern("*.EXAMPLE.com")]) is allowed
