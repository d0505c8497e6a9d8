"""Names of hosts, and the patterns that allow them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import httpx

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_MAX_NAME = 253
# Resolvers read a host whose last label is a number as an IPv4 address: 127.1, 2130706433, 0x7f.0.0.1, 0177.1.
_ENDS_IN_A_NUMBER = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)")


def host_name(host: str) -> str:
    """Return the name in lower case, in ASCII (IDNA), without the final dot. Raises ValueError for what is no name."""
    try:
        name = httpx.URL(scheme="https", host=host).raw_host.decode("ascii").removesuffix(".")
    except httpx.InvalidURL:
        name = ""
    if ":" in name or _ENDS_IN_A_NUMBER.fullmatch(name):
        raise ValueError("is an address: write the name of the host")
    if len(name) > _MAX_NAME or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise ValueError("is no name of a host")
    return name


def pattern(text: str) -> str:
    """Check a name, or `*.` before one for all names below it. Raises ValueError."""
    parent = text.removeprefix("*.")
    try:
        name = host_name(parent)
    except ValueError as error:
        raise ValueError(f"{text!r} {error}") from None
    if parent == text:
        return name
    if "." not in name:
        raise ValueError(f"{text!r} allows too many hosts: write two labels at least, as in *.example.com")
    return f"*.{name}"


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns is the name, or allows all names below a parent of it."""
    return any(name.endswith(each[1:]) if each.startswith("*.") else name == each for each in patterns)
