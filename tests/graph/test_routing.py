"""HEAD, OPTIONS, wrong methods, and trailing slashes."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest

from serve_app.contract.verbs import VERBS
from tests.graph.fake_service import FakeService
from tests.graph.test_http import ITEM, client_of, is_problem

GETS = ["/healthz", "/livez", "/readyz", "/v1/info", "/openapi.json", "/docs", "/docs/assets/swagger-ui.css"]
POSTS = [verb.path for verb in VERBS if verb.method == "POST"]


@pytest.mark.parametrize("path", GETS)
async def test_head_is_get_without_the_body(path: str) -> None:
    async with client_of(FakeService()) as client:
        whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length"):
        assert head.headers[name] == whole.headers[name]


async def test_head_follows_the_health_and_its_errors_have_no_body() -> None:
    service = FakeService()
    service.stages = lambda: {"generator": False}
    async with client_of(service) as client:
        sick, nothing, wrong = [await client.head(path) for path in ("/healthz", "/nothing", POSTS[0])]
    assert [(a.status_code, a.content) for a in (sick, nothing, wrong)] == [(503, b""), (404, b""), (405, b"")]
    assert wrong.headers["allow"] == "OPTIONS, POST"


@pytest.mark.parametrize(
    ("path", "allowed"), [*((path, "GET, HEAD, OPTIONS") for path in GETS[:4]), *((p, "OPTIONS, POST") for p in POSTS)]
)
async def test_options_names_the_methods_of_a_path(path: str, allowed: str) -> None:
    async with client_of(FakeService()) as client:
        answer = await client.options(path)
        assert (answer.status_code, answer.content, answer.headers["allow"]) == (204, b"", allowed)
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(allowed.split(", ")):
            wrong = await client.request(method, path)
            assert allowed in is_problem(wrong, 405, "METHOD_NOT_ALLOWED")["detail"]
            assert wrong.headers["allow"] == allowed
        is_problem(await client.options("/nothing"), 404, "NOT_FOUND")


@pytest.mark.parametrize("prefix", ["", "/pushgen", "/a/b"])
async def test_a_slash_too_many_is_redirected_under_any_prefix(prefix: str) -> None:
    async with client_of(FakeService()) as client:
        for path in ("/healthz/", "/docs/", "/v1/info/?x=1", "/v1/notifications:generate/"):
            method = "POST" if "generate" in path else "GET"
            answer = await client.request(method, path, json={"item": ITEM} if method == "POST" else None)
            assert answer.status_code == 307
            outside = urljoin(f"http://proxy{prefix}{path}", answer.headers["location"])
            assert outside == f"http://proxy{prefix}{path.replace('/?', '?').removesuffix('/')}"
        for path in ("/", "//", "/nothing/", "/healthz//", "//evil.example/", "/v1/"):
            is_problem(await client.get(path), 404, "NOT_FOUND")
        followed = await client.post("/v1/notifications:generate/", json={"item": ITEM}, follow_redirects=True)
        assert followed.status_code == 200


async def test_query_strings_and_accept_change_nothing() -> None:
    async with client_of(FakeService()) as client:
        for accept in ("*/*", "application/json", "text/html", "application/xml"):
            answer = await client.post(f"{POSTS[0]}?pretty=1&x", json={"item": ITEM}, headers={"accept": accept})
            assert answer.headers["content-type"] == "application/json"
