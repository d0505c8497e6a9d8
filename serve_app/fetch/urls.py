"""URLs that callers send: checked once, and taken apart by one parser, so that what is checked is what is fetched."""

from __future__ import annotations

import re
from typing import NamedTuple

import httpx

from serve_app.fetch.hosts import host_name, matches
from serve_app.fetch.knobs import FetchKnobs

_PORTS = {"https": 443, "http": 80}
_AUTHORITY = re.compile(r"[a-z]+://([^/?#]*)", re.IGNORECASE)


class Target(NamedTuple):
    """A checked URL. path: with the query, percent-encoded."""

    scheme: str
    host: str
    port: int
    path: bytes


class RefusedUrl(Exception):
    """The reason why a URL is not fetched, in words for the caller."""


def target_of(url: str, knobs: FetchKnobs) -> Target:
    """Check a URL against the knobs. No name is resolved here. Raises RefusedUrl."""
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise RefusedUrl("has a space, a backslash or a control character: write it percent-encoded")
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise RefusedUrl("is no URL") from None
    if parsed.scheme != "https" and not (parsed.scheme == "http" and knobs.allow_http):
        raise RefusedUrl("must begin with https://")
    authority = _AUTHORITY.match(url)
    if authority is None or not parsed.host:
        raise RefusedUrl("names no host")
    if "@" in authority[1]:
        raise RefusedUrl("must not name a user or a password")
    try:
        host = host_name(parsed.host)
    except ValueError as error:
        raise RefusedUrl(f"has a host that {error}") from None
    if not matches(host, knobs.hosts):
        raise RefusedUrl("names a host that is not in images_by_url.hosts of this service")
    port = _PORTS[parsed.scheme] if parsed.port is None else parsed.port
    if port not in knobs.ports:
        raise RefusedUrl("names a port that is not in images_by_url.ports of this service")
    return Target(parsed.scheme, host, port, parsed.raw_path)
