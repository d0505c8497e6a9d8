"""URLs of callers: what is checked is what is fetched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serve_app.fetch.knobs import FetchKnobs
from serve_app.fetch.urls import RefusedUrl, Target, target_of

KNOBS = FetchKnobs(hosts=("*.example.com", "bücher.example"), ports=(443, 8443))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.example.com/x.jpg?v=1#top", Target("https", "a.example.com", 443, b"/x.jpg?v=1")),
        ("HTTPS://A.Example.COM.:8443", Target("https", "a.example.com", 8443, b"/")),
        ("https://bücher.example/ä", Target("https", "xn--bcher-kva.example", 443, b"/%C3%A4")),
        ("https://a.example.com?@evil.net/", Target("https", "a.example.com", 443, b"/?@evil.net/")),
        ("https://a.example.com#@evil.net/", Target("https", "a.example.com", 443, b"/")),
    ],
)
def test_a_url_of_an_allowed_host_is_taken_apart(url: str, target: Target) -> None:
    assert target_of(url, KNOBS) == target


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "must begin with https"),
        ("http://a.example.com/", "must begin with https"),
        ("ftp://a.example.com/", "must begin with https"),
        ("file:///etc/passwd", "must begin with https"),
        ("data:image/png;base64,AAAA", "must begin with https"),
        ("//a.example.com/", "must begin with https"),
        ("https:a.example.com", "names no host"),
        ("https:///a.example.com", "names no host"),
        ("https://user:secret@a.example.com/", "user"),
        ("https://@a.example.com/", "user"),
        ("https://a.example.com@evil.net/", "user"),
        ("https://a.example.com\\@evil.net/", "backslash"),
        ("https://a.example.com/a b.jpg", "space"),
        ("https://a.example.com/\r\nHost: evil.net", "control character"),
        ("\thttps://a.example.com/", "control character"),
        ("https://example.com/", "images_by_url.hosts"),
        ("https://evil.net#.example.com", "images_by_url.hosts"),
        ("https://evilexample.com/", "images_by_url.hosts"),
        ("https://127.0.0.1/", "is an address"),
        ("https://2130706433/", "is an address"),
        ("https://0x7f.1/", "is an address"),
        ("https://[::1]/", "is an address"),
        ("https://[::ffff:127.0.0.1]/", "is an address"),
        ("https://a.example.com%2eevil.net/", "no name"),
        ("https://a.example.com:22/", "images_by_url.ports"),
        ("https://a.example.com:0/", "images_by_url.ports"),
        ("https://a.example.com:https/", "is no URL"),
        ("https://[a.example.com/", "no name"),
        ("https://a.example.com/\ud800", "is no URL"),
    ],
)
def test_others_are_refused_in_words(url: str, word: str) -> None:
    with pytest.raises(RefusedUrl, match=word):
        target_of(url, KNOBS)


def test_http_is_for_those_who_ask_for_it() -> None:
    knobs = FetchKnobs(hosts=("a.test",), ports=(80,), allow_http=True)
    assert target_of("http://a.test/", knobs) == Target("http", "a.test", 80, b"/")
    with pytest.raises(RefusedUrl, match="ports"):
        target_of("https://a.test/", knobs)


@given(st.text(max_size=60), st.sampled_from(["", "https://", "https://a.example.com", "https://a.example.com:"]))
def test_no_text_leads_elsewhere_or_raises_anything_else(text: str, start: str) -> None:
    try:
        target = target_of(start + text, KNOBS)
    except RefusedUrl:
        return
    assert target.scheme == "https"
    assert target.host == "xn--bcher-kva.example" or target.host.endswith(".example.com")
    assert target.port in (443, 8443)
    assert target.path.startswith(b"/")
    assert not set(target.path) & set(b" \r\n\t\0")
