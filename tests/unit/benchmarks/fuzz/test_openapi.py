"""Requests that schemathesis makes of a document."""

from __future__ import annotations

from random import Random

from benchmarks.fuzz.measure import _no_service
from benchmarks.fuzz.openapi import attempts
from serve_app.ingress.http import create_app


def test_every_verb_is_called_within_its_schema_and_against_it() -> None:
    document = create_app(_no_service).openapi()
    sent = attempts(document, 18, Random(0))
    lines = {attempt.payload.split(b"\r\n")[0].decode().partition("?")[0].split(" ")[1] for attempt in sent}
    assert lines >= {"/v1/notifications:generate", "/v1/notifications:batch", "/v1/info", "/livez"}
    assert all(b"connection: close" in attempt.payload for attempt in sent)
    assert sent == attempts(document, 18, Random(0))
