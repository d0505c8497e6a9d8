"""Requests that schemathesis makes of the OpenAPI document: half of them against it, half within it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from benchmarks.fuzz.attempts import Attempt
from benchmarks.fuzz.over_http import request

_OPERATIONS = 18  # with both modes; the probes take no input


def attempts(document: dict[str, Any], count: int, random: Random) -> list[Attempt]:
    """Return about `count` requests, of one seed always the same. Takes some 50 ms each."""
    schema = openapi.from_dict(document)
    each = max(1, count // _OPERATIONS)
    cases = [
        case
        for result in schema.get_all_operations()
        if isinstance(result, Ok)
        for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE)
        for case in _cases(result.ok(), mode, each, random.randrange(2**31))
    ]
    return [_attempt(case) for case in cases]


def _cases(operation: APIOperation, mode: GenerationMode, count: int, first: int) -> Iterator[Case]:
    cases: list[Case] = []

    @seed(first)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def keep(case: Case) -> None:
        cases.append(case)

    try:
        keep()
    except Unsatisfiable:  # nothing can be wrong with a request that has no parts
        return iter(())
    return iter(cases)


def _attempt(case: Case) -> Attempt:
    sent = case.as_transport_kwargs(base_url="http://127.0.0.1")
    path = urlsplit(sent["url"]).path
    if sent.get("params"):
        path += "?" + urlencode(sent["params"], doseq=True)
    body = sent.get("data") or b""
    if "json" in sent:
        body = json.dumps(sent["json"]).encode()
    elif isinstance(body, dict):
        body = urlencode(body, doseq=True).encode()
    elif isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    headers = {name.lower(): str(value) for name, value in sent["headers"].items()}
    for of_the_run in ("user-agent", "x-schemathesis-testcaseid"):
        headers.pop(of_the_run, None)
    return Attempt("http", "schema", request(sent["method"], path, body, {**headers, "connection": "close"}))
