"""The audit of pinned packages: one question, and no answer is no failure."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tools.audit import MAX_QUERIES, audit, pins

PACKAGES = [("jinja2", "2.4.1"), ("rich", "15.0.0")]


def asked(answer: Callable[[httpx.Request], httpx.Response]) -> tuple[list[str], bool]:
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        return audit(PACKAGES, client)


def test_every_pin_of_the_locks_is_asked_about(root: Path) -> None:
    found = dict(pins(root))
    assert 200 < len(pins(root)) <= MAX_QUERIES
    assert found["ray"] == "2.60.0"
    assert not [version for version in found.values() if "+" in version or "\\" in version]


def test_what_is_known_is_named_and_counted() -> None:
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(json.loads(request.content))
        return httpx.Response(200, json={"results": [{"vulns": [{"id": "GHSA-1"}, {"id": "PYSEC-2"}]}, {}]})

    lines, found = asked(answer)
    assert found
    assert lines == ["jinja2 2.4.1: GHSA-1, PYSEC-2", "audited: 2 packages, 1 with known vulnerabilities"]
    assert seen[0]["queries"][0] == {"package": {"name": "jinja2", "ecosystem": "PyPI"}, "version": "2.4.1"}


def test_nothing_known_is_a_clean_audit() -> None:
    assert asked(lambda _: httpx.Response(200, json={"results": [{}, {}]})) == (
        ["audited: 2 packages, 0 with known vulnerabilities"],
        False,
    )


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no network", request=request)


@pytest.mark.parametrize(
    "answer",
    [
        unreachable,
        lambda _: httpx.Response(503),
        lambda _: httpx.Response(200, text="<html>"),
        lambda _: httpx.Response(200, json={"results": [{}]}),
        lambda _: httpx.Response(200, json=[]),
    ],
)
def test_without_an_answer_it_says_so_and_fails_nobody(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    lines, found = asked(answer)
    assert not found
    assert len(lines) == 1
    assert lines[0].startswith("not audited: api.osv.dev gave no answer")
