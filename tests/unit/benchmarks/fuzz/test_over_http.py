"""Requests over HTTP that no client library would send."""

from __future__ import annotations

import json
from itertools import islice
from random import Random

from benchmarks.fuzz.over_http import attempts, request


def test_a_request_says_its_length_and_closes() -> None:
    head, _, body = request("POST", "/v1/info", b"{}", {"content-type": "text/plain"}).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/info HTTP/1.1\r\n")
    assert b"content-length: 2" in head
    assert b"connection: close" in head
    assert b"content-type: text/plain" in head
    assert body == b"{}"


def test_every_part_of_a_request_is_broken() -> None:
    sent = list(islice(attempts(Random(3)), 400))
    assert {a.kind for a in sent} == {"json", "encoding", "headers", "route", "frame", "text", "picture"}
    assert any(not a.whole for a in sent)
    assert all(a.kind == "frame" for a in sent if not a.whole)


def test_much_of_the_changed_json_is_json() -> None:
    """Else only the parser would be tried."""
    bodies = [a.payload.partition(b"\r\n\r\n")[2] for a in islice(attempts(Random(3)), 400) if a.kind == "json"]
    valid = 0
    for body in bodies:
        try:
            json.loads(body)
        except (ValueError, RecursionError):
            continue
        valid += 1
    assert 0.3 < valid / len(bodies) < 1
